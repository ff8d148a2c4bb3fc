"""JSON, one record at a time: the items of a document's arrays with their lines, memory staying flat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TextIO

from etl.errors import FileStop
from etl.readers.text import find_encoding, open_text

BLOCK = 1 << 20
LARGEST_ITEM = 64 << 20
Json = Any
_SPACE = re.compile(r"[ \t\r\n]*")


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)
_BROKEN = (ValueError, RecursionError)


def lines_of(path: Path) -> Iterator[tuple[int, Json]]:
    """(line, document) of every line that is not blank: ndjson.

    Raises
    ------
    FileStop
        on the first line that is not JSON.
    """
    with open_text(path, find_encoding(path)) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield number, _DECODER.decode(line)
                except _BROKEN:
                    raise FileStop("bad_json", line=number) from None


class Item(NamedTuple):
    """A member of a document, or one item of it if it is an array with items; key is "" in a bare array.

    In a document that `is_one_line`, an item's line is its place in the array: 1 for the first.
    """

    key: str
    line: int
    value: Json
    in_array: bool


def items_of(path: Path) -> Iterator[Item]:
    """All members of a document, an array's items one by one.

    Raises
    ------
    FileStop
        where the text stops being JSON, or if the document is neither an object nor an array.
    """
    with open_text(path, find_encoding(path)) as file:
        yield from _Scanner(file, count_items=is_one_line(path)).document()


def is_one_line(path: Path) -> bool:
    """Whether a file was written without line breaks, so that a line would be no address."""
    with path.open("rb") as file:
        return all(b"\n" not in block.strip() for block in iter(lambda: file.read(BLOCK), b""))


def document_of(path: Path) -> Json:
    """A small document as a whole.

    Raises
    ------
    FileStop
        if it is not JSON, or too large to be one record.
    """
    with open_text(path, find_encoding(path)) as file:
        text = file.read(LARGEST_ITEM + 1)
    try:
        if len(text) <= LARGEST_ITEM:
            return _DECODER.decode(text)
    except _BROKEN:
        pass
    raise FileStop("bad_json")


class _Scanner:
    """A window on the text; `_at` is where reading goes on, `_line` the line of `_at`."""

    def __init__(self, file: TextIO, *, count_items: bool) -> None:
        self._file, self._text, self._at, self._line = file, "", 0, 1
        self._count_items = count_items

    def document(self) -> Iterator[Item]:
        match self._next():
            case "":
                raise FileStop("empty_file")
            case "[":
                yield from self._items("")
            case "{":
                yield from self._members()
            case _:
                self._stop()
        if self._next():
            self._stop()

    def _members(self) -> Iterator[Item]:
        self._skip()
        if self._next() == "}":
            return self._skip()
        while True:
            key = self._value() if self._next() == '"' else self._stop()
            self._take(":")
            if self._next() == "[":
                yield from self._items(key)
            else:
                line = self._line
                yield Item(key, line, self._value(), in_array=False)
            if self._take(",}") == "}":
                return None

    def _items(self, key: str) -> Iterator[Item]:
        self._skip()
        if self._next() == "]":
            yield Item(key, self._line, [], in_array=False)
            return self._skip()
        for place in count(1):
            self._next()
            line = place if self._count_items else self._line
            yield Item(key, line, self._value(), in_array=True)
            if self._take(",]") == "]":
                return None

    def _next(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            end = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            if end < len(self._text):
                return self._text[end]
            if not self._more():
                return ""

    def _skip(self) -> None:
        self._at += 1

    def _take(self, allowed: str) -> str:
        found = self._next()
        if not found or found not in allowed:
            self._stop()
        self._skip()
        return found

    def _value(self) -> Json:
        """The value that begins here; more text is read until it is whole."""
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except _BROKEN as error:
                line = self._line_of(error)
                if not self._may_be_cut(error) or not self._more():
                    raise FileStop("bad_json", line=line) from None
                continue
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._more():
                continue
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return value

    def _may_be_cut(self, error: BaseException) -> bool:
        """Whether the value may just not have been read to its end."""
        held = len(self._text) - self._at
        return isinstance(error, json.JSONDecodeError) and held < LARGEST_ITEM

    def _more(self) -> bool:
        """Read on, in ever larger steps while one value fills the window; False at the end of the file."""
        block = self._file.read(max(BLOCK, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + block, 0
        return bool(block)

    def _line_of(self, error: BaseException) -> int:
        at = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        return self._line + self._text.count("\n", self._at, at)

    def _stop(self) -> NoReturn:
        raise FileStop("bad_json", line=self._line)
