"""Who is behind a count: a popover that names the lists, and a dialog that shows one. Each look is audited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.pages.parts import frame, panels, readers, styles
from dashboard.pages.parts.filters import Question
from dashboard.people import Listed, ListedPeople, list_people
from dashboard.people_behind import GroupedLists, Lists
from dashboard.question import NotAllowed
from sql.engine import StoreError
from sql.queries.people import NotForSharing
from sql.queries.people_lists import PeopleList

ROW_PIXELS = 44  # a finger
LINES_PIXELS = 62
"""The least height of a row in which Streamlit breaks words into lines: three of them."""
PATIENT_PAGE = Path(__file__).parents[1] / "patient.py"


def may_ask(question: Question) -> bool:
    """Whether this reader, with these figures, may open lists at all."""
    return question.scope.audience == "clinic" or question.scope.own is not None


def picker(question: Question, lists: Lists, *, key: str, label: str = "Who?") -> None:
    """A popover with one button per list; nothing where lists are not for the reader or nobody is behind them."""
    grouped_picker(question, {"": lists} if lists else {}, key=key, label=label)


def grouped_picker(
    question: Question, groups: GroupedLists, *, key: str, label: str = "Who?", of: str = "Of whom"
) -> None:
    """The same for several groups of lists: choose the group first."""
    groups = {heading: lists for heading, lists in groups.items() if lists}
    if not groups or not may_ask(question):
        return
    wanted = None
    popover = f"{key}_popover"

    def close() -> None:  # else it would lie over the list
        st.session_state[popover] = False

    with st.popover(label, icon=":material/group:", key=popover, on_change="rerun"):
        if question.scope.own is not None:
            panels.note("Your own patients among them.")
        heading = next(iter(groups))
        if len(groups) > 1:
            heading = str(st.selectbox(of, list(groups), key=f"{key}_group"))
        for listed, words in groups[heading].items():
            if st.button(panels.literal(words), key=f"{key}_{listed.code}", width="stretch", on_click=close):
                wanted = listed
    if wanted is not None:
        show(question, wanted)


def show(question: Question, wanted: PeopleList) -> None:
    """Open the list in a dialog: one line in the audit, however long it stays open."""
    try:
        listed = list_people(
            readers.engine(), question.reader, question.scope, question.cohort, wanted, at=datetime.now(UTC)
        )
    except (NotForSharing, NotAllowed, StoreError) as reason:
        st.error(str(reason), icon=":material/block:")
        return
    open_list(listed)


def open_list(listed: ListedPeople) -> None:
    """A list whose look is in the audit already, in a dialog."""
    st.dialog(listed.title, width="large", icon=":material/group:")(_content)(listed)


def _content(listed: ListedPeople) -> None:
    panels.note(f"{listed.note} That you looked is written to the audit.")
    if not listed.people:
        return
    several = len({person.clinic for person in listed.people}) > 1
    opens = PATIENT_PAGE.exists()
    chosen = st.dataframe(
        pd.DataFrame([_row(person, several_clinics=several) for person in listed.people]),
        hide_index=True,
        row_height=LINES_PIXELS,
        on_select="rerun" if opens else "ignore",
        selection_mode="single-cell",
        key="people_listed",
        alt=f"{listed.title}: code, why, what is missing, first visit, therapist",
        column_config={
            "code": st.column_config.TextColumn(width=68),
            "why": st.column_config.TextColumn(width=126),
            "missing": st.column_config.TextColumn(width=126),
            "first visit": st.column_config.TextColumn(width=132),
            "therapist": st.column_config.TextColumn(width=80),
        },
    )
    if opens:
        panels.note("Tap a row to open the patient.")
        cells = getattr(getattr(chosen, "selection", None), "cells", None)
        if cells:
            token = listed.people[cells[0][0]].token
            frame.switch_page("dashboard/pages/patient.py", {"t": token})


def _row(person: Listed, *, several_clinics: bool) -> dict[str, str]:
    clinic = {"clinic": person.clinic} if several_clinics else {}
    return {
        **clinic,
        "code": person.code,
        "why": person.why,  # with what is missing at once in sight on a phone
        **({"missing": person.missing} if person.missing else {}),
        "first visit": person.first_visit,
        "therapist": person.therapist,
    }


CellList = Callable[[int, str], PeopleList | None]
"""From a row and a column's name to the list behind the cell, None where there is none."""


def table(
    question: Question,
    data: Any,
    wanted: CellList,
    *,
    rows: int,
    most_pixels: int,
    key: str,
    alt: str,
    column_config: Any = None,
    row_pixels: int = ROW_PIXELS,
) -> None:
    """A table of which a cell, once tapped, opens the people behind it, where the reader may ask."""
    height = min(rows * row_pixels + ROW_PIXELS + 2, most_pixels)
    opens = may_ask(question)
    cell = tapped_cell(
        data, opens=opens, height=height, key=key, alt=alt, column_config=column_config, row_pixels=row_pixels
    )
    if cell is not None and (behind := wanted(*cell)) is not None:
        show(question, behind)


def tapped_cell(
    data: Any,
    *,
    opens: bool,
    height: int | Literal["auto"] = "auto",
    key: str,
    alt: str,
    column_config: Any = None,
    row_pixels: int = ROW_PIXELS,
) -> tuple[int, str] | None:
    """Draw a table; row and column of the cell that was tapped just now, None without one."""
    chosen = f"{key}_tapped"

    def tapped() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        st.session_state[chosen] = cells[0] if cells else None

    styles.without_table_tools(key)  # on a touch screen they lie over the choice above
    st.dataframe(
        data,
        hide_index=True,
        row_height=row_pixels,
        height=height,
        key=key,
        alt=alt,
        on_select=tapped if opens else "ignore",
        selection_mode="single-cell",
        column_config=column_config,
    )
    cell = st.session_state.pop(chosen, None)
    return None if cell is None or not opens else (cell[0], str(cell[1]))
