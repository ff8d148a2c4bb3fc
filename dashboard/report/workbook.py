"""The document as a workbook: a sheet per chapter, the week-by-week tables on sheets of their own.

Every text is written as text, so no cell can become a formula; numbers are numbers with a format. Excel's own
charts stand beside the curve and the trends. Only what the document holds gets in, so what may not be shown
to its readers is in no cell and no chart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from textwrap import shorten, wrap
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboard.report.content import (
    Cell,
    Chapter,
    Chart,
    Column,
    Document,
    Heading,
    Paragraph,
    Table,
)
from dashboard.report.workbook_charts import CHART_ROWS, Place, insert_chart

FONT = "Calibri"
NUMBER_FORMATS = {
    "count": "#,##0",
    "share": "0%",
    "number": "0.0##",
    "ratio": "0.00",
    "whole": "#,##0",
    "days": "#,##0",
    "date": "d mmm yyyy",
}
WIDE = {"text": 9, "count": 9, "share": 9, "number": 9, "ratio": 9, "whole": 9, "days": 9, "date": 13}
FIRST_WIDE, WIDEST, WIDEST_OF_FEW, FEW_COLUMNS = 18, 30, 80, 3
"""Columns in characters: narrow enough that a printed sheet stays legible."""
SHEET_NAME_LENGTH = 31
LINE_POINTS = 15
LINE_CHARACTERS, TEXT_COLUMNS = 110, 8


class _Book:
    """A workbook being written, with its formats and the places of its tables."""

    def __init__(self, document: Document) -> None:
        self.file = BytesIO()
        self.document = document
        self.book = xlsxwriter.Workbook(
            self.file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.places: dict[str, Place] = {}
        self.charts: list[tuple[Worksheet, int, Chart]] = []
        self.names: list[tuple[str, str]] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": FONT, "valign": "top", **properties})
        return self._formats[key]

    def sheet(self, name: str, title: str) -> Worksheet:
        """A sheet for paper too: landscape, one page wide, with the audience in its foot."""
        sheet = self.book.add_worksheet(name)
        self.names.append((name, title))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        foot = f"{self.document.cover.footer} · {self.document.cover.audience}".replace("&", "&&")[:200]
        sheet.set_footer(f"&L&8{foot}&R&8&P / &N")
        return sheet


def workbook(document: Document) -> bytes:
    """The workbook's bytes; equal documents give equal bytes."""
    made = _Book(document)
    day = datetime(document.day.year, document.day.month, document.day.day)  # noqa: DTZ001 - a file's date
    made.book.set_properties(
        {"title": document.cover.title, "author": document.cover.clinic, "subject": document.cover.audience,
         "comments": document.cover.footer, "created": day}
    )  # fmt: skip
    contents = made.sheet("Contents", "Contents")
    for chapter in document.chapters:
        _chapter(made, chapter)
    for chapter in document.chapters:
        for table in chapter.tables:
            if table.on_paper == "no":
                _data_sheet(made, table)
    for sheet, row, chart in made.charts:
        insert_chart(made.book, sheet, row, chart, made.places)
    _contents(made, contents)
    made.book.close()
    return made.file.getvalue()


def _contents(made: _Book, sheet: Worksheet) -> None:
    cover, row = made.document.cover, 0
    lines = [cover.clinic, cover.period, cover.data_words, f"Audience: {cover.audience}", cover.footer]
    if cover.sample:
        lines.append("Sample data, invented people")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 70)
    sheet.write_string(row, 0, cover.title, made.format(bold=True, font_size=16))
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, line, made.format())
    header = row + 2
    sheet.write_string(header, 0, "sheet", made.format(bold=True, bottom=1))
    sheet.write_string(header, 1, "what it holds", made.format(bold=True, bottom=1))
    for at, (name, title) in enumerate(made.names[1:], header + 1):
        link = made.format(font_color="#0B6E75", underline=1)
        sheet.write_url(at, 0, f"internal:'{name}'!A1", link, string=name)
        sheet.write_string(at, 1, title, made.format())
    sheet.freeze_panes(1, 0)


def _chapter(made: _Book, chapter: Chapter) -> None:
    sheet = made.sheet(_sheet_name(chapter.title), chapter.title)
    sheet.write_string(0, 0, chapter.title, made.format(bold=True, font_size=14))
    printed = [table for table in chapter.tables if table.on_paper != "no"]
    row, widths = 2, column_widths(printed)
    for block in chapter.blocks:
        match block:
            case Heading():
                sheet.write_string(row, 0, block.text, made.format(bold=True, font_size=12))
                row += 1
            case Paragraph():
                _sentences(made, sheet, row, block.text.replace("**", ""))
                row += 2
            case Table():
                if block.on_paper != "no":
                    sheet.write_string(row, 0, block.title, made.format(bold=True))
                    row = _write_table(made, sheet, sheet.get_name(), block, row + 1, widths)
                    if len(printed) == 1:
                        sheet.freeze_panes(row - len(block.rows), 0)
                    if block.note:
                        _sentences(made, sheet, row, block.note, italic=True, font_color="#5B6B72")
                        row += 1
                    row += 1
            case _:
                sheet.write_string(row, 0, block.title, made.format(bold=True))
                _sentences(made, sheet, row + 1, block.sentence, italic=True, font_color="#5B6B72")
                made.charts.append((sheet, row + 2, block))
                row += 3 + CHART_ROWS
    if len(printed) != 1:
        sheet.freeze_panes(1, 1)
    _set_widths(sheet, widths)


