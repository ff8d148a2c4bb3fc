"""`loads`, `rejects` and `rollback`: what was loaded, what was refused, and taking a load back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from dashboard.commands.arguments import Commands, add_clinic, number
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal, reject_document
from etl.errors import UsageError
from etl.rollback import roll_back
from sql.cohort import Scope
from sql.engine import reading, using
from sql.queries.loads import Reject, has_load, loads, rejects
from sql.queries.privacy_counts import privacy_counts
from sql.settings import setting_value
from sql.store import open_store


def add_loads(commands: Commands) -> None:
    """Declare the arguments of `loads`."""
    parser = commands.add_parser("loads", help="list a clinic's loads, newest first")
    add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="the list as JSON, with every file")
    parser.set_defaults(run=show_loads)


def add_rejects(commands: Commands) -> None:
    """Declare the arguments of `rejects`."""
    parser = commands.add_parser("rejects", help="list refused rows: where and why, never what")
    parser.add_argument(
        "--load", type=number, metavar="N", help="of this load (default: all that are still open)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them to a CSV file")
    add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    parser.set_defaults(run=show_rejects)


def add_rollback(commands: Commands) -> None:
    """Declare the arguments of `rollback`."""
    parser = commands.add_parser("rollback", help="take the clinic's newest load back, exactly")
    parser.add_argument("load", type=number, metavar="N", help="number of the load, see loads")
    add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="what was done as JSON")
    parser.set_defaults(run=take_back)


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
    from dashboard.reject_table import reject_csv  # brings the statistics along

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(reject_csv(found))
    except OSError:
        raise UsageError(
            f"The file {path.name!r} cannot be written. Check the path and its permissions."
        ) from None


def take_back(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Take the newest load back and say what that did."""
    with using(open_store(deployment.database_url)) as engine:
        report = roll_back(engine, arguments.clinic, arguments.load)
    if arguments.json:
        terminal.rollback_json(report)
    else:
        terminal.rollback(report)
    return 0
