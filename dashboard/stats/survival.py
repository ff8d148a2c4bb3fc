"""Time to return to running, computed from counts per day.

Everything here starts from `RecoveryCounts`: how many starters returned, stopped or were last seen on each
day after their first visit. Returns are the event, stops compete with it, and everyone else is censored.
Times are whole days since the first visit (day 0 counts), probabilities lie between 0 and 1, and `None`
always means "not reached" or "not computable". The state of everyone on day t is judged after that day's
events, so "at risk" at t means followed beyond t (T > t) except where a field says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from operator import ge

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Z95 = 1.959963984540054
"""Two-sided 95 % point of the standard normal distribution."""
TAIL = 0.025
"""Probability left in each tail by a 95 % interval."""
TOLERANCE = 1e-9
"""Slack for comparing computed numbers with thresholds, so that rounding never decides."""
MIN_FOLLOWED = 10
"""Fewer runners than this, in effective terms, are too few to state a share."""
HALF_YEAR_DAYS = 182


@dataclass(frozen=True)
class RecoveryCounts:
    """What became of one group, per day since the first visit.

    `day` is strictly increasing and not negative; `returned`, `stopped` and `censored` run parallel to it.
    Exact counts add up to `started`; coarsened ones may leave some, who are followed beyond the last day.
    Raises ValueError when the counts cannot describe `started` people.
    """

    group: str
    started: int
    day: tuple[int, ...]
    returned: tuple[int, ...]
    stopped: tuple[int, ...]
    censored: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse counts that cannot describe `started` people."""
        columns = (self.returned, self.stopped, self.censored)
        if any(len(column) != len(self.day) for column in columns):
            raise ValueError(f"group {self.group!r}: day and the three counts differ in length")
        if any(first < 0 for first in self.day[:1]) or any(map(ge, self.day, self.day[1:])):
            raise ValueError(f"group {self.group!r}: days must be 0 or later and strictly increasing")
        if self.started < 0 or any(min(column, default=0) < 0 for column in columns):
            raise ValueError(f"group {self.group!r}: counts must not be negative")
        counted = sum(map(sum, columns))
        if counted > self.started:
            raise ValueError(f"group {self.group!r}: {counted} counted, but only {self.started} started")

    @classmethod
    def from_rows(cls, group: str, rows: Iterable[tuple[int, int, int, int]]) -> RecoveryCounts:
        """Build exact counts from rows (day, returned, stopped, censored) in any order; same days are added.

        Rows without anybody are dropped: they would claim follow-up that did not happen.
        """
        by_day: dict[int, tuple[int, int, int]] = {}
        for day, returned, stopped, censored in rows:
            known = by_day.get(day, (0, 0, 0))
            by_day[day] = (known[0] + returned, known[1] + stopped, known[2] + censored)
        days = tuple(day for day in sorted(by_day) if any(by_day[day]))
        columns = [tuple(by_day[day][column] for day in days) for column in range(3)]
        return cls(group, sum(map(sum, columns)), days, *columns)


@dataclass(frozen=True)
class RiskRow:
    """State of all starters at the end of `day`; the four counts add up to the number who started."""

    day: int
    at_risk: int
    returned: int
    stopped: int
    censored: int


@dataclass(frozen=True)
class Curve:
    """Cumulative incidence of return: a step function with a step at each `day`, all tuples parallel to it.

    `at_risk` counts those followed up to the day itself (T >= day), `value` is F, `variance` its variance,
    `low` and `high` the 95 % limits as drawn (0 before the first return, None where F = 1), `state_free` the
    share neither returned nor stopped (S). `follow_up_days` is the last day anybody was observed, None if
    nobody was. `finished_day` is the day the last runner in view returned or stopped: S = 0 from then on.
    """

    group: str
    started: int
    follow_up_days: int | None
    finished_day: int | None
    day: tuple[int, ...]
    at_risk: tuple[int, ...]
    returned: tuple[int, ...]
    stopped: tuple[int, ...]
    censored: tuple[int, ...]
    value: tuple[float, ...]
    variance: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    state_free: tuple[float, ...]

    def step(self, day: int) -> int:
        """Index of the last step on or before `day`; -1 before the first step."""
        return bisect_right(self.day, day) - 1

    def value_at(self, day: int) -> float:
        """F on `day`, 0 before the first step; the last step's value holds afterwards."""
        return self.value[self.step(day)] if self.step(day) >= 0 else 0.0

    def variance_at(self, day: int) -> float:
        """Variance of F on `day`."""
        return self.variance[self.step(day)] if self.step(day) >= 0 else 0.0

    def state_free_at(self, day: int) -> float:
        """Share neither returned nor stopped on `day` (S); 1 before the first step."""
        return self.state_free[self.step(day)] if self.step(day) >= 0 else 1.0

    def band_at(self, day: int) -> tuple[float | None, float | None]:
        """The 95 % limits as drawn on `day`."""
        step = self.step(day)
        return (self.low[step], self.high[step]) if step >= 0 else (0.0, 0.0)

    def state_at(self, day: int) -> RiskRow:
        """How many are at risk (T > day), returned, stopped and censored at the end of `day`."""
        seen = self.step(day) + 1
        gone = [sum(column[:seen]) for column in (self.returned, self.stopped, self.censored)]
        return RiskRow(day, self.started - sum(gone), *gone)

    def is_finished(self, day: int) -> bool:
        """Whether S = 0 on `day`, decided by counts."""
        return self.finished_day is not None and self.finished_day <= day

    def is_all_returned(self, day: int) -> bool:
        """Whether F = 1 on `day`, decided by counts: S = 0 and nobody stopped."""
        return self.is_finished(day) and not any(self.stopped)

    def is_followed(self, day: int) -> bool:
        """Whether the data reach `day`: somebody was observed that late, or everybody's end is known."""
        return self.is_finished(day) or (self.follow_up_days is not None and day <= self.follow_up_days)


