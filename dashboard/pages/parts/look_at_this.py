"""On the overview: what deserves a look, each a link, and how fresh and complete the data are."""

from __future__ import annotations

import streamlit as st

from dashboard.attention import Rule, Signs, freshness, look_at_this
from dashboard.pages.parts import cards, panels, who
from dashboard.pages.parts.filters import Question
from dashboard.pages.parts.in_browser import PANEL
from dashboard.pages.parts.trend_table import LOOK_AT
from dashboard.sections.follow_up import follow_up_section
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.trends import trends_section
from dashboard.summary import OutcomeSummary
from dashboard.trend_words import worse_words
from dashboard.verdicts import benchmarks
from dashboard.wording import time_words
from sql.queries.people_lists import PeopleList

NOT_KNOWN = PeopleList("missing", "running_week_12")
DATA_PAGE = "dashboard/pages/data.py"
TRENDS_PAGE = "dashboard/pages/trends.py"
PLACES: dict[Rule, tuple[str, dict[str, str]]] = {
    "behind": (cards.RECOVERY_PAGE, cards.FOR_WHOM),
    "unknown": (DATA_PAGE, {}),  # where a tap shows who they are
    "visit_dates": (cards.RECOVERY_PAGE, {PANEL: "sureness"}),
    "worse_lately": (cards.RECOVERY_PAGE, {PANEL: "first-visits"}),
    "worse_over_time": (TRENDS_PAGE, {}),
    "lost": (cards.RECOVERY_PAGE, {PANEL: "losses"}),
    "late_reports": (cards.RECOVERY_PAGE, {PANEL: "sureness"}),
}
"""Page and address of what an item speaks of."""


def items(summary: OutcomeSummary, question: Question) -> None:
    """A row with a link for each item, to the panel it speaks of and with the filters; no row without one."""
    found = look_at_this(_signs(summary, question))
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Look at this**", width="content")
        for item in found:
            page, place = PLACES[item.rule]
            about = cards.only(item.condition) if item.condition else {}
            about |= {LOOK_AT: item.measure} if item.measure else {}
            st.page_link(
                page,
                label=item.text,
                icon=":material/search:",
                width="content",
                query_params={**place, **about},  # beside the filters, which come along by themselves
            )


def fresh(summary: OutcomeSummary, question: Question) -> None:
    """One line: to which day the data reach, and how complete they are."""
    known = panels.section(question, follow_up_section).known
    cohort = summary.cohort
    everything = not (cohort.filters or cohort.first_visit_from or cohort.first_visit_to)
    # one person's day, and that of the whole store: it does not belong beside figures of a part
    last_start = summary.facts.last_start if summary.audience == "clinic" and everything else None
    panels.note(freshness(summary.as_of, last_start, known))


def not_known(question: Question) -> None:
    """Who is missing from the figures of week 12; nothing where nobody is."""
    known = panels.section(question, follow_up_section).known
    if known is not None and known.numerator < known.denominator:
        people = f"Whether they run at week 12 ({known.denominator - known.numerator:,})"
        who.picker(question, {NOT_KNOWN: people}, key="who_not_known", label="Who is missing at week 12?")


def _signs(summary: OutcomeSummary, question: Question) -> Signs:
    follow_up = panels.section(question, follow_up_section)
    periods = panels.section(question, intake_periods_section).periods
    complete = [period.share for period in periods if period.share.mature and period.share.value is not None]
    everybody = summary.everybody
    return Signs(
        behind=_behind(summary),
        known=follow_up.known,
        on_visit_day=follow_up.on_visit_day,
        overall=everybody.back_by_day(84).value,
        latest=complete[-1] if complete else None,
        started=everybody.started,
        lost=everybody.became.lost,
        returned=everybody.returned,
        late_reports=everybody.late_reports,
        worse_over_time=lambda: worse_words(panels.section(question, trends_section).to_read()),
    )


def _behind(summary: OutcomeSummary) -> tuple[tuple[str, str], ...]:
    return tuple(
        (verdict.group, time_words(benchmarks()[verdict.benchmark_id].horizon_to_days))
        for verdict in summary.verdicts
        if verdict.verdict == "behind"
    )
