"""Big, valid input files, made from a seed."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

FIRST_DAY = date(2015, 1, 1)
DAYS_OF_INTAKE = 3650
CONTEXTS = ("usual_week", "running", "worst_week")


def write_clinic(folder: Path, *, episodes: int, scores: int) -> None:
    """episodes.csv and scores.csv of one clinic; scores are spread evenly over the episodes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(20261122)
    days = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(DAYS_OF_INTAKE + 400)]
    starts = [random.randrange(DAYS_OF_INTAKE) for _ in range(episodes)]
    with (folder / "episodes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["episode_id", "patient_id", "condition", "side", "onset_date", "first_visit_date", "therapist", "site",
             "sex", "age_band", "goal", "earlier_episodes", "return_to_run_date", "last_contact_date"]
        )  # fmt: skip
        for number, start in enumerate(starts):
            back = start + random.randrange(10, 300)
            last = start + random.randrange(0, 380)
            writer.writerow(
                [
                    f"E{number:07}",
                    f"P{random.randrange(episodes):07}",
                    random.choice(("pfps", "pfps", "itbs", "other_knee")),
                    random.choice(("left", "right", "both")),
                    days[max(0, start - random.randrange(700))],
                    days[start],
                    f"T{random.randrange(40):02}",
                    f"S{random.randrange(6)}",
                    random.choice(("female", "male")),
                    random.choice(("18_24", "25_34", "35_44", "45_54")),
                    "running" if random.random() < 0.9 else "gym",
                    random.choice(("0", "1", "3", "")),
                    days[back] if back <= last else "",
                    days[last],
                ]
            )
    with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["episode_id", "scored_on", "instrument", "context", "value", "reporter"])
        each = max(1, scores // episodes)
        for number, start in enumerate(starts):
            for visit in range(each):
                day = days[start + visit * 14]
                context = CONTEXTS[visit % 3]
                writer.writerow([f"E{number:07}", day, "NPRS", context, random.randrange(11), "patient"])
