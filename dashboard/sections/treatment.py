"""Assessment and treatment: what was measured and given in the first twelve weeks, and what went with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.gate import Gate
from dashboard.stats.coarse import coarse_histogram
from dashboard.stats.disclosure import complement_withheld
from dashboard.stats.gray import GrayTest, gray_test
from dashboard.stats.pain import centile
from dashboard.stats.process import WITHHELD_SHARE, MeanChange, Share
from dashboard.stats.relapse import YEAR_DAYS, relapse_range
from dashboard.stats.survival import HALF_YEAR_DAYS, Horizon, RecoveryCounts
from sql.derived_care import STEP_RATE
from sql.deriving import TREATMENTS
from sql.queries.assessment_counts import PER_CENT_MEASURES, AssessedCount, ChangeSum, change_sums
from sql.queries.care_counts import care_counts, settled_people
from sql.queries.landmark_counts import ANSWERS, LANDMARK_DAYS, NOT_ASKED
from sql.queries.matching_counts import TREATMENT_OF, MatchingCount
from sql.queries.rehabilitation_relapse_counts import GROUPS, RehabilitationRelapseCount
from sql.settled import SETTLED_DAYS

ASSOCIATION = "association, not effect"
STATES = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Assessed:
    """One measure ("anything" is any of them): share of all measured at the start, and of these again."""

    measure: str
    at_start: Share
    again: Share


@dataclass(frozen=True)
class OwnChange:
    """Change of one measure from the patient's own baseline; of step rate also how many reached the goal."""

    measure: str
    change: MeanChange
    reached_5_to_10: Share | None
    reached_more: Share | None


@dataclass(frozen=True)
class Match:
    """Of those with a finding, without it, and of whom it is unknown: share given the treatment that fits."""

    finding: str
    treatments: tuple[str, ...]
    given: dict[str, Share]


@dataclass(frozen=True)
class AnswerGroup:
    """Those not back by day 28 who gave one answer: how many, and the share back by day 84."""

    answer: str
    n: int | None
    back: Horizon


@dataclass(frozen=True)
class Landmark:
    """A comparison from day 28 on; the test leaves out those not asked, and is None with too few returns."""

    groups: tuple[AnswerGroup, ...]
    test: GrayTest | None


@dataclass(frozen=True)
class RelapseGroup:
    """Those who returned after so much rehabilitation: pain again within 14 days, as a range, and later.

    low: of all returned; high: of those who relapsed or were seen 14 days after.
    """

    rehabilitation: str
    low: Share
    high: Share
    half_year: Horizon
    year: Horizon


@dataclass(frozen=True)
class Treatment:
    """The section. `people` are those in the curve with a first visit up to `last_first_visit`.

    None is a number that may not be shared. `components` are quartiles of the number of different treatments.
    """

    as_of: date
    k: int
    last_first_visit: date
    people: int | None
    seen: Share
    assessed: tuple[Assessed, ...]
    changes: tuple[OwnChange, ...]
    given: dict[str, Share]
    components: tuple[float | None, float | None, float | None]
    matches: tuple[Match, ...]
    landmark: dict[str, Landmark]
    relapse: tuple[RelapseGroup, ...]


def treatment_section(connection: Connection, asked: Asked) -> Treatment:
    """Answer for any audience."""
    scope, cohort, day = asked.scope, asked.cohort, asked.as_of
    care = care_counts(connection, scope, cohort, as_of=day)
    counts = care.treatments
    if asked.shared and _reveals(connection, asked, counts.people):
        return _nothing(asked)
    gate = Gate(asked.shared, hidden=False, k=asked.k)
    components = counts.components.items()
    shown = coarse_histogram(components, asked.k) if asked.shared else components
    return Treatment(
        as_of=day,
        k=asked.k,
        last_first_visit=_last_first_visit(asked),
        people=gate.count(counts.people, counts.people),
        seen=gate.share(counts.seen, counts.people, counts.people),
        assessed=_assessed(care.assessed, counts.people, gate),
        changes=_changes(change_sums(connection, scope, cohort, as_of=day), counts.people, gate),
        given={
            name: gate.share(counts.given.get(name, 0), counts.seen, counts.people) for name in TREATMENTS
        },
        components=(centile(shown, 25), centile(shown, 50), centile(shown, 75)),
        matches=_matches(care.matching, counts.people, gate),
        landmark={name: _landmark(_by(rows, "answer"), name, gate) for name, rows in care.landmark.items()},
        relapse=_relapse(care.relapse, gate),
    )


