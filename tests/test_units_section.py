"""Therapists and sites from files to figures: by hand, who may ask, and what the JSON says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import Row, load_tables, make_episode, make_score, rows_of
from sqlalchemy import Engine

from dashboard.question import NotAllowed, ask
from dashboard.sections.catalogue import documents
from dashboard.sections.units import Units, chance_of_one_beyond_95, units_section
from dashboard.stats.funnel import funnel_limits
from dashboard.unit_words import model_caption, model_rows
from sql.cohort import Cohort, Scope
from sql.engine import reading

START = date(2024, 1, 8)
AS_OF = {"request": {"as_of": date(2024, 12, 31)}}


def units(engine: Engine, scope: Scope | None = None, cohort: Cohort | None = None) -> Units:
    with reading(engine) as connection:
        return units_section(connection, ask(connection, scope or Scope("clinic"), cohort or Cohort()))


def runner(code: str, therapist: str, back_day: int | None, **cells: object) -> Row:
    back = "" if back_day is None else START + timedelta(back_day)
    return make_episode(
        code, first_visit_date=START, therapist=therapist, return_to_run_date=back,
        last_contact_date=START + timedelta(150), **cells,
    )  # fmt: skip


@pytest.fixture
def two_therapists(engine: Engine, tmp_path: Path) -> Engine:
    """T1: 20 with PFPS, 15 back. T2: 20 with ITBS and 20 with PFPS, of each 10 back. All followed 150 days."""
    rows = [runner(f"A{n}", "T1", 40 if n < 15 else None) for n in range(20)]
    rows += [runner(f"B{n}", "T2", 50 if n < 10 else None, condition="itbs", site="x") for n in range(20)]
    rows += [runner(f"C{n}", "T2", 84 if n < 10 else 85, site="x") for n in range(20)]
    load_tables(engine, tmp_path, episodes=rows, **AS_OF)
    return engine


def test_by_hand(two_therapists: Engine):
    """PFPS 25 of 40 back, ITBS 10 of 20. T1 expects 0.625, sees 0.75. T2 expects (0.5 + 0.625) / 2, sees 0.5."""
    found = units(two_therapists).by_therapist
    first, second = found.funnel.points
    assert found.funnel.centre == pytest.approx(35 / 60)
    assert [first.unit.unit, second.unit.unit] == ["T1", "T2"]
    assert (first.unit.value, first.unit.expected) == pytest.approx((0.75, 0.625))
    assert (second.unit.value, second.unit.expected) == pytest.approx((0.5, 0.5625))
    assert (first.unit.se, second.unit.se) == pytest.approx(((0.75 * 0.25 / 20) ** 0.5, (0.25 / 40) ** 0.5))
    assert (first.ratio, second.ratio) == pytest.approx((1.2, 0.5 / 0.5625))
    assert (first.unit.n_effective, second.unit.n_effective) == pytest.approx((20, 40))
    assert first.limits_998 == pytest.approx(funnel_limits(35 / 60, 20, 3.090232))
    assert found.funnel.tau2 == 0
    assert (first.position, second.position) == ("within", "within")
    assert [mix.pfps for mix in found.mixes] == [1.0, 0.5]
    assert found.chance_beyond_95 == pytest.approx(1 - 0.95**2)


def test_by_site_and_in_the_order_of_codes(two_therapists: Engine):
    found = units(two_therapists).by_site
    assert [point.unit.unit for point in found.funnel.points] == ["main", "x"]
    assert [mix.episodes for mix in found.mixes] == [20, 40]
    assert found.episodes == 60


def test_only_first_visits_84_days_before_the_data_end(engine: Engine, tmp_path: Path):
    days = {"E1": date(2024, 10, 8), "E2": date(2024, 10, 9)}
    rows = [make_episode(code, first_visit_date=day, last_contact_date="") for code, day in days.items()]
    load_tables(engine, tmp_path, episodes=rows, **AS_OF)
    found = units(engine)
    assert found.last_first_visit == date(2024, 10, 8)
    assert found.by_therapist.episodes == 1


def test_nobody_yet(engine: Engine, tmp_path: Path):
    rows = [make_episode(first_visit_date="2024-12-20", last_contact_date="")]
    load_tables(engine, tmp_path, episodes=rows, **AS_OF)
    found = units(engine).by_therapist
    assert (found.episodes, found.funnel, found.mixes, found.plotted) == (0, None, (), 0)
    assert found.pain.centre is None


def test_a_unit_under_ten_is_listed_and_not_plotted(engine: Engine, tmp_path: Path):
    rows = [runner(f"A{n}", "T1", 40 if n % 2 else None) for n in range(10)]
    rows += [runner(f"B{n}", "T2", 40 if n % 2 else None) for n in range(9)]
    load_tables(engine, tmp_path, episodes=rows, **AS_OF)
    found = units(engine).by_therapist
    assert [point.position for point in found.funnel.points] == ["within", "not plotted"]
    assert found.plotted == 1


def test_only_beyond_998_is_a_signal(engine: Engine, tmp_path: Path):
    """T1: 0 of 30 back, T2: 40 of 60."""
    rows = [runner(f"A{n}", "T1", None) for n in range(30)]
    rows += [runner(f"B{n}", "T2", 40 if n < 40 else None) for n in range(60)]
    load_tables(engine, tmp_path, episodes=rows, **AS_OF)
    first, _ = units(engine).by_therapist.funnel.points
    assert first.signal
    assert first.position == "below 99.8 %"


def test_pain_change_by_hand(engine: Engine, tmp_path: Path):
    """T1: 30 from 6 to 3; T2: 30 from 6 to 5: overall -2, all alike in kind, so T1 -3 and T2 -1."""
    rows = [runner(f"{t}-{n}", t, None) for t in ("T1", "T2") for n in range(30)]
    later = {"T1": 3, "T2": 5}
    scores = [make_score(row["episode_id"]) for row in rows]
    scores += [
        make_score(row["episode_id"], scored_on=START + timedelta(70), value=later[row["therapist"]])
        for row in rows
    ]
    load_tables(engine, tmp_path, episodes=rows, scores=scores, **AS_OF)
    found = units(engine).by_therapist.pain
    assert found.centre == pytest.approx(-2)
    assert [point.value for point in found.points] == pytest.approx([-3, -1])
    assert [point.position for point in found.points] == ["below 99.8 %", "above 99.8 %"]


def test_beside_the_expectation_of_a_model(engine: Engine, tmp_path: Path):
    """On AKPS, T1: 30 from 60 to 80, expected 75. T2: 30 from 60 to 70, expected 72.5; T3: 29 are too few.

    Everybody: (30 x 20 + 30 x 10 + 29 x 10) / 89 gained, (30 x 5 - 30 x 2.5 + 29 x 0) / 89 beyond expectation.
    """
    plan = {"T1": (30, 80, 75), "T2": (30, 70, 72.5), "T3": (29, 70, 70)}
    rows = [runner(f"{t}-{n}", t, None) for t, (size, *_) in plan.items() for n in range(size)]
    scores = []
    for row in rows:
        _, later, expected = plan[row["therapist"]]
        akps = {"instrument": "AKPS", "context": ""}
        scores += [
            make_score(row["episode_id"], value=60, **akps),
            make_score(row["episode_id"], value=later, scored_on=START + timedelta(70), **akps),
            make_score(
                row["episode_id"], value=expected, scored_on=START + timedelta(70), reporter="model", **akps
            ),
        ]
    load_tables(engine, tmp_path, episodes=rows, scores=scores, **AS_OF)
    found = units(engine)
    (model,) = found.by_therapist.against_model
    assert (model.question.instrument, model.question.context) == ("AKPS", "")
    centre, beyond = (600 + 300 + 290) / 89, (150 - 75) / 89
    assert model.means.centre == pytest.approx(centre)
    spread = (30 * 25 + 30 * 6.25 - 89 * beyond**2) / 88
    assert model.means.sd == pytest.approx(spread**0.5)
    assert [point.value for point in model.means.points[:2]] == pytest.approx(
        [centre + 5 - beyond, centre - 2.5 - beyond]
    )
    assert [point.position for point in model.means.points] == [
        "above 99.8 %",
        "below 99.8 %",
        "insufficient",
    ]
    assert "Change of AKPS beside what a model expected: 89 people" in model_caption(model)
    rows = model_rows(found.by_therapist, model)
    assert [row["therapist"] for row in rows] == ["T1", "T2", "T3"]
    assert [row["change, adjusted by the model"] for row in rows] == ["+17.5", "+10.0", "insufficient"]
    with reading(engine) as connection:
        document = documents(connection, ask(connection, Scope("clinic"), Cohort()), ["units"])["units"]
    (by_therapist,) = document["by"][0]["against_model"]
    assert by_therapist["instrument"] == "AKPS"
    assert [unit["n"] for unit in by_therapist["units"]] == [30, 30, 29]
    assert document["by"][1]["against_model"][0]["units"][0]["n"] == 89


def test_an_expectation_is_no_score_and_no_contact(engine: Engine, tmp_path: Path):
    """Loaded beside the scores, it moves neither the end of observation nor a mean."""
    rows = [make_episode("E1", first_visit_date=START, last_contact_date=START + timedelta(30))]
    scores = [
        make_score("E1", scored_on=START, value=6),
        make_score("E1", scored_on=START, value=1, reporter="model"),
        make_score("E1", scored_on=START + timedelta(70), value=1, reporter="model"),
    ]
    load_tables(engine, tmp_path, episodes=rows, scores=scores, **AS_OF)
    assert rows_of(engine, "episode_outcome", "last_day") == [(30,)]
    with reading(engine) as connection:
        asked = ask(connection, Scope("clinic"), Cohort())
        found = documents(connection, asked, ["pain", "trend", "units", "completeness"])
    assert found["units"]["by"][0]["pain_change"]["units"] == []
    assert found["units"]["by"][0]["against_model"][0]["units"] == []
    (scale,) = found["pain"]["scales"]
    assert scale["baseline"]["mean"] == 6
    assert {window["scored"] for window in scale["windows"]} == {0}


@pytest.mark.parametrize(("k", "percent"), [(0, 0), (1, 5), (5, 23), (9, 37), (20, 64)])
def test_chance_of_one_beyond_95(k, percent):
    assert round(100 * chance_of_one_beyond_95(k)) == percent


def test_a_therapist_is_told_whom_to_ask(two_therapists: Engine):
    own = Scope("sharing", clinics=("main",), own=("main", "T1"))
    with reading(two_therapists) as connection:
        asked = replace(ask(connection, Scope("clinic"), Cohort()), scope=own)
        with pytest.raises(NotAllowed, match="Ask the owner"):
            units_section(connection, asked)


def test_nothing_is_shared(two_therapists: Engine):
    with pytest.raises(NotAllowed, match="never shared"):
        units(two_therapists, Scope("sharing"))
    with reading(two_therapists) as connection:
        found = documents(connection, ask(connection, Scope("sharing"), Cohort()), ["units"])["units"]
    assert set(found) == {"refused"}


def test_the_document_holds_every_unit(two_therapists: Engine):
    with reading(two_therapists) as connection:
        found = documents(connection, ask(connection, Scope("clinic"), Cohort()), ["units"])["units"]
    by_therapist, by_site = found["by"]
    assert (by_therapist["by"], by_site["by"]) == ("therapist", "site")
    assert [unit["unit"] for unit in by_therapist["units"]] == ["T1", "T2"]
    assert by_therapist["units"][0]["ratio"] == pytest.approx(1.2)
    assert [unit["unit"] for unit in by_site["units"]] == ["main", "x"]
    assert found["first_visit_to"] == "2024-10-08"
