"""The one-page outcome statement: for a website, an insurer or a referring doctor.

It describes those who came and compares with nobody. It is made for readers who do not hold the record, so its
figures are the shared ones; whether it may be made at all is judged on the exact ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

from sqlalchemy import Connection

from dashboard.group_summary import GroupSummary
from dashboard.names import group_phrase
from dashboard.question import NotAllowed, ask
from dashboard.report.brand import Brand, brand
from dashboard.report.chapters.cells import count, share
from dashboard.report.chapters.headline import estimate_cells, period_words
from dashboard.report.content import Cell, Chapter, Column, Cover, Document, Paragraph, Table
from dashboard.report.month import Month, last_full_month, window
from dashboard.sections.retention import EVERYBODY
from dashboard.sections.visits import VisitsResult, visits_section
from dashboard.stats.disclosure import MIN_CURVE
from dashboard.summary import OutcomeSummary, outcome_summary
from dashboard.wording import audience_words, interval_words, long_date, percent, time_words
from sql.cohort import Cohort, Scope

DAY = 84
LATER_DAY = 182
FEWEST = 30
LEAST_KNOWN = 0.6
VALID_MONTHS = 12


class Refused(NotAllowed):
    """The statement would say more than the data carry; the message says what is missing."""


@dataclass(frozen=True)
class StatementRequest:
    """Whom it is about. `month` is the last month of first visits; None is the last one that is old enough."""

    condition: str = "pfps"
    month: Month | None = None
    clinics: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What it says: the shared summary of one group, and until when it may be used."""

    request: StatementRequest
    month: Month
    brand: Brand
    program_version: str
    summary: OutcomeSummary
    group: GroupSummary
    valid_until: date
    visits: VisitsResult
    clinics: tuple[str, ...]


def last_mature_month(as_of: date) -> Month:
    """The last month whose first visits lie so far back that all could have been followed for 12 weeks."""
    return last_full_month(as_of - timedelta(days=DAY))


def statement(connection: Connection, scope: Scope, request: StatementRequest, *, today: date) -> Statement:
    """Gather a statement.

    Raises
    ------
    Refused
        if there are too few people, too few of them are known at 12 weeks, or the data are too old or young.
    NotAllowed
        if the reader may not ask it.
    """
    known = ask(connection, scope, Cohort(clinics=request.clinics))
    month = request.month or last_mature_month(known.as_of)
    valid_until = _months_later(known.as_of)
    _check_dates(month, known.as_of, valid_until, today)
    first, last = window(month)
    cohort = Cohort(
        clinics=request.clinics,
        sites=request.sites,
        conditions=(request.condition,),
        first_visit_from=first,
        first_visit_to=last,
    )
    exact = outcome_summary(connection, Scope("clinic", scope.clinics, scope.sites), cohort)
    _check_people(exact.everybody)
    sharing = Scope("sharing", scope.clinics, scope.sites, scope.own)
    shared = outcome_summary(connection, sharing, cohort)
    if shared.everybody.back_by_day(DAY).value is None:
        raise Refused("The share back running may not be shared: it would tell of few people.")
    return Statement(
        request, month, brand(connection, known.clinics), version("return-to-run"), shared, shared.everybody,
        valid_until, visits_section(connection, ask(connection, sharing, cohort)), known.clinics,
    )  # fmt: skip


def _check_dates(month: Month, as_of: date, valid_until: date, today: date) -> None:
    if today > valid_until:
        raise Refused(
            f"The data end on {long_date(as_of)}, more than {VALID_MONTHS} months ago: a statement from them "
            "would have expired. Load newer data."
        )
    ready = month.last + timedelta(days=DAY)
    if ready > as_of:
        raise Refused(
            f"First visits of {month.words} can be followed for 12 weeks only from {long_date(ready)} on; the "
            f"data end on {long_date(as_of)}. Choose {last_mature_month(as_of)} or earlier, or load newer data."
        )