def _last_first_visit(asked: Asked) -> date:
    return asked.as_of - timedelta(days=SETTLED_DAYS)


def _nothing(asked: Asked) -> Treatment:
    """Not even what was recorded of them, or of how many."""
    return Treatment(
        as_of=asked.as_of,
        k=asked.k,
        last_first_visit=_last_first_visit(asked),
        people=None,
        seen=WITHHELD_SHARE,
        assessed=(),
        changes=(),
        given=dict.fromkeys(TREATMENTS, WITHHELD_SHARE),
        components=(None, None, None),
        matches=tuple(
            Match(finding, treatments, dict.fromkeys(STATES, WITHHELD_SHARE))
            for finding, treatments in TREATMENT_OF.items()
        ),
        landmark={name: Landmark((), None) for name in ANSWERS},
        relapse=(),
    )


def _reveals(connection: Connection, asked: Asked, people: int) -> bool:
    """Whether they are too few, or those whom the filters leave out, by subtraction: of all, or twelve weeks ago."""
    if asked.hidden or 0 < people < asked.k:
        return True
    if not asked.cohort.filters:
        return False
    everybody = asked.cohort.without_filters()
    whole = settled_people(connection, asked.scope, everybody, as_of=asked.as_of)
    return complement_withheld(whole, people, asked.k)


def _assessed(rows: Sequence[AssessedCount], people: int, gate: Gate) -> tuple[Assessed, ...]:
    return tuple(
        Assessed(
            row.measure, gate.share(row.at_start, people, people), gate.share(row.again, row.at_start, people)
        )
        for row in rows
    )


def _changes(rows: Sequence[ChangeSum], people: int, gate: Gate) -> tuple[OwnChange, ...]:
    by_measure = {row.measure: row for row in rows}
    return tuple(_change(by_measure[name], people, gate) for name in PER_CENT_MEASURES if name in by_measure)


def _change(row: ChangeSum, people: int, gate: Gate) -> OwnChange:
    change = gate.mean(row.people, row.change, row.squared_change, people)
    if row.measure != STEP_RATE:
        return OwnChange(row.measure, change, None, None)
    return OwnChange(
        row.measure,
        change,
        gate.share(row.within, row.people, people),
        gate.share(row.above, row.people, people),
    )


def _matches(rows: Sequence[MatchingCount], people: int, gate: Gate) -> tuple[Match, ...]:
    counts = defaultdict[tuple[str, str], list[int]](lambda: [0, 0])
    for row in rows:
        counts[row.finding, row.state][0] += row.people if row.given else 0
        counts[row.finding, row.state][1] += row.people
    return tuple(
        Match(
            finding,
            treatments,
            {
                state: gate.share(counts[finding, state][0], counts[finding, state][1], people)
                for state in STATES
            },
        )
        for finding, treatments in TREATMENT_OF.items()
    )


def _landmark(groups: dict[str, list[tuple[int, str, int]]], answer: str, gate: Gate) -> Landmark:
    """Curves restarted at day 28, a group per answer; those who were not asked last."""
    whole = sum(people for rows in groups.values() for *_, people in rows)
    found, compared = [], []
    for name in (*ANSWERS[answer], NOT_ASKED):
        counts = _counts(name, [(day - LANDMARK_DAYS, word, n) for day, word, n in groups.get(name, [])])
        if not counts.started:
            continue
        back = gate.horizon(counts, SETTLED_DAYS - LANDMARK_DAYS, whole)
        found.append(AnswerGroup(name, gate.count(counts.started, whole), replace(back, day=SETTLED_DAYS)))
        shown = gate.counts(counts, whole)
        if shown is not None and name != NOT_ASKED:
            compared.append(shown)
    test = gray_test(compared)
    if test is not None and gate.shared:
        test = replace(test, statistic=round(test.statistic, 2), p=round(test.p, 2))
    return Landmark(tuple(found), test)


