"""Record, or take back, what the clinic decides about a measure: its target, and where new limits begin."""

from __future__ import annotations

from datetime import date
from math import isfinite

from sqlalchemy import Connection, delete, insert

from sql.schema import trend_rebase, trend_target
from sql.writes.annotation import checked_text
from sql.writes.version import move_version


def set_target(connection: Connection, clinic: str, measure: str, value: float, *, today: date) -> None:
    """Let the clinic aim at a value, in place of any before.

    Raises
    ------
    StoreError
        if there is no such clinic.
    ValueError
        if the value is no number.
    """
    if not isfinite(value):
        raise ValueError("A target is a number.")
    clear_target(connection, clinic, measure)
    connection.execute(insert(trend_target).values(clinic=clinic, measure=measure, value=value, set_on=today))


def clear_target(connection: Connection, clinic: str, measure: str) -> None:
    """Aim at nothing any more; nothing happens if there was no target."""
    t = trend_target.c
    connection.execute(delete(trend_target).where(t.clinic == clinic, t.measure == measure))
    move_version(connection, clinic)


def confirm_rebase(
    connection: Connection, clinic: str, measure: str, month: date, reason: str, *, today: date
) -> None:
    """Let new limits begin with a month. Whether the reason names a person is for the caller to check.

    Raises
    ------
    StoreError
        if there is no such clinic.
    ValueError
        if the reason or the month cannot be taken; the message says what can.
    """
    reason = checked_text(reason)
    if month.day != 1:
        raise ValueError("New limits begin with a month: give its first day.")
    undo_rebase(connection, clinic, measure, month)
    connection.execute(
        insert(trend_rebase).values(
            clinic=clinic, measure=measure, month=month, reason=reason, decided_on=today
        )
    )


def undo_rebase(connection: Connection, clinic: str, measure: str, month: date) -> None:
    """Take a decision for new limits back; nothing happens if there was none."""
    r = trend_rebase.c
    same = (r.clinic == clinic) & (r.measure == measure) & (r.month == month)
    connection.execute(delete(trend_rebase).where(same))
    move_version(connection, clinic)
