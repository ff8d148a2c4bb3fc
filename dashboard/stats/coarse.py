"""Shares and histograms for figures that leave the clinic, from counts made coarser first (see disclosure)."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.stats.disclosure import MIN_CURVE, proportion_withheld, round_count
from dashboard.stats.pain import Proportion, proportion


def coarse_proportion(numerator: int, denominator: int, k: int) -> Proportion | None:
    """The share of rounded counts; None under 40 people, or where those in it or outside it are few.

    Judged on exact and rounded counts alike, so that rounding neither hides nor shows a small number.
    """
    if denominator < MIN_CURVE or proportion_withheld(numerator, denominator, k):
        return None
    top, whole = round_count(numerator, k), round_count(denominator, k)
    top = min(top, whole)
    return None if proportion_withheld(top, whole, k) else proportion(top, whole)


def coarse_histogram(rows: Iterable[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    """Rows (value, people) whose running totals are rounded to the nearest 5; nothing under 40 people.

    1 to k-1 people enter as k // 2, as in curves, so a quartile of the result is one of rounded counts.
    """
    by_value = sorted(rows)
    if sum(n for _, n in by_value) < MIN_CURVE:
        return []
    total, shown, coarse = 0, 0, []
    for value, n in by_value:
        total += n
        new = max(round_count(total, k) - shown, 0)
        shown += new
        coarse.append((value, new))
    return [row for row in coarse if row[1]]
