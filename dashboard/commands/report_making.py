"""`report` and `statement` at work; apart from their arguments, as it needs everything of the report."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from dashboard.deployment import Deployment
from dashboard.question import NotAllowed
from dashboard.report import files
from dashboard.report.noted import REPORT_MADE, STATEMENT_MADE, note, subject
from dashboard.report.results import ReportRequest, ReportResults, gather
from dashboard.report.statement import StatementRequest, statement
from dashboard.report.statement_page import statement_document
from dashboard.terminal import Terminal
from etl.errors import UsageError
from sql.cohort import Scope
from sql.engine import using
from sql.queries.audit_lines import audit_lines
from sql.scale_courses import prepared
from sql.store import open_store

READER = "owner, command line"


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for cycles meanwhile: what one report makes lives until it is written, and looking costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@without_collector()
def make_report(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Ask, render, write down that it was made, write the files."""
    request = ReportRequest(
        month=arguments.month,
        clinics=tuple(arguments.clinic),
        sites=tuple(arguments.site),
        conditions=tuple(arguments.condition),
        compare=arguments.compare,
    )
    folder: Path = arguments.out
    with using(open_store(deployment.database_url)) as engine:
        try:
            with prepared(engine) as connection:
                results = gather(
                    connection,
                    Scope(arguments.audience),
                    request,
                    documents_too="json" in arguments.format,
                )
                known = _is_known(connection, results)
        except NotAllowed as reason:
            raise UsageError(str(reason)) from None
        name = files.stem(results)
        if arguments.if_new and known and files.all_there(folder, name, arguments.format):
            terminal.say(f"Nothing new since the report of {results.month.words}; nothing written.")
            return 0
        contents = files.make_all(results, arguments.format)
        note(engine, results.asked.clinics, READER, REPORT_MADE, subject(results))
    _write(terminal, folder, name, contents, force=arguments.force)
    return 0


def make_statement(
    arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal, today: date
) -> int:
    """The one-page statement, or why there is none."""
    from dashboard.report.pdf import pdf

    request = StatementRequest(
        condition=arguments.condition,
        month=arguments.month,
        clinics=tuple(arguments.clinic),
        sites=tuple(arguments.site),
    )
    with using(open_store(deployment.database_url)) as engine:
        try:
            with prepared(engine) as connection:
                made = statement(connection, Scope("sharing"), request, today=today)
        except NotAllowed as reason:
            raise UsageError(f"No statement. {reason}") from None
        content = pdf(statement_document(made))
        name = files.statement_stem(made)
        note(engine, made.clinics, READER, STATEMENT_MADE, name)
    _write(terminal, arguments.out, name, {"pdf": content}, force=arguments.force)
    return 0


def _is_known(connection: Connection, results: ReportResults) -> bool:
    """Whether this report was made before from the same data by the same program."""
    lines = (line for clinic in results.asked.clinics for line in audit_lines(connection, clinic))
    return any(line.action == REPORT_MADE and line.subject == subject(results) for line in lines)


def _write(terminal: Terminal, folder: Path, name: str, contents: dict[str, bytes], *, force: bool) -> None:
    try:
        written = files.write(folder, name, contents, force=force)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror or error}. Choose another --out."
        ) from None
    terminal.say(f"Written to {folder}: {', '.join(path.name for path in written)}.")
