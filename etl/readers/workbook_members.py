"""Which files of an XLSX workbook hold a sheet, and what its cells refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ALWAYS = ("[Content_Types].xml", "_rels/.rels", _BOOK, _RELATIONS)
_SHARED = ("styles", "sharedStrings")


@dataclass(frozen=True)
class SheetMembers:
    """Names within the zip: the sheet's own XML, and what all sheets share."""

    sheet: str
    shared: tuple[str, ...]


def sheet_members(book: ZipFile, sheet: str) -> SheetMembers:
    """Where a sheet lies.

    Raises
    ------
    KeyError
        if the workbook holds no such sheet.
    """
    with book.open(_BOOK) as content:
        sheets = {at.get("name"): at for tag, at in _elements(content) if tag == "sheet"}
    relation = next(value for key, value in sheets[sheet].items() if key.split(":")[-1] == "id")
    with book.open(_RELATIONS) as content:
        relations = {at["Id"]: at for tag, at in _elements(content) if tag == "Relationship"}
    there = set(book.namelist())
    used = [at for at in relations.values() if at.get("Type", "").split("/")[-1] in _SHARED]
    shared = [name for name in (*_ALWAYS, *(_place(at["Target"]) for at in used)) if name in there]
    return SheetMembers(_place(relations[relation]["Target"]), tuple(shared))


def _place(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _elements(content: IO[bytes]) -> Iterable[tuple[str, dict[str, str]]]:
    """Names without prefix and attributes of all elements, of small files."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.split(":")[-1], attributes))
    parser.ParseFile(content)
    return found
