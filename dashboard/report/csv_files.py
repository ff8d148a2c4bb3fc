"""The document's tables as CSV files in a zip, one file a table, with a data dictionary."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dashboard.report.content import Cell, Document, Table

DICTIONARY = "data-dictionary.csv"
ABOUT = "about.csv"
UNITS = {
    "text": "words",
    "count": "people, or the words for too few to show",
    "share": "fraction of 1",
    "number": "number",
    "ratio": "ratio",
    "whole": "whole number",
    "days": "days",
    "date": "YYYY-MM-DD",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_zip(document: Document) -> bytes:
    """The zip's bytes; equal documents give equal bytes."""
    cover = document.cover
    about = [
        ("report", cover.title),
        ("clinic", cover.clinic),
        ("period", cover.period),
        ("audience", cover.audience),
        ("data", cover.data_words),
        ("sample", "yes" if cover.sample else "no"),
        ("made by", cover.footer),
    ]
    files = [(ABOUT, _text(("what", "value"), about)), (DICTIONARY, _dictionary(document))]
    files += [
        (file_name(chapter.name, table), _text([column.name for column in table.columns], table.rows))
        for chapter in document.chapters
        for table in chapter.tables
    ]
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, text in files:
            entry = ZipInfo(name, (document.day.year, document.day.month, document.day.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # the same bytes on every machine
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return made.getvalue()


def file_name(chapter: str, table: Table) -> str:
    """Where a table is in the zip."""
    return f"{chapter}-{table.name}.csv".replace("_", "-")


def _dictionary(document: Document) -> str:
    rows = [
        (
            file_name(chapter.name, table),
            table.title,
            column.name,
            column.kind,
            UNITS[column.kind],
            column.meaning,
        )
        for chapter in document.chapters
        for table in chapter.tables
        for column in table.columns
    ]
    return _text(("file", "table", "column", "kind", "unit", "meaning"), rows)


def _text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    made = StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return made.getvalue()


def _cell(cell: Cell) -> str | int | float:
    """A cell; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
