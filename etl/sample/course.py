"""What happens to one patient: return, relapse, stop, loss and pain, whether or not anybody hears of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from etl.sample.chance import clamp, happens, pick, stream
from etl.sample.clinic import ClinicPlan
from etl.sample.people import Person

# Days to return are log-logistic, the shape that rises early and has a long tail. Scale and steepness per
# condition are set so that the clinic's own curve comes out near sql/reference/benchmarks.csv: PFPS half back
# by week 12 and two thirds by month 6, ITBS faster.
USUAL_DAYS_TO_RETURN = {"pfps": 54.0, "itbs": 36.0, "pfps_itbs": 66.0, "other_knee": 68.0}
STEEPNESS = {"pfps": 1.05, "itbs": 1.35, "pfps_itbs": 1.1, "other_knee": 1.1}
# Long symptoms are the best known sign of a slow recovery (Collins 2013); the rest is weaker.
LONGER_SYMPTOMS = 0.40
EACH_EARLIER_EPISODE = 0.10
EACH_PAIN_POINT = 0.06
THERAPIST_SPREAD = 0.05
USUAL_SYMPTOM_DAYS = 100.0
FEWEST_DAYS_TO_RETURN = 4
NEVER_AFTER_DAYS = 700
RUNS_ALREADY = 0.006

EARLY_RELAPSE, LATE_RELAPSE, NEXT_RELAPSE = 0.28, 0.25, 0.15
STOPS = 0.16
STOP_REASONS = {
    "gave_up_running": 0.38, "other_injury": 0.22, "moved_away": 0.16, "surgery": 0.12,
    "pregnancy_or_illness": 0.12,
}  # fmt: skip
USUAL_DAYS_TO_STOP, USUAL_DAYS_TO_LOSS = 75.0, 55.0

# Usual-week pain falls by about a point a month at first, then more slowly.
RELIEF, RELIEF_WITHOUT_RETURN = 0.38, 0.28
RELIEF_DAYS, SLOWEST_RELIEF = 100.0, 2.0
PAIN_LEFT_ONCE_BACK = 0.50
PAIN_OF_A_RELAPSE = 2.0


@dataclass(frozen=True)
class Course:
    """The truth about one course, in days since the first visit; None is never. A relapse has two ends."""

    return_day: int | None
    usual_day: int | None
    relapses: tuple[tuple[int, int], ...]
    stop_day: int | None
    stop_reason: str
    lost_day: int | None
    base_pain: float
    relief: float
    relief_days: float

    def in_relapse(self, day: int) -> bool:
        """Whether pain is back on that day."""
        return any(first <= day <= last for first, last in self.relapses)

    def is_back(self, day: int) -> bool:
        """Whether the person runs without pain on that day."""
        return self.return_day is not None and self.return_day <= day and not self.in_relapse(day)

    def back_since(self, day: int) -> int | None:
        """First day of running without pain that still lasts on `day`."""
        if self.return_day is None or not self.is_back(day):
            return None
        return max([self.return_day, *(last + 1 for _, last in self.relapses if last < day)])

    def relapse_on(self, day: int) -> int | None:
        """First day of the relapse that lasts on `day`."""
        return next((first for first, last in self.relapses if first <= day <= last), None)

    def pain_on(self, day: int) -> float:
        """Pain in a usual week before any noise, 0 to 10."""
        pain = self.base_pain * (1 - self.relief * (1 - math.exp(-max(day, 0) / self.relief_days)))
        if self.is_back(day):
            pain *= PAIN_LEFT_ONCE_BACK
        return clamp(pain + PAIN_OF_A_RELAPSE * self.in_relapse(day), 0, 10)


def course_of(person: Person, plan: ClinicPlan) -> Course:
    """What happens to this person. Who stops does not return."""
    return_day = _return_day(person)
    stop_day, stop_reason = _stop(person.stream("stop"), return_day)
    if stop_day is not None:
        return_day = None
    rng = person.stream("afterwards")
    relief = RELIEF_WITHOUT_RETURN if return_day is None else RELIEF
    pace = SLOWEST_RELIEF if return_day is None else (max(return_day, 1) / RELIEF_DAYS) ** 0.4
    return Course(
        return_day=return_day,
        usual_day=None if return_day is None else return_day + rng.randint(14, 100),
        relapses=() if return_day is None else _relapses(person.stream("relapse"), return_day),
        stop_day=stop_day,
        stop_reason=stop_reason,
        lost_day=_loss(person.stream("loss"), plan),
        base_pain=person.base_pain,
        relief=clamp(rng.gauss(relief, 0.1), 0.05, 0.85),
        relief_days=RELIEF_DAYS * clamp(pace, 0.6, SLOWEST_RELIEF),
    )


def _stop(rng: Random, return_day: int | None) -> tuple[int | None, str]:
    """Day and reason of a stop, if it comes before any return."""
    day, reason = _days(rng, USUAL_DAYS_TO_STOP, 0.7), pick(rng, STOP_REASONS)
    stops = happens(rng, STOPS) and (return_day is None or day < return_day)
    return (day, reason) if stops else (None, "")


def _loss(rng: Random, plan: ClinicPlan) -> int | None:
    """Last day on which the person can be reached, for those who stay away without a word."""
    day = _days(rng, USUAL_DAYS_TO_LOSS, 0.9)
    return day if happens(rng, plan.share_lost) else None


def _return_day(person: Person) -> int | None:
    """Day of the first run that counts; negative for the few who run without pain already."""
    rng = person.stream("return")
    if happens(rng, RUNS_ALREADY):
        return -rng.randint(3, 25)
    slower = (
        LONGER_SYMPTOMS * math.log(person.symptom_days / USUAL_SYMPTOM_DAYS)
        + EACH_EARLIER_EPISODE * min(person.earlier_episodes, 4)
        + EACH_PAIN_POINT * (person.base_pain - 5.5)
        + stream("therapist", person.therapist).gauss(0, THERAPIST_SPREAD)
    )
    share = clamp(rng.random(), 1e-6, 1 - 1e-6)
    odds = share / (1 - share)
    days = (
        USUAL_DAYS_TO_RETURN[person.condition] * math.exp(slower) * odds ** (1 / STEEPNESS[person.condition])
    )
    return None if days > NEVER_AFTER_DAYS else max(FEWEST_DAYS_TO_RETURN, round(days))


def _relapses(rng: Random, return_day: int) -> tuple[tuple[int, int], ...]:
    """Pain again: within a fortnight in some, later in others, now and then a second time."""
    luck = rng.random()
    if luck >= EARLY_RELAPSE + LATE_RELAPSE:
        return ()
    first = return_day + (rng.randint(2, 13) if luck < EARLY_RELAPSE else rng.randint(16, 220))
    last = first + rng.randint(8, 45)
    if not happens(rng, NEXT_RELAPSE):
        return ((first, last),)
    again = last + rng.randint(10, 120)
    return ((first, last), (again, again + rng.randint(8, 45)))


def _days(rng: Random, usual: float, spread: float) -> int:
    return round(clamp(rng.lognormvariate(math.log(usual), spread), 3, NEVER_AFTER_DAYS))
