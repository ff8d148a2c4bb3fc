"""The table `appointments`: a booking system's list, from which episodes and visits are derived.

It is a table of mappings only. Nobody hands it in by name, and the store has none of it.
"""

from __future__ import annotations

from dataclasses import replace

from etl.contract import EPISODES, TABLES, VISITS, TableSpec

FROM_FIRST_VISIT = ("episode_id", "patient_id", "first_visit_date", "therapist", "site")
OF_EPISODE = tuple(spec.name for spec in EPISODES.columns if spec.name not in FROM_FIRST_VISIT)
"""Columns that an appointment may carry for its course of care."""

APPOINTMENTS = TableSpec(
    "appointments",
    "",
    "One row per appointment of a booking system; courses of care are derived from it",
    ("patient_id", "visit_date", "therapist"),
    (
        replace(EPISODES.column("patient_id"), required=True),
        VISITS.column("visit_date"),
        VISITS.column("status"),
        replace(VISITS.column("therapist"), required=True),
        EPISODES.column("site"),
        VISITS.column("treatments"),
        *(EPISODES.column(name) for name in OF_EPISODE),
    ),
)

MAPPABLE: dict[str, TableSpec] = {**TABLES, APPOINTMENTS.name: APPOINTMENTS}
