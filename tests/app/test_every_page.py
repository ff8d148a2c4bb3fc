"""Every page in every state: it opens, asks its question, and says whose data these are."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest
from app.driver import PAGES, Visit, said
from streamlit import config

from sql.engine import writing
from sql.store import open_store
from sql.writes.setting import write_setting

QUESTIONS = {
    "overview": "Are our runners back as soon as expected?",
    "return to running": "How soon are people back running?",
}
SAMPLES = {"big", "small", "two_clinics"}
STORES = ("big", "small", "tiny", "other", "two_clinics")
READERS = ("owner", "owner, to share", "therapist")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("store", STORES)
def test_it_opens_and_says_whose_data_these_are(look: Visit, store: str, page: str, reader: str):
    app = look(store, page)
    if reader == "owner, to share":
        app = look(store, page, audience="sharing")
    if reader == "therapist":
        app = look(store, page, preview_as=app.selectbox(key="preview_as").options[1])
    assert not app.exception
    assert [title.value for title in app.title] == [QUESTIONS[page]]
    assert ("Sample data, invented people" in said(app)) == (store in SAMPLES)
    assert ("exact, for the clinic" in said(app)) == (reader == "owner")
    assert ("rounded, to share" in said(app)) == (reader != "owner")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("store", ["empty", "none"])
def test_without_data_it_says_what_to_do(look: Visit, store: str, page: str):
    app = look(store, page)
    assert not app.exception
    assert [title.value for title in app.title] == ["Welcome to Return to Run"]
    assert "return-to-run load FOLDER" in app.info[0].value
    assert not app.metric
    assert not app.get("plotly_chart")
    assert not app.selectbox


def test_a_store_that_appears_later_shows_at_once(visit: Visit, stores: dict[str, str], monkeypatch):
    app = visit("none")
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", stores["small"])
    assert app.run().metric


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "::", None])
def test_on_an_address_of_other_machines_there_is_only_the_remedy(visit: Visit, address: str | None):
    config.set_option("server.address", address)
    app = visit("big")
    assert not app.exception
    assert [error.value for error in app.error] == [
        "Without sign-in the dashboard listens on this machine only. Start it on 127.0.0.1: "
        "return-to-run dashboard. How to reach it from other machines: docs/deploy.md."
    ]
    assert said(app) == app.error[0].value
    assert not app.sidebar.selectbox


@pytest.mark.parametrize("page", PAGES)
def test_filters_that_leave_nobody_say_so(look: Visit, page: str):
    app = look("big", page, condition="pfps_itbs", symptoms="unknown", site="harbour", period="2024")
    assert not app.exception
    assert app.info[0].value.startswith("Nobody with these filters started.")
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("by", ["none", "condition", "symptom_duration", "earlier_episodes", "site"])
@pytest.mark.parametrize("store", ["small", "tiny"])
def test_every_grouping_can_be_drawn(look: Visit, store: str, by: str):
    app = look(store, "return to running", by=by, weeks="52", goal="any")
    assert not app.exception
    assert app.get("plotly_chart")[0].key == "recovery_curve"


@pytest.mark.parametrize("page", PAGES)
def test_a_changed_definition_is_marked_on_every_page(
    visit: Visit, stores: dict[str, str], tmp_path, monkeypatch, page: str
):
    copy = tmp_path / "copy.db"
    with (
        sqlite3.connect(stores["small"].removeprefix("sqlite:///")) as source,
        sqlite3.connect(copy) as target,
    ):
        source.backup(target)
    monkeypatch.setitem(stores, "changed", f"sqlite:///{copy}")
    engine = open_store(stores["changed"])
    with writing(engine) as connection:
        day = date(2026, 3, 1)
        write_setting(connection, "main", "definition", "30 minutes [on *grass*]", day, today=day)
    engine.dispose()
    app = visit("changed", page)
    assert app.warning[0].value.startswith("What counts as a return to running changed on 1 March 2026.")
    assert r"the first run that counts: 30 minutes \[on \*grass\*\]." in said(app)
    if page == "overview":
        assert "not comparable at week 12" in said(app)
    assert not visit("small", page).warning
