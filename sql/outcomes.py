"""From what was recorded of an episode to its outcome, in SQL, for every patient that a load touches.

Days count from the first visit (day 0). The earliest of return, stop and last contact decides; on one day a
return comes before a stop, and a stop before the end of observation. Observation ends at the last contact for
everyone: what is dated later is kept as a late report and does not enter the primary curve.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    MetaData,
    Select,
    Subquery,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from sql.derived_care import fill_booked, fill_care
from sql.deriving import SOURCE_PRIORITY, TREATMENTS, fill, of_touched
from sql.deriving import touched_episode as touched_episode
from sql.dialect import count_again, epoch_day, greatest, least, unindexed
from sql.filling import shut_while_filled
from sql.indexes import indexes_made_afterwards
from sql.schema import (
    KEY,
    OUTCOME_COLUMNS,
    episode,
    episode_outcome,
    running_report,
    visit,
    visit_treatment,
)
from sql.score_facts import fill_score_facts, score_facts

RETURNED = ("running_without_pain", "back_to_usual")
COLUMNS = (*OUTCOME_COLUMNS, episode_outcome.c.scored)
"""Written at once: an update afterwards would write each row twice."""

# Kept as a table while outcomes are derived: as a subquery SQLite would scan it once per episode.
running_answer = Table(
    "running_answer",
    MetaData(),
    Column("episode_id", KEY, primary_key=True),
    Column("reported_on", Date),
    Column("returned_on", Date),
    Column("relapsed_on", Date),
    Column("gave_up_on", Date),
    prefixes=["TEMPORARY"],
)
AS_RECORDED = (
    "clinic", "episode_id", "condition", "site", "therapist", "goal", "sex", "age_band", "side", "earlier_episodes",
    "red_flag", "red_flag_cleared_date", "stopped_reason", "discharge_date", "discharge_reason",
)  # fmt: skip
"""Columns of an episode that its outcome copies or looks at."""


def derive_outcomes(connection: Connection, clinic: str, *, knows_scores: bool = False) -> int:
    """Derive again the outcomes of the episodes in `touched_episode` and of the same people's others.

    The temporary table belongs to the caller's connection. knows_scores: so does `score_facts`, which holds what
    the scores of all of them tell. Returns the number of outcomes derived.
    """
    _touch_other_episodes_of_the_same_people(connection, clinic)
    count_again(connection, touched_episode)  # one, after an entry: PostgreSQL would expect hundreds
    connection.execute(delete(episode_outcome).where(of_touched(episode_outcome, clinic)))
    fill(connection, running_answer, _running_answers(clinic))
    if not knows_scores:
        fill_score_facts(connection, clinic)
    names = [c.name for c in COLUMNS]
    rows = connection.scalar(select(func.count()).select_from(touched_episode)) or 0
    with (
        indexes_made_afterwards(connection, episode_outcome, episode_outcome.indexes, rows=rows),
        shut_while_filled(connection, episode_outcome, rows),
    ):
        derived = connection.execute(
            insert(episode_outcome).from_select(names, _outcomes(connection, clinic)),
            execution_options={"preserve_rowcount": True},  # else unknown on PostgreSQL
        )
    for step in (running_answer, score_facts):
        step.drop(connection)
    _derive_treatments(connection, clinic)
    fill_care(connection, clinic)
    fill_booked(connection, clinic)
    return derived.rowcount


def _touch_other_episodes_of_the_same_people(connection: Connection, clinic: str) -> None:
    touched = connection.scalar(select(func.count()).select_from(touched_episode))
    if touched == connection.scalar(select(func.count()).where(episode.c.clinic == clinic)):
        return  # a first load touches everybody
    people = select(episode.c.patient_id).where(
        of_touched(episode, clinic), unindexed(episode.c.patient_id).is_not(None)
    )
    others = select(episode.c.episode_id).where(
        episode.c.clinic == clinic,
        episode.c.patient_id.in_(people),
        ~exists(select(literal(1)).where(touched_episode.c.episode_id == episode.c.episode_id)),
    )
    connection.execute(insert(touched_episode).from_select(["episode_id"], others))


def _running_answers(clinic: str) -> Select[Any]:
    """Per episode: what the running reports say, one report a day (the best source of the day)."""
    report = running_report.c
    priority = case({word: rank for rank, word in enumerate(SOURCE_PRIORITY)}, value=report.source, else_=99)
    rank = func.row_number().over(partition_by=(report.episode_id, report.reported_on), order_by=priority)
    ranked = (
        select(
            report.episode_id,
            report.reported_on,
            report.status,
            func.coalesce(report.since, report.reported_on).label("status_from"),
            rank.label("rank"),
        )
        .where(of_touched(running_report, clinic))
        .subquery("ranked")
    )
    of_the_day = ranked.c
    first_return = func.min(case((of_the_day.status.in_(RETURNED), of_the_day.status_from))).over(
        partition_by=of_the_day.episode_id
    )
    believed = (
        select(
            of_the_day.episode_id,
            of_the_day.reported_on,
            of_the_day.status,
            of_the_day.status_from,
            first_return.label("returned_on"),
        )
        .where(of_the_day.rank == 1)
        .subquery("believed")
    )
    b = believed.c
    relapsed = and_(b.status == "running_with_pain", b.reported_on > b.returned_on)
    # A pain that "began" before the return is the old one: the relapse is dated by its report then.
    pain_again = case((b.status_from > b.returned_on, b.status_from), else_=b.reported_on)
    return select(
        b.episode_id,
        func.max(b.reported_on),
        func.min(b.returned_on),
        func.min(pain_again).filter(relapsed),
        func.min(b.status_from).filter(b.status == "given_up"),
    ).group_by(b.episode_id)


def _last(table: Table, date_name: str, clinic: str, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """The episode's last date in a table: one look into its primary key."""
    return (
        select(func.max(table.c[date_name]))
        .where(table.c.clinic == clinic, table.c.episode_id == episode.c.episode_id, *conditions)
        .correlate(episode)
        .scalar_subquery()
    )


