"""Driving the pages without a browser, and asking what they should be showing without them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from dashboard.question import Asked, ask
from dashboard.summary import OutcomeSummary, outcome_summary
from sql.cohort import Audience, Cohort, Scope
from sql.engine import reading
from sql.store import open_store

APP = Path(__file__).parents[2] / "streamlit_app.py"
PAGES = {"overview": "overview.py", "return to running": "return_to_running.py"}
OTHER_PAGES = {
    "therapists and sites": "therapists_and_sites.py",
    "assessment and treatment": "assessment_and_treatment.py",
}
CLINIC_PAGES = {"data": "data.py", "methods": "methods.py", "report": "report.py"}

Visit = Callable[..., AppTest]


def open_page(page: str) -> AppTest:
    """A page as it first shows."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    if page != "overview":
        files = {**PAGES, **OTHER_PAGES, **CLINIC_PAGES}
        name = files.get(page, f"{page.replace(' ', '_')}.py")
        app.switch_page(str(APP.parent / "dashboard" / "pages" / name))
    return app.run()


def at_address(**query: str) -> AppTest:
    """The overview as an address opens it: filters in the words of the page."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params.update(query)
    return app.run()


def choose(app: AppTest, **choices: str) -> AppTest:
    """Choose a value in each of the widgets, named by their keys, and run the page once."""
    for key, value in choices.items():
        groups = [group for group in app.button_group if group.key == key]
        widget = groups[0] if groups else app.selectbox(key=key)
        widget.set_value(value)
    return app.run() if choices else app


def said(app: AppTest) -> str:
    """Everything that the page says in words, in order, with ordinary spaces and nothing against line breaks."""
    words = [element.value for element in app.main if isinstance(getattr(element, "value", None), str)]
    return plain("\n".join(words))


def plain(text: str) -> str:
    """With ordinary spaces and nothing against line breaks."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def tiles(app: AppTest) -> dict[str, tuple[str, str]]:
    """Value and detail of each tile by its label, with ordinary spaces."""
    return {tile.label: (tile.value.replace("\N{NO-BREAK SPACE}", " "), tile.delta) for tile in app.metric}


def figure(app: AppTest, number: int = 0) -> dict[str, Any]:
    """The data and layout of a chart on the page."""
    return json.loads(app.get("plotly_chart")[number].proto.spec)


@cache
def summary_of(
    url: str, *, by: str | None = "condition", audience: Audience = "clinic", **cohort: Any
) -> OutcomeSummary:
    """What the pages should be showing of a store that nothing is written to."""
    engine = open_store(url)
    with reading(engine) as connection:
        answer = outcome_summary(connection, Scope(audience), Cohort(**cohort), by=by)
    engine.dispose()
    return answer


def section_of(
    url: str, build: Callable[[Connection, Asked], Any], audience: Audience = "clinic", **cohort: Any
) -> Any:
    """What a panel should be showing: the section's own answer."""
    engine = open_store(url)
    with reading(engine) as connection:
        answer = build(connection, ask(connection, Scope(audience), Cohort(**cohort)))
    engine.dispose()
    return answer


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The first table that has this column, with ordinary spaces and nothing against line breaks."""
    frames = (frame.value for frame in (*app.table, *app.dataframe))
    return _plain(next(frame for frame in frames if column in frame.columns))


def by_group(app: AppTest, corner: str) -> pd.DataFrame:
    """A table with a column per group and this in its corner, turned: a row per group, by its short name."""
    frames = (frame.value for frame in app.table)
    return _plain(next(frame for frame in frames if frame.columns[0] == corner)).set_index(corner).T


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(lambda cell: plain(str(cell)))
