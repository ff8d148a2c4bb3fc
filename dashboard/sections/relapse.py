"""Does a return last? Relapse within a fortnight as a range, sustained return, relapse to a year, running now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.starters import Starters, counts_of, may_show, number_shown, starters
from dashboard.stats.coarse import coarse_proportion
from dashboard.stats.disclosure import coarsen, proportion_withheld, rounded, shown_count
from dashboard.stats.occupancy import RunningShare, TransitionCounts, occupancy, running_on
from dashboard.stats.relapse import (
    SUSTAINED_DAYS,
    YEAR_DAYS,
    RelapseRange,
    SustainedReturn,
    relapse_range,
    sustained_return,
)
from dashboard.stats.survival import Curve, Horizon, RecoveryCounts, back_by, cumulative_incidence
from sql.queries.asked_again import asked_again
from sql.queries.relapse_counts import RelapseCount, relapse_counts
from sql.queries.transition_counts import transition_counts

SUSTAINED_AT_DAYS = (84, 182)
RELAPSED_BY_DAYS = (14, 84, 182, YEAR_DAYS)
RUNNING_ON_DAYS = (56, 84, 182)


@dataclass(frozen=True)
class RelapseResult:
    """What became of the returns in the curve. None is withheld or not computable.

    `returned` are all of them, `fortnight` those at least 14 days before the as-of day. `curve` is the time
    from the return to pain again, stops competing, and `relapsed_by` that curve on some days; there is none
    where it may be shown on no day. `running` is the share of starters running without pain on a day, nothing in
    shared figures. Where nobody is `asked_again` after a return, nor had pain again, that share is the curve's own
    and says nothing more (None: shared).
    """

    shared: bool
    returned: int | None
    fortnight: RelapseRange
    sustained: tuple[SustainedReturn, ...]
    curve: Curve | None
    relapsed_by: tuple[Horizon, ...]
    running: tuple[RunningShare, ...]
    asked_again: bool | None


def relapse_section(connection: Connection, asked: Asked) -> RelapseResult:
    """Follow everybody in the curve beyond the return."""
    everybody = starters(connection, asked)
    rows = relapse_counts(
        connection, asked.scope, asked.cohort, as_of=asked.as_of, settled_days=SUSTAINED_DAYS
    )
    back = _counts(rows)
    fortnight = relapse_range(_counts([row for row in rows if row.settled]))
    if asked.shared:
        fortnight = _shared_range(asked, everybody, fortnight)
    shown = _shown_counts(asked, everybody, back)
    curve = cumulative_incidence(shown) if shown else None
    relapsed_by = tuple(_relapsed_by(asked, curve, day) for day in RELAPSED_BY_DAYS)
    if asked.shared and all(item.value is None for item in relapsed_by):
        curve = None
    return RelapseResult(
        shared=asked.shared,
        returned=number_shown(asked, everybody, back.started),
        fortnight=fortnight,
        sustained=_sustained(asked, everybody, fortnight),
        curve=curve,
        relapsed_by=relapsed_by,
        running=_running(connection, asked),
        asked_again=_asked_again(connection, asked, back),
    )


def relapse_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section for `summary --json`."""
    return document(relapse_section(connection, asked))


def document(result: RelapseResult) -> dict[str, Any]:
    """The result as plain dicts and lists; whole per cent where it is shared."""
    digits = 2 if result.shared else None
    fortnight = result.fortnight
    return {
        "returned": result.returned,
        "within_14_days": {
            "returned": fortnight.returned if fortnight.low is not None else None,
            "known": fortnight.known if fortnight.low is not None else None,
            "relapsed": fortnight.relapsed if fortnight.low is not None else None,
            "low": rounded(fortnight.low, digits),
            "high": rounded(fortnight.high, digits),
        },
        "sustained_by": [
            {"day": item.day, "low": rounded(item.low, digits), "high": rounded(item.high, digits)}
            for item in result.sustained
        ],
        "relapsed_by": [_horizon(item, digits) for item in result.relapsed_by],
        "asked_again": result.asked_again,
        "running_without_pain": [
            {name: _rounded(value, digits) for name, value in asdict(item).items()} for item in result.running
        ],
    }


def _horizon(item: Horizon, digits: int | None) -> dict[str, Any]:
    names = ("value", "low", "high", "se", "at_risk", "too_few")
    figures = {name: _rounded(getattr(item, name), digits) for name in names}
    return {"days_after_return": item.day, **figures}


def _rounded(value: Any, digits: int | None) -> Any:
    return rounded(value, digits) if isinstance(value, float) else value


def _counts(rows: Sequence[RelapseCount]) -> RecoveryCounts:
    """Pain again takes the place of the return, on the clock that starts at the return."""
    return counts_of("all", ((row.days, row.ended, row.episodes) for row in rows), event="relapsed")


def _shown_counts(asked: Asked, everybody: Starters, back: RecoveryCounts) -> RecoveryCounts | None:
    if not may_show(asked, everybody, back.started):
        return None
    return coarsen(back, asked.k).counts if asked.shared else back


def _shared_range(asked: Asked, everybody: Starters, exact: RelapseRange) -> RelapseRange:
    """The range from rounded counts, each end withheld where those with or without pain again are few."""
    low = high = None
    if may_show(asked, everybody, exact.returned):
        low = coarse_proportion(exact.relapsed, exact.returned, asked.k)
        high = coarse_proportion(exact.relapsed, exact.known, asked.k)
    if low is None or high is None:
        return RelapseRange(exact.group, exact.days, 0, 0, 0, None, None)
    return RelapseRange(
        exact.group, exact.days, low.denominator, low.numerator, high.denominator, low.value, high.value
    )


def _sustained(asked: Asked, everybody: Starters, fortnight: RelapseRange) -> tuple[SustainedReturn, ...]:
    """It rests on the share back a fortnight earlier, and is withheld where that is."""
    curve = cumulative_incidence(everybody.counts) if everybody.counts else None
    return tuple(
        SustainedReturn("all", day, None, None)
        if curve is None or (asked.shared and _few_back(curve, day - fortnight.days, asked.k))
        else sustained_return(curve, fortnight, day)
        for day in SUSTAINED_AT_DAYS
    )


def _few_back(curve: Curve, day: int, k: int) -> bool:
    return proportion_withheld(curve.state_at(day).returned, curve.started, k)


def _relapsed_by(asked: Asked, curve: Curve | None, day: int) -> Horizon:
    if curve is None:
        return _nothing(day)
    if asked.shared and _few_back(curve, day, asked.k):
        return _nothing(day)
    found = back_by(curve, day)
    return replace(found, at_risk=shown_count(found.at_risk or 0, asked.k)) if asked.shared else found


def _nothing(day: int) -> Horizon:
    return Horizon(day, None, None, None, None, None, None, too_few=True)


def _running(connection: Connection, asked: Asked) -> tuple[RunningShare, ...]:
    """Moves between states cannot be rounded and still add up, so shared figures leave them out."""
    if asked.shared:
        return ()
    moves = transition_counts(connection, asked.scope, asked.cohort)
    states = occupancy(TransitionCounts.from_rows("all", moves))
    return tuple(running_on(states, day) for day in RUNNING_ON_DAYS)


def _asked_again(connection: Connection, asked: Asked, back: RecoveryCounts) -> bool | None:
    """Pain again is an answer too, however it was told."""
    if asked.shared:
        return None
    return any(back.returned) or asked_again(connection, asked.scope, asked.cohort)
