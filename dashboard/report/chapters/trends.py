"""Is it getting better or worse? Ten measures with their limits, and intake periods with their share back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dashboard.report.chapters.cells import count
from dashboard.report.chapters.happened import (
    happened_blocks,
    marks,
    marks_sentence,
    marks_words,
    numbers_within,
)
from dashboard.report.chapters.intake_periods import intake_blocks
from dashboard.report.content import Block, Cell, Chapter, Column, Paragraph, Table, TrendChart
from dashboard.report.results import ReportResults
from dashboard.sections.intake_periods import IntakePeriodsResult
from dashboard.sections.trend_charts import Trend, TrendPoint
from dashboard.sections.trends import DIGITS_SHARED, Trends
from dashboard.trend_words import (
    CHANCE,
    assurance_words,
    caption,
    measure_name,
    period_of,
    rule_words,
    title,
    value_words,
    variation_words,
)
from dashboard.wording import WITHHELD

ALWAYS_DRAWN = "back_by_12_weeks"
MOST_DRAWN = 2
POINTS_DRAWN = 24
SIGNS = {
    "concern": "Diamonds: a change for the worse",
    "improvement": "Squares: a change for the better",
    "neutral": "Triangles: a change",
}


def trends_chapter(results: ReportResults) -> Chapter | None:
    """The table of measures, the charts of the first and of one that changed, intake periods, what happened."""
    trends: Trends = results.found["trends"].to_read()
    blocks: list[Block] = []
    if trends.trends:
        blocks += _measures(trends)
        blocks += [_chart(trend, trends) for trend in drawn(trends)]
    intake: IntakePeriodsResult = results.found["intake_periods"]
    blocks += intake_blocks(intake, trends, results.k)
    if blocks:
        blocks += happened_blocks(trends, since=_first_drawn(trends, intake))
    if trends.trends:
        blocks.append(_points(trends))
    return Chapter("trends", "Better or worse", tuple(blocks)) if blocks else None


def drawn(trends: Trends) -> list[Trend]:
    """Back by week 12, and of the others the first whose last point stands out."""
    first = [trends.trend(ALWAYS_DRAWN)]
    changed = [
        t
        for t in trends.trends
        if t.measure.name != ALWAYS_DRAWN and t.variation not in (None, "common cause")
    ]
    return [trend for trend in (first + changed)[:MOST_DRAWN] if trend.counted]


def _measures(trends: Trends) -> list[Block]:
    table = _measures_table(trends)
    if any(trend.last for trend in trends.trends):
        return [table, Paragraph(CHANCE, "note")]
    return [replace(table, on_paper="no"), Paragraph("No measure has a month that can be counted yet.")]


def _measures_table(trends: Trends) -> Table:
    columns = (
        Column("measure", "measure", "text", "what is followed"),
        Column("last", "last value", "text", "value of the last period that counts"),
        Column("period", "of", "text", "the last period that counts"),
        Column("n", "people or visits", "count", "how many it rests on"),
        Column("mean", "mean", "text", "mean since the limits began"),
        Column("variation", "change", "text", "what the rules find at the last point"),
        Column("finding", "why", "text", "the rule that it rests on"),
        Column("target", "target", "text", "whether the clinic's target is met"),
    )
    return Table(
        "measures", "Ten measures", columns, tuple(_measure(trend, trends.k) for trend in trends.trends)
    )


def _measure(trend: Trend, k: int) -> tuple[Cell, ...]:
    last, name = trend.last, measure_name(trend.measure)
    if last is None:
        return (name, "–", "–", None, "–", variation_words(trend), "–", assurance_words(trend))
    return (
        name,
        value_words(trend.measure, last.value.value),
        period_of(last.value),
        count(last.value.n, k),
        value_words(trend.measure, last.mean),
        variation_words(trend),
        rule_words(trend, last) or "–",
        assurance_words(trend),
    )


def _chart(trend: Trend, trends: Trends) -> TrendChart:
    """The last points of a measure; those whose people could not all be followed yet are open marks."""
    points = _drawn_points(trend, trends)
    counted = [point.value.state == "counted" for point in points]
    labels = tuple(period_of(point.value) for point in points)
    found = marks(trends, [(point.value.first_day, point.value.last_day) for point in points])
    sentence = caption(trend, trends, provisional="open marks")
    return TrendChart(
        name=f"trend_{trend.measure.name}",
        title=title(trend),
        sentence=sentence + signs_sentence(points) + marks_sentence(found),
        alt=f"{title(trend)}. {sentence}{marks_words(found, labels)}",
        labels=labels,
        y=tuple(_shown(trend, trends, point) for point in points),
        mean=tuple(_figure(trend, trends, point.mean) for point in points),
        low=tuple(_figure(trend, trends, point.lower) for point in points),
        high=tuple(_figure(trend, trends, point.upper) for point in points),
        signal=tuple(_signal(point) for point in points),
        grey=tuple(not one for one in counted),
        notes=found,
        share=trend.measure.in_per_cent,
        table="trend_points",
        rows_of=measure_name(trend.measure),
    )


def _drawn_points(trend: Trend, trends: Trends) -> list[TrendPoint]:
    return [point for point in trend.points if _shown(trend, trends, point) is not None][-POINTS_DRAWN:]


def _first_drawn(trends: Trends, intake: IntakePeriodsResult) -> date | None:
    """The first day on any chart."""
    days = [period.share.first_day for period in intake.periods]
    if trends.trends:
        days += [point.value.first_day for trend in drawn(trends) for point in _drawn_points(trend, trends)]
    return min(days, default=None)


def _signal(point: TrendPoint) -> str:
    return point.kind if point.rule is not None and point.kind != "common cause" else ""


def signs_sentence(points: Sequence[TrendPoint]) -> str:
    """Which shape of a point says what; nothing where none stands out."""
    there = {_signal(point) for point in points} - {""}
    return "".join(f" {words}." for kind, words in SIGNS.items() if kind in there)


def _points(trends: Trends) -> Table:
    columns = (
        Column("measure", "measure", "text", "what is followed"),
        Column("period", "period", "text", "the period"),
        Column("first_day", "from", "date", "first day of the period"),
        Column("last_day", "to", "date", "last day of the period"),
        Column("value", "value", "number", "share of 1, number of people, or points, by the measure"),
        Column("n", "people or visits", "count", "how many it rests on"),
        Column("mean", "mean", "number", "mean since the limits began"),
        Column("low", "lower limit", "number", "lower limit of chance"),
        Column("high", "upper limit", "number", "upper limit of chance"),
        Column("counts", "counts", "text", "no: it is not over yet, or too few to show"),
        Column("finding", "finding", "text", "the rule that marks the point"),
        Column("happened", "what happened", "text", "numbers of the events in the period: table happened"),
    )
    rows = tuple(_point(trend, trends, point) for trend in trends.trends for point in trend.points)
    return Table("trend_points", "Every point of the ten measures", columns, rows, on_paper="no")


def _point(trend: Trend, trends: Trends, point: TrendPoint) -> tuple[Cell, ...]:
    value, k = point.value, trends.k
    hidden = value.state == "withheld"
    n: Cell = count(value.n, k, few=value.few) if hidden or value.n is not None else None
    return (
        measure_name(trend.measure),
        period_of(value),
        value.first_day,
        value.last_day,
        WITHHELD if hidden else _shown(trend, trends, point),
        n,
        *(_figure(trend, trends, one) for one in (point.mean, point.lower, point.upper)),
        "yes" if value.state == "counted" else "no",
        rule_words(trend, point),
        numbers_within(trends, (value.first_day, value.last_day)),
    )


def _shown(trend: Trend, trends: Trends, point: TrendPoint) -> float | None:
    value = point.value.value if point.value.value is not None else point.provisional
    return _figure(trend, trends, value)


def _figure(trend: Trend, trends: Trends, value: float | None) -> float | None:
    """A number of a trend as this audience may see it; limits of shares and counts stay where these can be."""
    if value is None:
        return None
    bounded = max(value, 0.0) if trend.measure.kind != "median" else value
    bounded = min(bounded, 1.0) if trend.measure.in_per_cent else bounded
    return round(bounded, DIGITS_SHARED[trend.measure.kind]) if trends.shared else bounded
