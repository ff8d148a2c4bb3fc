"""The report's files: their names, making them, and writing them without losing an older one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from dashboard.report.build import build
from dashboard.report.content import Document
from dashboard.report.results import ReportResults
from dashboard.report.statement import Statement
from dashboard.summary_json import as_json

FORMATS = {"pdf": ".pdf", "xlsx": ".xlsx", "csv": ".csv.zip", "json": ".json"}
MIME = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "json": "application/json",
}
MOST_VERSIONS = 1000


def stem(results: ReportResults) -> str:
    """The files' name without its ending: month, audience, and what the report is restricted to."""
    asked = results.request
    audience = "sharing" if results.shared else "clinic"
    compared = ("year",) if asked.compare == "year" else ()
    parts = (str(results.month), audience, *asked.clinics, *asked.sites, *asked.conditions, *compared)
    return re.sub(r"[^\w.-]", "_", "-".join(("return-to-run", *parts)))


def statement_stem(made: Statement) -> str:
    """The name of a statement's file without its ending."""
    asked = made.request
    parts = ("outcome-statement", str(made.month), *asked.clinics, *asked.sites, asked.condition)
    return re.sub(r"[^\w.-]", "_", "-".join(parts))


def all_there(folder: Path, name: str, formats: tuple[str, ...]) -> bool:
    """Whether a report of this name is in the folder in every format asked for."""
    return all((folder / f"{name}{FORMATS[wanted]}").exists() for wanted in formats)


def make(results: ReportResults, document: Document, wanted: str) -> bytes:
    """One format. Each renderer is imported only when its format is asked for."""
    return _MAKERS[wanted](results, document)


def make_all(results: ReportResults, formats: tuple[str, ...]) -> dict[str, bytes]:
    """The bytes of every format asked for, by format."""
    document = build(results)
    return {wanted: make(results, document, wanted) for wanted in formats}


def write(folder: Path, name: str, contents: Mapping[str, bytes], *, force: bool = False) -> list[Path]:
    """Write the files and return where they are.

    A file that is there already with the same bytes stays. If one is there with other bytes, all get the next
    free number behind their name, unless `force` says to replace it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, MOST_VERSIONS))
    for stem_now in numbered:
        paths = {folder / f"{stem_now}{FORMATS[wanted]}": content for wanted, content in contents.items()}
        if force or all(_is_free(path, content) for path, content in paths.items()):
            break
    else:
        raise FileExistsError(f"{folder} holds {MOST_VERSIONS} versions of {name} already; move some away")
    for path, content in paths.items():
        if not (path.exists() and path.read_bytes() == content):
            _write_whole(path, content)
    return list(paths)


def _is_free(path: Path, content: bytes) -> bool:
    return not path.exists() or path.read_bytes() == content


def _write_whole(path: Path, content: bytes) -> None:
    """The whole file or none: it gets its name only once it is written."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _pdf(_: ReportResults, document: Document) -> bytes:
    from dashboard.report.pdf import pdf

    return pdf(document)


def _xlsx(_: ReportResults, document: Document) -> bytes:
    from dashboard.report.workbook import workbook

    return workbook(document)


def _csv(_: ReportResults, document: Document) -> bytes:
    from dashboard.report.csv_files import csv_zip

    return csv_zip(document)


def _json(results: ReportResults, _: Document) -> bytes:
    return (as_json(results.outcomes, results.sections) + "\n").encode()


_MAKERS: dict[str, Callable[[ReportResults, Document], bytes]] = {
    "pdf": _pdf,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
}
