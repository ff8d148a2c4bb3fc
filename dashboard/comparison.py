"""Do the groups differ, and by how much? Tests over all groups, and differences on two days.

People of whom the grouping is unknown are not a group; neither is a group that may not be shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.stats.difference import Difference, difference_at
from dashboard.stats.disclosure import proportion_withheld
from dashboard.stats.gray import GrayTest, gray_test, stratified_gray_test
from dashboard.stats.log_rank import LogRank, log_rank, stratified_log_rank
from dashboard.stats.survival import Curve, RecoveryCounts
from sql.queries.strata_counts import StratumCount

COMPARED_DAYS = (84, 182)
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Comparison:
    """Tests and differences; `stratified_by` is the field within whose values the tests compare, if any."""

    gray: GrayTest | None = None
    log_rank: LogRank | None = None
    stratified_by: str | None = None
    differences: tuple[Difference, ...] = ()


def compare_groups(
    counts: Mapping[str, RecoveryCounts | None],
    curves: Mapping[str, Curve | None],
    *,
    shared_k: int | None = None,
) -> Comparison:
    """Compare groups by name; None stands for a group that is withheld.

    Of two groups the smaller is set against the larger, of several each against the largest. `shared_k` is
    the smallest number of people that may be shared, None for exact figures.
    """
    known = [part for name, part in counts.items() if part is not None and name != UNKNOWN]
    absent = tuple(name for name, part in counts.items() if part is None or name == UNKNOWN)
    gray, speed = gray_test(known), log_rank(known)
    return Comparison(
        gray and replace(gray, left_out=(*gray.left_out, *absent)),
        speed and replace(speed, left_out=(*speed.left_out, *absent)),
        None,
        _differences([curve for name, curve in curves.items() if curve and name != UNKNOWN], shared_k),
    )


def stratified(comparison: Comparison, stratify: str, rows: Iterable[StratumCount]) -> Comparison:
    """The same with tests that compare within the values of another field."""
    cells: dict[str, dict[str, list[tuple[int, int, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        n, ended = row.episodes, row.outcome
        day = (row.day, n * (ended == "returned"), n * (ended == "stopped"), n * (ended == "censored"))
        cells[row.stratum][row.group].append(day)
    names = {name for groups in cells.values() for name in groups}
    strata = [
        [RecoveryCounts.from_rows(name, groups[name]) for name in sorted(groups) if name != UNKNOWN]
        for groups in cells.values()
    ]
    absent = (UNKNOWN,) if UNKNOWN in names else ()
    gray, speed = stratified_gray_test(strata), stratified_log_rank(strata)
    return replace(
        comparison,
        gray=gray and replace(gray, left_out=(*gray.left_out, *absent)),
        log_rank=speed and replace(speed, left_out=(*speed.left_out, *absent)),
        stratified_by=stratify,
    )


def _differences(curves: Sequence[Curve], shared_k: int | None) -> tuple[Difference, ...]:
    if len(curves) < 2:
        return ()
    largest = max(curves, key=lambda curve: curve.started)
    found = [
        difference_at(curve, largest, day)
        for day in COMPARED_DAYS
        for curve in curves
        if curve is not largest and curve.started
    ]
    by_name = {curve.group: curve for curve in curves}
    if shared_k is None:
        return tuple(found)
    return tuple(
        item
        for item in found
        if not any(_is_small(by_name[name], item.day, shared_k) for name in (item.group, item.reference))
    )


def _is_small(curve: Curve, day: int, k: int) -> bool:
    return proportion_withheld(curve.state_at(day).returned, curve.started, k)
