"""Cohort + Scope + connection -> OutcomeSummary: everything a reader needs, computed once.

Pages, report and JSON only render it. For an audience that does not hold the record, counts are coarsened
here, between the query and the statistics, so that the same functions run on numbers that may be shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import Connection

from dashboard.comparison import Comparison, compare_groups, stratified
from dashboard.question import NotAllowed, ask, everybody_in_period
from dashboard.stats.benchmark import Benchmark, Verdict, compare
from dashboard.stats.certainty import Certainty, certainty
from dashboard.stats.disclosure import coarsen, complement_withheld, proportion_withheld, shown_count
from dashboard.stats.log_rank import LogRank
from dashboard.stats.survival import (
    Curve,
    Horizon,
    Quantile,
    RecoveryCounts,
    RestrictedMean,
    add_late_reports,
    back_by,
    cumulative_incidence,
    quantile,
    restricted_mean,
)
from sql import reference
from sql.cohort import Audience, Cohort, Scope, in_group_order
from sql.queries.intake_counts import IntakeCounts, intake_counts
from sql.queries.recovery_counts import RecoveryCount, recovery_counts
from sql.queries.store_facts import StoreFacts
from sql.queries.strata_counts import strata_counts
from sql.settings import setting_history, setting_value

HORIZONS_DAYS = (56, 84, 182)
MEDIAN = 0.5
QUARTERS = (0.25, 0.5, 0.75)
RMST_DAYS = 182
CLASSES = ("returned", "in_care", "stopped", "discharged_unrecorded", "lost", "cannot_count")


# Names of a group's results as the JSON has them.
_FIGURES = (
    "returned",
    "stopped",
    "censored",
    "late_reports",
    "median_days",
    "back_by",
    "rmst_182_days",
    "became",
)


@dataclass(frozen=True)
class Became:
    """What became of those who started; the six add up to `started`. None is fewer than k people."""

    returned: int | None = 0
    in_care: int | None = 0
    stopped: int | None = 0
    discharged_unrecorded: int | None = 0
    lost: int | None = 0
    cannot_count: int | None = 0


@dataclass(frozen=True)
class GroupSummary:
    """One group's results. None is "withheld" or "not reached"; `withheld` names what may not be shown.

    started: everybody; episodes: those in the curve, which rests on `counts`. `back_by` has the days asked
    for and those of the benchmarks.
    """

    group: str
    started: int | None
    episodes: int | None
    late_reports: int | None
    returned: int | None
    stopped: int | None
    censored: int | None
    counts: RecoveryCounts | None
    curve: Curve | None
    median: Quantile
    back_by: tuple[Horizon, ...]
    rmst: RestrictedMean
    certainty: tuple[Certainty, ...]
    became: Became
    withheld: tuple[str, ...] = ()

    @property
    def quantiles(self) -> tuple[Quantile, ...]:
        """Days until a quarter, half and three quarters are back."""
        if self.curve is None:
            return tuple(Quantile(p, None, None, None) for p in QUARTERS)
        return tuple(quantile(self.curve, p) for p in QUARTERS)

    def rmst_to(self, days: Iterable[int]) -> tuple[RestrictedMean, ...]:
        """Mean days not running within each of so many days."""
        if self.curve is None:
            return tuple(RestrictedMean(day, None, None, None, None) for day in days)
        return tuple(restricted_mean(self.curve, day) for day in days)

    def back_by_day(self, day: int) -> Horizon:
        """The result at one of the days in `back_by`."""
        return next(horizon for horizon in self.back_by if horizon.day == day)


@dataclass(frozen=True)
class OutcomeSummary:
    """The answer to one question, for one audience.

    `groups` are the groups asked for (`everybody` alone without a grouping); the verdicts rest on
    `by_condition`.
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

    @property
    def test(self) -> LogRank | None:
        """The log-rank test of the groups."""
        return self.comparison.log_rank

    def verdict(self, benchmark_id: str) -> Verdict | None:
        """The verdict on one row of the catalogue, if the cohort has its condition."""
        return next((verdict for verdict in self.verdicts if verdict.benchmark_id == benchmark_id), None)


