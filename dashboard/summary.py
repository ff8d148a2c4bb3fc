"""Cohort + Scope + connection -> OutcomeSummary: everything a reader needs, computed once.

Pages, report and JSON only render it. For an audience that does not hold the record, counts are coarsened
here, between the query and the statistics, so that the same functions run on numbers that may be shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Connection

from dashboard.comparison import Comparison, compare_groups, stratified
from dashboard.group_summary import GroupSummary, exact_group, shared_group
from dashboard.question import Asked, NotAllowed, ask
from dashboard.return_definition import definition_changed_on, definition_of_return
from dashboard.stats.benchmark import Verdict
from dashboard.stats.disclosure import complement_withheld, shown_count
from dashboard.stats.log_rank import LogRank
from dashboard.verdicts import benchmarks, group_verdicts, verdicts
from sql.cohort import GROUPING_FIELDS, Audience, Cohort, Scope, in_group_order
from sql.queries.intake_counts import IntakeCounts, intake_counts
from sql.queries.recovery_counts import RecoveryCount, recovery_counts
from sql.queries.store_facts import StoreFacts
from sql.queries.strata_counts import strata_counts

HORIZONS_DAYS = (56, 84, 182)

Rows = list[RecoveryCount]


@dataclass(frozen=True)
class OutcomeSummary:
    """The answer to one question, for one audience.

    `groups` are the groups asked for (`everybody` alone without a grouping); the verdicts rest on
    `by_condition`, the group verdicts on groups of one condition.
    """

    as_of: date
    audience: Audience
    k: int
    definition: str
    definition_changed_on: date | None
    facts: StoreFacts
    cohort: Cohort
    by: str | None
    days: tuple[int, ...]
    excluded: IntakeCounts
    everybody: GroupSummary
    groups: tuple[GroupSummary, ...]
    by_condition: tuple[GroupSummary, ...]
    comparison: Comparison
    verdicts: tuple[Verdict, ...]
    group_verdicts: tuple[Verdict, ...] = ()

    @property
    def hidden(self) -> bool:
        """Whether nothing may be said of the people asked about."""
        return self.audience == "sharing" and self.everybody.started is None

    @property
    def groups_by_class(self) -> tuple[GroupSummary, ...]:
        """Whose classes stand side by side, everybody last; beside them those of a withheld group would follow."""
        if self.audience == "sharing" and any(group.became.hidden for group in self.groups):
            return (self.everybody,)
        return (*self.groups, *((self.everybody,) if len(self.groups) > 1 else ()))

    @property
    def test(self) -> LogRank | None:
        """The log-rank test of the groups."""
        return self.comparison.log_rank

    def verdict(self, benchmark_id: str) -> Verdict | None:
        """The verdict on one row of the catalogue, if the cohort has its condition."""
        return next((verdict for verdict in self.verdicts if verdict.benchmark_id == benchmark_id), None)


def outcome_summary(
    connection: Connection,
    scope: Scope,
    cohort: Cohort,
    *,
    by: str | None = None,
    stratify: str | None = None,
    days: Sequence[int] = HORIZONS_DAYS,
) -> OutcomeSummary:
    """Answer a question for a reader; the tests compare groups within the values of `stratify`, if given.

    Raises
    ------
    NotAllowed
        if the audience may not ask it.
    StoreError
        if nothing was loaded for the clinics asked for.
    """
    asked = ask(connection, scope, cohort, by)
    conditions = _counts(connection, asked, "condition")
    all_rows = [row for rows in conditions.values() for row in rows]
    summarise = _summariser(asked, days, _episodes(all_rows))
    everybody = summarise("all", all_rows)
    by_condition = _in_order("condition", conditions, summarise)
    if by is None:
        groups: tuple[GroupSummary, ...] = (everybody,)
    elif by == "condition":
        groups = by_condition
    else:
        groups = _in_order(by, _counts(connection, asked, by), summarise)
    changed_on = definition_changed_on(connection, asked.clinics, cohort, asked.facts, asked.as_of)
    return OutcomeSummary(
        as_of=asked.as_of,
        audience=scope.audience,
        k=asked.k,
        definition=definition_of_return(connection, asked.clinics),
        definition_changed_on=changed_on,
        facts=asked.facts,
        cohort=cohort,
        by=by,
        days=tuple(days),
        excluded=_excluded(connection, asked),
        everybody=everybody,
        groups=groups,
        by_condition=by_condition,
        comparison=_comparison(connection, asked, groups, by, stratify),
        verdicts=verdicts(
            by_condition, cohort, asked.facts, asked.as_of, definition_changed=changed_on is not None
        ),
        group_verdicts=group_verdicts(
            groups if by not in (None, "condition") else (),
            cohort,
            asked.as_of,
            definition_changed=changed_on is not None,
        ),
    )


def _counts(connection: Connection, asked: Asked, by: str) -> dict[str, Rows]:
    """Rows of the recovery query by group; of people of whom nothing may be said, names that do not tell of them."""
    if asked.hidden:
        return {name: [] for name in _names_anyway(asked, by)}
    groups: dict[str, Rows] = defaultdict(list)
    for row in recovery_counts(
        connection,
        asked.scope,
        asked.cohort,
        as_of=asked.as_of,
        in_care_days=asked.in_care_days,
        by=by,
        several_clinics=asked.several_clinics,
    ):
        groups[row.group].append(row)
    return groups


def _names_anyway(asked: Asked, by: str) -> Sequence[str]:
    """The groups there may be, whoever came: which of them are there would say something of few people."""
    cohort, facts = asked.cohort, asked.facts
    if by == "condition":
        return cohort.conditions or facts.conditions
    if by == "site":
        sites = [(clinic, code) for clinic, code in facts.sites if clinic in asked.clinics]
        return [f"{clinic}/{code}" if asked.several_clinics else code for clinic, code in sites]
    return asked.clinics if by == "clinic" else GROUPING_FIELDS[by] or ()


def _summariser(asked: Asked, days: Sequence[int], total: int) -> Callable[[str, Rows], GroupSummary]:
    """How a group's counts become results for this audience; `total` is the number of episodes in the cohort."""
    judged = (b.horizon_to_days for b in benchmarks().values() if b.compare == "verdict")
    horizons = sorted({*days, *judged})
    if not asked.shared:
        return lambda name, rows: exact_group(name, rows, horizons)
    return lambda name, rows: shared_group(
        name,
        rows,
        horizons,
        asked.k,
        hidden=asked.hidden or complement_withheld(total, _episodes(rows), asked.k),
    )


