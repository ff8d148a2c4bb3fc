"""`summary`: one question, answered in the terminal or as JSON."""

from __future__ import annotations

import argparse

from dashboard.commands.arguments import Commands, add_audience, add_conditions, day, days
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal
from etl.errors import UsageError
from sql.cohort import GROUPING_FIELDS, Cohort, Scope
from sql.engine import using
from sql.scale_courses import prepared
from sql.store import open_store


def add_summary(commands: Commands) -> None:
    """Declare the arguments of `summary`."""
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
    add_conditions(parser)
    parser.add_argument("--from", dest="start", type=day, metavar="DATE", help="first visit on or after")
    parser.add_argument("--to", dest="end", type=day, metavar="DATE", help="first visit on or before")
    parser.add_argument(
        "--days", type=days, default=(56, 84, 182), metavar="LIST", help="days to report (default 56,84,182)"
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
    add_audience(parser)
    parser.add_argument("--json", action="store_true", help="the summary as JSON, see docs/summary-json.md")
    parser.set_defaults(run=summary)


def summary(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Answer one question, as the owner of the record or for sharing."""
    from dashboard.question import NotAllowed, ask
    from dashboard.sections.catalogue import documents, section_names
    from dashboard.summary import outcome_summary
    from dashboard.summary_json import as_json

    cohort = _cohort(arguments)
    if arguments.stratify and arguments.by in (None, arguments.stratify):
        raise UsageError("--stratify needs groups to test: --by with another field")
    try:
        names = section_names(arguments.sections) if arguments.json else ()
    except ValueError as error:
        raise UsageError(str(error)) from None
    try:
        with using(open_store(deployment.database_url)) as engine, prepared(engine) as connection:
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


def _cohort(arguments: argparse.Namespace) -> Cohort:
    return Cohort(
        clinics=tuple(arguments.clinic),
        sites=tuple(arguments.site),
        therapists=tuple(arguments.therapist),
        conditions=tuple(arguments.condition),
        first_visit_from=arguments.start,
        first_visit_to=arguments.end,
        goals=() if arguments.all_goals or arguments.by == "goal" else ("running",),
        all_episodes=arguments.all_episodes,
    )
