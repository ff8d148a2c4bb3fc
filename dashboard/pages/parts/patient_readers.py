"""What pages about patients ask and write: under the reader's scope, kept for the session only, and audited."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime

import streamlit as st
from sqlalchemy import Connection

from dashboard.access import Reader, scope_of
from dashboard.pages.parts import readers
from dashboard.patients import alike as alike_module
from dashboard.patients.alike import Alike, ExpectedRange
from dashboard.patients.asking import Question, questions
from dashboard.patients.caseload import Caseload, caseload
from dashboard.patients.clinic_rules import ClinicRules, clinic_rules, last_load
from dashboard.patients.own_figures import OwnFigures, own_figures
from dashboard.patients.rule_people import list_under_rule
from dashboard.patients.rule_shares import RuleShares, rule_shares
from dashboard.people import ListedPeople
from etl.errors import UsageError
from etl.pseudonym import Pseudonyms, read_pseudonyms
from sql.cohort import Scope
from sql.engine import reading, writing
from sql.queries.caseload import token_of_code, tokens_of_number
from sql.queries.episode import EpisodeRecord, episode_record
from sql.short_code import read_short_code
from sql.writes.audit import write_audit
from sql.writes.journal import Writing

Therapist = tuple[str, str]


def today() -> date:
    """The day it is here."""
    return datetime.now(UTC).astimezone().date()


def current_reader() -> Reader:
    """Who reads this page."""
    reader: Reader = st.session_state["reader"]
    return reader


def reader_name(reader: Reader) -> str:
    """As the audit has it: owner, therapist T1."""
    return "owner" if reader.therapist is None else f"therapist {reader.therapist[1]}"


def patient_scope() -> Scope:
    """What the reader may see patient by patient: never more for a "to share" chosen on other pages."""
    return scope_of(current_reader(), "clinic")


def rules_of(clinic: str) -> ClinicRules | None:
    """Settings and loads of the clinic."""
    with reading(readers.engine()) as connection:
        return clinic_rules(connection, clinic, today())


def list_of(therapist: Therapist) -> Caseload | None:
    """A therapist's caseload of today; None if nothing of the clinic is loaded."""
    return _list_of(str(readers.engine().url), readers.version(), today(), patient_scope(), therapist)


@st.cache_data(ttl=3600, max_entries=4, show_spinner=False, scope="session")
def _list_of(url: str, version: int, day: date, scope: Scope, therapist: Therapist) -> Caseload | None:  # noqa: ARG001
    with reading(readers.engine()) as connection:
        rules = clinic_rules(connection, therapist[0], day)
        return caseload(connection, scope, rules, therapist) if rules else None


def rule_shares_of(clinic: str) -> RuleShares | None:
    """How many of the clinic's open episodes each rule of the caseload holds today."""
    return _rule_shares_of(str(readers.engine().url), readers.version(), today(), patient_scope(), clinic)


@st.cache_data(ttl=3600, max_entries=4, show_spinner="Counting …")
def _rule_shares_of(url: str, version: int, day: date, scope: Scope, clinic: str) -> RuleShares | None:  # noqa: ARG001
    with reading(readers.engine()) as connection:
        rules = clinic_rules(connection, clinic, day)
        return rule_shares(connection, scope, rules) if rules else None


def people_under(rules: ClinicRules, key: tuple[str, str]) -> ListedPeople:
    """Whom the counted (word, rule) of the caseload is about; that somebody looked is in the audit first."""
    return list_under_rule(
        readers.engine(), reader_name(current_reader()), patient_scope(), rules, key, at=datetime.now(UTC)
    )


def questions_of(therapist: Therapist) -> tuple[list[Question], ClinicRules] | None:
    """What a therapist's patients are to be asked today."""
    return _questions_of(str(readers.engine().url), readers.version(), today(), patient_scope(), therapist)


@st.cache_data(ttl=3600, max_entries=4, show_spinner=False, scope="session")
def _questions_of(
    url: str,  # noqa: ARG001
    version: int,  # noqa: ARG001
    day: date,
    scope: Scope,
    therapist: Therapist,
) -> tuple[list[Question], ClinicRules] | None:
    with reading(readers.engine()) as connection:
        rules = clinic_rules(connection, therapist[0], day)
        return (questions(connection, scope, rules, therapist), rules) if rules else None


