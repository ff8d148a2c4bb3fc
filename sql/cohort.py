"""What is asked (Cohort) and who asks (Scope), and the WHERE clause that follows from both.

A cohort query cannot be built without a Scope, so no question can reach past its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, false, or_, true
from sqlalchemy.sql import literal

from sql.dialect import unindexed
from sql.schema import episode_outcome as outcome

Audience = Literal["clinic", "sharing"]
EPOCH = date(1970, 1, 1)
clinic_of_outcome: ColumnElement[str] = unindexed(outcome.c.clinic)

# How results may be grouped, and the order of the groups; None is "codes by alphabet".
GROUPING_FIELDS: dict[str, tuple[str, ...] | None] = {
    "condition": ("pfps", "itbs", "pfps_itbs", "other_knee", "other"),
    "clinic": None,
    "site": None,
    "therapist": None,
    "sex": ("female", "male", "other", "unknown"),
    "age_band": ("under_18", "18_24", "25_34", "35_44", "45_54", "55_64", "65_plus", "unknown"),
    "symptom_duration": (
        "up_to_6_weeks", "up_to_4_months", "up_to_12_months", "over_12_months", "unknown",
    ),
    "earlier_episodes": ("none", "some", "unknown"),
    "side": ("left", "right", "both", "unknown"),
    "goal": ("running", "gym", "daily_life", "unknown"),
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Who asks: the clinics and sites they may see, their own caseload, and whom the figures are for.

    `clinics` and `sites` are None for "all". Questions about counts use these two; questions that return
    patients also use `own`. Audience `clinic` holds the record and sees exact numbers; `sharing` does not.
    """

    audience: Audience
    clinics: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    own: tuple[str, str] | None = None

    def condition(self) -> ColumnElement[bool]:
        """Rows of episode_outcome that this reader's counts may rest on."""
        return _all_of([_one_of(clinic_of_outcome, self.clinics), _one_of(outcome.c.site, self.sites)])


@dataclass(frozen=True)
class Cohort:
    """What is asked. Empty tuples mean "all"; dates include both ends; `goals` empty means every goal."""

    clinics: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    therapists: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    symptom_durations: tuple[str, ...] = ()
    first_visit_from: date | None = None
    first_visit_to: date | None = None
    goals: tuple[str, ...] = field(default=("running",))
    all_episodes: bool = False

    @property
    def filters(self) -> int:
        """How many filters stand beside the period and the goal."""
        named = (self.clinics, self.sites, self.therapists, self.conditions, self.symptom_durations)
        return sum(1 for values in named if values)

    def without_filters(self) -> Cohort:
        """The same period and goals of everybody."""
        return replace(self, clinics=(), sites=(), therapists=(), conditions=(), symptom_durations=())

    def of_any_day(self) -> Cohort:
        """The same without its period."""
        return replace(self, first_visit_from=None, first_visit_to=None)

    def filter_conditions(self) -> list[ColumnElement[bool]]:
        """What each filter that is set asks of an episode."""
        filters = (
            (clinic_of_outcome, self.clinics),
            (outcome.c.site, self.sites),
            (outcome.c.therapist, self.therapists),
            (outcome.c.condition, self.conditions),
            (outcome.c.symptom_duration, self.symptom_durations),
        )
        return [_one_of(column, values) for column, values in filters if values]

    def selected(self) -> ColumnElement[bool]:
        """Episodes in the period and the listed categories, whatever their goal."""
        return _all_of([*self.filter_conditions(), self.in_period()])

    def in_period(self) -> ColumnElement[bool]:
        """Episodes whose first visit lies in the period."""
        conditions = []
        if self.first_visit_from:
            conditions.append(outcome.c.start_day >= day_number(self.first_visit_from))
        if self.first_visit_to:
            conditions.append(outcome.c.start_day <= day_number(self.first_visit_to))
        return _all_of(conditions)

    def first_in_period(self) -> ColumnElement[bool]:
        """The person's first episode of the condition in the period, judged before all other filters."""
        if self.all_episodes:
            return true()
        earlier = outcome.c.previous_first_visit_day
        if self.first_visit_from is None:
            return earlier.is_(None)
        return or_(earlier.is_(None), earlier < day_number(self.first_visit_from))

    def with_goal(self, *, beyond_index: bool = False) -> ColumnElement[bool]:
        """The goals that count; see `in_curve` for beyond_index."""
        return _one_of(unindexed(outcome.c.goal) if beyond_index else outcome.c.goal, self.goals or None)


def grouping(by: str | None, *, several_clinics: bool) -> ColumnElement[str]:
    """Column to group by, "all" without one; codes that are unique within a clinic only carry its code.

    Raises
    ------
    ValueError
        if `by` is not one of GROUPING_FIELDS.
    """
    if by is None:
        return literal("all")
    if by not in GROUPING_FIELDS:
        raise ValueError(f"cannot group by {by!r}; choose one of {', '.join(GROUPING_FIELDS)}")
    column: ColumnElement[str] = clinic_of_outcome if by == "clinic" else outcome.c[by]
    if several_clinics and by in ("site", "therapist"):
        return outcome.c.clinic + "/" + column
    return column


def in_group_order(by: str | None, names: Sequence[str]) -> list[str]:
    """Group names in contract order, codes by alphabet, `unknown` last."""
    order = GROUPING_FIELDS.get(by or "")
    if order:
        return sorted(names, key=order.index)
    return sorted(names, key=lambda name: (name == "unknown", name))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def became(as_of: date, in_care_days: int) -> ColumnElement[str]:
    """The six classes of those who started, the first that holds; *in care* and *lost* depend on the date."""
    recent = outcome.c.start_day + outcome.c.last_day >= day_number(as_of) - in_care_days
    return case(
        (outcome.c.standing == "no_contact", case((recent, "in_care"), else_="cannot_count")),
        (outcome.c.standing == "open", case((recent, "in_care"), else_="lost")),
        (outcome.c.standing == "discharged", "discharged_unrecorded"),
        else_=outcome.c.standing,
    )


def _one_of(column: ColumnElement[Any], values: tuple[str, ...] | None) -> ColumnElement[bool]:
    if values is None:
        return true()
    if not values:
        return false()
    return column == values[0] if len(values) == 1 else column.in_(values)


def _all_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = true()
    for condition in conditions:
        clause = clause & condition
    return clause


def in_curve(scope: Scope, cohort: Cohort, *, beyond_index: bool = False) -> ColumnElement[bool]:
    """Episodes of the question that stand in its recovery curve.

    beyond_index: the question reads columns that the covering index does not hold. What nearly all episodes pass
    chooses no index then: SQLite takes twice as long to look each row up by it as to read the table.
    """
    goal = cohort.with_goal(beyond_index=beyond_index)
    eligibility = unindexed(outcome.c.eligibility) if beyond_index else outcome.c.eligibility
    asked = scope.condition() & cohort.selected() & cohort.first_in_period() & goal
    return asked & (eligibility == "eligible")
