"""The counts by month that all measures rest on, asked once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.starters import counts_of
from dashboard.sections.trend_series import Cell
from dashboard.stats.pain import WINDOWS
from dashboard.stats.survival import RecoveryCounts
from sql.queries.recorded_months import recorded_months
from sql.queries.recovery_months import RecoveryMonth, recovery_months
from sql.queries.score_months import PainMonth, pain_months
from sql.queries.visit_months import VisitMonth

PAIN_SCALES = ("NPRS", "VAS10", "VAS100")
EARLY, LATER = ((w.first_day, w.last_day) for w in WINDOWS[:2])
Months = dict[date, Cell]


@dataclass(frozen=True)
class TrendCounts:
    """Counts of the people in the curve by month of first visit, and of visits by month of the visit.

    `months` has the cells of each measure but the share back, which rests on `curves`. `pain_scale` is the
    instrument and context with the most pairs of scores, None without any.
    """

    started: int
    curves: dict[date, RecoveryCounts]
    months: dict[str, Months]
    pain_scale: tuple[str, str] | None


def trend_counts(connection: Connection, asked: Asked) -> TrendCounts:
    """Ask everything."""
    scope, cohort = asked.scope, asked.cohort
    recovery = recovery_months(connection, scope, cohort)
    recorded = recorded_months(connection, scope, cohort, EARLY, LATER)
    scored, visits = recorded.scored, recorded.visits
    pain = pain_months(connection, scope, cohort, PAIN_SCALES)
    starters: Counter[date] = Counter()
    in_curve: Counter[date] = Counter()
    for row in recovery:
        starters[row.month] += row.episodes
        in_curve[row.month] += row.episodes if row.eligibility == "eligible" else 0
    scale = _most_used(pain)
    return TrendCounts(
        started=starters.total(),
        curves=_curves(recovery),
        months={
            "intake": {month: Cell(n) for month, n in starters.items()},
            "pain_change": _changes(pain, scale, in_curve),
            "baseline_score": _shares(in_curve, ((r.month, r.people) for r in scored if r.baseline)),
            "score_at_6_weeks": _shares(in_curve, ((r.month, r.people) for r in scored if r.early)),
            "score_at_12_weeks": _shares(in_curve, ((r.month, r.people) for r in scored if r.later)),
            "known_at_12_weeks": _shares(in_curve, _known(recovery, 84)),
            "known_at_26_weeks": _shares(in_curve, _known(recovery, 182)),
            "did_not_attend": _visits(visits, "did_not_attend", ("attended", "did_not_attend")),
            "cancelled": _visits(visits, "cancelled", ("attended", "did_not_attend", "cancelled")),
        },
        pain_scale=scale,
    )


def _curves(rows: Iterable[RecoveryMonth]) -> dict[date, RecoveryCounts]:
    table: dict[date, list[tuple[int, str, int]]] = defaultdict(list)
    for row in rows:
        if row.eligibility == "eligible":
            table[row.month].append((row.day, row.outcome, row.episodes))
    return {month: counts_of(f"{month:%Y-%m}", days) for month, days in table.items()}


def _known(rows: Iterable[RecoveryMonth], day: int) -> Iterable[tuple[date, int]]:
    """People whose state on a day is known: back, stopped, or seen later."""
    for row in rows:
        if row.eligibility == "eligible" and not (row.outcome == "censored" and row.day <= day):
            yield row.month, row.episodes


def _shares(people: Counter[date], met: Iterable[tuple[date, int]]) -> Months:
    counted: Counter[date] = Counter()
    for month, n in met:
        counted[month] += n
    return {month: Cell(n, counted[month]) for month, n in people.items()}


def _changes(rows: Iterable[PainMonth], scale: tuple[str, str] | None, people: Counter[date]) -> Months:
    changes: dict[date, Counter[float]] = defaultdict(Counter)
    for row in rows:
        if (row.instrument, row.context) == scale:
            changes[row.month][row.change] += row.people
    return {month: Cell(n, changes=changes[month]) for month, n in people.items()}


def _most_used(rows: Iterable[PainMonth]) -> tuple[str, str] | None:
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        pairs[row.instrument, row.context] += row.people
    return min(pairs, key=lambda scale: (-pairs[scale], scale), default=None)


def _visits(rows: Iterable[VisitMonth], status: str, booked: tuple[str, ...]) -> Months:
    """Of several statuses the people may be the same, so at least those of the largest stand behind them."""
    cells: Months = defaultdict(Cell)
    for row in rows:
        if row.status in booked:
            before, met = cells[row.month], row.status == status
            cells[row.month] = Cell(
                before.n + row.visits,
                before.met + (row.visits if met else 0),
                max(before.people, row.people),
                before.people_met + (row.people if met else 0),
                max(before.people_rest, 0 if met else row.people),
            )
    return dict(cells)