def _check_people(group: GroupSummary) -> None:
    started, fewest = group.episodes or 0, max(FEWEST, MIN_CURVE)
    if started < fewest:
        raise Refused(
            f"{started} runners started; a statement needs at least {FEWEST}, and {fewest} for a share that may "
            f"be shared. Missing: {fewest - started}. Choose a later month or wait."
        )
    known = group.back_by_day(DAY).known or 0.0
    if known < LEAST_KNOWN:
        missing = -(-int(1e9 * (LEAST_KNOWN - known) * started) // 10**9)
        raise Refused(
            f"It is known of {percent(known)} of the runners whether they were back at 12 weeks; a statement "
            f"needs {percent(LEAST_KNOWN)}. Missing: an answer of about {missing} more. Ask those on the list of "
            "people to ask, and load again."
        )


def _months_later(day: date) -> date:
    month = Month.of(day).shifted(VALID_MONTHS)
    return min(month.last, month.first + timedelta(days=day.day - 1))


def statement_document(made: Statement) -> Document:
    """The statement as a document of one page."""
    summary = made.summary
    who = f"runners {group_phrase(made.request.condition)}".strip()
    sites = f" · {', '.join(f'site {code}' for code in made.request.sites)}" if made.request.sites else ""
    cover = Cover(
        title="Outcome statement",
        clinic=f"{made.brand.name}{sites}",
        period=f"First visits {period_words(summary)}",
        audience=audience_words(summary),
        sample=summary.facts.sample,
        data_words=f"Data as of {long_date(summary.as_of)}. Valid until {long_date(made.valid_until)}.",
        footer=(
            f"data as of {long_date(summary.as_of)} · valid until {long_date(made.valid_until)} · Return to "
            f"Run {made.program_version}"
        ),
        accent=made.brand.accent,
        logo=made.brand.logo,
    )
    blocks = (
        Paragraph(_result_words(made, who), "finding"),
        _figures(made),
        Paragraph(f"**What is counted.** The first run that counts: {summary.definition}."),
        Paragraph(
            f"**Who is counted.** All {who} whose goal was running, with a first visit in these twelve months: "
            "of each the first course of care. Everybody who came is in, however long they stayed; people with "
            "a sign of something more serious and people who were already running are not."
        ),
        Paragraph(
            "**How it is estimated.** From the first visit, as cumulative incidence with a 95 % interval "
            "(Aalen and Johansen 1978). Who was last heard of in week 5 counts as not back until then, and is "
            "neither a success nor a failure after it. Who gave up running, had surgery or another injury stays "
            "in the number."
        ),
        Paragraph(
            "**What it does not say.** It describes those who came to this clinic. It does not say what brought "
            "them back, nor what another person can expect, and it cannot be set beside another clinic's figure: "
            "people and definitions differ. Counts are rounded so that no single person stands out."
        ),
        Paragraph(
            "**Sources.** The clinic's own records, as of the day above. Method: Aalen and Johansen 1978, Scand J Stat "
            "5:141–150. Made with Return to Run, whose definitions and program are open."
        ),
    )
    return Document(cover, summary.as_of, (Chapter("statement", f"Back to running: {who}", blocks),))


def _result_words(made: Statement, who: str) -> str:
    summary, group = made.summary, made.group
    known = group.back_by_day(DAY).known
    assert known is not None  # noqa: S101 - a statement without it is refused
    text = f"Of about {group.episodes} {who} who came, {_estimate(summary, group, DAY)} were back by week 12"
    if isinstance(estimate_cells(summary, group, LATER_DAY)[0], float):
        text += f" and {_estimate(summary, group, LATER_DAY)} by month 6"
    return f"{text}. For {percent(known)} it is known whether they were back at week 12."


def _estimate(summary: OutcomeSummary, group: GroupSummary, day: int) -> str:
    value, low, high = estimate_cells(summary, group, day)
    if not isinstance(value, float):
        return "not shown"
    limits = interval_words(low, high) if isinstance(low, float) and isinstance(high, float) else ""
    return f"an estimated **{percent(value)}** {limits}".strip()


def _figures(made: Statement) -> Table:
    summary, group = made.summary, made.group
    columns = (
        Column("measure", "measure", "text", "what is counted"),
        Column("value", "figure", "share", "the figure"),
        Column("low", "low", "share", "lower 95 % limit", "value"),
        Column("high", "high", "share", "upper 95 % limit", "value"),
    )
    started = count(group.episodes, summary.k)
    known = share(group.back_by_day(DAY).known, shared=True)
    rows: list[tuple[Cell, ...]] = [
        ("people who started", f"{started:,}" if isinstance(started, int) else started, None, None),
        ("of whom it is known at week 12", known, None, None),
    ]
    rows += [
        (f"back running by {time_words(day)}", *estimate_cells(summary, group, day))
        for day in (DAY, LATER_DAY)
    ]
    half = group.median.value_days
    rows.append(("half were back by", "not reached" if half is None else f"day {half}", None, None))
    rows.append(("visits until then (middle half of people)", _visits(made.visits), None, None))
    return Table("statement", "The figures", columns, tuple(rows), note="In brackets the 95 % interval.")


def _visits(result: VisitsResult) -> str:
    """Median and quartiles of visits until the return, "3 (2–5)"."""
    found = next((item for item in result.to_return if item.group == EVERYBODY), None)
    if not result.recorded or found is None or found.median is None:
        return "not recorded or too few"
    return f"{found.median:g} ({found.lower:g}–{found.upper:g})"
