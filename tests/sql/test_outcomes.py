"""Outcomes derived in SQL, against hand-worked courses and against plain Python written from the method itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

import pytest
from builders import Row, load_tables, make_episode, make_running, make_score, make_visit, rows_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from sql.schema import OUTCOME_COLUMNS

START = date(2023, 3, 6)
AS_OF = date(2026, 10, 31)
DERIVED = (
    "start_day", "previous_first_visit_day", "eligibility", "day", "outcome", "late_day", "late_outcome", "last_day",
    "return_day", "relapse_day", "stop_day", "standing", "condition", "site", "therapist", "goal", "sex", "age_band",
    "side", "symptom_duration", "earlier_episodes",
)  # fmt: skip


@dataclass
class Clinic:
    """Rows of four tables, as written to their files."""

    episodes: list[Row] = field(default_factory=list)
    running: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        return {name: rows for name, rows in vars(self).items() if rows}


def derived(engine: Engine, clinic: str = "main") -> dict[str, dict[str, object]]:
    """What the store derived, by episode."""
    rows = rows_of(engine, "episode_outcome", "episode_id", *DERIVED, clinic=clinic)
    return {row[0]: dict(zip(DERIVED, row[1:], strict=True)) for row in rows}


# --- the method in plain Python ---------------------------------------------------------------------------------

BEST_SOURCE_FIRST = ("clinician", "phone", "patient_form", "")
LONGEST_DAYS = {"up_to_6_weeks": 42, "up_to_4_months": 122, "up_to_12_months": 365}


def naive_outcomes(clinic: Clinic) -> dict[str, dict[str, object]]:
    return {row["episode_id"]: naive_outcome(row, clinic) for row in clinic.episodes}


def naive_outcome(row: Row, clinic: Clinic) -> dict[str, object]:
    start = day(row["first_visit_date"])
    reports = of_episode(row, clinic.running)
    returned, relapsed = return_and_relapse(row, reports)
    stop, moved = first_stop(row, reports, start)
    last = last_contact(row, reports, of_episode(row, clinic.scores), of_episode(row, clinic.visits), start)
    ended, outcome = end_of_observation(returned, stop, last, moved=moved)
    late_on, late = late_report(returned, stop, last, outcome, moved=moved)
    eligibility = naive_eligibility(row, returned, start)

    def since_start(on: int | None) -> int | None:
        return None if on is None else on - start

    return {
        "start_day": start,
        "previous_first_visit_day": previous_first_visit(row, clinic.episodes),
        "eligibility": eligibility,
        "day": max(ended - start, 0),
        "outcome": outcome,
        "late_day": since_start(late_on),
        "late_outcome": late,
        "last_day": last - start,
        "return_day": since_start(returned),
        "relapse_day": since_start(relapsed),
        "stop_day": since_start(stop),
        "standing": naive_standing(row, eligibility, returned, stop, last, start),
        "condition": row["condition"],
        "site": row.get("site") or "main",
        "therapist": row["therapist"],
        **{name: row.get(name) or "unknown" for name in ("goal", "sex", "age_band", "side")},
        "symptom_duration": naive_symptom_duration(row.get("onset_date", ""), start),
        "earlier_episodes": {"": "unknown", "0": "none"}.get(row.get("earlier_episodes", ""), "some"),
    }


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def known_day(row: Row, name: str) -> int | None:
    return day(row[name]) if row.get(name) else None


def of_episode(row: Row, rows: Iterable[Row]) -> list[Row]:
    return [other for other in rows if other["episode_id"] == row["episode_id"]]


def status_day(report: Row) -> int:
    return day(report.get("since") or report["reported_on"])


def believed(reports: list[Row]) -> list[Row]:
    """One report a day: the best source's."""
    by_day: dict[str, list[Row]] = {}
    for report in reports:
        by_day.setdefault(report["reported_on"], []).append(report)
    return [min(same, key=lambda r: BEST_SOURCE_FIRST.index(r.get("source", ""))) for same in by_day.values()]