@dataclass(frozen=True)
class Horizon:
    """Share back running by `day`; see `back_by` for each field."""

    day: int
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    at_risk: int | None
    known: float | None
    too_few: bool


@dataclass(frozen=True)
class Quantile:
    """Days until a share `p` is back, with 95 % limits in days; None = not reached."""

    p: float
    value_days: int | None
    low_days: int | None
    high_days: int | None


@dataclass(frozen=True)
class RestrictedMean:
    """Mean days not running up to `horizon_days`; a stop counts as not running to the horizon."""

    horizon_days: int
    value: float | None
    low: float | None
    high: float | None
    se: float | None


def cumulative_incidence(counts: RecoveryCounts) -> Curve:
    """Estimate the share back running by each day (Aalen and Johansen 1978).

    F(t) = sum over days up to t of S(t-) r/n; without stops this is exactly 1 minus Kaplan and Meier's curve.
    The limits are symmetric on the scale log(-log(1-F)), R's `conf.type="log-log"` when nobody stops.
    """
    returned, stopped, at_risk = _hazard_columns(counts)
    gone = returned + stopped
    safe = np.maximum(at_risk, 1.0)  # a day with nobody at risk has no events: 0/1 instead of 0/0
    state_free = np.cumprod((safe - gone) / safe, dtype=np.float64)
    before = _lagged(state_free, 1.0)
    steps = before * returned / safe
    value = np.cumsum(steps)
    variance = _variance(steps, before, returned, gone, safe)
    finished = np.flatnonzero((gone > 0) & (gone == at_risk))
    # 1 - F, summed up so that nothing cancels near F = 1
    not_back = state_free + np.cumsum(before * stopped / safe, dtype=np.float64)
    all_back = (state_free == 0) & (np.cumsum(stopped) == 0)
    value = np.where(all_back, 1.0, np.minimum(value, 1.0))  # by counts: the sum of the steps may fall short
    low, high = _band(value, variance, not_back, all_back)
    return Curve(
        group=counts.group,
        started=counts.started,
        follow_up_days=counts.day[-1] if counts.day else None,
        finished_day=counts.day[int(finished[0])] if finished.size else None,
        day=counts.day,
        at_risk=tuple(int(n) for n in at_risk),
        returned=counts.returned,
        stopped=counts.stopped,
        censored=counts.censored,
        value=tuple(value.tolist()),
        variance=tuple(variance.tolist()),
        low=low,
        high=high,
        state_free=tuple(state_free.tolist()),
    )


def sentence_interval(curve: Curve, day: int) -> tuple[float, float] | None:
    """95 % limits fit to be read out: exact where the drawn band collapses, None past follow-up.

    Before the first return the upper limit is 1 - 0.025^(1/m), m = at risk + stopped; once all are back the
    lower limit is 0.025^(1/m), m = starters not censored (Clopper and Pearson 1934 for 0 of m and m of m).
    """
    state = curve.state_at(day)
    if not curve.is_followed(day):
        return None
    if state.returned == 0:
        known = state.at_risk + state.stopped
        return (0.0, 1.0 - float(TAIL ** (1 / known))) if known else None
    if curve.is_all_returned(day):
        return float(TAIL ** (1 / (curve.started - state.censored))), 1.0
    low, high = curve.band_at(day)
    return None if low is None or high is None else (low, high)


