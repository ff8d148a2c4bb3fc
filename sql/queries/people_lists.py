"""Which people stand behind each kind of count: the condition of the count itself, on episode_outcome.

A list has a kind and a name. Where the name has parts (a scale, a window of days) colons stand between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, tuple_

from sql.after_return import after_return
from sql.care_bits import MEASURE_BITS, TREATMENT_BITS, bits_of, has_any
from sql.cohort import Cohort, Scope, became, day_number, grouping, in_curve
from sql.derived_care import EARLY_DAYS
from sql.dialect import epoch_day, month_of_day
from sql.pain_scores import BY_PATIENT
from sql.queries.assessment_counts import ANYTHING
from sql.queries.completeness_counts import MEASURES, is_due, is_known
from sql.queries.engaged_counts import kept_early
from sql.queries.intake_counts import reason_left_out
from sql.queries.landmark_counts import LANDMARK_DAYS, NOT_ASKED
from sql.queries.matching_counts import TENDON, TREATMENT_OF
from sql.queries.people_by_change import AskedChange, changed_by
from sql.queries.quality_counts import RULES
from sql.queries.rehabilitation_relapse_counts import amount, returned_long_enough_ago
from sql.schema import episode, score
from sql.schema import episode_outcome as outcome
from sql.settled import settled

Condition = ColumnElement[bool]
FIRST_SCORE_DAYS = (-28, 7)
o = outcome.c


@dataclass(frozen=True)
class PeopleList:
    """Which people. `kind` is one of KINDS, `name` what that kind tells apart.

    month (2024-05), days (first visits from and to), therapist and group (a grouping field and its value) narrow it.
    """

    kind: str
    name: str
    month: str | None = None
    therapist: str | None = None
    days: tuple[date, date] | None = None
    group: tuple[str, str] | None = None

    @property
    def code(self) -> str:
        """What the audit says of the list; no patient's value."""
        days = "/".join(f"{day}" for day in self.days or ())
        parts = (self.kind, self.name, self.month, days, self.therapist, *(self.group or ()))
        return ":".join(part for part in parts if part)


@dataclass(frozen=True)
class Asking:
    """The question whose counts are opened."""

    scope: Scope
    cohort: Cohort
    as_of: date
    in_care_days: int
    several_clinics: bool = False

    @property
    def in_curve(self) -> Condition:
        """Those who stand in the recovery curve."""
        return in_curve(self.scope, self.cohort)

    @property
    def settled(self) -> Condition:
        """Those in the curve who first came at least 84 days ago."""
        return settled(self.scope, self.cohort, self.as_of)


def behind(asking: Asking, wanted: PeopleList) -> Condition:
    """The same condition as the count's.

    Raises
    ------
    ValueError
        if there is no such list.
    """
    build = KINDS.get(wanted.kind)
    condition = build(asking, wanted.name) if build else None
    if condition is None:
        raise ValueError(f"there is no list {wanted.code!r}")
    return and_(condition, _narrowed(asking, wanted))


def _narrowed(asking: Asking, wanted: PeopleList) -> Condition:
    conditions: list[Condition] = [true()]
    if wanted.month is not None:
        conditions.append(month_of_day(o.start_day) == wanted.month)
    if wanted.therapist is not None:
        conditions.append(o.therapist == wanted.therapist)
    if wanted.days is not None:
        first, last = wanted.days
        conditions.append(o.start_day.between(day_number(first), day_number(last)))
    if wanted.group is not None:
        field, value = wanted.group
        conditions.append(grouping(field, several_clinics=asking.several_clinics) == value)
    return and_(*conditions)


def _became(asking: Asking, name: str) -> Condition:
    cohort = asking.cohort
    started = and_(asking.scope.condition(), cohort.selected(), cohort.first_in_period(), cohort.with_goal())
    return and_(started, became(asking.as_of, asking.in_care_days) == name)


def _left_out(asking: Asking, name: str) -> Condition:
    return and_(asking.scope.condition(), asking.cohort.selected(), reason_left_out(asking.cohort) == name)