def _previous_first_visit(clinic: str) -> ColumnElement[Any]:
    """First visit of the same person's course before this one for the same condition."""
    other, e = episode.alias("other"), episode.c
    before = or_(
        other.c.first_visit_date < e.first_visit_date,
        and_(other.c.first_visit_date == e.first_visit_date, other.c.episode_id < e.episode_id),
    )
    return (
        select(func.max(other.c.first_visit_date))
        .where(
            other.c.clinic == clinic,
            other.c.patient_id == e.patient_id,
            other.c.condition == e.condition,
            other.c.first_visit_date <= e.first_visit_date,  # the part of `before` that the index can find
            before,
        )
        .correlate(episode)
        .scalar_subquery()
    )


def _visits_before(clinic: str) -> Subquery:
    """The same for all courses of the touched people at once."""
    e = episode.alias("course").c
    people = select(episode.c.patient_id).where(
        of_touched(episode, clinic), episode.c.patient_id.is_not(None)
    )
    before = func.lag(e.first_visit_date).over(
        partition_by=(e.patient_id, e.condition), order_by=(e.first_visit_date, e.episode_id)
    )
    own = and_(e.clinic == clinic, e.patient_id.in_(people))
    return select(e.episode_id, before.label("first_visit_before")).where(own).subquery("before")


def _episode_days(connection: Connection, clinic: str) -> Subquery:
    """One row per touched episode: its days since 1970-01-01, before anything is decided."""
    e, running, scores = episode.c, running_answer, score_facts
    facts = episode.outerjoin(running, running.c.episode_id == e.episode_id)
    facts = facts.outerjoin(scores, scores.c.episode_id == e.episode_id)
    if connection.dialect.name == "postgresql":
        before = _visits_before(clinic)
        facts = facts.outerjoin(before, before.c.episode_id == e.episode_id)
        previous: ColumnElement[Any] = before.c.first_visit_before
    else:
        previous = _previous_first_visit(clinic)
    last_visit = _last(visit, "visit_date", clinic, visit.c.status == "attended")
    discharge = case((e.discharge_reason == "lost_to_follow_up", None), else_=e.discharge_date)
    contacts = [
        func.coalesce(contact, e.first_visit_date)
        for contact in (
            e.last_contact_date,
            scores.c.last_scored_on,
            last_visit,
            running.c.reported_on,
            discharge,
        )
    ]
    by_report = running.c.returned_on.is_not(None)
    stated_relapse = case((e.return_to_run_date.is_not(None), e.relapse_date))  # of what, without a return?
    days = {
        "start_day": epoch_day(e.first_visit_date),
        "previous_first_visit_day": epoch_day(previous),
        "contact_day": epoch_day(greatest(e.first_visit_date, *contacts)),
        "running_day": epoch_day(case((by_report, running.c.returned_on), else_=e.return_to_run_date)),
        "pain_day": epoch_day(case((by_report, running.c.relapsed_on), else_=stated_relapse)),
        "giving_up_day": epoch_day(running.c.gave_up_on),
        "stopped_day": epoch_day(e.stopped_date),
        "onset_from_day": epoch_day(e.onset_from),
        "onset_to_day": epoch_day(e.onset_to),
    }
    return _computed_once(
        select(
            *(e[name] for name in AS_RECORDED),
            *(day.label(name) for name, day in days.items()),
            func.coalesce(scores.c.scored, 0).label("scored"),
        )
        .select_from(facts)
        .where(of_touched(episode, clinic))
        .order_by(e.episode_id),
        "episode_days",
    )


def _computed_once(rows: Select[Any], name: str) -> Subquery:
    """A step on the way. Without the offset both databases would compute a column again wherever it is used."""
    return rows.offset(0).subquery(name)


