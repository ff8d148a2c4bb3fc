"""Rows of `assessments`: strength, movement and gait, at the first visit and about every five weeks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from etl.sample.chance import clamp, happens
from etl.sample.story import Cell, Row, Story
from etl.sample.visit_rows import retrains_gait

FEWEST_DAYS_BETWEEN = 30
ASSESSED_AT_FIRST_VISIT = 0.94
# Strength by dynamometer, N per kg of body weight: mean, spread, and the gain that three months bring;
# of the size that hand-held dynamometers show in runners with knee pain.
STRENGTH = {
    "hip_abductor_strength_n_per_kg": (3.1, 0.55, 0.22),
    "hip_external_rotator_strength_n_per_kg": (1.45, 0.30, 0.25),
    "knee_extensor_strength_n_per_kg": (4.6, 0.80, 0.12),
}
GRADES_BY_HAND = ("hip_abductor_manual_grade", "hip_external_rotator_manual_grade")
TESTS_BY_HAND = 0.25
DAYS_TO_GAIN = 45.0
# Faults on video: how often at first, and how often they stay with and without gait retraining.
GAIT_FAULTS = {"gait_hip_drop": 0.55, "gait_crossover": 0.35, "gait_overstride": 0.45}
FAULT_STAYS, FAULT_STAYS_RETRAINED = 0.85, 0.45
# Once, at the first visit: share of each grade from 0 on.
GRADED_ONCE = {
    "patellar_tracking": (0.35, 0.45, 0.20),
    "foot_pronation": (0.45, 0.40, 0.15),
    "tissue_quality": (0.20, 0.40, 0.30, 0.10),
}
# Step rate rises by 5 to 10 % on the patient's own where it is retrained.
STEP_RATE_GAIN = (0.05, 0.10)
STEP_RATE_MEASURED = 0.65


def assessment_rows(story: Story) -> Iterator[Row]:
    """All measurements of one course."""
    rng = story.person.stream("assessments")
    findings = _Findings(story, rng)
    last = None
    for day in story.contacts.attended:
        due = (
            happens(rng, ASSESSED_AT_FIRST_VISIT)
            if day == 0
            else last is None or day - last >= FEWEST_DAYS_BETWEEN
        )
        if due:
            last = day
            for measure, side, value in findings.on(day):
                yield {
                    **story.whose,
                    "patient_id": story.person.patient_id,
                    "assessed_on": story.person.date_of(day),
                    "measure": measure,
                    "side": side,
                    "value": value,
                    "speed_kmh": findings.speed_kmh if measure == "step_rate_spm" else None,
                }


class _Findings:
    """What would be measured in this person on any day."""

    def __init__(self, story: Story, rng: Random) -> None:
        self._rng = rng
        self._sides = {"both": ("left", "right"), "": ("",)}.get(story.person.side, (story.person.side,))
        self._by_hand = happens(rng, TESTS_BY_HAND)
        self._retrained = retrains_gait(story)
        self._strength = {name: rng.gauss(mean, spread) for name, (mean, spread, _) in STRENGTH.items()}
        self._faults = {name: happens(rng, often) for name, often in GAIT_FAULTS.items()}
        self._squat = rng.choice((1, 1, 2, 2, 2, 3))
        self._drop_deg, self._valgus_deg = rng.gauss(6.5, 1.8), rng.gauss(9.0, 3.0)
        self._steps = rng.gauss(163, 7) if happens(rng, STEP_RATE_MEASURED) else None
        self._steps_gain = rng.uniform(*STEP_RATE_GAIN) if self._retrained else rng.uniform(-0.01, 0.02)
        self.speed_kmh = rng.choice((9.0, 9.5, 10.0, 10.5, 11.0, 12.0))

    def on(self, day: int) -> Iterator[tuple[str, str, Cell]]:
        """Measure, side and value of everything measured on that day."""
        gain = 1 - math.exp(-day / DAYS_TO_GAIN)
        for side in self._sides:
            yield from ((measure, side, value) for measure, value in self._hip(gain))
            yield (
                "single_leg_squat_grade",
                side,
                round(clamp(self._squat - 1.6 * gain + self._slip(0.3), 0, 3)),
            )
            yield "pelvic_drop_deg", side, round(self._drop_deg - 1.8 * gain + self._slip(0.6), 1)
            yield "knee_valgus_deg", side, round(self._valgus_deg - 2.0 * gain + self._slip(1.0), 1)
        stays = FAULT_STAYS_RETRAINED if self._retrained else FAULT_STAYS
        for measure, seen in self._faults.items():
            if day:
                self._faults[measure] = seen and happens(self._rng, stays)
            yield measure, "", int(self._faults[measure])
        if self._steps is not None:
            yield (
                "step_rate_spm",
                "",
                round(self._steps * (1 + self._steps_gain * min(1, day / 42)) + self._slip(1)),
            )
        if day == 0:
            for measure, shares in GRADED_ONCE.items():
                yield measure, self._sides[0], self._rng.choices(range(len(shares)), shares)[0]

    def _hip(self, gain: float) -> Iterator[tuple[str, Cell]]:
        """Strength as this person's therapist tests it: by hand on a scale to 5, or by force."""
        if self._by_hand:
            for measure in GRADES_BY_HAND:
                yield measure, round(clamp(3.8 + gain + self._slip(0.3), 0, 5))
            return
        for measure, (mean, _, gained) in STRENGTH.items():
            value = self._strength[measure] + mean * gained * gain + self._slip(mean * 0.04)
            yield measure, round(max(value, mean * 0.35), 2)

    def _slip(self, spread: float) -> float:
        return self._rng.gauss(0, spread)
