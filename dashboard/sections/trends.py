"""Is it getting better or worse? Ten measures over time, each with limits that follow from its own noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.trend_charts import Trend, TrendPoint, TrendSegment, charted, charted_shares
from dashboard.sections.trend_counts import TrendCounts, trend_counts
from dashboard.sections.trend_measures import MEASURES, Measure
from dashboard.sections.trend_series import Cell, all_months, best_unit, series, smallest_median
from dashboard.stats.disclosure import rounded
from sql.queries.decisions import Annotation, Rebase, annotations_of, rebases_of, targets_of

DIGITS_SHARED = {"share": 2, "share back": 2, "median": 1, "count": 0}


@dataclass(frozen=True)
class Trends:
    """Every measure; none where nothing may be said of the people asked about.

    `clinic` is the one whose targets and limits hold, None if several are asked about.
    """

    as_of: date
    shared: bool
    leaves_the_clinic: bool
    k: int
    clinic: str | None
    trends: tuple[Trend, ...]
    annotations: tuple[Annotation, ...]

    def trend(self, measure: str) -> Trend:
        """The series of one measure."""
        return next(trend for trend in self.trends if trend.measure.name == measure)

    def to_read(self) -> Trends:
        """The same without the 0 % of score measures where nobody ever gave a score: it would read as a finding."""
        points = [p.value for trend in self.trends if trend.measure.of_scores for p in trend.points]
        if any(value.state == "withheld" or value.met for value in points):
            return self
        nothing = {"points": (), "segments": (), "assurance": None, "suggested": None, "runs": None}
        read = (replace(t, **nothing) if t.measure.of_scores else t for t in self.trends)  # type: ignore[arg-type]
        return replace(self, trends=tuple(read))


@dataclass(frozen=True)
class _Decided:
    targets: dict[str, float]
    rebases: tuple[Rebase, ...]


def trends_section(connection: Connection, asked: Asked) -> Trends:
    """Answer for the people asked about; what a clinic decided holds where it alone is asked about."""
    clinic = asked.clinics[0] if len(asked.clinics) == 1 else None
    decided = _Decided({}, ())
    if clinic:
        decided = _Decided(targets_of(connection, clinic), tuple(rebases_of(connection, clinic)))
    counts = trend_counts(connection, asked)
    return Trends(
        as_of=asked.as_of,
        shared=asked.shared,
        leaves_the_clinic=asked.leaves_the_clinic,
        k=asked.k,
        clinic=clinic,
        trends=() if asked.hidden else tuple(_trend(m, counts, asked, decided) for m in MEASURES.values()),
        annotations=tuple(annotations_of(connection, asked.clinics)),
    )


def trends_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section in `summary --json`."""
    return document(trends_section(connection, asked))


def document(trends: Trends) -> dict[str, Any]:
    """The section in `summary --json`; to share, values are rounded and the clinic's own words stay out."""
    return {
        "clinic": trends.clinic,
        "withheld": not trends.trends,
        "measures": [_measure(trend, shared=trends.shared) for trend in trends.trends],
        "annotations": [
            _annotation(number, note, shared=trends.shared)
            for number, note in enumerate(trends.annotations, 1)
        ],
    }


def _annotation(number: int, note: Annotation, *, shared: bool) -> dict[str, Any]:
    text = None if shared else note.text
    return {"clinic": note.clinic, "number": number, "day": note.day.isoformat(), "text": text}


def _trend(measure: Measure, counts: TrendCounts, asked: Asked, decided: _Decided) -> Trend:
    target = decided.targets.get(measure.name)
    rebases = [rebase for rebase in decided.rebases if rebase.measure == measure.name]
    span = (asked.cohort.first_visit_from, asked.cohort.first_visit_to)
    smallest = smallest_median(measure, asked.k, shared=asked.shared)
    if measure.kind == "share back":
        unit = best_unit({month: curve.started for month, curve in counts.curves.items()}, smallest)
        k = asked.k if asked.shared else None
        return charted_shares(
            measure, unit, counts.curves, target, rebases, as_of=asked.as_of, span=span, k=k
        )
    whole, months = _whole(asked, counts), counts.months[measure.name]
    if measure.kind == "count" and whole:
        months = {month: months.get(month, Cell()) for month in all_months(*whole)}
    unit = best_unit({month: cell.n for month, cell in months.items()}, smallest)
    values = series(
        measure, months, unit, as_of=asked.as_of, whole=whole, span=span, k=asked.k, shared=asked.shared
    )
    detail = counts.pain_scale if measure.kind == "median" else None
    return charted(measure, unit, values, target, rebases, detail)


def _whole(asked: Asked, counts: TrendCounts) -> tuple[date, date] | None:
    """First and last day that the data cover of the period asked for; the month of the first visit is whole."""
    if not counts.curves and not counts.months["intake"]:
        return None
    start = asked.facts.first_start or asked.as_of
    first = max(filter(None, (asked.cohort.first_visit_from, start.replace(day=1))))
    last = min(filter(None, (asked.cohort.first_visit_to, asked.as_of)))
    return (first, last) if first <= last else None


def _measure(trend: Trend, *, shared: bool) -> dict[str, Any]:
    measure = trend.measure
    digits = DIGITS_SHARED[measure.kind] if shared else None
    return {
        "measure": measure.name,
        "kind": measure.kind,
        "of": measure.of,
        "better": measure.better,
        "period": trend.unit,
        "instrument": trend.detail and trend.detail[0],
        "context": trend.detail and trend.detail[1],
        "target": trend.target,
        "assurance": trend.assurance,
        "variation": trend.variation,
        "direction": trend.last.direction if trend.last else 0,
        "trial_limits": trend.trial,
        "run_test": vars(trend.runs) if trend.runs else None,
        "suggested_rebase": trend.suggested and trend.suggested.isoformat(),
        "rebases": [
            {"month": r.month.isoformat(), "reason": None if shared else r.reason} for r in trend.rebases
        ],
        "segments": [_segment(segment, digits) for segment in trend.segments],
        "points": [_point(point, digits) for point in trend.points],
    }


def _segment(segment: TrendSegment, digits: int | None) -> dict[str, Any]:
    names = ("moving_range", "lower", "inner_lower", "inner_upper", "upper")
    limits = {name: getattr(segment.limits, name, None) for name in names}
    return {
        "from": segment.first_day.isoformat(),
        "to": segment.last_day.isoformat(),
        "points": segment.points,
        **_rounded({"mean": segment.mean, **limits}.items(), digits),
    }


def _point(point: TrendPoint, digits: int | None) -> dict[str, Any]:
    value = point.value
    numbers = {
        "value": value.value,
        "mean": point.mean,
        "lower": point.lower,
        "upper": point.upper,
        "provisional": point.provisional,
    }
    effective = point.n_effective
    return {
        "from": value.first_day.isoformat(),
        "to": value.last_day.isoformat(),
        "state": value.state,
        "met": value.met,
        "n": value.n,
        "n_effective": effective if effective is None or digits is None else round(effective),
        **_rounded(numbers.items(), digits),
        "rule": point.rule,
        "direction": point.direction,
        "kind": point.kind if value.state == "counted" else None,
    }


def _rounded(numbers: Iterable[tuple[str, float | None]], digits: int | None) -> dict[str, float | None]:
    return {name: rounded(number, digits) for name, number in numbers}
