"""Write down, or take back, what happened in the clinic."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, delete, func, insert, select

from sql.schema import annotation
from sql.writes.version import move_version

LONGEST_TEXT = 200


def add_annotation(connection: Connection, clinic: str, day: date, text: str, *, today: date) -> int:
    """Add an annotation and return its number. Whether the text names a person is for the caller to check.

    Raises
    ------
    StoreError
        if there is no such clinic.
    ValueError
        if the text or the day cannot be taken; the message says what can.
    """
    text = checked_text(text)
    if day > today:
        raise ValueError("An annotation cannot be dated ahead. Choose the day on which it happened.")
    move_version(connection, clinic)
    a = annotation.c
    number = 1 + (connection.scalar(select(func.max(a.number)).where(a.clinic == clinic)) or 0)
    connection.execute(
        insert(annotation).values(clinic=clinic, number=number, day=day, text=text, added_on=today)
    )
    return number


def remove_annotation(connection: Connection, clinic: str, number: int) -> None:
    """Take an annotation back; nothing happens if it is gone already."""
    a = annotation.c
    connection.execute(delete(annotation).where(a.clinic == clinic, a.number == number))
    move_version(connection, clinic)


def checked_text(text: str) -> str:
    """The text without blanks around it.

    Raises
    ------
    ValueError
        if it is empty, too long or has signs that cannot be shown.
    """
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"Write 1 to {LONGEST_TEXT} characters.")
    return text
