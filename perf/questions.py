"""Questions: server time of a page's summary, uncached, on a large store."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from dashboard.summary import outcome_summary
from sql.cohort import Cohort, Scope
from sql.engine import open_engine, reading

QUESTIONS = {
    "everybody": (Cohort(), None),
    "by condition": (Cohort(), "condition"),
    "one condition, by symptom duration": (Cohort(conditions=("pfps",)), "symptom_duration"),
    "one site, by earlier episodes": (Cohort(sites=("S1",)), "earlier_episodes"),
}
REPEATS = 5


def measure(url: str) -> dict[str, float]:
    """Median seconds of each question."""
    engine = open_engine(url)
    result = {}
    for name, (cohort, by) in QUESTIONS.items():
        times = []
        for _ in range(REPEATS):
            with reading(engine) as connection:
                began = perf_counter()
                outcome_summary(connection, Scope("clinic"), cohort, by=by)
                times.append(perf_counter() - began)
        result[name] = median(times)
    return result
