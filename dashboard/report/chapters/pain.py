"""Pain and function: how scores changed, and who improved enough."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.pain_captions import change_title, scale_label, start_sentence, threshold_label
from dashboard.report.chapters.cells import count
from dashboard.report.content import Block, Cell, Chapter, Column, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.sections.pain_scales import PainSection
from dashboard.stats.pain import Window
from dashboard.stats.pain_shown import ChangeShown, RespondersShown, ShareShown
from dashboard.wording import WITHHELD

MOST_SCALES = 2
MAIN_WINDOW_DAY = 84
FEW = 10


def pain_chapter(results: ReportResults) -> Chapter | None:
    """The scales in use, most used first; the first two on paper."""
    sections: Sequence[PainSection] = results.found["pain"]
    if not sections or results.outcomes.everybody.started == 0:
        return None
    blocks: list[Block] = [
        Paragraph(f"**{change_title(section)}.** {start_sentence(section)}")
        for section in sections[:MOST_SCALES]
    ]
    return Chapter("pain", "Pain and function", (*blocks, _changes(sections), _responders(sections)))


def _changes(sections: Sequence[PainSection]) -> Table:
    columns = (
        Column("scale", "scale", "text", "instrument and situation"),
        Column("window", "days since the first visit", "text", "when the later score was given"),
        Column("scored", "with both scores", "count", "people with a first and a later score"),
        Column("without", "without a later score", "count", "people whose window is over, without a score"),
        Column("baseline_mean", "mean at the start", "number", "mean first score of those with both"),
        Column("later_mean", "mean then", "number", "mean later score of the same people"),
        Column("change", "mean change", "number", "paired mean change, points of the scale"),
        Column("low", "low", "number", "lower 95 % limit of the change", "change"),
        Column("high", "high", "number", "upper 95 % limit of the change", "change"),
        Column("too_few", "too few", "text", "yes: fewer than 10 people with both scores", "change"),
    )
    rows = [(scale_label(s.asked), *_change(change, s.k)) for s in sections for change in s.changes]
    printed = sum(len(section.changes) for section in sections[:MOST_SCALES])
    note = (
        "Change is not the effect of the treatment: pain that brings people here tends to ease by itself too."
    )
    return Table("change", "Change of scores", columns, tuple(rows), note=note, paper_rows=printed)


def _change(change: ChangeShown, k: int) -> tuple[Cell, ...]:
    figures = (change.baseline_mean, change.later_mean, change.mean, change.low, change.high)
    if change.withheld:
        figures = (WITHHELD, None, WITHHELD, None, None)  # type: ignore[assignment]
    counts = (count(change.scored, k), count(change.without_score, k))
    return (_window(change.window), *counts, *figures, _few(change.scored, withheld=change.withheld))


def _few(people: int | None, *, withheld: bool) -> str:
    """The reservation about a figure of few people; a withheld one needs none."""
    return "yes" if people and people < FEW and not withheld else ""


def _responders(sections: Sequence[PainSection]) -> Table:
    """Rows of the main window and scales first: these are on paper."""
    columns = (
        Column("scale", "scale", "text", "instrument and situation"),
        Column("threshold", "improved by", "text", "the published threshold"),
        Column("window", "days", "text", "when the later score was given"),
        Column("excluded", "out of reach", "count", "people who started too near the end of the scale"),
        *_share_columns("of_scored", "of those scored", "of those with both scores"),
        *_share_columns("of_started", "of all started", "of all who started; without a score counts as no"),
        Column("source", "source", "text", "where the threshold is published", on_paper=False),
    )
    rows = [(section, row) for section in sections for row in section.responders]
    main = [(s, r) for s, r in rows if s in sections[:MOST_SCALES] and _is_main(r.window)]
    others = [pair for pair in rows if pair not in main]
    cells = tuple(_responder(section, row) for section, row in (*main, *others))
    note = (
        "Thresholds stand side by side and are never mixed (Wilson intervals). Of all started is the lowest it can "
        "be: whoever gave no score counts as not improved."
    )
    return Table("responders", "Who improved enough", columns, cells, note=note, paper_rows=len(main))


def _share_columns(name: str, title: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name, title, "share", f"share improved by the threshold, {meaning}"),
        Column(f"{name}_low", "low", "share", "lower 95 % limit", name),
        Column(f"{name}_high", "high", "share", "upper 95 % limit", name),
        Column(f"{name}_too_few", "too few", "text", "yes: fewer than 10 people", name),
        Column(f"{name}_n", "n", "count", f"people: {meaning}"),
    )


def _responder(section: PainSection, row: RespondersShown) -> tuple[Cell, ...]:
    return (
        scale_label(section.asked),
        threshold_label(row),
        _window(row.window),
        count(row.excluded, section.k, few=row.of_scored.denominator is not None),
        *_share(row.of_scored, section),
        *_share(row.of_started, section),
        row.threshold.source,
    )


def _share(found: ShareShown, section: PainSection) -> tuple[Cell, ...]:
    if found.withheld:
        return (WITHHELD, None, None, "", count(found.denominator, section.k))
    figures = (found.value, found.low, found.high)
    few = _few(found.denominator, withheld=found.withheld)
    return (*figures, few, count(found.denominator, section.k))


def _window(window: Window) -> str:
    return f"{window.first_day}–{window.last_day}"


def _is_main(window: Window) -> bool:
    return window.first_day <= MAIN_WINDOW_DAY <= window.last_day
