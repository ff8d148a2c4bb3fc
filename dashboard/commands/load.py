"""`load` and `replay`: a clinic's files, all or nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.commands.arguments import (
    Commands,
    add_clinic,
    add_key,
    add_mapping,
    add_repair,
    day,
    number,
    share,
    today,
)
from dashboard.commands.inbox import load_inbox
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal
from etl.errors import UsageError
from etl.load import MOST_REJECTED, LoadReport, LoadRequest, load
from etl.pseudonym import Pseudonyms, read_pseudonyms
from etl.replay import refused_rows, replay_sources
from etl.snapshot import MOST_VANISHED
from etl.sources import Sources, find_sources
from sql.engine import reading, store_exists, using
from sql.store import create_or_upgrade, open_store


def add_load(commands: Commands) -> None:
    """Declare the arguments of `load`."""
    parser = commands.add_parser("load", help="load a clinic's files, all or nothing")
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="folders or files")
    parser.add_argument(
        "--inbox",
        type=Path,
        metavar="DIR",
        help="load what lies in this folder and move it to its folders done or failed; for a scheduler",
    )
    add_clinic(parser)
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="day the data describe (default: manifest, else today)"
    )
    parser.add_argument(
        "--max-rejected",
        type=share,
        default=MOST_REJECTED,
        metavar="SHARE",
        help="largest share of refused rows with which the rest is loaded (default 0.05)",
    )
    parser.add_argument(
        "--max-vanished",
        type=share,
        default=MOST_VANISHED,
        metavar="SHARE",
        help="largest share of a table's rows that a snapshot may delete (default 0.1)",
    )
    add_mapping(parser)
    add_key(parser)
    add_repair(parser)
    parser.add_argument("--check", action="store_true", help="report everything, write nothing")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.set_defaults(run=load_files)


def add_replay(commands: Commands) -> None:
    """Declare the arguments of `replay`."""
    parser = commands.add_parser(
        "replay", help="read a load's files again and offer only the rows refused then"
    )
    parser.add_argument("load", type=number, metavar="N", help="number of the load")
    parser.add_argument(
        "paths",
        type=Path,
        nargs="*",
        metavar="PATH",
        help="where its files are (default: the current folder)",
    )
    add_clinic(parser)
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="day the data describe (default: that of the load)"
    )
    add_mapping(parser)
    add_key(parser)
    add_repair(parser)
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.set_defaults(run=replay)


def load_files(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Load, or with --check do everything but keep it."""
    if (arguments.inbox is None) == (not arguments.paths):
        raise UsageError("Say what to load: PATH, or --inbox DIR. See: return-to-run load --help")
    if arguments.inbox is not None:
        return load_inbox(arguments, deployment, terminal, load_paths)
    report = load_paths(arguments, deployment, terminal, arguments.paths)
    return _show(arguments, terminal, report)


def load_paths(
    arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal, paths: Sequence[Path]
) -> LoadReport:
    """Load files as the arguments of `load` say."""
    pseudonyms = read_pseudonyms(arguments.environ, arguments.key)
    with TemporaryDirectory() as folder:
        request = LoadRequest(
            sources_of(arguments, paths, pseudonyms, Path(folder)),
            today=today(),
            clinic=arguments.clinic,
            as_of=arguments.as_of,
            most_rejected=arguments.max_rejected,
            most_vanished=arguments.max_vanished,
            check_only=arguments.check,
            pseudonyms=pseudonyms,
            repairs_dates="excel-dates" in arguments.repair,
        )
        url = deployment.database_url
        if arguments.check and not store_exists(url):
            url = f"sqlite:///{Path(folder) / 'check.db'}"
        engine = open_store(url) if arguments.check and store_exists(url) else create_or_upgrade(url)
        with using(engine), terminal.progress() as progress:
            report = load(engine, request, progress)
    return report


def replay(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Offer the refused lines of a load again; rows that came some other way since are left as they are."""
    pseudonyms = read_pseudonyms(arguments.environ, arguments.key)
    with using(open_store(deployment.database_url)) as engine:
        sources = sources_of(arguments, arguments.paths or [Path()], pseudonyms)
        with reading(engine) as connection:
            refused = refused_rows(connection, arguments.clinic, arguments.load)
        request = LoadRequest(
            replay_sources(refused, sources),
            today=today(),
            clinic=arguments.clinic,
            as_of=arguments.as_of,
            most_rejected=1.0,
            replay_of=arguments.load,
            pseudonyms=pseudonyms,
            repairs_dates="excel-dates" in arguments.repair,
        )
        with terminal.progress() as progress:
            report = load(engine, request, progress)
    return _show(arguments, terminal, report)


def _show(arguments: argparse.Namespace, terminal: Terminal, report: LoadReport) -> int:
    if arguments.json:
        terminal.load_json(report)
    else:
        terminal.load_report(report)
    return report.exit_code


def sources_of(
    arguments: argparse.Namespace,
    paths: Sequence[Path],
    pseudonyms: Pseudonyms | None,
    scratch: Path | None = None,
) -> Sources:
    """The files to read, through the mapping or preset of the arguments."""
    pseudonym = pseudonyms.pseudonymise if pseudonyms else None
    if not (arguments.mapping or arguments.preset):
        return find_sources(paths, scratch, pseudonym=pseudonym)
    from etl.mapping_file import read_mapping, read_preset  # pydantic loads only when used

    mapping = read_mapping(arguments.mapping) if arguments.mapping else read_preset(arguments.preset)
    return find_sources(paths, scratch, mapping=mapping, pseudonym=pseudonym)
