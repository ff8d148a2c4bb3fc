"""The command line, `return-to-run`: parse, run one of the commands, turn its errors into an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import NoReturn

from dashboard.commands.arguments import Parser
from dashboard.commands.dashboard import add_dashboard
from dashboard.commands.demo import add_demo, add_sample
from dashboard.commands.ledger import add_loads, add_rejects, add_rollback
from dashboard.commands.load import add_load, add_replay
from dashboard.commands.mapping import add_form_kit, add_preset, add_suggest
from dashboard.commands.report import add_report, add_statement
from dashboard.commands.setting import add_setting
from dashboard.commands.summary import add_summary
from dashboard.deployment import DeploymentError, read_deployment
from dashboard.terminal import Terminal
from etl.errors import LoadError
from sql.engine import StoreError

USAGE, DATABASE = 2, 5


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and return its exit code.

    0 done, 1 loaded with rejects, 2 usage, 3 nothing loaded, 4 identifiers found, 5 database.
    """
    terminal = Terminal()
    try:
        deployment = read_deployment(environ)
        arguments = build_parser().parse_args(argv)
        arguments.environ = environ
        code = int(arguments.run(arguments, deployment, terminal))
        sys.stdout.flush()
        return code
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
    except OSError as error:  # a full disk, a folder that cannot be made, a reader that went away
        _write_no_more()
        terminal.error(
            f"Something could not be written or read ({error.strerror}). Check the place and its free space. "
            "What was loaded stands in: return-to-run loads"
        )
        return USAGE
    except KeyboardInterrupt:
        terminal.error("Stopped. Nothing was half-written.")
        return 130


def _write_no_more() -> None:
    """What still waits to be written would fail once more at the very end, with an exit code of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def command() -> NoReturn:
    """Entry point of the installed command."""
    sys.exit(main(sys.argv[1:], os.environ))


@cache
def build_parser() -> argparse.ArgumentParser:
    """Every subcommand with its options; docs/cli.md is made from it."""
    from importlib.metadata import version

    parser = Parser(
        prog="return-to-run",
        description="Outcome tracking for clinics that treat running knee pain.",
        epilog="The store is named by RETURN_TO_RUN_DATABASE_URL (default sqlite:///return-to-run.db).",
    )
    parser.add_argument("--version", action="version", version=f"return-to-run {version('return-to-run')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    add_demo(commands)
    add_sample(commands)
    add_load(commands)
    add_loads(commands)
    add_rejects(commands)
    add_replay(commands)
    add_rollback(commands)
    add_suggest(commands)
    add_preset(commands)
    add_form_kit(commands)
    add_summary(commands)
    add_report(commands)
    add_statement(commands)
    add_setting(commands)
    add_dashboard(commands)
    return parser
