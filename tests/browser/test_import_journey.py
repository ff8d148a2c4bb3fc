"""A practice manager gets an appointment list and a form's answers in, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import served
from browser.chromium import new_page, wait_for_answer
from browser.test_look import NOT_OURS, SCROLLS_SIDEWAYS, SIZES
from playwright.sync_api import BrowserContext, Page, expect

expect.set_options(timeout=20_000)

BOOKINGS = (
    "Patientennummer;Name;Termin;Behandler;Terminart;Status\n"
    + "".join(
        f"{101 + n % 9};Jürgen Müller;{n % 28 + 1:02}.01.2024 09:30;AB;Läuferknie;wahrgenommen\n"
        for n in range(36)
    )
).encode("cp1252")
ANSWERS = (
    "Timestamp,Your code,Are you running?,Pain now,Email\n"
    + "".join(
        f'0{n + 1}/02/2024 10:00:00,{101 + n},"Yes, but with pain",{n},jo@example.org\n' for n in range(9)
    )
).encode()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard without a store: the import makes the first one."""
    folder = tmp_path_factory.mktemp("import")
    with served.running(f"sqlite:///{folder / 'clinic.db'}", folder, "--new") as address:
        yield address


@pytest.fixture
def page(address: str, browser: BrowserContext, tmp_path: Path) -> Iterator[Page]:
    page = new_page(browser)
    page.goto(f"{address}/import_data")
    page.get_by_role("heading", name="Import", level=1).wait_for()
    wait_for_answer(page)
    yield page
    page.screenshot(path=tmp_path / "import.png", full_page=True)
    page.close()


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files]
    )
    page.get_by_role("heading", name="What the files are").wait_for()


def test_from_exports_to_outcomes_and_back(page: Page):
    drop(page, ("Termine.csv", BOOKINGS), ("answers.csv", ANSWERS))
    expect(
        page.get_by_text("Still needed. answers.csv: Day of the answer, Day of the score.")
    ).to_be_visible()
    for number in range(2):
        page.get_by_role("radio", name="3 April: day first").nth(number).click()
        wait_for_answer(page)
    found = page.get_by_text(
        "63 rows would be new, 0 updated, 0 unchanged; none would be refused. Details below the files."
    )
    expect(found).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wait_for_answer(page)
        page.wait_for_function(f"({SCROLLS_SIDEWAYS})().length === 0")  # the sidebar takes its time to fold
    barriers = [
        item
        for item in Axe().run(page, context=NOT_OURS).response["violations"]
        if item["impact"] in ("serious", "critical")
    ]
    assert [f"{item['id']}: {item['nodes'][0]['html']}" for item in barriers] == []
    assert "Müller" not in page.content()
    assert "jo@example.org" not in page.content()

    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("heading", name="Load 1 is done: 63 rows new or updated")).to_be_visible()
    expect(page.get_by_text("The match is kept as termine.toml")).to_be_visible()

    page.get_by_role("link", name="See the outcomes").click()
    page.get_by_role("heading", name="Are our runners back as soon as expected?").wait_for()
    page.get_by_role("link", name="Import").click()
    page.get_by_role("heading", name="Import", level=1).wait_for()
    drop(page, ("February.csv", BOOKINGS.replace(b"101;", b"999;", 1)))
    expect(page.get_by_role("combobox", name="Read it")).to_have_value("with the match saved as “termine”")
    expect(page.get_by_text("rows would be new").first).to_be_visible()

    page.reload()
    page.get_by_role("button", name="Take load 1 back …").click()
    page.get_by_role("button", name="Take load 1 back", exact=True).click()
    expect(page.get_by_text("Load 1 was taken back: 63 rows deleted")).to_be_visible()