@cache
def benchmarks() -> dict[str, Benchmark]:
    """The shipped catalogue by id."""
    return {row["id"]: _benchmark(row) for row in reference.rows("benchmarks")}


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
    facts, clinics, day, k, shared = asked.facts, asked.clinics, asked.as_of, asked.k, asked.shared
    horizons = sorted({*days, *(b.horizon_to_days for b in benchmarks().values() if b.compare == "verdict")})

    def count(grouped_by: str | None) -> dict[str, list[RecoveryCount]]:
        rows = recovery_counts(
            connection,
            scope,
            cohort,
            as_of=day,
            in_care_days=asked.in_care_days,
            by=grouped_by,
            several_clinics=asked.several_clinics,
        )
        groups: dict[str, list[RecoveryCount]] = defaultdict(list)
        for row in rows:
            groups[row.group].append(row)
        return groups

    conditions = count("condition")
    all_rows = [row for rows in conditions.values() for row in rows]
    total = sum(row.episodes for row in all_rows)
    unfiltered = everybody_in_period(connection, asked) if shared else total

    def summarise(name: str, rows: list[RecoveryCount]) -> GroupSummary:
        if not shared:
            return _exact(name, rows, horizons)
        size = sum(row.episodes for row in rows)
        hidden = complement_withheld(unfiltered, total, k) or complement_withheld(total, size, k)
        return _shared(name, rows, horizons, k, hidden=hidden)

    def summarise_all(
        grouped_by: str | None, groups: dict[str, list[RecoveryCount]]
    ) -> tuple[GroupSummary, ...]:
        return tuple(summarise(name, groups[name]) for name in in_group_order(grouped_by, list(groups)))

    everybody = summarise("all", all_rows)
    by_condition = summarise_all("condition", conditions)
    if by is None:
        groups: tuple[GroupSummary, ...] = (everybody,)
    else:
        groups = by_condition if by == "condition" else summarise_all(by, count(by))
    comparison = _compare(groups, k if shared else None) if by else Comparison()
    if by and stratify:
        if shared:
            raise NotAllowed("Tests within strata are for the clinic only: strata are too small to share.")
        comparison = stratified(
            comparison,
            stratify,
            strata_counts(
                connection,
                scope,
                cohort,
                by=by,
                stratify=stratify,
                several_clinics=asked.several_clinics,
            ),
        )
    excluded = intake_counts(connection, scope, cohort)
    changed_on = _definition_changed_on(connection, clinics, cohort, facts, day)
    return OutcomeSummary(
        as_of=day,
        audience=scope.audience,
        k=k,
        definition=definition_of_return(connection, clinics),
        definition_changed_on=changed_on,
        facts=facts,
        cohort=cohort,
        by=by,
        days=tuple(days),
        excluded=_shown_intake(excluded, k) if shared else excluded,
        everybody=everybody,
        groups=groups,
        by_condition=by_condition,
        comparison=comparison,
        verdicts=_verdicts(by_condition, cohort, facts, day, definition_changed=changed_on is not None),
    )


def _exact(name: str, rows: list[RecoveryCount], days: Sequence[int]) -> GroupSummary:
    counts, late = _curve_counts(name, rows)
    classes = dict.fromkeys(CLASSES, 0)
    for row in rows:
        classes[row.became] += row.episodes
    with_late = add_late_reports(counts, late)
    return _results(
        counts, with_late, days, sum(row.episodes for row in rows), sum(n for *_, n in late), classes
    )


def _shared(
    name: str, rows: list[RecoveryCount], days: Sequence[int], k: int, *, hidden: bool
) -> GroupSummary:
    """The same results from coarser counts; what may not be shown is None and named in `withheld`."""
    exact = _exact(name, rows, days)
    assert exact.counts is not None  # noqa: S101 - exact results always have counts
    coarse = coarsen(exact.counts, k)
    if hidden or coarse.started is None:
        return _nothing(name, days, withheld=("started", "episodes", *_FIGURES))
    started = shown_count(exact.started or 0, k)
    if coarse.counts is None:
        nothing = _nothing(name, days, withheld=_FIGURES)
        return replace(nothing, started=started, episodes=coarse.started)
    result = _results(coarse.counts, None, days, started or 0, 0, dict.fromkeys(CLASSES, 0))
    shown = {
        "returned": shown_count(result.returned or 0, k),
        "stopped": shown_count(result.stopped or 0, k),
        "censored": shown_count(result.censored or 0, k),
        "late_reports": shown_count(exact.late_reports or 0, k),
    }
    became = Became(**{name: shown_count(getattr(exact.became, name), k) for name in CLASSES})
    back_by_shown = tuple(_shown_horizon(result, horizon, k) for horizon in result.back_by)
    hidden_days = {horizon.day for horizon in back_by_shown if horizon.known is None}
    return replace(
        result,
        **shown,  # type: ignore[arg-type]
        became=became,
        back_by=back_by_shown,
        certainty=tuple(item for item in result.certainty if item.day not in hidden_days),
        withheld=(
            *(name for name, count in shown.items() if count is None),
            *(f"back_by.{day}" for day in days if day in hidden_days),
            *(f"became.{name}" for name in CLASSES if getattr(became, name) is None),
        ),
    )


