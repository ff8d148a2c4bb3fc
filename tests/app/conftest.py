"""Stores made once by the real loader, and `visit`, which opens a page on one. The stores are only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from app.driver import Visit, choose, open_page
from builders import Row, load_tables, make_episode, make_running
from streamlit import config
from streamlit.testing.v1 import AppTest

from etl.load import LoadRequest, load
from etl.sample import write_sample
from etl.sources import find_sources
from sql.store import create_or_upgrade


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Address of each store by name."""
    folder = tmp_path_factory.mktemp("stores")
    names = ("big", "small", "two_clinics", "tiny", "other", "empty", "none")
    urls = {name: f"sqlite:///{folder / name}.db" for name in names}
    for name in ("big", "small"):
        write_sample(folder / name, small=name == "small")
        _load_sample(urls[name], folder / name)
    for clinic in ("east", "west"):
        _load_sample(urls["two_clinics"], folder / "small", clinic)
    running = [make_running("E1"), make_running("E2")]
    _load_rows(urls["tiny"], folder / "tiny", episodes=_five(), running=running)
    _load_rows(urls["other"], folder / "other", episodes=_thirty_of_no_known_condition())
    create_or_upgrade(urls["empty"]).dispose()
    return urls


def _five() -> list[Row]:
    """Five runners of whom two are back by week 8."""
    return [
        make_episode(
            f"E{n}", patient_id=f"P{n}", first_visit_date=f"2024-0{n}-08", last_contact_date="2024-11-04"
        )
        for n in range(1, 6)
    ]


def _thirty_of_no_known_condition() -> list[Row]:
    """Thirty people of condition `other`, every second of them back in March."""
    return [
        make_episode(
            f"E{n}",
            patient_id=f"P{n}",
            condition="other",
            last_contact_date="2024-10-08",
            return_to_run_date=f"2024-03-{n:02}" if n % 2 else None,
        )
        for n in range(1, 31)
    ]


def _load_sample(url: str, folder: Path, clinic: str = "main") -> None:
    engine = create_or_upgrade(url)
    sources = find_sources([folder])
    assert sources.as_of is not None
    assert load(engine, LoadRequest(sources, today=sources.as_of, clinic=clinic)).status == "loaded"
    engine.dispose()


def _load_rows(url: str, folder: Path, **tables: list[Row]) -> None:
    engine = create_or_upgrade(url)
    assert load_tables(engine, folder, **tables).status == "loaded"
    engine.dispose()


@pytest.fixture(autouse=True)
def _fresh_app() -> Iterator[None]:
    """No answer of another test's store, and an address that only this machine reaches."""
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def visit(stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open a page on a store, widgets named by their keys: visit("big", "overview", audience="sharing")."""

    def visit_page(store: str, page: str = "overview", **choices: str) -> AppTest:
        monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", stores[store])
        return choose(open_page(page), **choices)

    return visit_page
