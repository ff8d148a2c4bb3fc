"""The number that caches are keyed on."""

from __future__ import annotations

from sqlalchemy import Connection, update

from sql.engine import StoreError
from sql.schema import clinic as clinic_table


def move_version(connection: Connection, clinic: str) -> None:
    """Let every cached answer about the clinic be computed anew.

    Raises
    ------
    StoreError
        if there is no such clinic.
    """
    moved = connection.execute(
        update(clinic_table).where(clinic_table.c.code == clinic).values(version=clinic_table.c.version + 1)
    )
    if moved.rowcount == 0:
        raise StoreError(f"There is no clinic {clinic!r} in the store yet. Load its data first.")