def _shown_horizon(result: GroupSummary, horizon: Horizon, k: int) -> Horizon:
    """A share is withheld where those back, or those not back, are few."""
    assert result.curve is not None  # noqa: S101
    state = result.curve.state_at(horizon.day)
    if proportion_withheld(state.returned, result.curve.started, k):
        return _no_horizon(horizon.day)
    return replace(horizon, at_risk=shown_count(horizon.at_risk or 0, k))


def _curve_counts(
    name: str, rows: Iterable[RecoveryCount]
) -> tuple[RecoveryCounts, list[tuple[int, int, str, int]]]:
    """Counts of the eligible, and the late reports among them."""
    table: list[tuple[int, int, int, int]] = []
    late: list[tuple[int, int, str, int]] = []
    for row in rows:
        if row.eligibility != "eligible":
            continue
        returned, stopped, censored = (
            row.episodes if row.outcome == word else 0 for word in ("returned", "stopped", "censored")
        )
        table.append((row.day, returned, stopped, censored))
        if row.late_day is not None and row.late_outcome is not None:
            late.append((row.day, row.late_day, row.late_outcome, row.episodes))
    return RecoveryCounts.from_rows(name, table), late


def _results(
    counts: RecoveryCounts,
    with_late: RecoveryCounts | None,
    days: Sequence[int],
    started: int,
    late_reports: int,
    classes: dict[str, int],
) -> GroupSummary:
    curve = cumulative_incidence(counts)
    return GroupSummary(
        group=counts.group,
        started=started,
        episodes=counts.started,
        late_reports=late_reports,
        returned=sum(counts.returned),
        stopped=sum(counts.stopped),
        censored=sum(counts.censored),
        counts=counts,
        curve=curve,
        median=quantile(curve, MEDIAN),
        back_by=tuple(back_by(curve, day) for day in days),
        rmst=restricted_mean(curve, RMST_DAYS),
        certainty=tuple(certainty(counts, day, with_late) for day in days),
        became=Became(**classes),
    )


def _nothing(name: str, days: Sequence[int], *, withheld: tuple[str, ...]) -> GroupSummary:
    return GroupSummary(
        group=name,
        started=None,
        episodes=None,
        late_reports=None,
        returned=None,
        stopped=None,
        censored=None,
        counts=None,
        curve=None,
        median=Quantile(MEDIAN, None, None, None),
        back_by=tuple(_no_horizon(day) for day in days),
        rmst=RestrictedMean(RMST_DAYS, None, None, None, None),
        certainty=(),
        became=Became(**dict.fromkeys(CLASSES)),
        withheld=withheld,
    )


def _no_horizon(day: int) -> Horizon:
    return Horizon(day, None, None, None, None, None, None, too_few=True)


def _compare(groups: Sequence[GroupSummary], shared_k: int | None) -> Comparison:
    return compare_groups(
        {group.group: group.counts for group in groups},
        {group.group: group.curve for group in groups},
        shared_k=shared_k,
    )


def _verdicts(
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
    verdicts = []
    for benchmark in benchmarks().values():
        if benchmark.condition not in asked:
            continue
        group = groups.get(benchmark.condition)
        curve = (
            group.curve if group else cumulative_incidence(RecoveryCounts.from_rows(benchmark.condition, ()))
        )
        hidden = group is not None and benchmark.compare == "verdict" and _is_withheld(group, benchmark)
        if curve is None or hidden:
            verdicts.append(_withheld_verdict(benchmark))
            continue
        verdicts.append(
            compare(
                curve,
                benchmark,
                as_of=day,
                started_per_month=_per_month(curve.started, cohort, facts, day),
                definition_changed=definition_changed,
            )
        )
    return tuple(verdicts)


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


def definition_of_return(connection: Connection, clinics: Sequence[str]) -> str:
    """The run that counts, by the clinics' own settings."""
    texts = {code: setting_value(connection, code, "definition") for code in clinics}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{code}: {text}" for code, text in texts.items())


def _definition_changed_on(
    connection: Connection, clinics: Sequence[str], cohort: Cohort, facts: StoreFacts, day: date
) -> date | None:
    """The first day within the question's reach on which some clinic's definition changed."""
    start = max(filter(None, (cohort.first_visit_from, facts.first_start)), default=day)
    changes: list[date] = []
    for code in clinics:
        before = setting_value(connection, code, "definition", on=start)
        for change in setting_history(connection, code, "definition"):
            if start < change.valid_from <= day and change.value != before:
                changes.append(change.valid_from)
                before = change.value
    return min(changes, default=None)


def _shown_intake(excluded: IntakeCounts, k: int) -> IntakeCounts:
    """Counts that may be shared; None stands for fewer than k."""
    return IntakeCounts(**{name: shown_count(n, k) for name, n in vars(excluded).items()})


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
