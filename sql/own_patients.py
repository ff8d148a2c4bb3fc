"""Whose patients a reader may open: what stands before every question that returns patients, not counts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, select

from sql.cohort import Scope
from sql.schema import clinic, episode


def patients_of(scope: Scope, *, therapist: tuple[str, str] | None = None) -> ColumnElement[bool]:
    """Rows of `episode` that the reader may see one by one; `therapist` (clinic, code) narrows an owner's list.

    A therapist sees their own. Who neither holds the record nor treats the patient sees nobody.
    """
    if scope.own is None and scope.audience != "clinic":
        return false()
    # Every index begins with the clinic: without one in the question none would be of use.
    clinics = select(clinic.c.code) if scope.clinics is None else scope.clinics
    conditions: list[ColumnElement[bool]] = [episode.c.clinic.in_(clinics)]
    if scope.sites is not None:
        conditions.append(episode.c.site.in_(scope.sites))
    conditions += [
        and_(episode.c.clinic == pair[0], episode.c.therapist == pair[1])
        for pair in (scope.own, therapist)
        if pair is not None
    ]
    return and_(*conditions)