def _relapse(rows: Sequence[RehabilitationRelapseCount], gate: Gate) -> tuple[RelapseGroup, ...]:
    groups = _by(rows, "rehabilitation")
    whole = sum(row.people for row in rows)
    found = []
    for name in GROUPS:
        if name not in groups:
            continue
        counts = _counts(name, groups[name], event="relapsed")
        seen = relapse_range(counts)
        low = gate.share(seen.relapsed, seen.returned, whole)
        hidden = low.denominator is None
        high = WITHHELD_SHARE if hidden else gate.share(seen.relapsed, seen.known, seen.returned)
        half = gate.horizon(counts, HALF_YEAR_DAYS, whole)
        found.append(RelapseGroup(name, low, high, half, gate.horizon(counts, YEAR_DAYS, whole)))
    return tuple(found)


def _by(rows: Sequence[Any], name: str) -> dict[str, list[tuple[int, str, int]]]:
    groups: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append((row.day, row.outcome, row.people))
    return groups


def _counts(name: str, rows: Sequence[tuple[int, str, int]], event: str = "returned") -> RecoveryCounts:
    words = (event, "stopped", "censored")
    return RecoveryCounts.from_rows(
        name,
        ((day, *(n if word == column else 0 for column in words)) for day, word, n in rows),  # type: ignore[misc]
    )


def document(result: Treatment) -> dict[str, Any]:
    """The section in `summary --json`, described in docs/summary-json.md; shares to share are whole per cent."""
    return {
        "first_visit_to": result.last_first_visit.isoformat(),
        "day": SETTLED_DAYS,
        "people": result.people,
        "seen": _fields(result.seen),
        "assessed": [
            {"measure": row.measure, "at_start": _fields(row.at_start), "again": _fields(row.again)}
            for row in result.assessed
        ],
        "change_percent": [
            {
                "measure": row.measure,
                **vars(row.change),
                "reached_5_to_10": _fields_or_null(row.reached_5_to_10),
                "reached_more": _fields_or_null(row.reached_more),
            }
            for row in result.changes
        ],
        "given": [{"treatment": name, **_fields(found)} for name, found in result.given.items()],
        "components": dict(zip(("p25", "p50", "p75"), result.components, strict=True)),
        "matched": [
            {
                "finding": match.finding,
                "treatments": list(match.treatments),
                "given": [{"state": state, **_fields(found)} for state, found in match.given.items()],
            }
            for match in result.matches
        ],
        "landmark": {
            "note": ASSOCIATION,
            "day": LANDMARK_DAYS,
            "questions": [
                {
                    "question": name,
                    "groups": [
                        {"answer": group.answer, "n": group.n, "back_by": _fields(group.back)}
                        for group in found.groups
                    ],
                    "gray": None if found.test is None else _fields(found.test),
                }
                for name, found in result.landmark.items()
            ],
        },
        "relapse_by_rehabilitation": {
            "note": ASSOCIATION,
            "groups": [
                {
                    "rehabilitation": group.rehabilitation,
                    "within_14_days": {"low": _fields(group.low), "high": _fields(group.high)},
                    "within_6_months": _fields(group.half_year),
                    "within_12_months": _fields(group.year),
                }
                for group in result.relapse
            ],
        },
    }


def treatment_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Answer and document in one."""
    return document(treatment_section(connection, asked))


def _fields(found: Share | Horizon | GrayTest) -> dict[str, Any]:
    return {name: list(x) if isinstance(x, tuple) else x for name, x in vars(found).items()}


def _fields_or_null(found: Share | None) -> dict[str, Any] | None:
    return None if found is None else _fields(found)
