"""Privacy figures and the audit; what the clinic decides, with its history. For the owner."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from dashboard import record_tables as words
from dashboard.pages.parts import panels, readers
from dashboard.pages.parts.data_loads import choose_clinic
from dashboard.pages.parts.filters import Question
from dashboard.wording import long_date
from sql.engine import StoreError, writing
from sql.setting_kinds import logo_value
from sql.settings import SETTINGS, SettingSpec
from sql.writes.setting import write_setting

MOST_LINES = 100
TITLES = {
    "clinic_name": "Name of the clinic",
    "logo": "Logo",
    "accent": "Colour of reports",
    "definition": "The run that counts",
    "default_goal": "Goal where none is given",
    "k": "Fewest people that are shown",
    "in_care_days": "Days for which a contact means in care",
}
ACTION_WORDS = {"people_listed": "opened a list", "patient_opened": "opened a patient"}


def privacy(question: Question) -> None:
    """How far people stand out, and who looked at them."""
    clinic = choose_clinic(question)
    k = int(readers.setting(clinic, "k"))
    panels.headline("How far do people stand out?")
    st.markdown(words.privacy_sentence(readers.privacy(clinic, k), k))
    panels.headline("Who looked at patients?")
    lines = readers.audit(clinic, MOST_LINES)
    if not lines:
        panels.note("Nobody has opened a list or a patient yet.")
        return
    rows = [
        {
            "when": f"{long_date(line.at.date())}, {line.at:%H:%M} UTC",
            "who": line.reader,
            "what": ACTION_WORDS.get(line.action, line.action),
            "which": line.subject,
            "people shown": "–" if line.rows is None else str(line.rows),
        }
        for line in lines
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt="Audit")


def decisions(question: Question) -> None:
    """Every setting with its value, what changes with it, its history, and a form."""
    clinic = choose_clinic(question)
    groups: dict[str, list[SettingSpec]] = {}
    for spec in SETTINGS.values():
        groups.setdefault(spec.group, []).append(spec)
    for group, specs in groups.items():
        panels.headline("What the clinic decides" if group == "clinic" else group.capitalize())
        for spec in specs:
            _setting(clinic, spec)


def _setting(clinic: str, spec: SettingSpec) -> None:
    value = readers.setting(clinic, spec.name)
    label = f"{_title(spec)}: {spec.words_for(value) or 'not set'}"
    with st.expander(panels.literal(label)):
        st.markdown(f"{spec.meaning[0].upper()}{spec.meaning[1:]}.")
        panels.note(f"What changes: {spec.changes}")
        with st.form(f"form_{spec.name}", border=False):
            new = _field(spec, value)
            start = st.date_input(
                "Holds from", "today", max_value="today", key=f"from_{spec.name}", format="YYYY-MM-DD"
            )
            if st.form_submit_button("Save", icon=":material/save:", key=f"save_{spec.name}"):
                _save(clinic, spec, new, start)
        history = readers.history(clinic, spec.name)
        if history:
            rows = [
                {"from": long_date(change.valid_from), "value": spec.words_for(change.value) or "not set"}
                for change in reversed(history)
            ]
            st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=f"History of {spec.name}")


def _field(spec: SettingSpec, value: str) -> str:
    """The widget that fits the kind; what it gives, as the text that is stored."""
    key = f"value_{spec.name}"
    if spec.words:
        return str(st.selectbox("Value", spec.words, index=spec.words.index(value), key=key))
    if spec.kind == "whole":
        return str(st.number_input("Value", spec.low, spec.high, int(value), step=1, key=key))
    if spec.kind == "tenths":
        low, high = float(spec.low or 0), float(spec.high or 0)
        number = st.number_input("Value", low, high, float(value), step=0.5, format="%.1f", key=key)
        return f"{number:.1f}".removesuffix(".0")
    if spec.kind == "logo":
        image = st.file_uploader("PNG or SVG, at most 60 kB", ["png", "svg"], key=key)
        removed = value != "" and st.checkbox("Remove the logo", key=f"remove_{spec.name}")
        return "" if removed else (value if image is None else logo_value(image.getvalue()))
    return st.text_input("Value", value, max_chars=1000, key=key)


def _save(clinic: str, spec: SettingSpec, value: str, start: date) -> None:
    try:
        with writing(readers.engine()) as connection:
            write_setting(
                connection, clinic, spec.name, value, start, today=datetime.now(UTC).astimezone().date()
            )
    except (ValueError, StoreError) as reason:
        st.error(f"Not saved: {reason}", icon=":material/error:")
        return
    st.session_state["saved_setting"] = spec.name
    st.rerun()


def _title(spec: SettingSpec) -> str:
    named = TITLES.get(spec.name)
    return named or f"{spec.meaning[0].upper()}{spec.meaning[1:]}"
