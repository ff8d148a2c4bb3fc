"""The results of one group: exact from its counts, or from coarser counts for those who do not hold the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dashboard.stats.certainty import Certainty, certainty
from dashboard.stats.disclosure import (
    coarsen,
    proportion_withheld,
    shown_count,
    shown_known,
    tells_of_nobody,
)
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
from sql.queries.recovery_counts import RecoveryCount

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
    """What became of those who started; the six add up to `started`. None is fewer than k people, or `hidden`."""

    returned: int | None = 0
    in_care: int | None = 0
    stopped: int | None = 0
    discharged_unrecorded: int | None = 0
    lost: int | None = 0
    cannot_count: int | None = 0

    @property
    def hidden(self) -> bool:
        """Nothing may be said of any class: too few people for any figure, which is not fewer than k in each."""
        return all(number is None for number in vars(self).values())


@dataclass(frozen=True)
class GroupSummary:
    """One group's results. None is "withheld" or "not reached"; `withheld` names what may not be shown.

    started: everybody; episodes: those in the curve, which rests on `counts`. `few` names which of the two is None
    because it is fewer than k. `back_by` has the days asked for and those of the benchmarks.
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
    few: tuple[str, ...] = ()

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


def exact_group(name: str, rows: list[RecoveryCount], days: Sequence[int]) -> GroupSummary:
    """Results at the days, with the late reports counted apart."""
    counts, late = _curve_counts(name, rows)
    classes = dict.fromkeys(CLASSES, 0)
    for row in rows:
        classes[row.became] += row.episodes
    with_late = add_late_reports(counts, late)
    return _results(
        counts, with_late, days, sum(row.episodes for row in rows), sum(n for *_, n in late), classes
    )


def shared_group(
    name: str, rows: list[RecoveryCount], days: Sequence[int], k: int, *, hidden: bool
) -> GroupSummary:
    """The same results from coarser counts; what may not be shown is None and named in `withheld`."""
    exact = exact_group(name, rows, days)
    assert exact.counts is not None  # noqa: S101 - exact results always have counts
    coarse = coarsen(exact.counts, k)
    started = shown_count(exact.started or 0, k)
    if hidden or coarse.started is None:
        sizes = {"started": started, "episodes": coarse.started}
        few = tuple(size for size, n in sizes.items() if n is None and not hidden)
        return replace(_nothing(name, days, withheld=(*sizes, *_FIGURES)), few=few)
    if coarse.counts is None:
        nobody = tells_of_nobody(exact.episodes or 0, exact.started or 0)
        episodes = None if nobody else coarse.started
        few = tuple(size for size, n in (("started", started), ("episodes", episodes)) if n is None)
        nothing = _nothing(name, days, withheld=(*few, *_FIGURES))
        return replace(nothing, started=started, episodes=episodes, few=few)
    result = _results(coarse.counts, None, days, started or 0, 0, dict.fromkeys(CLASSES, 0))
    shown = {
        "returned": shown_count(result.returned or 0, k),
        "stopped": shown_count(result.stopped or 0, k),
        "censored": shown_count(result.censored or 0, k),
        "late_reports": shown_count(exact.late_reports or 0, k),
    }
    became = Became(**{name: shown_count(getattr(exact.became, name), k) for name in CLASSES})
    back_by_shown = tuple(_shown_horizon(result, horizon, k) for horizon in result.back_by)
    hidden_days = {
        horizon.day for horizon in back_by_shown if horizon.value is None and horizon.known is None
    }
    return replace(
        result,
        **shown,  # type: ignore[arg-type]
        became=became,
        back_by=back_by_shown,
        certainty=tuple(
            _shown_certainty(coarse.counts, item, k)
            for item in result.certainty
            if item.day not in hidden_days
        ),
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
    return replace(
        horizon, at_risk=shown_count(horizon.at_risk or 0, k), known=shown_known(result.curve, horizon, k)
    )


def _shown_certainty(counts: RecoveryCounts, item: Certainty, k: int) -> Certainty:
    """Each reading has a denominator of its own, in which few may be, or few may not be."""
    state = cumulative_incidence(counts).state_at(item.day)
    known, best = counts.started - state.censored, state.returned + state.censored
    return replace(
        item,
        known_state=None if proportion_withheld(state.returned, known, k) else item.known_state,
        best=None if proportion_withheld(best, counts.started, k) else item.best,
    )


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
