"""What the numbers mean, and where the quoted figures come from."""

from __future__ import annotations

from dashboard.captions import evidence_words
from dashboard.definitions import DEFINITIONS
from dashboard.report.content import Chapter, Column, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.verdicts import benchmarks

OF_UNITS = ("expected_units", "funnel")
PRINTED = (
    "started", "back_by", "clock", "too_few", "verdict", "classes", "paired_change", "responders", "groups",
    "trend_limits", "trend_rules", *OF_UNITS,
)  # fmt: skip
"""What a reader of the paper needs; the workbook has every term."""


def _sorted_definitions() -> list[tuple[str, ...]]:
    """The printed ones first."""
    others = [name for name in DEFINITIONS if name not in PRINTED]
    return [tuple(DEFINITIONS[name]) for name in (*PRINTED, *others)]


def definitions_chapter(results: ReportResults) -> Chapter:
    """The definition of a return, the terms, the catalogue's rows of the conditions in the report."""
    summary = results.outcomes
    conditions = {group.group for group in summary.by_condition} | set(summary.cohort.conditions)
    terms = Table(
        "definitions",
        "What the numbers mean",
        (
            Column("term", "term", "text", "the term"),
            Column("meaning", "what it means", "text", "its definition"),
        ),
        tuple((title, text) for title, text, *_ in _sorted_definitions()),
        on_paper="terms",
        paper_rows=len(PRINTED) - (len(OF_UNITS) if summary.audience == "sharing" else 0),
    )
    return Chapter(
        "definitions",
        "Definitions and sources",
        (
            Paragraph(f"**A return to running** is the first run that counts: {summary.definition}."),
            Paragraph(
                "**The period.** Outcomes rest on the first visits of the twelve months that end with the "
                "report's month, and on everything heard of these people up to the day the data describe. Who "
                "came is counted for the month itself. A report of the same month made from newer data knows "
                "more and can differ."
            ),
            terms,
            *_sources(conditions),
        ),
    )


def _sources(conditions: set[str]) -> tuple[Table, Table]:
    """The rows that get a verdict, and those only for context; the latter not on paper."""
    columns = (
        Column("figure", "quoted figure", "text", "what the source says"),
        Column("source", "of whom, source and evidence", "text", "who was counted, where it is published"),
    )
    rows: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for row in benchmarks().values():
        if row.condition in conditions:
            claim, _, rest = evidence_words(row).partition("\n")
            words = (claim.strip().replace("**", ""), _without_links(rest))
            rows[row.compare == "verdict"].append(words)
    return (
        Table("sources", "Sources of the quoted figures", columns, tuple(rows[True]), on_paper="terms"),
        Table("context", "For context, never compared", columns, tuple(rows[False]), on_paper="no"),
    )


def _without_links(text: str) -> str:
    """Markdown links as their text: paper cannot be clicked."""
    before, bracket, rest = text.partition("[")
    if not bracket:
        return text
    words, _, after = rest.partition("](")
    return f"{before}{words}{_without_links(after.partition(')')[2])}"
