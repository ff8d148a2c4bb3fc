"""One question, one answer: from files through the loader to the numbers that every page renders."""

from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from builders import Row, load_paths, load_tables, make_episode, write_clinic
from r_reference_data import BACK_PAIN_BY_EARLIER_EPISODES, MGUS2_BY_SEX, unpack
from sqlalchemy import Engine

from dashboard.question import NotAllowed
from dashboard.stats.survival import RecoveryCounts
from dashboard.summary import OutcomeSummary, outcome_summary
from dashboard.summary_json import as_document
from sql.cohort import Cohort, Scope
from sql.engine import StoreError, reading, writing
from sql.writes.setting import write_setting

START = date(2023, 1, 2)
AS_OF = date(2026, 10, 31)
OWNER = Scope("clinic")
SHARING = Scope("sharing")


def summary(
    engine: Engine, scope: Scope = OWNER, cohort: Cohort | None = None, **options: object
) -> OutcomeSummary:
    with reading(engine) as connection:
        return outcome_summary(connection, scope, cohort or Cohort(), **options)


def episodes_of(counts: RecoveryCounts, prefix: str, **cells: object) -> list[Row]:
    """One episode per person of some counts, last contact on the day of the event as in the source."""
    rows: list[Row] = []
    columns = zip(counts.day, counts.returned, counts.stopped, counts.censored, strict=True)
    for day, returned, stopped, censored in columns:
        end = (START + timedelta(days=day)).isoformat()
        base = {"first_visit_date": START.isoformat(), "last_contact_date": end, **cells}
        back = {**base, "return_to_run_date": end}
        gone = {**base, "stopped_date": end, "stopped_reason": "surgery"}
        everybody = [back] * returned + [gone] * stopped + [{**base}] * censored
        rows += [make_episode(f"{prefix}{len(rows) + n}", **cell) for n, cell in enumerate(everybody)]
    return rows


@pytest.fixture
def back_pain(engine: Engine, tmp_path: Path) -> Engine:
    """265 real patients with back pain (R package psfmi, GPL; Hoekstra et al.): counts per day only."""
    rows = [
        row
        for name, packed in BACK_PAIN_BY_EARLIER_EPISODES.items()
        for row in episodes_of(
            unpack(name, packed),
            f"{name}-",
            condition="other",
            earlier_episodes=0 if name.endswith("0") else 1,
        )
    ]
    load_paths(engine, write_clinic(tmp_path / "real", episodes=rows), as_of=AS_OF)
    return engine


def test_real_patients_give_the_numbers_of_r(back_pain: Engine):
    """R 4.2 survival 3.5: survfit(conf.type = "log-log"), survdiff."""
    document = as_document(summary(back_pain, by="earlier_episodes", days=(28, 56, 84, 182)))
    none, some = document["groups"]
    assert (none["group"], none["started"], none["returned"]) == ("none", 41, 34)
    assert (some["group"], some["started"], some["returned"]) == ("some", 224, 159)
    at_84 = {horizon["day"]: horizon for horizon in none["back_by"]}[84]
    assert at_84["value"] == pytest.approx(0.45521506497, abs=1e-9)
    assert (at_84["low"], at_84["high"]) == pytest.approx((0.31571756609, 0.62180346555), abs=1e-9)
    assert document["test"]["name"] == "log-rank"
    assert document["test"]["statistic"] == pytest.approx(0.10520255413, abs=1e-9)
    assert document["test"]["p"] == pytest.approx(0.74567349927, abs=1e-9)
    compared = {group["group"]: group for group in document["test"]["groups"]}
    assert {name: group["observed"] for name, group in compared.items()} == {"none": 34, "some": 159}
    assert compared["none"]["expected"] == pytest.approx(32.3294786187, abs=1e-9)
    assert compared["some"]["expected"] == pytest.approx(160.6705213813, abs=1e-9)

    (everybody,) = as_document(summary(back_pain, days=(28, 56, 84, 182)))["groups"]
    assert [round(h["value"], 4) for h in everybody["back_by"]] == [0.1470, 0.3157, 0.4793, 0.7121]
    assert everybody["median_days"] == {"value": 88, "low": 80, "high": 102}
    assert everybody["rmst_182_days"]["value"] == pytest.approx(102.4888111491, abs=1e-8)
    assert everybody["rmst_182_days"]["se"] == pytest.approx(4.0705196153, abs=1e-8)
    assert [item["day"] for item in everybody["rmst"]] == [28, 56, 84, 182]
    assert {"day": 182, **everybody["rmst_182_days"]} == everybody["rmst"][-1]
    assert sum(everybody["became"].values()) == everybody["started"] == 265
    assert as_document(summary(back_pain))["benchmarks"] == []