def return_and_relapse(row: Row, reports: list[Row]) -> tuple[int | None, int | None]:
    good = ("running_without_pain", "back_to_usual")
    returns = [status_day(report) for report in believed(reports) if report["status"] in good]
    if not returns:
        returned = known_day(row, "return_to_run_date")
        return returned, None if returned is None else known_day(row, "relapse_date")
    returned = min(returns)
    pain_again = [
        status_day(report) if status_day(report) > returned else day(report["reported_on"])
        for report in believed(reports)
        if report["status"] == "running_with_pain" and day(report["reported_on"]) > returned
    ]
    return returned, min(pain_again, default=None)


def first_stop(row: Row, reports: list[Row], start: int) -> tuple[int | None, bool]:
    """The day of the first stop, and whether it is a move, which ends observation only."""
    gave_up = [
        max(status_day(report), start) for report in believed(reports) if report["status"] == "given_up"
    ]
    stops = [(on, 0) for on in gave_up]
    if row.get("stopped_date"):
        stops.append((max(day(row["stopped_date"]), start), row["stopped_reason"] == "moved_away"))
    on, moved = min(stops, default=(None, False))
    return on, bool(moved)


def last_contact(row: Row, reports: list[Row], scores: list[Row], visits: list[Row], start: int) -> int:
    contacts = [start]
    contacts += [day(report["reported_on"]) for report in reports]
    contacts += [day(score["scored_on"]) for score in scores]
    contacts += [day(visit["visit_date"]) for visit in visits if visit["status"] == "attended"]
    if row.get("last_contact_date"):
        contacts.append(day(row["last_contact_date"]))
    if row.get("discharge_date") and row.get("discharge_reason") != "lost_to_follow_up":
        contacts.append(day(row["discharge_date"]))
    return max(contacts)


def end_of_observation(returned: int | None, stop: int | None, last: int, *, moved: bool) -> tuple[int, str]:
    """The earliest of return, stop and last contact; on one day in this order."""
    ends = [(last, 2, "censored")]
    if returned is not None:
        ends.append((returned, 0, "returned"))
    if stop is not None:
        ends.append((stop, 1, "censored" if moved else "stopped"))
    on, _, outcome = min(ends)
    return on, outcome


def late_report(
    returned: int | None, stop: int | None, last: int, outcome: str, *, moved: bool
) -> tuple[int | None, str | None]:
    late = []
    if outcome == "censored" and returned is not None and returned > last:
        late.append((returned, 0, "returned"))
    if outcome == "censored" and stop is not None and stop > last and not moved:
        late.append((stop, 1, "stopped"))
    on, _, what = min(late, default=(None, 0, None))
    return on, what


def naive_eligibility(row: Row, returned: int | None, start: int) -> str:
    if row.get("red_flag", "") not in ("", "none") and not row.get("red_flag_cleared_date"):
        return "red_flag"
    return "already_running" if returned is not None and returned < start else "eligible"


def naive_standing(
    row: Row, eligibility: str, returned: int | None, stop: int | None, last: int, start: int
) -> str:
    if eligibility != "eligible":
        return "cannot_count"
    if returned is not None:
        return "returned"
    if stop is not None:
        return "stopped"
    if last == start:
        return "no_contact"
    if row.get("discharge_reason") == "lost_to_follow_up":
        return "lost"
    return "discharged" if row.get("discharge_date") else "open"


def previous_first_visit(row: Row, episodes: list[Row]) -> int | None:
    if not row.get("patient_id"):
        return None
    alike = [
        e for e in episodes if (e.get("patient_id"), e["condition"]) == (row["patient_id"], row["condition"])
    ]
    alike.sort(key=lambda e: (e["first_visit_date"], e["episode_id"]))
    position = alike.index(row)
    return day(alike[position - 1]["first_visit_date"]) if position else None


