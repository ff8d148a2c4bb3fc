"""Therapists and sites beside each other without a ranking: funnels of shares and of means.

Shares are drawn on the scale asin(sqrt(p)), on which the spread depends on the number alone (Spiegelhalter,
Statistics in Medicine 2005;24:1185-1202). A unit is compared with what is expected for patients like its own. Limits
are 95 % and 99.8 %; of nine units like the rest one is beyond 95 % in 37 % of all funnels, so only 99.8 % is
a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, fsum, pi, sin, sqrt
from typing import Literal

import numpy as np

from dashboard.stats.intake_periods import effective_number
from dashboard.stats.survival import TOLERANCE, Curve, back_by, sentence_interval

Z_95 = 1.959964
Z_998 = 3.090232
MIN_EPISODES = 10
"""Units with fewer episodes are listed and not plotted."""
MIN_UNITS = 10
"""With fewer units their extra spread cannot be told from chance."""
MIN_FOR_MEAN = 30
"""The NHS gives no adjusted mean for providers with fewer records."""
TRIMMED = 0.10
HORIZON_DAYS = 84

Position = Literal[
    "above 99.8 %", "above 95 %", "within", "below 95 %", "below 99.8 %", "not plotted", "insufficient"
]
Limits = tuple[float, float]


@dataclass(frozen=True)
class Unit:
    """One unit's share back, the limits of its curve, its effective number and what was expected of it.

    `se` is the standard error of the share.
    """

    unit: str
    episodes: int
    value: float | None
    low: float | None
    high: float | None
    n_effective: float | None
    expected: float | None
    se: float | None = None


@dataclass(frozen=True)
class FunnelPoint:
    """One unit in the funnel.

    `ratio` is O/E with the curve's limits over E. `plotted` is the share moved by as much, on the funnel's
    scale, as the unit is above or below its expectation; `z` measures that in standard errors, without the
    extra spread. All None if it is not plotted.
    """

    unit: Unit
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    plotted: float | None
    z: float | None
    limits_95: Limits | None
    limits_998: Limits | None
    position: Position

    @property
    def signal(self) -> bool:
        """Whether the unit is beyond the 99.8 % limits."""
        return "99.8" in self.position


@dataclass(frozen=True)
class Funnel:
    """All units around `centre`, everybody's share back; `tau2` is the extra spread, 0 if unused."""

    centre: float
    tau2: float
    points: tuple[FunnelPoint, ...]


@dataclass(frozen=True)
class UnitSums:
    """Sums over one unit's `n` people: of the change, and of observed minus expected and its square."""

    unit: str
    n: int
    change: float
    difference: float
    squared_difference: float


@dataclass(frozen=True)
class MeanPoint:
    """One unit in the funnel of means: `value` is its case-mix adjusted mean change; None if insufficient."""

    unit: str
    n: int
    value: float | None
    z: float | None
    limits_95: Limits | None
    limits_998: Limits | None
    position: Position


@dataclass(frozen=True)
class MeanFunnel:
    """All units around `centre`, the mean change of everybody; `sd` is that of observed minus expected."""

    centre: float | None
    sd: float | None
    points: tuple[MeanPoint, ...]


def unit_at(unit: str, curve: Curve, expected: float | None, day: int = HORIZON_DAYS) -> Unit:
    """Read one unit's figures from its curve; `expected` comes from `casemix`."""
    low, high = sentence_interval(curve, day) or (None, None)
    found = back_by(curve, day)
    return Unit(unit, curve.started, found.value, low, high, effective_number(curve, day), expected, found.se)


def funnel(units: Sequence[Unit], centre: float) -> Funnel:
    """Place the units around `centre`; if 10 or more are plotted, their extra spread widens the limits."""
    tau2 = overdispersion([unit for unit in units if _is_plotted(unit)])
    return Funnel(centre, tau2, tuple(_point(unit, centre, tau2) for unit in units))


def funnel_limits(centre: float, n: float, z: float, tau2: float = 0.0) -> Limits:
    """sin^2(asin(sqrt(centre)) -+ z sqrt(1/(4n) + tau2)), angles held between 0 and a right angle."""
    width = z * sqrt(1 / (4 * n) + tau2)
    return _share(_angle(centre) - width), _share(_angle(centre) + width)


