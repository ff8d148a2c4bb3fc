"""`report` and `statement`: the files for a month, and the page for others."""

from __future__ import annotations

import argparse

from dashboard.commands.arguments import (
    Commands,
    add_audience,
    add_conditions,
    add_month,
    add_out,
    add_part,
    formats,
    today,
)
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal
from sql.cohort import GROUPING_FIELDS


def add_report(commands: Commands) -> None:
    """Declare the arguments of `report`."""
    parser = commands.add_parser("report", help="write the monthly report as PDF, workbook, CSV and JSON")
    add_month(parser, "month of the report (default: the last full month of the data)")
    add_audience(parser)
    add_part(parser)
    add_conditions(parser)
    parser.add_argument(
        "--compare",
        choices=("previous", "year"),
        default="previous",
        help="beside the month before, or the same month a year before (default previous)",
    )
    parser.add_argument(
        "--format",
        type=formats,
        default=("pdf", "xlsx"),
        metavar="LIST",
        help="pdf, xlsx, csv, json with commas between (default pdf,xlsx)",
    )
    add_out(parser)
    parser.add_argument(
        "--if-new", action="store_true", help="write nothing if it was made from the same data before"
    )
    parser.set_defaults(run=report)


def add_statement(commands: Commands) -> None:
    """Declare the arguments of `statement`."""
    parser = commands.add_parser(
        "statement", help="write the one-page outcome statement, for a website or an insurer"
    )
    add_month(parser, "last month of first visits (default: the last one followed for 12 weeks)")
    add_part(parser)
    parser.add_argument(
        "--condition",
        default="pfps",
        choices=GROUPING_FIELDS["condition"],
        help="whom it is about (default pfps)",
    )
    add_out(parser)
    parser.set_defaults(run=statement)


def report(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Write the monthly report."""
    from dashboard.commands.report_making import make_report

    return make_report(arguments, deployment, terminal)


def statement(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Write the one-page outcome statement."""
    from dashboard.commands.report_making import make_statement

    return make_statement(arguments, deployment, terminal, today())
