"""The sections of the page Return to running: by hand on a built clinic, and coarse where they are shared."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import Row, load_tables, make_episode, make_running, make_visit
from sqlalchemy import Engine

from dashboard.question import NotAllowed, ask
from dashboard.recovery_tables import sustained_rows
from dashboard.recovery_words import period_words, sustained_caption
from dashboard.sections.catalogue import SECTIONS, documents
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.relapse import relapse_section
from dashboard.summary import outcome_summary
from dashboard.summary_json import as_document
from dashboard.wording import PER_CENT
from sql.cohort import Cohort, Scope
from sql.engine import reading

START = date(2024, 1, 8)
OWNER, SHARING = Scope("clinic"), Scope("sharing")


def on(day: int) -> str:
    return (START + timedelta(day)).isoformat()


def people(
    n: int, prefix: str, *, back: int | None = None, pain: int | None = None, seen: int = 300, **cells: object
) -> list[Row]:
    return [
        make_episode(
            f"{prefix}{i}",
            patient_id=f"{prefix}{i}",
            last_contact_date=on(seen),
            return_to_run_date=None if back is None else on(back),
            relapse_date=None if pain is None else on(pain),
            therapist=f"T{i % 5}",
            **cells,
        )
        for i in range(n)
    ]


OF_RECOVERY = ("relapse", "retention", "visits", "intake_periods", "follow_up")


def answers(
    engine: Engine, scope: Scope = OWNER, cohort: Cohort | None = None
) -> dict[str, dict[str, object]]:
    with reading(engine) as connection:
        return documents(connection, ask(connection, scope, cohort or Cohort()), SECTIONS)


def clinic(size: int = 1) -> list[Row]:
    """Per `size`: 20 back on day 40, of whom 4 have pain on day 50 and 6 are last seen on day 45; 20 never back."""
    return [
        *people(4 * size, "pain", back=40, pain=50),
        *people(6 * size, "gone", back=40, seen=45),
        *people(10 * size, "well", back=40),
        *people(20 * size, "never"),
    ]


def test_relapse_and_sustained_return_by_hand(engine: Engine, tmp_path: Path):
    """4 of 20, or of the 14 known; F(70) = 1/2, so back for good by day 84: 1/2 (1 - 4/14) to 1/2 (1 - 4/20)."""
    load_tables(engine, tmp_path / "files", episodes=clinic())
    found = answers(engine)["relapse"]
    assert found["returned"] == 20
    assert found["within_14_days"] == {
        "returned": 20, "known": 14, "relapsed": 4, "low": 4 / 20, "high": pytest.approx(4 / 14),
    }  # fmt: skip
    assert found["sustained_by"][0] == {"day": 84, "low": pytest.approx(5 / 14), "high": pytest.approx(0.4)}
    by_14 = found["relapsed_by"][0]
    assert (by_14["days_after_return"], by_14["value"]) == (14, pytest.approx(4 / 14))
    # 20 of 40 back on day 40; on day 50 pain takes 4 of the 14 still in view
    assert found["running_without_pain"][1]["value"] == pytest.approx(0.5 * 10 / 14)


@pytest.mark.parametrize("told", [(), (40,), (40, 60)])
def test_running_without_pain_needs_an_answer_after_the_return(
    engine: Engine, tmp_path: Path, told: tuple[int, ...]
):
    """An answer on the day of the return tells of the return only."""
    reports = [make_running("E0", reported_on=on(5), status="not_running")]
    reports += [make_running("E0", reported_on=on(day), status="running_without_pain") for day in told]
    load_tables(engine, tmp_path / "files", episodes=people(20, "E", back=40), running=reports)
    with reading(engine) as connection:
        result = relapse_section(connection, ask(connection, OWNER, Cohort()))
    asked = 60 in told
    assert result.asked_again is asked
    column = [row["running without pain on that day"] for row in sustained_rows(result, {})]
    assert column == ([f"100{PER_CENT} (83–100)"] * 2 if asked else ["–", "–"])
    assert ("nobody was asked about running again" in sustained_caption(result)) is not asked


def test_pain_again_is_an_answer(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=clinic())
    assert answers(engine)["relapse"]["asked_again"] is True
    assert answers(engine, SHARING)["relapse"]["asked_again"] is None


def test_a_return_of_the_last_fortnight_is_not_in_the_range(engine: Engine, tmp_path: Path):
    episodes = people(3, "E", back=343, seen=350)  # as-of is day 358: 15 days later
    episodes += people(2, "F", back=345, seen=350)  # 13 days
    load_tables(engine, tmp_path / "files", episodes=episodes)
    found = answers(engine)["relapse"]
    assert (found["returned"], found["within_14_days"]["returned"]) == (5, 3)


def test_retention_and_visits_by_hand(engine: Engine, tmp_path: Path):
    """Of 4: one comes once more on day 30, one on days 30 and 60 and is back on day 40; one cancels."""
    episodes = [*people(3, "E"), *people(1, "F", back=40)]
    visits = [
        make_visit("E0", visit_date=on(30)),
        make_visit("F0", visit_date=on(30)),
        make_visit("F0", visit_date=on(60)),
        make_visit("E1", visit_date=on(9), status="cancelled"),
        make_visit("E2", visit_date=on(9)),
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes, visits=visits)
    found = answers(engine)
    (group,) = found["retention"]["groups"]
    assert (found["retention"]["recorded"], group["started"]) == (True, 4)
    assert [item["people"] for item in group["by_visit"]] == [3, 1, 0]
    assert [item["people"] for item in group["by_week"]] == [2, 1, 0]
    assert found["visits"]["per_episode"][0] == {
        "group": "all", "n": 4, "lower": 1, "median": 2, "upper": 2,
    }  # fmt: skip
    assert found["visits"]["to_return"][0]["median"] == 2
    engaged = found["visits"]["engaged"]
    assert (engaged["share_percent"], engaged["engaged"]["n"], engaged["not_engaged"]["n"]) == (75, 1, 3)


def test_returns_dated_on_visit_days(engine: Engine, tmp_path: Path):
    episodes = people(10, "E", back=40)
    visits = [make_visit(f"E{n}", visit_date=on(day)) for n in range(4) for day in (12, 40)]
    load_tables(engine, tmp_path / "files", episodes=episodes, visits=visits)
    dates = answers(engine)["follow_up"]["returns_on_visit_day"]
    assert dates == {"people": 4, "of": 10, "value": 0.4, "probably_visit_dates": True, "median_gap_days": 28}


def test_known_and_unknown_are_those_who_had_the_time(engine: Engine, tmp_path: Path):
    episodes = [*people(3, "E", sex="female"), *people(2, "F", seen=84, sex="male")]
    episodes += people(4, "G", seen=340, first_visit_date=on(300))  # 58 days before the as-of day
    load_tables(engine, tmp_path / "files", episodes=episodes)
    found = answers(engine)["follow_up"]
    assert found["known_at_84"] == {"people": 3, "of": 5, "value": 0.6}
    women = next(item for item in found["baseline"] if item["category"] == "female")
    assert (women["known"]["value"], women["unknown"]["value"]) == (1, 0)
    assert [round(row["one_group"]) for row in found["detectable_points"]] == [22, 18, 14, 10]
    assert [round(row["two_groups"]) for row in found["detectable_points"]] == [31, 26, 20, 14]


def test_small_months_are_joined(engine: Engine, tmp_path: Path):
    episodes = [*people(12, "E", back=40), *people(9, "F", first_visit_date="2024-02-12")]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    (period,) = answers(engine)["intake_periods"]["periods"]
    assert (period["unit"], period["started"], period["first_day"]) == ("quarter", 21, "2024-01-01")


def test_a_quarter_that_the_period_cuts_is_named_by_what_is_in_it(engine: Engine, tmp_path: Path):
    """Months of 9 and 8 are joined into their quarter, of which the filter leaves November and December."""
    episodes = [
        *people(20, "D", first_visit_date="2023-10-09"),
        *people(9, "E", first_visit_date="2023-11-06"),
        *people(8, "F", first_visit_date="2023-12-04"),
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes, request={"as_of": date(2024, 12, 31)})
    cohort = Cohort(first_visit_from=date(2023, 11, 1), first_visit_to=date(2024, 10, 31))
    with reading(engine) as connection:
        (period,) = intake_periods_section(connection, ask(connection, OWNER, cohort)).periods
    assert (period.share.first_day, period.share.last_day) == (date(2023, 11, 1), date(2023, 12, 31))
    assert (period.started, period_words(period.share)) == (17, "Nov–Dec 2023")
    assert (
        answers(engine)["intake_periods"]["periods"][0]["first_day"] == "2023-10-01"
    )  # whole without a filter


# --- to share -------------------------------------------------------------------------------------------------------


def numbers(document: object) -> list[int]:
    """Every whole number that counts people."""
    if isinstance(document, list):
        return [n for item in document for n in numbers(item)]
    if isinstance(document, dict):
        named = {"people", "of", "started", "returned", "known", "relapsed", "n", "at_risk"}
        own = [value for name, value in document.items() if name in named and isinstance(value, int)]
        return own + [n for value in document.values() for n in numbers(value)]
    return []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_shared_sections_hold_no_small_number(engine: Engine, tmp_path: Path, size: int):
    load_tables(engine, tmp_path / "files", episodes=clinic(size))
    found = {name: answers(engine, SHARING)[name] for name in OF_RECOVERY}
    del found["follow_up"]["detectable_points"]
    assert all(n % 5 == 0 and (n == 0 or n >= 10) for n in numbers(found))
    fortnight = found["relapse"]["within_14_days"]["low"]
    assert (fortnight is None) == (
        size < 3
    )  # 20, then 40 returns with 8 relapses but 40 others, then 60 with 12
    assert found["relapse"]["running_without_pain"] == []


@pytest.mark.parametrize(("never", "shown"), [(0, True), (7, False), (8, True)])
def test_a_part_is_withheld_where_it_leaves_few_outside(
    engine: Engine, tmp_path: Path, never: int, shown: bool
):
    episodes = [*people(40, "E", back=40), *people(20, "F", back=40, pain=50), *people(never, "N")]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    assert (answers(engine, SHARING)["relapse"]["within_14_days"]["low"] is not None) == shown


def test_sections_follow_the_filters_rule(engine: Engine, tmp_path: Path):
    episodes = [*people(60, "E", back=40, condition="pfps"), *people(7, "F", condition="itbs")]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    found = answers(engine, SHARING, Cohort(conditions=("pfps",)))
    assert found["relapse"]["returned"] is None
    assert found["follow_up"]["median_days"] is None
    assert found["retention"]["groups"][0]["started"] is None


def test_an_empty_question_has_empty_sections(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=people(3, "E"))
    found = answers(engine, cohort=Cohort(conditions=("itbs",)))
    assert found["relapse"]["returned"] == 0
    assert found["retention"]["recorded"] is False
    assert found["intake_periods"]["periods"] == []


# --- tests within strata ----------------------------------------------------------------------------------------------


def test_tests_within_strata_are_asked_for_and_not_shared(engine: Engine, tmp_path: Path):
    episodes = [
        *people(9, "A", back=20, condition="pfps", earlier_episodes=0),
        *people(9, "B", back=30, condition="pfps", earlier_episodes=2),
        *people(9, "C", back=60, condition="itbs", earlier_episodes=0),
        *people(9, "D", back=90, condition="itbs", earlier_episodes=2),
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    with reading(engine) as connection:
        asked = {"by": "earlier_episodes", "stratify": "condition"}
        found = as_document(outcome_summary(connection, OWNER, Cohort(), **asked))
        plain = as_document(outcome_summary(connection, OWNER, Cohort(), by="earlier_episodes"))
        with pytest.raises(NotAllowed, match="within strata"):
            outcome_summary(connection, SHARING, Cohort(), **asked)
    assert (found["stratified_by"], plain["stratified_by"]) == ("condition", None)
    assert found["test"]["statistic"] > plain["test"]["statistic"]
    assert found["gray"]["df"] == 1
    assert [row["p"] for row in found["quantiles"]] == [0.25, 0.5, 0.75] * 2
    assert [row["value"] for row in found["quantiles"]][:3] == [20, 20, 60]
