"""Stores made once by the real loader, only read; `visit` opens a page on one, `look` one that tests share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
import streamlit as st
from app.driver import Visit, choose, open_page
from builders import Row, load_tables, make_episode, make_running
from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from etl.load import LoadRequest, load
from etl.sample import write_sample
from etl.sources import find_sources
from sql.store import create_or_upgrade


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Address of each store by name."""
    folder = tmp_path_factory.mktemp("stores")
    names = ("big", "small", "two_clinics", "tiny", "other", "few", "empty", "none")
    urls = {name: f"sqlite:///{folder / name}.db" for name in names}
    for name in ("big", "small"):
        write_sample(folder / name, small=name == "small")
        _load_sample(urls[name], folder / name)
    for clinic in ("east", "west"):
        _load_sample(urls["two_clinics"], folder / "small", clinic)
    running = [make_running("E1"), make_running("E2")]
    _load_rows(urls["tiny"], folder / "tiny", episodes=_five(), running=running)
    _load_rows(urls["other"], folder / "other", episodes=_thirty_of_no_known_condition())
    _load_rows(urls["few"], folder / "few", episodes=_five_beside_forty())
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


def _five_beside_forty() -> list[Row]:
    """Five with other knee pain at the annexe, twenty with PFPS and twenty with ITBS elsewhere."""
    groups = (("pfps", "north", 20), ("itbs", "south", 20), ("other_knee", "annexe", 5))
    return [
        make_episode(f"{site}-{n}", patient_id=f"{site}-{n}", condition=condition, site=site)
        for condition, site, people in groups
        for n in range(people)
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


@pytest.fixture(scope="session", autouse=True)
def _installed_packages_are_read_once() -> Iterator[None]:
    """A server looks for packages with components when it starts; AppTest would for every page, a fifth of its time."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True)
def _address_of_this_machine() -> Iterator[None]:
    """The server's address is one that only this machine reaches."""
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture(scope="module", autouse=True)
def _forget_answers() -> Iterator[None]:
    """Answers are kept for the tests of a module as a server keeps them: for a store's address and version."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def visit(stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open a page on a store, widgets named by their keys: visit("big", "overview", audience="sharing")."""

    def visit_page(store: str, page: str = "overview", **choices: str) -> AppTest:
        monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", stores[store])
        return choose(open_page(page), **choices)

    return visit_page


@pytest.fixture(scope="session")
def pages() -> dict[tuple[str, ...], AppTest]:
    """The pages that tests share."""
    return {}


@pytest.fixture
def look(visit: Visit, stores: dict[str, str], pages: dict[tuple[str, ...], AppTest]) -> Visit:
    """Like `visit`, for tests that only look at a page: it is drawn once, and stays as it is."""

    def look_at(store: str, page: str = "overview", **choices: str) -> AppTest:
        asked = (stores[store], page, *map(str, sorted(choices.items())))
        if asked not in pages:
            app = visit(store, page, **choices)
            app._run = _refuse_to_run  # type: ignore[method-assign]
            pages[asked] = app
        return pages[asked]

    return look_at


def _refuse_to_run(*_: object) -> NoReturn:
    raise AssertionError("Other tests look at this page too: open one of your own with `visit`.")
