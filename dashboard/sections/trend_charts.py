"""The values of a measure between their limits: an XmR chart, or shares back by intake period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from dashboard.sections.trend_measures import Measure
from dashboard.sections.trend_series import State, Value
from dashboard.stats.control_chart import (
    TRIAL,
    Assurance,
    Kind,
    Rule,
    RunTest,
    Segment,
    ShareChart,
    SharePoint,
    assurance_of_shares,
    run_test,
    share_chart,
    suggested_rebase,
    suggested_rebase_of_shares,
    xmr_chart,
)
from dashboard.stats.disclosure import coarsen, proportion_withheld, shown_count
from dashboard.stats.intake_periods import IntakePeriod, PeriodShare, Span, Unit, cut, divide, is_mature
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence
from sql.queries.decisions import Rebase


@dataclass(frozen=True)
class TrendPoint:
    """A period's value beside the mean and limits that hold for it; None where there is none.

    rule, direction and kind are those of the control chart. Of shares back there are `n_effective` and, while
    the period is not mature, a `provisional` value.
    """

    value: Value
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    rule: Rule | None = None
    direction: int = 0
    kind: Kind = "common cause"
    n_effective: float | None = None
    provisional: float | None = None


@dataclass(frozen=True)
class TrendSegment:
    """Counted points from one change of limits to the next. `limits` of shares back stand at each point."""

    first_day: date
    last_day: date
    points: int
    mean: float | None
    limits: Segment | None

    @property
    def trial(self) -> bool:
        """Whether its limits rest on so few points that they move with every new one."""
        return self.points < TRIAL


@dataclass(frozen=True)
class Trend:
    """One measure over time. variation and direction are the last counted point's, assurance the last segment's.

    suggested: month from which a person might let new limits begin. runs: the run test of a last segment with
    trial limits. detail: instrument and context of a score.
    """

    measure: Measure
    unit: Unit
    points: tuple[TrendPoint, ...]
    segments: tuple[TrendSegment, ...]
    target: float | None
    assurance: Assurance | None
    suggested: date | None
    rebases: tuple[Rebase, ...]
    runs: RunTest | None
    detail: tuple[str, str] | None = None

    @property
    def counted(self) -> tuple[TrendPoint, ...]:
        """The points that the limits rest on."""
        return tuple(point for point in self.points if point.value.state == "counted")

    @property
    def last(self) -> TrendPoint | None:
        """The newest point that counts."""
        return self.counted[-1] if self.counted else None

    @property
    def variation(self) -> Kind | None:
        """What the icon says."""
        return self.last.kind if self.last else None

    @property
    def trial(self) -> bool:
        """Whether the newest limits are trial limits."""
        return bool(self.segments) and self.segments[-1].trial


def charted(
    measure: Measure,
    unit: Unit,
    values: Sequence[Value],
    target: float | None,
    rebases: Sequence[Rebase],
    detail: tuple[str, str] | None = None,
) -> Trend:
    """Limits and rules for the values that count; the others stand beside them."""
    counted = [value for value in values if value.state == "counted"]
    numbers = [value.value for value in counted if value.value is not None]
    cuts = _cuts([value.first_day for value in counted], rebases)
    chart = xmr_chart(numbers, better=measure.better, target=target, rebase_at=cuts)
    limits = [segment for segment in chart.segments for _ in range(segment.start, segment.end)]
    found = {
        value.first_day: TrendPoint(
            value, segment.mean, segment.lower, segment.upper, point.rule, point.direction, point.kind
        )
        for value, segment, point in zip(counted, limits, chart.points, strict=True)
    }
    segments = tuple(
        TrendSegment(counted[s.start].first_day, counted[s.end - 1].last_day, s.end - s.start, s.mean, s)
        for s in chart.segments
    )
    start = suggested_rebase(chart)
    last = chart.segments[-1] if chart.segments else None
    return Trend(
        measure=measure,
        unit=unit,
        points=tuple(found.get(value.first_day, TrendPoint(value)) for value in values),
        segments=segments,
        target=target,
        assurance=chart.assurance,
        suggested=None if start is None else counted[start].first_day,
        rebases=tuple(rebases),
        runs=run_test(numbers[last.start :]) if last and last.trial else None,
        detail=detail,
    )


def charted_shares(
    measure: Measure,
    unit: Unit,
    curves: Mapping[date, RecoveryCounts],
    target: float | None,
    rebases: Sequence[Rebase],
    *,
    as_of: date,
    span: Span,
    k: int | None,
) -> Trend:
    """The share back of each intake period, cut to `span`; from coarse counts, for sharing, where k is given."""
    periods = [cut(period, span) for period in divide(curves, unit)]
    shown = [coarse for period in periods if (coarse := _to_show(period, measure, k))]
    charts = [
        share_chart(part, as_of, horizon_days=measure.mature_days, better=measure.better)
        for part in _split(shown, measure, rebases, as_of)
    ]
    found = {
        point.period.first_day: _share_point(point, chart.centre, k)
        for chart in charts
        for point in chart.points
    }
    last = charts[-1] if charts else ShareChart(None, ())
    start, numbers = suggested_rebase_of_shares(last), [share for _, share in _counted(last)]
    return Trend(
        measure=measure,
        unit=unit,
        points=tuple(found.get(p.first_day) or _withheld(p, measure, as_of, k) for p in periods),
        segments=tuple(
            TrendSegment(counted[0][0].first_day, counted[-1][0].last_day, len(counted), chart.centre, None)
            for chart in charts
            if (counted := _counted(chart))
        ),
        target=target,
        assurance=assurance_of_shares(last, target, measure.better),
        suggested=None if start is None else last.points[start].period.first_day,
        rebases=tuple(rebases),
        runs=run_test(numbers) if len(numbers) < TRIAL else None,
    )


def _to_show(period: IntakePeriod, measure: Measure, k: int | None) -> IntakePeriod | None:
    """The period, with coarse counts where k is given; None where its share may not be shown."""
    if k is None:
        return period
    counts = coarsen(period.counts, k).counts
    if counts is None:
        return None
    back = cumulative_incidence(counts).state_at(measure.mature_days).returned
    if proportion_withheld(back, counts.started, k):
        return None
    return replace(period, counts=counts)


def _split(
    periods: Sequence[IntakePeriod], measure: Measure, rebases: Sequence[Rebase], as_of: date
) -> list[Sequence[IntakePeriod]]:
    """The parts between changes of limits; each begins with a mature period, so that it has a mean."""
    mature = [period for period in periods if is_mature(period, measure.mature_days, as_of)]
    starts = {mature[cut].first_day for cut in _cuts([p.first_day for p in mature], rebases)}
    cuts = [n for n, period in enumerate(periods) if period.first_day in starts]
    return [periods[a:b] for a, b in pairwise([0, *cuts, len(periods)])]


def _cuts(first_days: Sequence[date], rebases: Sequence[Rebase]) -> list[int]:
    """Index of the first point on or after each change of limits, where there are points on both sides."""
    indexes = {sum(day < rebase.month for day in first_days) for rebase in rebases}
    return sorted(n for n in indexes if 0 < n < len(first_days))


def _counted(chart: ShareChart) -> list[tuple[PeriodShare, float]]:
    """Mature periods with their share."""
    return [
        (p.period, p.period.value) for p in chart.points if p.period.mature and p.period.value is not None
    ]


def _share_point(point: SharePoint, centre: float | None, k: int | None) -> TrendPoint:
    share = point.period
    met = share.returned if k is None else shown_count(share.returned, k)
    state: State = "not yet" if not share.mature else "nobody" if share.value is None else "counted"
    counted = state == "counted"
    value = Value(
        share.first_day, share.last_day, state, share.value if counted else None, met, share.started
    )
    return TrendPoint(
        value,
        centre,
        point.lower,
        point.upper,
        point.rule,
        point.direction,
        point.kind,
        n_effective=share.n_effective,
        provisional=None if share.mature else share.value,
    )


def _withheld(period: IntakePeriod, measure: Measure, as_of: date, k: int | None) -> TrendPoint:
    state: State = "withheld" if is_mature(period, measure.mature_days, as_of) else "not yet"
    few = k is not None and period.counts.started < k
    return TrendPoint(Value(period.first_day, period.last_day, state, None, None, None, few))
