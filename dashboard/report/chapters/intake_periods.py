"""By when people first came: the share back by week 12 of every intake period, as a chart and a table."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.recovery_words import intake_title, period_words
from dashboard.report.chapters.cells import count, share
from dashboard.report.chapters.happened import marks, marks_sentence, marks_words
from dashboard.report.content import Block, Cell, Column, Heading, Paragraph, PeriodChart, Table
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.sections.trends import Trends
from dashboard.wording import WITHHELD, count_words, interval_words, percent

COUNTED_BY = (
    "People are counted in the period in which they first came, however long it took: who recovered this month is "
    "never a period."
)
FEWEST_DRAWN = 3


def intake_blocks(result: IntakePeriodsResult, trends: Trends, k: int) -> list[Block]:
    """A chart on paper where there is a course to see, else the table; the table is in every file."""
    if not result.periods:
        return []
    drawn = sum(_value(period) is not None for period in result.periods) >= FEWEST_DRAWN
    title = intake_title(result)
    blocks: list[Block] = [Heading("By when people first came")]
    blocks.append(Paragraph(COUNTED_BY if drawn else f"**{title}.** {COUNTED_BY}"))
    if drawn:
        blocks.append(_chart(result, trends, k))
    return [*blocks, _table(result, k, printed=not drawn)]


def _chart(result: IntakePeriodsResult, trends: Trends, k: int) -> PeriodChart:
    periods = result.periods
    labels = tuple(period_words(period.share) for period in periods)
    found = marks(trends, [(period.share.first_day, period.share.last_day) for period in periods])
    sentence = "Estimated share back by week 12 with its 95 % interval; below it how many are in the curve."
    if any(not period.share.mature for period in periods):
        sentence += " Open marks or none: not everybody has had 12 weeks."
    title = intake_title(result)
    spoken = " ".join(_spoken(*one, shared=result.shared) for one in zip(labels, periods, strict=True))
    return PeriodChart(
        name="intake_chart",
        title=title,
        sentence=sentence + marks_sentence(found),
        alt=f"{title}. {spoken}{marks_words(found, labels)}",
        labels=labels,
        people=tuple(f"n {count_words(period.started, k, few=period.few)}" for period in periods),
        y=tuple(share(_value(period), shared=result.shared) for period in periods),
        low=tuple(share(period.share.low, shared=result.shared) for period in periods),
        high=tuple(share(period.share.high, shared=result.shared) for period in periods),
        grey=tuple(not period.share.mature for period in periods),
        notes=found,
        table="intake_periods",
    )


def _spoken(label: str, period: ShownPeriod, *, shared: bool) -> str:
    value = share(_value(period), shared=shared)
    if value is None:
        return f"{label}: no figure."
    low, high = (share(limit, shared=shared) for limit in (period.share.low, period.share.high))
    limits = f" {interval_words(low, high)}" if low is not None and high is not None else ""
    return f"{label}: {percent(value)}{limits}."


def _value(period: ShownPeriod) -> float | None:
    return period.share.value


def _table(result: IntakePeriodsResult, k: int, *, printed: bool) -> Table:
    columns = (
        Column("period", "first visit in", "text", "the period of the first visit"),
        Column("started", "in the curve", "count", "people in the curve"),
        Column("back", "back by week 12", "share", "estimated share back by week 12"),
        Column("low", "low", "share", "lower 95 % limit", "back"),
        Column("high", "high", "share", "upper 95 % limit", "back"),
        Column("too_few", "too few", "text", "yes: fewer than 10 people in effect", "back"),
        Column("mature", "all followed for 12 weeks", "text", "no: the figure is provisional"),
    )
    rows: Sequence[tuple[Cell, ...]] = [_row(period, k, shared=result.shared) for period in result.periods]
    return Table(
        "intake_periods", "By the period of the first visit", columns, tuple(rows),
        on_paper="table" if printed else "no",
    )  # fmt: skip


def _row(period: ShownPeriod, k: int, *, shared: bool) -> tuple[Cell, ...]:
    found = period.share
    hidden = shared and found.value is None
    figures: tuple[Cell, ...] = tuple(
        share(one, shared=shared) for one in (found.value, found.low, found.high)
    )
    return (
        period_words(found),
        count(period.started, k, few=period.few),
        *((WITHHELD, None, None) if hidden else figures),
        "yes" if found.too_few and not hidden else "",
        "yes" if found.mature else "no",
    )
