"""Therapists and sites beside what a loaded case-mix model expected of their people, as the NHS does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, Literal

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.stats.funnel import MeanFunnel, UnitSums, mean_funnel
from sql.pain_scores import PainQuestion
from sql.queries.unit_expected_changes import (
    UnitExpectedChange,
    expected_questions,
    unit_expected_changes,
)


@dataclass(frozen=True)
class ModelledChanges:
    """One scale of which expectations are loaded, and its sums per therapist and site."""

    question: PainQuestion
    rows: tuple[UnitExpectedChange, ...]


@dataclass(frozen=True)
class ExpectedFunnel:
    """Mean changes of one scale; each person's expectation is the model's."""

    question: PainQuestion
    means: MeanFunnel


def modelled_changes(connection: Connection, asked: Asked) -> tuple[ModelledChanges, ...]:
    """Every scale with expectations; none in a store without them."""
    found = []
    for question in expected_questions(connection, asked.clinics):
        rows = unit_expected_changes(
            connection, asked.scope, asked.cohort, question,
            as_of=asked.as_of, several_clinics=asked.several_clinics,
        )  # fmt: skip
        found.append(ModelledChanges(question, tuple(rows)))
    return tuple(found)


def expected_funnel(by: Literal["therapist", "site"], changes: ModelledChanges) -> ExpectedFunnel:
    """The funnel of means of all therapists, or of all sites, in the order of their codes."""
    units: dict[str, list[UnitExpectedChange]] = defaultdict(list)
    for row in changes.rows:
        units[getattr(row, by)].append(row)
    return ExpectedFunnel(changes.question, mean_funnel([_sums(name, units[name]) for name in sorted(units)]))


def means_document(found: MeanFunnel) -> dict[str, Any]:
    """A funnel of means in `summary --json`."""
    return {"centre": found.centre, "sd": found.sd, "units": [vars(point) for point in found.points]}


def expected_document(found: ExpectedFunnel) -> dict[str, Any]:
    """The same with the scale that it is about."""
    scale = {"instrument": found.question.instrument, "context": found.question.context}
    return {**scale, **means_document(found.means)}


def _sums(unit: str, rows: Sequence[UnitExpectedChange]) -> UnitSums:
    return UnitSums(
        unit,
        n=sum(row.people for row in rows),
        change=fsum(row.change for row in rows),
        difference=fsum(row.difference for row in rows),
        squared_difference=fsum(row.squared_difference for row in rows),
    )
