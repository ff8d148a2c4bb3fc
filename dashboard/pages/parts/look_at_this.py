"""Below the overview's charts: how fresh the data are, and what deserves a look."""

from __future__ import annotations

import streamlit as st

from dashboard.attention import Signs, freshness, look_at_this
from dashboard.pages.parts import panels
from dashboard.pages.parts.filters import Question
from dashboard.sections.follow_up import follow_up_section
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.summary import OutcomeSummary
from dashboard.verdicts import benchmarks
from dashboard.wording import time_words

RECOVERY_PAGE = "dashboard/pages/return_to_running.py"
PAGES = {
    "behind": RECOVERY_PAGE,
    "unknown": RECOVERY_PAGE,
    "visit_dates": RECOVERY_PAGE,
    "worse_lately": RECOVERY_PAGE,
    "lost": RECOVERY_PAGE,
    "late_reports": RECOVERY_PAGE,
}


def panel(summary: OutcomeSummary, question: Question) -> None:
    """One line, and a link for each item."""
    follow_up = panels.section(question, follow_up_section)
    periods = panels.section(question, intake_periods_section).periods
    complete = [period.share for period in periods if period.share.mature and period.share.value is not None]
    everybody = summary.everybody
    signs = Signs(
        behind=_behind(summary),
        known=follow_up.known,
        on_visit_day=follow_up.on_visit_day,
        overall=everybody.back_by_day(84).value,
        latest=complete[-1] if complete else None,
        started=everybody.started,
        lost=everybody.became.lost,
        returned=everybody.returned,
        late_reports=everybody.late_reports,
    )
    items = look_at_this(signs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if items:
            st.markdown("**Look at this**", width="content")
        for item in items:
            st.page_link(PAGES[item.rule], label=item.text, icon=":material/search:", width="content")
    last_start = summary.facts.last_start if summary.audience == "clinic" else None  # one person's day
    panels.note(freshness(summary.as_of, last_start, follow_up.known))


def _behind(summary: OutcomeSummary) -> tuple[tuple[str, str], ...]:
    return tuple(
        (verdict.group, time_words(benchmarks()[verdict.benchmark_id].horizon_to_days))
        for verdict in summary.verdicts
        if verdict.verdict == "behind"
    )
