"""`load --inbox`: load what lies in a folder and move it aside, for a scheduler."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.deployment import Deployment
from dashboard.terminal import Terminal, load_document
from etl.errors import LoadError, UsageError
from etl.inbox import DONE, FAILED, alone, move_aside, stamp, waiting_files
from etl.load import LoadReport
from etl.readers import MANIFEST
from sql.engine import StoreError

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
