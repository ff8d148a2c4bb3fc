"""Results -> Plotly figures. Pure functions; the only place that imports Plotly."""
