"""`demo` and `sample`: the sample clinic, loaded and opened, or only its files."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.commands.arguments import Commands, port, today
from dashboard.commands.dashboard import require_loopback, run_dashboard
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal
from etl.load import LoadRequest, load
from etl.sources import find_sources
from sql.engine import reading
from sql.store import create_or_upgrade

DEMO_URL = "sqlite:///return-to-run-demo.db"
SMALL_DEMO_URL = "sqlite:///return-to-run-demo-small.db"


def add_demo(commands: Commands) -> None:
    """Declare the arguments of `demo`."""
    parser = commands.add_parser("demo", help="load the sample clinic and open the dashboard on it")
    parser.add_argument("--port", type=port, help="port of the dashboard (default 8501)")
    parser.add_argument("--small", action="store_true", help="the small sample clinic instead of the big one")
    parser.add_argument("--load-only", action="store_true", help="load the sample clinic, open nothing")
    parser.set_defaults(run=demo)


def add_sample(commands: Commands) -> None:
    """Declare the arguments of `sample`."""
    parser = commands.add_parser("sample", help="write the sample clinic's input files")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write them to; made if missing")
    parser.add_argument(
        "--small", action="store_true", help="a small clinic: 5 therapists, 14 months, one site"
    )
    parser.set_defaults(run=sample)


def demo(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """The sample clinic, through the real loader, into its own store; then the dashboard."""
    from etl.sample import write_sample
    from sql.queries.store_facts import store_version

    require_loopback(deployment.address)
    url = SMALL_DEMO_URL if arguments.small else DEMO_URL
    engine = create_or_upgrade(url)
    with reading(engine) as connection:
        loaded = store_version(connection) > 0
    if not loaded:
        terminal.say("Loading the sample clinic (invented people) …")
        with TemporaryDirectory() as folder:
            write_sample(Path(folder), small=arguments.small)
            with terminal.progress() as progress:
                report = load(engine, LoadRequest(find_sources([Path(folder)]), today=today()), progress)
        terminal.load_report(report)
        terminal.say("A few rows are wrong on purpose: this is how refused rows are reported.")
        if report.status != "loaded":
            return report.exit_code
    engine.dispose()
    if arguments.load_only:
        return 0
    port = arguments.port or deployment.port
    return run_dashboard(Deployment(url, deployment.address, port), terminal)


def sample(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Write the sample clinic's input files."""
    from etl.sample import write_sample

    write_sample(arguments.folder, small=arguments.small)
    terminal.say(f"Written. Load them with: return-to-run load {arguments.folder}")
    return 0
