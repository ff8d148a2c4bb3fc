"""The command line, `return-to-run`: one function per subcommand, each read like a recipe."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from dashboard.deployment import NO_SIGN_IN, Deployment, DeploymentError, is_loopback, read_deployment
from dashboard.terminal import Terminal
from etl.errors import LoadError, UsageError
from etl.load import DEFAULT_CLINIC, MOST_REJECTED, LoadReport, LoadRequest, load
from etl.parse import KEY_PATTERN
from etl.pseudonym import Pseudonyms, read_pseudonyms
from etl.snapshot import MOST_VANISHED
from etl.sources import Sources, find_sources
from sql.cohort import GROUPING_FIELDS, Cohort, Scope
from sql.engine import StoreError, reading, store_exists, using, writing
from sql.store import create_or_upgrade, open_store

USAGE, DATABASE = 2, 5
DEMO_URL = "sqlite:///return-to-run-demo.db"
SMALL_DEMO_URL = "sqlite:///return-to-run-demo-small.db"


class _Parser(argparse.ArgumentParser):
    """Raises instead of leaving the program, so that `main` always returns an exit code."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. See: {self.prog} --help")


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and return its exit code.

    0 done, 1 loaded with rejects, 2 usage, 3 nothing loaded, 4 identifiers found, 5 database.
    """
    terminal = Terminal()
    try:
        deployment = read_deployment(environ)
        arguments = build_parser().parse_args(argv)
        arguments.environ = environ
        return int(arguments.run(arguments, deployment, terminal))
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    except DeploymentError as error:
        terminal.error(str(error))
        return USAGE
    except LoadError as error:
        terminal.error(str(error))
        return error.exit_code
    except StoreError as error:
        terminal.error(str(error))
        return DATABASE
    except KeyboardInterrupt:
        terminal.error("Stopped. Nothing was half-written.")
        return 130


def command() -> NoReturn:
    """Entry point of the installed command."""
    sys.exit(main(sys.argv[1:], os.environ))


def build_parser() -> argparse.ArgumentParser:
    """Every subcommand with its options; docs/cli.md is made from it."""
    from importlib.metadata import version

    parser = _Parser(
        prog="return-to-run",
        description="Outcome tracking for clinics that treat running knee pain.",
        epilog="The store is named by RETURN_TO_RUN_DATABASE_URL (default sqlite:///return-to-run.db).",
    )
    parser.add_argument("--version", action="version", version=f"return-to-run {version('return-to-run')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    _add_demo(commands)
    _add_sample(commands)
    _add_load(commands)
    _add_loads(commands)
    _add_rejects(commands)
    _add_replay(commands)
    _add_rollback(commands)
    _add_suggest(commands)
    _add_preset(commands)
    _add_form_kit(commands)
    _add_summary(commands)
    _add_report(commands)
    _add_statement(commands)
    _add_setting(commands)
    _add_dashboard(commands)
    return parser


def _add_demo(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("demo", help="load the sample clinic and open the dashboard on it")
    parser.add_argument("--port", type=_port, help="port of the dashboard (default 8501)")
    parser.add_argument("--small", action="store_true", help="the small sample clinic instead of the big one")
    parser.add_argument("--load-only", action="store_true", help="load the sample clinic, open nothing")
    parser.set_defaults(run=demo)


def _add_sample(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("sample", help="write the sample clinic's input files")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write them to; made if missing")
    parser.add_argument(
        "--small", action="store_true", help="a small clinic: 5 therapists, 14 months, one site"
    )
    parser.set_defaults(run=sample)


def _add_load(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("load", help="load a clinic's files, all or nothing")
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="folders or files")
    parser.add_argument(
        "--inbox",
        type=Path,
        metavar="DIR",
        help="load what lies in this folder and move it to its folders done or failed; for a scheduler",
    )
    _add_clinic(parser)
    parser.add_argument(
        "--as-of", type=_day, metavar="DATE", help="day the data describe (default: manifest, else today)"
    )
    parser.add_argument(
        "--max-rejected",
        type=_share,
        default=MOST_REJECTED,
        metavar="SHARE",
        help="largest share of refused rows with which the rest is loaded (default 0.05)",
    )
    parser.add_argument(
        "--max-vanished",
        type=_share,
        default=MOST_VANISHED,
        metavar="SHARE",
        help="largest share of a table's rows that a snapshot may delete (default 0.1)",
    )
    _add_mapping(parser)
    _add_key(parser)
    _add_repair(parser)
    parser.add_argument("--check", action="store_true", help="report everything, write nothing")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.set_defaults(run=load_files)


def _add_clinic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clinic", type=_code, default=DEFAULT_CLINIC, metavar="CODE", help="clinic (default main)"
    )


def _add_mapping(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="mapping file that says how to read another system's export",
    )
    ways.add_argument("--preset", metavar="NAME", help="a mapping that comes with the program, see preset")


def _add_repair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repair",
        choices=("excel-dates",),
        action="append",
        default=[],
        help="turn scores like 7/10 back that a spreadsheet took for dates, and count them",
    )


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="file with the key under which a mapping replaces ids by codes (default: RETURN_TO_RUN_KEY_FILE)",
    )


def _add_loads(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("loads", help="list a clinic's loads, newest first")
    _add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="the list as JSON, with every file")
    parser.set_defaults(run=loads)


def _add_rejects(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("rejects", help="list refused rows: where and why, never what")
    parser.add_argument(
        "--load", type=_number, metavar="N", help="of this load (default: all that are still open)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them to a CSV file")
    _add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    parser.set_defaults(run=rejects)


def _add_replay(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "replay", help="read a load's files again and offer only the rows refused then"
    )
    parser.add_argument("load", type=_number, metavar="N", help="number of the load")
    parser.add_argument(
        "paths",
        type=Path,
        nargs="*",
        metavar="PATH",
        help="where its files are (default: the current folder)",
    )
    _add_clinic(parser)
    parser.add_argument(
        "--as-of", type=_day, metavar="DATE", help="day the data describe (default: that of the load)"
    )
    _add_mapping(parser)
    _add_key(parser)
    _add_repair(parser)
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.set_defaults(run=replay)


def _add_rollback(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("rollback", help="take the clinic's newest load back, exactly")
    parser.add_argument("load", type=_number, metavar="N", help="number of the load, see loads")
    _add_clinic(parser)
    parser.add_argument("--json", action="store_true", help="what was done as JSON")
    parser.set_defaults(run=rollback)


def _add_suggest(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "suggest", help="draft a mapping from a file's headers and the shapes of its values"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="one export of another system")
    parser.add_argument(
        "--table",
        choices=("episodes", "running", "scores", "visits", "assessments", "appointments"),
        help="what a row of it is (default: what fits the headers best)",
    )
    parser.set_defaults(run=suggest)


def _add_preset(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "preset", help="show the mappings that come with the program, or one of them"
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the one to show; save it with > my.toml to change it"
    )
    parser.set_defaults(run=preset)


def _add_form_kit(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "form-kit", help="write the questions for patients, for Google Forms, Microsoft Forms and paper"
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write to; made if missing")
    parser.add_argument("--codes", type=Path, metavar="FILE", help="the patients' codes, one a line")
    parser.add_argument(
        "--link", metavar="URL", help="the form's pre-filled link, with CODE where the code goes"
    )
    parser.set_defaults(run=form_kit)


def _add_summary(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("summary", help="recovery, with its benchmarks, as a table or JSON")
    parser.add_argument(
        "--by", choices=list(GROUPING_FIELDS), metavar="FIELD", help=", ".join(GROUPING_FIELDS)
    )
    parser.add_argument(
        "--stratify",
        choices=list(GROUPING_FIELDS),
        metavar="FIELD",
        help="test the groups of --by within the values of this field",
    )
    for name in ("clinic", "site", "therapist"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="CODE", help="only this one; may be repeated"
        )
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        choices=GROUPING_FIELDS["condition"],
        help="only this one; may be repeated",
    )
    parser.add_argument("--from", dest="start", type=_day, metavar="DATE", help="first visit on or after")
    parser.add_argument("--to", dest="end", type=_day, metavar="DATE", help="first visit on or before")
    parser.add_argument(
        "--days", type=_days, default=(56, 84, 182), metavar="LIST", help="days to report (default 56,84,182)"
    )
    parser.add_argument(
        "--sections",
        metavar="LIST",
        help="with --json: only these sections, like pain,trend, or none (default all)",
    )
    parser.add_argument("--all-goals", action="store_true", help="every goal, not only running")
    parser.add_argument(
        "--all-episodes",
        action="store_true",
        help="also people's later episodes (intervals are then too narrow)",
    )
    parser.add_argument(
        "--for",
        dest="audience",
        choices=("clinic", "sharing"),
        default="clinic",
        help="exact, or coarse enough to share",
    )
    parser.add_argument("--json", action="store_true", help="the summary as JSON, see docs/summary-json.md")
    parser.set_defaults(run=summary)


def _add_report(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("report", help="write the monthly report as PDF, workbook, CSV and JSON")
    _add_month(parser, "month of the report (default: the last full month of the data)")
    parser.add_argument(
        "--for",
        dest="audience",
        choices=("clinic", "sharing"),
        default="clinic",
        help="exact, or coarse enough to share",
    )
    _add_part(parser)
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        choices=GROUPING_FIELDS["condition"],
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--compare",
        choices=("previous", "year"),
        default="previous",
        help="beside the month before, or the same month a year before (default previous)",
    )
    parser.add_argument(
        "--format",
        type=_formats,
        default=("pdf", "xlsx"),
        metavar="LIST",
        help="pdf, xlsx, csv, json with commas between (default pdf,xlsx)",
    )
    _add_out(parser)
    parser.add_argument(
        "--if-new", action="store_true", help="write nothing if it was made from the same data before"
    )
    parser.set_defaults(run=report)


def _add_statement(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "statement", help="write the one-page outcome statement, for a website or an insurer"
    )
    _add_month(parser, "last month of first visits (default: the last one followed for 12 weeks)")
    _add_part(parser)
    parser.add_argument(
        "--condition",
        default="pfps",
        choices=GROUPING_FIELDS["condition"],
        help="whom it is about (default pfps)",
    )
    _add_out(parser)
    parser.set_defaults(run=statement)


def _add_month(parser: argparse.ArgumentParser, meaning: str) -> None:
    parser.add_argument("--month", type=_month, metavar="YYYY-MM", help=meaning)


def _add_part(parser: argparse.ArgumentParser) -> None:
    for name in ("clinic", "site"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="CODE", help="only this one; may be repeated"
        )


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="folder to write to; made if missing"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace an older file of the same name (without it the new one gets a number)",
    )


def _add_setting(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("setting", help="show or change what the clinic decides")
    parser.add_argument("name", nargs="?", help="name of the setting; all are shown without one")
    parser.add_argument("value", nargs="?", help="its new value")
    parser.add_argument(
        "--from", dest="start", type=_day, metavar="DATE", help="day from which it holds (default today)"
    )
    parser.add_argument(
        "--clinic", type=_code, default=DEFAULT_CLINIC, metavar="CODE", help="clinic (default main)"
    )
    parser.set_defaults(run=setting)


def _add_dashboard(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("dashboard", help="open the dashboard")
    parser.add_argument("--port", type=_port, help="port (default 8501)")
    parser.add_argument(
        "--address", help="address to listen on (default 127.0.0.1, the only one without sign-in)"
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="start without a store; the page Import makes it with the first load",
    )
    parser.set_defaults(run=dashboard)


def demo(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """The sample clinic, through the real loader, into its own store; then the dashboard."""
    from etl.sample import write_sample
    from sql.queries.store_facts import store_version

    _require_loopback(deployment.address)
    url = SMALL_DEMO_URL if arguments.small else DEMO_URL
    engine = create_or_upgrade(url)
    with reading(engine) as connection:
        loaded = store_version(connection) > 0
    if not loaded:
        terminal.say("Loading the sample clinic (invented people) …")
        with TemporaryDirectory() as folder:
            write_sample(Path(folder), small=arguments.small)
            with terminal.progress() as progress:
                report = load(engine, LoadRequest(find_sources([Path(folder)]), today=_today()), progress)
        terminal.load_report(report)
        terminal.say("A few rows are wrong on purpose: this is how refused rows are reported.")
        if report.status != "loaded":
            return report.exit_code
    engine.dispose()
    if arguments.load_only:
        return 0
    port = arguments.port or deployment.port
    return _run_dashboard(Deployment(url, deployment.address, port), terminal)


def sample(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Write the sample clinic's input files."""
    from etl.sample import write_sample

    write_sample(arguments.folder, small=arguments.small)
    terminal.say(f"Written. Load them with: return-to-run load {arguments.folder}")
    return 0


