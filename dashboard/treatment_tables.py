"""Results of the page Assessment and treatment -> rows of its tables."""

from __future__ import annotations

from dashboard.sections.treatment import Match, Treatment
from dashboard.stats.process import Share
from dashboard.tables import Row
from dashboard.treatment_words import (
    ANSWER_TITLES,
    ANSWER_WORDS,
    FINDINGS,
    MEASURES,
    REHABILITATION_WORDS,
    STATE_WORDS,
    TREATMENT_NAMES,
    change_words,
    horizon_words,
    of_words,
    range_words,
    share_of,
    sorted_measures,
    sorted_treatments,
)
from dashboard.wording import count_words, is_few, percent


def given_rows(result: Treatment) -> list[Row]:
    """A row per treatment, in the order of the chart."""
    return [
        {
            "treatment": TREATMENT_NAMES[name],
            "given to": of_words(result.given[name], result.k),
            "share (95 %)": share_of(result.given[name]),
        }
        for name in sorted_treatments(result)
    ]


def change_rows(result: Treatment) -> list[Row]:
    """A row per measure with a change from the own baseline."""
    return [
        {
            "measure": MEASURES.get(row.measure, row.measure),
            "mean change (95 %)": change_words(row, result.k),
        }
        for row in result.changes
    ]


def match_rows(result: Treatment) -> list[Row]:
    """A row per finding: treated of those with it, without it, and not examined."""
    return [_match_row(match, result.k) for match in result.matches]


def _match_row(match: Match, k: int) -> Row:
    finding, treatment = FINDINGS[match.finding]
    row = {"finding at the start": finding, "what fits it": treatment}
    for state, words in STATE_WORDS.items():
        found = match.given[state]
        row[f"given, {words} the finding" if state != "unknown" else "given, finding not known"] = _cell(
            found, k
        )
    return row


def assessed_rows(result: Treatment) -> list[Row]:
    """A row per measure."""
    rows = []
    changes = {row.measure: row for row in result.changes}
    for row in sorted_measures(result):
        change = changes.get(row.measure)
        rows.append(
            {
                "measure": MEASURES.get(row.measure, row.measure),
                "at the start": _cell(row.at_start, result.k),
                "again by week 12": _cell(row.again, result.k),
                "change from own baseline": "" if change is None else change_words(change, result.k),
            }
        )
    return rows


def landmark_rows(result: Treatment) -> list[Row]:
    """A row per answer of both questions."""
    return [
        {
            "asked until day 28": ANSWER_TITLES[answer].removesuffix(" at day 28").lower(),
            "answer": ANSWER_WORDS[group.answer],
            "people not back by day 28": count_words(group.n, result.k),
            "back by week 12": horizon_words(group.back),
        }
        for answer, found in result.landmark.items()
        for group in found.groups
    ]


def relapse_rows(result: Treatment) -> list[Row]:
    """A row per group."""
    return [
        {
            "rehabilitation before the return": REHABILITATION_WORDS[group.rehabilitation],
            "returned": count_words(group.low.denominator, result.k),
            "pain again within 14 days": range_words(group),
            "within 6 months": horizon_words(group.half_year),
            "within 12 months": horizon_words(group.year),
        }
        for group in result.relapse
    ]


def _cell(found: Share, k: int) -> str:
    of = of_words(found, k)
    return of if found.value is None or is_few(found.denominator) else f"{percent(found.value)} · {of}"
