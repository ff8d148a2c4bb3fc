"""Results on pain and function as they may be shown: exact to whoever holds the record, else coarse.

Means are rounded to one decimal and withheld under k people; shares and their limits are computed again from
rounded counts; centiles need a crowd on both their sides. What may not be shown is None.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.stats.disclosure import (
    MIN_CURVE,
    MIN_EXTREME,
    complement_withheld,
    proportion_withheld,
    round_count,
    rounded,
    shown_count,
    tells_of_nobody,
)
from dashboard.stats.pain import (
    Baseline,
    PairedChange,
    Proportion,
    RecoveryWeek,
    Scale,
    Threshold,
    Window,
    proportion,
)
from dashboard.stats.survival import TOLERANCE

CENTILES = (10, 25, 50, 75, 90)


@dataclass(frozen=True)
class MeanShown:
    """Scores at the start: people with and without one, mean and SD in points."""

    scored: int | None
    without_score: int | None
    mean: float | None
    sd: float | None
    withheld: bool = False


@dataclass(frozen=True)
class ChangeShown:
    """Paired change until a window, in points. without_score: their window is over; not_over: it is not yet."""

    window: Window
    scored: int | None
    without_score: int | None
    not_over: int | None
    baseline_mean: float | None
    later_mean: float | None
    mean: float | None
    low: float | None
    high: float | None
    se: float | None
    withheld: bool = False


@dataclass(frozen=True)
class ShareShown:
    """A share with Wilson's 95 % limits; None of nobody, or where it may not be shown."""

    numerator: int | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    withheld: bool = False


@dataclass(frozen=True)
class RespondersShown:
    """Who changed by a threshold: of those scored, of all started, of those started whose window is over.

    `excluded` started too near the end of the scale; None is fewer than k, or that those scored are.
    """

    window: Window
    threshold: Threshold
    excluded: int | None
    of_scored: ShareShown
    of_started: ShareShown
    of_over: ShareShown


@dataclass(frozen=True)
class WeekShown:
    """Centiles of one week's scores, as in `RecoveryWeek`."""

    week: int
    scored: int | None
    still: int | None
    started: int | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    drawn: bool
    withheld: bool = False


@dataclass(frozen=True)
class Gate:
    """Whom figures are for: k is the smallest number of people that may be shown, None for exact figures.

    `hidden`: those asked about are themselves too few, so that not even "nobody of them" may be said. `few`: under
    20, of whom "nobody" and "all" are not said either. Everywhere below `whole` is how many the same figure would
    rest on without the filters.
    """

    k: int | None
    hidden: bool = False
    few: bool = False

    def count(self, n: int) -> int | None:
        """A count that may be printed."""
        if self.hidden or (self.few and n == 0):
            return None
        return n if self.k is None else shown_count(n, self.k)

    def hides_nobody(self, n: int, of: int) -> bool:
        """Whether n is nobody of so few that it would say something about each of them."""
        return self.k is not None and tells_of_nobody(n, of)

    def hides(self, n: int, whole: int) -> bool:
        """Whether a figure about n people is withheld: too few, or too few outside of them."""
        if self.k is None or self.hidden:
            return self.hidden
        return 0 < n < self.k or complement_withheld(whole, n, self.k)


def baseline_shown(gate: Gate, found: Baseline, whole: int, scale: Scale) -> MeanShown:
    """The start; the mean needs k people, and more where it says the same of everybody."""
    scored, without = gate.count(found.scored), gate.count(found.without_score)
    if gate.hides(found.scored, whole) or _tells_of_all(gate, found.scored, found.sd, found.mean, scale):
        return MeanShown(scored, without, None, None, withheld=True)
    return MeanShown(scored, without, _point(gate, found.mean), _point(gate, found.sd))


def change_shown(
    gate: Gate, window: Window, found: PairedChange, not_over: int, whole: int, scale: Scale
) -> ChangeShown:
    """Mean change; withheld as the means are that it is made of."""
    without = found.without_score
    counts = (gate.count(found.n), gate.count(without), gate.count(not_over))
    ends = (found.baseline_mean, found.later_mean)
    tells = any(_tells_of_all(gate, found.n, found.sd, mean, scale) for mean in ends)
    if gate.hides(found.n, whole) or tells:
        return ChangeShown(window, *counts, None, None, None, None, None, None, withheld=True)
    return ChangeShown(
        window,
        *counts,
        baseline_mean=_point(gate, found.baseline_mean),
        later_mean=_point(gate, found.later_mean),
        mean=_point(gate, found.mean),
        low=_point(gate, found.low),
        high=_point(gate, found.high),
        se=_point(gate, found.se),
    )


def share_shown(gate: Gate, found: Proportion, whole: int) -> ShareShown:
    """A share computed again from rounded counts; none where few are in it, or few are not, or under 40 in all."""
    if gate.k is None:
        return ShareShown(found.numerator, found.denominator, found.value, found.low, found.high)
    if gate.hidden:
        return ShareShown(None, None, None, None, None, withheld=True)
    shown = (shown_count(found.numerator, gate.k), shown_count(found.denominator, gate.k))
    n, of = found.numerator, found.denominator
    if of and (of < MIN_CURVE or proportion_withheld(n, of, gate.k) or gate.hides(of, whole)):
        return ShareShown(None, shown[1], None, None, None, withheld=True)
    denominator = round_count(of, gate.k)
    coarse = proportion(min(round_count(n, gate.k), denominator), denominator)
    return ShareShown(*shown, rounded(coarse.value), rounded(coarse.low), rounded(coarse.high))


def week_shown(gate: Gate, found: RecoveryWeek, whole: int) -> WeekShown:
    """Centiles with at least k people on each of their sides, from 40 people on."""
    k = gate.k
    hidden = k is not None and (found.scored < MIN_CURVE or gate.hides(found.scored, whole))

    def centile(percent: int) -> float | None:
        crowd = k is None or min(percent, 100 - percent) * found.scored >= 100 * k
        value: float | None = getattr(found, f"p{percent}")
        return _point(gate, value) if crowd and not hidden else None

    p10, p25, p50, p75, p90 = (centile(percent) for percent in CENTILES)
    return WeekShown(
        found.week,
        gate.count(found.scored),
        gate.count(found.still),
        gate.count(found.started),
        p10,
        p25,
        p50,
        p75,
        p90,
        drawn=found.drawn and p50 is not None,
        withheld=hidden,
    )


def _tells_of_all(gate: Gate, n: int, sd: float | None, mean: float | None, scale: Scale) -> bool:
    """Whether a mean says of each of a few people what they answered: all the same, or the end of the scale."""
    if gate.k is None or mean is None or n >= MIN_EXTREME:
        return False
    return sd is None or sd < TOLERANCE or min(mean - scale.low, scale.high - mean) < TOLERANCE


def _point(gate: Gate, value: float | None) -> float | None:
    return value if value is None or gate.k is None else round(value, 1) + 0.0