def test_competing_stops_give_the_numbers_of_r(engine: Engine, tmp_path: Path):
    """mgus2 of R's survival package: progression read as return, death before it as stop."""
    rows = [
        row
        for sex, packed in MGUS2_BY_SEX.items()
        for row in episodes_of(
            unpack(sex, packed), sex, condition="other", sex="female" if sex == "F" else "male"
        )
    ]
    load_paths(engine, write_clinic(tmp_path / "mgus2", episodes=rows), as_of=AS_OF)
    (group,) = summary(engine, days=(60, 120, 240, 360)).groups
    asked = [group.back_by_day(day) for day in (60, 120, 240, 360)]
    assert [h.value for h in asked] == pytest.approx(
        [0.034103712974, 0.063722168013, 0.099813715935, 0.13404164433], abs=1e-9
    )
    assert [h.se for h in asked] == pytest.approx(
        [0.0048892579, 0.0067968484, 0.0097848468, 0.0201275625], abs=1e-9
    )
    (document,) = as_document(summary(engine, days=(240,)))["groups"]
    assert document["rmst"][0]["value"] == pytest.approx(225.809452, abs=1e-6)
    assert document["rmst"][0]["se"] == pytest.approx(1.328832, abs=1e-6)
    by_sex = as_document(summary(engine, by="sex"))
    assert [g["group"] for g in by_sex["groups"]] == ["female", "male"]
    assert by_sex["test"]["statistic"] == pytest.approx(0.10, abs=0.005)


