"""An installed Chromium, driven by Playwright, and the pages of the dashboard in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root Chromium starts only without its sandbox; these machines have no graphics card.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
PATHS = {"overview": "", "return to running": "return_to_running"}
QUESTIONS = {
    "overview": "Are our runners back as soon as expected?",
    "return to running": "How soon are people back running?",
}
PATIENCE_MS = 20_000

Scheme = Literal["light", "dark"]


def installed() -> str | None:
    """Path of the browser, None if there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running(executable: str) -> Iterator[BrowserContext]:
    """The browser, closed at the end. All pages share its cache; each has a session of its own all the same."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        yield context
        browser.close()


def new_page(
    browser: BrowserContext, *, width: int = 1280, height: int = 800, scheme: Scheme = "light"
) -> Page:
    """An empty page of this size."""
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    return page


def open_page(page: Page, address: str, name: str, query: str = "") -> Page:
    """Open one of the dashboard's pages and wait until it is drawn."""
    page.goto(f"{address}/{PATHS[name]}{query}")
    wait_until_drawn(page, name)
    return page


def wait_until_drawn(page: Page, name: str) -> None:
    """Wait for the page's question, and for its answer with all its charts."""
    page.get_by_role("heading", name=QUESTIONS[name], level=1).wait_for()
    wait_for_charts(page)


def wait_for_charts(page: Page) -> None:
    """Wait until nothing pushes the page down any more: a click would miss."""
    wait_for_answer(page)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def wait_for_answer(page: Page) -> None:
    """Wait until the script has run and nothing on the page is of the run before."""
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"
    )


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box and wait for the answer.

    A choice that falls into a page being drawn anew is lost, as on a busy machine now and then; a person chooses again.
    """
    box = page.get_by_role("combobox", name=label, exact=True)
    for milliseconds in (8_000, 20_000):
        box.click()
        page.get_by_role("option", name=option, exact=True).click()
        with suppress(TookTooLong):
            box.and_(page.locator(f'[value="{option}"]')).wait_for(timeout=milliseconds)
            wait_for_answer(page)
            return
    raise AssertionError(f"{option} was chosen twice and {label} has it not")


def curve_area(page: Page) -> Locator:
    """The area of the curve within its axes."""
    return page.locator('.js-plotly-plot .nsewdrag[data-subplot="xy"]').first
