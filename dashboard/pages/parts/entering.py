"""Entering on a patient's page: every tap saves at once, and what was entered can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st
from sqlalchemy import Connection

from dashboard.pages.parts import patient_readers
from dashboard.pages.parts.entry_day import entry_day
from dashboard.pages.parts.styles import FINGER
from dashboard.patients.record_view import RecordView, entry_words
from dashboard.patients.words import CONTEXT_WORDS
from sql.writes import clinic_entry
from sql.writes.journal import Writing

Change = Callable[[Connection, Writing], None]
RUNNING = {
    "running_without_pain": "Runs without pain",
    "back_to_usual": "Back to usual",
    "running_with_pain": "Runs with pain",
    "not_running": "Not running",
}


def score_and_running(view: RecordView) -> None:
    """The two questions of every visit: pain from 0 to 10, and how running goes."""
    token = view.record.case.token
    with st.container(
        gap="small"
    ):  # without a border, so that eleven buttons of 44 px fit in a row on a tablet
        st.selectbox(
            "Pain today, 0 to 10: one tap saves",
            _contexts(view),
            format_func=CONTEXT_WORDS.__getitem__,
            key=f"context_{token}",
            width=260,
        )
        with st.container(horizontal=True, gap="xxsmall"):
            for value in range(11):
                st.button(
                    str(value), key=f"pain_{value}", width=FINGER, on_click=_save_score, args=(view, value)
                )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.date_input(
                "Running like this since",
                entry_day(view.rules),
                min_value=view.record.case.first_visit_date,
                max_value=entry_day(view.rules),
                key=f"since_{token}",
                format="YYYY-MM-DD",
                width=180,
            )
            for status, label in RUNNING.items():
                st.button(label, key=f"run_{status}", on_click=_save_running, args=(view, status))
        _newest(view)


def further(view: RecordView) -> None:
    """Kilometres, a stop, and red flags: rarer, so they are one tap away."""
    token, case = view.record.case.token, view.record.case
    with st.expander("Enter kilometres, a stop or a red flag", icon=":material/edit:"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            for name, label in (("longest_pain_free_km", "Km without pain"), ("weekly_km", "Km this week")):
                st.number_input(
                    label, min_value=0.0, max_value=400.0, value=None, step=0.5, key=f"{name}_{token}",
                    on_change=_save_km, args=(view, name), width=160,
                )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            reasons = {reason: reason.replace("_", " ") for reason in clinic_entry.STOP_REASONS}
            st.selectbox(
                "Stopped because", list(reasons), format_func=reasons.__getitem__, key=f"stop_{token}"
            )
            st.button("Stopped trying", key="save_stop", on_click=_save_stop, args=(view,))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            flags = {flag: flag.replace("_", " ") for flag in clinic_entry.RED_FLAGS}
            st.selectbox("Red flag", list(flags), format_func=flags.__getitem__, key=f"flag_{token}")
            st.button("Red flag seen today", key="save_flag", on_click=_save_flag, args=(view,))
            if case.eligibility == "red_flag":
                st.button("Red flag cleared", key="clear_flag", on_click=_clear_flag, args=(view,))


def _contexts(view: RecordView) -> list[str]:
    """What was asked most comes first, so that lines go on."""
    first = view.standing.line.context
    return sorted(clinic_entry.CONTEXTS, key=lambda context: context != first)


def _newest(view: RecordView) -> None:
    entry = view.newest_entry
    if entry is None:
        return
    label = f"Take back: {entry_words(entry)}"
    number = entry.entry_number
    st.button(
        label,
        key=f"take_back_{number}",
        icon=":material/undo:",
        type="tertiary",
        on_click=take_back,
        args=(view, number),
    )


def _save_score(view: RecordView, value: int) -> None:
    context = str(st.session_state[f"context_{view.record.case.token}"])
    on = entry_day(view.rules)
    _save(
        view,
        lambda connection, writing: clinic_entry.write_score(connection, writing, context, value, on),
        f"{CONTEXT_WORDS[context]} {value}",
    )


def _save_running(view: RecordView, status: str) -> None:
    on = entry_day(view.rules)
    since: date | None = st.session_state[f"since_{view.record.case.token}"]
    _save(
        view,
        lambda connection, writing: clinic_entry.write_running(connection, writing, status, on, since=since),
        RUNNING[status].lower(),
    )


def _save_km(view: RecordView, name: str) -> None:
    value = st.session_state[f"{name}_{view.record.case.token}"]
    on = entry_day(view.rules)
    _save(
        view,
        lambda connection, writing: clinic_entry.write_km(connection, writing, on, **{name: value}),
        "kilometres",
    )


def _save_stop(view: RecordView) -> None:
    reason, on = str(st.session_state[f"stop_{view.record.case.token}"]), entry_day(view.rules)
    _save(
        view,
        lambda connection, writing: clinic_entry.write_stop(connection, writing, reason, on),
        "stopped trying",
    )


def _save_flag(view: RecordView) -> None:
    flag, on = str(st.session_state[f"flag_{view.record.case.token}"]), entry_day(view.rules)
    _save(
        view,
        lambda connection, writing: clinic_entry.write_red_flag(connection, writing, flag, on),
        "red flag",
    )


def _clear_flag(view: RecordView) -> None:
    on = entry_day(view.rules)
    _save(
        view,
        lambda connection, writing: clinic_entry.write_red_flag_cleared(connection, writing, on),
        "red flag cleared",
    )


def take_back(view: RecordView, number: int) -> None:
    """Withdraw an entry, and say so."""
    _save(
        view,
        lambda connection, writing: clinic_entry.withdraw(connection, writing, number),
        "entry taken back",
    )


def _save(view: RecordView, change: Change, what: str) -> None:
    case = view.record.case
    problem = patient_readers.write(case.clinic, case.episode_id, change)
    st.toast(
        f"Not saved: {problem}." if problem else f"Saved: {what}.",
        icon=":material/error:" if problem else ":material/check:",
    )
