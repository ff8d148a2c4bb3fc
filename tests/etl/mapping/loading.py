"""Loads files through a mapping or preset with the real loader, into a SQLite store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from builders import AS_OF
from sqlalchemy import Engine

from etl.load import LoadReport, LoadRequest, load
from etl.mapping_file import parse_mapping, read_preset
from etl.sources import find_sources


def code_of(text: str) -> str:
    """In place of the keyed code: what it was made of can be seen."""
    return f"C{sum(map(ord, text))}"


def load_mapped(
    engine: Engine,
    mapping: str,
    *paths: Path,
    as_of: date = AS_OF,
    pseudonym: Callable[[str], str] | None = code_of,
    **request: Any,
) -> LoadReport:
    """mapping: the name of a preset, or the text of a mapping."""
    found = parse_mapping(mapping.encode(), "m.toml") if "\n" in mapping else read_preset(mapping)
    sources = find_sources(paths, mapping=found, pseudonym=pseudonym)
    return load(engine, LoadRequest(sources, today=as_of, as_of=as_of, **{"most_rejected": 1.0, **request}))


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """A text file of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def counts(report: LoadReport) -> dict[str, tuple[int, int, int]]:
    """Per file: rows new or updated, refused, left out."""
    return {file.name: (file.inserted + file.updated, file.rejected, file.filtered) for file in report.files}


def problems(report: LoadReport) -> list[tuple[str, int, str, str, str]]:
    """(file, line, column, rule, shape) of every refused row."""
    return [(p.file, p.line, p.column, p.rule, p.shape) for file in report.files for p in file.problems]


def stops(report: LoadReport) -> list[tuple[str, int, str, str]]:
    """(file, line, column, rule) of every stopped file."""
    stopped = [file.stopped_by for file in report.files if file.stopped_by]
    return [(p.file, p.line, p.column, p.rule) for p in stopped]
