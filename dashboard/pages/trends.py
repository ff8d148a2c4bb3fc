"""Trends: is it getting better or worse, and what happened then?"""

import streamlit as st

from dashboard import trend_words
from dashboard.charts.annotation_marks import marks_within
from dashboard.charts.control_chart import control_chart, drawn_days
from dashboard.pages.parts import panels, trend_forms, trend_table, who
from dashboard.pages.parts.filters import current_question
from dashboard.people_behind import trend_lists
from dashboard.sections.trends import trends_section
from dashboard.wording import long_date

question = current_question()
summary = panels.answer(question)
trends = panels.section(question, trends_section)
if not trends.trends:
    st.info("Too few people are left out by these filters to share the rest. Choose fewer filters.")
    st.stop()

grid = st.grid(2, min_column_width=420, gap="medium")
left, right = grid.cell(), grid.cell()
with right:
    trend = trends.trend(trend_table.chosen_measure(trends))
    events = [(note.day, note.text) for note in trends.annotations]
    if summary.definition_changed_on:
        events.append((summary.definition_changed_on, "What counts as a return to running changed"))
    days = drawn_days(trend)
    marks = marks_within(events, *days) if days else []
    panels.chart(
        control_chart(trend, marks, panels.theme(), k=trends.k),
        key="trend_chart",
        title=trend_words.title(trend),
        sentence=trend_words.caption(trend, trends),
    )
    happened = [f"**{mark.number}** · {long_date(mark.day)}: {panels.literal(mark.text)}" for mark in marks]
    happened += map(panels.literal, trend_words.rebase_sentences(trend))
    if happened:
        st.markdown("  \n".join(happened))
    panels.definitions(
        (trend.measure.name, "trend_limits", "trend_rules", "trend_target", "trend_rebase"),
        summary.definition,
        key="trend_definitions",
    )
with left:
    trend_table.measure_table(trends)
    panels.note(trend_words.CHANCE)

if trend.points:
    panels.table_of(
        trend_words.point_rows(trend, trends.k),
        label="The chart as a table",
        alt=f"{trend_words.measure_name(trend.measure)} by period",
    )
who.grouped_picker(question, trend_lists(trend), key="who_trend", of="First visit in")
trend_forms.decisions(question, trends, trend)
