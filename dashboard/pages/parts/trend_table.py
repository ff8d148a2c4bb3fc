"""The small table of all measures: a tap on a row opens its chart."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.pages.parts import styles
from dashboard.sections.trends import Trends
from dashboard.trend_words import MEASURE_NAMES, summary_rows

ROW_PIXELS = 44
LETTER_PIXELS, CELL_PIXELS = 6, 14
"""About what a letter of the table takes, and the room at its sides."""
MEASURE_PIXELS, SERIES_PIXELS = 150, 62
"""The longest name of a measure, and "Over time": with the other two columns as wide as a phone."""
FALLBACK = "back_by_12_weeks"
LOOK_AT = "look_at"
"""In the address of a link to the chart of one measure: its code."""


def measure_table(trends: Trends) -> None:
    """Every measure with its last value, variation and target; the tapped one becomes the chart's."""
    rows = summary_rows(trends)
    if not any(trend.target is not None for trend in trends.trends):
        rows = [{name: cell for name, cell in row.items() if name != "target"} for row in rows]

    def open_chart() -> None:
        cells = st.session_state["trend_table"].selection.cells
        if cells:
            st.session_state["measure"] = trends.trends[cells[0][0]].measure.name

    def width(column: str) -> int:
        return LETTER_PIXELS * max(len(str(row[column])) for row in rows) + CELL_PIXELS

    styles.without_table_tools("trend_table")  # they would lie over the filters
    st.dataframe(
        pd.DataFrame(rows),
        key="trend_table",
        hide_index=True,
        row_height=ROW_PIXELS,
        height=ROW_PIXELS * len(rows) + 37,
        on_select=open_chart,
        selection_mode="single-cell",
        alt="Last value with its month, and variation, of each measure",
        column_config={
            "measure": st.column_config.TextColumn("Measure", width=MEASURE_PIXELS),
            "variation": st.column_config.TextColumn("Variation", width=width("variation")),
            "last": st.column_config.TextColumn("Last", width=width("last")),
            "target": st.column_config.TextColumn("Target", width=72),
            "series": st.column_config.LineChartColumn("Over time", width=SERIES_PIXELS),
        },
    )


def chosen_measure(trends: Trends) -> str:
    """The measure whose chart is shown, kept in the address; at first the first one that stands out."""
    wanted = st.query_params.pop(LOOK_AT, None)
    if wanted in MEASURE_NAMES:  # a choice that stands already takes nothing from a changed address by itself
        st.session_state["measure"] = wanted
    first = _first_to_look_at(trends)  # first in the list too, so that only it is left out of the address
    names = [first, *(name for name in MEASURE_NAMES if name != first)]
    chosen = st.selectbox(
        "Chart of",
        names,
        format_func=MEASURE_NAMES.__getitem__,
        key="measure",
        bind="query-params",
    )
    return str(chosen)


def _first_to_look_at(trends: Trends) -> str:
    for kind in ("concern", "improvement"):
        for trend in trends.trends:
            if trend.variation == kind:
                return trend.measure.name
    return FALLBACK
