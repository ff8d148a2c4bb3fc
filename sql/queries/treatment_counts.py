"""What was given in the first twelve weeks: people by treatment, and by how many different ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, func, select

from sql.care_bits import TREATMENT_BITS, names_in
from sql.cohort import Cohort, Scope
from sql.schema import episode_outcome as outcome
from sql.settled import settled


@dataclass(frozen=True)
class TreatmentCounts:
    """`people` are all asked about, `seen` those with an attended visit in days 0 to 84.

    `given` has the people per treatment, `components` the people per number of different treatments (0 if a
    visit was attended and no treatment noted).
    """

    people: int
    seen: int
    given: dict[str, int]
    components: dict[int, int]


def treatment_counts(connection: Connection, scope: Scope, cohort: Cohort, *, as_of: date) -> TreatmentCounts:
    """Counts of people in the curve whose first visit is at least 84 days before `as_of`."""
    people, given, components = 0, Counter[str](), Counter[int]()
    for bits, n in connection.execute(statement(scope, cohort, as_of=as_of)):
        people += n
        if bits is not None:
            names = names_in(bits, TREATMENT_BITS)
            given.update(dict.fromkeys(names, n))
            components[len(names)] += n
    return TreatmentCounts(people, components.total(), dict(given), dict(components))


def statement(scope: Scope, cohort: Cohort, *, as_of: date) -> Select[int | None, int]:
    """People per combination of treatments; without an attended visit there is none."""
    given = outcome.c.treatments_given
    return select(given, func.count()).where(settled(scope, cohort, as_of)).group_by(given)
