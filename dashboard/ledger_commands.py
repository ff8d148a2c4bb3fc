"""What the commands about loads do: inbox, loads, rejects, replay and rollback."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from dashboard.deployment import Deployment
from dashboard.reject_table import reject_csv
from dashboard.terminal import Terminal, load_document, reject_document
from etl.errors import LoadError, UsageError
from etl.inbox import DONE, FAILED, alone, move_aside, stamp, waiting_files
from etl.load import LoadReport, LoadRequest, load
from etl.pseudonym import Pseudonyms
from etl.readers import MANIFEST
from etl.replay import refused_rows, replay_sources
from etl.rollback import roll_back
from etl.sources import Sources
from sql.cohort import Scope
from sql.engine import StoreError, reading, using
from sql.queries.loads import Reject, has_load, loads, rejects
from sql.queries.privacy_counts import privacy_counts
from sql.settings import setting_value
from sql.store import open_store

Loader = Callable[[argparse.Namespace, Deployment, Terminal, Sequence[Path]], LoadReport]


def load_inbox(
    arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal, load_paths: Loader
) -> int:
    """Load everything in the inbox as one load, and move it aside with its report.

    If the database fails, the files stay for the next time.
    """
    if arguments.check:
        raise UsageError("--check writes nothing and moves nothing: give it the files, not --inbox.")
    folder: Path = arguments.inbox
    waiting_files(folder)  # says so if there is no such folder
    with alone(folder) as is_mine:
        if not is_mine:
            terminal.say("Another load works on this inbox; it will do it all.")
            return 0
        files = waiting_files(folder)
        paths = [path for path in files if path.name != MANIFEST]
        if not paths:
            terminal.say("Nothing to load: the inbox is empty.")
            return 0
        try:
            report = load_paths(arguments, deployment, terminal, paths)
        except LoadError as error:
            document = {"schema": 1, "exit_code": error.exit_code, "error": str(error)}
            move_aside(folder, files, FAILED, f"refused-{stamp()}", json.dumps(document, indent=2))
            raise
        except StoreError as error:
            raise StoreError(f"{error} The files stay in the inbox.") from None
        _settle(arguments, terminal, files, report)
        return report.exit_code


def _settle(
    arguments: argparse.Namespace, terminal: Terminal, files: dict[Path, str], report: LoadReport
) -> None:
    done = report.status in ("loaded", "unchanged")
    name = f"load-{report.load_number}" if report.load_number else f"already-loaded-{stamp()}"
    text = json.dumps(load_document(report), indent=2, ensure_ascii=False)
    place = move_aside(arguments.inbox, files, DONE if done else FAILED, name, text)
    if arguments.json:
        terminal.write(text)
        return
    terminal.load_report(report)
    terminal.say(
        f"The files are now in {place.parent.name}/{place.name}, with {'a' if done else 'the'} report."
    )


def show_loads(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """The clinic's loads, and how far its people stand out."""
    with using(open_store(deployment.database_url)) as engine, reading(engine) as connection:
        found = loads(connection, arguments.clinic)
        k = int(setting_value(connection, arguments.clinic, "k"))
        privacy = privacy_counts(connection, Scope("clinic", clinics=(arguments.clinic,)), k)
    if arguments.json:
        terminal.loads_json(arguments.clinic, found, privacy)
    else:
        terminal.loads(arguments.clinic, found, privacy, k)
    return 0


def show_rejects(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Refused rows by rule; all of them with --json or --csv."""
    with using(open_store(deployment.database_url)) as engine, reading(engine) as connection:
        if arguments.load and not has_load(connection, arguments.clinic, arguments.load):
            raise UsageError(
                f"Clinic {arguments.clinic!r} has no load {arguments.load}. See: return-to-run loads"
            )
        found = rejects(connection, arguments.clinic, arguments.load)
    if arguments.csv:
        _write_csv(arguments.csv, found)
        terminal.say(f"{len(found)} refused places written to {arguments.csv.name}.")
    elif arguments.json:
        document = {
            "schema": 1,
            "clinic": arguments.clinic,
            "rejects": [reject_document(row) for row in found],
        }
        terminal.write(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        terminal.rejects(found)
    return 0


def _write_csv(path: Path, found: Sequence[Reject]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(reject_csv(found))
    except OSError:
        raise UsageError(
            f"The file {path.name!r} cannot be written. Check the path and its permissions."
        ) from None


def replay_load(
    arguments: argparse.Namespace,
    deployment: Deployment,
    terminal: Terminal,
    sources: Sources,
    pseudonyms: Pseudonyms | None,
    *,
    today: date,
) -> int:
    """Offer the refused lines of a load again; rows that came some other way since are left as they are."""
    with using(open_store(deployment.database_url)) as engine:
        with reading(engine) as connection:
            refused = refused_rows(connection, arguments.clinic, arguments.load)
        request = LoadRequest(
            replay_sources(refused, sources),
            today=today,
            clinic=arguments.clinic,
            as_of=arguments.as_of,
            most_rejected=1.0,
            replay_of=arguments.load,
            pseudonyms=pseudonyms,
            repairs_dates="excel-dates" in arguments.repair,
        )
        with terminal.progress() as progress:
            report = load(engine, request, progress)
    if arguments.json:
        terminal.load_json(report)
    else:
        terminal.load_report(report)
    return report.exit_code


def roll_load_back(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Take the newest load back and say what that did."""
    with using(open_store(deployment.database_url)) as engine:
        report = roll_back(engine, arguments.clinic, arguments.load)
    if arguments.json:
        terminal.rollback_json(report)
    else:
        terminal.rollback(report)
    return 0
