"""What was given in the first twelve weeks: people by treatment, and by how many different ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sql.care_bits import TREATMENT_BITS, names_in


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


def treatment_counts(rows: Iterable[tuple[int | None, int]]) -> TreatmentCounts:
    """From people per combination of treatments; without an attended visit there is none."""
    people, given, components = 0, Counter[str](), Counter[int]()
    for bits, n in rows:
        people += n
        if bits is not None:
            names = names_in(bits, TREATMENT_BITS)
            given.update(dict.fromkeys(names, n))
            components[len(names)] += n
    return TreatmentCounts(people, components.total(), dict(given), dict(components))
