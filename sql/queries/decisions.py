"""What people decided about charts over time: annotations, targets and new limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from sql.schema import annotation, trend_rebase, trend_target


@dataclass(frozen=True)
class Annotation:
    """Something that happened in a clinic on a day."""

    clinic: str
    number: int
    day: date
    text: str


@dataclass(frozen=True)
class Rebase:
    """New limits of a measure from a month on, with the reason."""

    measure: str
    month: date
    reason: str


def annotations_of(connection: Connection, clinics: Sequence[str]) -> list[Annotation]:
    """The clinics' annotations in order of time."""
    a = annotation.c
    question = select(a.clinic, a.number, a.day, a.text).where(a.clinic.in_(clinics))
    return [Annotation(*row) for row in connection.execute(question.order_by(a.day, a.clinic, a.number))]


def targets_of(connection: Connection, clinic: str) -> dict[str, float]:
    """What the clinic aims at, by measure."""
    t = trend_target.c
    question = select(t.measure, t.value).where(t.clinic == clinic)
    return {row[0]: row[1] for row in connection.execute(question)}


def rebases_of(connection: Connection, clinic: str) -> list[Rebase]:
    """Where the clinic let new limits begin, in order of time."""
    r = trend_rebase.c
    question = select(r.measure, r.month, r.reason).where(r.clinic == clinic)
    return [Rebase(*row) for row in connection.execute(question.order_by(r.month, r.measure))]
