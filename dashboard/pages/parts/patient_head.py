"""The head of a patient's page: who, how it stands and why; and letting a flag rest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboard.names import CONDITION_NAMES
from dashboard.pages.parts import entering, patient_readers, showing
from dashboard.pages.parts.entry_day import entry_day
from dashboard.pages.parts.panels import headline, literal, note
from dashboard.patients import words
from dashboard.patients.caseload import PRESSING
from dashboard.patients.record_view import Difference, RecordView
from etl.identifiers import identifier_in_sentence
from sql.writes.seen import NOTE_LENGTH, write_seen

CASELOAD_PAGE, TO_ASK_PAGE = (
    str(Path(__file__).parents[1] / f"{name}.py") for name in ("caseload", "to_ask")
)
COLOURS: dict[str, Literal["red", "orange", "blue", "green", "gray"]] = {
    "red flag": "red",
    "off track": "orange",
    "pain again": "orange",
    "ask": "blue",
    "watch": "blue",
    "on track": "green",
}


def draw(view: RecordView) -> None:
    """Code, condition and week; the status word with its sign, the rule and its data."""
    case, one = view.record.case, view.standing
    with st.container(horizontal=True, gap="small"):
        st.page_link(
            CASELOAD_PAGE, label="Back to the caseload", icon=":material/arrow_back:", width="content"
        )
        st.page_link(TO_ASK_PAGE, label="To ask", icon=":material/contact_support:", width="content")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="stretch", gap="small"):
            _who(view)
        st.button(
            "Show to patient", icon=":material/visibility:", key="show_to_patient",
            on_click=showing.begin, args=(case.token,),
        )  # fmt: skip
    label = "Why" if case.discharge_date is None else "Last known"
    st.markdown(f"**{label}:** {literal(words.why_words(one))}")
    for difference in view.differing:
        _difference(view, difference)


def _who(view: RecordView) -> None:
    """Code and week, the status or that care is over, condition and side."""
    case, one = view.record.case, view.standing
    side = f", {case.side}" if case.side else ""
    over = case.discharge_date
    title = case.short_code if over else f"{case.short_code} · week {one.week}"
    st.title(title, anchor=False, width="content")
    if over:
        st.badge(words.over_words(over), color="gray")
    else:
        st.badge(words.status_words(one), color=COLOURS.get(one.word, "gray"))
    note(f"{CONDITION_NAMES.get(case.condition, case.condition)}{side}", width="content")


def _difference(view: RecordView, difference: Difference) -> None:
    """What a file says otherwise than an entry, and the tap that settles it."""
    how = (
        "If the file is right, take the entry back and load the file again."
        if difference.settled_here
        else "A later entry took its place: take that one back first."
    )
    st.warning(f"{literal(difference.words)} The entry stays. {how}", icon=":material/difference:")
    if difference.settled_here:
        st.button(
            "Take this entry back",
            key=f"settle_{difference.number}",
            icon=":material/undo:",
            on_click=entering.take_back,
            args=(view, difference.number),
        )


def seen_form(view: RecordView) -> None:
    """A flag can be marked as seen until a day, with a short note."""
    one, day = view.standing, entry_day(view.rules)
    if one.word not in PRESSING:
        return
    if one.resting is not None:
        about = f": {one.resting.note}" if one.resting.note else ""
        note(f"Seen by {one.resting.by} until {words.short_date(one.resting.until)}{literal(about)}")
        return
    with st.popover("Seen until …", icon=":material/snooze:"):
        headline("Mark this flag as seen")
        until = st.date_input(
            "Until", day + timedelta(days=7), min_value=day, max_value=day + timedelta(days=182),
            key="seen_until", format="YYYY-MM-DD",
        )  # fmt: skip
        text = st.text_input(
            "Note (no names, numbers or addresses)",
            max_chars=NOTE_LENGTH,
            key="seen_note",
            autocomplete="off",
        )
        if st.button("Mark as seen", key="seen_save", type="primary"):
            kind = identifier_in_sentence(text)
            problem = f"the note looks like it holds an identifier ({kind})" if kind else None
            case = view.record.case
            problem = problem or patient_readers.write(
                case.clinic,
                case.episode_id,
                lambda connection, writing: write_seen(connection, writing, one.rule, until, text, today=day),
            )
            if problem:
                st.error(f"Not saved: {problem}.")
            else:
                st.rerun()
