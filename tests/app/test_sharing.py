"""What leaves the clinic is coarse: rounded, nothing about fewer than 8 people, nothing by therapist."""

from __future__ import annotations

import json
import re

import pytest
from app.driver import PAGES, Visit, at_address, choose, figure, said, summary_of, tiles

from dashboard.group_summary import CLASSES


def numbers_of_people(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"(?:>|^|, )(\d+)(?=</b>|$)", text)]


def test_small_classes_say_fewer_than_8(look: Visit, stores):
    exact = summary_of(stores["small"]).everybody.became
    small = [name for name in CLASSES if 0 < getattr(exact, name) < 8]
    assert small
    layout = figure(look("small", audience="sharing"), 1)["layout"]
    labels = [note["text"] for note in layout["annotations"]]
    assert sum("fewer than 8" in label for label in labels) == len(small)
    known = [int(label.split("</b>")[0].removeprefix("<b>")) for label in labels if "fewer" not in label]
    assert all(number % 5 == 0 and number >= 8 for number in known)
    assert all("%" not in label for label in labels if "fewer than 8" in label)


def test_the_bar_to_share_still_adds_up_to_everybody(look: Visit):
    bars = [trace for trace in figure(look("small", audience="sharing"), 1)["data"] if trace["type"] == "bar"]
    assert sum(bar["y"][0] for bar in bars) == pytest.approx(100)


def test_small_cells_of_the_table_say_less_than_8(look: Visit):
    app = look("big", "return to running", audience="sharing")
    cells = {cell for trace in figure(app)["data"] if trace.get("mode") == "text" for cell in trace["text"]}
    assert "<8" in cells
    assert all(int(cell) % 5 == 0 for cell in cells - {"<8"})


def test_a_condition_of_under_40_has_its_rounded_number_and_no_figure(look: Visit):
    app = look("small", audience="sharing")
    assert "No estimate yet for 15 runners with ITBS by week 3: too few people to show a share." in said(app)
    assert {value for label, value in tiles(app).items() if label.startswith("ITBS")} == {("–", "not shown")}
    names = {trace.get("name") for trace in figure(app)["data"]}
    assert "PFPS" in names
    assert not any("ITBS" in str(name) or "itbs" in str(name) for name in names)


@pytest.mark.parametrize("page", PAGES)
def test_five_people_have_no_figure_at_all(look: Visit, page: str):
    app = look("tiny", page, audience="sharing")
    assert not app.exception
    assert [info.value for info in app.info] == [
        "Too few people to share a figure: these filters leave fewer than 8, or leave out fewer than 8. "
        "Choose a longer period or other filters."
    ]
    assert not app.metric
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("page", PAGES)
def test_more_than_two_filters_are_refused_with_a_remedy(visit: Visit, page: str):
    app = visit("big", page, audience="sharing", condition="pfps", site="north", symptoms="up_to_6_weeks")
    assert [info.value for info in app.info] == [
        "Figures to share take at most two filters beside the period. Remove one."
    ]
    assert not app.metric
    assert not app.get("plotly_chart")
    assert choose(app, symptoms="all").get("plotly_chart")


@pytest.mark.parametrize("page", PAGES)
def test_a_therapist_sees_rounded_figures_of_the_clinic(look: Visit, stores, page: str):
    shared = summary_of(stores["big"], audience="sharing")
    app = look("big", page, preview_as="Therapist T04")
    assert app.selectbox(key="audience_fixed").disabled
    assert app.selectbox(key="audience_fixed").value == "To share"
    traces = json.dumps(figure(app)["data"])
    assert f"{100 * shared.by_condition[0].curve.value_at(84):.10g}"[:8] in traces
    if page == "overview":
        assert (
            tiles(app)["PFPS · by week 12"][0]
            == f"{100 * shared.by_condition[0].back_by_day(84).value:.0f} %"
        )


def test_a_therapist_without_three_colleagues_behind_the_figures_sees_none(visit: Visit):
    app = visit("small", preview_as="Therapist T01", period="months")
    choose(app, **{"from": "Sep 2025", "to": "Sep 2025"})
    assert not app.exception
    assert app.info[0].value.startswith(
        "Clinic figures are shown to a therapist only if at least three colleagues"
    )
    assert not app.metric


@pytest.mark.parametrize("page", PAGES)
def test_no_therapist_is_named_on_a_page(look: Visit, page: str):
    for choices in ({}, {"audience": "sharing"}):
        app = look("big", page, **choices)
        assert not re.search(
            r"\bT0\d\b", said(app) + json.dumps([figure(app, n) for n in range(len(app.get("plotly_chart")))])
        )


def test_the_day_on_which_somebody_last_came_is_not_shared(look: Visit):
    assert "last first visit" in said(look("small"))
    assert "last first visit" not in said(look("small", audience="sharing"))


def test_the_last_first_visit_of_all_data_is_not_said_of_a_part(look: Visit):
    for narrowed in ({"period": "Last 12 months"}, {"condition": "PFPS"}):
        page = said(look("small", **narrowed))
        assert "Data to" in page
        assert "last first visit" not in page


NOT_OFFERED = "Choices of few people are not offered in figures to share."


@pytest.mark.parametrize("condition", ["Other knee", "PFPS and ITBS", "Other", "anything"])
def test_a_choice_of_the_address_that_is_not_shared_is_said_to_be_all(
    stores, monkeypatch: pytest.MonkeyPatch, condition: str
):
    """Word for word the same of few people, of nobody, and of what is no condition at all."""
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", stores["few"])
    app = at_address(audience="To share", condition=condition)
    assert app.selectbox(key="condition").value == "all"
    assert f"Condition: all. {NOT_OFFERED}" in said(app)
    assert f"Condition: all. {NOT_OFFERED}" in said(app.run())  # not gone before it is read


def test_an_earlier_choice_that_is_not_shared_is_said_to_be_all(visit: Visit):
    app = visit("few", condition="other_knee", site="annexe")
    assert NOT_OFFERED not in said(app)
    choose(app, audience="sharing")
    assert f"Condition and site: all. {NOT_OFFERED}" in said(app)
    choose(app, condition="pfps")
    assert f"Site: all. {NOT_OFFERED}" in said(app)
    choose(app, audience="clinic")
    assert NOT_OFFERED not in said(app)


def test_a_choice_that_is_shared_says_nothing(visit: Visit):
    assert NOT_OFFERED not in said(visit("few", audience="sharing", condition="pfps"))
    assert NOT_OFFERED not in said(visit("few", audience="sharing"))
