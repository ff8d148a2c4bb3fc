"""What an owner does in the dashboard, in a real browser."""

from __future__ import annotations

import re

import pytest
from browser.chromium import choose, curve_area, wait_until_drawn
from browser.conftest import Visit
from playwright.sync_api import Locator, Page, expect

expect.set_options(timeout=15_000)


def who_started(page: Page) -> Locator:
    """The heading with the number of people, which every filter changes."""
    return page.get_by_role("heading", name=re.compile("^What became of the"))


@pytest.mark.parametrize("store", ["big", "small"])
def test_the_overview_answers_within_the_first_screen(visit: Visit, store: str):
    page = visit(store)
    bottom = 800
    verdicts = page.get_by_text(re.compile(r"^An estimated"))
    badges = page.get_by_text(re.compile(r"(in line|ahead|behind|cannot tell yet) at week"))
    tiles = page.get_by_test_id("stMetric")
    assert (badges.count(), tiles.count()) == (2, 6)
    for part in [page.locator("h1"), *verdicts.all()[:2], *badges.all(), *tiles.all()]:
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bottom
    plot = curve_area(page).bounding_box()
    assert min(bottom, plot["y"] + plot["height"]) - plot["y"] >= plot["height"] * 2 / 3
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


def test_a_filter_changes_the_numbers_and_stays(visit: Visit):
    page = visit("big")
    became = who_started(page)
    everybody = became.inner_text()
    choose(page, "Condition", "ITBS")
    expect(became).not_to_have_text(everybody)
    expect(page.get_by_test_id("stMetric")).to_have_count(3)
    filtered = became.inner_text()
    expect(page).to_have_url(re.compile(r"/\?condition=ITBS$"))

    page.reload()
    wait_until_drawn(page, "overview")
    expect(became).to_have_text(filtered)

    page.get_by_role("link", name="Return to running").click()
    wait_until_drawn(page, "return to running")
    expect(page).to_have_url(re.compile(r"/return_to_running\?condition=ITBS$"))
    expect(
        page.get_by_role("heading", name=re.compile("^Half of runners with ITBS were back"))
    ).to_be_visible()

    page.go_back()
    wait_until_drawn(page, "overview")
    expect(became).to_have_text(filtered)
    page.go_forward()
    wait_until_drawn(page, "return to running")
    expect(page.get_by_role("combobox", name="Condition", exact=True)).to_have_value("ITBS")


def test_months_of_ones_own_choice_are_kept_in_the_address(visit: Visit):
    page = visit("big")
    expect(page.get_by_role("combobox", name="From", exact=True)).to_have_count(0)
    became = who_started(page)
    everybody = became.inner_text()
    choose(page, "First visit", "Choose months")
    choose(page, "From", "Jan 2025")
    expect(became).not_to_have_text(everybody)
    since_january = became.inner_text()
    choose(page, "To", "Jun 2025")
    expect(became).not_to_have_text(since_january)
    expect(page.get_by_text("first visit 1 January 2025 to 30 June 2025")).to_be_visible()
    half_a_year = became.inner_text()
    page.reload()
    wait_until_drawn(page, "overview")
    expect(page.get_by_role("combobox", name="To", exact=True)).to_have_value("Jun 2025")
    expect(became).to_have_text(half_a_year)


def test_an_address_can_be_passed_on(visit: Visit):
    page = visit("big", "return to running", "?by=Symptom+duration&weeks=52&audience=To+share")
    expect(page.get_by_text("rounded, to share")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("with symptoms for up to 6 weeks"))).to_be_visible()
    ticks = page.locator(".js-plotly-plot").first.locator(".xaxislayer-above text").all_text_contents()
    assert ticks[-1] == "52"


def test_a_therapist_sees_rounded_figures(visit: Visit):
    page = visit("big")
    became = who_started(page)
    exact = became.inner_text()
    choose(page, "Preview as", "Therapist T04")
    expect(page.get_by_text("rounded, to share")).to_be_visible()
    expect(became).not_to_have_text(exact)
    assert int(re.search(r"\d+", became.inner_text()).group()) % 5 == 0
    expect(page.get_by_role("combobox", name="Figures", exact=True)).to_be_disabled()
    page.get_by_role("link", name="Return to running").click()
    wait_until_drawn(page, "return to running")
    expect(page.get_by_role("combobox", name="Preview as", exact=True)).to_have_value("Therapist T04")
    expect(page.get_by_text("rounded, to share")).to_be_visible()


@pytest.mark.parametrize("name", ["overview", "return to running"])
def test_definitions_and_evidence_are_one_click_away(visit: Visit, name: str):
    page = visit("big", name)
    page.get_by_role("button", name="What the numbers mean").first.click()
    expect(page.get_by_text("20 minutes or 3 km without stopping for pain")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Evidence behind the benchmarks").click()
    expect(page.get_by_text("One cohort of 36 runners, 1984, says 58 %").last).to_be_visible()
    expect(page.get_by_role("link", name="10.1186/s13102-025-01297-x").first).to_have_attribute(
        "href", "https://doi.org/10.1186/s13102-025-01297-x"
    )
