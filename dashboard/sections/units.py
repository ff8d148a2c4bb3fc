"""Therapists and sites beside what is expected for patients like theirs. For the clinic's owner only, no ranking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from math import fsum
from typing import Any, Literal

from sqlalchemy import Connection

from dashboard.question import Asked, NotAllowed
from dashboard.sections.unit_expected import (
    ExpectedFunnel,
    ModelledChanges,
    expected_document,
    expected_funnel,
    means_document,
    modelled_changes,
)
from dashboard.stats.casemix import case_mix
from dashboard.stats.expected_change import ChangeSums, unit_sums
from dashboard.stats.funnel import Funnel, MeanFunnel, funnel, mean_funnel, unit_at
from dashboard.stats.intake_periods import pool
from dashboard.stats.survival import RecoveryCounts, back_by, cumulative_incidence
from sql.cohort import GROUPING_FIELDS
from sql.pain_scores import PAIN_BANDS, PainQuestion
from sql.queries.pain_question import pain_question
from sql.queries.unit_counts import UnitCount, unit_counts
from sql.settled import SETTLED_DAYS

By = Literal["therapist", "site"]
BEYOND_95_BY_CHANCE = 0.05
LONG_SYMPTOMS = ("up_to_12_months", "over_12_months")
OUTCOMES = ("returned", "stopped", "censored")
NOT_SHARED = (
    "Figures by therapist and by site are for the clinic's owner and are never shared. "
    "Set “Figures” to “For the clinic” to see them."
)
ASK_THE_OWNER = (
    "Only the clinic's owner sees this page, so that colleagues are not compared behind their backs. "
    "Ask the owner to look at it with you. Your own patients are in your caseload."
)


@dataclass(frozen=True)
class Mix:
    """What a unit's people came with; shares of those of whom it is known, None of nobody.

    long_symptoms: over 4 months (known to predict a slow recovery); high_pain: 7 to 10 of 10.
    """

    unit: str
    episodes: int
    pfps: float | None
    long_symptoms: float | None
    high_pain: float | None


@dataclass(frozen=True)
class UnitsBy:
    """All therapists, or all sites, in the order of their codes.

    `funnel` is None without anybody followed to day 84. `chance_beyond_95` is the chance that of the plotted
    units at least one lies beyond the 95 % limits although none differs. `against_model` has one funnel per scale
    of which a model's expectations are loaded.
    """

    by: By
    episodes: int
    funnel: Funnel | None
    mixes: tuple[Mix, ...]
    everybody: Mix
    plotted: int
    chance_beyond_95: float
    pain: MeanFunnel
    against_model: tuple[ExpectedFunnel, ...] = ()


@dataclass(frozen=True)
class Units:
    """The section: people whose first visit was on or before `last_first_visit`."""

    as_of: date
    last_first_visit: date
    question: PainQuestion
    by_therapist: UnitsBy
    by_site: UnitsBy


def units_section(connection: Connection, asked: Asked) -> Units:
    """Answer for the owner.

    Raises
    ------
    NotAllowed
        for everybody else; the message says whom to ask.
    """
    if asked.scope.own is not None:
        raise NotAllowed(ASK_THE_OWNER)
    if asked.shared:
        raise NotAllowed(NOT_SHARED)
    question = pain_question(connection, asked.scope, asked.clinics)
    counts = unit_counts(
        connection, asked.scope, asked.cohort, question,
        as_of=asked.as_of, several_clinics=asked.several_clinics,
    )  # fmt: skip
    strata = _strata(counts)
    modelled = modelled_changes(connection, asked)
    return Units(
        asked.as_of,
        min(asked.as_of - timedelta(days=SETTLED_DAYS), asked.cohort.first_visit_to or asked.as_of),
        question,
        _units_by("therapist", counts, strata, modelled),
        _units_by("site", counts, strata, modelled),
    )


def chance_of_one_beyond_95(units: int) -> float:
    """1 - 0.95^k: of nine units like the rest, one or more is beyond the 95 % limits in 37 % of all funnels."""
    return 1.0 - float((1 - BEYOND_95_BY_CHANCE) ** units)


def _units_by(
    by: By,
    counts: Sequence[UnitCount],
    strata: Sequence[RecoveryCounts],
    modelled: Sequence[ModelledChanges],
) -> UnitsBy:
    units, mix = _tallies(by, counts)
    expected = {found.unit: found.value for found in case_mix(strata, mix).expected}
    centre = back_by(cumulative_incidence(pool("all", strata)), SETTLED_DAYS).value
    placed = None
    if centre is not None:
        curves = {name: cumulative_incidence(unit) for name, unit in units.items()}
        placed = funnel([unit_at(name, curve, expected[name]) for name, curve in curves.items()], centre)
    plotted = sum(1 for point in placed.points if point.plotted is not None) if placed else 0
    return UnitsBy(
        by=by,
        episodes=sum(row.episodes for row in counts),
        funnel=placed,
        mixes=tuple(_mix(name, mix[name]) for name in units),
        everybody=_mix("all", sum(mix.values(), Counter())),
        plotted=plotted,
        chance_beyond_95=chance_of_one_beyond_95(plotted),
        pain=mean_funnel(unit_sums(_change_sums(by, counts), ALL_STRATA)),
        against_model=tuple(expected_funnel(by, item) for item in modelled),
    )


ALL_STRATA = tuple(
    "/".join(parts)
    for parts in product(
        GROUPING_FIELDS["condition"] or (), GROUPING_FIELDS["symptom_duration"] or (), PAIN_BANDS
    )
)


@cache
def _stratum(condition: str, duration: str, pain_band: str) -> str:
    return f"{condition}/{duration}/{pain_band}"


def _strata(rows: Sequence[UnitCount]) -> list[RecoveryCounts]:
    """Counts per stratum, neighbours alike."""
    strata: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    for row in rows:
        stratum = _stratum(row.condition, row.symptom_duration, row.pain_band)
        strata[stratum][row.day, row.outcome] += row.episodes
    return [_counts(name, strata[name]) for name in ALL_STRATA if name in strata]


def _tallies(by: By, rows: Sequence[UnitCount]) -> tuple[dict[str, RecoveryCounts], dict[str, Counter[str]]]:
    """Counts per unit, and how many of each stratum each unit has."""
    units: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    mix: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        unit = row.therapist if by == "therapist" else row.site
        units[unit][row.day, row.outcome] += row.episodes
        mix[unit][_stratum(row.condition, row.symptom_duration, row.pain_band)] += row.episodes
    return (
        {name: _counts(name, units[name]) for name in sorted(units)},
        {name: mix[name] for name in sorted(mix)},
    )


def _change_sums(by: By, rows: Sequence[UnitCount]) -> list[ChangeSums]:
    """How pain changed, per unit and stratum."""
    sums: dict[tuple[str, str], list[UnitCount]] = defaultdict(list)
    for row in rows:
        if row.scored:
            unit = row.therapist if by == "therapist" else row.site
            sums[unit, _stratum(row.condition, row.symptom_duration, row.pain_band)].append(row)
    return [
        ChangeSums(
            unit,
            stratum,
            sum(row.scored for row in parts),
            fsum(row.change or 0 for row in parts),
            fsum(row.squared_change or 0 for row in parts),
        )
        for (unit, stratum), parts in sums.items()
    ]


def _counts(name: str, left: Counter[tuple[int, str]]) -> RecoveryCounts:
    return RecoveryCounts.from_rows(
        name,
        (
            (day, *(people if how == word else 0 for word in OUTCOMES))  # type: ignore[misc]
            for (day, how), people in left.items()
        ),
    )


def _mix(unit: str, strata: Counter[str]) -> Mix:
    def share(place: int, words: tuple[str, ...], unknown: str) -> float | None:
        found = [(name.split("/")[place], people) for name, people in strata.items()]
        known = sum(people for word, people in found if word != unknown)
        return sum(people for word, people in found if word in words) / known if known else None

    return Mix(
        unit,
        strata.total(),
        pfps=share(0, ("pfps", "pfps_itbs"), ""),
        long_symptoms=share(1, LONG_SYMPTOMS, "unknown"),
        high_pain=share(2, ("7_10",), "none"),
    )


def document(result: Units) -> dict[str, Any]:
    """The section in `summary --json`, described in docs/summary-json.md."""
    return {
        "first_visit_to": result.last_first_visit.isoformat(),
        "day": SETTLED_DAYS,
        "pain": {"instrument": result.question.instrument, "context": result.question.context},
        "by": [_document_by(result.by_therapist), _document_by(result.by_site)],
    }


def units_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The same, or why there is none for this reader."""
    try:
        return document(units_section(connection, asked))
    except NotAllowed as reason:
        return {"refused": str(reason)}


