"""The document as a PDF, or as pictures of its pages: Typst lays out what template.typ describes.

The content goes to Typst as data, never as markup: no word of a clinic can change the layout. Fonts are the
package's own, so that every machine makes the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any

import typst

from dashboard.report.cell_words import printed_columns, printed_rows
from dashboard.report.content import (
    Block,
    Chapter,
    Column,
    Cover,
    Document,
    Heading,
    Paragraph,
    Table,
)
from dashboard.report.figures import FONTS, svg

TEMPLATE = Path(__file__).with_name("template.typ")
STANDARD = "ua-1"
PREVIEW_PPI = 144
LONG_TEXT = 46  # characters from which a column of text is wrapped
TITLE_WIDTH = 15  # characters of a line in the title of a column of numbers
TOO_FEW = "† fewer than 10 people in effect stand behind this figure"


def pdf(document: Document) -> bytes:
    """A tagged PDF (PDF/UA-1). Its dates are the day the data describe."""
    compile_files: Any = typst.compile  # its stubs do not know that a dict of files is taken
    made = compile_files(
        _files(document), font_paths=_fonts(), pdf_standards=[STANDARD], timestamp=_noon(document.day)
    )
    return bytes(made)


def pictures(document: Document, ppi: float = PREVIEW_PPI) -> list[bytes]:
    """Every page as a PNG."""
    compile_files: Any = typst.compile
    made = compile_files(
        _files(document), format="png", ppi=ppi, font_paths=_fonts(), timestamp=_noon(document.day)
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def _files(document: Document) -> dict[str, bytes]:
    """The template, the content as JSON, and the charts."""
    files = {"main.typ": TEMPLATE.read_bytes()}
    chapters = [_chapter(chapter, files) for chapter in document.chapters]
    content = {"cover": _cover(document.cover), "chapters": chapters}
    files["report.json"] = json.dumps(content, ensure_ascii=False).encode()
    return files


def _cover(cover: Cover) -> dict[str, Any]:
    return {
        "title": cover.title,
        "clinic": cover.clinic,
        "period": cover.period,
        "audience": cover.audience,
        "sample": cover.sample,
        "data": cover.data_words,
        "footer": cover.footer,
        "accent": cover.accent,
        # Typst takes files of text only from memory, so a picture travels as its bytes.
        "logo": list(cover.logo) if cover.logo else None,
    }


def _chapter(chapter: Chapter, files: dict[str, bytes]) -> dict[str, Any]:
    return {"title": chapter.title, "blocks": list(_blocks(chapter.blocks, files))}


def _blocks(blocks: Iterable[Block], files: dict[str, bytes]) -> Iterable[dict[str, Any]]:
    for block in blocks:
        match block:
            case Heading():
                yield {"kind": "heading", "text": block.text}
            case Paragraph():
                yield {"kind": "paragraph", "role": block.role, "runs": runs(block.text)}
            case Table():
                if block.on_paper != "no" and printed_rows(block):
                    yield (
                        _note(f"{block.title}: too few people to show.")
                        if nothing_shown(block)
                        else _table(block)
                    )
            case _:
                file = f"{block.name}.svg"
                files[file] = svg(block)
                yield {
                    "kind": "chart", "title": block.title, "sentence": block.sentence, "alt": block.alt,
                    "file": file,
                }  # fmt: skip


def _note(text: str) -> dict[str, Any]:
    return {"kind": "paragraph", "role": "note", "runs": runs(text)}


def nothing_shown(table: Table) -> bool:
    """Whether a table has columns of numbers, and words for too few, or nothing, in all of their cells."""
    numbers = [at for at, column in enumerate(table.columns) if column.kind != "text" and column.on_paper]
    cells = [row[at] for row in table.rows[: table.paper_rows] for at in numbers]
    return any(cells) and all(
        cell is None or (isinstance(cell, str) and cell != "not reached") for cell in cells
    )


def _table(table: Table) -> dict[str, Any]:
    columns, rows = printed_columns(table), without_repeats(printed_rows(table))
    notes = [table.note] if table.note else []
    if any("†" in cell for row in rows for cell in row):
        notes.append(f"{TOO_FEW}.")
    return {
        "kind": "terms" if table.on_paper == "terms" else "table",
        "title": table.title,
        "note": " ".join(notes),
        "columns": [
            {"title": broken(column), "right": column.kind != "text", "weight": weight}
            for column, weight in zip(columns, _weights(columns, rows), strict=True)
        ],
        "rows": rows,
        "half": halfway(rows),
    }


def halfway(rows: Sequence[Sequence[str]]) -> int:
    """How many rows make about half of the text."""
    lengths = [sum(map(len, row)) for row in rows]
    return min(range(len(rows) + 1), key=lambda at: abs(2 * sum(lengths[:at]) - sum(lengths)))


def _weights(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
    """Shares of the free width: long texts by their length, else all to the last text; 0 is no more than needed."""
    longest = [max([len(row[at]) for row in rows], default=0) for at in range(len(columns))]
    is_text = [column.kind == "text" for column in columns]
    long = [
        length**0.5 if text and length > LONG_TEXT else 0.0
        for length, text in zip(longest, is_text, strict=True)
    ]
    if any(long):
        return long
    last_text = max((at for at, text in enumerate(is_text) if text), default=0)
    return [1.0 if at == last_text else 0.0 for at in range(len(columns))]


def broken(column: Column) -> str:
    """A title on several lines, so that a column of numbers is not as wide as its words."""
    return column.title if column.kind == "text" else "\n".join(wrap(column.title, TITLE_WIDTH))


def without_repeats(rows: Sequence[list[str]]) -> list[list[str]]:
    """A first cell that says the same as the one above it stays blank."""
    before = ["", *(row[0] for row in rows if row)]
    return [
        ["" if row[0] == above else row[0], *row[1:]] for above, row in zip(before, rows, strict=False) if row
    ]


def runs(text: str) -> list[dict[str, Any]]:
    """Text with **bold** as pieces; a sign of equality keeps its two sides on one line."""
    pieces = re.split(r"\*\*", text.replace(" = ", "\u00a0=\u00a0"))
    return [{"text": piece, "bold": number % 2 == 1} for number, piece in enumerate(pieces) if piece]
