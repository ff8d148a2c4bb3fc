"""A page on paper: no navigation, nothing cut in two, dark ink on white."""

from __future__ import annotations

import streamlit as st

PRINTED = """<style>
@page { size: A4; margin: 12mm; }
@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stPopover] { display: none !important; }
  [data-testid=stMain], [data-testid=stApp], [data-testid=stAppViewContainer] {
    position: static !important; height: auto !important; overflow: visible !important;
  }
  [data-testid=stMainBlockContainer] { padding: 0 6px 0 0 !important; zoom: 0.72; }
  [data-testid=stPlotlyChart], [data-testid=stDataFrame], [data-testid=stImage], [data-testid=stMetric],
  [data-testid=stSelectbox], tr { break-inside: avoid; }
  [data-testid=stElementContainer]:has([data-testid=stHeading]) { break-after: avoid; }
}
</style>"""
"""Small enough for charts as wide as on an office PC (1280 pixels); rounding of `zoom` takes a few at the right."""

PRINTED_FROM_DARK = """<style>
@media print {
  html, body, [data-testid=stApp] { background: #FFFFFF !important; }
  [data-testid=stApp] * { background-color: transparent !important; border-color: #DDE4E6 !important; }
  [data-testid=stApp] :not(path, rect, circle, line) { color: #1C2B33 !important; }
  .js-plotly-plot text, .js-plotly-plot tspan { fill: #1C2B33 !important; }
  .js-plotly-plot :is(.gridlayer, .zerolinelayer) path { stroke: #DDE4E6 !important; }
  .js-plotly-plot path[style*="stroke: rgb(230, 236, 238)"] { stroke: #1C2B33 !important; }
  [data-testid=stApp] [aria-checked=true] { border: 2px solid #1C2B33 !important; }
  [data-testid=stDataFrame] canvas { filter: invert(1) hue-rotate(180deg) saturate(0.6) brightness(1.14); }
}
</style>"""
"""Dark ink for words, axes and the lines that have the colour of words; coloured lines are readable as they are.

Tables are pictures, so they are turned round: dark on white, and colours stay what they are, only paler.
"""


def rules() -> None:
    """Put the rules for paper on the page."""
    st.html(PRINTED)
    if st.context.theme.type == "dark":
        st.html(PRINTED_FROM_DARK)
