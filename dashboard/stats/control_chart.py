"""Is a change over time more than noise? XmR charts as in the NHS programme "Making Data Count".

Limits, rules, icons and their order are those of the R package NHSRplotthedots; the run tests for short
series are Anhøj's (PLoS ONE 2014;9(11):e113825, R package qicharts2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import comb, log2, sqrt
from statistics import fmean, median
from typing import Literal

from dashboard.stats.intake_periods import IntakePeriod, PeriodShare, pool, share_back
from dashboard.stats.survival import TOLERANCE, back_by, cumulative_incidence

LIMIT = 2.66
"""3 / 1.128: three standard deviations in mean moving ranges."""
SCREEN = 3.267
"""A moving range that far above their mean is no noise and is dropped from it, once."""
RUN = 7
TRIAL = 13
"""Limits from fewer points move with every new one."""
HORIZON_DAYS = 84

Better = Literal["higher", "lower", "neither"]
Rule = Literal["outside the limits", "7-point trend", "2 of 3 near a limit", "7 on one side"]
Kind = Literal["improvement", "concern", "neutral", "common cause"]
Assurance = Literal["consistently meets", "consistently misses", "hit or miss"]


@dataclass(frozen=True)
class Segment:
    """Points `start` to `end` (exclusive) with their common mean and limits.

    The limits are None where the mean moving range is 0 or there are fewer than two points. `trial` says
    that they rest on under 13 points.
    """

    start: int
    end: int
    mean: float
    moving_range: float | None
    lower: float | None
    upper: float | None
    inner_lower: float | None
    inner_upper: float | None
    trial: bool


@dataclass(frozen=True)
class Point:
    """A value with the first rule it is part of and the way it points: 1 up, -1 down, 0 without a rule."""

    value: float
    rule: Rule | None
    direction: int
    kind: Kind


@dataclass(frozen=True)
class XmrChart:
    """`variation` and `direction` (the icon) are the last point's; `assurance` is the last segment's."""

    segments: tuple[Segment, ...]
    points: tuple[Point, ...]
    variation: Kind | None
    direction: int
    target: float | None
    assurance: Assurance | None


@dataclass(frozen=True)
class SharePoint:
    """One intake period between its own 3-sigma limits, which follow its effective number."""

    period: PeriodShare
    lower: float | None
    upper: float | None
    rule: Rule | None
    direction: int
    kind: Kind


@dataclass(frozen=True)
class ShareChart:
    """Share back by intake period around `centre`, the share back of all mature periods together."""

    centre: float | None
    points: tuple[SharePoint, ...]


@dataclass(frozen=True)
class RunTest:
    """Runs of the `n` values off the centre: longer runs or fewer crossings than chance allows signal."""

    n: int
    longest_run: int
    longest_allowed: int
    crossings: int
    fewest_allowed: int
    signal: bool


def xmr_chart(
    values: Sequence[float],
    *,
    better: Better = "higher",
    target: float | None = None,
    rebase_at: Sequence[int] = (),
) -> XmrChart:
    """Chart a series without gaps, in order of time.

    A new segment begins at each index in `rebase_at`. Raises ValueError for an index that is not within the
    series or not increasing.
    """
    bounds = [0, *rebase_at, len(values)]
    if values and any(a >= b for a, b in pairwise(bounds)):
        raise ValueError("rebase_at must be increasing and lie within the series")
    if not values:
        return XmrChart((), (), None, 0, target, None)
    segments = tuple(_segment(values, start, end) for start, end in pairwise(bounds))
    found = [signal for segment in segments for signal in _signals(values, segment)]
    points = tuple(
        Point(value, rule, way, _kind(way, better)) for value, (rule, way) in zip(values, found, strict=True)
    )
    last = points[-1]
    assurance = _assurance(segments[-1], target, better)
    return XmrChart(segments, points, last.kind, last.direction, target, assurance)


def suggested_rebase(chart: XmrChart) -> int | None:
    """Where a person might let new limits begin: the first of 7 or more last points on one side of the mean.

    Only a suggestion; None if the series has come back, or if the whole segment would be cut off.
    """
    if not chart.segments:
        return None
    segment = chart.segments[-1]
    start = _last_run([_sign(point.value - segment.mean) for point in chart.points[segment.start :]])
    return None if start is None else segment.start + start


def suggested_rebase_of_shares(chart: ShareChart) -> int | None:
    """The same for shares by intake period: index of a point, among them only mature periods with a share."""
    if chart.centre is None:
        return None
    sides = [_side(point.period, chart.centre) for point in chart.points]
    counted = [n for n, point in enumerate(chart.points) if _counts(point.period)]
    start = _last_run([sides[n] for n in counted])
    return None if start is None else counted[start]


def share_chart(
    periods: Sequence[IntakePeriod],
    as_of: date,
    *,
    horizon_days: int = HORIZON_DAYS,
    better: Better = "higher",
) -> ShareChart:
    """Chart F(horizon) by intake period: 3-sigma limits and runs of 7, mature periods only.

    The limits are centre -+ 3 sqrt(centre (1 - centre) / n) with n = F(1-F)/Var F, held between 0 and 1.
    """
    shares = [share_back(period, horizon_days, as_of) for period in periods]
    mature = [period.counts for period, share in zip(periods, shares, strict=True) if share.mature]
    centre = back_by(cumulative_incidence(pool("mature", mature)), horizon_days).value
    if centre is None:
        return ShareChart(None, tuple(SharePoint(s, None, None, None, 0, "common cause") for s in shares))
    runs = _runs([_side(share, centre) for share in shares])
    return ShareChart(
        centre, tuple(_share_point(s, centre, run, better) for s, run in zip(shares, runs, strict=True))
    )


def assurance_of_shares(chart: ShareChart, target: float | None, better: Better) -> Assurance | None:
    """As for an XmR chart: a target beyond the limits of every mature period is met, or missed, each time."""
    limits = [
        (point.lower, point.upper)
        for point in chart.points
        if _counts(point.period) and point.lower is not None and point.upper is not None
    ]
    if target is None or better == "neither" or not limits:
        return None
    return _against(target, min(low for low, _ in limits), max(high for _, high in limits), better)


def run_test(values: Sequence[float], centre: float | None = None) -> RunTest | None:
    """Test a short series for runs about `centre` (its median unless given); None if all lie on it.

    A signal is a longest run over round(log2 n) + 3 or fewer crossings than qbinom(0.05, n - 1, 0.5), n
    being the values not on the centre.
    """
    middle = median(values) if centre is None and values else centre or 0.0
    sides = [side for value in values if (side := _sign(value - middle))]
    if not sides:
        return None
    n, crossings, run, longest = len(sides), 0, 1, 1
    for before, side in pairwise(sides):
        crossings += before != side
        run = run + 1 if before == side else 1
        longest = max(longest, run)
    allowed, fewest = round(log2(n)) + 3, _fewest_crossings(n - 1)
    return RunTest(n, longest, allowed, crossings, fewest, longest > allowed or crossings < fewest)


def _fewest_crossings(trials: int) -> int:
    """The 5 % quantile of fair coins, R's `qbinom(0.05, trials, 0.5)`, in whole numbers."""
    heads, ways = 0, 1
    while 20 * ways < 2**trials:
        heads += 1
        ways += comb(trials, heads)
    return heads


