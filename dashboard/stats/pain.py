"""Pain and function scores: windows, change, responders, and what recovery usually looks like.

Scores keep their instrument's own scale and direction; one instrument and one context enter a mean, from
patients themselves. Counts of equal scores come in, so nothing needs a row per patient. A score that was not
given is missing and stays missing: it is counted and never filled in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Literal

from scipy.special import stdtrit

from dashboard.stats.survival import TOLERANCE, Z95

BASELINE_FROM, BASELINE_TO = -28, 7
FEWEST_FOR_QUARTILES, FEWEST_FOR_DECILES = 20, 100


@dataclass(frozen=True)
class Window:
    """Days since the first visit, both ends included; the score nearest to `middle_day` counts."""

    name: str
    first_day: int
    last_day: int
    middle_day: int


WINDOWS = (
    Window("weeks 4 to 6", 28, 42, 35),
    Window("weeks 8 to 12", 56, 84, 70),
    Window("weeks 24 to 28", 168, 196, 182),
)


@dataclass(frozen=True)
class Scale:
    """Range of an instrument's scores and which way is better."""

    low: float
    high: float
    better: Literal["lower", "higher"]


@dataclass(frozen=True)
class Threshold:
    """One row of the list of thresholds: a change of `threshold` points, or per cent of the baseline."""

    instrument: str
    threshold: float
    kind: Literal["absolute", "percent"]
    population: str
    source: str
    verified: bool


@dataclass(frozen=True)
class ScorePair:
    """`people` with this baseline and this score in the window; None where there is none."""

    baseline: float | None
    later: float | None
    people: int


@dataclass(frozen=True)
class Proportion:
    """A share with its numerator and denominator, and Wilson's 95 % limits; None of nobody."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Baseline:
    """Scores at the start: `scored` people, `without_score` who started and have none; mean and SD in points."""

    scored: int
    without_score: int
    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class PairedChange:
    """Mean of later - baseline among the `n` with both, in points of the scale.

    `without_score` started and lack one of the two. Limits and `se` are None under two pairs, and where all
    changed by the same, which says nothing about the next patient.
    """

    n: int
    without_score: int
    baseline_mean: float | None
    later_mean: float | None
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    se: float | None


@dataclass(frozen=True)
class Responders:
    """Who changed for the better by a threshold.

    `excluded` could not have reached it from their baseline. `of_started` counts those without a score, at
    baseline or later, as not there.
    """

    threshold: Threshold
    excluded: int
    of_scored: Proportion
    of_started: Proportion


@dataclass(frozen=True)
class RecoveryWeek:
    """Centiles of the scores given in `week`; None below the number of scores they need.

    started: those whose first visit is at least so many weeks ago; scored: of them, those with a score in this
    week; still: those with one in this week or later. `drawn` is False where there are no centiles, or where
    fewer than half of those who started still score.
    """

    week: int
    scored: int
    still: int
    started: int
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    drawn: bool


def baseline_day(days: Iterable[int]) -> int | None:
    """The score day nearest the first visit in days -28 to 7, on or before it if there is any."""
    within = [day for day in days if BASELINE_FROM <= day <= BASELINE_TO]
    before = [day for day in within if day <= 0]
    return max(before) if before else min(within, default=None)


def window_day(days: Iterable[int], window: Window) -> int | None:
    """The score day nearest the window's middle; of two equally near the earlier."""
    within = [day for day in days if window.first_day <= day <= window.last_day]
    return min(within, key=lambda day: (abs(day - window.middle_day), day), default=None)


def baseline_of(histogram: Iterable[tuple[float, int]], started: int) -> Baseline:
    """Mean and SD (n - 1) of rows (score, people) among `started` people."""
    rows = list(histogram)
    n = sum(people for _, people in rows)
    if not n:
        return Baseline(0, started, None, None)
    mean = fsum(score * people for score, people in rows) / n
    squares = fsum(people * (score - mean) ** 2 for score, people in rows)
    return Baseline(n, started - n, mean, sqrt(squares / (n - 1)) if n > 1 else None)


def paired_change(pairs: Sequence[ScorePair]) -> PairedChange:
    """Mean change with its t interval on n - 1 degrees of freedom (R's `t.test(paired = TRUE)`)."""
    both = [(p.baseline, p.later, p.people) for p in pairs if p.baseline is not None and p.later is not None]
    n = sum(people for *_, people in both)
    without = sum(pair.people for pair in pairs) - n
    if not n:
        return PairedChange(0, without, None, None, None, None, None, None, None)
    start = fsum(first * people for first, _, people in both) / n
    end = fsum(later * people for _, later, people in both) / n
    mean = end - start
    squares = fsum(people * (later - first - mean) ** 2 for first, later, people in both)
    if n < 2 or squares < TOLERANCE:
        return PairedChange(n, without, start, end, mean, None, None, None, None)
    sd = sqrt(squares / (n - 1))
    width = float(stdtrit(n - 1, 0.975)) * sd / sqrt(n)
    return PairedChange(n, without, start, end, mean, mean - width, mean + width, sd, sd / sqrt(n))


