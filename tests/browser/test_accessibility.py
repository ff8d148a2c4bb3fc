"""Every page, for every reader, in light and dark: nothing serious for axe, nothing cut, nothing to scroll sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium
from browser.conftest import Visit
from browser.test_look import FAULTS, NOT_OURS, SCROLLS_SIDEWAYS, SIZES, resize
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TookTooLong

OUTCOMES = {
    "Overview": "",
    "Return to running": "return_to_running",
    "Pain and function": "pain_and_function",
    "Trends": "trends",
    "Therapists and sites": "therapists_and_sites",
    "Assessment & treatment": "assessment_and_treatment",
    "Report": "report",
    "Data": "data",
    "Methods & benchmarks": "methods",
}
PATIENTS = {"Caseload": "caseload", "To ask": "to_ask", "Own figures": "own_figures"}
VIEWS = (
    "data?data_show=Records+to+check",
    "data?data_show=Caseload+rules",
    "data?data_show=Loads",
    "data?data_show=Privacy",
    "data?data_show=Settings",
    "data?rows=Month+and+therapist",
    "methods?methods_show=Benchmarks",
    "methods?methods_show=Scales+and+thresholds",
    "methods?methods_show=Everything%2C+with+formulas",
    "import_data",
)
FOR_THE_OWNER = (*OUTCOMES.values(), *PATIENTS.values(), *VIEWS)
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(18, 25, 29)"
"""The paper of the two themes in .streamlit/config.toml."""
WORDS_OF_A_PAGE = "[data-testid=stMain] :is(h1, [data-testid=stAlert])"


def drawn(page: Page) -> None:
    """Wait until a page has said something and its charts stand."""
    page.locator(WORDS_OF_A_PAGE).first.wait_for()
    chromium.wait_for_answer(page)


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds serious or critical, of some of its rules or of all."""
    options = {"runOnly": list(rules)} if rules else None
    found = Axe().run(page, context=NOT_OURS, options=options).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:200]}"
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


def barriers_in_both_schemes(page: Page) -> list[str]:
    """In the dark only colours differ; the page follows without being opened anew."""
    found = barriers(page)
    turn(page, "dark", DARK)
    found += [f"dark: {item}" for item in barriers(page, "color-contrast")]
    turn(page, "light", LIGHT)
    return found


def turn(page: Page, scheme: chromium.Scheme, paper: str) -> None:
    """Change the colour scheme and wait until the page has followed: it is drawn anew, and a click would be lost."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"getComputedStyle(document.querySelector('.stApp')).backgroundColor === '{paper}'"
    )
    page.wait_for_timeout(500)
    chromium.wait_for_answer(page)


def faults(page: Page) -> Iterator[str]:
    """What is cut, overlaps or has to be scrolled sideways on any screen."""
    for width, height in SIZES:
        resize(page, width, height)
        with suppress(TookTooLong):  # tables follow a moment later than charts
            page.wait_for_function(f"({SCROLLS_SIDEWAYS})().length === 0", timeout=3000)
        for fault, script in FAULTS.items():
            for words in page.evaluate(script):
                yield f"{width} {fault}: {words}"


@pytest.mark.parametrize("audience", ["", "audience=To+share"], ids=["owner", "to share"])
def test_what_the_owner_opens(visit: Visit, audience: str):
    page = visit("big")
    address = page.url.rstrip("/")
    found: dict[str, list[str]] = {}
    for path in OUTCOMES.values() if audience else FOR_THE_OWNER:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("/".join((address, path)) + (("&" if "?" in path else "?") + audience if audience else ""))
        drawn(page)
        found[path] = barriers_in_both_schemes(page) + list(faults(page))
    assert {path: items for path, items in found.items() if items} == {}


def test_what_a_therapist_opens(visit: Visit):
    page = visit("big")
    chromium.choose(page, "Preview as", "Therapist T04")
    found: dict[str, list[str]] = {}
    for name, path in {**OUTCOMES, **PATIENTS}.items():
        link = page.get_by_role(
            "link", name=name, exact=True
        ).last  # above the lists, whose sidebar is folded
        link.click()
        with suppress(TookTooLong):
            page.wait_for_url(f"**/{path}*", timeout=8000)
        if f"/{path}" not in page.url:  # a click into a page that is being drawn is lost
            link.click()
            page.wait_for_url(f"**/{path}*")
        drawn(page)
        found[name] = barriers_in_both_schemes(page)
    assert {name: items for name, items in found.items() if items} == {}


@pytest.mark.parametrize(
    "path", ["", "return_to_running", "pain_and_function", "assessment_and_treatment", "data"]
)
def test_what_is_opened(visit: Visit, path: str):
    """Every table that can be unfolded, what the numbers mean, and a list of people."""
    page = visit("small")
    page.goto(f"{page.url.rstrip('/')}/{path}")
    drawn(page)
    for table in page.locator("[data-testid=stMain] [data-testid=stExpander] summary").all():
        table.click()
    chromium.wait_for_answer(page)
    found = {"unfolded": barriers(page)}
    for name in ("What the numbers mean", re.compile("^group Who|^Who")):
        page.locator("[data-testid=stMain]").get_by_role("button", name=name).first.click()
        box = page.get_by_test_id("stPopoverBody")
        box.wait_for()
        chromium.wait_for_answer(page)
        found[str(name)] = barriers(page)
        if name != "What the numbers mean":
            box.get_by_test_id("stButton").get_by_role("button").first.click()
            page.get_by_test_id("stDialog").wait_for()
            chromium.wait_for_answer(page)
            found["a list"] = barriers(page)
        page.keyboard.press("Escape")
    assert {where: items for where, items in found.items() if items} == {}