def _segment(values: Sequence[float], start: int, end: int) -> Segment:
    part = values[start:end]
    mean, spread = fmean(part), _moving_range(part)
    trial = len(part) < TRIAL
    if spread is None or spread < TOLERANCE:
        return Segment(start, end, mean, spread, None, None, None, None, trial)
    width, inner = LIMIT * spread, LIMIT * spread * 2 / 3
    return Segment(start, end, mean, spread, mean - width, mean + width, mean - inner, mean + inner, trial)


def _moving_range(values: Sequence[float]) -> float | None:
    """Mean moving range after dropping, once, those of 3.267 times their mean or more."""
    ranges = [abs(b - a) for a, b in pairwise(values)]
    if not ranges:
        return None
    highest = SCREEN * fmean(ranges) - TOLERANCE
    return fmean([size for size in ranges if size < highest] or [0.0])


def _signals(values: Sequence[float], segment: Segment) -> list[tuple[Rule | None, int]]:
    """The first rule that holds for each point, and its direction."""
    part = values[segment.start : segment.end]
    sides = [_sign(value - segment.mean) for value in part]
    rules: tuple[tuple[Rule, list[int]], ...] = (
        ("outside the limits", _outside(part, segment)),
        ("7-point trend", _trends(part)),
        ("2 of 3 near a limit", _two_of_three(part, sides, segment)),
        ("7 on one side", _runs(sides)),
    )
    return [next(((rule, ways[i]) for rule, ways in rules if ways[i]), (None, 0)) for i in range(len(part))]


