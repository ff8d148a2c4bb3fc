"""What the subcommands' arguments share: the parser, the types of values, the options that several have."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeAlias

from etl.errors import UsageError
from etl.load import DEFAULT_CLINIC
from etl.parse import KEY_PATTERN
from sql.cohort import GROUPING_FIELDS


class Parser(argparse.ArgumentParser):
    """Raises instead of leaving the program, so that `main` always returns an exit code."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where help is."""
        raise UsageError(f"{message}. See: {self.prog} --help")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def add_clinic(parser: argparse.ArgumentParser) -> None:
    """`--clinic`, one."""
    parser.add_argument(
        "--clinic", type=code, default=DEFAULT_CLINIC, metavar="CODE", help="clinic (default main)"
    )


def add_mapping(parser: argparse.ArgumentParser) -> None:
    """`--mapping` or `--preset`."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="mapping file that says how to read another system's export",
    )
    ways.add_argument("--preset", metavar="NAME", help="a mapping that comes with the program, see preset")


def add_key(parser: argparse.ArgumentParser) -> None:
    """`--key`."""
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="file with the key under which a mapping replaces ids by codes (default: RETURN_TO_RUN_KEY_FILE)",
    )


def add_repair(parser: argparse.ArgumentParser) -> None:
    """`--repair`."""
    parser.add_argument(
        "--repair",
        choices=("excel-dates",),
        action="append",
        default=[],
        help="turn scores like 7/10 back that a spreadsheet took for dates, and count them",
    )


def add_month(parser: argparse.ArgumentParser, meaning: str) -> None:
    """`--month`, with what it means here."""
    parser.add_argument("--month", type=month, metavar="YYYY-MM", help=meaning)


def add_part(parser: argparse.ArgumentParser) -> None:
    """`--clinic` and `--site`, each as often as wanted."""
    for name in ("clinic", "site"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="CODE", help="only this one; may be repeated"
        )


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """`--condition`, as often as wanted."""
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        choices=GROUPING_FIELDS["condition"],
        help="only this one; may be repeated",
    )


def add_audience(parser: argparse.ArgumentParser) -> None:
    """`--for`."""
    parser.add_argument(
        "--for",
        dest="audience",
        choices=("clinic", "sharing"),
        default="clinic",
        help="exact, or coarse enough to share",
    )


def add_out(parser: argparse.ArgumentParser) -> None:
    """`--out` and `--force`."""
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="folder to write to; made if missing"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace an older file of the same name (without it the new one gets a number)",
    )


def today() -> date:
    """The user's own calendar day."""
    return date.today()  # noqa: DTZ011 - the user's own calendar day is meant


def day(text: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date is written YYYY-MM-DD") from None


def share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share is a number from 0 to 1")
    return share


def days(text: str) -> tuple[int, ...]:
    """Days with commas between, sorted."""
    days = text.split(",")
    if not all(day.isascii() and day.isdigit() and 1 <= int(day) <= 3660 for day in days):
        raise argparse.ArgumentTypeError("days are whole numbers with commas between, like 56,84,182")
    return tuple(sorted({int(day) for day in days}))


def month(text: str) -> object:
    """A month of the report."""
    from dashboard.report.month import Month

    try:
        return Month.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def formats(text: str) -> tuple[str, ...]:
    """Formats of the report, in a fixed order."""
    known = ("pdf", "xlsx", "csv", "json")
    if not set(text.split(",")) <= set(known):
        raise argparse.ArgumentTypeError(f"formats are {', '.join(known)}, with commas between")
    return tuple(name for name in known if name in text.split(","))


def code(text: str) -> str:
    """A clinic's code."""
    if not KEY_PATTERN.fullmatch(text):
        raise argparse.ArgumentTypeError("a code is up to 64 letters, digits and _ . : -")
    return text


def number(text: str) -> int:
    """The number of a load."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) < 2**31):
        raise argparse.ArgumentTypeError("the number of a load is 1, 2, 3 …")
    return int(text)


def port(text: str) -> int:
    """A port."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)