def _episodes(rows: Rows) -> int:
    return sum(row.episodes for row in rows)


def _in_order(
    by: str, groups: Mapping[str, Rows], summarise: Callable[[str, Rows], GroupSummary]
) -> tuple[GroupSummary, ...]:
    return tuple(summarise(name, groups[name]) for name in in_group_order(by, list(groups)))


def _comparison(
    connection: Connection,
    asked: Asked,
    groups: Sequence[GroupSummary],
    by: str | None,
    stratify: str | None,
) -> Comparison:
    """Tests of the groups, if there are any; within strata for the clinic only."""
    if by is None:
        return Comparison()
    comparison = compare_groups(
        {group.group: group.counts for group in groups},
        {group.group: group.curve for group in groups},
        shared_k=asked.k if asked.shared else None,
    )
    if stratify is None:
        return comparison
    if asked.shared:
        raise NotAllowed("Tests within strata are for the clinic only: strata are too small to share.")
    strata = strata_counts(
        connection,
        asked.scope,
        asked.cohort,
        by=by,
        stratify=stratify,
        several_clinics=asked.several_clinics,
    )
    return stratified(comparison, stratify, strata)


def _excluded(connection: Connection, asked: Asked) -> IntakeCounts:
    """Who is not in the curve, by reason; to share, None stands for fewer than k."""
    if asked.hidden:
        return IntakeCounts(*(None for _ in fields(IntakeCounts)))
    excluded = intake_counts(connection, asked.scope, asked.cohort)
    if not asked.shared:
        return excluded
    return IntakeCounts(**{name: shown_count(n, asked.k) for name, n in vars(excluded).items()})
