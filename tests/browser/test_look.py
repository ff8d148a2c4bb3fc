"""How the pages look: dark and light, tablet and phone, and for readers who cannot see them."""

from __future__ import annotations

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.chromium import PATHS, wait_for_answer
from browser.conftest import Visit
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.charts.theme import theme_named

SIZES = ((1280, 800), (820, 1180), (390, 844))  # an office PC, a tablet, a phone
# Streamlit 1.67 puts a <div> between the <ul> and the <li> of its own navigation; nothing of ours is in it.
NOT_OURS = {"exclude": [["[data-testid=stSidebarNav]"]]}
BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
CHARTS_FILL_THEIR_PLACE = """
() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(place =>
  Math.abs(place.querySelector('.main-svg')?.getBoundingClientRect().width
           - place.getBoundingClientRect().width) < 2)
"""
CUT_WORDS = """
() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const edge = plot.querySelector('.main-svg').getBoundingClientRect();
  return [...plot.querySelectorAll('.main-svg text')]
    .filter(text => text.textContent.trim())
    .map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1
                         || box.top < edge.top - 1 || box.bottom > edge.bottom + 1)
    .map(([text]) => text);
})
"""
SCROLLS_SIDEWAYS = """
() => ['[data-testid=stMain]', 'html', 'body']
  .map(name => document.querySelector(name))
  .filter(element => element.scrollWidth > element.clientWidth)
  .map(element => element.tagName)
"""
OVERLAPPING_NOTES = """
() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const notes = [...plot.querySelectorAll('.annotation-text')].map(n => [n.textContent, n.getBoundingClientRect()]);
  return notes.flatMap(([one, a], i) => notes.slice(i + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                       && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
    .map(([other]) => one + ' / ' + other));
})
"""
FAULTS = {"scrolls sideways": SCROLLS_SIDEWAYS, "cut": CUT_WORDS, "overlaps": OVERLAPPING_NOTES}


def resize(page: Page, width: int, height: int) -> None:
    """Change the size of the window and wait until every chart fills its place."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(CHARTS_FILL_THEIR_PLACE)


@pytest.mark.parametrize(
    ("store", "name", "query"),
    [
        ("big", "overview", ""),
        ("small", "overview", ""),
        ("big", "return to running", "?by=Symptom+duration"),
        ("small", "return to running", "?weeks=52"),
    ],
)
def test_nothing_is_cut_or_overlaps_on_any_screen(visit: Visit, store: str, name: str, query: str):
    page = visit(store, name, query)
    for width, height in SIZES:
        resize(page, width, height)
        found = {fault: found for fault, script in FAULTS.items() if (found := page.evaluate(script))}
        assert not found, f"at {width} x {height}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_it_can_be_read_in_light_and_dark_and_by_screen_readers(visit: Visit, name: str, scheme: str):
    page, theme = visit("big", name, scheme=scheme), theme_named(scheme)
    assert page.evaluate(BACKGROUND) == rgb(theme.paper)
    label = page.locator(".js-plotly-plot .annotation-text").filter(has_text="PFPS").first
    assert label.evaluate("element => getComputedStyle(element).fill") == rgb(theme.conditions["pfps"])

    alternatives = [figure.get_attribute("aria-label") for figure in page.get_by_role("figure").all()]
    assert alternatives[0].startswith("Half were back by day")
    assert all(text and text.count(" ") > 3 for text in alternatives)  # a sentence each
    assert any("cannot be counted" in text for text in alternatives)

    found = Axe().run(page, context=NOT_OURS).response["violations"]
    barriers = [item for item in found if item["impact"] in ("serious", "critical")]
    assert [f"{item['id']}: {item['nodes'][0]['html']}" for item in barriers] == []


def rgb(colour: str) -> str:
    """A hex colour as browsers write it."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


def test_a_change_of_colours_reaches_charts_and_logo_without_a_reload(visit: Visit):
    page, light, dark = visit("big", scheme="light"), theme_named("light"), theme_named("dark")
    label = page.locator(".js-plotly-plot .annotation-text").filter(has_text="PFPS").first
    logo = page.get_by_test_id("stSidebarLogo")
    drawn_light = logo.get_attribute("src")
    for scheme, theme in (("dark", dark), ("light", light)):
        page.emulate_media(color_scheme=scheme)
        expect(label).to_have_css("fill", rgb(theme.conditions["pfps"]))
        assert page.evaluate(BACKGROUND) == rgb(theme.paper)
        assert (logo.get_attribute("src") == drawn_light) == (scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_column_of_the_completeness_table_can_be_read(visit: Visit, scheme: str):
    """It stays in sight when the table is scrolled, and such columns are drawn faintly: measured as drawn."""
    page = visit("big", scheme=scheme)
    page.get_by_role("link", name="Data", exact=True).click()
    table = page.get_by_test_id("stDataFrame")
    table.locator("canvas").first.wait_for()
    wait_for_answer(page)
    box = table.bounding_box()
    assert box is not None
    month = {"x": box["x"] + 4, "y": box["y"] + 50, "width": 66, "height": 36}  # the first row below the head
    drawn = Image.open(io.BytesIO(page.screenshot(clip=month))).convert("RGB")
    lightness = sorted(luminance(colour) for _, colour in drawn.getcolors(maxcolors=10_000))
    assert (lightness[-1] + 0.05) / (lightness[0] + 0.05) >= 4.5


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_nothing_is_cut_in_two_on_paper(visit: Visit):
    page = visit("big")
    page.get_by_role("link", name="Assessment & treatment").click()
    page.get_by_role("heading", name="What do we assess and give?").wait_for()
    wait_for_answer(page)
    page.locator(".js-plotly-plot .main-svg").nth(2).wait_for()
    sheets = [
        sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ]
    (sheet,) = (words for words in sheets if "anything at all" in words)  # the first row of the longest chart
    assert "measures are seldom repeated" in sheet
    assert "tissue quality" in sheet


def test_what_is_printed_from_dark_is_dark_ink_on_white_paper(visit: Visit):
    page = visit("big", scheme="dark")
    page.get_by_role("link", name="Trends", exact=True).click()
    table = page.get_by_test_id("stDataFrame")
    table.locator("canvas").first.wait_for()
    wait_for_answer(page)
    page.emulate_media(media="print", color_scheme="dark")
    drawn = Image.open(io.BytesIO(table.screenshot())).convert("RGB")
    colours = sorted(drawn.getcolors(maxcolors=100_000), reverse=True)
    assert colours[0][1] == (255, 255, 255)
    assert min(luminance(colour) for _, colour in colours) < 0.05

    page.emulate_media(media="screen", color_scheme="dark")
    page.get_by_role("link", name="Therapists and sites").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    wait_for_answer(page)
    page.emulate_media(media="print", color_scheme="dark")
    strokes = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot path.js-line')].map(line => getComputedStyle(line).stroke)"
    )
    assert rgb(theme_named("light").text) in strokes
    assert rgb(theme_named("dark").text) not in strokes
