"""Does a return last? Pain again within a fortnight and a year, and who is back for good."""

from __future__ import annotations

import streamlit as st

from dashboard import recovery_tables, recovery_words
from dashboard.charts.recovery_panels import relapse_figure
from dashboard.pages.parts import panels, who
from dashboard.pages.parts.filters import Question
from dashboard.people_behind import pain_again_lists
from dashboard.sections.relapse import relapse_section
from dashboard.summary import OutcomeSummary
from dashboard.wording import group_share_words


def panel(summary: OutcomeSummary, question: Question) -> None:
    """The chart of pain again beside the table of sustained return."""
    result = panels.section(question, relapse_section)
    grid = st.grid(2, min_column_width=330, gap="medium")
    with grid.cell():
        panels.chart(
            relapse_figure(
                result.curve,
                panels.theme(),
                shared_k=summary.k if summary.audience == "sharing" else None,
            ),
            key="relapse_curve",
            title=recovery_words.relapse_title(result),
            anchor="lasting",
            sentence=recovery_words.relapse_caption(result),
        )
    with grid.cell():
        panels.headline(recovery_words.sustained_title(result, summary.everybody.back_by_day(84)))
        back = {
            horizon.day: group_share_words(summary.everybody, horizon.day)
            for horizon in summary.everybody.back_by
        }
        rows = [
            {
                **row,
                **{name: row[name].replace(" ", "\N{NO-BREAK SPACE}") for name in ("by", "back running")},
            }
            for row in recovery_tables.sustained_rows(result, back)
        ]
        panels.show_table(rows, alt="Sustained return")
        panels.note(recovery_words.sustained_caption(result))
    panels.table_of(
        recovery_tables.relapse_rows(result), label="Pain again as a table", alt="Pain again since the return"
    )
    with st.container(horizontal=True):
        who.picker(question, pain_again_lists(result), key="who_pain_again")
        panels.definitions(
            ("relapse", "sustained", "running_on"), summary.definition, key="relapse_definitions"
        )
