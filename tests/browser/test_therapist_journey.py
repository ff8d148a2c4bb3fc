"""A therapist's morning on a tablet, between two patients, in a real browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import served
from browser.chromium import PATIENCE_MS, choose, wait_for_answer
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pypdf import PdfReader
from sqlalchemy import create_engine, text

expect.set_options(timeout=20_000)

MINE = "T04"
HEADER, ROW = 38, 44
TAPPED = (
    "button:not([data-testid=stBaseButton-elementToolbar]), summary, [role=radio], [role=group], "
    "[data-testid=stSidebarNavLink], [data-testid=stPageLink-NavLink], [data-testid=stTextInputRootElement], "
    "[data-testid=stNumberInputContainer], [data-testid=stDateInputField]"
)
REMEMBER_CONNECTIONS = """
    window.connections = [];
    window.WebSocket = class extends WebSocket {
        constructor(...all) { super(...all); window.connections.push(this); }
    };
"""
NOT_FOR_PATIENTS = ("off track", "pain again", "benchmark", "censored", "flag", "[", "%")


class Clinic:
    """A sample clinic of its own, to write in."""

    def __init__(self, url: str, address: str) -> None:
        self.url, self.address, self.engine = url, address, create_engine(url)

    def returned(self) -> int:
        """People in the owner's curve who are back."""
        document = json.loads(served.run("summary", "--json", url=self.url).stdout)
        return int(document["groups"][0]["returned"])

    def rows(self, statement: str, **values: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    folder = tmp_path_factory.mktemp("therapist")
    url = served.make_store(folder, small=False)
    with served.running(url, folder) as address:
        made = Clinic(url, address)
        yield made
        made.engine.dispose()


@pytest.fixture
def tablet(clinic: Clinic, browser: BrowserContext, tmp_path: Path) -> Iterator[Page]:
    """The caseload of one therapist on an iPad, with a browser of its own: what it shows must not reach other tests."""
    assert browser.browser is not None
    context = browser.browser.new_context(
        viewport={"width": 820, "height": 1180}, has_touch=True, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(REMEMBER_CONNECTIONS)
    page = context.new_page()
    page.goto(f"{clinic.address}/caseload?preview_as=Therapist+{MINE}")  # as a bookmark opens it
    page.get_by_role("heading", level=1, name=re.compile("you today$")).wait_for()
    wait_for_answer(page)
    expect(page.get_by_text(f"Therapist {MINE} ·")).to_be_visible()
    yield page
    page.screenshot(path=tmp_path / "tablet.png")
    context.close()


def open_row(page: Page, number: int) -> str:
    """Tap a row of the list; the code of the patient who opens."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 130, box["y"] + HEADER + ROW * number + ROW / 2)
    page.wait_for_url(re.compile(r"/patient\?t="))
    page.get_by_role("button", name="Show to patient").wait_for()
    wait_for_answer(page)
    return page.locator("h1").inner_text().split(" ")[0]


def tap(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.tap()


def go(page: Page, link: str, path: str) -> None:
    page.get_by_test_id("stMain").get_by_role("link", name=link, exact=True).tap()
    page.wait_for_url(f"**/{path}*")
    page.get_by_text(f"Therapist {MINE} ·").wait_for()
    wait_for_answer(page)


def waiting(page: Page) -> int:
    found = re.match(r"\d+", page.locator("h1").inner_text())
    assert found is not None
    return int(found.group())


def change_address(page: Page, address: str) -> None:
    """What the browser's own back and forward do: another address in the same session."""
    page.evaluate(
        "to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def printed(page: Page, sheet: str) -> str:
    """The words of a sheet of one page."""
    with page.expect_download() as download:
        page.get_by_role("button", name=sheet).tap()
    pages = PdfReader(io.BytesIO(Path(download.value.path()).read_bytes())).pages
    assert len(pages) == 1
    return pages[0].extract_text()


def test_the_most_urgent_is_seen_to_and_leaves_the_list(clinic: Clinic, tablet: Page):
    before, needed = clinic.returned(), waiting(tablet)
    code = open_row(tablet, 0)
    expect(tablet.get_by_text(re.compile("^Why: .+: Pain .+ at the start and .+ on day"))).to_be_visible()

    tops = [tablet.get_by_role("button", name=str(n), exact=True).bounding_box()["y"] for n in range(11)]
    assert len(set(tops)) == 1, "the eleven buttons stand in one row"
    tap(tablet, "1")
    expect(tablet.get_by_text("Saved: usual pain this week 1.")).to_be_visible()
    tap(tablet, "Runs without pain")
    expect(tablet.get_by_text("Saved: runs without pain.")).to_be_visible()
    expect(tablet.get_by_text(re.compile("^Why: newly back"))).to_be_visible()
    assert "newly back" in printed(tablet, "Record sheet")
    sheet = printed(tablet, "Patient sheet").lower()
    assert "you have been running without pain" in sheet
    assert [word for word in NOT_FOR_PATIENTS if word in sheet] == []

    go(tablet, "Back to the caseload", "caseload")
    expect(tablet.locator("h1")).to_have_text(f"{needed - 1} patients need you today")
    assert open_row(tablet, 0) != code
    assert clinic.returned() == before + 1
    prints = "SELECT action FROM audit WHERE reader = :by AND action LIKE '%printed' ORDER BY action"
    assert clinic.rows(prints, by=f"therapist {MINE}") == [
        ("patient_sheet_printed",),
        ("record_sheet_printed",),
    ]


def test_questions_are_cleared_by_a_tap_and_exported(clinic: Clinic, tablet: Page):
    go(tablet, "To ask", "to_ask")
    asked = waiting(tablet)
    for left in (asked - 1, asked - 2):
        tap(tablet, "Declined")
        expect(tablet.locator("h1")).to_have_text(f"{left} patients are to be asked")
        wait_for_answer(tablet)
    with tablet.expect_download() as download:
        tablet.get_by_role("button", name="List as CSV (codes only)").tap()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == asked - 2 + 1
    assert clinic.rows("SELECT reader, rows FROM audit WHERE action = 'to_ask_exported'") == [
        (f"therapist {MINE}", asked - 2)
    ]


def test_a_colleagues_patient_is_refused_and_written_down(clinic: Clinic, tablet: Page):
    token, code = clinic.rows(
        "SELECT token, short_code FROM episode WHERE therapist <> :mine LIMIT 1", mine=MINE
    )[0]
    refused = tablet.get_by_text("There is no such patient on your list.")
    tablet.get_by_role("textbox", name="Find a patient").fill(code)
    tablet.keyboard.press("Enter")
    expect(refused).to_be_visible()
    change_address(tablet, f"/patient?t={token}")
    expect(tablet.get_by_role("heading", level=1, name="Patient", exact=True)).to_be_visible()
    expect(refused).to_be_visible()
    assert code not in tablet.content()
    lines = clinic.rows("SELECT reader, subject FROM audit WHERE action = 'patient_refused'")
    assert set(lines) == {(f"therapist {MINE}", "search"), (f"therapist {MINE}", token)}


def test_what_is_shown_to_a_patient_hides_every_other_page(clinic: Clinic, tablet: Page):
    open_row(tablet, 1)
    own = tablet.url.removeprefix(clinic.address)
    tap(tablet, "Show to patient")
    locked = tablet.get_by_role("button", name="For the therapist")
    back = tablet.get_by_role("button", name="Back to my view")
    expect(locked).to_be_visible()
    expect(back).to_have_count(0)
    for path in ("/", "/data", "/import_data", "/caseload", f"/patient?t={'0' * 32}"):
        tablet.goto(clinic.address + path)
        expect(tablet.get_by_text("This screen is being shown to a patient.")).to_be_visible()
        expect(tablet.get_by_test_id("stSidebarNavLink")).to_have_count(0)
        expect(tablet.get_by_role("combobox")).to_have_count(0)
        expect(tablet.get_by_test_id("stExpandSidebarButton")).to_have_count(0)
    tablet.goto(clinic.address + own)
    expect(tablet.get_by_role("heading", level=1, name=re.compile("^Your way back"))).to_be_visible()
    shown = tablet.get_by_test_id("stMain").inner_text().lower()
    assert [word for word in NOT_FOR_PATIENTS if word in shown] == []
    locked.tap()
    back.tap()
    expect(tablet.get_by_role("button", name="Show to patient")).to_be_visible()
    expect(tablet.get_by_role("combobox", name="Preview as")).to_have_value(f"Therapist {MINE}")


def test_everything_a_finger_taps_is_44_pixels_high(tablet: Page):
    def too_low() -> list[str]:
        return [low for control in tablet.locator(TAPPED).all() if (low := lower_than_a_finger(control))]

    assert too_low() == []
    tablet.get_by_role("button", name="The rules behind the words").tap()
    expect(tablet.get_by_text("red flag:")).to_be_visible()
    go(tablet, "To ask", "to_ask")
    assert too_low() == []
    go(tablet, "Own figures", "own_figures")
    assert too_low() == []
    go(tablet, "Caseload", "caseload")
    open_row(tablet, 2)
    tablet.get_by_text("Enter kilometres, a stop or a red flag").tap()
    expect(tablet.get_by_role("button", name="Stopped trying")).to_be_visible()
    tablet.get_by_role("button", name="Seen until").tap()
    expect(tablet.get_by_role("button", name="Mark as seen")).to_be_visible()
    assert too_low() == []


def lower_than_a_finger(control: Locator) -> str:
    """What is wrong with a control, empty if nothing is, or if it is not to be seen."""
    box = control.bounding_box()
    if box is None or not control.is_visible() or round(box["height"], 1) >= ROW:
        return ""
    return f"{control.inner_text() or control.get_attribute('aria-label')}: {box['height']:.1f}"


def test_after_a_sleep_the_same_patient_is_open_and_what_was_typed_is_there(tablet: Page):
    code, address = open_row(tablet, 2), tablet.url
    choose(tablet, "Pain today, 0 to 10: one tap saves", "pain on stairs")
    tablet.get_by_role("button", name="Seen until").tap()
    note = tablet.get_by_role("textbox", name=re.compile("^Note"))
    note.fill("new plan, see again")
    context = tablet.context
    context.set_offline(True)  # asleep: no network, and the connection is gone
    tablet.evaluate("window.connections.forEach(one => one.close())")
    score = tablet.get_by_role("button", name="6", exact=True)
    expect(score).to_be_disabled()  # nothing can be tapped that would be lost
    context.set_offline(False)
    expect(score).to_be_enabled()
    wait_for_answer(tablet)
    assert (tablet.url, tablet.locator("h1").inner_text().split(" ")[0]) == (address, code)
    expect(note).to_have_value("new plan, see again")
    tablet.keyboard.press("Escape")
    score.tap()
    expect(tablet.get_by_text("Saved: pain on stairs 6.")).to_be_visible()

    tablet.reload()  # the tab was thrown away meanwhile
    tablet.get_by_role("button", name="Show to patient").wait_for()
    wait_for_answer(tablet)
    assert (tablet.url, tablet.locator("h1").inner_text().split(" ")[0]) == (address, code)
    expect(tablet.get_by_role("button", name=re.compile("^Take back: pain on stairs 6"))).to_be_visible()
    expect(tablet.get_by_role("combobox", name="Preview as")).to_have_value(f"Therapist {MINE}")