def _with_stop(days: Subquery) -> Subquery:
    """Adds the first stop: given up by a report, or stated with a reason. Before the first visit it counts on day 0.

    From here on days count from the first visit.
    """
    f = days.c
    gave_up = case((f.giving_up_day < f.start_day, 0), else_=f.giving_up_day - f.start_day)
    stated = case((f.stopped_day < f.start_day, 0), else_=f.stopped_day - f.start_day)
    since_start = {
        "last_day": f.contact_day - f.start_day,
        "return_day": f.running_day - f.start_day,
        "relapse_day": f.pain_day - f.start_day,
        "longest_symptom_days": f.start_day - f.onset_from_day,
        "shortest_symptom_days": f.start_day - f.onset_to_day,
    }
    stop_day = case((stated.is_(None), gave_up), (gave_up.is_(None), stated), else_=least(gave_up, stated))
    moved = and_(f.stopped_reason == "moved_away", or_(gave_up.is_(None), stated < gave_up))
    return _computed_once(
        select(
            *(f[name] for name in (*AS_RECORDED, "start_day", "previous_first_visit_day", "scored")),
            *(days.label(name) for name, days in since_start.items()),
            stop_day.label("stop_day"),
            case((moved, 1), else_=0).label("moved_away"),
        ),
        "with_stop",
    )


def _decided(facts: Subquery) -> Subquery:
    """Adds day and outcome: the earliest of return, stop and last contact."""
    f = facts.c
    returned = case((f.return_day <= f.last_day, f.return_day))
    stopped = case((f.stop_day <= f.last_day, f.stop_day))
    outcome = case(
        (and_(returned.is_not(None), or_(stopped.is_(None), returned <= stopped)), "returned"),
        (and_(stopped.is_not(None), f.moved_away == 0), "stopped"),
        else_="censored",
    )
    day = least(f.last_day, func.coalesce(returned, f.last_day), func.coalesce(stopped, f.last_day))
    decided = select(facts, greatest(day, 0).label("day"), outcome.label("outcome"))
    return _computed_once(decided, "decided")


def _outcomes(connection: Connection, clinic: str) -> Select[Any]:
    decided = _decided(_with_stop(_episode_days(connection, clinic)))
    d = decided.c
    red_flag = and_(d.red_flag.is_not(None), d.red_flag != "none", d.red_flag_cleared_date.is_(None))
    eligibility = case((red_flag, "red_flag"), (d.return_day < 0, "already_running"), else_="eligible")
    late_return = and_(d.outcome == "censored", d.return_day > d.last_day)
    late_stop = and_(d.outcome == "censored", d.stop_day > d.last_day, d.moved_away == 0)
    late_outcome = case(
        (and_(late_return, late_stop, d.stop_day < d.return_day), "stopped"),
        (late_return, "returned"),
        (late_stop, "stopped"),
    )
    standing = case(
        (eligibility != "eligible", "cannot_count"),
        (d.return_day.is_not(None), "returned"),
        (d.stop_day.is_not(None), "stopped"),
        (d.last_day == 0, "no_contact"),
        (d.discharge_reason == "lost_to_follow_up", "lost"),
        (d.discharge_date.is_not(None), "discharged"),
        else_="open",
    )
    derived = {
        "eligibility": eligibility,
        "late_outcome": late_outcome,
        "late_day": case((late_outcome == "returned", d.return_day), (late_outcome == "stopped", d.stop_day)),
        "standing": standing,
        "goal": func.coalesce(d.goal, "unknown"),
        "sex": func.coalesce(d.sex, "unknown"),
        "age_band": func.coalesce(d.age_band, "unknown"),
        "side": func.coalesce(d.side, "unknown"),
        "symptom_duration": _symptom_duration(decided),
        "earlier_episodes": case(
            (d.earlier_episodes.is_(None), "unknown"), (d.earlier_episodes == 0, "none"), else_="some"
        ),
    }
    columns = (derived[c.name] if c.name in derived else d[c.name] for c in COLUMNS)
    return select(*columns)


def _symptom_duration(facts: Subquery) -> ColumnElement[str]:
    """Onset to first visit in bands; where only a month or a year is known, both its ends must agree."""

    def band(days: ColumnElement[int]) -> ColumnElement[str]:
        return case(
            (days <= 42, "up_to_6_weeks"),
            (days <= 122, "up_to_4_months"),
            (days <= 365, "up_to_12_months"),
            else_="over_12_months",
        )

    longest, shortest = facts.c.longest_symptom_days, facts.c.shortest_symptom_days
    agreed = and_(longest.is_not(None), band(longest) == band(shortest))
    return case((agreed, band(longest)), else_="unknown")


def _derive_treatments(connection: Connection, clinic: str) -> None:
    """One row per treatment of the touched episodes' visits."""
    connection.execute(delete(visit_treatment).where(of_touched(visit_treatment, clinic)))
    names = [c.name for c in visit_treatment.columns]
    for treatment in TREATMENTS:
        given = (";" + visit.c.treatments + ";").contains(f";{treatment};", autoescape=True)
        v = visit.c
        rows = select(v.clinic, v.episode_id, v.visit_date, v.therapist, literal(treatment)).where(
            of_touched(visit, clinic), given
        )
        connection.execute(insert(visit_treatment).from_select(names, rows))
