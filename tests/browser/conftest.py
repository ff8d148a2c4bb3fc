"""One dashboard per sample clinic for the whole session, one browser per module, one page per test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browser import chromium, served
from playwright.sync_api import BrowserContext, Page

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # On a busy machine a click now and then falls into a page that is being drawn anew.
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def address_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Address of the dashboard on the big or the small sample clinic, started when first asked for."""
    addresses: dict[str, str] = {}
    with ExitStack() as stack:

        def address(store: str) -> str:
            if store not in addresses:
                folder = tmp_path_factory.mktemp(store)
                url = served.make_store(folder, small=store == "small")
                addresses[store] = stack.enter_context(served.running(url, folder))
            return addresses[store]

        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """An installed Chromium. Without one: skipped on a laptop, a failure where CI=true."""
    executable = chromium.installed()
    if executable is None:
        reason = f"No browser found: install one of {', '.join(chromium.NAMES)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with chromium.running(executable) as started:
        yield started


@pytest.fixture
def visit(address_of: Callable[[str], str], browser: BrowserContext, tmp_path: Path) -> Iterator[Visit]:
    """Open a page on a store: visit("big", "overview", width=820, scheme="dark").

    How each page looked at the end of the test is kept in the test's own temporary folder.
    """
    pages: list[Page] = []

    def open_page(store: str, name: str = "overview", query: str = "", **look: object) -> Page:
        page = chromium.new_page(browser, **look)
        pages.append(page)
        return chromium.open_page(page, address_of(store), name, query)

    yield open_page
    for number, page in enumerate(pages):
        page.screenshot(path=tmp_path / f"page-{number}.png")
        page.close()
