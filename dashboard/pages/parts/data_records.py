"""Records that cannot be right, or seldom are, by rule; a row opens the people behind it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import record_tables as words
from dashboard.pages.parts import panels, readers, who
from dashboard.pages.parts.filters import Question
from dashboard.record_names import RULE_WORDS
from dashboard.sections.quality import quality_section
from sql.queries.people_lists import PeopleList


def panel(question: Question) -> None:
    """The finding and a row per rule."""
    result = panels.section(question, quality_section)
    k = panels.shared_k(question)
    panels.headline(words.quality_title(result))
    panels.note(
        "Every record in the period and categories chosen above, whatever the goal. Most of these are worth a look "
        "and a correction in the booking system, then a new load; none is changed here."
    )
    rows = words.quality_rows(result, k)
    if not rows:
        return
    names = {RULE_WORDS[name][0]: name for name in result.found}

    def wanted(row: int, _column: str) -> PeopleList | None:
        return PeopleList("rule", names[rows[row]["what"]])

    who.table(
        question,
        pd.DataFrame(rows),
        wanted,
        rows=len(rows),
        most_pixels=720,
        key="quality",
        alt="Records to check, by rule",
        row_pixels=who.LINES_PIXELS,
        column_config={  # as wide as a phone
            "what": st.column_config.TextColumn(width=118),
            "people": st.column_config.TextColumn(width=54),
            "what to do": st.column_config.TextColumn(width=184),
        },
    )
    if who.may_ask(question):
        panels.note("Tap a row to see who they are.")
    with st.container(horizontal=True):
        lists = {PeopleList("rule", names[row["what"]]): f"{row['what']} ({row['people']})" for row in rows}
        who.picker(question, lists, key="who_rule", label="Who are they?")
        panels.definitions(("quality",), readers.definition(question), key="quality_definitions")