def _document_by(found: UnitsBy) -> dict[str, Any]:
    points = found.funnel.points if found.funnel else ()
    mixes = {mix.unit: mix for mix in found.mixes}
    return {
        "by": found.by,
        "episodes": found.episodes,
        "centre": found.funnel.centre if found.funnel else None,
        "tau2": found.funnel.tau2 if found.funnel else None,
        "plotted": found.plotted,
        "chance_beyond_95": found.chance_beyond_95,
        "units": [
            {
                "unit": point.unit.unit,
                "episodes": point.unit.episodes,
                "n_effective": point.unit.n_effective,
                "value": point.unit.value,
                "low": point.unit.low,
                "high": point.unit.high,
                "se": point.unit.se,
                "expected": point.unit.expected,
                "ratio": point.ratio,
                "ratio_low": point.ratio_low,
                "ratio_high": point.ratio_high,
                "plotted": point.plotted,
                "z": point.z,
                "limits_95": point.limits_95,
                "limits_998": point.limits_998,
                "position": point.position,
                "signal": point.signal,
                "case_mix": {
                    name: getattr(mixes[point.unit.unit], name)
                    for name in ("pfps", "long_symptoms", "high_pain")
                },
            }
            for point in points
        ],
        "pain_change": means_document(found.pain),
        "against_model": [expected_document(item) for item in found.against_model],
    }