def _sentences(made: _Book, sheet: Worksheet, row: int, text: str, **style: Any) -> None:
    """Text across the first columns, as high as its lines: not so wide that a printed sheet shrinks to nothing."""
    if len(text) > LINE_CHARACTERS:
        sheet.set_row(row, LINE_POINTS * -(-len(text) // LINE_CHARACTERS))
        sheet.merge_range(row, 0, row, TEXT_COLUMNS - 1, "", made.format(text_wrap=True, **style))
    sheet.write_string(row, 0, text, made.format(text_wrap=len(text) > LINE_CHARACTERS, **style))


def _data_sheet(made: _Book, table: Table) -> None:
    """A table alone on its sheet, its header frozen in the first row."""
    name = _sheet_name(table.name.replace("_curve_by_week", "_curve").replace("_", " ").capitalize())
    sheet, widths = made.sheet(name, table.title), column_widths([table])
    _write_table(made, sheet, name, table, 0, widths)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    _set_widths(sheet, widths)


def column_widths(tables: Sequence[Table]) -> list[int]:
    """Characters of each column of a sheet, wide enough for every table that stands on it."""
    widths = [0] * max((len(table.columns) for table in tables), default=0)
    for table in tables:
        most = WIDEST_OF_FEW if len(table.columns) <= FEW_COLUMNS else WIDEST
        for at, (column, title) in enumerate(zip(table.columns, header_titles(table.columns), strict=True)):
            texts = [len(row[at]) + 2 for row in table.rows if isinstance(row[at], str)]  # type: ignore[arg-type]
            longest = min(max(texts, default=0), most)
            word = max((len(word) + 2 for word in title.split()), default=0)
            widths[at] = max(widths[at], WIDE[column.kind] if at else FIRST_WIDE, longest, word)
    return widths


def _write_table(
    made: _Book, sheet: Worksheet, name: str, table: Table, row: int, widths: Sequence[int]
) -> int:
    """Header and rows from `row` on; returns the row after the last."""
    titles = header_titles(table.columns)
    for at, (column, title) in enumerate(zip(table.columns, titles, strict=True)):
        side = {"align": "left", "indent": 1 if at else 0} if column.kind == "text" else {"align": "right"}
        style = made.format(bold=True, bottom=1, bg_color="#E8EEEF", text_wrap=True, **side)
        sheet.write_string(row, at, title, style)
    sheet.set_row(row, LINE_POINTS * _lines(titles, widths))
    for number, cells in enumerate(table.rows, row + 1):
        for at, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            _write_cell(made, sheet, number, at, column, cell)
        if (lines := _lines(cells, widths)) > 1:
            sheet.set_row(number, LINE_POINTS * lines)
    last = row + len(table.rows)
    if table.rows:
        made.places[table.name] = Place(name, table, row + 1)
    return last + 1


def _lines(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """Lines of the cell that wraps most; not every program works it out by itself."""
    pairs = zip(cells, widths, strict=False)
    return max((len(wrap(cell, width)) or 1 for cell, width in pairs if isinstance(cell, str)), default=1)


def header_titles(columns: Sequence[Column]) -> list[str]:
    """Titles that say by themselves what a column is: a limit names what it is a limit of."""
    titles = {column.name: column.title for column in columns}
    made: list[str] = []
    for column in columns:
        title = f"{titles[column.limit_of]}, {column.title}" if column.limit_of else column.title
        previous = next((c.title for c in reversed(columns[: columns.index(column)]) if not c.limit_of), "")
        made.append(f"{previous}, {title}" if title in made else title)
    return made


def _write_cell(made: _Book, sheet: Worksheet, row: int, at: int, column: Column, cell: Cell) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        text = {"text_wrap": len(cell) > WIDE["text"], "align": "left", "indent": 1 if at else 0}
        style = text if column.kind == "text" else {"align": "right"}
        sheet.write_string(row, at, cell, made.format(**style))
    elif isinstance(cell, date):
        moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a day, written as Excel has it
        sheet.write_datetime(row, at, moment, made.format(num_format=NUMBER_FORMATS["date"]))
    else:
        sheet.write_number(row, at, cell, made.format(num_format=NUMBER_FORMATS.get(column.kind, "General")))


def _set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for at, width in enumerate(widths):
        if width:
            sheet.set_column(at, at, width)


def _sheet_name(title: str) -> str:
    """The title without what Excel does not take, cut after a whole word."""
    plain = re.sub(r"[\[\]:*?/\\']", "", title)
    return shorten(plain, SHEET_NAME_LENGTH, placeholder="").rstrip(",;")