def responders(pairs: Sequence[ScorePair], threshold: Threshold, scale: Scale) -> Responders:
    """Count who reached one threshold; thresholds are reported side by side and never united."""
    able = [pair for pair in pairs if pair.baseline is None or _can_reach(pair.baseline, threshold, scale)]
    met = sum(pair.people for pair in able if _has_reached(pair, threshold, scale))
    scored = sum(pair.people for pair in able if pair.baseline is not None and pair.later is not None)
    started = sum(pair.people for pair in able)
    excluded = sum(pair.people for pair in pairs) - started
    return Responders(threshold, excluded, proportion(met, scored), proportion(met, started))


def proportion(numerator: int, denominator: int) -> Proportion:
    """A share with Wilson's interval (JASA 1927;22:209-212, without continuity correction)."""
    if not denominator:
        return Proportion(numerator, denominator, None, None, None)
    value, other = numerator / denominator, (denominator - numerator) / denominator
    squared = Z95 * Z95
    middle = (2 * numerator + squared) / (2 * (denominator + squared))
    half = Z95 * sqrt(squared + 4 * denominator * value * other) / (2 * (denominator + squared))
    low = middle - half if numerator else 0.0
    high = middle + half if numerator < denominator else 1.0
    return Proportion(numerator, denominator, value, low, high)


def expected_recovery(
    rows: Iterable[tuple[int, float, int]],
    started: int | Mapping[int, int],
    last_ones: Mapping[int, int] | None = None,
) -> tuple[RecoveryWeek, ...]:
    """Centiles per week from rows (week, score, people), one score per episode and week.

    `started` is one number for every week, or by week where not everybody's is reached yet. `last_ones` counts
    people by the week of their last score, later weeks than those of the rows too; without it, only those
    scored in a week count as still scoring then.
    """
    weeks: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for week, score, people in rows:
        weeks[week].append((score, people))
    found = []
    for week in sorted(weeks):
        scored = sum(people for _, people in weeks[week])
        still = scored if last_ones is None else sum(n for last, n in last_ones.items() if last >= week)
        whole = started if isinstance(started, int) else started[week]
        found.append(_recovery_week(week, weeks[week], still, whole))
    return tuple(found)


def centile(histogram: Iterable[tuple[float, int]], percent: int) -> float | None:
    """Smallest value with a cumulative share of at least `percent`; None of nobody. (R's `type = 1`.)"""
    sorted_rows = sorted(row for row in histogram if row[1])
    total, reached = sum(n for _, n in sorted_rows), 0
    for value, n in sorted_rows:
        reached += n
        if 100 * reached >= percent * total:
            return value
    return None


def _recovery_week(
    week: int, histogram: Sequence[tuple[float, int]], still: int, started: int
) -> RecoveryWeek:
    scored = sum(n for _, n in histogram)
    p25, p50, p75 = (centile(histogram, p) if scored >= FEWEST_FOR_QUARTILES else None for p in (25, 50, 75))
    p10, p90 = (centile(histogram, p) if scored >= FEWEST_FOR_DECILES else None for p in (10, 90))
    drawn = scored >= FEWEST_FOR_QUARTILES and 2 * still >= started
    return RecoveryWeek(week, scored, still, started, p10, p25, p50, p75, p90, drawn)


def _needed(baseline: float, threshold: Threshold) -> float:
    """Points of change that the threshold asks for from this baseline."""
    return threshold.threshold * (baseline / 100 if threshold.kind == "percent" else 1)


def _can_reach(baseline: float, threshold: Threshold, scale: Scale) -> bool:
    room = baseline - scale.low if scale.better == "lower" else scale.high - baseline
    needed = _needed(baseline, threshold)
    return needed > TOLERANCE and room >= needed - TOLERANCE


def _has_reached(pair: ScorePair, threshold: Threshold, scale: Scale) -> bool:
    if pair.baseline is None or pair.later is None:
        return False
    change = pair.baseline - pair.later if scale.better == "lower" else pair.later - pair.baseline
    return change >= _needed(pair.baseline, threshold) - TOLERANCE
