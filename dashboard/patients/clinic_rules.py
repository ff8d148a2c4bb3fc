"""The thresholds that a clinic's statuses count with, and how fresh its data are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from dashboard.stats.status import Thresholds
from dashboard.thresholds import status_thresholds
from sql.queries.to_ask import AskDays
from sql.schema import clinic as clinic_table
from sql.schema import load_run
from sql.settings import setting_value


@dataclass(frozen=True)
class ClinicRules:
    """What a clinic decided, and the day its lists are about.

    `day` is today where the data are fresh. Where they are older than `stale_days`, nothing is known of the days
    since, so it is the day the data end; of a sample clinic always. `newest` and `before` are (number, as-of day)
    of its last two loads.
    """

    clinic: str
    thresholds: Thresholds
    open_days: int
    within_days: int
    stale_days: int
    day: date
    as_of: date
    sample: bool
    stale: bool
    newest: tuple[int, date]
    before: tuple[int, date] | None

    @property
    def ask_days(self) -> AskDays:
        """The same days as the question `to_ask` takes them."""
        limits = self.thresholds
        points = tuple((point.due_day, point.answered_from_day) for point in limits.checkpoints)
        return AskDays(points, limits.sustained_days, limits.later_check_days, self.within_days)


def clinic_rules(connection: Connection, clinic: str, today: date) -> ClinicRules | None:
    """Settings and loads of one clinic; None if it has none that stands."""
    loads = _standing_loads(connection, clinic)
    if not loads:
        return None
    names = ("open_days", "ask_within_days", "stale_days")
    values = {name: int(setting_value(connection, clinic, f"status_{name}")) for name in names}
    as_of = max(day for _, day in loads)
    sample = bool(connection.scalar(select(clinic_table.c.sample).where(clinic_table.c.code == clinic)))
    age = (today - as_of).days
    stale = not sample and age > values["stale_days"]
    return ClinicRules(
        clinic=clinic,
        thresholds=status_thresholds(connection, clinic),
        open_days=values["open_days"],
        within_days=values["ask_within_days"],
        stale_days=values["stale_days"],
        day=as_of if sample or stale or age < 0 else today,
        as_of=as_of,
        sample=sample,
        stale=stale,
        newest=loads[0],
        before=loads[1] if len(loads) > 1 else None,
    )


def last_load(connection: Connection, clinics: Iterable[str]) -> int:
    """A number that moves with every load of these clinics, but with no entry: for figures of the whole clinic."""
    counts = select(func.count(), func.max(load_run.c.load_number)).where(
        load_run.c.clinic.in_(list(clinics)), load_run.c.status == "loaded"
    )
    count, newest = connection.execute(counts).one()
    return 1_000_000 * (count or 0) + (newest or 0)


def _standing_loads(connection: Connection, clinic: str) -> list[tuple[int, date]]:
    question = (
        select(load_run.c.load_number, load_run.c.as_of)
        .where(load_run.c.clinic == clinic, load_run.c.status == "loaded")
        .order_by(load_run.c.load_number.desc())
        .limit(2)
    )
    return [(row[0], row[1]) for row in connection.execute(question)]
