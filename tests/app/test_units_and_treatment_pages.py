"""Therapists and sites, assessment and treatment: every state of both pages, against their sections."""

from __future__ import annotations

import json
import re

import pytest
from app.driver import OTHER_PAGES, Visit, choose, figure, said, section_of, table_with, tiles
from streamlit.testing.v1 import AppTest

from dashboard import treatment_words as words
from dashboard.sections.treatment import treatment_section
from dashboard.sections.units import units_section

UNITS, TREATMENT = OTHER_PAGES


def column(app: AppTest, name: str) -> list[str]:
    """The cells of the table that has this column."""
    return list(table_with(app, name)[name])


@pytest.mark.parametrize("page", OTHER_PAGES)
@pytest.mark.parametrize("store", ["big", "small", "tiny", "other", "two_clinics"])
def test_it_opens_for_the_owner_with_every_store(look: Visit, store: str, page: str):
    app = look(store, page)
    assert not app.exception
    assert app.table
    assert "exact, for the clinic" in said(app)


@pytest.mark.parametrize("page", OTHER_PAGES)
@pytest.mark.parametrize("store", ["empty", "none"])
def test_without_data_it_says_what_to_do(look: Visit, store: str, page: str):
    app = look(store, page)
    assert not app.exception
    assert "return-to-run load FOLDER" in app.info[0].value


@pytest.mark.parametrize("page", OTHER_PAGES)
def test_filters_that_leave_nobody_say_so(look: Visit, page: str):
    app = look("big", page, condition="pfps_itbs", symptoms="unknown", site="harbour", period="2024")
    assert not app.exception
    assert app.info[0].value.startswith("Nobody with these filters had a first visit 12 weeks ago or more.")
    assert not app.get("plotly_chart")


# --- therapists and sites --------------------------------------------------------------------------------------


def test_the_funnel_draws_what_the_section_says(look: Visit, stores):
    found = section_of(stores["big"], units_section).by_therapist
    app = look("big", UNITS)
    marks = next(trace for trace in figure(app)["data"] if trace["name"] == "units")
    assert marks["text"] == [point.unit.unit for point in found.funnel.points]
    assert marks["y"] == pytest.approx([100 * point.plotted for point in found.funnel.points])
    assert marks["x"] == pytest.approx([point.unit.n_effective for point in found.funnel.points])
    assert app.header[0].value == "None of 9 therapists differs more than chance and case mix would explain"
    assert "beyond the 95 % limits is 37 %" in said(app)


def test_the_table_is_in_the_order_of_codes_with_case_mix(look: Visit, stores):
    found = section_of(stores["big"], units_section).by_therapist
    app = look("big", UNITS)
    table, came_with = table_with(app, "expected"), table_with(app, "symptoms over 4 months")
    for part in (table, came_with):
        assert list(part["therapist"]) == [*sorted(mix.unit for mix in found.mixes), "everybody"]
        assert list(part["people"])[:-1] == [str(mix.episodes) for mix in found.mixes]
    assert [cell.split()[0] for cell in table["observed ÷ expected"][:-1]] == [
        f"{point.ratio:.2f}" for point in found.funnel.points
    ]
    assert list(came_with["symptoms over 4 months"])[:-1] == [
        f"{100 * mix.long_symptoms:.0f} %" for mix in found.mixes
    ]


def test_the_funnels_marks_and_limits_stand_in_its_table(look: Visit, stores):
    funnel = section_of(stores["big"], units_section).by_therapist.funnel
    table = table_with(look("big", UNITS), "people it rests on")
    drawn = [point for point in funnel.points if point.plotted is not None]
    assert list(table["therapist"]) == [point.unit.unit for point in drawn]
    assert list(table["back by week 12, adjusted"]) == [f"{100 * point.plotted:.0f} %" for point in drawn]
    assert list(table["99.8\xa0% limits"]) == [
        f"{100 * low:.0f}–{100 * high:.0f}" for low, high in (point.limits_998 for point in drawn)
    ]


def test_sites_too_and_one_site_has_nobody_to_compare_with(look: Visit):
    app = look("big", UNITS, compare="site")
    assert list(table_with(app, "expected")["site"]) == ["harbour", "north", "everybody"]
    app = look("small", UNITS, compare="site")
    assert "Too few sites to compare" in [header.value for header in app.header]
    assert "There is one site with these filters" in said(app)


def test_codes_of_several_clinics_carry_the_clinic(look: Visit):
    table = table_with(look("two_clinics", UNITS), "expected")
    assert list(table["therapist"])[:1] == ["east/T01"]