def _at(asking: Asking, name: str) -> Condition | None:
    """ "returned:84": where people of the curve stood on a day."""
    state, _, day = name.partition(":")
    if state == "followed":
        return and_(asking.in_curve, o.day > int(day))
    return and_(asking.in_curve, o.outcome == state, o.day <= int(day))


def _measure(asking: Asking, name: str, *, known: bool, due: bool = True) -> Condition | None:
    measure = MEASURES.get(name)
    if measure is None:
        return None
    day_has_come = is_due(measure, asking.as_of) if due else true()
    return and_(asking.in_curve, day_has_come, is_known(measure) if known else ~is_known(measure))


def _rule(asking: Asking, name: str) -> Condition | None:
    if name not in RULES:
        return None
    return and_(asking.scope.condition(), asking.cohort.selected(), RULES[name].holds())


def _pain_again(asking: Asking, name: str) -> Condition:
    """Pain again within so many days, among returns at least that long ago."""
    after = after_return(asking.scope, asking.cohort).c
    known = and_(
        after.relapse_day - after.return_day <= int(name),
        after.start_day + after.return_day + int(name) <= day_number(asking.as_of),
    )
    return tuple_(o.clinic, o.episode_id).in_(select(after.clinic, after.episode_id).where(known))


def _return_on_visit_day(asking: Asking, _name: str) -> Condition:
    return and_(asking.in_curve, o.outcome == "returned", or_(o.return_day == 0, o.on_visit_day == 1))


def _gone(asking: Asking, name: str) -> Condition:
    """ "visit:3", "week:12": no longer there, among those who could have come for twelve weeks."""
    unit, _, step = name.partition(":")
    if unit == "visit":
        return and_(asking.settled, 1 + func.coalesce(o.visits, 0) < int(step))
    return and_(asking.settled, func.coalesce(o.last_visit_day, 0) < 7 * int(step))


def _scored(asking: Asking, name: str, *, both: bool) -> Condition:
    """ "NPRS:usual_week:28:42": a score at the start and one in those days, or, once these are over, not both."""
    instrument, context, first, last = name.split(":")
    found = [_has_score(instrument, context, *days) for days in (FIRST_SCORE_DAYS, (int(first), int(last)))]
    if both:
        return and_(asking.in_curve, *found)
    over = o.start_day + int(last) <= day_number(asking.as_of)
    return and_(asking.in_curve, over, ~and_(*found))


def _no_first_score(asking: Asking, name: str) -> Condition:
    instrument, context = name.split(":")
    scored = _has_score(instrument, context, *FIRST_SCORE_DAYS)
    return and_(asking.in_curve, ~scored)


def _has_score(instrument: str, context: str, first: int, last: int) -> Condition:
    s = score.c
    scored = select(1).where(
        _same(score),
        s.instrument == instrument,
        s.context == context,
        s.reporter.in_(BY_PATIENT),
        (epoch_day(s.scored_on) - o.start_day).between(first, last),
    )
    return exists(scored.correlate(outcome))


def _changed(asking: Asking, name: str, *, met: bool) -> Condition:
    """ "NPRS:usual_week:28:42:35:percent:30": both scores, room for the threshold, and met or not."""
    return and_(asking.in_curve, changed_by(asking.scope, asking.cohort, AskedChange.named(name), met=met))


def _kept(asking: Asking, name: str, *, kept: bool) -> Condition:
    """ "75:2": attended that share of the first appointments and at least so many, still followed then."""
    share, _, least = name.partition(":")
    early = kept_early(int(share), int(least))
    return and_(asking.in_curve, o.day > EARLY_DAYS, early if kept else ~early)


def _visits(asking: Asking, name: str, *, more: bool) -> Condition:
    """Who came more often, or less often, than so many times; the first visit counts."""
    made = 1 + func.coalesce(o.visits, 0)
    return and_(asking.settled, made > int(name) if more else made < int(name))