def load_files(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Load, or with --check do everything but keep it."""
    from dashboard.ledger_commands import load_inbox

    if (arguments.inbox is None) == (not arguments.paths):
        raise UsageError("Say what to load: PATH, or --inbox DIR. See: return-to-run load --help")
    if arguments.inbox is not None:
        return load_inbox(arguments, deployment, terminal, load_paths)
    report = load_paths(arguments, deployment, terminal, arguments.paths)
    if arguments.json:
        terminal.load_json(report)
    else:
        terminal.load_report(report)
    return report.exit_code


def load_paths(
    arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal, paths: Sequence[Path]
) -> LoadReport:
    """Load files as the arguments of `load` say."""
    pseudonyms = read_pseudonyms(arguments.environ, arguments.key)
    with TemporaryDirectory() as folder:
        request = LoadRequest(
            sources_of(arguments, paths, pseudonyms, Path(folder)),
            today=_today(),
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


def loads(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """What was loaded, when, and what became of it."""
    from dashboard.ledger_commands import show_loads

    return show_loads(arguments, deployment, terminal)


def rejects(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Refused rows as a table, JSON or CSV."""
    from dashboard.ledger_commands import show_rejects

    return show_rejects(arguments, deployment, terminal)


def replay(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Offer the refused rows of a load again."""
    from dashboard.ledger_commands import replay_load

    pseudonyms = read_pseudonyms(arguments.environ, arguments.key)
    sources = sources_of(arguments, arguments.paths or [Path()], pseudonyms)
    return replay_load(arguments, deployment, terminal, sources, pseudonyms, today=_today())


def rollback(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Take the newest load back."""
    from dashboard.ledger_commands import roll_load_back

    return roll_load_back(arguments, deployment, terminal)


def suggest(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Draft a mapping; no value of the file is in it."""
    from etl.suggest import suggest_mapping

    with TemporaryDirectory() as folder:
        terminal.write(suggest_mapping(arguments.file, Path(folder), arguments.table).rstrip())
    return 0


def preset(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """List the presets, or print one."""
    from etl.mapping_file import preset_names, preset_text

    terminal.write(preset_text(arguments.name).rstrip() if arguments.name else "\n".join(preset_names()))
    return 0


def form_kit(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Write the form kit."""
    from etl.form_kit import write_form_kit

    written = write_form_kit(arguments.folder, link=arguments.link, codes=arguments.codes)
    terminal.say(f"Written to {arguments.folder}: {', '.join(path.name for path in written)}.")
    return 0


def summary(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Answer one question, as the owner of the record or for sharing."""
    from dashboard.question import NotAllowed, ask
    from dashboard.sections.catalogue import documents, section_names
    from dashboard.summary import outcome_summary
    from dashboard.summary_json import as_json

    cohort = Cohort(
        clinics=tuple(arguments.clinic),
        sites=tuple(arguments.site),
        therapists=tuple(arguments.therapist),
        conditions=tuple(arguments.condition),
        first_visit_from=arguments.start,
        first_visit_to=arguments.end,
        goals=() if arguments.all_goals or arguments.by == "goal" else ("running",),
        all_episodes=arguments.all_episodes,
    )
    if arguments.stratify and arguments.by in (None, arguments.stratify):
        raise UsageError("--stratify needs groups to test: --by with another field")
    try:
        names = section_names(arguments.sections) if arguments.json else ()
    except ValueError as error:
        raise UsageError(str(error)) from None
    try:
        with using(open_store(deployment.database_url)) as engine, reading(engine) as connection:
            scope = Scope(arguments.audience)
            result = outcome_summary(
                connection,
                scope,
                cohort,
                by=arguments.by,
                stratify=arguments.stratify,
                days=arguments.days,
            )
            sections = documents(connection, ask(connection, scope, cohort), names) if names else {}
    except NotAllowed as error:
        raise UsageError(str(error)) from None
    if arguments.json:
        terminal.write(as_json(result, sections))
    else:
        terminal.summary(result)
    return 0


def report(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Write the monthly report."""
    from dashboard.report_commands import make_report

    return make_report(arguments, deployment, terminal)


def statement(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Write the one-page outcome statement."""
    from dashboard.report_commands import make_statement

    return make_statement(arguments, deployment, terminal, _today())


def setting(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Show the clinic's decisions, or record a new one."""
    from sql.settings import SETTINGS, setting_history, setting_value
    from sql.writes.setting import write_setting

    if arguments.name is not None and arguments.name not in SETTINGS:
        raise UsageError(f"There is no setting {arguments.name!r}; there are {', '.join(SETTINGS)}")
    engine = open_store(deployment.database_url)
    if arguments.value is not None:
        try:
            with writing(engine) as connection:
                start = arguments.start or _today()
                write_setting(
                    connection, arguments.clinic, arguments.name, arguments.value, start, today=_today()
                )
        except ValueError as error:
            raise UsageError(str(error)) from None
    names = [arguments.name] if arguments.name else list(SETTINGS)
    with reading(engine) as connection:
        rows = [
            (
                SETTINGS[name],
                setting_value(connection, arguments.clinic, name),
                setting_history(connection, arguments.clinic, name),
            )
            for name in names
        ]
    terminal.settings(rows)
    return 0


def dashboard(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Open the dashboard on an existing store."""
    address = arguments.address or deployment.address
    _require_loopback(address)
    if not arguments.new or store_exists(deployment.database_url):
        open_store(deployment.database_url).dispose()
    port = arguments.port or deployment.port
    return _run_dashboard(Deployment(deployment.database_url, address, port), terminal)


def _run_dashboard(deployment: Deployment, terminal: Terminal) -> int:
    """Become Streamlit until it is stopped (on Windows: run it), so that no server outlives its command."""
    import subprocess
    from importlib.util import find_spec

    if _port_is_taken(deployment.address, deployment.port):
        raise UsageError(f"Port {deployment.port} is in use. Choose another one with --port.")
    spec = find_spec("streamlit_app")
    assert spec is not None  # noqa: S101 - installed with this package
    assert spec.origin is not None  # noqa: S101
    terminal.say(f"The dashboard is at http://{deployment.address}:{deployment.port} (stop it with Ctrl+C)")
    options = {
        "server.address": deployment.address,
        "server.port": deployment.port,
        "server.headless": "false" if _has_screen() else "true",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command_line = [sys.executable, "-P", "-m", "streamlit", "run", spec.origin, *arguments]
    environment = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": deployment.database_url}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(sys.executable, command_line, environment)  # noqa: S606 - our own interpreter and arguments
    return subprocess.call(command_line, env=environment)  # noqa: S603


def _require_loopback(address: str) -> None:
    if not is_loopback(address):
        raise UsageError(NO_SIGN_IN)


def _has_screen() -> bool:
    """Whether a browser can be opened here."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _port_is_taken(address: str, port: int) -> bool:
    import socket

    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own calendar day is meant


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date is written YYYY-MM-DD") from None


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share is a number from 0 to 1")
    return share


def _days(text: str) -> tuple[int, ...]:
    days = text.split(",")
    if not all(day.isascii() and day.isdigit() and 1 <= int(day) <= 3660 for day in days):
        raise argparse.ArgumentTypeError("days are whole numbers with commas between, like 56,84,182")
    return tuple(sorted({int(day) for day in days}))


def _month(text: str) -> object:
    from dashboard.report.month import Month

    try:
        return Month.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _formats(text: str) -> tuple[str, ...]:
    known = ("pdf", "xlsx", "csv", "json")
    if not set(text.split(",")) <= set(known):
        raise argparse.ArgumentTypeError(f"formats are {', '.join(known)}, with commas between")
    return tuple(name for name in known if name in text.split(","))


def _code(text: str) -> str:
    if not KEY_PATTERN.fullmatch(text):
        raise argparse.ArgumentTypeError("a code is up to 64 letters, digits and _ . : -")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) < 2**31):
        raise argparse.ArgumentTypeError("the number of a load is 1, 2, 3 …")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)
