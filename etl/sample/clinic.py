"""How large the sample clinic is, and how its intake goes with the seasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from etl.sample.chance import AS_OF, is_working_day, stream

# Intake of each calendar month against the average one: training for the spring marathons fills the books,
# December and the summer holidays empty them.
SEASON = (1.15, 1.25, 1.35, 1.20, 1.00, 0.95, 0.90, 0.85, 1.05, 1.05, 0.85, 0.55)


@dataclass(frozen=True)
class ClinicPlan:
    """How large the clinic is. `therapists` says at which site each works; one has the harder patients.

    `draw` names one of the many clinics that chance could give; it was chosen to look like most of them.
    """

    draw: str
    first_month: tuple[int, int]
    months: int
    episodes: int
    therapists: Mapping[str, str]
    harder_therapist: str
    share_lost: float
    red_flags_still_open: int


BIG = ClinicPlan(
    draw="big 47",
    first_month=(2024, 5),
    months=30,
    episodes=900,
    therapists={f"T{n:02}": "north" if n <= 5 else "harbour" for n in range(1, 10)},
    harder_therapist="T04",
    share_lost=0.20,
    red_flags_still_open=2,
)
SMALL = ClinicPlan(
    draw="small 71",
    first_month=(2025, 9),
    months=14,
    episodes=112,
    therapists={f"T{n:02}": "main" for n in range(1, 6)},
    harder_therapist="T04",
    share_lost=0.05,
    red_flags_still_open=1,
)


def intake(plan: ClinicPlan) -> list[tuple[str, date]]:
    """A slot and a working day for every course, more of them in busy months."""
    start = plan.first_month[0] * 12 + plan.first_month[1] - 1
    months = [divmod(start + offset, 12) for offset in range(plan.months)]
    weight_of_all = sum(SEASON[month] for _, month in months)
    booked, weight, slots = 0, 0.0, []
    for year, month in months:
        weight += SEASON[month]
        upto = round(plan.episodes * weight / weight_of_all)
        days = _working_days(year, month + 1)
        for place in range(upto - booked):
            slot = f"{plan.draw}/{year}-{month + 1:02}/{place}"
            slots.append((slot, stream(slot, "first visit").choice(days)))
        booked = upto
    return sorted(slots, key=lambda slot: (slot[1], slot[0]))


def _working_days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    days = [first + timedelta(days=offset) for offset in range(31)]
    return [day for day in days if day.month == month and is_working_day(day) and day <= AS_OF]