def _after_rehabilitation(asking: Asking, name: str) -> Condition:
    """Returned at least a fortnight ago, after so much rehabilitation."""
    return and_(returned_long_enough_ago(asking.scope, asking.cohort, asking.as_of), amount() == name)


def _given(asking: Asking, name: str, *, given: bool) -> Condition:
    """Given or not given at any visit, among those with an attended visit."""
    had = has_any(o.treatments_given, bits_of([name], TREATMENT_BITS))
    return and_(asking.settled, o.treatments_given.is_not(None), had if given else ~had)


def _without_what_fits(asking: Asking, name: str) -> Condition | None:
    """The finding was seen at the start, and nothing that fits it was given."""
    if name not in TREATMENT_OF:
        return None
    given = func.coalesce(o.treatments_given, 0)
    return and_(asking.settled, _finding(name), ~has_any(given, bits_of(TREATMENT_OF[name], TREATMENT_BITS)))


def _finding(name: str) -> Condition:
    if name != TENDON:
        return o[name] > 0
    tendon = select(1).where(_same(episode), episode.c.tendon_involved == "yes")
    return exists(tendon.correlate(outcome))


def _measured(asking: Asking, name: str, *, again: bool) -> Condition:
    """Not measured at the start, or measured then and not again by week 12."""
    bits = sum(MEASURE_BITS.values()) if name == ANYTHING else bits_of([name], MEASURE_BITS)
    at_start = has_any(func.coalesce(o.assessed_at_start, 0), bits)
    if not again:
        return and_(asking.settled, ~at_start)
    return and_(asking.settled, at_start, ~has_any(func.coalesce(o.assessed_again, 0), bits))


def _answered(asking: Asking, name: str) -> Condition | None:
    """ "load_change:stopped": the last answer by day 28, among those followed beyond it and not back."""
    answer, _, value = name.partition(":")
    said = func.coalesce(o[answer], NOT_ASKED)
    return and_(asking.settled, o.day > LANDMARK_DAYS, said == value)


def _same(table: Any) -> Condition:
    """Of the same person's row in episode_outcome."""
    return and_(table.c.clinic == o.clinic, table.c.episode_id == o.episode_id)


KINDS: dict[str, Callable[[Asking, str], Condition | None]] = {
    "became": _became,
    "left_out": _left_out,
    "curve": lambda asking, _name: asking.in_curve,
    "at": _at,
    "missing": lambda asking, name: _measure(asking, name, known=False),
    "not_followed": lambda asking, name: _measure(asking, name, known=False, due=False),
    "known": lambda asking, name: _measure(asking, name, known=True),
    "rule": _rule,
    "pain_again": _pain_again,
    "return_on_visit_day": _return_on_visit_day,
    "gone": _gone,
    "scored": lambda asking, name: _scored(asking, name, both=True),
    "unscored": lambda asking, name: _scored(asking, name, both=False),
    "no_first_score": _no_first_score,
    "improved": lambda asking, name: _changed(asking, name, met=True),
    "not_improved": lambda asking, name: _changed(asking, name, met=False),
    "kept_early": lambda asking, name: _kept(asking, name, kept=True),
    "not_kept_early": lambda asking, name: _kept(asking, name, kept=False),
    "more_visits": lambda asking, name: _visits(asking, name, more=True),
    "fewer_visits": lambda asking, name: _visits(asking, name, more=False),
    "after_rehabilitation": _after_rehabilitation,
    "settled": lambda asking, _name: asking.settled,
    "given": lambda asking, name: _given(asking, name, given=True),
    "not_given": lambda asking, name: _given(asking, name, given=False),
    "without_what_fits": _without_what_fits,
    "not_measured": lambda asking, name: _measured(asking, name, again=False),
    "not_measured_again": lambda asking, name: _measured(asking, name, again=True),
    "answered": _answered,
}
"""What can be listed. became, left_out: by class or reason; at: state and day in the curve; missing (due and not
known), not_followed (not known, due or not), known: by measure; rule: by rule; the rest as their functions say."""