def back_by(curve: Curve, day: int) -> Horizon:
    """Share back running by `day`.

    `value` is None past follow-up while somebody is still out of view; with nobody left at risk on the last
    day it stays at the last step (R's `summary(extend=TRUE)`). The limits are exact before the first return
    and None where F = 1 (`sentence_interval` has the exact one). `at_risk` are those followed beyond `day`,
    `known` the share of starters not censored by then, `too_few` the warning of `too_few_followed`.
    """
    state = curve.state_at(day)
    known = 1 - state.censored / curve.started if curve.started else None
    too_few = too_few_followed(curve, day)
    if not curve.is_followed(day):
        return Horizon(day, None, None, None, None, state.at_risk, known, too_few)
    limits = None if curve.is_all_returned(day) else sentence_interval(curve, day)
    low, high = limits or (None, None)
    se = sqrt(curve.variance_at(day))
    return Horizon(day, curve.value_at(day), low, high, se, state.at_risk, known, too_few)


def effectively_followed(curve: Curve, day: int) -> float:
    """Number of starters the curve rests on at `day`: at risk / S, or the known outcomes once S = 0.

    Those at risk alone would punish a clinic whose runners have returned. 0 past follow-up.
    """
    state = curve.state_at(day)
    if curve.is_finished(day):
        return float(curve.started - state.censored)
    return state.at_risk / curve.state_free_at(day) if curve.is_followed(day) else 0.0


def too_few_followed(curve: Curve, day: int) -> bool:
    """Whether fewer than 10 are effectively followed on `day`: too few to state a share."""
    return effectively_followed(curve, day) < MIN_FOLLOWED - TOLERANCE


def line_parts(too_few: Sequence[bool]) -> list[tuple[slice, bool]]:
    """A step line, told of each of its points whether too few are followed there, as parts that are alike.

    A part of too few begins at the point before and reaches to the next one after. A line may get firm again:
    when the last runner in view has returned or stopped, the known outcomes are what the curve rests on.
    """
    parts, begin = [], 0
    for few, run in groupby(too_few):
        end = begin + len(list(run))
        parts.append((slice(max(begin - 1, 0), end + 1) if few else slice(begin, end), few))
        begin = end
    return [(part, few) for part, few in parts if len(too_few[part]) > 1]


def quantile(curve: Curve, p: float) -> Quantile:
    """Smallest day with F >= p and the days on which the drawn band crosses p.

    Unlike R, a step that is flat at exactly p is not averaged with the next one. Raises ValueError unless
    0 < p < 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"p must lie between 0 and 1, not {p}")
    highest = [1.0 if high is None else high for high in curve.high]  # None is F = 1, whose upper limit is 1
    lowest = [0.0 if low is None else low for low in curve.low]
    days = (_first_day(curve.day, column, p) for column in (curve.value, highest, lowest))
    return Quantile(p, *days)


def restricted_mean(curve: Curve, horizon_days: int = HALF_YEAR_DAYS) -> RestrictedMean:
    """Mean days not running between the first visit and `horizon_days`: the area above the curve.

    All None if follow-up ends before the horizon while S > 0. The standard error is the delta method with
    multinomial counts per day: R's own for a survival curve, the infinitesimal jackknife with stops.
    """
    if not curve.is_followed(horizon_days):
        return RestrictedMean(horizon_days, None, None, None, None)
    steps = np.diff(np.asarray(curve.value), prepend=0.0)
    days_left = np.maximum(horizon_days - np.asarray(curve.day, dtype=float), 0.0)
    value = horizon_days - float(steps @ days_left)
    se = sqrt(_area_variance(curve, steps * days_left, days_left))
    low, high = max(0.0, value - Z95 * se), min(float(horizon_days), value + Z95 * se)
    return RestrictedMean(horizon_days, value, low, high, se)


def risk_table(counts: RecoveryCounts, days: Sequence[int]) -> tuple[RiskRow, ...]:
    """The table under the curve at the given axis ticks (KMunicate, Morris et al. 2019)."""
    curve = cumulative_incidence(counts)
    return tuple(curve.state_at(day) for day in days)


def add_late_reports(counts: RecoveryCounts, late: Iterable[tuple[int, int, str, int]]) -> RecoveryCounts:
    """Counts of the sensitivity curve "with late reports".

    Each of `late` is (censored_day, late_day, "returned" or "stopped", number): that many who left view on
    `censored_day` are known to have returned or stopped on `late_day`. Raises ValueError for a day that is
    not later, an unknown outcome, or more people than were censored that day.
    """
    columns = zip(counts.returned, counts.stopped, counts.censored, strict=True)
    rows = {day: list(row) for day, row in zip(counts.day, columns, strict=True)}
    for censored_day, late_day, outcome, number in late:
        if outcome not in ("returned", "stopped") or late_day <= censored_day or number < 0:
            raise ValueError(f"not a late report: {(censored_day, late_day, outcome, number)}")
        if rows.get(censored_day, [0, 0, 0])[2] < number:
            raise ValueError(f"fewer than {number} were censored on day {censored_day}")
        rows[censored_day][2] -= number
        rows.setdefault(late_day, [0, 0, 0])[0 if outcome == "returned" else 1] += number
    days = tuple(sorted(rows))
    returned, stopped, censored = (tuple(rows[day][column] for day in days) for column in range(3))
    return RecoveryCounts(counts.group, counts.started, days, returned, stopped, censored)


def _hazard_columns(counts: RecoveryCounts) -> tuple[Floats, Floats, Floats]:
    """Returned, stopped and at risk (T >= day), one value per day."""
    returned, stopped, censored = (
        np.asarray(column, dtype=np.float64) for column in (counts.returned, counts.stopped, counts.censored)
    )
    return returned, stopped, counts.started - _lagged(np.cumsum(returned + stopped + censored), 0.0)


def _lagged(values: Floats, first: float) -> Floats:
    """The value just before each step."""
    return np.concatenate(([first], values))[:-1]


def _survival_hazard(gone: Floats, at_risk: Floats) -> Floats:
    """Greenwood's terms d/(n(n-d)), 0 where nobody is left."""
    left = at_risk - gone
    return np.where(left > 0, gone / (at_risk * np.maximum(left, 1.0)), 0.0)


