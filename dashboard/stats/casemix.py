"""What would be expected of a unit if its patients did as well as patients like them do everywhere?

Indirect standardisation: each stratum (condition x duration x pain band) has the share back of all units
together, and a unit's expectation is their mean, weighted by its own mix of patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.stats.intake_periods import pool
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence

SMALLEST_STRATUM = 20
"""The share back of fewer people says little about the next unit's."""
HORIZON_DAYS = 84


@dataclass(frozen=True)
class JoinedStratum:
    """Strata counted as one: `names` as given, and the share back of all units' `episodes` in them."""

    names: tuple[str, ...]
    episodes: int
    share_back: float | None


@dataclass(frozen=True)
class Expected:
    """Share of a unit's `episodes` expected back; None if that cannot be told."""

    unit: str
    episodes: int
    value: float | None


@dataclass(frozen=True)
class CaseMix:
    """What is expected of every unit by `day`, and the strata it rests on."""

    day: int
    strata: tuple[JoinedStratum, ...]
    expected: tuple[Expected, ...]


def case_mix(
    strata: Sequence[RecoveryCounts],
    units: Mapping[str, Mapping[str, int]],
    *,
    day: int = HORIZON_DAYS,
    smallest: int = SMALLEST_STRATUM,
) -> CaseMix:
    """E_u = sum over strata of share_us F_s(day).

    `strata` are the counts of all units together, each under its name and in an order in which neighbours
    are alike; `units` says how many of a unit's episodes are in each. Raises ValueError for a stratum that a
    unit has and `strata` has not, or one named twice.
    """
    joined = join_strata(strata, day, smallest)
    share_of = {name: stratum.share_back for stratum in joined for name in stratum.names}
    unknown = {name for mix in units.values() for name in mix} - set(share_of)
    if unknown:
        raise ValueError(f"no counts for the strata {sorted(unknown)}")
    return CaseMix(day, joined, tuple(_expected(unit, mix, share_of) for unit, mix in units.items()))


def join_strata(
    strata: Sequence[RecoveryCounts], day: int = HORIZON_DAYS, smallest: int = SMALLEST_STRATUM
) -> tuple[JoinedStratum, ...]:
    """Join each stratum that is too small with the next, and a small last one with those before it.

    Too small is under `smallest` starters, or nobody followed to `day`. Raises ValueError for a name used
    twice.
    """
    if len({counts.group for counts in strata}) < len(strata):
        raise ValueError("a stratum is named twice")
    closed: list[list[RecoveryCounts]] = []
    still_open: list[RecoveryCounts] = []
    for counts in strata:
        still_open.append(counts)
        if _is_enough(still_open, day, smallest):
            closed.append(still_open)
            still_open = []
    if still_open:
        before = closed.pop() if closed else []
        closed.append(before + still_open)
    return tuple(_stratum(parts, day) for parts in closed)


def _is_enough(parts: Sequence[RecoveryCounts], day: int, smallest: int) -> bool:
    stratum = _stratum(parts, day)
    return stratum.episodes >= smallest and stratum.share_back is not None


def _stratum(parts: Sequence[RecoveryCounts], day: int) -> JoinedStratum:
    names = tuple(part.group for part in parts)
    counts = pool(" + ".join(names), parts)
    return JoinedStratum(names, counts.started, back_by(cumulative_incidence(counts), day).value)


def _expected(unit: str, mix: Mapping[str, int], share_of: Mapping[str, float | None]) -> Expected:
    episodes = sum(mix.values())
    shares = [(n, share_of[name]) for name, n in mix.items() if n]
    if not episodes or any(share is None for _, share in shares):
        return Expected(unit, episodes, None)
    return Expected(unit, episodes, sum(n * share for n, share in shares if share is not None) / episodes)