def _outside(values: Sequence[float], segment: Segment) -> list[int]:
    """1 above the upper limit, -1 below the lower; on a limit is inside."""
    if segment.lower is None or segment.upper is None:
        return [0] * len(values)
    return [
        int(value > segment.upper + TOLERANCE) - int(value < segment.lower - TOLERANCE) for value in values
    ]


def _trends(values: Sequence[float]) -> list[int]:
    """Six steps the same way; a point between two trends goes with the step after it, as in the package."""
    steps = [_sign(b - a) for a, b in pairwise(values)]
    inside = [False] * len(values)
    for start in range(len(steps) - RUN + 2):
        if abs(sum(steps[start : start + RUN - 1])) == RUN - 1:
            inside[start : start + RUN] = [True] * RUN
    after = [step if part else 0 for step, part in zip(steps, inside[1:], strict=True)] + [0]
    before = [0, *steps]
    return [(a or b) if part else 0 for a, b, part in zip(after, before, inside, strict=True)]


def _two_of_three(values: Sequence[float], sides: Sequence[int], segment: Segment) -> list[int]:
    """Two of three points beyond the inner line and not outside, all three on the same side of the mean."""
    ways = [0] * len(values)
    if segment.inner_lower is None or segment.inner_upper is None:
        return ways
    inner = (segment.inner_lower - TOLERANCE, segment.inner_upper + TOLERANCE)
    outside = _outside(values, segment)
    near = [not out and not inner[0] <= v <= inner[1] for v, out in zip(values, outside, strict=True)]
    for start in range(len(values) - 2):
        three = range(start, start + 3)
        if abs(sum(sides[i] for i in three)) == 3 and sum(near[i] for i in three) >= 2:
            for i in three:
                ways[i] = sides[i] if near[i] else ways[i]
    return ways


def _runs(sides: Sequence[int]) -> list[int]:
    """Seven in a row on one side; a point on the line breaks the run."""
    ways = [0] * len(sides)
    for start in range(len(sides) - RUN + 1):
        if abs(sum(sides[start : start + RUN])) == RUN:
            ways[start : start + RUN] = [sides[start]] * RUN
    return ways


def _kind(direction: int, better: Better) -> Kind:
    if not direction:
        return "common cause"
    if better == "neither":
        return "neutral"
    return "improvement" if (direction > 0) == (better == "higher") else "concern"


def _assurance(segment: Segment, target: float | None, better: Better) -> Assurance | None:
    """Whether the process as it is meets the target every time; a target on a limit is hit or miss."""
    if target is None or better == "neither" or segment.lower is None or segment.upper is None:
        return None
    return _against(target, segment.lower, segment.upper, better)


def _against(target: float, lower: float, upper: float, better: Better) -> Assurance:
    if target > upper + TOLERANCE:
        return "consistently misses" if better == "higher" else "consistently meets"
    if target < lower - TOLERANCE:
        return "consistently meets" if better == "higher" else "consistently misses"
    return "hit or miss"


def _side(share: PeriodShare, centre: float) -> int:
    return _sign(share.value - centre) if share.value is not None and _counts(share) else 0


def _counts(share: PeriodShare) -> bool:
    return share.mature and share.value is not None


def _last_run(sides: Sequence[int]) -> int | None:
    """Where the last run on one side starts, if it is long enough and not the whole series."""
    length = next((n for n, side in enumerate(reversed(sides)) if side != sides[-1]), len(sides))
    return len(sides) - length if sides and sides[-1] and RUN <= length < len(sides) else None


def _share_point(share: PeriodShare, centre: float, run: int, better: Better) -> SharePoint:
    if not share.n_effective or share.value is None:
        return SharePoint(share, None, None, None, 0, "common cause")
    width = 3 * sqrt(centre * (1 - centre) / share.n_effective)
    lower, upper = max(0.0, centre - width), min(1.0, centre + width)
    outside = int(share.value > upper + TOLERANCE) - int(share.value < lower - TOLERANCE)
    if not share.mature or not (outside or run):
        return SharePoint(share, lower, upper, None, 0, "common cause")
    rule: Rule = "outside the limits" if outside else "7 on one side"
    return SharePoint(share, lower, upper, rule, outside or run, _kind(outside or run, better))


def _sign(value: float) -> int:
    return int(value > TOLERANCE) - int(value < -TOLERANCE)
