"""What happened in the clinic: numbered marks on the charts over time, and what the numbers mean.

In a report for sharing the day stays and the words do not: the clinic wrote them for itself, and nothing can test
a sentence for every name. See docs/decisions/031.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.report.content import Block, Column, Heading, Paragraph, Table
from dashboard.sections.trend_charts import Trend
from dashboard.sections.trends import Trends
from dashboard.trend_words import measure_name
from sql.queries.decisions import Annotation

WORDS_STAY = "noted by the clinic; its words are not in a report for sharing"
MOST_PRINTED = 12

Days = tuple[date, date]
Numbered = tuple[int, Annotation]


def numbered(trends: Trends) -> list[Numbered]:
    """What the clinic wrote down, in order of time: one number for one event on every chart."""
    return list(
        enumerate(sorted(trends.annotations, key=lambda note: (note.day, note.clinic, note.number)), 1)
    )


def marks(trends: Trends, periods: Sequence[Days]) -> tuple[tuple[int, str], ...]:
    """(index of the period, numbers of what happened in it): "2", or "2, 3"."""
    found: list[tuple[int, str]] = []
    for at, period in enumerate(periods):
        if inside := numbers_within(trends, period):
            found.append((at, inside))
    return tuple(found)


def numbers_within(trends: Trends, period: Days) -> str:
    """The numbers of what happened in a period, empty for nothing."""
    first, last = period
    return ", ".join(str(number) for number, note in numbered(trends) if first <= note.day <= last)


def marks_sentence(found: Sequence[tuple[int, str]]) -> str:
    """What the numbers on a chart are; nothing on a chart without."""
    return " Numbers: see What happened." if found else ""


def marks_words(found: Sequence[tuple[int, str]], labels: Sequence[str]) -> str:
    """The marks for those who cannot see them."""
    return "".join(f" Mark {number} in {labels[at]}." for at, number in found)


def happened_blocks(trends: Trends, since: date | None) -> list[Block]:
    """What the numbers mean, printed from the first day on the charts on; and since when new limits hold."""
    blocks: list[Block] = []
    rows = tuple((number, note.day, words_of(note, trends)) for number, note in reversed(numbered(trends)))
    if rows:
        columns = (
            Column("number", "no.", "whole", "the number on the charts"),
            Column("day", "day", "date", "the day that the clinic gave it"),
            Column("what", "what happened", "text", "the clinic's own words; in a report for sharing none"),
        )
        on_charts = sum(since is not None and note.day >= since for note in trends.annotations)
        more = on_charts > MOST_PRINTED
        blocks.append(
            Table(
                "happened", "The numbers on the charts", columns, rows,
                note="The latest; all of them stand in the workbook." if more else "",
                on_paper="table" if on_charts else "no", paper_rows=min(on_charts, MOST_PRINTED),
            )
        )  # fmt: skip
    blocks += [Paragraph(line) for trend in trends.trends for line in _new_limits(trend, trends)]
    shown = [block for block in blocks if not (isinstance(block, Table) and block.on_paper == "no")]
    return [Heading("What happened"), *blocks] if shown else blocks


def words_of(note: Annotation, trends: Trends) -> str:
    """An annotation as this audience may read it."""
    return WORDS_STAY if trends.shared else note.text


def _new_limits(trend: Trend, trends: Trends) -> list[str]:
    lines = []
    for rebase in trend.rebases:
        text = f"{measure_name(trend.measure)}: new limits from {rebase.month:%B %Y}"
        lines.append(f"{text}." if trends.shared else f"{text}: {rebase.reason}".replace("**", ""))
    return lines
