"""How complete the records are, and whom to ask."""

from __future__ import annotations

from dashboard.record_names import MEASURE_NAMES, RULE_WORDS
from dashboard.recovery_words import dates_sentence, follow_up_sentence
from dashboard.report.chapters.cells import count
from dashboard.report.content import Block, Cell, Chapter, Column, Heading, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.sections.completeness import Completeness
from dashboard.sections.follow_up import FollowUpResult
from dashboard.sections.quality import Quality
from dashboard.wording import WITHHELD

MOST_RULES = 5


def records_chapter(results: ReportResults) -> Chapter | None:
    """Follow-up, return dates that are probably visit dates, and how many answers are missing."""
    if results.outcomes.everybody.started == 0:
        return None
    found: FollowUpResult = results.found["follow_up"]
    texts = (follow_up_sentence(found), dates_sentence(found))
    blocks: list[Block] = [Paragraph(text) for text in texts if text]
    blocks.append(_completeness(results.found["completeness"], results))
    blocks.append(_quality(results.found["quality"], results))
    return Chapter("records", "Data quality, and whom to ask", (*blocks, *_to_ask(results)))


def _completeness(found: Completeness, results: ReportResults) -> Table:
    columns = (
        Column("measure", "what should be known by now", "text", "the answer or score"),
        Column("due", "people due", "count", "people whose day for it has come"),
        Column("known", "known", "count", "of these, people of whom it is known"),
        Column("share", "share known", "share", "known, of those due"),
    )
    k, shared = results.k, results.shared
    rows = tuple(
        (
            MEASURE_NAMES[one.measure],
            count(one.due, k),
            count(one.known, k) if one.share is not None or not shared else WITHHELD,
            WITHHELD if shared and one.share is None else one.share,
        )
        for one in found.everybody.measures
    )
    return Table("completeness", "How complete the records are", columns, rows)


def _quality(found: Quality, results: ReportResults) -> Table:
    """What the rules find, most frequent first; those that find nothing are not on paper."""
    columns = (
        Column("rule", "what was found", "text", "the rule"),
        Column("episodes", "courses of care", "count", "courses of care for which it holds"),
        Column("remedy", "what to do", "text", "how to put it right"),
    )
    ordered = sorted(found.found.items(), key=lambda item: (item[1] is not None, -(item[1] or 0)))
    ordered = [item for item in ordered if item[1]] + [item for item in ordered if not item[1]]
    rows = tuple((RULE_WORDS[rule][0], _found(n, results), RULE_WORDS[rule][1]) for rule, n in ordered)
    printed = sum(1 for _, n in ordered if n)
    return Table("quality", "Records to check", columns, rows, paper_rows=min(printed, MOST_RULES))


def _found(number: int | None, results: ReportResults) -> Cell:
    """A withheld count may be small, or nearly everybody."""
    return WITHHELD if number is None and results.shared else number


def _to_ask(results: ReportResults) -> tuple[Block, ...]:
    became, k = results.outcomes.everybody.became, results.k
    columns = (
        Column("who", "who", "text", "people of the twelve months"),
        Column("people", "people", "count", "how many they are"),
        Column("question", "the one question", "text", "what would close the gap"),
    )
    rows = (
        ("lost: no contact for a while, no discharge", count(became.lost, k), "Are you running? Since when?"),
        (
            "discharged, return not recorded",
            count(became.discharged_unrecorded, k),
            "When was your first run without pain?",
        ),
        (
            "still in care, not back yet",
            count(became.in_care, k),
            "at the next visit: pain, and are you running?",
        ),
    )
    note = "Who they are stands on the page To ask, by code: never in a report."
    return (Heading("Whom to ask"), Table("to_ask", "Answers that are missing", columns, rows, note=note))
