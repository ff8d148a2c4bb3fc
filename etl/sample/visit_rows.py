"""Rows of `visits`: appointments and what was done in them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from etl.sample.chance import happens
from etl.sample.clinic import ClinicPlan
from etl.sample.story import Row, Story

SEEN_BY_A_COLLEAGUE = 0.06
# How often each treatment is part of a visit: at the first one, early in the course, and later.
EARLY_DAYS = 42
TREATMENTS: dict[str, tuple[float, float, float]] = {
    "education_load": (0.95, 0.35, 0.25),
    "hip_knee_rehab": (0.70, 0.92, 0.85),
    "soft_tissue": (0.35, 0.40, 0.15),
    "dry_needling": (0.05, 0.14, 0.06),
    "taping_or_brace": (0.25, 0.18, 0.04),
    "graded_running": (0.05, 0.30, 0.65),
    "orthoses": (0.02, 0.05, 0.02),
}
SHOCKWAVE_FOR_TENDONS = 0.5


def visit_rows(story: Story, plan: ClinicPlan) -> Iterator[Row]:
    """All appointments of one course."""
    rng = story.person.stream("treatments")
    retrained = retrains_gait(story)
    for visit in story.contacts.visits:
        attended = visit.status == "attended"
        yield {
            **story.whose,
            "patient_id": story.person.patient_id,
            "visit_date": story.person.date_of(visit.day),
            "status": visit.status,
            "therapist": _therapist(story, plan, visit.day),
            "treatments": _treatments(story, visit.day, rng, retrained=retrained) if attended else None,
        }


def retrains_gait(story: Story) -> bool:
    """Whether gait or step rate are worked on in this course."""
    return happens(story.person.stream("gait"), 0.45)


def has_tendon(story: Story) -> str:
    """Whether a tendon is involved: yes, no, or empty where nobody noted it."""
    luck = story.person.stream("tendon").random()
    return "yes" if luck < 0.06 else "no" if luck < 0.80 else ""


def _therapist(story: Story, plan: ClinicPlan, day: int) -> str:
    """The patient's own therapist, now and then a colleague of the same site."""
    person = story.person
    rng = person.stream(f"therapist of day {day}")
    if day == 0 or not happens(rng, SEEN_BY_A_COLLEAGUE):
        return person.therapist
    return rng.choice([code for code, site in plan.therapists.items() if site == person.site])


def _treatments(story: Story, day: int, rng: Random, *, retrained: bool) -> str:
    stage = 0 if day == 0 else 1 if day < EARLY_DAYS else 2
    given = [name for name, often in TREATMENTS.items() if happens(rng, often[stage])]
    if retrained and day:
        given += [name for name in ("gait_retraining", "cadence_retraining") if happens(rng, 0.5)]
    if has_tendon(story) == "yes" and day and happens(rng, SHOCKWAVE_FOR_TENDONS):
        given.append("shockwave")
    return ";".join(given or ["hip_knee_rehab"])
