"""The rows that the page on assessment and treatment draws."""

from __future__ import annotations

from dataclasses import replace

import plotly.graph_objects as go

from dashboard.charts.interval_dots import PERCENT_AXIS, Dot, interval_dots_figure
from dashboard.charts.theme import Theme
from dashboard.sections.treatment import AnswerGroup, Treatment
from dashboard.stats.process import Share
from dashboard.stats.survival import Horizon
from dashboard.treatment_words import (
    ANSWER_WORDS,
    MEASURES,
    TREATMENT_NAMES,
    assessed_words,
    change_words,
    of_words,
    sorted_measures,
    sorted_treatments,
)
from dashboard.wording import counted
from sql.derived_care import STEP_RATE
from sql.queries.assessment_counts import STEP_RATE_GOAL_PERCENT

ONE_POINT = 1.0
GOAL = (float(STEP_RATE_GOAL_PERCENT[0]), float(STEP_RATE_GOAL_PERCENT[1]))


def assessed_figure(result: Treatment, theme: Theme) -> go.Figure:
    """Per measure: share measured at the start (filled) and of these again (hollow), on one line."""
    dots = [
        replace(
            _dot(MEASURES.get(row.measure, row.measure), row.at_start, result.k),
            words=assessed_words(row, result.k),
            second=None if row.again.value is None else 100 * row.again.value,
        )
        for row in sorted_measures(result)
    ]
    return interval_dots_figure(dots, theme, axis=PERCENT_AXIS, suffix=" %", title="share of people")


def change_figure(result: Treatment, theme: Theme) -> go.Figure:
    """Mean change from the own baseline per measure."""
    dots = [
        Dot(
            MEASURES[row.measure], row.change.mean, row.change.low, row.change.high,
            counted(row.change.n, result.k) if not row.change.withheld else change_words(row, result.k),
            goal=GOAL if row.measure == STEP_RATE else None,
        )
        for row in result.changes
    ]  # fmt: skip
    ends = [x for dot in dots for x in (dot.low, dot.high, dot.value) if x is not None]
    axis = (min([0.0, *ends]) - ONE_POINT, max([12.0, *ends]) + ONE_POINT)
    return interval_dots_figure(
        dots, theme, axis=axis, suffix=" %", title="change from the own baseline",
    )  # fmt: skip


def given_figure(result: Treatment, theme: Theme) -> go.Figure:
    """Share of people given each treatment, the most frequent first; empty where none is recorded."""
    order = sorted_treatments(result)
    dots = [_dot(TREATMENT_NAMES[name], result.given[name], result.k) for name in order]
    return interval_dots_figure(dots, theme, axis=PERCENT_AXIS, suffix=" %", title="share of people")


def landmark_figure(groups: tuple[AnswerGroup, ...], theme: Theme, *, k: int) -> go.Figure:
    """Share back by week 12 of those not back by day 28, a row per answer; empty with one answer alone."""
    if len(groups) < 2:
        groups = ()
    dots = [_horizon_dot(ANSWER_WORDS[group.answer], group.back, counted(group.n, k)) for group in groups]
    return interval_dots_figure(dots, theme, axis=PERCENT_AXIS, suffix=" %", title="back by week 12")


def _dot(label: str, found: Share, k: int) -> Dot:
    value, low, high = (None if x is None else 100 * x for x in (found.value, found.low, found.high))
    return Dot(label, value, low, high, of_words(found, k))


def _horizon_dot(label: str, found: Horizon, words: str) -> Dot:
    if found.value is None:
        why = "not shown" if found.known is None else "too few"
        return Dot(label, None, None, None, f"{words}<br>{why}")
    value, low, high = (None if x is None else 100 * x for x in (found.value, found.low, found.high))
    return Dot(label, value, low, high, f"{words}, too few" if found.too_few else words, found.too_few)
