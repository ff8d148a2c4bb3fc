"""Who comes to the sample clinic, and with what."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from etl.sample.chance import AS_OF, clamp, happens, pick, stream
from etl.sample.clinic import ClinicPlan, intake

CONDITIONS = {"pfps": 0.67, "itbs": 0.20, "pfps_itbs": 0.05, "other_knee": 0.08}
GOALS = {"running": 0.88, "gym": 0.05, "daily_life": 0.04, "": 0.03}
AGE_BANDS = {
    "under_18": 0.03, "18_24": 0.13, "25_34": 0.33, "35_44": 0.27, "45_54": 0.16, "55_64": 0.06,
    "65_plus": 0.02,
}  # fmt: skip
SIDES = {"left": 0.38, "right": 0.42, "both": 0.20}

# Knee pain has often lasted for months before a runner asks for help; ITBS ends a run and is brought earlier.
MEDIAN_SYMPTOM_DAYS = {"pfps": 110.0, "itbs": 60.0, "pfps_itbs": 130.0, "other_knee": 100.0}
SYMPTOM_SPREAD = 1.15
EARLIER_EPISODES = {"0": 0.56, "1": 0.24, "2": 0.12, "3": 0.06, "5": 0.02}
EARLIER_EPISODES_HARDER = {"0": 0.28, "1": 0.27, "2": 0.23, "3": 0.14, "5": 0.08}
HARDER_SYMPTOM_FACTOR = 2.0
HARDER_PAIN = 1.0

# Signs that send somebody to urgent assessment first.
RED_FLAGS = {
    "none": 0.88, "": 0.094, "night_pain": 0.009, "locking": 0.006, "trauma_swelling": 0.006,
    "giving_way": 0.003, "unwell": 0.002,
}  # fmt: skip

COMES_BACK = 0.08
SAME_CONDITION_AGAIN = 0.45
FEWEST_DAYS_BETWEEN_COURSES = 210
# The loader gives a row that names only the patient to a course up to 28 days before its first visit.
QUIET_DAYS_BEFORE_A_COURSE = 29


@dataclass(frozen=True)
class Person:
    """A patient at the start of one course of care. Nothing of it is recorded after `watch_until`."""

    slot: str
    first_visit: date
    therapist: str
    site: str
    condition: str
    side: str
    sex: str
    age_band: str
    goal: str
    symptom_days: int
    earlier_episodes: int
    base_pain: float
    weekly_km: int
    red_flag: str
    episode_id: str
    patient_id: str
    red_flag_open: bool = False
    watch_until: date = AS_OF

    def stream(self, purpose: str) -> Random:
        """Random numbers of this course for one purpose."""
        return stream(self.slot, purpose)

    def date_of(self, day: int) -> date:
        """The date so many days after the first visit."""
        return self.first_visit + timedelta(days=day)

    @property
    def has_red_flag(self) -> bool:
        """Whether a sign for urgent assessment was seen at the first visit."""
        return self.red_flag not in ("", "none")

    @property
    def watched_days(self) -> int:
        """Days from the first visit to the end of what can be known."""
        return (self.watch_until - self.first_visit).days


def who_comes(plan: ClinicPlan) -> list[Person]:
    """All courses of care in the order of their first visits; some people come twice."""
    people: list[Person] = []
    for number, (slot, day) in enumerate(intake(plan), start=1):
        newcomer = _newcomer(plan, slot, day, f"{number:04}")
        former = _former_course(people, newcomer)
        if former is None:
            people.append(newcomer)
        else:
            people.append(_comes_again(people[former], newcomer))
            until = newcomer.first_visit - timedelta(days=QUIET_DAYS_BEFORE_A_COURSE)
            people[former] = replace(people[former], watch_until=until)
    flagged = [index for index, person in enumerate(people) if person.has_red_flag]
    for index in flagged[-plan.red_flags_still_open :]:
        people[index] = replace(people[index], red_flag_open=True)
    return people


def _newcomer(plan: ClinicPlan, slot: str, day: date, number: str) -> Person:
    rng = stream(slot, "person")
    therapist = rng.choice(list(plan.therapists))
    harder = therapist == plan.harder_therapist
    condition = pick(rng, CONDITIONS)
    women = 0.42 if condition == "itbs" else 0.58
    return Person(
        slot=slot,
        first_visit=day,
        therapist=therapist,
        site=plan.therapists[therapist],
        condition=condition,
        side=pick(rng, SIDES),
        sex=pick(rng, {"female": women, "male": 0.98 - women, "other": 0.01, "unknown": 0.01}),
        age_band=pick(rng, AGE_BANDS),
        goal=pick(rng, GOALS),
        symptom_days=_symptom_days(rng, condition, harder=harder),
        earlier_episodes=int(pick(rng, EARLIER_EPISODES_HARDER if harder else EARLIER_EPISODES)),
        base_pain=clamp(rng.gauss(5.5 + HARDER_PAIN * harder, 1.3), 2.0, 9.5),
        weekly_km=round(clamp(rng.lognormvariate(math.log(30), 0.5), 5, 130)),
        red_flag=pick(stream(slot, "red flag"), RED_FLAGS),
        episode_id=f"E{number}",
        patient_id=f"P{number}",
    )


def _symptom_days(rng: Random, condition: str, *, harder: bool) -> int:
    median = MEDIAN_SYMPTOM_DAYS[condition] * (HARDER_SYMPTOM_FACTOR if harder else 1)
    return round(clamp(rng.lognormvariate(math.log(median), SYMPTOM_SPREAD), 4, 3000))


def _former_course(people: list[Person], newcomer: Person) -> int | None:
    """Index of the earlier course that the newcomer continues, if this is somebody the clinic knows."""
    rng = newcomer.stream("comes back")
    if not happens(rng, COMES_BACK):
        return None
    latest = newcomer.first_visit - timedelta(days=FEWEST_DAYS_BETWEEN_COURSES)
    known = [
        index
        for index, person in enumerate(people)
        if person.first_visit <= latest and person.watch_until == AS_OF
    ]
    return rng.choice(known) if known else None


def _comes_again(before: Person, newcomer: Person) -> Person:
    """The newcomer as the same person as before, with the same or another complaint."""
    same = happens(newcomer.stream("same again"), SAME_CONDITION_AGAIN)
    again = replace(
        newcomer,
        patient_id=before.patient_id,
        therapist=before.therapist,
        site=before.site,
        sex=before.sex,
        age_band=before.age_band,
        goal=before.goal,
        # the new pain began after the former course
        symptom_days=min(newcomer.symptom_days, (newcomer.first_visit - before.first_visit).days - 90),
    )
    if not same:
        return again
    return replace(
        again, condition=before.condition, side=before.side, earlier_episodes=before.earlier_episodes + 1
    )
