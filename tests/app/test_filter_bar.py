"""The filter bar: what it offers, and that the figures follow it."""

from __future__ import annotations

from datetime import date

import pytest
from app.driver import Visit, choose, said, summary_of, tiles

PERIODS = {
    "6m": (date(2026, 5, 1), date(2026, 10, 31)),
    "12m": (date(2025, 11, 1), date(2026, 10, 31)),
    "24m": (date(2024, 11, 1), date(2026, 10, 31)),
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
}


@pytest.mark.parametrize(("period", "span"), PERIODS.items())
def test_a_period_is_whole_months_before_the_data_end(
    look: Visit, stores, period: str, span: tuple[date, date]
):
    expected = summary_of(stores["big"], first_visit_from=span[0], first_visit_to=span[1])
    app = look("big", period=period)
    assert app.header[1].value == f"What became of the {expected.everybody.started} who started"


def test_all_time_is_the_first_choice_and_says_since_when(visit: Visit):
    assert visit("big").selectbox(key="period").options[:2] == ["Since May 2024", "Last 6 months"]
    assert visit("big").selectbox(key="period").value == "all"


def test_months_of_ones_own_choice(visit: Visit, stores):
    expected = summary_of(stores["big"], first_visit_from=date(2025, 2, 1), first_visit_to=date(2025, 4, 30))
    app = visit("big")
    assert {box.key for box in app.selectbox}.isdisjoint({"from", "to"})
    choose(app, period="months")
    assert app.selectbox(key="from").options[0] == app.selectbox(key="from").value == "May 2024"
    assert app.selectbox(key="to").options[-1] == app.selectbox(key="to").value == "Oct 2026"
    choose(app, **{"from": "Feb 2025", "to": "Apr 2025"})
    assert app.header[1].value == f"What became of the {expected.everybody.started} who started"
    assert "Only: first visit 1 February 2025 to 30 April 2025" in said(app)


def test_the_last_month_is_never_before_the_first(visit: Visit):
    app = choose(visit("big", period="months"), **{"from": "Feb 2025", "to": "Apr 2025"})
    choose(app, **{"from": "Jun 2025"})
    assert not app.exception
    assert app.selectbox(key="to").options[0] == "Jun 2025"
    assert "first visit 1 June 2025 to 31 October 2026" in said(app)


@pytest.mark.parametrize(
    ("choices", "cohort"),
    [
        ({"condition": "pfps"}, {"conditions": ("pfps",)}),
        ({"site": "north"}, {"sites": ("north",)}),
        ({"symptoms": "over_12_months"}, {"symptom_durations": ("over_12_months",)}),
        ({"goal": "any"}, {"goals": ()}),
        ({"condition": "pfps", "site": "north"}, {"conditions": ("pfps",), "sites": ("north",)}),
    ],
)
def test_figures_follow_each_filter(
    look: Visit, stores, choices: dict[str, str], cohort: dict[str, tuple[str, ...]]
):
    pfps = summary_of(stores["big"], **cohort).groups[0]
    app = look("big", **choices)
    assert tiles(app)["PFPS · half by"][1].startswith(f"day {pfps.median.value_days} (")
    noun = "people" if choices == {"goal": "any"} else "runners"
    assert f"of {pfps.episodes} {noun} with PFPS are back" in said(app)


def test_a_filter_offers_what_the_store_has(look: Visit):
    app = look("other")
    assert app.selectbox(key="condition").options == ["All conditions", "Other"]
    assert app.selectbox(key="symptoms").options[-1] == "not known"


def test_filters_in_use_are_said(look: Visit):
    assert "Only:" not in said(look("big"))
    app = look("big", condition="itbs", symptoms="up_to_4_months", goal="any")
    assert "Only: IT band syndrome (ITBS) · symptoms 6 weeks to 4 months · any goal" in said(app)


def test_filters_are_reset_and_the_audience_stays(visit: Visit):
    app = visit("big", "return to running", audience="sharing", condition="itbs", symptoms="up_to_4_months")
    assert not any(button.key == "reset" for button in visit("big").button)
    app.button(key="reset").click().run()
    assert not app.exception
    assert "Only:" not in said(app)
    assert {app.selectbox(key=key).value for key in ("period", "condition", "site", "symptoms")} == {"all"}
    assert app.selectbox(key="audience").value == "sharing"
