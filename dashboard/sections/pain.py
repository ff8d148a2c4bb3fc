"""Pain and function: how scores changed, who changed enough, and what recovery usually looks like.

The people are those of the recovery curve. Counts of equal scores come from the store, one scale (instrument and
context) at a time; a score that was not given stays missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.stats.pain import (
    WINDOWS,
    Baseline,
    PairedChange,
    Proportion,
    RecoveryWeek,
    Scale,
    ScorePair,
    Threshold,
    Window,
    baseline_of,
    expected_recovery,
    paired_change,
    responders,
)
from sql import reference
from sql.cohort import Cohort, day_number
from sql.queries.scales_used import scales_used
from sql.queries.score_counts import ScoreCounts, score_counts
from sql.queries.score_rows import AskedScale
from sql.queries.start_days import start_days


@dataclass(frozen=True)
class WindowChange:
    """Change in one window. `change.without_score` are those whose window is over; `not_over` the others."""

    window: Window
    not_over: int
    change: PairedChange


@dataclass(frozen=True)
class ResponderRow:
    """Who changed by a threshold until a window: of those scored, of all, of those whose window is over."""

    window: Window
    threshold: Threshold
    excluded: int
    of_scored: Proportion
    of_started: Proportion
    of_over: Proportion


@dataclass(frozen=True)
class ScaleResult:
    """Everything about one scale, exact. `started` are the people of the recovery curve."""

    asked: AskedScale
    name: str
    scale: Scale
    started: int
    baseline: Baseline
    windows: tuple[WindowChange, ...]
    responders: tuple[ResponderRow, ...]
    weeks: tuple[RecoveryWeek, ...]


@dataclass(frozen=True)
class _Counts:
    """What the store answers; the rows of several scales stand together."""

    starts: dict[int, int]
    scores: ScoreCounts


@cache
def thresholds() -> tuple[Threshold, ...]:
    """The shipped list of thresholds."""
    return tuple(
        Threshold(
            row["instrument"],
            float(row["threshold"]),
            "percent" if row["kind"] == "percent" else "absolute",
            row["population"],
            row["source"],
            row["verified"] == "yes",
        )
        for row in reference.rows("thresholds")
    )


def scale_list(connection: Connection, asked: Asked) -> tuple[AskedScale, ...]:
    """The scales in use, most used first. To readers without the record, none with fewer than k scores."""
    found = scales_used(connection, asked.scope)
    return tuple(scale for scale, scores in found.items() if not asked.shared or scores >= asked.k)


def exact_results(
    connection: Connection, asked: Asked, cohort: Cohort, scales: Iterable[AskedScale], one: AskedScale | None
) -> dict[AskedScale, ScaleResult]:
    """Results of a cohort by scale. The store is asked for the one scale, or once for all of them."""
    scope = asked.scope
    scores = score_counts(connection, scope, cohort, as_of=asked.as_of, scale=one)
    counts = _Counts(start_days(connection, scope, cohort), scores)
    return {scale: _result(counts, day_number(asked.as_of), scale) for scale in scales}


def _result(counts: _Counts, as_of_day: int, asked: AskedScale) -> ScaleResult:
    instrument = reference.instruments()[asked.instrument]
    scale = Scale(instrument.low, instrument.high, "lower" if instrument.measures_pain else "higher")
    started = sum(counts.starts.values())
    pairs = _pairs(counts, as_of_day, asked)
    at_start: dict[float, int] = defaultdict(int)
    for pair in (*pairs[0, True], *pairs[0, False]):
        if pair.baseline is not None:
            at_start[pair.baseline] += pair.people
    return ScaleResult(
        asked,
        instrument.name,
        scale,
        started,
        baseline_of(at_start.items(), started),
        tuple(_window_change(window, pairs[n, True], pairs[n, False]) for n, window in enumerate(WINDOWS)),
        tuple(
            _responder_row(window, threshold, scale, pairs[n, True], pairs[n, False])
            for threshold in thresholds()
            if threshold.instrument == asked.instrument
            for n, window in enumerate(WINDOWS)
        ),
        _weeks(counts, as_of_day, asked),
    )


def _pairs(counts: _Counts, as_of_day: int, asked: AskedScale) -> dict[tuple[int, bool], list[ScorePair]]:
    """Pairs of scores by window and whether it is over, those without any score in them too."""
    pairs: dict[tuple[int, bool], list[ScorePair]] = {}
    for number, window in enumerate(WINDOWS):
        over = sum(n for day, n in counts.starts.items() if day + window.last_day <= as_of_day)
        for is_over, size in ((True, over), (False, sum(counts.starts.values()) - over)):
            rows = [
                ScorePair(row.baseline, row.later, row.episodes)
                for row in counts.scores.changes
                if (row.instrument, row.context) == (asked.instrument, asked.context)
                and (row.window, row.over) == (number, is_over)
            ]
            silent = size - sum(pair.people for pair in rows)
            pairs[number, is_over] = [*rows, ScorePair(None, None, silent)]
    return pairs


def _window_change(window: Window, over: Sequence[ScorePair], open_: Sequence[ScorePair]) -> WindowChange:
    not_over = sum(pair.people for pair in open_ if pair.baseline is None or pair.later is None)
    scored = [pair for pair in open_ if pair.baseline is not None and pair.later is not None]
    return WindowChange(window, not_over, paired_change([*over, *scored]))


def _responder_row(
    window: Window,
    threshold: Threshold,
    scale: Scale,
    over: Sequence[ScorePair],
    open_: Sequence[ScorePair],
) -> ResponderRow:
    everybody = responders([*over, *open_], threshold, scale)
    return ResponderRow(
        window,
        threshold,
        everybody.excluded,
        everybody.of_scored,
        everybody.of_started,
        responders(over, threshold, scale).of_started,
    )


def _weeks(counts: _Counts, as_of_day: int, asked: AskedScale) -> tuple[RecoveryWeek, ...]:
    key = (asked.instrument, asked.context)
    rows = [
        (row.week, row.value, row.episodes)
        for row in counts.scores.weeks
        if (row.instrument, row.context) == key
    ]
    last_ones = {row.week: row.episodes for row in counts.scores.last if (row.instrument, row.context) == key}
    started = {
        week: sum(n for day, n in counts.starts.items() if day + 7 * week <= as_of_day)
        for week in {week for week, *_ in rows}
    }
    return expected_recovery(rows, started, last_ones)