def figures_of(therapist: Therapist) -> OwnFigures | None:
    """A therapist's own month."""
    with reading(readers.engine()) as connection:
        rules = clinic_rules(connection, therapist[0], today())
        return own_figures(connection, patient_scope(), rules, therapist) if rules else None


def record_of(token: str) -> EpisodeRecord | None:
    """One episode; None if it is not there or not the reader's: the page cannot tell which, and neither may it."""
    with reading(readers.engine()) as connection:
        return episode_record(connection, patient_scope(), token)


def alike(clinic: str, condition: str, context: str) -> Alike:
    """People like the patient, counted once per load."""
    with reading(readers.engine()) as connection:
        load = last_load(connection, [clinic])
    return _alike(str(readers.engine().url), load, patient_scope(), clinic, condition, context)


@st.cache_data(ttl=86400, max_entries=100, show_spinner="Counting …")
def _alike(url: str, load: int, scope: Scope, clinic: str, condition: str, context: str) -> Alike:  # noqa: ARG001
    with reading(readers.engine()) as connection:
        return alike_module.alike(connection, scope, clinic, condition, context)


def expected(clinic: str, condition: str, duration: str, context: str) -> ExpectedRange | None:
    """Pain of people like the patient by week, counted once per load."""
    with reading(readers.engine()) as connection:
        load = last_load(connection, [clinic])
    url = str(readers.engine().url)
    return _expected(url, load, patient_scope(), clinic, condition, duration, context)


@st.cache_data(ttl=86400, max_entries=200, show_spinner="Counting …")
def _expected(
    url: str,  # noqa: ARG001
    load: int,  # noqa: ARG001
    scope: Scope,
    clinic: str,
    condition: str,
    duration: str,
    context: str,
) -> ExpectedRange | None:
    with reading(readers.engine()) as connection:
        return alike_module.expected_range(connection, scope, clinic, condition, duration, context)


def find(text: str) -> list[str]:
    """Tokens of the reader's own patients by short code, or by the booking system's number.

    The number is hashed here with the clinic's key, where there is one; neither is kept or written anywhere.
    """
    scope, code = patient_scope(), read_short_code(text)
    with reading(readers.engine()) as connection:
        if code is not None:
            token = token_of_code(connection, scope, code)
            return [token] if token else []
        number = text.strip()
        found = tokens_of_number(connection, scope, number) if number else []
        if not found and number and (pseudonyms := _pseudonyms()) is not None:
            found = tokens_of_number(connection, scope, pseudonyms.pseudonymise(number))
        return found


def _pseudonyms() -> Pseudonyms | None:
    try:
        return read_pseudonyms(os.environ)
    except UsageError:
        return None


def audit(clinic: str, action: str, subject: str, rows: int | None = None) -> None:
    """Write a line to the clinic's audit, once per session for the same thing."""
    done: set[tuple[str, str, str, str]] = st.session_state.setdefault("audited", set())
    who = reader_name(current_reader())
    line = (who, clinic, action, subject)
    if line in done:
        return
    with writing(readers.engine()) as connection:
        write_audit(
            connection, clinic, at=datetime.now(UTC), reader=who, action=action, subject=subject, rows=rows
        )
    done.add(line)


def audited_later(clinic: str, action: str, subject: str, rows: int | None = None) -> Callable[[], None]:
    """Writes the line when called, also where no session is: a download is made outside of the page's run."""
    who = reader_name(current_reader())

    def write_line() -> None:
        with writing(readers.engine()) as connection:
            write_audit(
                connection,
                clinic,
                at=datetime.now(UTC),
                reader=who,
                action=action,
                subject=subject,
                rows=rows,
            )

    return write_line


def write(clinic: str, episode_id: str, change: Callable[[Connection, Writing], None]) -> str | None:
    """Save at once; returns what was wrong, None if it is saved."""
    by = reader_name(current_reader())
    try:
        with writing(readers.engine()) as connection:
            change(connection, Writing(clinic, episode_id, by, datetime.now(UTC)))
    except ValueError as problem:
        return str(problem)
    return None
