"""Reading files with the readers alone, and with the loader behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import openpyxl

from etl.errors import FileStop, read_refused_text
from etl.load import LoadReport
from etl.readers import Chunk, Format, Part, parts

Row = dict[str, str]


def parts_of(path: Path, **declared: Any) -> list[Part]:
    return parts(path, Path(mkdtemp(dir=path.parent)), Format(**declared))


def only_part(path: Path, **declared: Any) -> Part:
    (part,) = parts_of(path, **declared)
    return part


def read(part: Part) -> list[tuple[int, Row]]:
    """(line, row) of all rows that have columns; a refused cell is the refusal's rule in angle brackets."""
    reader = part.open()
    header = reader.header()
    return [
        (line, {name: _shown(text) for name, text in zip(header, cells, strict=True)})
        for chunk in reader.chunks()
        for line, *cells in zip(chunk.lines, *chunk.columns, strict=True)
    ]


def _shown(text: str) -> str:
    refusal = read_refused_text(text)
    return f"<{refusal.rule}>" if refusal else text


def rows(path: Path, **declared: Any) -> list[Row]:
    return [row for _, row in read(only_part(path, **declared))]


def chunks(path: Path, **declared: Any) -> list[Chunk]:
    return list(only_part(path, **declared).open().chunks())


def stop_of(path: Path, **declared: Any) -> tuple[str, int, str]:
    """Rule, line and detail of what stops the file, wherever that shows."""
    part = only_part(path, **declared)
    try:
        reader = part.open()
        reader.header()
        list(reader.chunks())
    except FileStop as stop:
        return stop.rule, stop.line, stop.detail
    raise AssertionError("the file was read")


def stopped_files(report: LoadReport) -> list[tuple[str, int, str]]:
    stops = [file.stopped_by for file in report.files if file.stopped_by]
    return [(stop.rule, stop.line, str(stop)) for stop in stops]


def refused_rows(report: LoadReport) -> list[tuple[str, int, str, str]]:
    return [(p.file, p.line, p.column, p.rule) for file in report.files for p in file.problems]


def write_workbook(path: Path, **sheets: Iterable[Sequence[object]]) -> Path:
    """A workbook with a sheet of rows under each name."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    book.save(path)
    return path


def write_json(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path
