"""Pages of the Cliniko API as flat tables: one part per kind of record, for a mapping to use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from etl.errors import FileStop
from etl.readers import CHUNK_ROWS, Chunk, Format, Part
from etl.readers.cliniko_fields import Flat, linked_record
from etl.readers.json_stream import document_of, is_one_line, items_of

Json = Any
RESOURCES = (
    "appointment_types", "appointments", "attendees", "bookings", "businesses", "group_appointments",
    "individual_appointments", "patient_cases", "patient_forms", "patients", "practitioners",
    "treatment_notes",
)  # fmt: skip


@dataclass
class Page:
    """What a file holds: columns by kind of record, and whether more was said than may leave."""

    columns: dict[str, dict[str, None]] = field(default_factory=dict)
    personal: dict[str, bool] = field(default_factory=dict)
    more: bool = False


def cliniko_parts(path: Path, declared: Format) -> list[Part]:
    """One part per kind of record in the file.

    Raises
    ------
    FileStop
        if it is not JSON, or holds no records that we know.
    """
    page = Page()
    for kind, _, record in _records(path, page):
        flat = Flat(kind, record, declared.wanted)
        page.columns.setdefault(kind, {}).update(dict.fromkeys(flat.cells))
        page.personal[kind] = page.personal.get(kind, False) or flat.left_behind
    if not page.columns:
        raise FileStop("unknown_json")
    return [
        Part(
            f"{path.name}, {kind}" if len(page.columns) > 1 else path.name,
            kind,
            partial(ClinikoReader, path, kind, page, declared.wanted),
            path,
        )
        for kind in page.columns
    ]


class ClinikoReader:
    """Reads one kind of record of a file; see `TableReader`. Lines are those on which records begin (`Item`)."""

    def __init__(self, path: Path, kind: str, page: Page, wanted: frozenset[str]) -> None:
        self._path, self._kind, self._wanted = path, kind, wanted
        self._columns = list(page.columns[kind]) or ["id"]
        self.normalised = 0
        self.notes: list[tuple[str, str]] = [("personal_columns", "")] if page.personal.get(kind) else []
        if is_one_line(path):
            self.notes.append(("records_counted", ""))
        if page.more:
            self.notes.append(("more_pages", ""))

    def header(self) -> list[str]:
        """Names of the record's fields; a link's with `_id` behind, an answer's is its question."""
        return self._columns

    def chunks(self) -> Iterator[Chunk]:
        """All records in chunks of at most CHUNK_ROWS."""
        records = ((line, record) for kind, line, record in _records(self._path) if kind == self._kind)
        while batch := list(islice(records, CHUNK_ROWS)):
            flat = [Flat(self._kind, record, self._wanted).cells for _, record in batch]
            columns = [tuple(cells.get(name, "") for cells in flat) for name in self._columns]
            yield Chunk([line for line, _ in batch], columns, [])


def _records(path: Path, page: Page | None = None) -> Iterator[tuple[str, int, dict[str, Json]]]:
    """(kind, line, record) of a page, of an array of pages, or of a single record."""
    page = page or Page()
    single = False
    for item in items_of(path):
        if item.key in RESOURCES and item.value == []:
            page.columns.setdefault(item.key, {})
        elif item.key in RESOURCES and item.in_array and isinstance(item.value, dict):
            yield item.key, item.line, item.value
        elif item.key == "" and isinstance(item.value, dict):
            yield from _of_page(item.line, item.value)
        elif item.key == "links" and isinstance(item.value, dict):
            page.more = "next" in item.value
        single = single or item.key == "id"
    if single:
        document = document_of(path)
        kind = linked_record(document.get("links"))[0] if isinstance(document, dict) else ""
        if kind in RESOURCES:
            yield kind, 1, document


def _of_page(line: int, page: dict[str, Json]) -> Iterator[tuple[str, int, dict[str, Json]]]:
    for kind in RESOURCES:
        if isinstance(page.get(kind), list):
            yield from ((kind, line, record) for record in page[kind] if isinstance(record, dict))
