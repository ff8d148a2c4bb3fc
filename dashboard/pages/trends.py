"""Trends: is it getting better or worse, and what happened then?"""

import streamlit as st

from dashboard import trend_words
from dashboard.charts.control_chart import control_chart, drawn_days
from dashboard.pages.parts import happened, panels, trend_forms, trend_table, who
from dashboard.pages.parts.filters import current_question
from dashboard.people_behind import trend_lists
from dashboard.sections.trends import trends_section

question = current_question()
summary = panels.answer(question)
trends = panels.section(question, trends_section).to_read()

grid = st.grid(2, min_column_width=420, gap="medium")
left, right = grid.cell(), grid.cell()
with right:
    trend = trends.trend(trend_table.chosen_measure(trends))
    marks = happened.marks(question, drawn_days(trend))
    panels.chart(
        control_chart(trend, marks, panels.theme(), k=trends.k),
        key="trend_chart",
        title=trend_words.title(trend) + trend_words.since_words(trend),
        sentence=trend_words.caption(trend, trends),
    )
    happened.below(marks, trend_words.rebase_sentences(trend, with_reasons=not trends.leaves_the_clinic))
    panels.definitions(
        (trend.measure.name, "trend_limits", "trend_rules", "trend_target", "trend_rebase"),
        summary.definition,
        key="trend_definitions",
    )
with left:
    trend_table.measure_table(trends)
    panels.note(f"Tap a row to see its chart. {trend_words.CHANCE}")

panels.table_of(
    trend_words.point_rows(trend, trends.k),
    label="The chart as a table",
    alt=f"{trend_words.measure_name(trend.measure)} by period",
)
who.grouped_picker(question, trend_lists(trend), key="who_trend", of="First visit in")
trend_forms.decisions(question, trends, trend)
