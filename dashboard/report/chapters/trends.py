"""Is it getting better or worse? Ten measures with their limits, and intake periods with their share back."""

from __future__ import annotations

from dashboard.recovery_words import intake_title, period_words
from dashboard.report.chapters.cells import count, share
from dashboard.report.content import Block, Cell, Chapter, Column, Heading, Paragraph, Table, TrendChart
from dashboard.report.results import ReportResults
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.sections.trend_charts import Trend, TrendPoint
from dashboard.sections.trends import DIGITS_SHARED, Trends
from dashboard.trend_words import (
    CHANCE,
    assurance_words,
    caption,
    measure_name,
    period_of,
    rebase_sentences,
    rule_words,
    title,
    value_words,
    variation_words,
)
from dashboard.wording import WITHHELD, long_date

COUNTED_BY = (
    "People are counted in the period in which they first came, however long it took: who recovered this month is "
    "never a period."
)
ALWAYS_DRAWN = "back_by_12_weeks"
MOST_DRAWN = 2
POINTS_DRAWN = 24


def trends_chapter(results: ReportResults) -> Chapter | None:
    """The table of measures, the charts of the first and of one that changed, what happened, intake periods."""
    trends: Trends = results.found["trends"]
    blocks: list[Block] = []
    if trends.trends:
        blocks += [_measures(trends), Paragraph(CHANCE, "note")]
        blocks += [_chart(trend, trends) for trend in drawn(trends)]
        blocks += _happened(trends)
        blocks.append(_points(trends))
    blocks += _intake(results.found["intake_periods"], results.k)
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


def _measures(trends: Trends) -> Table:
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
    points = [point for point in trend.points if _shown(trend, trends, point) is not None][-POINTS_DRAWN:]
    counted = [point.value.state == "counted" for point in points]
    return TrendChart(
        name=f"trend_{trend.measure.name}",
        title=title(trend),
        sentence=caption(trend, trends),
        alt=f"{title(trend)}. {caption(trend, trends)}",
        labels=tuple(period_of(point.value) for point in points),
        y=tuple(_shown(trend, trends, point) for point in points),
        mean=tuple(_figure(trend, trends, point.mean) for point in points),
        low=tuple(_figure(trend, trends, point.lower) for point in points),
        high=tuple(_figure(trend, trends, point.upper) for point in points),
        signal=tuple(point.rule is not None for point in points),
        grey=tuple(not one for one in counted),
        notes=_notes(trends, points),
        share=trend.measure.in_per_cent,
        table="trend_points",
        rows_of=measure_name(trend.measure),
    )


def _notes(trends: Trends, points: list[TrendPoint]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (at, note.text)
        for note in trends.annotations
        for at, point in enumerate(points)
        if point.value.first_day <= note.day <= point.value.last_day
    )


def _happened(trends: Trends) -> list[Block]:
    """What the clinic wrote down, and new limits with their reasons."""
    lines = [f"{long_date(note.day)}: {note.text}" for note in trends.annotations]
    lines += [
        f"{measure_name(trend.measure)}: {words}"
        for trend in trends.trends
        for words in rebase_sentences(trend)
    ]
    plain = [line.replace("**", "") for line in lines]
    return [Heading("What happened"), *(Paragraph(line) for line in plain)] if plain else []


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
    )
    rows = tuple(_point(trend, trends, point) for trend in trends.trends for point in trend.points)
    return Table("trend_points", "Every point of the ten measures", columns, rows, on_paper="no")


def _point(trend: Trend, trends: Trends, point: TrendPoint) -> tuple[Cell, ...]:
    value, k = point.value, trends.k
    hidden = value.state == "withheld"
    n: Cell = count(value.n, k) if hidden or value.n is not None else None
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


def _intake(result: IntakePeriodsResult, k: int) -> list[Block]:
    if not result.periods:
        return []
    columns = (
        Column("period", "first visit in", "text", "the period of the first visit"),
        Column("started", "in the curve", "count", "people in the curve"),
        Column("back", "back by week 12", "share", "estimated share back by week 12"),
        Column("low", "low", "share", "lower 95 % limit", "back"),
        Column("high", "high", "share", "upper 95 % limit", "back"),
        Column("too_few", "too few", "text", "yes: fewer than 10 people in effect", "back"),
        Column("mature", "all followed for 12 weeks", "text", "no: the figure is provisional"),
    )
    rows = tuple(_period(period, k, shared=result.shared) for period in result.periods)
    table = Table("intake_periods", "By the period of the first visit", columns, rows)
    return [
        Heading("By when people first came"),
        Paragraph(f"**{intake_title(result)}.** {COUNTED_BY}"),
        table,
    ]


def _period(period: ShownPeriod, k: int, *, shared: bool) -> tuple[Cell, ...]:
    found = period.share
    hidden = shared and found.value is None
    figures: tuple[Cell, ...] = tuple(
        share(one, shared=shared) for one in (found.value, found.low, found.high)
    )
    return (
        period_words(found),
        count(period.started, k),
        *((WITHHELD, None, None) if hidden else figures),
        "yes" if found.too_few and not hidden else "",
        "yes" if found.mature else "no",
    )
