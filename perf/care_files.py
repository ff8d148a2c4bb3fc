"""Files of a large network with everything that pages read: five tables, made from a seed.

Per episode 10 scores (two questions about pain and a function scale), 6 visits, 8 assessments and 4 running
reports, over ten years of intake up to the as-of day. One therapist of forty has a tenth of the patients, so that
about 400 episodes are open on one list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

AS_OF = date(2026, 10, 31)
YEARS_OF_INTAKE = 10
DAYS_OF_INTAKE = 365 * YEARS_OF_INTAKE
FIRST_DAY = AS_OF - timedelta(days=DAYS_OF_INTAKE)
BUSY_THERAPIST = "T00"
HEADERS = {
    "episodes": (
        "episode_id", "patient_id", "condition", "side", "onset_date", "first_visit_date", "therapist", "site",
        "sex", "age_band", "goal", "earlier_episodes", "stopped_date", "stopped_reason", "discharge_date",
        "discharge_reason",
    ),
    "scores": ("episode_id", "scored_on", "instrument", "context", "value", "reporter"),
    "visits": ("episode_id", "visit_date", "status", "therapist", "treatments"),
    "assessments": ("episode_id", "assessed_on", "measure", "side", "speed_kmh", "value"),
    "running": ("episode_id", "reported_on", "status", "since", "load_change", "home_exercise", "source"),
}  # fmt: skip
ASKED_ON = (
    *((day, "NPRS", "usual_week") for day in (0, 14, 35, 70, 175)),
    *((day, "NPRS", "running") for day in (0, 35, 70)),
    *((day, "AKPS", "") for day in (0, 70)),
)
MEASURED_ON = (
    *((day, "hip_abductor_strength_n_per_kg", side, 0) for day in (0, 56) for side in ("left", "right")),
    *((day, "step_rate_spm", "", 10) for day in (0, 56)),
    (0, "gait_hip_drop", "", 0),
    (0, "foot_pronation", "", 0),
)
VISITS_ON = (0, 7, 14, 28, 42, 70)
TREATMENTS = (
    "hip_knee_rehab;soft_tissue", "gait_retraining;graded_running", "education_load", "orthoses", "shockwave",
    "cadence_retraining;hip_knee_rehab", "",
)  # fmt: skip
OPEN_DAYS = 150

Row = tuple[Any, ...]


def write_network(folder: Path, *, episodes: int) -> None:
    """The five files, `episodes` courses of care."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") for name in HEADERS}
    try:
        writers = {name: csv.writer(file) for name, file in files.items()}
        for name, header in HEADERS.items():
            writers[name].writerow(header)
        random = Random(20261122)
        for number in range(episodes):
            for name, row in _course(random, number, episodes):
                writers[name].writerow(row)
    finally:
        for file in files.values():
            file.close()


def _course(random: Random, number: int, episodes: int) -> Iterator[tuple[str, Row]]:
    """Every row of one course of care; nothing is dated after the as-of day."""
    key, start = f"E{number:07}", random.randrange(DAYS_OF_INTAKE)
    left = DAYS_OF_INTAKE - start
    followed = min(left, random.randrange(20, 400))
    back = random.randrange(20, 260) if random.random() < 0.8 else left + 1
    therapist = BUSY_THERAPIST if random.random() < 0.1 else f"T{random.randrange(1, 40):02}"
    yield "episodes", _episode(random, (key, start, left, therapist, episodes))
    pain = random.randrange(3, 10)
    for day, instrument, context in ASKED_ON:
        on = day + random.randrange(-2, 5) if day else 0
        if on <= followed:
            value = max(0, pain - on // 20 + random.randrange(-1, 2))
            if instrument == "AKPS":
                value = 100 - 5 * value
            yield "scores", (key, _day(start + on), instrument, context, min(value, 100), "patient")
    for day in VISITS_ON:
        if day <= followed:
            status = random.choices(("attended", "cancelled", "did_not_attend"), (90, 6, 4))[0]
            yield "visits", (key, _day(start + day), status, therapist, random.choice(TREATMENTS))
    for day, measure, side, speed in MEASURED_ON:
        if day <= followed:
            yield (
                "assessments",
                (key, _day(start + day), measure, side, speed or "", _measured(random, measure, day)),
            )
    for day in (14, 42, 91, 182):
        if day <= followed:
            status = "running_without_pain" if back <= day else "not_running"
            since = _day(start + back) if back <= day else ""
            yield (
                "running",
                (key, _day(start + day), status, since, "reduced", random.choice(("some", "most")), "phone"),
            )


def _episode(random: Random, course: tuple[str, int, int, str, int]) -> Row:
    key, start, left, therapist, episodes = course
    discharged = left > OPEN_DAYS and random.random() < 0.9
    stopped = left > OPEN_DAYS and random.random() < 0.04
    return (
        key,
        f"P{random.randrange(episodes):07}",
        random.choice(("pfps", "pfps", "itbs", "other_knee")),
        random.choice(("left", "right", "both")),
        _day(start - random.randrange(700)),
        _day(start),
        therapist,
        f"S{random.randrange(6)}",
        random.choice(("female", "male")),
        random.choice(("18_24", "25_34", "35_44", "45_54")),
        "running" if random.random() < 0.9 else "gym",
        random.choice(("0", "1", "3", "")),
        _day(start + random.randrange(20, 140)) if stopped else "",
        "gave_up_running" if stopped else "",
        _day(start + random.randrange(90, OPEN_DAYS)) if discharged else "",
        random.choice(("goals_met", "self_discharged", "lost_to_follow_up")) if discharged else "",
    )


def _measured(random: Random, measure: str, day: int) -> float:
    if measure == "step_rate_spm":
        return random.randrange(155, 170) + day // 6
    if measure.startswith("hip_abductor"):
        return round(random.uniform(1.2, 2.2) + day / 200, 2)
    return random.randrange(2)


def _day(number: int) -> str:
    return (FIRST_DAY + timedelta(days=number)).isoformat()
