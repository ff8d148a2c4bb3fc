"""What to tell a patient who is not back yet: how many people like her are back four weeks from today?

The curve is restarted on the patient's day among those who were still trying then, so nobody who returned
early flatters the answer. "Like her" is the same condition, symptom duration and pain band, or less of these
where too few are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.stats.intake_periods import pool
from dashboard.stats.survival import (
    RecoveryCounts,
    back_by,
    cumulative_incidence,
    sentence_interval,
)

AHEAD_DAYS = 28
ENOUGH = 20
"""Under 20 people still trying, a share of them is an anecdote."""
UNKNOWN = frozenset({"unknown", "none"})
"""Words for "not recorded": such people are no group of their own."""

Answer = Literal["share", "not enough yet", "past follow-up"]


@dataclass(frozen=True)
class Stratum:
    """What makes patients alike; "unknown" or "none" where it is not recorded."""

    condition: str
    duration: str
    pain_band: str


@dataclass(frozen=True)
class Conditional:
    """Share back by `day` + `ahead_days` of the `n` neither returned nor stopped and in view beyond `day`.

    `returned` of them were seen to return by then. The 95 % limits are those of the restarted curve. None
    past follow-up; `too_few` as in `back_by`.
    """

    day: int
    ahead_days: int
    n: int
    returned: int
    value: float | None
    low: float | None
    high: float | None
    too_few: bool
    se: float | None = None


@dataclass(frozen=True)
class Outlook:
    """The answer for one patient and the group it rests on, which has to be named.

    `used` holds the group's condition, duration and pain band as far as they were used; it is empty with
    "not enough yet", and `result` then is None.
    """

    answer: Answer
    used: tuple[str, ...]
    result: Conditional | None


def outlook(
    strata: Mapping[Stratum, RecoveryCounts],
    patient: Stratum,
    day: int,
    *,
    ahead_days: int = AHEAD_DAYS,
    enough: int = ENOUGH,
) -> Outlook:
    """Answer from the narrowest group with `enough` people still trying on `day`.

    The ladder is condition x duration x pain band, then without the pain band, then the condition alone; a
    rung whose category is unknown for this patient is skipped.
    """
    for used in _ladder(patient):
        counts = pool(" · ".join(used), [part for name, part in strata.items() if _is_like(name, used)])
        result = conditional(counts, day, ahead_days)
        if result.n >= enough:
            return Outlook("past follow-up" if result.value is None else "share", used, result)
    return Outlook("not enough yet", (), None)


def conditional(counts: RecoveryCounts, day: int, ahead_days: int) -> Conditional:
    """[F(day + ahead_days) - F(day)] / S(day): the curve of those still trying, restarted on `day`."""
    left = restart(counts, day)
    curve = cumulative_incidence(left)
    horizon = back_by(curve, ahead_days)
    low, high = sentence_interval(curve, ahead_days) or (None, None)
    returned = curve.state_at(ahead_days).returned
    return Conditional(
        day, ahead_days, left.started, returned, horizon.value, low, high, horizon.too_few, horizon.se
    )


def restart(counts: RecoveryCounts, day: int) -> RecoveryCounts:
    """Counts of those followed beyond `day` (T > day), with that day as the new day 0.

    It estimates the same hazards, as those censored by then enter neither the old nor the new risk sets.
    """
    rows = list(zip(counts.day, counts.returned, counts.stopped, counts.censored, strict=True))
    gone = sum(sum(row[1:]) for row in rows if row[0] <= day)
    later = [row for row in rows if row[0] > day]
    days, returned, stopped, censored = zip(*later, strict=True) if later else ((), (), (), ())
    return RecoveryCounts(
        counts.group, counts.started - gone, tuple(when - day for when in days), returned, stopped, censored
    )


def _ladder(patient: Stratum) -> list[tuple[str, ...]]:
    """From the narrowest group to the widest."""
    rungs = [
        (patient.condition, patient.duration, patient.pain_band),
        (patient.condition, patient.duration),
        (patient.condition,),
    ]
    return [rung for rung in rungs if not UNKNOWN & set(rung[1:])]


def _is_like(stratum: Stratum, used: tuple[str, ...]) -> bool:
    return (stratum.condition, stratum.duration, stratum.pain_band)[: len(used)] == used
