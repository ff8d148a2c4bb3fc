"""Excel's own charts over the cells of the workbook's tables: they hold no number of their own.

Only names beside marks and the numbers of what happened are written into a chart. They stand in its table too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.report.content import (
    BarChart,
    Chart,
    CurveChart,
    FunnelChart,
    PeriodChart,
    Table,
    TrendChart,
)

CHART_ROWS, CHART_PIXELS = 19, (720, 360)
DASHES = ("solid", "dash", "square_dot", "dash_dot", "long_dash")
IN_PER_CENT = {"num_format": "0%", "min": 0, "max": 1, "major_gridlines": {"visible": True}}
GREY, DARK, MUTED = "#7A8B8F", "#1C2B33", "#5B6B72"


@dataclass(frozen=True)
class Place:
    """Where a table's first cell under its header is."""

    sheet: str
    table: Table
    row: int

    def cells(self, name: str, first: int, last: int) -> list[Any]:
        """A column's rows, counted from 0, as XlsxWriter takes them."""
        at = next(n for n, column in enumerate(self.table.columns) if column.name == name)
        return [self.sheet, self.row + first, at, self.row + last, at]

    def all_cells(self, name: str) -> list[Any]:
        """A column from its first row to its last."""
        return self.cells(name, 0, len(self.table.rows) - 1)


def insert_chart(
    book: Workbook, sheet: Worksheet, row: int, chart: Chart, places: Mapping[str, Place]
) -> None:
    """The chart over the cells of its table; nothing where the table has no rows."""
    place = places.get(chart.table)
    if place is None:
        return
    match chart:
        case CurveChart():
            drawn = _curve(book, chart, place)
        case TrendChart():
            drawn = _trend(book, chart, place)
        case PeriodChart():
            drawn = _periods(book, chart, place)
        case BarChart():
            drawn = _bar(book, chart, place)
        case FunnelChart():
            drawn = _funnel(book, chart, place, places[chart.limits_table])
    drawn.set_title({"name": chart.title[:250], "name_font": {"size": 11}})
    drawn.set_size({"width": CHART_PIXELS[0], "height": CHART_PIXELS[1]})
    sheet.insert_chart(row, 0, drawn, {"description": chart.alt[:1000]})


def _curve(book: Workbook, chart: CurveChart, place: Place) -> Any:
    drawn = book.add_chart({"type": "scatter", "subtype": "straight"})
    groups = [row[0] for row in place.table.rows]
    colours = {line.name: line.colour for line in chart.lines}
    for number, group in enumerate(dict.fromkeys(groups)):
        first, last = groups.index(group), len(groups) - 1 - groups[::-1].index(group)
        line = {"color": colours.get(str(group), "#5F7176"), "width": 2, "dash_type": DASHES[number % 5]}
        drawn.add_series(
            {"name": str(group), "categories": place.cells("week", first, last),
             "values": place.cells("back", first, last), "line": line, "marker": {"type": "none"}}
        )  # fmt: skip
    drawn.set_x_axis(
        {"name": "weeks since the first visit", "min": 0, "max": 26, "major_unit": 4, "num_format": "0"}
    )
    drawn.set_y_axis({"name": chart.y_title, **IN_PER_CENT})
    drawn.set_legend({"position": "right"})
    return drawn


def _trend(book: Workbook, chart: TrendChart, place: Place) -> Any:
    """The chart's rows of its table: value, mean and limits per period, and what happened in it."""
    rows = [at for at, row in enumerate(place.table.rows) if row[0] == chart.rows_of]
    drawn, first, last = book.add_chart({"type": "line"}), rows[0], rows[-1]
    happened = [place.table.rows[at][-1] for at in rows]
    looks: dict[str, dict[str, Any]] = {
        "value": {
            "line": {"color": GREY, "width": 2}, "marker": {"type": "circle", "size": 5},
            **_labels([str(words or "") for words in happened]),
        },
        "mean": {"line": {"color": DARK, "width": 1}},
        "low": {"line": {"color": MUTED, "width": 1, "dash_type": "dash"}},
        "high": {"line": {"color": MUTED, "width": 1, "dash_type": "dash"}},
    }  # fmt: skip
    titles = {column.name: column.title for column in place.table.columns}
    for name, look in looks.items():
        drawn.add_series(
            {"name": titles[name], "categories": place.cells("period", first, last),
             "values": place.cells(name, first, last), **look}
        )  # fmt: skip
    drawn.set_x_axis({"label_position": "low"})
    drawn.set_y_axis({"num_format": "0%", "min": 0, "max": 1} if chart.share else {})
    drawn.set_legend({"position": "bottom"})
    return drawn


