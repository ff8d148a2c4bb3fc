"""What the owner decides about trends: notes, targets and new limits, each with its undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import streamlit as st
from sqlalchemy import Connection

from dashboard.pages.parts import panels, readers
from dashboard.pages.parts.filters import Question
from dashboard.sections.trend_charts import Trend
from dashboard.sections.trends import Trends
from dashboard.trend_words import measure_name, rule_words, value_words
from dashboard.wording import PER_CENT, long_date
from etl.identifiers import identifier_in_sentence
from sql.engine import StoreError, writing
from sql.short_code import read_short_code
from sql.writes.annotation import LONGEST_TEXT, add_annotation, remove_annotation
from sql.writes.trend import clear_target, confirm_rebase, set_target, undo_rebase

NO_PEOPLE = "Never about a patient: everybody who sees the charts reads it."


def may_decide(question: Question) -> bool:
    """Owners, while they look at their own exact figures."""
    return question.reader.role == "owner" and question.scope.audience == "clinic"


def decisions(question: Question, trends: Trends, trend: Trend) -> None:
    """The three forms, for owners only."""
    if not may_decide(question):
        return
    if trends.clinic is None:
        panels.note("Notes, targets and new limits belong to one clinic: choose one of its sites above.")
        return
    clinic = trends.clinic
    label = "Notes, target and new limits" + (": new limits are suggested" if trend.suggested else "")
    with st.expander(label, icon=":material/edit_note:"):
        notes, target, limits = st.tabs(["What happened", "Target", "New limits"])
    with notes:
        _notes(clinic, trends)
    with target:
        _target(clinic, trend)
    with limits:
        _limits(clinic, trend, whole_clinic=question.cohort.filters == 0)


def _notes(clinic: str, trends: Trends) -> None:
    with st.form("annotation_form", border=False, clear_on_submit=True):
        day = st.date_input(
            "Day",
            value=min(trends.as_of, _today()),  # the charts end there
            max_value="today",
            key="annotation_day",
            format="DD/MM/YYYY",
        )
        text = st.text_input(
            "What happened, for example “new gait protocol”",
            max_chars=LONGEST_TEXT,
            key="annotation_text",
            help=NO_PEOPLE,
        )
        if st.form_submit_button("Mark it on the charts", key="annotation_add") and _may_be_kept(text):
            _write(lambda connection: add_annotation(connection, clinic, day, text, today=_today()))
    for note in trends.annotations:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{long_date(note.day)}: {panels.literal(note.text)}", width="content")
            remove = partial(remove_annotation, clinic=clinic, number=note.number)
            _undo("Remove", f"annotation_remove_{note.number}", remove)


def _target(clinic: str, trend: Trend) -> None:
    measure, now = trend.measure, trend.target
    if measure.better == "neither":
        panels.note("More or fewer people starting is neither better nor worse: there is no target for it.")
        return
    scale, unit = (100, f" in{PER_CENT}") if measure.in_per_cent else (1, " in points, below 0 is less pain")
    with st.form(f"target_form_{measure.name}", border=False):
        value = st.number_input(
            f"Target for “{measure_name(measure)}”{unit}",
            min_value=0.0 if measure.in_per_cent else -100.0,
            max_value=100.0,
            value=None if now is None else round(scale * now, 1),
            step=1.0,
            format="%.1f",
            key=f"target_{measure.name}",
        )
        if st.form_submit_button("Set target", key="target_set") and value is not None:
            _write(lambda c: set_target(c, clinic, measure.name, value / scale, today=_today()))
    if now is not None:
        remove = partial(clear_target, clinic=clinic, measure=measure.name)
        _undo(f"Remove the target of {value_words(measure, now)}", "target_clear", remove)


def _limits(clinic: str, trend: Trend, *, whole_clinic: bool) -> None:
    name = trend.measure.name
    if trend.suggested is None:
        panels.note(
            "New limits are suggested when 7 or more last points lie on one side of the mean. None do now."
        )
    elif not whole_clinic:
        panels.note(
            "New limits hold for the whole clinic: remove the filters beside the period to confirm them."
        )
    else:
        month, last = trend.suggested, trend.last
        why = rule_words(trend, last) if last else ""
        st.markdown(
            f"Suggested: new limits from **{month:%B %Y}** ({why or 'a run on one side of the mean'}). Confirm only if "
            "you know what changed; else leave the limits, so that the change stays visible."
        )
        with st.form(f"rebase_form_{name}", border=False):
            reason = st.text_input(
                "What changed", max_chars=LONGEST_TEXT, key=f"rebase_reason_{name}", help=NO_PEOPLE
            )
            if st.form_submit_button("Begin new limits", key="rebase_confirm") and _may_be_kept(reason):
                _write(lambda c: confirm_rebase(c, clinic, name, month, reason, today=_today()))
    for rebase in trend.rebases:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"Limits begin anew in {rebase.month:%B %Y}: {panels.literal(rebase.reason)}", width="content"
            )
            undo = partial(undo_rebase, clinic=clinic, measure=name, month=rebase.month)
            _undo("Undo", f"rebase_undo_{rebase.month}", undo)


def _may_be_kept(text: str) -> bool:
    """No identifier of a person may get in; the message does not repeat it."""
    kind = identifier_in_sentence(text)
    if not kind and any(read_short_code(word.strip(".,;:()")) for word in text.split()):
        kind = "patient's code"
    if kind:
        st.error(f"Not kept: it looks like it holds a {kind}. {NO_PEOPLE}", icon=":material/lock:")
    return not kind


def _undo(label: str, key: str, write: Callable[[Connection], object]) -> None:
    """A button that writes before the page is drawn anew: a click on a page still being drawn is not lost."""

    def undo() -> None:
        _written(write)

    st.button(label, key=key, type="tertiary", on_click=undo)


def _write(write: Callable[[Connection], object]) -> None:
    """Write, and draw the page anew; or say why not."""
    if _written(write):
        st.rerun()


def _written(write: Callable[[Connection], object]) -> bool:
    """Whether it could be written; if not, the page says why."""
    try:
        with writing(readers.engine()) as connection:
            write(connection)
    except (ValueError, StoreError) as reason:
        st.error(str(reason), icon=":material/error:")
        return False
    return True


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own calendar day is meant
