"""The same by symptom duration and by site: who is back sooner."""

from __future__ import annotations

from dataclasses import replace

from dashboard.recovery_words import test_sentence
from dashboard.report.chapters.running import curve_table, horizons_table
from dashboard.report.content import Block, Chapter, Heading, Paragraph
from dashboard.report.results import ReportResults
from dashboard.summary import OutcomeSummary


def groups_chapter(results: ReportResults) -> Chapter | None:
    """By symptom duration, and by site where there are several; None without anybody."""
    if results.outcomes.everybody.started == 0:
        return None
    blocks = _by("symptom_duration", "By how long it hurt before the first visit", results.by_duration)
    if results.by_site is not None:
        blocks += _by("site", "By site", results.by_site)
    return Chapter("groups", "Who is back sooner", tuple(blocks))


def _by(name: str, title: str, summary: OutcomeSummary) -> list[Block]:
    blocks: list[Block] = [Heading(title)]
    if sentence := test_sentence(summary):
        blocks.append(Paragraph(sentence))
    table = replace(
        horizons_table(summary, f"by_{name}"), title=f"Share back running: {title[0].lower()}{title[1:]}"
    )
    weeks = curve_table(summary, f"by_{name}_curve")
    return [*blocks, table, replace(weeks, title=f"{weeks.title}, {title[0].lower()}{title[1:]}")]
