"""What the report says first: the verdicts in sentences, with their source and the figures behind them."""

from __future__ import annotations

from dashboard.captions import definition_sentence
from dashboard.group_summary import GroupSummary
from dashboard.names import CONDITION_NAMES, CONDITION_SHORT, group_name
from dashboard.report.chapters.cells import GROUP, IN_CURVE, MEDIAN, STARTED, median_cell, people, share
from dashboard.report.content import Block, Cell, Chapter, Column, Heading, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.stats.survival import sentence_interval
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    WITHHELD,
    badge_words,
    card_sentences,
    long_date,
    others_sentence,
    rows_with_verdict,
    time_words,
)

MOST_NAMED = 2
DAYS = (84, 182)


def headline_chapter(results: ReportResults) -> Chapter:
    """Verdicts, key figures, and the same figures of the twelve months before."""
    summary = results.outcomes
    blocks: list[Block] = []
    if summary.definition_changed_on:
        blocks.append(Paragraph(definition_sentence(summary.definition_changed_on), "warning"))
    if not summary.groups:
        blocks.append(
            Paragraph("Nobody started in these twelve months, so there is no result yet.", "finding")
        )
        return Chapter("headline", "In short", tuple(blocks))
    named = main_groups(summary)
    for group in named:
        blocks += _verdict_blocks(summary, group)
    others = others_sentence(summary, [group.group for group in named])
    if others:
        blocks.append(Paragraph(others, "note"))
    blocks.append(_figures(results, named))
    return Chapter("headline", "In short", tuple(blocks))


def main_groups(summary: OutcomeSummary) -> list[GroupSummary]:
    """Conditions that get sentences of their own: those with a benchmark, else the largest."""
    with_verdict = [group for group in summary.groups if rows_with_verdict(group.group)]
    by_size = sorted(summary.groups, key=lambda group: -(group.episodes or 0))
    return (with_verdict or by_size)[:MOST_NAMED]


def _verdict_blocks(summary: OutcomeSummary, group: GroupSummary) -> list[Block]:
    badge = ""
    for row in rows_with_verdict(group.group)[:1]:
        if verdict := summary.verdict(row.id):
            badge = f": {badge_words(verdict, row)}"
    name = CONDITION_NAMES[group.group]
    return [Heading(f"{name}{badge}"), Paragraph(" ".join(card_sentences(summary, group)), "finding")]


def _figures(results: ReportResults, named: list[GroupSummary]) -> Table:
    """The key figures of the twelve months beside those of the twelve months before."""
    columns = (
        GROUP,
        Column("period", "first visits", "text", "the twelve months of first visits"),
        STARTED,
        IN_CURVE,
        *(column for day in DAYS for column in _estimate_columns(day)),
        MEDIAN,
    )
    rows = []
    for group in named:
        for summary in (results.outcomes, results.before):
            found = next((g for g in summary.groups if g.group == group.group), None)
            rows.append(_row(summary, group.group, found))
    return Table(
        "key_figures",
        "The figures, and those of the twelve months before",
        columns,
        tuple(rows),
        note=(
            "No first visit is in both periods. Those of the earlier one have had longer to return: compare "
            "shares by the same week, not counts."
        ),
    )


def _estimate_columns(day: int) -> tuple[Column, ...]:
    when = time_words(day)
    return (
        Column(f"back_by_{day}", f"by {when}", "share", f"estimated share back running by {when}"),
        Column(f"low_{day}", "low", "share", "lower 95 % limit, as it is read out", f"back_by_{day}"),
        Column(f"high_{day}", "high", "share", "upper 95 % limit, as it is read out", f"back_by_{day}"),
    )


def _row(summary: OutcomeSummary, name: str, group: GroupSummary | None) -> tuple[Cell, ...]:
    first, last = summary.cohort.first_visit_from, summary.cohort.first_visit_to
    assert first is not None  # noqa: S101 - a report's cohorts have both ends
    assert last is not None  # noqa: S101
    period = f"{first:%b %Y} to {last:%b %Y}"
    label = CONDITION_SHORT.get(name) or group_name(name)
    if group is None:
        return (label, period, 0, 0, *(None for _ in range(3 * len(DAYS))), None)
    cells: list[Cell] = [label, period, people(group.started), people(group.episodes)]
    for day in DAYS:
        cells += estimate_cells(summary, group, day)
    return (*cells, median_cell(group))


def estimate_cells(summary: OutcomeSummary, group: GroupSummary, day: int) -> tuple[Cell, Cell, Cell]:
    """Share and limits as sentences have them."""
    horizon, shared = group.back_by_day(day), summary.audience == "sharing"
    if horizon.value is None or group.curve is None:
        withheld = horizon.known is None and shared
        return (WITHHELD if withheld else "too few followed", None, None)
    low, high = sentence_interval(group.curve, day) or (None, None)
    return (share(horizon.value, shared=shared), share(low, shared=shared), share(high, shared=shared))


def period_words(summary: OutcomeSummary) -> str:
    """ "1 November 2025 to 31 October 2026"."""
    first, last = summary.cohort.first_visit_from, summary.cohort.first_visit_to
    assert first is not None  # noqa: S101
    assert last is not None  # noqa: S101
    return f"{long_date(first)} to {long_date(last)}"
