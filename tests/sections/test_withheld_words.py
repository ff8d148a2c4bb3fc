"""To share, "fewer than 8" is said of fewer than 8 people only; of what else is withheld, "not shown"."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from builders import Row, load_tables
from sections.test_recovery_sections import SHARING, START, people
from sqlalchemy import Engine

from dashboard.question import ask
from dashboard.recovery_tables import intake_rows, retention_rows, visit_rows
from dashboard.report.chapters import intake_periods, staying, trends
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.retention import retention_section
from dashboard.sections.trends import trends_section
from dashboard.sections.visits import visits_section
from dashboard.summary import outcome_summary
from dashboard.tables import horizon_rows
from dashboard.trend_words import point_rows
from sql.cohort import Cohort
from sql.engine import reading

K = 8
SMALL, WITHHELD = "fewer than 8", "not shown"


def asked(engine: Engine, folder: Path, episodes: list[Row], section: Any) -> Any:
    assert load_tables(engine, folder / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        return section(connection, ask(connection, SHARING, Cohort()))


def counts(result: Any, page: Any, report: Any, column: str, number: int = 1) -> list[str]:
    """The column of the page's table, which the report's agrees with."""
    found = [row[column] for row in page(result, K)]
    assert [str(row[number]) for row in report(result).rows] == found
    return found


def recent(n: int) -> list[Row]:
    """People of the last twelve weeks."""
    return people(n, "new", seen=340, first_visit_date="2024-11-04")


def test_everybody_who_could_have_stayed_is_not_called_few(engine: Engine, tmp_path: Path):
    """5 of 65 came in the last twelve weeks, so the other 60 are withheld; the 5 of one site are few."""
    episodes = [*people(55, "E", site="a"), *people(5, "F", site="b"), *recent(5)]
    result = asked(engine, tmp_path, episodes, retention_section)
    found = counts(result, retention_rows, lambda r: staying._retention(r, K), "started")
    assert found == [WITHHELD, "55", SMALL]


def test_a_group_that_leaves_few_outside_is_not_called_few(engine: Engine, tmp_path: Path):
    """60 with PFPS would say how many have ITBS: these are few, those are not."""
    episodes = [*people(60, "E", condition="pfps"), *people(5, "F", condition="itbs")]
    assert load_tables(engine, tmp_path / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        summary = outcome_summary(connection, SHARING, Cohort(), by="condition")
    started, in_the_curve, *_ = horizon_rows(summary)
    for row in (started, in_the_curve):
        assert (row["PFPS"], row["ITBS"]) == (WITHHELD, SMALL)


def test_nobody_in_the_curve_of_few_people_is_not_said(engine: Engine, tmp_path: Path):
    """12 with ITBS and 3 with other problems, all with an open red flag: "0 in the curve" would tell of each."""
    flagged = [
        *people(12, "F", condition="itbs", red_flag="night_pain"),
        *people(3, "G", condition="other_knee", red_flag="night_pain"),
    ]
    episodes = [*people(60, "E", condition="pfps"), *flagged]
    assert load_tables(engine, tmp_path / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        summary = outcome_summary(connection, SHARING, Cohort(), by="condition")
    started, in_the_curve, *_ = horizon_rows(summary)
    assert (started["ITBS"], in_the_curve["ITBS"]) == ("10", SMALL)
    assert (started["Other knee"], in_the_curve["Other knee"]) == (SMALL, SMALL)
    assert {name for group in summary.groups for name in group.few} == {"started", "episodes"}


def test_visits_of_everybody_are_not_called_few(engine: Engine, tmp_path: Path):
    result = asked(engine, tmp_path, [*people(60, "E"), *recent(5)], visits_section)
    assert counts(result, visit_rows, lambda r: staying._visits(r, K), "people") == [WITHHELD]


def test_a_period_that_leaves_few_outside_is_not_called_few(engine: Engine, tmp_path: Path):
    result = asked(engine, tmp_path, [*people(60, "E"), *recent(5)], intake_periods_section)
    found = counts(result, intake_rows, lambda r: intake_periods._table(r, K, printed=True), "in the curve")
    assert found == [WITHHELD, SMALL]


def test_a_period_of_a_trend_is_called_few_only_if_it_is(engine: Engine, tmp_path: Path):
    """Half-years of 5, 0, 45 of whom 3 are back, 25, and 44 of whom 20 are."""
    sizes = {"2021-02-01": (5, 0), "2022-02-01": (45, 3), "2022-09-05": (25, 10), "2023-02-06": (44, 20)}
    episodes: list[Row] = []
    for start, (size, back) in sizes.items():
        day = (date.fromisoformat(start) - START).days
        cells = {"seen": day + 300, "first_visit_date": start}
        episodes += people(back, f"B{day}", back=day + 40, **cells)
        episodes += people(size - back, f"N{day}", **cells)
    result = asked(engine, tmp_path, episodes, trends_section)
    trend = result.trend("back_by_12_weeks")
    page = [row["people"] for row in point_rows(trend, K)]
    report = [str(row[5]) for row in trends._points(result).rows if row[0] == "Back running by week 12"]
    assert page == report
    assert trend.unit == "half-year"
    assert page == [SMALL, SMALL, WITHHELD, WITHHELD, "45"]
