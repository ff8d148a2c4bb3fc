"""For whom a condition is in line with what is quoted, and for whom not."""

from __future__ import annotations

from dashboard.names import CONDITION_SHORT, group_label
from dashboard.summary import OutcomeSummary
from dashboard.wording import claim_of, rows_with_verdict, time_words

WORDS = ("ahead", "in line", "behind", "cannot tell yet")


def group_verdict_lines(summary: OutcomeSummary) -> list[str]:
    """One line per quoted figure: which groups are ahead, in line or behind, or cannot be told yet."""
    if not summary.group_verdicts:
        return []
    (condition,) = summary.cohort.conditions
    lines = []
    for row in rows_with_verdict(condition):
        found = [verdict for verdict in summary.group_verdicts if verdict.benchmark_id == row.id]
        parts = [
            f"**{word}**: {', '.join(group_label(verdict.group) for verdict in found if verdict.verdict == word)}"
            for word in WORDS
            if any(verdict.verdict == word for verdict in found)
        ]
        if parts:
            lines.append(f"By {time_words(row.horizon_to_days)}: {claim_of(row)}. {'; '.join(parts)}.")
    return lines


def group_verdict_caution(summary: OutcomeSummary) -> str:
    """Whom the quoted figures are about."""
    (condition,) = summary.cohort.conditions
    name = CONDITION_SHORT.get(condition, condition)
    return (
        f"The figures are quoted for everybody with {name}. Groups that recover slowly anywhere, such as those with "
        "long-standing pain, lie behind them without a fault in their care."
    )
