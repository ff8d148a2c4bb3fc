"""The run that counts as the return, by each clinic's own words, and since when they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from sql.cohort import Cohort
from sql.queries.store_facts import StoreFacts
from sql.settings import setting_history, setting_value


def definition_of_return(connection: Connection, clinics: Sequence[str]) -> str:
    """The run that counts, by the clinics' own settings."""
    texts = {code: setting_value(connection, code, "definition") for code in clinics}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{code}: {text}" for code, text in texts.items())


def definition_changed_on(
    connection: Connection, clinics: Sequence[str], cohort: Cohort, facts: StoreFacts, day: date
) -> date | None:
    """The first day within the question's reach on which some clinic's definition changed."""
    start = max(filter(None, (cohort.first_visit_from, facts.first_start)), default=day)
    changes: list[date] = []
    for code in clinics:
        before = setting_value(connection, code, "definition", on=start)
        for change in setting_history(connection, code, "definition"):
            if start < change.valid_from <= day and change.value != before:
                changes.append(change.valid_from)
                before = change.value
    return min(changes, default=None)
