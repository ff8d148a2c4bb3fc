"""Results of the page Return to running -> rows of its tables."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.names import FIELD_NAMES, category_name, group_name
from dashboard.recovery_words import (
    difference_limits,
    horizon_words,
    period_words,
    quartile_words,
    steps_of,
    sustained_words,
)
from dashboard.sections.follow_up import FollowUpResult
from dashboard.sections.intake_periods import IntakePeriodsResult
from dashboard.sections.relapse import RelapseResult
from dashboard.sections.retention import RetentionResult
from dashboard.sections.visits import VisitsResult
from dashboard.stats.difference import Difference
from dashboard.stats.pain import Proportion
from dashboard.tables import Row
from dashboard.wording import count_words, interval_words, no_figure_words, percent, time_words, with_minus


def difference_rows(differences: Sequence[Difference]) -> list[Row]:
    """Differences in points, a row per group that is compared with the largest, a column per day."""
    rows: dict[str, Row] = {}
    for item in differences:
        row = rows.setdefault(
            item.group, {"group": group_name(item.group), "compared with": group_name(item.reference)}
        )
        row[f"difference by {time_words(item.day)}"] = _points(item)
    return list(rows.values())


def _points(item: Difference) -> str:
    """ "+14 points (5 to 24)"."""
    if item.value is None:
        return "too few still followed"
    few = ", too few still followed" if item.too_few else ""
    return with_minus(f"{100 * item.value:+.0f} points ({difference_limits(item)}){few}")


def sustained_rows(result: RelapseResult, summary_by: dict[int, str]) -> list[Row]:
    """Back, back for good, and running without pain on a day; `summary_by` has the words of the curve."""
    running = {item.day: item for item in result.running}
    rows = []
    for item in result.sustained:
        row = {
            "by": time_words(item.day),
            "back running": summary_by.get(item.day, no_figure_words(shared=result.shared)),
            "back for at least 14 days": sustained_words(item.low, item.high, shared=result.shared),
        }
        if found := running.get(item.day):
            limits = interval_words(found.low, found.high)
            row["running without pain on that day"] = (
                "–"
                if found.value is None or not result.asked_again
                else f"{percent(found.value)} {limits}".strip()
            )
        rows.append(row)
    return rows


def relapse_rows(result: RelapseResult) -> list[Row]:
    """Pain again since the return."""
    return [
        {
            "since the return": f"{item.day} days",
            "pain again": horizon_words(item, shared=result.shared),
            "still followed": no_figure_words(shared=result.shared)
            if item.at_risk is None
            else f"{item.at_risk:,}",
        }
        for item in result.relapsed_by
    ]


def intake_rows(result: IntakePeriodsResult, k: int) -> list[Row]:
    """A row per period of first visits."""
    return [
        {
            "first visit": period_words(period.share),
            "in the curve": count_words(period.started, k, few=period.few),
            "back by week 12": no_figure_words(shared=result.shared and period.share.mature)
            if period.share.value is None
            else f"{percent(period.share.value)} {interval_words(period.share.low, period.share.high)}".strip(),
            "complete": "yes" if period.share.mature else "not yet",
        }
        for period in result.periods
    ]


def retention_rows(result: RetentionResult, k: int) -> list[Row]:
    """Of 100 starters, how many came: everybody, then every site."""
    return [
        {
            "": group_name(group.group),
            "started": count_words(group.started, k, few=group.few),
            **{
                words: no_figure_words(shared=result.shared) if value is None else percent(value)
                for words, value in steps_of(group)
            },
        }
        for group in result.groups
    ]


def visit_rows(result: VisitsResult, k: int) -> list[Row]:
    """Median and quartiles of visits, by symptom duration."""
    back = {item.group: item for item in result.to_return}
    rows = []
    for item in result.per_episode:
        returned = back[item.group]
        rows.append(
            {
                "symptoms for": group_name(item.group),
                "people": count_words(item.n, k, few=item.few),
                "visits in the course": quartile_words(item, shared=result.shared),
                "of them back": count_words(returned.n, k, few=returned.few),
                "visits to the return": quartile_words(returned, shared=result.shared),
            }
        )
    return rows


def baseline_rows(result: FollowUpResult) -> list[Row]:
    """Those of whom the state is known beside those of whom it is not, as seen at the first visit."""
    return [
        {
            "at the first visit": f"{FIELD_NAMES[item.field]}: {category_name(item.field, item.category)}",
            "state at week 12 known": _share(item.known, shared=result.shared),
            "not known": _share(item.unknown, shared=result.shared),
        }
        for item in result.baseline
    ]


def detectable_rows(result: FollowUpResult) -> list[Row]:
    """What difference would be noticed with so many people."""
    return [
        {
            "people followed": f"{n}",
            "one group against a fixed figure": "–" if one is None else f"{one:.0f} points",
            "two groups of that size": "–" if two is None else f"{two:.0f} points",
        }
        for n, one, two in result.detectable
    ]


def _share(share: Proportion | None, *, shared: bool) -> str:
    if share is None or share.value is None:
        return no_figure_words(shared=shared)
    return f"{percent(share.value)} ({share.numerator:,})"
