"""Everything that a report says, asked once: one connection, one state of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any, Literal

from sqlalchemy import Connection

from dashboard.question import Asked, NotAllowed, ask
from dashboard.report.asked_sections import ask_sections
from dashboard.report.brand import Brand, brand
from dashboard.report.month import Month, last_full_month, window, window_before
from dashboard.sections.catalogue import SECTIONS, documents
from dashboard.stats.disclosure import complement_withheld
from dashboard.summary import OutcomeSummary, outcome_summary
from sql.cohort import Cohort, Scope
from sql.queries.intake_counts import intake_counts
from sql.queries.loads import loads

Compare = Literal["previous", "year"]


@dataclass(frozen=True)
class ReportRequest:
    """What is asked. `month` None is the last full month of the data; empty tuples are "all"."""

    month: Month | None = None
    clinics: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    compare: Compare = "previous"


@dataclass(frozen=True)
class ReportResults:
    """The answers, every one for the same audience.

    outcomes, by_site, by_duration: first visits of the twelve months that end with `month`; before: of the
    twelve months before these. came, came_before: first visits of the month and of the one to compare with;
    None where showing them beside the twelve months would give few people away. loaded_on: days (UTC) of the
    loads that stand, oldest first. sections: as `summary --json` has them; found: results of asked_sections.
    """

    request: ReportRequest
    month: Month
    compared_month: Month
    asked: Asked
    brand: Brand
    program_version: str
    loaded_on: tuple[date, ...]
    outcomes: OutcomeSummary
    before: OutcomeSummary
    by_duration: OutcomeSummary
    by_site: OutcomeSummary | None
    came: OutcomeSummary | None
    came_before: OutcomeSummary | None
    sections: dict[str, Any]
    found: dict[str, Any]

    @property
    def shared(self) -> bool:
        """Whether the report is for readers who do not hold the record."""
        return self.asked.shared

    @property
    def k(self) -> int:
        """Fewer people than this are never shown when figures are shared."""
        return self.asked.k


def gather(
    connection: Connection, scope: Scope, request: ReportRequest, *, documents_too: bool = True
) -> ReportResults:
    """Ask everything. Only the JSON needs the sections' documents.

    Raises
    ------
    NotAllowed
        if the audience may not ask it, or the month has not begun in the data.
    StoreError
        if nothing was loaded for the clinics asked for.
    """
    known = ask(connection, scope, Cohort(clinics=request.clinics))
    month = request.month or last_full_month(known.as_of)
    if month.first > known.as_of:
        raise NotAllowed(
            f"The data reach to {known.as_of:%Y-%m-%d}; {month.words} has not begun in them. "
            f"Choose {last_full_month(known.as_of)} or an earlier month, or load newer data."
        )
    _check_codes(known, request)
    compared = month.shifted(-12 if request.compare == "year" else -1)
    year = _cohort(request, *window(month))
    several_sites = len(known.facts.sites) > 1
    asked = ask(connection, scope, year)

    def answer(cohort: Cohort, by: str) -> OutcomeSummary:
        return outcome_summary(connection, scope, cohort, by=by)

    def came_in(one: Month) -> OutcomeSummary | None:
        cohort = _cohort(request, one.first, one.last)
        if asked.hidden:
            return None
        if known.shared and _gives_away(connection, scope, _cohort(request, *window(month)), cohort, known.k):
            return None
        return answer(cohort, "condition")

    return ReportResults(
        request=request,
        month=month,
        compared_month=compared,
        asked=asked,
        brand=brand(connection, known.clinics),
        program_version=version("return-to-run"),
        loaded_on=_loaded_on(connection, known.clinics),
        outcomes=answer(year, "condition"),
        before=answer(_cohort(request, *window_before(month)), "condition"),
        by_duration=answer(year, "symptom_duration"),
        by_site=answer(year, "site") if several_sites else None,
        came=came_in(month),
        came_before=came_in(compared),
        sections=documents(connection, asked, SECTIONS) if documents_too else {},
        found=ask_sections(connection, asked, month),
    )


def _cohort(request: ReportRequest, first: date, last: date) -> Cohort:
    return Cohort(
        clinics=request.clinics,
        sites=request.sites,
        conditions=request.conditions,
        first_visit_from=first,
        first_visit_to=last,
    )


def _check_codes(asked: Asked, request: ReportRequest) -> None:
    """A mistyped site would give an empty report that looks like a real one."""
    there = sorted({code for _, code in asked.facts.sites})
    for code in request.sites:
        if code not in there:
            raise NotAllowed(f"There is no site {code!r}; there are {', '.join(there) or 'none'}.")


def _gives_away(connection: Connection, scope: Scope, year: Cohort, month: Cohort, k: int) -> bool:
    """Whether those of the twelve months who did not come in this month are 1 to k-1."""
    if not _within(month, year):
        return False
    groups: Sequence[tuple[str, ...]] = (year.conditions, *((name,) for name in _CONDITIONS))
    for conditions in groups:
        whole, part = (
            _started(connection, scope, replace(cohort, conditions=conditions)) for cohort in (year, month)
        )
        if complement_withheld(whole, part, k):
            return True
    return False


_CONDITIONS = ("pfps", "itbs")


def _within(month: Cohort, year: Cohort) -> bool:
    assert month.first_visit_from is not None  # noqa: S101 - a report's cohorts have both ends
    assert year.first_visit_from is not None  # noqa: S101
    return month.first_visit_from >= year.first_visit_from


def _started(connection: Connection, scope: Scope, cohort: Cohort) -> int:
    counts = intake_counts(connection, scope, cohort)
    return sum(n or 0 for n in (counts.in_curve, counts.red_flag, counts.already_running))


def _loaded_on(connection: Connection, clinics: tuple[str, ...]) -> tuple[date, ...]:
    standing = (load for code in clinics for load in loads(connection, code) if load.status == "loaded")
    return tuple(sorted({load.finished_at.date() for load in standing}))