def _periods(book: Workbook, chart: PeriodChart, place: Place) -> Any:
    """A mark per period with its interval."""
    drawn = book.add_chart({"type": "line"})
    happened = dict(chart.notes)
    drawn.add_series(
        {
            "name": "back by week 12", "categories": place.all_cells("period"), "values": place.all_cells("back"),
            "line": {"none": True},
            "marker": {"type": "circle", "size": 7, "fill": {"color": DARK}, "border": {"color": DARK}},
            **_labels([happened.get(at, "") for at in range(len(chart.y))]),
        }
    )  # fmt: skip
    for name, words in (("low", "lower 95 % limit"), ("high", "upper 95 % limit")):
        drawn.add_series(
            {"name": words, "categories": place.all_cells("period"), "values": place.all_cells(name),
             "line": {"none": True}, "marker": {"type": "long_dash", "size": 7, "border": {"color": MUTED}}}
        )  # fmt: skip
    drawn.set_high_low_lines({"line": {"color": MUTED}})
    drawn.set_y_axis({"name": "% back running by week 12", **IN_PER_CENT})
    drawn.set_legend({"position": "bottom"})
    return drawn


def _labels(labels: Sequence[str]) -> dict[str, Any]:
    """Numbers of what happened above the points; no labels at all where nothing did."""
    if not any(labels):
        return {}
    custom = [{"value": label} if label else {"delete": True} for label in labels]
    return {"data_labels": {"value": True, "position": "above", "font": {"bold": True}, "custom": custom}}


def _bar(book: Workbook, chart: BarChart, place: Place) -> Any:
    """The last row of the table, which is everybody, as one stacked bar."""
    drawn, last = book.add_chart({"type": "bar", "subtype": "stacked"}), len(place.table.rows) - 1
    first_class = len(place.table.columns) - len(chart.parts) - 1
    for at, (words, _, colour) in enumerate(chart.parts, first_class):
        cell = [place.sheet, place.row + last, at, place.row + last, at]
        drawn.add_series(
            {"name": words, "categories": [place.sheet, place.row + last, 0, place.row + last, 0], "values": cell,
             "fill": {"color": colour}, "border": {"color": MUTED, "width": 0.5}, "data_labels": {"value": True}}
        )  # fmt: skip
    drawn.set_legend({"position": "bottom"})
    return drawn


def _funnel(book: Workbook, chart: FunnelChart, place: Place, limits: Place) -> Any:
    """Units as named marks, all together and the limits of chance as lines."""
    drawn = book.add_chart({"type": "scatter", "subtype": "straight"})
    names = [str(row[0]) for row in place.table.rows]
    drawn.add_series(
        {
            "name": "therapists", "categories": place.all_cells("rests_on"), "values": place.all_cells("drawn_at"),
            "line": {"none": True},
            "marker": {"type": "circle", "size": 7, "fill": {"color": DARK}, "border": {"color": DARK}},
            "data_labels": {"value": True, "position": "above", "custom": [{"value": name} for name in names]},
        }
    )  # fmt: skip
    for column in limits.table.columns[1:]:
        line = {"color": MUTED, "width": 1, "dash_type": "solid" if column.name == "centre" else "dash"}
        drawn.add_series(
            {"name": column.title, "categories": limits.all_cells("people"), "values": limits.all_cells(column.name),
             "line": line, "marker": {"type": "none"}}
        )  # fmt: skip
    sizes = [row[0] for row in limits.table.rows]
    drawn.set_x_axis({"name": chart.x_title, "min": sizes[0], "max": sizes[-1], "num_format": "0"})
    drawn.set_y_axis({"name": "% back running by week 12", **IN_PER_CENT})
    drawn.set_legend({"position": "bottom"})
    return drawn