def overdispersion(units: Sequence[Unit]) -> float:
    """Spread between units beyond chance, by winsorised method of moments; 0 with under 10 units.

    z = 2 sqrt(n)(asin(sqrt(F)) - asin(sqrt(E))), drawn in to its 10 % and 90 % quantiles, w = 4n, tau2 =
    max(0, (sum z^2 - (k-1)) / (sum w - sum w^2 / sum w)) (Spiegelhalter 2005; DerSimonian and Laird 1986).
    """
    if len(units) < MIN_UNITS:
        return 0.0
    z = np.array([_z(unit) for unit in units])
    z = np.clip(z, *np.quantile(z, (TRIMMED, 1 - TRIMMED)))
    weight = np.array([4 * (unit.n_effective or 0.0) for unit in units])
    free = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, (float((z**2).sum()) - (len(units) - 1)) / free)


def mean_funnel(units: Sequence[UnitSums]) -> MeanFunnel:
    """Place the units' adjusted mean changes around the mean change of everybody.

    The value is the overall mean change + (the unit's mean difference - the overall mean difference), so an
    expectation that is too high or low for everybody alike moves nobody. The limits are centre -+ z SD /
    sqrt(n), the SD being that of everybody's observed - expected. NHS Digital, PROMs: adjusted health gain.
    """
    people = sum(unit.n for unit in units)
    if people < 2:
        return MeanFunnel(None, None, tuple(_mean_point(unit, 0.0, 0.0, 0.0) for unit in units))
    centre = fsum(unit.change for unit in units) / people
    shift = fsum(unit.difference for unit in units) / people
    squares = fsum(unit.squared_difference for unit in units) - people * shift**2
    sd = sqrt(max(0.0, squares) / (people - 1))
    return MeanFunnel(centre, sd, tuple(_mean_point(unit, centre, shift, sd) for unit in units))


def _angle(share: float) -> float:
    return asin(sqrt(min(max(share, 0.0), 1.0)))


def _share(angle: float) -> float:
    return sin(min(max(angle, 0.0), pi / 2)) ** 2


def _is_plotted(unit: Unit) -> bool:
    figures = (unit.value, unit.expected, unit.n_effective)
    return unit.episodes >= MIN_EPISODES and None not in figures and bool(unit.n_effective)


def _z(unit: Unit) -> float:
    return 2 * sqrt(unit.n_effective or 0.0) * (_angle(unit.value or 0.0) - _angle(unit.expected or 0.0))


def _point(unit: Unit, centre: float, tau2: float) -> FunnelPoint:
    ratio, low, high = (_ratio(figure, unit.expected) for figure in (unit.value, unit.low, unit.high))
    if not _is_plotted(unit):
        return FunnelPoint(unit, ratio, low, high, None, None, None, None, "not plotted")
    plotted = _share(_angle(centre) + _angle(unit.value or 0.0) - _angle(unit.expected or 0.0))
    inner, outer = (funnel_limits(centre, unit.n_effective or 0.0, z, tau2) for z in (Z_95, Z_998))
    position = _position(plotted, inner, outer)
    return FunnelPoint(unit, ratio, low, high, plotted, _z(unit), inner, outer, position)


def _mean_point(unit: UnitSums, centre: float, shift: float, sd: float) -> MeanPoint:
    if unit.n < MIN_FOR_MEAN:
        return MeanPoint(unit.unit, unit.n, None, None, None, None, "insufficient")
    value = centre + unit.difference / unit.n - shift
    error = sd / sqrt(unit.n)
    inner, outer = ((centre - z * error, centre + z * error) for z in (Z_95, Z_998))
    z = (value - centre) / error if error else None
    return MeanPoint(unit.unit, unit.n, value, z, inner, outer, _position(value, inner, outer))


def _position(value: float, limits_95: Limits, limits_998: Limits) -> Position:
    """Where a value lies; on a limit is within it."""
    if value > limits_95[1] + TOLERANCE:
        return "above 99.8 %" if value > limits_998[1] + TOLERANCE else "above 95 %"
    if value < limits_95[0] - TOLERANCE:
        return "below 99.8 %" if value < limits_998[0] - TOLERANCE else "below 95 %"
    return "within"


def _ratio(figure: float | None, expected: float | None) -> float | None:
    return figure / expected if figure is not None and expected else None
