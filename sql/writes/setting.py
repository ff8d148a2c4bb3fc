"""Record a decision of the clinic."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from sql.engine import StoreError
from sql.schema import clinic as clinic_table
from sql.schema import setting
from sql.settings import SETTINGS


def write_setting(
    connection: Connection, clinic: str, name: str, value: str, valid_from: date, *, today: date
) -> None:
    """Let `value` hold from a day on, not later than `today`; earlier values stay in the history.

    Raises
    ------
    StoreError
        if there is no such clinic.
    ValueError
        if there is no such setting or the value cannot be taken; the message says what can.
    """
    if name not in SETTINGS:
        raise ValueError(f"there is no setting {name!r}; there are {', '.join(SETTINGS)}")
    problem = SETTINGS[name].problem_with(value)
    if problem:
        raise ValueError(problem)
    if valid_from > today:
        raise ValueError("a setting cannot be dated ahead; record it on the day from which it holds")
    if connection.scalar(select(clinic_table.c.code).where(clinic_table.c.code == clinic)) is None:
        raise StoreError(f"There is no clinic {clinic!r} in the store yet. Load its data first.")
    same = (setting.c.clinic == clinic) & (setting.c.name == name) & (setting.c.valid_from == valid_from)
    connection.execute(delete(setting).where(same))
    connection.execute(insert(setting).values(clinic=clinic, name=name, valid_from=valid_from, value=value))
    connection.execute(
        update(clinic_table).where(clinic_table.c.code == clinic).values(version=clinic_table.c.version + 1)
    )
