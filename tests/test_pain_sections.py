"""Pain and function from files through the loader: what each audience is told, by hand and against R."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from builders import Row, load_tables, make_episode, make_score
from sqlalchemy import Engine

from dashboard.pain_tables import responder_rows
from dashboard.question import ask
from dashboard.report.chapters.pain import _responders
from dashboard.sections.catalogue import documents
from dashboard.sections.pain import scale_list, thresholds
from dashboard.sections.pain_scales import PainOf, PainSection, pain_section
from sql.cohort import Cohort, Scope
from sql.engine import reading
from sql.queries.score_rows import AskedScale

START = date(2024, 1, 8)
OWNER, SHARING = Scope("clinic"), Scope("sharing")
USUAL, KNEE = AskedScale("NPRS", "usual_week"), AskedScale("AKPS", "")
# R 4.2.2: t.test(y, x, paired = TRUE)
BEFORE, AFTER = (7, 5, 6, 8, 3, 9, 6, 7), (4, 5, 2, 8, 3, 4, 1, 6)


def scored(code: str, *values: tuple[int, float], start: date = START, **cells: object) -> list[Row]:
    """Scores of one person as (days since the first visit, value)."""
    return [make_score(code, scored_on=start + timedelta(day), value=value, **cells) for day, value in values]


def answer(
    engine: Engine, scale: AskedScale, scope: Scope = OWNER, cohort: Cohort | None = None
) -> PainSection:
    with reading(engine) as connection:
        return PainOf(scale)(connection, ask(connection, scope, cohort or Cohort()))


def json_of(engine: Engine, scope: Scope = OWNER, cohort: Cohort | None = None) -> dict[str, dict]:
    with reading(engine) as connection:
        return documents(connection, ask(connection, scope, cohort or Cohort()), ("pain", "responders"))


@pytest.fixture
def twelve(engine: Engine, tmp_path: Path) -> Engine:
    """Eight pairs, one with a start only, one with a window only, one silent, one who came 50 days ago."""
    recent = date(2024, 12, 31) - timedelta(50)
    episodes = [make_episode(f"E{n}") for n in range(11)]
    episodes.append(make_episode("new", first_visit_date=recent, last_contact_date=""))
    scores = [
        row for n, pair in enumerate(zip(BEFORE, AFTER, strict=True))
        for row in scored(f"E{n}", (0, pair[0]), (70, pair[1]))
    ]  # fmt: skip
    scores += [*scored("E8", (0, 5)), *scored("E9", (70, 2)), *scored("new", (-2, 1), (40, 1), start=recent)]
    load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores)
    return engine


def test_paired_change_equals_r(twelve: Engine):
    """mean -2.25, 95 % -4.1327051146 to -0.3672948854, standard error 0.7961963146."""
    found = answer(twelve, USUAL)
    change = found.changes[1]
    assert (found.started, change.scored, change.without_score, change.not_over) == (12, 8, 3, 1)
    assert (change.mean, change.low, change.high, change.se) == pytest.approx(
        (-2.25, -4.1327051146, -0.3672948854, 0.7961963146), abs=1e-9
    )
    assert (change.baseline_mean, change.later_mean) == pytest.approx((51 / 8, 33 / 8))
    assert (found.baseline.scored, found.baseline.without_score) == (10, 2)
    assert found.baseline.mean == pytest.approx(57 / 10)


def test_everybody_who_started_is_scored_or_silent_or_not_that_far(twelve: Engine):
    for section in (answer(twelve, USUAL), answer(twelve, KNEE)):
        for change in section.changes:
            assert change.scored + change.without_score + change.not_over == section.started == 12


def test_responders_by_hand(twelve: Engine):
    """Changes 3 0 4 0 0 5 5 1 and, by week 6, 0 of somebody who starts at 1."""
    rows = {(row.threshold.threshold, row.window.first_day): row for row in answer(twelve, USUAL).responders}
    assert list(rows)[:3] == [(2, 28), (2, 56), (2, 168)]
    by_12 = rows[2, 56]  # who starts at 1 cannot fall by 2
    assert (by_12.excluded, by_12.of_scored.numerator, by_12.of_scored.denominator) == (1, 4, 8)
    assert (by_12.of_started.numerator, by_12.of_started.denominator) == (4, 11)
    assert (by_12.of_over.numerator, by_12.of_over.denominator) == (4, 11)
    by_6 = rows[1.16, 28]
    assert (by_6.excluded, by_6.of_scored.denominator, by_6.of_started.denominator) == (1, 0, 11)
    share = rows[30, 28]  # 30 % of 1 is in reach, and not reached
    assert (share.excluded, share.of_scored.numerator, share.of_scored.denominator) == (0, 0, 1)
    assert (share.of_started.denominator, share.of_over.denominator) == (12, 12)
    late = rows[30, 168]  # not over for who came 50 days ago
    assert (late.of_started.denominator, late.of_over.denominator) == (12, 11)


def test_the_usual_course_counts_who_has_come_that_far(twelve: Engine):
    weeks = {week.week: week for week in answer(twelve, USUAL).weeks}
    assert list(weeks) == [0, 5, 10]  # a score before the first visit is in no week
    assert [(weeks[n].scored, weeks[n].still, weeks[n].started) for n in weeks] == [
        (9, 11, 12),
        (1, 10, 12),
        (9, 9, 11),
    ]
    assert not any(week.drawn for week in weeks.values())


def test_function_keeps_its_own_direction_and_contexts_stay_apart(engine: Engine, tmp_path: Path):
    episodes = [make_episode(f"E{n}") for n in range(2)]
    scores = [
        *scored("E0", (0, 70), (75, 81), instrument="AKPS", context=""),
        *scored("E1", (0, 92), (75, 100), instrument="AKPS", context=""),
        *scored("E0", (0, 6), (75, 1)),
        *scored("E0", (0, 9), (75, 9), context="running"),
        *scored("E0", (71, 0), reporter="clinician"),
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores)
    knee = answer(engine, KNEE)
    assert (knee.scale.better, knee.changes[1].mean) == ("higher", 9.5)
    ten, eight = (row for row in knee.responders if row.window.first_day == 56)
    assert (ten.excluded, ten.of_scored.numerator, ten.of_scored.denominator) == (1, 1, 1)
    assert (eight.excluded, eight.of_scored.numerator, eight.of_scored.denominator) == (0, 2, 2)
    assert answer(engine, USUAL).changes[1].mean == -5
    assert answer(engine, AskedScale("NPRS", "running")).changes[1].mean == 0


def test_one_scale_and_all_scales_at_once_agree(twelve: Engine):
    with reading(twelve) as connection:
        asked = ask(connection, OWNER, Cohort())
        assert pain_section(connection, asked) == tuple(
            PainOf(scale)(connection, asked) for scale in scale_list(connection, asked)
        )


def test_answers_of_two_scales_have_different_names():
    assert PainOf(USUAL).__name__ != PainOf(KNEE).__name__


def test_the_json_has_the_numbers_of_the_section(twelve: Engine):
    section, document = answer(twelve, USUAL), json_of(twelve)
    (scale,) = document["pain"]["scales"]
    assert (scale["instrument"], scale["context"], scale["started"]) == ("NPRS", "usual_week", 12)
    assert scale["windows"][1]["change"] == {
        name: getattr(section.changes[1], name) for name in ("mean", "low", "high", "se")
    }
    assert [week["scored"] for week in scale["weeks"]] == [9, 1, 9]
    rows = document["responders"]["rows"]
    assert len(rows) == 3 * sum(threshold.instrument == "NPRS" for threshold in thresholds())
    assert rows[1]["of_scored"]["value"] == 0.5
    json.dumps(document, allow_nan=False)


def test_without_scores_there_is_no_scale(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=[make_episode()])
    assert json_of(engine) == {"pain": {"scales": []}, "responders": {"rows": []}}
    assert answer(engine, USUAL).changes[0].scored == 0


# --- to share ----------------------------------------------------------------------------------------------------


def clinic_of(sizes: dict[str, int], silent: int = 0) -> dict[str, list[Row]]:
    """People by condition who go from 6 or 7 to 2, 4 or 6 by week 10; `silent` of them are never scored."""
    people = [(f"{condition}{n}", condition, n) for condition, size in sizes.items() for n in range(size)]
    return {
        "episodes": [make_episode(code, condition=condition, therapist=f"T{n % 5}") for code, condition, n in people],
        "scores": [
            row for code, _, n in people if n >= silent for row in scored(code, (0, 6 + n % 2), (70, 2 + 2 * (n % 3)))
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("people", "mean", "share"), [(7, False, False), (8, True, False), (39, True, False), (48, True, True)]
)
def test_small_numbers_are_withheld(engine: Engine, tmp_path: Path, people: int, mean: bool, share: bool):
    load_tables(engine, tmp_path / "files", **clinic_of({"pfps": people}))
    found = answer(engine, USUAL, SHARING)
    assert (found.changes[1].mean is not None) == mean
    assert any(row.of_scored.value is not None for row in found.responders) == share
    if people == 7:
        figures = [found.started, found.baseline.mean, found.baseline.scored, found.changes[1].scored]
        assert figures == [None] * 4
        assert not any(week.drawn or week.scored for week in found.weeks)


@pytest.mark.parametrize(("others", "seen"), [(0, True), (7, False), (8, True)])
def test_nothing_is_told_if_one_to_seven_people_are_outside(
    engine: Engine, tmp_path: Path, others: int, seen: bool
):
    load_tables(engine, tmp_path / "files", **clinic_of({"pfps": 60, "itbs": others}))
    found = answer(engine, USUAL, SHARING, Cohort(conditions=("pfps",)))
    assert (found.withheld, found.started) == (not seen, 60 if seen else None)
    assert {change.withheld for change in found.changes} == {not seen}
    assert {change.scored is None for change in found.changes} == {not seen}
    assert answer(engine, USUAL, SHARING).changes[1].mean is not None


def test_a_figure_is_withheld_if_one_to_seven_scored_people_are_outside(engine: Engine, tmp_path: Path):
    """20 people are outside the filter, but only 5 of them were scored."""
    tables = clinic_of({"pfps": 60, "itbs": 20})
    tables["scores"] = [
        row
        for row in tables["scores"]
        if not row["episode_id"].startswith("itbs") or int(row["episode_id"][4:]) < 5
    ]
    load_tables(engine, tmp_path / "files", **tables)
    found = answer(engine, USUAL, SHARING, Cohort(conditions=("pfps",)))
    assert (found.withheld, found.started) == (False, 60)
    assert found.baseline.withheld
    assert found.changes[1].withheld
    assert found.changes[1].mean is None
    by_12 = next(row for row in found.responders if row.window.first_day == 56)
    assert by_12.of_scored.withheld
    assert all(week.withheld for week in found.weeks)


def test_no_pair_of_shared_filters_tells_of_one_to_seven_people(engine: Engine, tmp_path: Path):
    """Every pair of overlapping questions of a small clinic differs by nothing or by a rounding step."""
    episodes = [
        make_episode(
            f"E{n}",
            condition=("pfps", "itbs", "other_knee")[n % 3 % (2 + (n > 60))],
            site=("a", "b")[n % 7 > 2],
            first_visit_date=date(2024, 1 + n % 6, 8),
        )
        for n in range(120)
    ]
    scores = [
        row
        for n in range(120)
        if n % 9
        for row in scored(f"E{n}", (0, 5 + n % 4), (70, n % 6), start=date(2024, 1 + n % 6, 8))
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores)
    sections = [
        answer(engine, USUAL, SHARING, Cohort(conditions=c, sites=s, first_visit_from=f, first_visit_to=t))
        for c in ((), ("pfps",), ("itbs",), ("other_knee",))
        for s in ((), ("a",))
        for f, t in ((None, None), (date(2024, 1, 1), date(2024, 3, 31)))
    ]
    for count in (lambda x: x.started, lambda x: x.changes[1].scored if x.changes else None):
        known = [n for n in map(count, sections) if n is not None]
        assert len(known) < len(sections)
        assert all(n % 5 == 0 and (n == 0 or n >= 10) for n in known)
        assert all(a == b or abs(a - b) >= 5 for a, b in combinations(known, 2))


def test_a_share_of_all_does_not_tell_of_seven_who_were_scored(engine: Engine, tmp_path: Path):
    """0 % of 60 would say that none of the seven scored improved."""
    tables = clinic_of({"pfps": 60})
    tables["scores"] = [
        row for n in range(60) for row in scored(f"pfps{n}", (0, 6), *([(70, 6)] if n < 7 else []))
    ]
    load_tables(engine, tmp_path / "files", **tables)
    by_12 = [row for row in answer(engine, USUAL, SHARING).responders if row.window.first_day == 56]
    assert all(share.withheld for row in by_12 for share in (row.of_scored, row.of_started, row.of_over))
    assert {row.of_started.denominator for row in by_12} == {60}
    assert {row.of_started.value for row in by_12} == {None}


def test_a_scale_that_under_eight_scores_were_given_on_is_not_named(engine: Engine, tmp_path: Path):
    tables = clinic_of({"pfps": 50})
    tables["scores"] += [
        row for n in range(7) for row in scored(f"pfps{n}", (0, 50), instrument="KOOS-PF", context="")
    ]
    load_tables(engine, tmp_path / "files", **tables)
    names = [
        [scale["instrument"] for scale in json_of(engine, scope)["pain"]["scales"]]
        for scope in (OWNER, SHARING)
    ]
    assert names == [["NPRS", "KOOS-PF"], ["NPRS"]]


def test_the_shared_json_has_whole_per_cent_and_one_decimal(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", **clinic_of({"pfps": 97}, silent=10))
    document = json_of(engine, SHARING)
    change = document["pain"]["scales"][0]["windows"][1]
    assert (change["scored"], change["without_score"]) == (85, 10)
    assert all(round(x, 1) == x for x in change["change"].values())
    for row in document["responders"]["rows"]:
        for share in (row["of_scored"], row["of_started"], row["of_over"]):
            assert share["value"] is None or round(share["value"], 2) == share["value"]


def left_out(engine: Engine, folder: Path, starts: list[tuple[int, bool]]) -> set[tuple[str, str]]:
    """How many were scored in weeks 8 to 12 and left out at 2 points, on the page and in the report."""
    episodes = [make_episode(f"E{n}") for n in range(len(starts))]
    scores = [
        row
        for n, (first, later) in enumerate(starts)
        for row in scored(f"E{n}", (0, first), *([(70, 4)] if later else []))
    ]
    assert load_tables(engine, folder, episodes=episodes, scores=scores).status == "loaded"
    section = answer(engine, USUAL, SHARING)
    page = {
        (row["scored"], row["left out"])
        for row in responder_rows(section)
        if row["improved by"] == "≥ 2 points" and row["window"] == section.changes[1].window.name
    }
    report = {(row[8], row[3]) for row in _responders([section]).rows if row[1:3] == ("≥ 2 points", "56–84")}
    assert {tuple(map(str, row)) for row in report} == page
    return page


@pytest.mark.parametrize("low", [0, 2, 5])
def test_whom_a_threshold_leaves_out_of_five_is_not_told(engine: Engine, tmp_path: Path, low: int):
    """Of 60 with a first score 5 have a later one, and some of the 5 may start too low: none, or all of them."""
    starts = [(1 if n < low else 6, n < 5) for n in range(60)]
    assert left_out(engine, tmp_path / "files", starts) == {("fewer than 8", "not shown")}


@pytest.mark.parametrize("low", [0, 2, 4])
def test_nobody_of_twelve_is_left_out_reads_like_a_few(engine: Engine, tmp_path: Path, low: int):
    found = left_out(engine, tmp_path / "files", [(1 if n < low else 6, True) for n in range(12)])
    assert {left for _, left in found} == {"fewer than 8"}


@pytest.mark.parametrize("scored_late", [0, 1, 15])
def test_a_week_that_few_have_got_to_is_not_listed(engine: Engine, tmp_path: Path, scored_late: int):
    """15 people came long ago and 40 ten weeks ago: in week 20, a row or none would tell of the 15."""
    recent = date(2024, 12, 31) - timedelta(70)
    episodes = [make_episode(f"old{n}") for n in range(15)]
    episodes += [make_episode(f"new{n}", first_visit_date=recent, last_contact_date="") for n in range(40)]
    scores = [row for n in range(40) for row in scored(f"new{n}", (0, 6), (35, 4), start=recent)]
    scores += [row for n in range(15) for row in scored(f"old{n}", (0, 6))]
    scores += [row for n in range(scored_late) for row in scored(f"old{n}", (140, 2))]
    load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores)
    assert [week.week for week in answer(engine, USUAL, SHARING).weeks] == [0, 5]
    (scale,) = json_of(engine, SHARING)["pain"]["scales"]
    assert [week["week"] for week in scale["weeks"]] == [0, 5]
    assert (20 in [week.week for week in answer(engine, USUAL).weeks]) == (scored_late > 0)
