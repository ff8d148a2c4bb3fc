"""How complete the records are, by month of the first visit and by therapist; a cell opens who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import record_tables as words
from dashboard.charts.annotation_marks import Mark
from dashboard.charts.heat_table import cell_style, name_style
from dashboard.pages.parts import happened, panels, readers, who
from dashboard.pages.parts.filters import Question, one_of
from dashboard.pages.parts.periods import last_day_of
from dashboard.people_behind import completeness_lists
from dashboard.record_names import MEASURE_HEADS, MEASURE_NAMES, month_name
from dashboard.sections.completeness import Completeness, CompletenessRow, completeness_section
from dashboard.tables import Row
from sql.queries.people_lists import PeopleList

ROWS = {"months": "By month", "therapists": "By therapist", "both": "Month and therapist"}
MOST_PIXELS = 560
HEAD_PIXELS, STARTED_PIXELS, MEASURE_PIXELS = 78, 60, 82  # together an iPad's page beside the navigation


def panel(question: Question) -> None:
    """The finding, the five measures, and the table."""
    result = panels.section(question, completeness_section)
    k = panels.shared_k(question)
    assert question.facts.as_of is not None  # noqa: S101 - the frame saw to it
    panels.headline(words.completeness_title(result))
    _tiles(result, k)
    by = "months"
    if result.therapists:
        by = one_of("Rows", ROWS, key="rows", default="months")
    shown = any(known.share is not None for row in result.months for known in row.measures)
    if not result.therapists and not shown:
        panels.note("By month there are too few people to share a figure.")
    elif by == "both":
        _matrix(question, result, k)
    elif by == "therapists":
        _heat(question, result.therapists, "therapist", k)
    else:
        _heat(question, result.months[::-1], "first visit", k)
    panels.note(
        words.completeness_sentence(question.facts.as_of)
        + (" Tap a cell to see who is missing." if who.may_ask(question) else "")
    )
    with st.container(horizontal=True):
        lists = completeness_lists(result.everybody.measures)
        who.grouped_picker(question, lists, key="who_missing", label="Who is missing?", of="Which")
        panels.definitions(("completeness",), readers.definition(question), key="completeness_definitions")


def _tiles(result: Completeness, k: int) -> None:
    with st.grid(5, min_column_width=150, gap="xsmall"):
        for known in result.everybody.measures:
            text = words.known_words(known, k)
            value, _, detail = text.partition(" · ")
            value, detail = (value, detail) if known.share is not None else ("–", text)
            st.metric(
                MEASURE_NAMES[known.measure],
                value,
                delta=detail,
                delta_color="off",
                delta_arrow="off",
                border=True,
            )


def _heat(question: Question, rows: Sequence[CompletenessRow], head: str, k: int) -> None:
    """One row per month or therapist, one column per measure."""
    cells = words.heat_rows(rows, head, k)
    marks = _marks(question, rows) if head == "first visit" else []
    if head == "first visit":
        cells = [{**row, head: _month(row[head], marks)} for row in cells]
    shares = [[None, None, *(known.share for known in row.measures)] for row in rows]

    def wanted(row: int, column: str) -> PeopleList | None:
        measure = next((name for name, label in MEASURE_NAMES.items() if label == column), None)
        if measure is None and column != "started":
            return None
        kind, name = ("missing", measure) if measure else ("curve", "all")
        if head == "therapist":
            return PeopleList(kind, name, therapist=rows[row].name)
        return PeopleList(kind, name, month=rows[row].name)

    _table(question, cells, shares, wanted, key=f"heat_{head.replace(' ', '_')}")
    happened.below(marks)


def _marks(question: Question, months: Sequence[CompletenessRow]) -> list[Mark]:
    """What happened in the months of the table, the newest of which stands first."""
    if not months:
        return []
    last = last_day_of(date.fromisoformat(f"{months[0].name}-01"))
    return happened.marks(question, (date.fromisoformat(f"{months[-1].name}-01"), last))


def _month(month: str, marks: Sequence[Mark]) -> str:
    """A month with the numbers of what happened in it."""
    numbers = ", ".join(mark.number for mark in marks if f"{mark.day:%Y-%m}" == month)
    return f"{month_name(month)} [{numbers}]" if numbers else month_name(month)


def _matrix(question: Question, result: Completeness, k: int) -> None:
    """One measure, a row per month and a column per therapist."""
    measure = st.selectbox(
        "What should be known",
        list(MEASURE_NAMES),
        format_func=MEASURE_NAMES.__getitem__,
        key="completeness_of",
        bind="query-params",
    )
    months = [row.name for row in result.months[::-1]]
    therapists = [row.name for row in result.therapists]
    found = [
        [
            result.cells[month, name].of(measure) if (month, name) in result.cells else None
            for name in therapists
        ]
        for month in months
    ]
    marks = _marks(question, result.months[::-1])
    cells = [
        {"first visit": _month(month, marks)}
        | {
            name: "–" if known is None else words.cell_words(known, k)
            for name, known in zip(therapists, row, strict=True)
        }
        for month, row in zip(months, found, strict=True)
    ]
    shares = [[None, *(None if known is None else known.share for known in row)] for row in found]

    def wanted(row: int, column: str) -> PeopleList | None:
        if column not in therapists:
            return None
        return PeopleList("missing", measure, month=months[row], therapist=column)

    _table(question, cells, shares, wanted, key="heat_both")
    happened.below(marks)


def _table(
    question: Question,
    cells: Sequence[Row],
    shares: Sequence[Sequence[float | None]],
    wanted: who.CellList,
    *,
    key: str,
) -> None:
    """Numbers on colours. A tap on a cell opens the people whom it lacks."""
    if not cells:
        panels.note("Nobody with these filters. Choose a longer period or fewer filters.")
        return
    theme = panels.theme()
    frame = pd.DataFrame(cells)
    styles = pd.DataFrame(
        [
            [
                name_style(theme, pinned=column == 0) if share is None else cell_style(share, theme)
                for column, share in enumerate(row)
            ]
            for row in shares
        ],
        columns=frame.columns,
    )
    styled = frame.style.apply(lambda _: styles, axis=None)
    who.table(
        question, styled, wanted, rows=len(cells), most_pixels=MOST_PIXELS, key=key, alt="Completeness",
        column_config=_columns(list(frame.columns)),
    )  # fmt: skip


def _columns(names: Sequence[str]) -> dict[str, Any]:
    """The first column stays in sight; measures have short heads, so that an iPad shows them all."""
    text = st.column_config.TextColumn
    return {
        names[0]: text(width=HEAD_PIXELS, pinned=True),
        "started": text(width=STARTED_PIXELS),
        **{name: text(head, width=MEASURE_PIXELS, help=name) for name, head in MEASURE_HEADS.items()},
    }
