"""Stores that reports are made from, once per run; and `report`, which asks one of them once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from builders import Row, load_tables, make_episode, make_running

from dashboard.report.results import ReportRequest, ReportResults, gather
from etl.load import LoadRequest, load
from etl.sample import write_sample
from etl.sources import find_sources
from sql.cohort import Scope
from sql.engine import open_engine, reading
from sql.store import create_or_upgrade

Report = Callable[..., ReportResults]


@pytest.fixture(scope="session")
def report_stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Address of each store by name."""
    folder = tmp_path_factory.mktemp("reports")
    names = ("big", "small", "five", "one", "growing")
    urls = {name: f"sqlite:///{folder / name}.db" for name in names}
    for name in ("big", "small"):
        write_sample(folder / name, small=name == "small")
        engine = create_or_upgrade(urls[name])
        sources = find_sources([folder / name])
        assert load(engine, LoadRequest(sources, today=sources.as_of)).status == "loaded"
        engine.dispose()
    five = [_episode(n, f"2024-0{n}-08") for n in range(1, 6)]
    _load(urls["five"], folder / "five", episodes=five, running=[make_running("E1"), make_running("E2")])
    _load(urls["one"], folder / "one", episodes=[_episode(1, "2024-12-09", last_contact_date="2024-12-20")])
    # 20 people in November, 3 in December: beside the whole, December would say who they are
    months = [_episode(n, "2024-11-05") for n in range(1, 21)] + [
        _episode(n, "2024-12-05") for n in range(21, 24)
    ]
    _load(urls["growing"], folder / "growing", episodes=months)
    return urls


def _episode(number: int, first_visit: str, **overrides: object) -> Row:
    cells: dict[str, Any] = {"first_visit_date": first_visit, "last_contact_date": "2024-12-30", **overrides}
    return make_episode(f"E{number}", patient_id=f"P{number}", **cells)


def _load(url: str, folder: Path, **tables: list[Row]) -> None:
    engine = create_or_upgrade(url)
    assert load_tables(engine, folder, **tables).status == "loaded"
    engine.dispose()


@pytest.fixture(scope="session")
def report(ask_report: Report) -> Report:
    """The results of a store, which tests share: report("big", "sharing", month=Month(2026, 9))."""
    return cache(ask_report)


@pytest.fixture(scope="session")
def ask_report(report_stores: dict[str, str]) -> Report:
    """The same, asked anew each time."""

    def asked(store: str, audience: str = "clinic", **request: Any) -> ReportResults:
        engine = open_engine(report_stores[store])
        with reading(engine) as connection:
            results = gather(connection, Scope(audience), ReportRequest(**request))
        engine.dispose()
        return results

    return asked
