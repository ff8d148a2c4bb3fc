"""The people whom a rule of the caseload is about, for the owner, and the line in the audit that says who looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from dashboard.patients.caseload import Standing
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.rule_shares import every_standing
from dashboard.patients.words import RULE_WORDS, short_why
from dashboard.people import LISTED, Listed, ListedPeople
from dashboard.wording import long_date
from sql.cohort import Scope
from sql.engine import reading, writing
from sql.queries.people import MOST_PEOPLE
from sql.writes.audit import write_audit


def list_under_rule(
    engine: Engine, reader: str, scope: Scope, rules: ClinicRules, key: tuple[str, str], *, at: datetime
) -> ListedPeople:
    """The open episodes that this (word, rule) leads, after the look was written to the audit.

    `at` is the time of the look in UTC. The latest first visit comes first, as in every list.
    """
    word, rule = key
    with reading(engine) as connection:
        standings = every_standing(connection, scope, rules)
        found = [one for one in standings if (one.word, one.rule) == key]
    found.sort(key=lambda one: (one.case.first_visit_date, one.case.short_code), reverse=True)
    shown = found[:MOST_PEOPLE]
    with writing(engine) as connection:
        write_audit(
            connection,
            rules.clinic,
            at=at,
            reader=reader,
            action=LISTED,
            subject=f"caseload:{rule}",
            rows=len(shown),
        )
    title = f"{word[0].upper()}{word[1:]}: {RULE_WORDS[rule]}"
    return ListedPeople(title, len(found), tuple(map(_listed, shown)))


def _listed(one: Standing) -> Listed:
    case, why = one.case, short_why(one)
    if one.resting is not None:
        why += f"; seen to until {long_date(one.resting.until)}"
    return Listed(
        case.clinic,
        case.short_code,
        case.token,
        case.therapist,
        long_date(case.first_visit_date),
        why,
        missing="",
    )
