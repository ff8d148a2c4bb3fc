"""Text files as text: which encoding, opened strictly, and where bytes stop being text."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

from etl.errors import FileStop

BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DAMAGED_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WEB_PAGES = (b"<!doctype html", b"<html", b"<table")


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes; those inside, if it ends in .gz."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


@contextmanager
def readable(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes.

    Raises
    ------
    FileStop
        as soon as they cannot be read.
    """
    try:
        with open_bytes(path) as file:
            yield file
    except DAMAGED_GZIP:
        raise FileStop("not_a_zip") from None
    except OSError:
        raise FileStop("unreadable_file") from None


@contextmanager
def open_text(path: Path, encoding: str, byte: int = 0) -> Iterator[TextIO]:
    """The file as strict text, its line ends as they are; from a byte on, if one is given.

    Raises
    ------
    FileStop
        with line and byte, as soon as bytes are met that are not text.
    """
    try:
        with readable(path) as raw:
            raw.seek(byte)
            with io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
                yield file
    except UnicodeError:
        line, byte = _broken_place(path, encoding)
        raise FileStop("broken_encoding", line=line, detail=f"byte {byte} of the line") from None


def find_encoding(path: Path, declared: Sequence[str] = ()) -> str:
    """The mark's encoding; else UTF-8, unless the file is not and one of the declared ones fits all of it.

    Raises
    ------
    FileStop
        if the file is empty, a workbook or a web page.
    """
    with readable(path) as file:
        start = file.read(200)
    if start.startswith(_WORKBOOKS):
        raise FileStop("spreadsheet")
    if start.lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower().startswith(_WEB_PAGES):
        raise FileStop("web_page")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if marked:
        return marked
    candidates = list(dict.fromkeys(["utf-8", *(codecs.lookup(name).name for name in declared)]))
    if b"\0" in start[:4]:
        candidates = [name for name in candidates if name.startswith(("utf-16", "utf-32"))]
        if not candidates:
            raise FileStop("broken_encoding", detail="it may be UTF-16 without its mark")
    if len(candidates) == 1:
        return candidates[0]
    return next((name for name in candidates if _fits(path, name)), candidates[0])


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open_bytes(path) as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _broken_place(path: Path, encoding: str) -> tuple[int, int]:
    """Line and byte within it, both counted from 1, where the bytes stop being text."""
    if encoding.startswith(("utf-16", "utf-32")):
        return _broken_unit(path, encoding)
    with open_bytes(path) as file:
        for number, raw in enumerate(file, start=1):
            try:
                raw.decode(encoding)
            except UnicodeError as error:
                return number, getattr(error, "start", 0) + 1
    return 1, 1


def _broken_unit(path: Path, encoding: str) -> tuple[int, int]:
    with open_bytes(path) as file:
        content = file.read()
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        *before, line = content[: error.start].decode(encoding, errors="ignore").split("\n")
        return len(before) + 1, len(line.encode("utf-16-le")) + 1
    return 1, 1
