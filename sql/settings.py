"""What the clinic decides: names, defaults and the value that holds on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from sql.schema import setting


@dataclass(frozen=True)
class SettingSpec:
    """A decision of the clinic. `words` are the allowed values, empty for free text; `low`/`high` bound a number."""

    name: str
    default: str
    meaning: str
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None

    def problem_with(self, value: str) -> str | None:
        """Why a value cannot be taken, None if it can."""
        if self.words and value not in self.words:
            return f"{self.name} is one of {', '.join(self.words)}"
        if self.low is not None and self.high is not None:
            whole = value.isascii() and value.isdigit()
            if not whole or not self.low <= int(value) <= self.high:
                return f"{self.name} is a whole number from {self.low} to {self.high}"
        if not value.strip() or len(value) > 1000 or not value.isprintable():
            return f"{self.name} is a text of 1 to 1000 characters on one line"
        return None


SETTINGS = {
    spec.name: spec
    for spec in (
        SettingSpec("clinic_name", "", "name shown on pages and reports; empty, the clinic's code is shown"),
        SettingSpec(
            "definition",
            "20 minutes or 3 km without stopping for pain, pain 0 of 10 during the run and no worse next morning",
            "the first run that counts as a return to running",
        ),
        SettingSpec(
            "default_goal",
            "running",
            "goal of episodes whose file has no goal column",
            words=("running", "gym", "daily_life"),
        ),
        SettingSpec(
            "k", "8", "fewer people than this are never shown when figures are shared", low=5, high=50
        ),
        SettingSpec(
            "in_care_days",
            "42",
            "days since the last contact within which a patient is still in care",
            low=7,
            high=365,
        ),
    )
}


@dataclass(frozen=True)
class SettingChange:
    """A value and the first day on which it holds."""

    valid_from: date
    value: str


def setting_value(connection: Connection, clinic: str, name: str, on: date | None = None) -> str:
    """The value that holds on a day (the latest of all without one), or the default."""
    changes = [
        change
        for change in setting_history(connection, clinic, name)
        if on is None or change.valid_from <= on
    ]
    return changes[-1].value if changes else SETTINGS[name].default


def setting_history(connection: Connection, clinic: str, name: str) -> list[SettingChange]:
    """Every value that was set, oldest first."""
    question = (
        select(setting.c.valid_from, setting.c.value)
        .where(setting.c.clinic == clinic, setting.c.name == name)
        .order_by(setting.c.valid_from)
    )
    return [SettingChange(row.valid_from, row.value) for row in connection.execute(question)]