def _variance(steps: Floats, before: Floats, returned: Floats, gone: Floats, at_risk: Floats) -> Floats:
    """Delta-method variance of F on every day, with the day's events multinomial.

    Var F(t) = sum of (F-Fi)^2 d/(n(n-d)) + S(i-)^2 r(n-r)/n^3 - 2(F-Fi) S(i-) r/n^2 over days i up to t, as
    R's multi-state `survfit` has it. The sums over (F-Fi) and (F-Fi)^2 are carried from day to day: every
    term added is positive, so expanding the square costs no digits.
    """
    hazard = _survival_hazard(gone, at_risk)
    total = _lagged(np.cumsum(hazard), 0.0)
    distance = np.cumsum(steps * total)
    squared_distance = np.cumsum(2 * steps * _lagged(distance, 0.0) + steps**2 * total)
    own = np.cumsum(before**2 * returned * (at_risk - returned) / at_risk**3)
    shared = np.cumsum(steps * _lagged(np.cumsum(before * returned / at_risk**2), 0.0))
    return np.maximum(squared_distance + own - 2 * shared, 0.0)


def _band(
    value: Floats, variance: Floats, not_back: Floats, all_back: Flags
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """95 % limits on log(-log(1-F)): 0 before the first return, None where all are back."""
    inside = (value > 0) & ~all_back
    probability, left = np.where(inside, value, 0.5), np.where(inside, not_back, 0.5)
    hazard = np.where(probability < 0.5, -np.log1p(-np.minimum(probability, 0.5)), -np.log(left))
    width = Z95 * np.sqrt(variance) / (left * hazard)
    low, high = (-np.expm1(-hazard * np.exp(sign * width)) for sign in (-1, 1))
    return _limits(low, inside, all_back), _limits(high, inside, all_back)


def _limits(limit: Floats, inside: Flags, all_back: Flags) -> tuple[float | None, ...]:
    shown = np.where(inside, limit, 0.0).tolist()
    return tuple(None if missing else x for x, missing in zip(shown, all_back.tolist(), strict=True))


def _first_day(days: Sequence[int], column: Sequence[float], p: float) -> int | None:
    return next((day for day, x in zip(days, column, strict=True) if x >= p - TOLERANCE), None)


def _area_variance(curve: Curve, areas: Floats, days_left: Floats) -> float:
    """Variance of the area under F up to the horizon: `_variance` with areas in place of heights."""
    at_risk = np.maximum(np.asarray(curve.at_risk, dtype=np.float64), 1.0)
    returned = np.asarray(curve.returned, dtype=np.float64)
    gone = returned + np.asarray(curve.stopped, dtype=np.float64)
    reach = _lagged(np.asarray(curve.state_free), 1.0) * days_left
    later = np.append(np.cumsum(areas[::-1])[::-1], 0.0)[1:]
    terms = later**2 * _survival_hazard(gone, at_risk)
    terms += reach**2 * returned * (at_risk - returned) / at_risk**3
    terms -= 2 * later * reach * returned / at_risk**2
    return max(0.0, float(terms.sum()))
