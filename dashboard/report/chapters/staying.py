"""Where people are lost, how many visits it takes, and whether a return lasts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.names import group_name
from dashboard.recovery_words import (
    relapse_title,
    retention_caption,
    retention_title,
)
from dashboard.report.chapters.cells import count, number, share
from dashboard.report.content import Block, Cell, Chapter, Column, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.sections.relapse import RelapseResult
from dashboard.sections.retention import GroupRetention, RetentionResult, Stayed
from dashboard.sections.visits import VisitQuartiles, VisitsResult
from dashboard.stats.retention import VISITS, WEEKS
from dashboard.wording import WITHHELD


def staying_chapter(results: ReportResults) -> Chapter | None:
    """Retention and visits where visits are recorded, and relapse."""
    if results.outcomes.everybody.started == 0:
        return None
    stayed: RetentionResult = results.found["retention"]
    visits: VisitsResult = results.found["visits"]
    relapse: RelapseResult = results.found["relapse"]
    blocks: list[Block] = []
    if stayed.recorded:
        blocks.append(Paragraph(f"**{retention_title(stayed)}.** {retention_caption(stayed)}"))
        blocks.append(_retention(stayed, results.k))
        blocks.append(_visits(visits, results.k))
    else:
        blocks.append(Paragraph("No visits after the first are recorded, so nothing is known of who stays."))
    blocks.append(Paragraph(_relapse_words(relapse)))
    return Chapter("staying", "Where people are lost, and visits", tuple(blocks))


def _retention(result: RetentionResult, k: int) -> Table:
    columns = (
        Column("group", "group", "text", "everybody, or a site"),
        Column("started", "started", "count", "people first seen at least 12 weeks before the data end"),
        *(Column(f"visit_{step}", f"came to visit {step}", "share", "share of these") for step in VISITS),
        *(
            Column(f"week_{step}", f"came in week {step} or later", "share", "share of these")
            for step in WEEKS
        ),
    )
    rows = tuple(_stayed_row(group, k, shared=result.shared) for group in result.groups)
    return Table("retention", "Of those who started, who still comes", columns, rows)


def _stayed_row(group: GroupRetention, k: int, *, shared: bool) -> tuple[Cell, ...]:
    steps = (*group.by_visit, *group.by_week)
    return (
        group_name(group.group),
        count(group.started, k, few=group.few),
        *(_stayed(one, shared=shared) for one in steps),
    )


def _stayed(one: Stayed, *, shared: bool) -> Cell:
    return WITHHELD if one.share is None else share(one.share.value, shared=shared)


def _visits(result: VisitsResult, k: int) -> Table:
    parts = (
        ("in_all", "visits in all", result.per_episode),
        ("to_return", "visits until the return", result.to_return),
    )
    columns = [Column("group", "symptoms for", "text", "everybody, or by symptom duration")]
    for name, title, _ in parts:
        columns += [
            Column(f"{name}_n", "people", "count", f"people: {title}"),
            Column(name, title, "whole", "median: half had at most so many"),
            Column(f"{name}_lower", "lower quartile", "whole", "a quarter had at most so many", name),
            Column(f"{name}_upper", "upper quartile", "whole", "three quarters had at most so many", name),
        ]
    groups = [item.group for item in result.per_episode]
    rows = tuple(
        (group_name(group), *(cell for _, _, items in parts for cell in _quartiles(items, group, result, k)))
        for group in groups
    )
    note = "Medians, in brackets the middle half of people."
    return Table("visits", "How many visits it takes", tuple(columns), rows, note=note)


def _quartiles(items: Sequence[VisitQuartiles], group: str, result: VisitsResult, k: int) -> tuple[Cell, ...]:
    found = next(item for item in items if item.group == group)
    figures = (number(one, shared=result.shared) for one in (found.median, found.lower, found.upper))
    return (count(found.n, k, few=found.few), *figures)


def _relapse_words(result: RelapseResult) -> str:
    """The finding, and why it is a range."""
    found = result.fortnight
    if found.low is None:
        return relapse_title(result)
    return (
        f"**{relapse_title(result)}.** {found.relapsed:,} of {found.returned:,} who returned at least 14 days before "
        f"the data end, or of the {found.known:,} of them who had pain again or were seen 14 days after. It is a range "
        "because people with pain come back and people who are well do not."
    )
