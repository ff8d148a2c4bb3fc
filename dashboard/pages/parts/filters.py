"""The filter bar above every page: what is asked, kept in the address so that it can be shared and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboard.access import Reader, scope_of
from dashboard.names import CONDITION_NAMES, CONDITION_SHORT, GROUP_NAMES
from dashboard.pages.parts import kept_filters, readers
from dashboard.pages.parts.periods import (
    OWN_CHOICE,
    Span,
    last_day_of,
    month_words,
    months_with_starts,
    periods,
)
from dashboard.wording import long_date
from sql.cohort import GROUPING_FIELDS, Audience, Cohort, Scope
from sql.queries.store_facts import StoreFacts

ALL = "all"
AUDIENCES = {"clinic": "For the clinic", "sharing": "To share"}
DURATIONS = tuple(GROUPING_FIELDS["symptom_duration"] or ())
GOALS = {"running": "Running", "any": "Any goal"}
_NOT_OFFERED = "filters_not_offered"


@dataclass(frozen=True)
class Question:
    """What the reader asked with the filter bar.

    `not_offered` names the filters that fell back to all: their choice is none of those in figures to share.
    """

    reader: Reader
    scope: Scope
    cohort: Cohort
    facts: StoreFacts
    not_offered: tuple[str, ...] = ()


def current_question() -> Question:
    """The question of this run, for a page."""
    question: Question = st.session_state["question"]
    return question


def filter_bar(reader: Reader) -> Question:
    """Draw the bar and return the question."""
    kept_filters.restore()
    kept_filters.follow()
    facts = readers.facts(scope_of(reader, "clinic"))
    several = len(facts.clinics) > 1
    bar = st.grid(6, min_column_width=140, gap="xsmall")
    with bar:
        start, end = _period(facts)
    condition_cell, site_cell, duration_cell, goal_cell, audience_cell = (bar.cell() for _ in range(5))
    with audience_cell:  # first: it decides what the others offer
        audience = _audience(reader)
    offered = readers.filter_options(scope_of(reader, audience))
    conditions = {code: name for code, name in CONDITION_SHORT.items() if code in offered.conditions}
    sites = {f"{clinic}/{code}" if several else code: code for clinic, code in offered.sites}
    narrowed = {
        "condition": (condition_cell, "Condition", {ALL: "All conditions", **conditions}),
        "site": (site_cell, "Site", {ALL: "All sites", **{name: name for name in sites}}),
    }
    not_offered = _not_offered({key: options for key, (_, _, options) in narrowed.items()}, audience)
    chosen = {}
    for key, (cell, label, options) in narrowed.items():
        with cell:
            chosen[key] = _choose(label, options, key)
    condition, site = chosen["condition"], chosen["site"]
    with duration_cell:
        durations = {code: GROUP_NAMES[code] for code in DURATIONS}
        duration = _choose("Symptoms for", {ALL: "Any duration", **durations}, "symptoms")
    with goal_cell:
        goal = _choose("Goal", GOALS, "goal")
    clinic = site.removesuffix(f"/{sites[site]}") if several and site != ALL else ""
    cohort = Cohort(
        clinics=(clinic,) if clinic else (),
        sites=() if site == ALL else (sites[site],),
        conditions=() if condition == ALL else (condition,),
        symptom_durations=() if duration == ALL else (duration,),
        first_visit_from=start,
        first_visit_to=end,
        goals=("running",) if goal == "running" else (),
    )
    question = Question(reader, scope_of(reader, audience), cohort, facts, not_offered)
    st.session_state["question"] = question
    kept_filters.keep()
    return question


def _not_offered(options: dict[str, dict[str, str]], audience: Audience) -> tuple[str, ...]:
    """Which of these filters ask, by the address or an earlier choice, for what figures to share do not offer.

    Looked at before they are drawn: drawing makes it all, here and in the address. Remembered until another choice.
    """
    asked_in_vain = set(st.session_state.get(_NOT_OFFERED, ()))
    for key, offered in options.items():
        code, label = st.session_state.get(key), st.query_params.get(key)
        known = label in offered.values() if code is None and label is not None else code in (None, *offered)
        if audience == "clinic" or (known and code not in (None, ALL)):
            asked_in_vain.discard(key)
        elif not known:
            asked_in_vain.add(key)
    st.session_state[_NOT_OFFERED] = asked_in_vain
    return tuple(key for key in options if key in asked_in_vain)


def one_of(label: str, options: dict[str, str], *, key: str, default: str) -> str:
    """A choice between a few, all in sight, kept in the address."""
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        default=default,
        required=True,
        key=key,
        bind="query-params",
        wrap=True,
    )
    return str(chosen)


def filters_in_words(question: Question) -> str:
    """What is filtered, empty if nothing is."""
    cohort, parts = question.cohort, []
    if cohort.first_visit_from and cohort.first_visit_to:
        start, end = long_date(cohort.first_visit_from), long_date(cohort.first_visit_to)
        parts.append(f"first visit {start} to {end}")
    parts += [CONDITION_NAMES[code] for code in cohort.conditions]
    parts += [f"site {code}" for code in cohort.sites]
    parts += [f"symptoms {GROUP_NAMES[code]}" for code in cohort.symptom_durations]
    if not cohort.goals:
        parts.append("any goal")
    return " · ".join(parts)


def not_offered_in_words(question: Question) -> str:
    """Which filters fell back to all; the same whether anybody has what was asked for or nobody. Empty if none did."""
    if not question.not_offered:
        return ""
    names = " and ".join(question.not_offered).capitalize()
    return f"{names}: all. Choices of few people are not offered in figures to share."


def reset() -> None:
    """Everybody again; the audience stays as chosen."""
    unchosen = {"period": "all", "condition": ALL, "site": ALL, "symptoms": ALL, "goal": "running"}
    st.session_state.update(unchosen)
    st.session_state.pop(_NOT_OFFERED, None)


def _period(facts: StoreFacts) -> Span:
    choices = periods(facts)
    chosen = _choose("First visit", {code: label for code, (label, _) in choices.items()}, "period")
    if chosen != OWN_CHOICE:
        return choices[chosen][1]
    months = months_with_starts(facts)
    first = _choose_month("From", months, "from", months[0])
    last = _choose_month("To", [month for month in months if month >= first], "to", months[-1])
    return first, last_day_of(last)


def _choose_month(label: str, months: list[date], key: str, default: date) -> date:
    names = {month_words(month): month for month in months}
    chosen = st.selectbox(
        label, list(names), index=list(names).index(month_words(default)), key=key, bind="query-params"
    )
    return names[chosen]


def _choose(label: str, options: dict[str, str], key: str) -> str:
    return st.selectbox(label, list(options), format_func=options.__getitem__, key=key, bind="query-params")


def _audience(reader: Reader) -> Audience:
    if reader.holds_the_record:
        return "sharing" if _choose("Figures", AUDIENCES, "audience") == "sharing" else "clinic"
    with st.container(gap="xxsmall"):
        st.markdown(":small[Figures]")  # the label of a disabled box has too little contrast
        st.selectbox(
            "Figures",
            [AUDIENCES["sharing"]],
            key="audience_fixed",
            disabled=True,
            label_visibility="collapsed",
        )
    return "sharing"
