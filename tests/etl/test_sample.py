"""The sample clinic: the same files every time, through the real loader, plausible beside the benchmarks."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from dashboard.stats.survival import Curve, RecoveryCounts, cumulative_incidence
from etl.contract import TABLES
from etl.load import LoadReport, LoadRequest, load
from etl.sample import write_sample
from etl.sample.clinic import SMALL
from etl.sample.course import course_of
from etl.sample.people import who_comes
from etl.sources import find_sources
from sql.cohort import Cohort, Scope
from sql.queries.recovery_counts import RecoveryCount, recovery_counts
from sql.schema import episode, episode_outcome, score
from sql.store import create_or_upgrade

AS_OF = date(2026, 10, 31)
IN_CARE_DAYS = 42
LONG_AFTER = date(2027, 6, 1)  # a load without --as-of takes the manifest's day, whenever it is done

PLANNED_REJECTS = {
    ("episodes.csv", "before_first_visit"): 1,
    ("episodes.csv", "both_or_neither"): 1,
    ("running.csv", "code"): 1,
    ("running.csv", "date"): 1,
    ("scores.csv", "no_episode"): 1,
    ("scores.csv", "number"): 1,
    ("scores.csv", "range"): 1,
    ("scores.csv", "score_as_date"): 1,
    ("visits.csv", "conflicting_rows"): 2,
    ("visits.csv", "future"): 1,
    ("assessments.csv", "field_count"): 1,
}


@dataclass
class Loaded:
    folder: Path
    report: LoadReport
    engine: Engine


def write_and_load(folder: Path, *, small: bool) -> Loaded:
    write_sample(folder / "files", small=small)
    engine = create_or_upgrade(f"sqlite:///{folder / 'store.db'}")
    report = load(engine, LoadRequest(find_sources([folder / "files"]), LONG_AFTER))
    return Loaded(folder / "files", report, engine)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    loaded = write_and_load(tmp_path_factory.mktemp("big"), small=False)
    yield loaded
    loaded.engine.dispose()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    loaded = write_and_load(tmp_path_factory.mktemp("small"), small=True)
    yield loaded
    loaded.engine.dispose()


@pytest.fixture(params=["big", "small"])
def either(request):
    return request.getfixturevalue(request.param)


def rows_of(loaded: Loaded, table: str) -> list[dict[str, str]]:
    with (loaded.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(connection: Connection, by: str | None = None) -> list[RecoveryCount]:
    return recovery_counts(
        connection, Scope("clinic"), Cohort(), as_of=AS_OF, in_care_days=IN_CARE_DAYS, by=by
    )


def curves(loaded: Loaded, by: str | None = None) -> dict[str, Curve]:
    with loaded.engine.connect() as connection:
        counts = [count for count in counted(connection, by) if count.eligibility == "eligible"]
    rows: dict[str, list[tuple[int, int, int, int]]] = {}
    for count in counts:
        by_outcome = [
            count.episodes * (count.outcome == word) for word in ("returned", "stopped", "censored")
        ]
        rows.setdefault(count.group, []).append((count.day, *by_outcome))
    return {
        group: cumulative_incidence(RecoveryCounts.from_rows(group, seen)) for group, seen in rows.items()
    }


def became(loaded: Loaded) -> Counter[str]:
    classes: Counter[str] = Counter()
    with loaded.engine.connect() as connection:
        for count in counted(connection):
            classes[count.became] += count.episodes
    return classes


@pytest.mark.parametrize("small", [False, True])
def test_the_files_are_the_same_in_every_run(tmp_path, small):
    """Another process with another hash seed, so that no order of a set can hide in the files."""
    write_sample(tmp_path / "here", small=small)
    script = (
        f"from pathlib import Path; from etl.sample import write_sample as w; w(Path('there'), small={small})"
    )
    environ = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environ, check=True)
    names = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert names == sorted([*(f"{table}.csv" for table in TABLES), "manifest.json"])
    for name in names:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_one_purpose_of_chance_does_not_disturb_another():
    people = who_comes(SMALL)
    more_lost = replace(SMALL, share_lost=0.5)
    before = [course_of(person, SMALL) for person in people]
    after = [course_of(person, more_lost) for person in people]
    assert [course.lost_day for course in before] != [course.lost_day for course in after]
    assert [replace(course, lost_day=None) for course in before] == [
        replace(course, lost_day=None) for course in after
    ]


def test_the_manifest_describes_the_files(either):
    manifest = json.loads((either.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {key: value for key, value in manifest.items() if key != "files"} == {
        "schema_version": 1,
        "as_of": "2026-10-31",
        "sample": True,
        "mode": "delta",
    }
    for entry, table in zip(manifest["files"], TABLES, strict=True):
        data = (either.folder / f"{table}.csv").read_bytes()
        assert entry["name"] == f"{table}.csv"
        assert entry["rows"] == len(data.splitlines()) - 1
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert b"\r" not in data


def test_the_loader_refuses_the_planned_rows_and_no_other(either):
    report = either.report
    assert (report.status, report.exit_code, report.as_of) == ("loaded", 1, AS_OF)
    assert not [file.stopped_by for file in report.files if file.stopped_by]
    assert not [warning for file in report.files for warning in file.warnings]
    assert Counter((p.file, p.rule) for file in report.files for p in file.problems) == PLANNED_REJECTS
    assert report.rejected == sum(PLANNED_REJECTS.values())
    assert not any(file.duplicate for file in report.files)
    blank = sum(1 for row in rows_of(either, "scores") if not row["value"])
    assert {file.table: file.filtered for file in report.files if file.filtered} == {"scores": blank}


def test_the_second_load_finds_nothing_new(small):
    again = load(small.engine, LoadRequest(find_sources([small.folder]), LONG_AFTER))
    assert sum(file.inserted + file.updated + file.duplicate for file in again.files) == 0


def test_sizes(big, small):
    episodes = rows_of(big, "episodes")
    assert len(episodes) == 900 + 2
    assert {row["site"] for row in episodes} == {"north", "harbour"}
    assert {row["therapist"] for row in episodes} == {f"T0{n}" for n in range(1, 10)}
    months = Counter(row["first_visit_date"][:7] for row in episodes)
    assert len(months) == 30
    assert max(months, key=lambda month: months[month])[5:] == "03"
    assert min(months, key=lambda month: months[month])[5:] == "12"
    episodes = rows_of(small, "episodes")
    assert len(episodes) == 14 * 8 + 2
    assert {row["site"] for row in episodes} == {"main"}
    assert {row["therapist"] for row in episodes} == {f"T0{n}" for n in range(1, 6)}
    assert len({row["first_visit_date"][:7] for row in episodes}) == 14


def test_conditions_goals_and_people_who_come_twice(big):
    with big.engine.connect() as connection:
        rows = connection.execute(select(episode.c.condition, episode.c.goal, episode.c.patient_id)).all()
    conditions = Counter(row.condition for row in rows)
    assert 0.60 < conditions["pfps"] / 900 < 0.72
    assert 0.15 < conditions["itbs"] / 900 < 0.25
    assert set(conditions) == {"pfps", "itbs", "pfps_itbs", "other_knee"}
    assert Counter(row.goal for row in rows)["running"] > 0.8 * 900
    assert {row.goal for row in rows} == {"running", "gym", "daily_life", None}
    courses = Counter(row.patient_id for row in rows)
    assert 40 <= sum(1 for count in courses.values() if count > 1) <= 90


def test_every_column_of_the_contract_is_written(big):
    for table in TABLES.values():
        rows = rows_of(big, table.name)
        assert list(rows[0])[: len(table.columns)] == [column.name for column in table.columns]
        assert [column.name for column in table.columns if not any(row[column.name] for row in rows)] == []


def test_onset_dates_come_as_day_month_and_year(big):
    lengths = Counter(len(row["onset_date"]) for row in rows_of(big, "episodes"))
    assert min(lengths[10], lengths[7], lengths[4]) > 20


def test_no_date_is_later_than_the_day_described(either):
    """Except for the one appointment in the diary that the loader refuses."""
    later = []
    for table in TABLES.values():
        dates = [column.name for column in table.columns if column.kind in ("date", "partial_date")]
        for row in rows_of(either, table.name):
            later += [(table.name, name) for name in dates if row[name] > AS_OF.isoformat()]
    assert later == [("visits", "visit_date")]


def test_pfps_and_itbs_return_as_the_benchmarks_say(big):
    """Half of PFPS by week 12 and two thirds by month 6; ITBS faster (sql/reference/benchmarks.csv)."""
    by_condition = curves(big, "condition")
    pfps, itbs = by_condition["pfps"], by_condition["itbs"]
    assert 0.50 <= pfps.value_at(84) <= 0.56
    assert 0.66 <= pfps.value_at(182) <= 0.72
    assert 0.30 <= itbs.value_at(21) <= 0.40
    assert itbs.value_at(56) == pytest.approx(0.55, abs=0.04)
    assert itbs.value_at(182) == pytest.approx(0.84, abs=0.04)


def test_longer_symptoms_and_earlier_episodes_return_later(big):
    by_duration = curves(big, "symptom_duration")
    names = ("up_to_6_weeks", "up_to_4_months", "up_to_12_months", "over_12_months")
    shares = [by_duration[name].value_at(84) for name in names]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.65
    assert shares[-1] < 0.40
    by_episodes = curves(big, "earlier_episodes")
    assert by_episodes["none"].value_at(84) > by_episodes["some"].value_at(84)


def test_one_therapist_has_the_harder_patients(big):
    with big.engine.connect() as connection:
        rows = connection.execute(
            select(episode_outcome.c.therapist, episode_outcome.c.symptom_duration)
        ).all()
    long = Counter(row.therapist for row in rows if row.symptom_duration == "over_12_months")
    seen = Counter(row.therapist for row in rows)
    shares = {therapist: long[therapist] / seen[therapist] for therapist in seen}
    assert max(shares, key=lambda therapist: shares[therapist]) == "T04"
    assert curves(big, "therapist")["T04"].value_at(84) < curves(big)["all"].value_at(84)


def test_all_six_classes_of_what_became_of_them(big, small):
    classes = became(big)
    started = sum(classes.values())
    assert min(classes.values()) > 0.02 * started
    assert len(classes) == 6
    assert 0.5 < classes["returned"] / started < 0.62
    classes = became(small)
    assert 1 - classes["returned"] / sum(classes.values()) == pytest.approx(0.40, abs=0.03)


def test_observation_goes_on_after_the_return(big):
    """Else the last contact would depend on the return, and the curve would flatter."""
    outcome = episode_outcome.c
    with big.engine.connect() as connection:
        returned = connection.execute(
            select(outcome.return_day, outcome.last_day, outcome.relapse_day).where(
                outcome.outcome == "returned"
            )
        ).all()
        late = connection.execute(select(outcome.late_day).where(outcome.late_outcome == "returned")).all()
    assert sum(row.last_day > row.return_day + 14 for row in returned) > 0.8 * len(returned)
    assert 2 <= len(late) <= 10
    relapsed = [row.relapse_day - row.return_day for row in returned if row.relapse_day is not None]
    assert sum(days <= 14 for days in relapsed) / len(returned) == pytest.approx(0.10, abs=0.03)
    assert len(relapsed) > 0.13 * len(returned)


def test_pain_falls_about_a_point_a_month_and_then_less(big):
    pain = paired_pain(big)
    assert 5.0 <= sum(pain["baseline"]) / len(pain["baseline"]) <= 6.0
    change = {window: sum(pain[window]) / len(pain[window]) for window in ((28, 42), (56, 84), (168, 196))}
    assert change[28, 42] == pytest.approx(-1.1, abs=0.25)
    assert change[56, 84] == pytest.approx(-1.8, abs=0.3)
    assert change[168, 196] == pytest.approx(-2.6, abs=0.4)


def paired_pain(loaded: Loaded) -> dict:
    """Usual-week pain at the start (to day 7), and its change to each window, one value per patient."""
    asked = (
        (score.c.instrument == "NPRS") & (score.c.context == "usual_week") & (score.c.reporter == "patient")
    )
    question = select(score.c.episode_id, score.c.scored_on, episode.c.first_visit_date, score.c.value)
    with loaded.engine.connect() as connection:
        rows = connection.execute(question.where(asked, score.c.episode_id == episode.c.episode_id)).all()
    by_day: dict[str, dict[int, float]] = {}
    for row in rows:
        by_day.setdefault(row.episode_id, {})[(row.scored_on - row.first_visit_date).days] = row.value
    pain: dict = {"baseline": []}
    for scores in by_day.values():
        first = [scores[day] for day in sorted(scores) if day <= 7][-1:]
        pain["baseline"] += first
        for window in ((28, 42), (56, 84), (168, 196)):
            then = [value for day, value in scores.items() if window[0] <= day <= window[1]]
            if first and then:
                pain.setdefault(window, []).append(sum(then) / len(then) - first[0])
    return pain
