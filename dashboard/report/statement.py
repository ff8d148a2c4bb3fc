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
from dashboard.question import NotAllowed, ask
from dashboard.report.brand import Brand, brand
from dashboard.report.month import Month, last_full_month, window
from dashboard.sections.visits import VisitsResult, visits_section
from dashboard.stats.disclosure import MIN_CURVE
from dashboard.stats.survival import sentence_interval
from dashboard.summary import OutcomeSummary, outcome_summary
from dashboard.wording import long_date, percent
from sql.cohort import Cohort, Scope

DAY = 84
LATER_DAY = 182
FEWEST = 30
LEAST_KNOWN = 0.6
VALID_MONTHS = 12
HALF = 0.5
SIDES = ("more than half", "fewer than half")


class Refused(NotAllowed):
    """The statement would say more than the data carry; the message says what is missing.

    `to_share` says so without an exact number, for a screen whose figures are to share.
    """

    def __init__(self, message: str, to_share: str = "") -> None:
        super().__init__(message)
        self.to_share = to_share or message


@dataclass(frozen=True)
class StatementRequest:
    """Whom it is about. `month` is the last month of first visits; None is the last one that is old enough."""

    condition: str = "pfps"
    month: Month | None = None
    clinics: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What it says: the shared summary of one group, and until when it may be used.

    `in_words` stands for the share of 30 to 39 people, of whom no percentage may be shared.
    """

    request: StatementRequest
    month: Month
    brand: Brand
    program_version: str
    summary: OutcomeSummary
    group: GroupSummary
    valid_until: date
    visits: VisitsResult
    clinics: tuple[str, ...]
    in_words: str | None = None


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
    few = (exact.everybody.episodes or 0) < MIN_CURVE
    if not few and shared.everybody.back_by_day(DAY).value is None:
        raise Refused("The share back running may not be shared: it would tell of few people.")
    return Statement(
        request, month, brand(connection, known.clinics), version("return-to-run"), shared, shared.everybody,
        valid_until, visits_section(connection, ask(connection, sharing, cohort)), known.clinics,
        against_half(exact.everybody) if few else None,
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
    started = group.episodes or 0
    if started < FEWEST:
        raise Refused(
            f"{started} {'runner' if started == 1 else 'runners'} started; a statement needs at least {FEWEST}, "
            f"and {MIN_CURVE} for a share in per cent. Missing: {FEWEST - started}. Choose a later month or wait.",
            f"Fewer than {FEWEST} runners started; a statement needs at least {FEWEST}, and {MIN_CURVE} for a share in "
            "per cent. Choose a later month or wait.",
        )
    known = group.back_by_day(DAY).known or 0.0
    if known < LEAST_KNOWN:
        missing = -(-int(1e9 * (LEAST_KNOWN - known) * started) // 10**9)
        raise Refused(
            f"It is known of {percent(known)} of the runners whether they were back at 12 weeks; a statement "
            f"needs {percent(LEAST_KNOWN)}. Missing: an answer of about {missing} more. Ask those on the list of "
            "people to ask, and load again.",
            f"It is known of fewer than {percent(LEAST_KNOWN)} of the runners whether they were back at 12 weeks. Ask "
            "those on the list of people to ask, and load again.",
        )


def _months_later(day: date) -> date:
    month = Month.of(day).shifted(VALID_MONTHS)
    return min(month.last, month.first + timedelta(days=day.day - 1))


def against_half(group: GroupSummary) -> str:
    """Whether more or fewer than half were back by week 12, as far as the exact 95 % interval says."""
    low, high = (group.curve and sentence_interval(group.curve, DAY)) or (0.0, 1.0)
    if low > HALF:
        return SIDES[0]
    if high < HALF:
        return SIDES[1]
    return "too few people to say whether more or fewer than half"
