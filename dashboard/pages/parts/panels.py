"""A chart with its title, sentence, table and definition; the answer or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from dashboard import captions
from dashboard.charts.theme import Theme, theme_named
from dashboard.definitions import definition
from dashboard.pages.parts import readers
from dashboard.pages.parts.filters import Question
from dashboard.question import Asked, NotAllowed, too_few_words
from dashboard.summary import OutcomeSummary
from dashboard.tables import Row
from dashboard.verdicts import benchmarks
from sql.engine import StoreError

Result = TypeVar("Result")
NOBODY_YET = (
    "Nobody with these filters had a first visit 12 weeks ago or more. Choose a longer period or fewer filters, or "
    "come back when the newest patients have had 12 weeks."
)
METHODS_PAGE = "dashboard/pages/methods.py"
LIMITS = re.compile(r"(?<=\d)–(?=\d)")
UNBROKEN_DASH = "\N{WORD JOINER}–\N{WORD JOINER}"
TOGETHER = re.compile(
    r"(?<=\d) (?=(?:of \d|df\b))|(?<=\d of) (?=\d)| (?=[=<] )|(?<= [=<]) (?=\d)"
    r"|(?<=\bweek) (?=\d)|(?<=\bmonth) (?=\d)|(?<=\bday) (?=\d)"
)
"""Spaces within "42 of 100", "3 df", "p = 0.05" and "week 12"."""
CHART_CONFIG = {"displayModeBar": False}


def theme() -> Theme:
    """The chart theme that fits the reader's light or dark mode."""
    return theme_named(st.context.theme.type)


def answer(question: Question, by: str | None = None) -> OutcomeSummary:
    """The summary for a page; or what to do instead, and the page ends there."""
    try:
        summary = readers.summary(question.scope, question.cohort, by)
    except (NotAllowed, StoreError) as reason:
        st.info(str(reason), icon=":material/info:")
        st.stop()
    if summary.hidden:
        st.info(too_few_words(summary.k), icon=":material/info:")
        st.stop()
    if summary.everybody.started == 0:
        st.info(
            "Nobody with these filters started. Choose a longer period or fewer filters, or load newer data.",
            icon=":material/info:",
        )
        st.stop()
    if summary.definition_changed_on:
        st.warning(
            captions.definition_sentence(summary.definition_changed_on), icon=":material/edit_calendar:"
        )
    return summary


def section(question: Question, build: Callable[[Connection, Asked], Result]) -> Result:
    """A section's answer for a page; or what to do instead, and the page ends there."""
    try:
        return readers.section(build, question.scope, question.cohort)
    except (NotAllowed, StoreError) as reason:
        st.info(str(reason), icon=":material/info:")
        st.stop()


def shared_k(question: Question) -> int:
    """Fewer people than this are not shown where figures are for sharing: the strictest of the clinics' k."""
    return max(int(readers.setting(clinic, "k")) for clinic in question.facts.clinics)


def chart(
    figure: Any, *, key: str, title: str, sentence: str, alt: str | None = None, anchor: str | None = None
) -> None:
    """A figure under the finding it shows, with a sentence on how to read it, or why there is nothing to draw.

    `anchor` is what a link of `jumps` leads to.
    """
    headline(title, anchor=anchor)
    if figure is not None and figure.data:
        st.plotly_chart(figure, theme=None, config=CHART_CONFIG, key=key, alt=alt or f"{title}. {sentence}")
    note(sentence)


def headline(text: str, *, anchor: str | None = None) -> None:
    """The finding of a chart, or the name of a panel."""
    st.header(text, anchor=anchor or False)


def jumps(places: dict[str, str]) -> None:
    """Links to the panels of a long page, by their anchors."""
    links = " · ".join(f"[{words}](#{anchor})" for anchor, words in places.items())
    st.markdown(f":small[:gray[On this page:] {links}]", width="content")


def note(text: str, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """How to read a figure: small and grey. Not `st.caption`, whose grey has too little contrast."""
    st.markdown(f":small[:gray[{unbroken(text)}]]", width=width)


def literal(text: str) -> str:
    """A clinic's own words, in which nothing is Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#$~|:])", r"\\\1", text)


def unbroken(text: str) -> str:
    """Limits such as 52–60, counts such as 42 of 100 and figures such as p = 0.05 stay on one line."""
    return TOGETHER.sub("\N{NO-BREAK SPACE}", LIMITS.sub(UNBROKEN_DASH, text))


def definitions(names: Iterable[str], definition_of_return: str | None, *, key: str) -> None:
    """What the numbers mean, one click away."""
    with st.popover("What the numbers mean", icon=":material/menu_book:", key=key):
        if definition_of_return is not None:
            run = literal(definition_of_return)
            st.markdown(f"**A return to running** is the first run that counts: {run}.")
        for name in names:
            entry = definition(name)
            st.markdown(f"**{entry.title}.** {entry.text}")
        all_numbers()


def all_numbers() -> None:
    """The way to every number's formula and source; in a box that scrolls, something that keys can reach."""
    st.page_link(METHODS_PAGE, label="Every number, with formula and source", icon=":material/menu_book:")


def evidence(conditions: Sequence[str], *, key: str) -> None:
    """Every benchmark of the conditions with its source, one click away."""
    rows = [row for row in benchmarks().values() if row.condition in conditions]
    compared = [row for row in rows if row.compare == "verdict"]
    with st.popover("Evidence behind the benchmarks", icon=":material/science:", key=key):
        if not rows:
            st.markdown("There is no published figure for this condition in the catalogue.")
        for heading, part in (
            ("Compared with", compared),
            ("For context, never compared", [row for row in rows if row not in compared]),
        ):
            if part:
                st.markdown(f"### {heading}")
            for benchmark in part:
                st.markdown(captions.evidence_words(benchmark))


def table_of(rows: Sequence[Row], *, label: str, alt: str, notes: Sequence[str] = ()) -> None:
    """The chart's numbers as a table, one click away, and notes below it; nothing without rows."""
    if not rows:
        return
    with st.expander(label, icon=":material/table_chart:"):
        show_table(rows, alt=alt)
        for text in notes:
            note(text)


def show_table(rows: Sequence[Row], *, alt: str) -> None:
    """A table in sight. Where it is narrow, limits such as 52–60 stay on one line."""
    cells = [{name: unbroken(cell) for name, cell in row.items()} for row in rows]
    st.table(pd.DataFrame(cells), border="horizontal", hide_index=True, alt=alt)
