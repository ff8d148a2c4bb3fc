"""The verdict cards and figures of the overview, per condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboard import wording
from dashboard.group_summary import GroupSummary
from dashboard.names import CONDITION_NAMES, CONDITION_SHORT, VERDICT_ICONS
from dashboard.pages.parts import panels
from dashboard.pages.parts.kept_filters import ONLY_CONDITION
from dashboard.recovery_words import GROUPINGS
from dashboard.stats.benchmark import Benchmark
from dashboard.summary import OutcomeSummary
from dashboard.verdicts import benchmarks

RECOVERY_PAGE = "dashboard/pages/return_to_running.py"
FOR_WHOM = {"by": GROUPINGS["symptom_duration"]}
"""In the address of the page Return to running: whom a verdict holds for, and whom not."""
MOST_CARDS = 2
TILE_DAYS = (84, 182)
COLOURS: dict[str, Literal["green", "orange", "gray", "blue"]] = {
    "ahead": "green",
    "behind": "orange",
    "in line": "gray",
}


def main_conditions(summary: OutcomeSummary) -> list[str]:
    """Conditions that get a card: those with a benchmark, else the largest ones."""
    with_verdict = [group.group for group in summary.groups if wording.rows_with_verdict(group.group)]
    by_size = sorted(summary.groups, key=lambda group: -(group.episodes or 0))
    return (with_verdict or [group.group for group in by_size])[:MOST_CARDS]


def compared_conditions(summary: OutcomeSummary) -> list[str]:
    """Conditions whose published figures belong beside the summary's curves: those with a curve there."""
    conditions = [group.group for group in summary.by_condition]
    drawn = [group.group for group in wording.groups_drawn(summary.groups)]
    if summary.by == "condition":
        return [name for name in conditions if name in drawn]
    return conditions if len(conditions) == 1 and drawn else []


def benchmarks_of(conditions: Sequence[str]) -> list[Benchmark]:
    """The catalogue rows of some conditions."""
    return [benchmark for benchmark in benchmarks().values() if benchmark.condition in conditions]


def verdict_cards(summary: OutcomeSummary, conditions: Sequence[str]) -> None:
    """One card per condition, equally high: the estimate, what it is compared with, and the verdict."""
    for column, name in zip(st.columns(len(conditions)), conditions, strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            _card(summary, _group(summary, name))


def _card(summary: OutcomeSummary, group: GroupSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{CONDITION_NAMES[group.group]}**", width="content")
        rows = wording.rows_with_verdict(group.group)
        for row in rows[:1]:
            if verdict := summary.verdict(row.id):
                word = verdict.verdict
                st.badge(
                    wording.badge_words(verdict, row),
                    icon=VERDICT_ICONS[word],
                    color=COLOURS.get(word, "blue"),
                )
        if rows:
            st.page_link(
                RECOVERY_PAGE,
                label="For whom?",
                icon=":material/arrow_forward:",
                icon_position="right",
                width="content",
                query_params={**FOR_WHOM, **only(group.group)},
            )
    st.markdown(panels.unbroken(" ".join(wording.card_sentences(summary, group))))


def tiles(summary: OutcomeSummary, conditions: Sequence[str]) -> None:
    """Back by week 12 and month 6 and the median, each naming its condition."""
    with st.grid(3 * len(conditions), min_column_width=140, gap="xsmall"):
        for name in conditions:
            group, short = _group(summary, name), CONDITION_SHORT[name]
            for day in TILE_DAYS:
                _tile(f"{short} · by {wording.time_words(day)}", *wording.tile_words(group, day))
            _tile(f"{short} · half by", *wording.median_tile_words(group))


def only(condition: str) -> dict[str, str]:
    """In the address of a link: the page it leads to is about this condition alone."""
    return {ONLY_CONDITION: condition}


def _tile(label: str, value: str, detail: str) -> None:
    st.metric(label, value, delta=detail, delta_color="off", delta_arrow="off", border=True)


def _group(summary: OutcomeSummary, name: str) -> GroupSummary:
    return next(group for group in summary.groups if group.group == name)