def naive_symptom_duration(onset: str, start: int) -> str:
    if not onset:
        return "unknown"
    if len(onset) == 4:
        ends = [f"{onset}-01-01", f"{onset}-12-31"]
    elif len(onset) == 7:
        year, month = map(int, onset.split("-"))
        next_month = date(year + month // 12, month % 12 + 1, 1)
        ends = [f"{onset}-01", (next_month - timedelta(1)).isoformat()]
    else:
        ends = [onset]
    bands = {
        next((name for name, most in LONGEST_DAYS.items() if start - day(end) <= most), "over_12_months")
        for end in ends
    }
    return bands.pop() if len(bands) == 1 else "unknown"


# --- hand-worked courses ------------------------------------------------------------------------------------------


def on(days: int) -> str:
    """The date so many days after the first visit."""
    return (START + timedelta(days)).isoformat()


def told(days: int, status: str, **cells: object) -> Row:
    return make_running("", reported_on=on(days), status=status, **cells)


def seen(days: int, status: str = "attended") -> Row:
    return make_visit("", visit_date=on(days), status=status)


def scored(days: int) -> Row:
    return make_score("", scored_on=on(days))


FINE, PAIN, USUAL, NOT, GIVEN_UP = (
    "running_without_pain", "running_with_pain", "back_to_usual", "not_running", "given_up",
)  # fmt: skip

# name: (cells of the episode, rows of the other tables, what must be derived)
COURSES: dict[str, tuple[dict[str, object], list[Row], dict[str, object]]] = {
    # the clock and its end
    "nobody heard of again": ({}, [], {"day": 0, "outcome": "censored", "standing": "no_contact"}),
    "censored at the last of all contacts": (
        {"last_contact_date": on(10)},
        [scored(30), seen(40), seen(90, "cancelled"), seen(91, "did_not_attend"), told(35, NOT)],
        {"day": 40, "outcome": "censored", "last_day": 40, "standing": "open"},
    ),
    "a score before the first visit is no contact after it": (
        {}, [scored(-7)], {"last_day": 0, "standing": "no_contact"},
    ),
    "discharge is a contact": (
        {"discharge_date": on(50), "discharge_reason": "goals_met"}, [], {"day": 50, "standing": "discharged"},
    ),
    "discharge without a reason is a contact": ({"discharge_date": on(50)}, [], {"day": 50, "standing": "discharged"}),
    "being lost is no contact": (
        {"discharge_date": on(50), "discharge_reason": "lost_to_follow_up"}, [seen(20)],
        {"day": 20, "last_day": 20, "standing": "lost"},
    ),
    # returns
    "returned on the day the status began": (
        {}, [told(60, FINE, since=on(45)), told(90, USUAL)],
        {"day": 45, "outcome": "returned", "return_day": 45, "last_day": 90, "standing": "returned"},
    ),
    "the earliest status date is the return, whoever told it first": (
        {}, [told(60, FINE), told(90, USUAL, since=on(50))], {"return_day": 50, "day": 50},
    ),
    "returned on day 0": ({}, [told(0, FINE)], {"day": 0, "outcome": "returned", "eligibility": "eligible"}),
    "already running": (
        {}, [told(10, FINE, since=on(-1))],
        {"eligibility": "already_running", "standing": "cannot_count", "return_day": -1, "day": 0},
    ),
    "the shortcut stands where no report states a return": (
        {"return_to_run_date": on(40), "relapse_date": on(60)}, [told(30, NOT), told(70, PAIN)],
        {"return_day": 40, "relapse_day": 60, "day": 40, "outcome": "returned"},
    ),
    "reports of a return overrule the shortcut": (
        {"return_to_run_date": on(20), "relapse_date": on(25)}, [told(60, FINE)],
        {"return_day": 60, "relapse_day": None, "day": 60},
    ),
    "a relapse without a return is none": ({"relapse_date": on(60)}, [], {"return_day": None, "relapse_day": None}),
    # whom to believe
    "clinician before phone before form before nobody": (
        {},
        [
            told(30, FINE, source=""), told(30, NOT, source="patient_form"),
            told(40, FINE, source="patient_form"), told(40, NOT, source="phone"),
            told(50, FINE, source="phone"), told(50, NOT, source="clinician"),
            told(60, FINE, source="clinician"), told(60, NOT, source="phone"),
        ],
        {"return_day": 60, "last_day": 60},
    ),
    # relapses
    "pain after the return is a relapse": (
        {}, [told(40, FINE), told(60, PAIN), told(80, PAIN)], {"return_day": 40, "relapse_day": 60},
    ),
    "the relapse is dated by when it began": (
        {}, [told(40, FINE), told(60, PAIN, since=on(55))], {"relapse_day": 55},
    ),
    "pain that began before the return is dated by its report": (
        {}, [told(40, FINE), told(60, PAIN, since=on(30))], {"relapse_day": 60},
    ),
    "pain before the return is no relapse": ({}, [told(30, PAIN), told(40, FINE)], {"relapse_day": None}),
    "not running after the return is no relapse": ({}, [told(40, FINE), told(60, NOT)], {"relapse_day": None}),
    # stops
    "a stop competes": (
        {"stopped_date": on(30), "stopped_reason": "surgery"}, [seen(60)],
        {"day": 30, "outcome": "stopped", "stop_day": 30, "standing": "stopped"},
    ),
    "giving up is a stop": ({}, [told(30, GIVEN_UP), seen(60)], {"day": 30, "outcome": "stopped", "stop_day": 30}),
    "the first of two stops": (
        {"stopped_date": on(50), "stopped_reason": "other_injury"}, [told(60, GIVEN_UP, since=on(30))],
        {"day": 30, "outcome": "stopped", "stop_day": 30},
    ),
    "given up before the first visit counts on day 0": (
        {}, [told(30, GIVEN_UP, since=on(-20))], {"day": 0, "outcome": "stopped", "stop_day": 0},
    ),
    "moving away only ends observation": (
        {"stopped_date": on(30), "stopped_reason": "moved_away"}, [seen(60)],
        {"day": 30, "outcome": "censored", "stop_day": 30, "last_day": 60, "standing": "stopped"},
    ),
    "giving up on the day of the move is a stop": (
        {"stopped_date": on(30), "stopped_reason": "moved_away"}, [told(30, GIVEN_UP)],
        {"day": 30, "outcome": "stopped"},
    ),
    "return before stop on one day": (
        {"return_to_run_date": on(30), "stopped_date": on(30), "stopped_reason": "surgery"}, [seen(60)],
        {"day": 30, "outcome": "returned"},
    ),
    "stop before the end of observation on one day": (
        {"stopped_date": on(30), "stopped_reason": "surgery"}, [seen(30)], {"day": 30, "outcome": "stopped"},
    ),
    "the stop came first": (
        {"return_to_run_date": on(40), "stopped_date": on(30), "stopped_reason": "surgery"}, [seen(60)],
        {"day": 30, "outcome": "stopped", "return_day": 40, "standing": "returned"},
    ),
    # late reports
    "a return after the last contact is late": (
        {"return_to_run_date": on(90)}, [seen(60)],
        {"day": 60, "outcome": "censored", "late_day": 90, "late_outcome": "returned", "standing": "returned"},
    ),
    "a return on the day of the last contact is not": (
        {"return_to_run_date": on(60)}, [seen(60)], {"day": 60, "outcome": "returned", "late_day": None},
    ),
    "a stop after the last contact is late": (
        {"stopped_date": on(90), "stopped_reason": "surgery"}, [seen(60)],
        {"day": 60, "outcome": "censored", "late_day": 90, "late_outcome": "stopped", "standing": "stopped"},
    ),
    "the first of a late return and a late stop": (
        {"return_to_run_date": on(95), "stopped_date": on(90), "stopped_reason": "surgery"}, [seen(60)],
        {"late_day": 90, "late_outcome": "stopped"},
    ),
    "a late return before a late stop on one day": (
        {"return_to_run_date": on(90), "stopped_date": on(90), "stopped_reason": "surgery"}, [seen(60)],
        {"late_day": 90, "late_outcome": "returned"},
    ),
    "moving away after the last contact is nothing new": (
        {"stopped_date": on(90), "stopped_reason": "moved_away"}, [seen(60)],
        {"day": 60, "outcome": "censored", "late_day": None, "late_outcome": None},
    ),
    # who cannot count
    "an open red flag": (
        {"red_flag": "locking", "red_flag_date": on(0)}, [told(30, FINE)],
        {"eligibility": "red_flag", "standing": "cannot_count", "return_day": 30},
    ),
    "a red flag that was cleared": (
        {"red_flag": "locking", "red_flag_cleared_date": on(9)}, [told(30, FINE)], {"eligibility": "eligible"},
    ),
    "no red flag": ({"red_flag": "none"}, [], {"eligibility": "eligible"}),
    # how long it had lasted: START is 6 March 2023
    "42 days": ({"onset_date": on(-42)}, [], {"symptom_duration": "up_to_6_weeks"}),
    "43 days": ({"onset_date": on(-43)}, [], {"symptom_duration": "up_to_4_months"}),
    "122 days": ({"onset_date": on(-122)}, [], {"symptom_duration": "up_to_4_months"}),
    "123 days": ({"onset_date": on(-123)}, [], {"symptom_duration": "up_to_12_months"}),
    "365 days": ({"onset_date": on(-365)}, [], {"symptom_duration": "up_to_12_months"}),
    "366 days": ({"onset_date": on(-366)}, [], {"symptom_duration": "over_12_months"}),
    "began this month": ({"onset_date": "2023-03"}, [], {"symptom_duration": "up_to_6_weeks"}),
    "began in a month of one band": ({"onset_date": "2022-12"}, [], {"symptom_duration": "up_to_4_months"}),
    "began in a month of two bands": ({"onset_date": "2022-11"}, [], {"symptom_duration": "unknown"}),
    "began in a year of two bands": ({"onset_date": "2022"}, [], {"symptom_duration": "unknown"}),
    "began in a year of one band": ({"onset_date": "2021"}, [], {"symptom_duration": "over_12_months"}),
    "unknown": (
        {"onset_date": ""}, [], {"symptom_duration": "unknown", "earlier_episodes": "unknown", "sex": "unknown"},
    ),
    "no earlier episode": ({"earlier_episodes": "0"}, [], {"earlier_episodes": "none"}),
    "earlier episodes": ({"earlier_episodes": "2"}, [], {"earlier_episodes": "some"}),
}  # fmt: skip


def clinic_of_courses() -> Clinic:
    clinic = Clinic()
    for n, (cells, rows, _) in enumerate(COURSES.values()):
        cells = {"first_visit_date": START, "last_contact_date": None, **cells}
        clinic.episodes.append(make_episode(f"E{n}", **cells))
        for row in rows:
            table = (
                "running"
                if "status" in row and "reported_on" in row
                else "scores"
                if "value" in row
                else "visits"
            )
            getattr(clinic, table).append({**row, "episode_id": f"E{n}"})
    return clinic


def test_hand_worked_courses(engine, tmp_path):
    report = load_tables(engine, tmp_path / "in", **clinic_of_courses().tables())
    assert report.exit_code == 0
    outcomes = derived(engine)
    got = {
        name: {column: outcomes[f"E{n}"][column] for column in wanted}
        for n, (name, (_, _, wanted)) in enumerate(COURSES.items())
    }
    assert got == {name: wanted for name, (_, _, wanted) in COURSES.items()}


def test_plain_python_agrees_on_the_hand_worked_courses():
    outcomes = naive_outcomes(clinic_of_courses())
    for n, (name, (_, _, wanted)) in enumerate(COURSES.items()):
        assert {column: outcomes[f"E{n}"][column] for column in wanted} == wanted, name


def test_earlier_courses_of_a_person_are_those_of_the_same_condition(engine, tmp_path):
    def course(code: str, days: int, **cells: object) -> Row:
        return make_episode(code, first_visit_date=on(days), last_contact_date=None, **cells)

    episodes = [
        course("A1", 0, patient_id="P1"),
        course("A2", 200, patient_id="P1"),
        course("A3", 400, patient_id="P1"),
        course("A4", 300, patient_id="P1", condition="itbs"),
        course("B1", 100, patient_id="P2"),
        course("C1", 10),
        course("C2", 20),
    ]
    load_tables(engine, tmp_path / "1", episodes=episodes[::-1])
    start = day(START.isoformat())

    def previous() -> dict[str, object]:
        return {code: row["previous_first_visit_day"] for code, row in derived(engine).items()}

    nobody = dict.fromkeys(("A1", "A4", "B1", "C1", "C2"))
    assert previous() == nobody | {"A2": start, "A3": start + 200}
    load_tables(engine, tmp_path / "2", episodes=[course("A0", 150, patient_id="P1")])
    assert previous() == nobody | {"A0": start, "A2": start + 150, "A3": start + 200}
    load_tables(engine, tmp_path / "3", episodes=[course("A2", 200, patient_id="P1", condition="itbs")])
    assert previous() == nobody | {"A0": start, "A2": None, "A3": start + 150, "A4": start + 200}


def test_every_column_of_the_derived_table_is_compared():
    assert {"clinic", "episode_id", *DERIVED} == {column.name for column in OUTCOME_COLUMNS}


# --- invented clinics ---------------------------------------------------------------------------------------------

AFTER = st.sampled_from([0, 1, 2, 14, 30, 41, 42, 43, 90, 200])
AROUND = st.sampled_from([-28, -2, -1]) | AFTER


@st.composite
def clinics(draw: st.DrawFn) -> Clinic:
    """A few people with their courses; few days, so that events meet on one day."""
    clinic = Clinic()
    for n in range(draw(st.integers(1, 8))):
        start = START + timedelta(draw(st.sampled_from([0, 1, 120, 400])))
        clinic.episodes.append(draw(episodes(f"E{n}", start)))
        clinic.running += draw(reports(f"E{n}", start))
        clinic.scores += [
            make_score(f"E{n}", scored_on=start + timedelta(days))
            for days in draw(st.sets(AROUND, max_size=2))
        ]
        clinic.visits += [
            make_visit(f"E{n}", visit_date=start + timedelta(days), status=draw(st.sampled_from(VISITED)))
            for days in draw(st.sets(AROUND, max_size=2))
        ]
    return clinic


VISITED = ("attended", "cancelled", "did_not_attend")
REASONS = ("gave_up_running", "surgery", "other_injury", "pregnancy_or_illness", "moved_away")
DISCHARGES = ("", "goals_met", "self_discharged", "lost_to_follow_up")


@st.composite
def episodes(draw: st.DrawFn, code: str, start: date) -> Row:
    def word(*words: str) -> str:
        return draw(st.sampled_from(("", *words)))

    def some_day(days: st.SearchStrategy[int]) -> str:
        chosen = draw(st.none() | days)
        return "" if chosen is None else (start + timedelta(chosen)).isoformat()

    returned, stopped, discharged = some_day(AROUND), some_day(AFTER), some_day(AFTER)
    relapsed = draw(st.none() | AFTER) if returned else None
    onset = (
        start - timedelta(draw(st.sampled_from([28, 42, 43, 100, 122, 123, 300, 365, 366, 900])))
    ).isoformat()
    return make_episode(
        code,
        patient_id=word("P1", "P2"),
        condition=draw(st.sampled_from(("pfps", "itbs"))),
        side=word("left", "both"),
        onset_date=draw(st.sampled_from(("", onset, onset[:7], onset[:4]))),
        first_visit_date=start,
        therapist=draw(st.sampled_from(("T1", "T2"))),
        site=word("north"),
        sex=word("female", "unknown"),
        age_band=word("25_34"),
        goal=word("running", "gym"),
        earlier_episodes=word("0", "1", "7"),
        red_flag=word("none", "locking"),
        red_flag_cleared_date=some_day(AFTER),
        return_to_run_date=returned,
        relapse_date=""
        if relapsed is None
        else (date.fromisoformat(returned) + timedelta(relapsed)).isoformat(),
        stopped_date=stopped,
        stopped_reason=draw(st.sampled_from(REASONS)) if stopped else "",
        discharge_date=discharged,
        discharge_reason=draw(st.sampled_from(DISCHARGES)),
        last_contact_date=some_day(AFTER),
    )


@st.composite
def reports(draw: st.DrawFn, code: str, start: date) -> list[Row]:
    rows = []
    asked = st.tuples(AROUND, st.sampled_from(BEST_SOURCE_FIRST))
    for days, source in sorted(draw(st.sets(asked, max_size=4))):
        before = draw(st.none() | st.sampled_from([0, 1, 2, 28, 60]))
        since = "" if before is None else (start + timedelta(days - before)).isoformat()
        status = draw(st.sampled_from((FINE, PAIN, USUAL, NOT, GIVEN_UP)))
        rows.append(
            make_running(code, reported_on=start + timedelta(days), source=source, status=status, since=since)
        )
    return rows


CLINIC_NUMBERS = count(1)
INVENTED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def load_invented(engine: Engine, folder, clinic: Clinic, name: str, **tables: list[Row]) -> None:
    report = load_tables(
        engine, folder / f"in-{name}", **(tables or clinic.tables()), request={"clinic": name, "as_of": AS_OF}
    )
    assert [str(problem) for file in report.files for problem in file.problems] == []


@settings(INVENTED, max_examples=20)
@given(clinic=clinics())
@example(clinic=clinic_of_courses())
def test_any_clinic_is_derived_as_plain_python_does(engine, tmp_path, clinic):
    name = f"c{next(CLINIC_NUMBERS)}"
    load_invented(engine, tmp_path, clinic, name)
    assert derived(engine, name) == naive_outcomes(clinic)


@settings(INVENTED, max_examples=8)
@given(first=clinics(), second=clinics(), order=st.permutations(("running", "scores", "visits")))
def test_later_loads_derive_again_what_they_touch(engine, tmp_path, first, second, order):
    """Whatever comes later, in whatever pieces: the outcomes are those of the rows that are then in the store."""
    name = f"c{next(CLINIC_NUMBERS)}"
    load_invented(engine, tmp_path, first, name)
    for table in ("episodes", *order):
        if table in second.tables():
            rows = [
                row
                for row in getattr(second, table)
                if row["episode_id"] in {e["episode_id"] for e in second.episodes}
            ]
            load_invented(engine, tmp_path, second, name, **{table: rows})
    assert derived(engine, name) == naive_outcomes(merged(first, second))


def merged(first: Clinic, second: Clinic) -> Clinic:
    """Rows by their keys, the later ones in place of the earlier."""
    keys = {
        "episodes": ("episode_id",),
        "running": ("episode_id", "reported_on", "source"),
        "scores": ("episode_id", "scored_on"),
        "visits": ("episode_id", "visit_date"),
    }
    rows = {
        table: {
            tuple(row[name] for name in key): row for row in getattr(first, table) + getattr(second, table)
        }
        for table, key in keys.items()
    }
    return Clinic(**{table: list(by_key.values()) for table, by_key in rows.items()})


@pytest.mark.slow
@settings(INVENTED, max_examples=40)
@given(clinic=clinics())
def test_many_clinics_are_derived_as_plain_python_does(engine, tmp_path, clinic):
    name = f"c{next(CLINIC_NUMBERS)}"
    load_invented(engine, tmp_path, clinic, name)
    assert derived(engine, name) == naive_outcomes(clinic)
