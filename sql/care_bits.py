"""Sets of treatments, measures and scores as whole numbers, a bit each: one column, and counted in one pass."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement

from sql.deriving import TREATMENTS

MEASURES = (
    "hip_abductor_strength_n_per_kg", "hip_external_rotator_strength_n_per_kg", "knee_extensor_strength_n_per_kg",
    "hip_abductor_manual_grade", "hip_external_rotator_manual_grade", "gait_hip_drop", "gait_crossover",
    "gait_overstride", "single_leg_squat_grade", "pelvic_drop_deg", "knee_valgus_deg", "patellar_tracking",
    "foot_pronation", "tissue_quality", "step_rate_spm",
)  # fmt: skip
"""Measures of the import contract; their order is that of the bits, so new ones go to the end."""

TREATMENT_BITS = {name: 1 << place for place, name in enumerate(TREATMENTS)}
MEASURE_BITS = {name: 1 << place for place, name in enumerate(MEASURES)}
AT_BASELINE, AT_6_WEEKS, AT_12_WEEKS = 1, 2, 4
SCORE_WINDOWS = {(-28, 7): AT_BASELINE, (28, 42): AT_6_WEEKS, (56, 84): AT_12_WEEKS}
"""First and last day, since the first visit, of the windows in which any score by the patient is known of."""


def has_any(column: ColumnElement[int], bits: int) -> ColumnElement[bool]:
    """Whether one of the bits is set; the column may not be NULL."""
    return column.bitwise_and(bits) != 0


def bits_of(names: Iterable[str], bits: dict[str, int]) -> int:
    """The number that stands for the set of these names."""
    return sum(bits[name] for name in set(names))


def names_in(number: int, bits: dict[str, int]) -> tuple[str, ...]:
    """The names that the number stands for."""
    return tuple(name for name, bit in bits.items() if number & bit)
