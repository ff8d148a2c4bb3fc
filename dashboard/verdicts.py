"""Each row of the benchmark catalogue, judged for the condition it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from dashboard.group_summary import GroupSummary
from dashboard.stats.benchmark import Benchmark, Verdict, compare
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence
from sql import reference
from sql.cohort import Cohort
from sql.queries.store_facts import StoreFacts


@cache
def benchmarks() -> dict[str, Benchmark]:
    """The shipped catalogue by id."""
    return {row["id"]: _benchmark(row) for row in reference.rows("benchmarks")}


def judged_rows(condition: str) -> list[Benchmark]:
    """Rows of a condition that get a verdict."""
    return [row for row in benchmarks().values() if row.condition == condition and row.compare == "verdict"]


def verdicts(
    by_condition: Sequence[GroupSummary],
    cohort: Cohort,
    facts: StoreFacts,
    day: date,
    *,
    definition_changed: bool,
) -> tuple[Verdict, ...]:
    """Every catalogue row of the cohort's conditions, each at its own horizon."""
    groups = {group.group: group for group in by_condition}
    asked = cohort.conditions or tuple(groups)
    found = []
    for benchmark in benchmarks().values():
        if benchmark.condition not in asked:
            continue
        group = groups.get(benchmark.condition)
        curve = (
            group.curve if group else cumulative_incidence(RecoveryCounts.from_rows(benchmark.condition, ()))
        )
        hidden = group is not None and benchmark.compare == "verdict" and _is_withheld(group, benchmark)
        if curve is None or hidden:
            found.append(_withheld_verdict(benchmark))
            continue
        found.append(
            compare(
                curve,
                benchmark,
                as_of=day,
                started_per_month=_per_month(curve.started, cohort, facts, day),
                definition_changed=definition_changed,
            )
        )
    return tuple(found)


def group_verdicts(
    groups: Sequence[GroupSummary], cohort: Cohort, day: date, *, definition_changed: bool
) -> tuple[Verdict, ...]:
    """Of one condition, every judged catalogue row for each group by itself; none of several conditions.

    What is quoted is about everybody with the condition: a group that recovers slowly anywhere lies behind it.
    """
    if len(cohort.conditions) != 1:
        return ()
    (condition,) = cohort.conditions
    return tuple(
        replace(_withheld_verdict(row), group=group.group)
        if group.curve is None or _is_withheld(group, row)
        else compare(group.curve, row, as_of=day, definition_changed=definition_changed)
        for row in judged_rows(condition)
        for group in groups
    )


def _is_withheld(group: GroupSummary, benchmark: Benchmark) -> bool:
    """A share that may not be shown may not be judged either."""
    horizon = group.back_by_day(benchmark.horizon_to_days)
    return horizon.value is None and horizon.known is None


def _withheld_verdict(benchmark: Benchmark) -> Verdict:
    reason = "Too few people to share a figure. Choose a longer period or fewer filters."
    return Verdict(benchmark.id, benchmark.condition, "cannot tell yet", reason, None, None, None, None, None)


def _per_month(started: int, cohort: Cohort, facts: StoreFacts, day: date) -> float | None:
    """Intake of the period asked for, as far as the data reach."""
    first = max(filter(None, (cohort.first_visit_from, facts.first_start)), default=None)
    last = min(filter(None, (cohort.first_visit_to, day)))
    if first is None or last <= first:
        return None
    return started / ((last - first).days + 1) * 365.25 / 12


def _benchmark(row: dict[str, str]) -> Benchmark:
    numbers = {name: float(row[name]) if row[name] else None for name in ("value", "ci_low", "ci_high")}
    whole = {name: int(row[name]) for name in ("horizon_from_days", "horizon_to_days")}
    optional = {name: row[name] or None for name in ("doi_or_url", "note")}
    texts: dict[str, object] = {
        **row,
        **optional,
        **numbers,
        **whole,
        "n": int(row["n"]) if row["n"] else None,
    }
    return Benchmark(**texts)  # type: ignore[arg-type]
