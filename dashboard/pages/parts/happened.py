"""What happened in the clinic, numbered on a chart over time and written below it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import streamlit as st

from dashboard.charts.annotation_marks import Mark, marks_within
from dashboard.pages.parts import panels
from dashboard.pages.parts.filters import Question
from dashboard.sections.happened import happened_section
from dashboard.wording import long_date


def marks(question: Question, days: tuple[date, date] | None) -> list[Mark]:
    """What happened between the first and the last day drawn, with its number; None is nothing drawn."""
    return marks_within(panels.section(question, happened_section).events, *days) if days else []


def below(found: Iterable[Mark], further: Iterable[str] = ()) -> None:
    """A line per mark, and further lines."""
    lines = [f"**{mark.number}** · {long_date(mark.day)}: {panels.literal(mark.text)}" for mark in found]
    lines += map(panels.literal, further)
    if lines:
        st.markdown("  \n".join(lines))
