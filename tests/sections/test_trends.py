"""Ten measures over time: a clinic worked out by hand, the golden series from files to JSON, and what may be shared."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import Row, load_tables, make_episode, make_score, make_visit
from sqlalchemy import Engine

from dashboard.charts.annotation_marks import marks_within
from dashboard.question import ask
from dashboard.report.chapters.happened import numbered
from dashboard.sections.catalogue import documents
from dashboard.sections.happened import happened_section, letter_of
from dashboard.sections.trend_measures import MEASURES
from dashboard.sections.trends import Trends, trends_section
from dashboard.summary import outcome_summary
from dashboard.summary_json import as_json
from dashboard.trend_words import caption, period_of, summary_rows
from sql.cohort import Cohort, Scope
from sql.engine import reading, writing
from sql.writes.annotation import add_annotation
from sql.writes.setting import write_setting
from sql.writes.trend import confirm_rebase, set_target

GOLDEN = (1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
TODAY = date(2024, 12, 31)
BACK = {1: 10, 2: 5, 3: 15}


def trends_of(engine: Engine, scope: str = "clinic", cohort: Cohort | None = None) -> Trends:
    with reading(engine) as connection:
        return trends_section(connection, ask(connection, Scope(scope), cohort or Cohort()))


def document_of(engine: Engine, scope: str = "clinic", cohort: Cohort | None = None) -> dict:
    with reading(engine) as connection:
        return documents(connection, ask(connection, Scope(scope), cohort or Cohort()), ["trend"])["trend"]


def in_json(document: dict, measure: str) -> dict:
    return next(found for found in document["measures"] if found["measure"] == measure)


def started(day: date, n: int, **cells: object) -> list[Row]:
    """People first seen on a day and last heard of 200 days later."""
    return [
        make_episode(
            f"E{day:%y%m%d}-{number}",
            first_visit_date=day,
            **{"last_contact_date": day + timedelta(200), **cells},
        )
        for number in range(n)
    ]


@pytest.fixture
def by_hand(engine: Engine, tmp_path: Path) -> Engine:
    """Twenty people in each of three months, of whom 10, 5 and 15 are back on day 40.

    In January 16 gave a baseline score, 4 of these one on day 70 (three fell by 3 points, one by 1), and one on
    day 30; 8 visits were attended, 2 missed, 5 cancelled. One person of March was last heard of on day 84.
    """
    episodes: list[Row] = []
    for month, back in BACK.items():
        day = date(2024, month, 10)
        rows = started(day, 20)
        for row in rows[:back]:
            row["return_to_run_date"] = (day + timedelta(40)).isoformat()
        episodes += rows
    episodes[-1]["last_contact_date"] = (date(2024, 3, 10) + timedelta(84)).isoformat()
    january = [row["episode_id"] for row in episodes[:20]]
    first = date(2024, 1, 10)
    scores = [make_score(code, scored_on=first, value="6") for code in january[:16]]
    scores += [
        make_score(code, scored_on=first + timedelta(70), value=value)
        for code, value in zip(january[:4], ("3", "3", "5", "3"), strict=True)
    ]
    scores.append(make_score(january[0], scored_on=first + timedelta(30), value="5"))
    words = ["attended"] * 8 + ["did_not_attend"] * 2 + ["cancelled"] * 5
    visits = [
        make_visit(january[number], visit_date=first + timedelta(7), status=word, treatments="")
        for number, word in enumerate(words)
    ]
    assert (
        load_tables(engine, tmp_path / "files", episodes=episodes, scores=scores, visits=visits).exit_code
        == 0
    )
    return engine


def test_a_clinic_worked_out_by_hand(by_hand: Engine):
    trends = trends_of(by_hand)

    def values(measure: str) -> list[tuple[float | None, int | None, int | None]]:
        return [(p.value.value, p.value.met, p.value.n) for p in trends.trend(measure).counted]

    assert [trend.measure.name for trend in trends.trends] == list(MEASURES)
    assert [n for _, _, n in values("intake")][:3] == [20, 20, 20]
    assert values("intake")[3:] == [(0, 0, 0)] * 9  # nobody came from April to December
    assert values("baseline_score") == [(16 / 20, 16, 20), (0, 0, 20), (0, 0, 20)]
    assert values("score_at_6_weeks")[0] == (1 / 20, 1, 20)
    assert values("score_at_12_weeks")[0] == (4 / 20, 4, 20)
    assert values("known_at_12_weeks") == [(1, 20, 20), (1, 20, 20), (19 / 20, 19, 20)]
    assert values("did_not_attend") == [(2 / 10, 2, 10)]
    assert values("cancelled") == [(5 / 15, 5, 15)]
    pain = trends.trend("pain_change")
    assert pain.detail == ("NPRS", "usual_week")
    assert [(p.value.state, p.value.value, p.value.met, p.value.n) for p in pain.points] == [
        ("counted", -3, 4, 20), ("nobody", None, None, 20), ("nobody", None, None, 20),
    ]  # fmt: skip


def test_shares_back_stand_between_limits_that_follow_their_number(by_hand: Engine):
    """F = 10/20, 5/20, 15/20 around 30/60; n_eff = 20 each: 0.5 -+ 3 sqrt(0.25 / 20) = 0.5 -+ 0.3354102."""
    trend = trends_of(by_hand).trend("back_by_12_weeks")
    assert [point.value.value for point in trend.points] == pytest.approx([0.5, 0.25, 0.75])
    assert [point.n_effective for point in trend.points][:2] == pytest.approx([20, 20])
    first = trend.points[0]
    assert (first.mean, first.lower, first.upper) == pytest.approx((0.5, 0.1645898, 0.8354102))
    assert [point.rule for point in trend.points] == [None] * 3
    assert (trend.unit, trend.trial, trend.variation, trend.suggested) == (
        "month",
        True,
        "common cause",
        None,
    )


def test_months_that_are_not_mature_are_provisional(engine: Engine, tmp_path: Path):
    """As of 31 December all of September had 84 days, of October only some: its share is provisional."""
    months = (8, 9, 10, 11, 12)
    episodes = [
        row for month in months for row in started(date(2024, month, 2), 20, last_contact_date="2024-12-30")
    ]
    for row in episodes[::2]:
        row["return_to_run_date"] = (date.fromisoformat(row["first_visit_date"]) + timedelta(20)).isoformat()
    load_tables(engine, tmp_path / "late", episodes=episodes)
    trends = trends_of(engine)
    back = trends.trend("back_by_12_weeks").points
    assert [p.value.state for p in back] == ["counted", "counted", "not yet", "not yet", "not yet"]
    assert [p.value.value for p in back] == [0.5, 0.5, None, None, None]
    assert [p.provisional for p in back] == [None, None, 0.5, None, None]
    assert [len(trends.trend(name).counted) for name in ("intake", "baseline_score", "score_at_6_weeks")] == [
        5,
        4,
        3,
    ]
    assert [len(trends.trend(name).counted) for name in ("known_at_12_weeks", "known_at_26_weeks")] == [2, 0]


def test_a_quarter_that_the_period_cuts_is_named_by_what_is_in_it(engine: Engine, tmp_path: Path):
    """15 a month are read by quarter; without October the first quarter is November and December."""
    rows = [row for month in (10, 11, 12) for row in started(date(2023, month, 6), 15)]
    load_tables(engine, tmp_path / "files", episodes=rows, request={"as_of": date(2024, 12, 31)})
    asked = Cohort(first_visit_from=date(2023, 11, 1))
    trend = trends_of(engine, cohort=asked).trend("back_by_12_weeks")
    (point,) = trend.points
    assert (trend.unit, period_of(point.value), point.value.n) == ("quarter", "Nov–Dec 2023", 30)
    trend = trends_of(engine, "sharing", asked).trend("known_at_12_weeks")
    assert (trend.unit, period_of(trend.points[0].value)) == ("half-year", "Nov–Dec 2023")
    (whole,) = trends_of(engine).trend("back_by_12_weeks").points
    assert period_of(whole.value) == "Oct–Dec 2023"


def test_without_any_score_the_score_measures_have_no_data(engine: Engine, tmp_path: Path):
    rows = [row for month in range(1, 10) for row in started(date(2024, month, 5), 45)]
    load_tables(engine, tmp_path / "files", episodes=rows, request={"as_of": date(2024, 12, 31)})
    for scope in ("clinic", "sharing"):
        table = {row["measure"]: row for row in summary_rows(trends_of(engine, scope).to_read())}
        for measure in ("Score at the first visit", "Score in weeks 4 to 6", "Score in weeks 8 to 12"):
            assert (table[measure]["variation"], table[measure]["last"]) == ("… no data", "–")
        assert table["Status known at week 12"]["variation"] != "… no data"


def test_one_score_makes_the_others_a_finding(engine: Engine, tmp_path: Path):
    """Scores at the first visit alone: that none follows is worth a 0 %."""
    rows = started(date(2024, 1, 5), 12)
    scores = [make_score(str(rows[0]["episode_id"]), scored_on=date(2024, 1, 5))]
    load_tables(
        engine, tmp_path / "files", episodes=rows, scores=scores, request={"as_of": date(2024, 12, 31)}
    )
    (point,) = trends_of(engine).to_read().trend("score_at_12_weeks").points
    assert point.value.value == 0


def test_one_person_is_a_person(engine: Engine, tmp_path: Path):
    load_tables(
        engine,
        tmp_path / "files",
        episodes=started(date(2024, 1, 5), 1),
        request={"as_of": date(2024, 12, 31)},
    )
    trends = trends_of(engine)
    words = caption(trends.trend("known_at_12_weeks"), trends).replace("\N{NO-BREAK SPACE}", " ")
    assert words.startswith("Jan 2024: 100 % of 1 person.")


@pytest.fixture
def golden(engine: Engine, tmp_path: Path) -> Engine:
    """As many people in each of 18 months as the golden series of methods.md says."""
    days = [date(2023 + month // 12, month % 12 + 1, 5) for month in range(len(GOLDEN))]
    episodes = [
        row for day, n in zip(days, GOLDEN, strict=True) for row in started(day, n, last_contact_date="")
    ]
    load_tables(engine, tmp_path / "golden", episodes=episodes, request={"as_of": date(2024, 6, 30)})
    return engine


def test_the_golden_series_from_files_to_json(golden: Engine):
    """NHSRplotthedots: mean 1.944, limits -0.716 and 4.604, the fifth point outside."""
    trend = in_json(document_of(golden), "intake")
    assert [point["value"] for point in trend["points"]] == list(GOLDEN)
    (segment,) = trend["segments"]
    assert (segment["mean"], segment["lower"], segment["upper"]) == pytest.approx(
        (1.944, -0.716, 4.604), abs=5e-4
    )
    flagged = [(n, p["rule"], p["kind"]) for n, p in enumerate(trend["points"]) if p["rule"]]
    assert flagged == [(4, "outside the limits", "neutral")]
    assert (trend["period"], trend["better"], trend["variation"]) == ("month", "neither", "common cause")


def test_what_people_decided_is_in_it(golden: Engine):
    july = date(2023, 7, 1)
    with writing(golden) as connection:
        confirm_rebase(connection, "main", "intake", july, "second site", today=TODAY)
        confirm_rebase(connection, "main", "intake", date(2030, 1, 1), "later than all", today=TODAY)
        set_target(connection, "main", "known_at_12_weeks", 0.5, today=TODAY)
        add_annotation(connection, "main", date(2023, 7, 3), "second site", today=TODAY)
    document = document_of(golden)
    intake, known = in_json(document, "intake"), in_json(document, "known_at_12_weeks")
    assert [(s["from"], s["points"]) for s in intake["segments"]] == [("2023-01-01", 6), ("2023-07-01", 12)]
    assert intake["trial_limits"]
    assert intake["run_test"]["n"] == 12
    assert [r["reason"] for r in intake["rebases"]] == ["second site", "later than all"]
    assert intake["segments"][1]["mean"] == pytest.approx(1.5)
    assert (known["target"], known["assurance"]) == (
        0.5,
        None,
    )  # everybody is known in every month: no limits
    assert document["annotations"] == [
        {"clinic": "main", "number": 1, "day": "2023-07-03", "text": "second site"}
    ]


def test_what_happened_has_one_number_by_its_day_everywhere(golden: Engine):
    """Entered last, dated first; a changed definition is no note and has a letter."""
    with writing(golden) as connection:
        for day in (date(2023, 7, 3), date(2024, 1, 2), date(2023, 3, 1)):
            add_annotation(connection, "main", day, f"on {day}", today=TODAY)
        write_setting(connection, "main", "definition", "5 km without pain", date(2023, 6, 1), today=TODAY)
    by_day = [(1, "2023-03-01"), (2, "2023-07-03"), (3, "2024-01-02")]
    assert [(note["number"], note["day"]) for note in document_of(golden)["annotations"]] == by_day
    assert [(number, note.day.isoformat()) for number, note in numbered(trends_of(golden))] == by_day
    with reading(golden) as connection:
        events = happened_section(connection, ask(connection, Scope("clinic"), Cohort())).events
    assert [(event.number, event.day.isoformat()) for event in events] == [
        ("1", "2023-03-01"), ("A", "2023-06-01"), ("2", "2023-07-03"), ("3", "2024-01-02"),
    ]  # fmt: skip
    (mark,) = marks_within(events, date(2024, 1, 1), date(2024, 6, 30))
    assert mark.number == "3"
    assert [letter_of(place) for place in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]


def test_of_several_clinics_no_decision_holds(golden: Engine, tmp_path: Path):
    with writing(golden) as connection:
        set_target(connection, "main", "intake", 3, today=TODAY)
    load_tables(golden, tmp_path / "other", episodes=[make_episode()], request={"clinic": "other"})
    document = document_of(golden)
    assert (document["clinic"], in_json(document, "intake")["target"]) == (None, None)
    one = document_of(golden, cohort=Cohort(clinics=("main",)))
    assert (one["clinic"], in_json(one, "intake")["target"]) == ("main", 3)


def test_a_period_asked_for_has_whole_months_only(golden: Engine):
    cohort = Cohort(first_visit_from=date(2023, 3, 4), first_visit_to=date(2023, 6, 20))
    intake = trends_of(golden, cohort=cohort).trend("intake")
    assert [(p.value.first_day.month, p.value.state) for p in intake.points] == [
        (3, "not yet"), (4, "counted"), (5, "counted"), (6, "not yet"),
    ]  # fmt: skip


# --- to share ------------------------------------------------------------------------------------------------


def test_to_share_months_are_joined_and_rounded(by_hand: Engine):
    """60 starters of a quarter, 30 back; scores 16 of 60 round to 15 of 60; few gave a later one."""
    trends = trends_of(by_hand, "sharing")
    back, baseline = trends.trend("back_by_12_weeks"), trends.trend("baseline_score")
    assert (back.unit, baseline.unit) == ("quarter", "quarter")
    assert [(p.value.value, p.value.met, p.value.n) for p in back.counted] == [(pytest.approx(0.5), 30, 60)]
    assert [(p.value.value, p.value.met, p.value.n) for p in baseline.counted] == [(0.25, 15, 60)]
    for measure in ("score_at_12_weeks", "score_at_6_weeks", "pain_change", "did_not_attend", "cancelled"):
        assert {p.value.state for p in trends.trend(measure).points} <= {"withheld", "not yet"}, measure
    assert [p.value.value for p in trends.trend("intake").counted] == [60, 0]  # half-years


def test_to_share_nothing_small_is_in_the_json(golden: Engine, by_hand: Engine):
    for cohort in (Cohort(), Cohort(conditions=("pfps",)), Cohort(first_visit_from=date(2024, 1, 1))):
        with reading(by_hand) as connection:
            asked = ask(connection, Scope("sharing"), cohort)
            summary = outcome_summary(connection, Scope("sharing"), cohort)
            document = json.loads(as_json(summary, documents(connection, asked, ["trend"])))["trend"]
        for measure in document["measures"]:
            for point in measure["points"]:
                counts = [n for n in (point["met"], point["n"]) if n is not None]
                assert all((n % 5 == 0 and n == 0) or n >= 8 for n in counts), (measure["measure"], point)
                if measure["kind"].startswith("share") and point["value"] is not None:
                    assert round(point["value"], 2) == point["value"]
                    assert point["n"] >= 40


def test_to_share_a_filter_that_leaves_few_out_shows_nothing(engine: Engine, tmp_path: Path):
    episodes = started(date(2024, 1, 10), 60)
    for row in episodes[:5]:
        row["condition"] = "itbs"
    load_tables(engine, tmp_path / "few", episodes=episodes)
    assert trends_of(engine, "sharing", Cohort(conditions=("pfps",))).trends == ()
    assert document_of(engine, "sharing", Cohort(conditions=("pfps",)))["withheld"]
    assert trends_of(engine, "clinic", Cohort(conditions=("pfps",))).trends
    assert trends_of(engine, "sharing").trends


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (7, None), (8, 10)])
def test_to_share_the_smallest_number_of_people(engine: Engine, tmp_path: Path, n: int, shown: int | None):
    first = [row for month in (1, 2, 3) for row in started(date(2024, month, 10), 20, last_contact_date="")]
    some = started(date(2024, 4, 10), n, last_contact_date="")
    load_tables(engine, tmp_path / "some", episodes=first + some, request={"as_of": date(2024, 4, 30)})
    values = {p.value.first_day.month: p.value for p in trends_of(engine, "sharing").trend("intake").points}
    assert values[4].n == shown
    assert values[4].state == ("withheld" if shown is None else "counted")


def test_visits_of_few_people_are_not_shared(engine: Engine, tmp_path: Path):
    """Forty booked visits of five people say something about five people."""
    episodes = started(date(2024, 1, 1), 50)
    few, many = [row["episode_id"] for row in episodes[:5]], [row["episode_id"] for row in episodes[5:45]]
    visits = [
        make_visit(code, visit_date=date(2024, 1, 2) + timedelta(day), status="did_not_attend", treatments="")
        for code in few
        for day in range(8)
    ]
    visits += [make_visit(code, visit_date="2024-01-02", status="attended", treatments="") for code in many]
    load_tables(engine, tmp_path / "visits", episodes=episodes, visits=visits)
    (month,) = trends_of(engine, "sharing").trend("did_not_attend").points
    assert (month.value.state, month.value.value, month.value.met) == ("withheld", None, None)
    (exact,) = trends_of(engine).trend("did_not_attend").points
    assert exact.value.value == pytest.approx(40 / 80)
