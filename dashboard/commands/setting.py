"""`setting`: what the clinic decides, and since when."""

from __future__ import annotations

import argparse

from dashboard.commands.arguments import Commands, add_clinic, day, today
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal
from etl.errors import UsageError
from sql.engine import reading, writing
from sql.store import open_store


def add_setting(commands: Commands) -> None:
    """Declare the arguments of `setting`."""
    parser = commands.add_parser("setting", help="show or change what the clinic decides")
    parser.add_argument("name", nargs="?", help="name of the setting; all are shown without one")
    parser.add_argument("value", nargs="?", help="its new value")
    parser.add_argument(
        "--from", dest="start", type=day, metavar="DATE", help="day from which it holds (default today)"
    )
    add_clinic(parser)
    parser.set_defaults(run=setting)


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
                start = arguments.start or today()
                write_setting(
                    connection, arguments.clinic, arguments.name, arguments.value, start, today=today()
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
