"""Cached answers. The scope is part of every key, and so is the store's version: a new load shows at once."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from sqlalchemy import Connection, Engine

from dashboard.deployment import read_deployment
from dashboard.filter_options import FilterOptions
from dashboard.filter_options import filter_options as read_filter_options
from dashboard.question import Asked, NotAllowed, ask, too_few_words
from dashboard.return_definition import definition_of_return
from dashboard.summary import OutcomeSummary, outcome_summary
from sql.cohort import Cohort, Scope
from sql.engine import StoreError, reading
from sql.queries.audit_lines import AuditLine, audit_lines
from sql.queries.loads import Load, Reject
from sql.queries.loads import loads as read_loads
from sql.queries.loads import rejects as read_rejects
from sql.queries.privacy_counts import PrivacyCounts, privacy_counts
from sql.queries.store_facts import StoreFacts, store_facts, store_version
from sql.scale_courses import are_behind, prepare_courses
from sql.settings import SettingChange, setting_history, setting_value
from sql.store import open_store

Result = TypeVar("Result")


@st.cache_resource(max_entries=4, show_spinner=False)
def _engine(url: str) -> Engine:
    # What is imported by now stays for good. Looking through it again and again, while questions make thousands of
    # rows, takes Python a sixth of the largest ones.
    if not gc.get_freeze_count():
        gc.freeze()
    return open_store(url)


def engine() -> Engine:
    """Engine on the store of this installation."""
    url = read_deployment(os.environ).database_url
    try:
        return _engine(url)
    except StoreError:
        _engine.clear()
        raise


def version() -> int:
    """The store's version, asked on every run by small queries; after a load the pages are prepared first."""
    with reading(engine()) as connection:
        found, behind = store_version(connection), are_behind(connection)
    if behind:
        _prepare(str(engine().url), found)
    return found


@st.cache_data(ttl=3600, max_entries=4, show_spinner="Preparing the pages after a load …")
def _prepare(url: str, version: int) -> None:  # noqa: ARG001 - tried once for each version
    prepare_courses(engine())


def summary(scope: Scope, cohort: Cohort, by: str | None = None) -> OutcomeSummary:
    """The answer to a question, computed once per store version and scope."""
    return _summary(str(engine().url), version(), scope, cohort, by)


@st.cache_data(ttl=3600, max_entries=200, show_spinner="Counting …")
def _summary(url: str, version: int, scope: Scope, cohort: Cohort, by: str | None) -> OutcomeSummary:  # noqa: ARG001
    with reading(engine()) as connection:
        return outcome_summary(connection, scope, cohort, by=by)


def section(build: Callable[[Connection, Asked], Result], scope: Scope, cohort: Cohort) -> Result:
    """The answer of a section (dashboard/sections) to a question, computed once per store version and scope.

    Raises
    ------
    NotAllowed
        if the reader may not ask the question, or nothing may be said of so few people.
    """
    answer: Result = _section(str(engine().url), version(), build.__name__, scope, cohort, build)
    return answer


@st.cache_data(ttl=3600, max_entries=400, show_spinner="Counting …")
def _section(
    url: str,  # noqa: ARG001
    version: int,  # noqa: ARG001
    name: str,  # noqa: ARG001
    scope: Scope,
    cohort: Cohort,
    _build: Callable[[Connection, Asked], Any],
) -> Any:
    with reading(engine()) as connection:
        asked = ask(connection, scope, cohort)
        if asked.hidden:
            raise NotAllowed(too_few_words(asked.k))
        return _build(connection, asked)


def facts(scope: Scope) -> StoreFacts:
    """Clinics, sites, therapists and dates within a scope."""
    return _facts(str(engine().url), version(), scope)


@st.cache_data(ttl=3600, max_entries=50, show_spinner=False)
def _facts(url: str, version: int, scope: Scope) -> StoreFacts:  # noqa: ARG001
    with reading(engine()) as connection:
        return store_facts(connection, scope)


def filter_options(scope: Scope) -> FilterOptions:
    """What the filter bar offers for this reader and audience."""
    return _filter_options(str(engine().url), version(), scope)


@st.cache_data(ttl=3600, max_entries=50, show_spinner=False)
def _filter_options(url: str, version: int, scope: Scope) -> FilterOptions:  # noqa: ARG001
    with reading(engine()) as connection:
        return read_filter_options(connection, scope, store_facts(connection, scope))


def clinic_name(clinics: tuple[str, ...]) -> str:
    """The name to show: a single clinic's own, its code, or how many there are."""
    if len(clinics) != 1:
        return f"{len(clinics)} clinics"
    with reading(engine()) as connection:
        return setting_value(connection, clinics[0], "clinic_name") or f"clinic {clinics[0]}"


def definition(question: Any) -> str:
    """The run that counts, of the clinics asked."""
    with reading(engine()) as connection:
        return definition_of_return(connection, question.cohort.clinics or question.facts.clinics)


def setting(clinic: str, name: str) -> str:
    """The value that holds now."""
    with reading(engine()) as connection:
        return setting_value(connection, clinic, name)


def history(clinic: str, name: str) -> list[SettingChange]:
    """Every value that was set, oldest first."""
    with reading(engine()) as connection:
        return setting_history(connection, clinic, name)


def loads(clinic: str) -> list[Load]:
    """The clinic's loads, newest first."""
    with reading(engine()) as connection:
        return read_loads(connection, clinic)


def rejects(clinic: str) -> list[Reject]:
    """What is refused and still open."""
    with reading(engine()) as connection:
        return read_rejects(connection, clinic)


def privacy(clinic: str, k: int) -> PrivacyCounts:
    """Sizes of the groups of people who are alike."""
    with reading(engine()) as connection:
        return privacy_counts(connection, Scope("clinic", clinics=(clinic,)), k)


def audit(clinic: str, most: int) -> list[AuditLine]:
    """The newest lines of the audit."""
    with reading(engine()) as connection:
        return audit_lines(connection, clinic, most)
