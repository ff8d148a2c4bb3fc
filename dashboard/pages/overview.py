"""Overview: are our runners back as soon as expected?"""

import streamlit as st

from dashboard import captions, wording
from dashboard.charts.became_bar import became_figure
from dashboard.charts.recovery_curve import recovery_figure
from dashboard.pages.parts import cards, group_tables, look_at_this, panels, who
from dashboard.pages.parts.filters import current_question
from dashboard.people_behind import became_lists, curve_lists

question = current_question()
summary = panels.answer(question, by="condition")
theme = panels.theme()
shared_k = summary.k if summary.audience == "sharing" else None

main = cards.main_conditions(summary)
cards.verdict_cards(summary, main)
cards.tiles(summary, main)
signs = st.container()  # filled last: what it looks at takes longest

shown = [group for group in summary.groups if group.group in main]
compared = [group.group for group in wording.groups_drawn(shown)]
grid = st.grid(3, min_column_width=270, gap=("small", "medium"))
with grid.cell(column_span=2):
    panels.chart(
        recovery_figure(shown, cards.benchmarks_of(compared), theme, shared_k=shared_k, height=276),
        key="overview_curve",
        title=captions.curve_title(summary, shown),
        sentence=captions.curve_caption(shown, compared),
    )
    who.grouped_picker(question, curve_lists(summary, cards.TILE_DAYS), key="who_curve")
with grid.cell():
    panels.chart(
        became_figure(summary.everybody, theme, k=summary.k, height=276),
        key="overview_became",
        title=captions.became_title(summary),
        sentence=f"{captions.became_caption(summary)} {captions.outside_sentence(summary)}".strip(),
        alt=captions.became_sentence(summary),
    )
    who.picker(question, became_lists(summary), key="who_became")

group_tables.figures(summary)
group_tables.classes(summary)
look_at_this.fresh(summary, question)
if others := wording.others_sentence(summary, main):
    panels.note(others)
with st.container(horizontal=True):
    look_at_this.not_known(question)
    panels.definitions(
        ("started", "back_by", "median", "clock", "too_few", "verdict", "classes"),
        summary.definition,
        key="overview_definitions",
    )
    panels.evidence(main, key="overview_evidence")
with signs:
    look_at_this.items(summary, question)