def test_everybody_who_came_is_counted_once(engine: Engine, tmp_path: Path):
    episodes = [
        make_episode("first", patient_id="P1", return_to_run_date="2024-03-01"),
        make_episode("later", patient_id="P1", first_visit_date="2024-05-01"),
        make_episode("gym", goal="gym"),
        make_episode("unsaid", goal=""),
        make_episode("flag", red_flag="locking"),
        make_episode("already", return_to_run_date="2024-01-01", onset_date="2023"),
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    document = as_document(summary(engine))
    assert document["cohort"]["excluded"] == {
        "other_goal": 1, "goal_unknown": 1, "red_flag": 1, "already_running": 1, "later_episode": 1,
    }  # fmt: skip
    (group,) = document["groups"]
    assert (group["started"], group["episodes"], group["returned"]) == (3, 1, 1)
    assert group["became"] == {
        "returned": 1, "in_care": 0, "stopped": 0, "discharged_unrecorded": 0, "lost": 0, "cannot_count": 2,
    }  # fmt: skip
    everything = as_document(summary(engine, cohort=Cohort(goals=(), all_episodes=True)))["groups"][0]
    assert (everything["started"], everything["episodes"]) == (6, 4)


def test_a_return_after_the_last_contact_is_a_late_report(engine: Engine, tmp_path: Path):
    """Silence would be censored and good news not: the curve would be too high."""
    late = make_episode("late", return_to_run_date="2024-06-01", last_contact_date="2024-03-01")
    load_tables(engine, tmp_path / "files", episodes=[late, make_episode("still")])
    (group,) = summary(engine).groups
    assert (group.returned, group.late_reports, group.became.returned) == (0, 1, 1)
    assert group.back_by_day(182).value == 0
    later = next(item for item in group.certainty if item.day == 182)
    assert later.with_late_reports == pytest.approx(0.5)


def test_in_care_and_lost_depend_on_the_day_asked(engine: Engine, tmp_path: Path):
    files = write_clinic(tmp_path / "files", episodes=[make_episode(last_contact_date="2024-07-08")])
    load_paths(engine, files, as_of=date(2024, 8, 19))
    assert summary(engine).groups[0].became.in_care == 1
    load_paths(engine, files, as_of=date(2024, 8, 20))
    assert summary(engine).groups[0].became.lost == 1


def test_several_clinics_are_as_old_as_the_oldest_and_name_their_sites(engine: Engine, tmp_path: Path):
    files = write_clinic(tmp_path / "files", episodes=[make_episode(site="s")])
    load_paths(engine, files, as_of=date(2024, 10, 31), clinic="north")
    load_paths(engine, files, as_of=date(2024, 12, 31), clinic="south")
    both = summary(engine, by="site")
    assert both.as_of == date(2024, 10, 31)
    assert [group.group for group in both.groups] == ["north/s", "south/s"]
    one = summary(engine, cohort=Cohort(clinics=("south",)), by="site")
    assert (one.as_of, [group.group for group in one.groups]) == (date(2024, 12, 31), ["s"])


def test_a_changed_definition_makes_the_sides_not_comparable(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=[make_episode(f"E{n}") for n in range(20)])
    with writing(engine) as connection:
        write_setting(connection, "main", "definition", "5 km without pain", date(2024, 6, 1), today=AS_OF)
    changed = summary(engine)
    assert changed.definition_changed_on == date(2024, 6, 1)
    assert {v.verdict for v in changed.verdicts} == {"not comparable"}
    assert changed.definition == "5 km without pain"


def test_an_empty_question_has_an_empty_answer(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=[make_episode()])
    document = as_document(summary(engine, cohort=Cohort(conditions=("itbs",))))
    (group,) = document["groups"]
    assert (group["started"], group["episodes"]) == (0, 0)
    assert all(h["value"] is None and h["too_few"] for h in group["back_by"])
    assert {row["verdict"] for row in document["benchmarks"]} == {"cannot tell yet", "not comparable"}


def test_nothing_loaded_is_said(engine: Engine):
    with pytest.raises(StoreError, match="Nothing has been loaded"):
        summary(engine)


# --- small numbers -------------------------------------------------------------------------------------------


def clinic_of(sizes: dict[str, int], **cells: object) -> list[Row]:
    """Episodes by condition, every second one back on day 70."""
    return [
        make_episode(
            f"{condition}{n}",
            condition=condition,
            return_to_run_date="2024-03-18" if n % 2 else None,
            therapist=f"T{n % 5}",
            **cells,
        )
        for condition, size in sizes.items()
        for n in range(size)
    ]


@pytest.mark.parametrize(("size", "started"), [(7, None), (8, 10), (38, 40), (39, 40), (42, 40)])
def test_small_groups_show_no_figure_when_shared(
    engine: Engine, tmp_path: Path, size: int, started: int | None
):
    load_tables(engine, tmp_path / "files", episodes=clinic_of({"pfps": size}))
    (group,) = as_document(summary(engine, SHARING))["groups"]
    assert group["started"] == started
    shown = group["back_by"][1]["value"]
    assert (shown is None) == (size < 40)
    if size < 40:
        assert group["median_days"]["value"] is None
        assert {item["value"] for item in group["rmst"]} == {None}
        assert group["returned"] is None


def test_a_group_is_withheld_if_the_rest_is_small(engine: Engine, tmp_path: Path):
    load_tables(engine, tmp_path / "files", episodes=clinic_of({"pfps": 60, "itbs": 7}))
    document = as_document(summary(engine, SHARING, by="condition"))
    assert document["withheld"] == ["pfps", "itbs"]
    filtered = as_document(summary(engine, SHARING, Cohort(conditions=("pfps",))))
    assert filtered["withheld"] == ["all"]


def test_no_pair_of_shared_filters_tells_of_one_to_seven_people(engine: Engine, tmp_path: Path):
    """Every pair of overlapping questions of a small clinic differs by nothing or by a rounding step."""
    episodes = [
        make_episode(
            f"E{n}",
            condition=("pfps", "itbs", "other_knee")[n % 3 % (2 + (n > 60))],
            site=("a", "b")[n % 7 > 2],
            first_visit_date=f"2024-0{1 + n % 6}-08",
            therapist=f"T{n % 5}",
        )
        for n in range(120)
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    questions = [
        Cohort(conditions=c, sites=s, first_visit_from=f, first_visit_to=t)
        for c in ((), ("pfps",), ("itbs",), ("pfps", "itbs"), ("other_knee",))
        for s in ((), ("a",), ("b",))
        for f, t in ((None, None), (date(2024, 1, 1), date(2024, 3, 31)), (None, date(2024, 5, 31)))
    ]
    shown = [summary(engine, SHARING, question).groups[0].started for question in questions]
    assert any(n is None for n in shown)
    known = [n for n in shown if n is not None]
    assert all(n % 5 == 0 and (n == 0 or n >= 10) for n in known)
    assert all(abs(a - b) == 0 or abs(a - b) >= 5 for a, b in combinations(known, 2))


@pytest.mark.parametrize(
    ("cohort", "by", "says"),
    [
        (Cohort(), "therapist", "owner only"),
        (Cohort(therapists=("T1",)), None, "owner only"),
        (Cohort(conditions=("pfps",), sites=("main",), symptom_durations=("unknown",)), None, "at most two"),
        (Cohort(first_visit_from=date(2024, 1, 2)), None, "whole months"),
        (Cohort(first_visit_to=date(2024, 1, 30)), None, "whole months"),
    ],
)
def test_what_may_not_be_shared(engine: Engine, tmp_path: Path, cohort: Cohort, by: str | None, says: str):
    load_tables(engine, tmp_path / "files", episodes=[make_episode()])
    with pytest.raises(NotAllowed, match=says):
        summary(engine, SHARING, cohort, by=by)


@pytest.mark.parametrize(("colleagues", "each", "allowed"), [(3, 3, True), (2, 20, False), (3, 2, False)])
def test_a_therapist_sees_the_clinic_only_behind_colleagues(
    engine: Engine, tmp_path: Path, colleagues: int, each: int, allowed: bool
):
    episodes = [make_episode(f"own{n}", therapist="me") for n in range(50)]
    episodes += [
        make_episode(f"other{t}-{n}", therapist=f"T{t}") for t in range(colleagues) for n in range(each)
    ]
    load_tables(engine, tmp_path / "files", episodes=episodes)
    me = Scope("sharing", clinics=("main",), own=("main", "me"))
    if allowed:
        assert summary(engine, me).groups[0].started is not None
    else:
        with pytest.raises(NotAllowed, match="three colleagues"):
            summary(engine, me)


def test_a_group_that_may_not_be_shown_is_not_judged(engine: Engine, tmp_path: Path):
    rows = clinic_of({"pfps": 120}, sex="female")
    rows += [
        {
            **row,
            "episode_id": f"few-{n}",
            "patient_id": f"few-{n}",
            "sex": "male",
        }
        for n, row in enumerate(rows[:20])
    ]
    load_tables(engine, tmp_path / "files", episodes=rows)
    asked = {"cohort": Cohort(conditions=("pfps",)), "by": "sex"}
    exact = {v.benchmark_id: v for v in summary(engine, **asked).group_verdicts if v.group == "male"}
    assert exact["pfps-8-12-weeks"].value is not None
    shared = summary(engine, Scope("sharing"), **asked)
    hidden = [v for v in shared.group_verdicts if v.group == "male"]
    assert {(v.verdict, v.value, v.needed) for v in hidden} == {("cannot tell yet", None, None)}
    assert as_document(shared)["group_benchmarks"][0].keys() == {"id", "group", "verdict"}