def test_a_therapist_is_told_whom_to_ask(look: Visit):
    for store in ("big", "small"):
        app = look(store, UNITS, preview_as="Therapist T01")
        assert not app.exception
        assert "Ask the owner" in app.info[0].value
        assert not app.table
        assert not app.get("plotly_chart")


def test_nothing_is_shared_of_units(visit: Visit):
    app = visit("big", UNITS, audience="sharing")
    assert "never shared" in app.info[0].value
    assert not app.table
    assert not app.get("plotly_chart")
    assert not re.search(r"\bT0\d\b", said(app))
    assert choose(app, audience="clinic").table


def test_small_units_are_named_and_not_drawn(look: Visit, stores):
    app = look("small", UNITS, condition="itbs")
    assert not app.exception
    table = app.table[0].value
    few = table[table["against chance"] == "fewer than 10 people"]
    assert len(few)
    assert {*few["back by week 12"], *few["expected"], *few["observed ÷ expected"]} == {"–"}
    came_with = app.table[1].value
    of_few = came_with[came_with["therapist"].isin(few["therapist"])]
    assert set(of_few.drop(columns=["therapist", "people"]).to_numpy().ravel()) == {"–"}


# --- assessment and treatment ----------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["big", "small"])
def test_tiles_and_tables_say_what_the_section_says(look: Visit, stores, store: str):
    found = section_of(stores[store], treatment_section)
    app = look(store, TREATMENT)
    again = next(row.again for row in found.assessed if row.measure == "anything")
    assert tiles(app)["Of these, again by week 12"] == (
        f"{100 * again.value:.0f} %", f"{again.numerator} of {again.denominator}",
    )  # fmt: skip
    gait = next(match for match in found.matches if match.finding == "gait_fault").given["yes"]
    assert (
        column(app, "given, with the finding")[0]
        == f"{100 * gait.value:.0f} % · {gait.numerator} of {gait.denominator}"
    )
    marks = next(trace for trace in figure(app)["data"] if trace["name"] == "figures")
    assert sorted(marks["x"]) == pytest.approx(
        sorted(100 * share.value for share in found.given.values() if share.value is not None)
    )


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
def test_the_table_of_what_was_given_says_the_shares_of_the_chart(look: Visit, stores, audience: str):
    found = section_of(stores["big"], treatment_section, audience=audience)
    app = look("big", TREATMENT, audience=audience)
    names = column(app, "treatment")
    assert names == [words.TREATMENT_NAMES[name] for name in words.sorted_treatments(found)]
    shares = dict(zip(names, column(app, "share (95 %)"), strict=True))
    for name, share in found.given.items():
        expected = "not shown" if share.withheld else f"{100 * share.value:.0f} %"
        assert (
            shares[words.TREATMENT_NAMES[name]]
            .removeprefix("over ")
            .startswith(expected.replace("100 %", "99 %"))
        )
    assert ("“Not shown” stands for" in said(app)) == (audience == "sharing")
    assert [row.split()[0] for row in column(app, "mean change (95 %)")] == [
        f"{row.change.mean:+.1f}" for row in found.changes
    ]


def test_every_association_is_called_one(look: Visit):
    assert "Association, not effect" in said(look("big", TREATMENT))


def test_without_assessments_it_says_how_to_get_them(look: Visit):
    told = said(look("tiny", TREATMENT))
    assert "No assessment is recorded" in told
    assert "Load assessments.csv" in told
    assert "No treatment is recorded" in told


def test_five_people_have_no_figure_to_share(look: Visit):
    app = look("tiny", TREATMENT, audience="sharing")
    assert not app.exception
    assert "Too few people to share a figure" in app.info[0].value
    assert not app.metric
    assert not app.table
    assert not app.header


def test_what_is_shared_is_rounded(look: Visit):
    app = look("big", TREATMENT, audience="sharing")
    assert not app.exception
    shown = json.dumps([figure(app, n)["data"] for n in range(len(app.get("plotly_chart")))])
    counts = [int(n) for pair in re.findall(r"(\d+) of (\d+)", shown) for n in pair]
    assert counts
    assert all(n % 5 == 0 for n in counts)


def test_a_therapist_sees_rounded_figures_of_the_clinic(look: Visit):
    app = look("big", TREATMENT, preview_as="Therapist T04")
    assert not app.exception
    assert "rounded, to share" in said(app)
    assert app.table
