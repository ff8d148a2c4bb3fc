"""How many records are impossible or suspicious, by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
)

from sql import reference
from sql.cohort import Cohort, Scope
from sql.dialect import epoch_day
from sql.scale_courses import with_courses
from sql.schema import episode, scale_course
from sql.schema import episode_outcome as outcome

FEWEST_EQUAL_SCORES = 4
"""So many equal scores in a row are seldom a patient's own."""
EARLY_RETURN_DAYS = 3
NO_THERAPIST = ("", "unknown", "not_recorded")


@dataclass(frozen=True)
class QualityRule:
    """A rule and the condition on an episode and its outcome under which it holds."""

    name: str
    holds: Callable[[], ColumnElement[bool]]


@dataclass(frozen=True)
class QualityCounts:
    """Of `episodes` selected ones, `found` is how many each rule holds, in the order of RULES."""

    episodes: int
    found: dict[str, int]


def quality_counts(connection: Connection, scope: Scope, cohort: Cohort) -> QualityCounts:
    """Every selected episode counts, whatever its goal and whether or not it is the person's first."""
    episodes, *found = connection.execute(with_courses(connection, statement(scope, cohort))).one()
    return QualityCounts(episodes, dict(zip(RULES, found, strict=True)))


def statement(scope: Scope, cohort: Cohort) -> Select[*tuple[int, ...]]:
    """The query, by itself so that a test can look at its plan."""
    counts = [func.count().filter(rule.holds()) for rule in RULES.values()]
    return (
        select(func.count(), *counts)
        .select_from(outcome)
        .join(episode, same_episode())
        .where(scope.condition(), cohort.selected())
    )


def selected_episodes(connection: Connection, scope: Scope, cohort: Cohort) -> int:
    """How many episodes are selected, without looking at their records."""
    question = select(func.count()).select_from(outcome).where(scope.condition(), cohort.selected())
    return connection.scalar(question) or 0


def same_episode() -> ColumnElement[bool]:
    """The outcome's own episode."""
    return and_(episode.c.clinic == outcome.c.clinic, episode.c.episode_id == outcome.c.episode_id)


def _visit_after_discharge() -> ColumnElement[bool]:
    return outcome.c.visit_after_discharge == 1


def _visit_before_first() -> ColumnElement[bool]:
    return outcome.c.visit_before_first == 1


def _already_running() -> ColumnElement[bool]:
    return outcome.c.eligibility == "already_running"


def _early_return() -> ColumnElement[bool]:
    return outcome.c.return_day.between(0, EARLY_RETURN_DAYS - 1)


def _relapse_before_return() -> ColumnElement[bool]:
    """The pain that came back, as it was stated or as it was reported, before the return that is counted."""
    return_day = outcome.c.return_day
    stated_day = epoch_day(episode.c.relapse_date) - outcome.c.start_day
    return or_(outcome.c.relapse_day < return_day, stated_day < return_day)


def _relapse_without_return() -> ColumnElement[bool]:
    return and_(episode.c.relapse_date.is_not(None), outcome.c.return_day.is_(None))


def _return_on_visit_day() -> ColumnElement[bool]:
    return and_(outcome.c.return_day > 0, outcome.c.on_visit_day == 1)


def _after_last_contact() -> ColumnElement[bool]:
    return outcome.c.late_day.is_not(None)


def _goals_met_without_return() -> ColumnElement[bool]:
    return and_(
        episode.c.discharge_reason == "goals_met",
        outcome.c.goal == "running",
        outcome.c.return_day.is_(None),
    )


def _no_contact() -> ColumnElement[bool]:
    return outcome.c.standing == "no_contact"


def _scores_all_equal() -> ColumnElement[bool]:
    """One scale, asked about one thing, always the same, and not at its best end, where many stay."""
    c = scale_course.c
    best = case(
        *(
            (c.instrument == i.code, i.low if i.better == "lower" else i.high)
            for i in reference.instruments().values()
        ),
        else_=None,
    )
    equal = select(c.clinic, c.episode_id).where(c.scores >= FEWEST_EQUAL_SCORES, c.only_value != best)
    return tuple_(outcome.c.clinic, outcome.c.episode_id).in_(equal)


def _goal_unknown() -> ColumnElement[bool]:
    return outcome.c.goal == "unknown"


def _no_therapist() -> ColumnElement[bool]:
    return outcome.c.therapist.in_(NO_THERAPIST)


def _same_person_twice() -> ColumnElement[bool]:
    """Two courses of one person for one condition and side that began on one day."""
    e = episode.alias("on_one_day").c
    day = (e.clinic, e.patient_id, e.first_visit_date)
    # Those with two courses on one day are found in the order of an index; there are few of them to compare.
    candidates = select(*day).where(e.patient_id.is_not(None)).group_by(*day).having(func.count() > 1)
    return _in_group(_alike("patient_id", "condition", "side", "first_visit_date", among=candidates))


def _same_content() -> ColumnElement[bool]:
    """Two courses without a person's code of which everything that was written down is equal."""
    names = (
        "first_visit_date", "onset_from", "onset_to", "condition", "side", "therapist", "site", "sex", "age_band",
        "goal", "weekly_km_before",
    )  # fmt: skip
    return and_(episode.c.patient_id.is_(None), _in_group(_alike(*names)))


def _alike(*names: str, among: Select[str, str | None, date] | None = None) -> Subquery:
    """Episodes with how many of their clinic are equal in all these columns.

    among: those of these people and first visits; without it, those without a person's code and with a known onset.
    Empty cells are equal to each other, as PARTITION BY has it on both databases.
    """
    other = episode.alias("other").c
    # The clinic last, so that SQLite does not read the table in the order of an index that begins with it.
    group = (*(other[name] for name in names), other.clinic)
    counted = select(other.clinic, other.episode_id, func.count().over(partition_by=group).label("equals"))
    if among is None:
        counted = counted.where(other.onset_from.is_not(None), other.patient_id.is_(None))
    else:
        counted = counted.where(tuple_(other.clinic, other.patient_id, other.first_visit_date).in_(among))
    return counted.subquery()


def _in_group(alike: Subquery) -> ColumnElement[bool]:
    """Not as EXISTS: SQLite would count the groups again for every episode."""
    twice = select(alike.c.clinic, alike.c.episode_id).where(alike.c.equals > 1)
    return tuple_(episode.c.clinic, episode.c.episode_id).in_(twice)


RULES = {
    rule.name: rule
    for rule in (
        QualityRule("visit_after_discharge", _visit_after_discharge),
        QualityRule("visit_before_first", _visit_before_first),
        QualityRule("already_running", _already_running),
        QualityRule("early_return", _early_return),
        QualityRule("relapse_before_return", _relapse_before_return),
        QualityRule("relapse_without_return", _relapse_without_return),
        QualityRule("return_on_visit_day", _return_on_visit_day),
        QualityRule("after_last_contact", _after_last_contact),
        QualityRule("goals_met_without_return", _goals_met_without_return),
        QualityRule("no_contact", _no_contact),
        QualityRule("scores_all_equal", _scores_all_equal),
        QualityRule("goal_unknown", _goal_unknown),
        QualityRule("no_therapist", _no_therapist),
        QualityRule("same_person_twice", _same_person_twice),
        QualityRule("same_content", _same_content),
    )
}
