"""What the small writes about one episode share: its number, its lock, and the version that caches watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select, update

from sql.dialect import wait_for_lock
from sql.schema import clinic as clinic_table

WRITER_LENGTH = 80


@dataclass(frozen=True)
class Writing:
    """About which episode somebody writes, who it is, and when (UTC)."""

    clinic: str
    episode_id: str
    by: str
    at: datetime

    def columns(self, connection: Connection, table: Table) -> dict[str, object]:
        """The columns that every journal row has, with the clinic's next number; the clinic is locked first."""
        wait_for_lock(connection, f"clinic {self.clinic}")
        number = next(name for name in table.primary_key.columns.keys() if name != "clinic")  # noqa: SIM118
        last = connection.scalar(select(func.max(table.c[number])).where(table.c.clinic == self.clinic))
        return {
            "clinic": self.clinic,
            number: (last or 0) + 1,
            "episode_id": self.episode_id,
            "written_at": self.at.replace(tzinfo=None, microsecond=0),
            "written_by": self.by[:WRITER_LENGTH],
        }


def move_version(connection: Connection, clinic: str) -> None:
    """Something of the clinic has changed: answers kept from before are no longer used."""
    connection.execute(
        update(clinic_table).where(clinic_table.c.code == clinic).values(version=clinic_table.c.version + 1)
    )
