"""What pages ask of visits, assessments, answers and scores, one row per episode, kept with its outcome.

Derived in the load that touches the episode: a page would otherwise read every visit and measurement of a network,
2 to 10 s at 100,000 episodes. Days count from the first visit. Windows are those of docs/methods.md; a setting of
the clinic never enters, so changing one needs no load.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from sql.care_bits import MEASURE_BITS, TREATMENT_BITS
from sql.deriving import SOURCE_PRIORITY, fill, has_rows, of_touched
from sql.dialect import epoch_day, joined, month_number, unindexed
from sql.schema import KEY, assessment, episode, running_report, visit
from sql.schema import episode_outcome as outcome
from sql.score_facts import fill_score_facts, score_facts

CARE_DAYS = 84
"""Treatments count in the first twelve weeks."""
BETWEEN_BOOKED = "|"
EARLY_DAYS = 28
"""The landmark: appointments kept and answers given until then."""
AT_START, AGAIN = (-28, 14), (28, 84)
GAIT_FAULTS = ("gait_hip_drop", "gait_crossover", "gait_overstride")
REHABILITATION = "hip_knee_rehab"
STEP_RATE = "step_rate_spm"
CHANGE_COLUMNS = {
    "hip_abductor_strength_n_per_kg": "hip_abductor_change",
    "hip_external_rotator_strength_n_per_kg": "hip_rotator_change",
    "knee_extensor_strength_n_per_kg": "knee_extensor_change",
    STEP_RATE: "step_rate_change",
}

treatment_mix = Table(
    "treatment_mix",
    MetaData(),
    Column("treatments", String(400), primary_key=True),
    Column("given", Integer),
    prefixes=["TEMPORARY"],
)
visit_day = Table(
    "visit_day",
    MetaData(),
    Column("episode_id", KEY, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("attended", Integer),
    Column("given", Integer),
    prefixes=["TEMPORARY"],
)


def _step(name: str, *columns: str, kind: Any = Integer) -> Table:
    """A step on the way, one row per episode; its columns are those of the outcome that it fills."""
    key = Column("episode_id", KEY, primary_key=True)
    return Table(name, MetaData(), key, *(Column(column, kind) for column in columns), prefixes=["TEMPORARY"])


visits_step = _step(
    "care_visits", "visits", "last_visit_day", "visits_to_return", "on_visit_day", "visit_before_return",
    "appointments_early", "attended_early", "treatments_given", "rehabilitation_visits", "visit_before_first",
    "visit_after_discharge",
)  # fmt: skip
assessments_step = _step(
    "care_assessments", "assessed_at_start", "assessed_again", "gait_fault", "foot_pronation"
)
booked_step = _step("care_booked", "booked", kind=Text)
changes_step = _step("care_changes", *CHANGE_COLUMNS.values(), kind=Float)


def derive_care(connection: Connection, clinic: str) -> None:
    """Fill all of these columns in outcomes that were derived before there were any (migration 0007)."""
    fill_care(connection, clinic)
    fill_score_facts(connection, clinic)
    of_episode = score_facts.c.episode_id == outcome.c.episode_id
    bits = select(score_facts.c.scored).where(of_episode).correlate(outcome).scalar_subquery()
    scored = update(outcome).where(of_touched(outcome, clinic)).values(scored=func.coalesce(bits, 0))
    connection.execute(scored)
    score_facts.drop(connection)


def fill_care(connection: Connection, clinic: str) -> None:
    """Fill these columns, but `booked` and `scored`, of the outcomes of touched episodes, derived just before."""
    if has_rows(connection, visit, clinic):
        fill(connection, treatment_mix, _mixes(clinic))
        fill(connection, visit_day, _visit_days(clinic))
        _put(connection, clinic, visits_step, _visits(clinic))
        visit_day.drop(connection)
        treatment_mix.drop(connection)
    if has_rows(connection, assessment, clinic):
        _put(connection, clinic, assessments_step, _assessments(clinic))
        _put(connection, clinic, changes_step, _changes(clinic))
    if has_rows(connection, running_report, clinic):
        answers = {name: _last_answer(name) for name in ("load_change", "home_exercise")}
        connection.execute(update(outcome).where(of_touched(outcome, clinic)).values(**answers))


def fill_booked(connection: Connection, clinic: str) -> None:
    """Fill `booked`, which came later (migration 0009), of the touched episodes' outcomes."""
    if has_rows(connection, visit, clinic):
        _put(connection, clinic, booked_step, _booked(clinic))


def _put(connection: Connection, clinic: str, step: Table, rows: Select[Any]) -> None:
    """Copy a step into the outcomes."""
    fill(connection, step, rows)
    values = {name: step.c[name] for name in step.c.keys() if name != "episode_id"}  # noqa: SIM118
    same = and_(outcome.c.clinic == clinic, outcome.c.episode_id == unindexed(step.c.episode_id))
    connection.execute(update(outcome).where(same).values(**values))
    step.drop(connection)


def _same(table: Table) -> ColumnElement[bool]:
    return and_(outcome.c.clinic == table.c.clinic, outcome.c.episode_id == table.c.episode_id)


def _mixes(clinic: str) -> Select[Any]:
    """Each text of treatments once: there are few, and looking for ten words in every visit takes long."""
    each = select(visit.c.treatments).where(of_touched(visit, clinic), visit.c.treatments.is_not(None))
    treatments = each.distinct().subquery("mixes").c.treatments
    given = [
        case(((";" + treatments + ";").contains(f";{name};", autoescape=True), bit), else_=0)
        for name, bit in TREATMENT_BITS.items()
    ]
    return select(treatments, sum(given[1:], start=given[0]))


def _all_bits(given: ColumnElement[Any]) -> ColumnElement[Any]:
    """Every bit that is set in one row or another: neither database has this aggregate in all its versions."""
    parts = [func.max(given.bitwise_and(bit)) for bit in TREATMENT_BITS.values()]
    return sum(parts[1:], start=parts[0])


def _visit_days(clinic: str) -> Select[Any]:
    """One row per episode and day with an appointment; `given` at attended ones only."""
    v = visit.c
    attended = case((v.status == "attended", 1), else_=0)
    given = case((v.status == "attended", func.coalesce(treatment_mix.c.given, 0)), else_=0)
    day = epoch_day(v.visit_date) - outcome.c.start_day
    return (
        select(v.episode_id, day, func.max(attended), _all_bits(given))
        .select_from(visit)
        .join(outcome, _same(visit))
        .outerjoin(treatment_mix, treatment_mix.c.treatments == v.treatments)
        .where(of_touched(visit, clinic))
        .group_by(v.episode_id, v.visit_date, outcome.c.start_day)
    )


def _booked(clinic: str) -> Select[Any]:
    """Appointments by the month that they were in, with how they went, as words."""
    v = visit.c
    month = month_number(epoch_day(v.visit_date)).label("month")
    by_month = (
        select(v.episode_id, month, v.status, func.count().label("number"))
        .where(of_touched(visit, clinic))
        .group_by(v.episode_id, "month", v.status)
        .subquery("by_month")
    )
    m = by_month.c
    word = cast(m.month, String) + ":" + m.status + ":" + cast(m.number, String)
    return select(m.episode_id, joined(word, BETWEEN_BOOKED, m.month, m.status)).group_by(m.episode_id)


def _visits(clinic: str) -> Select[Any]:
    v, o = visit_day.c, outcome.c
    came, later = v.attended == 1, v.day > 0
    in_care = and_(came, v.day.between(0, CARE_DAYS))
    rehabilitation = v.given.bitwise_and(TREATMENT_BITS[REHABILITATION]) != 0
    discharged = epoch_day(episode.c.discharge_date) - o.start_day

    def days(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*conditions))

    def ever(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.max(case((and_(*conditions), 1), else_=0))

    return (
        select(
            v.episode_id,
            days(came, later),
            func.coalesce(func.max(v.day).filter(and_(came, later)), 0),
            days(came, later, v.day <= o.return_day),
            ever(came, v.day == o.return_day),
            func.max(v.day).filter(and_(came, v.day >= 0, v.day < o.return_day)),
            days(later, v.day <= EARLY_DAYS),
            days(came, later, v.day <= EARLY_DAYS),
            case((ever(in_care) == 1, _all_bits(case((in_care, v.given), else_=0)))),
            days(rehabilitation, v.day.between(0, o.day)),
            ever(came, v.day < 0),
            ever(came, v.day > discharged),
        )
        .select_from(visit_day)
        .join(outcome, and_(o.clinic == clinic, o.episode_id == unindexed(v.episode_id)))
        .join(episode, and_(episode.c.clinic == clinic, episode.c.episode_id == unindexed(v.episode_id)))
        .group_by(v.episode_id)
    )


def _assessments(clinic: str) -> Select[Any]:
    a = assessment.c
    day = epoch_day(a.assessed_on) - outcome.c.start_day
    bit = case(MEASURE_BITS, value=a.measure, else_=0)
    at_start, again = day.between(*AT_START), day.between(*AGAIN)

    def measured(when: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(bit.distinct()).filter(when), 0)

    def found(*measures: str) -> ColumnElement[Any]:
        return func.max(case((and_(at_start, a.measure.in_(measures)), case((a.value > 0, 1), else_=0))))

    return (
        select(
            a.episode_id, measured(at_start), measured(again), found(*GAIT_FAULTS), found("foot_pronation")
        )
        .select_from(assessment)
        .join(outcome, _same(assessment))
        .where(of_touched(assessment, clinic))
        .group_by(a.episode_id)
    )


def _changes(clinic: str) -> Select[Any]:
    """Per cent from the first at the start to the last in days 28 to 84, of the same side and stated speed.

    A person with several (two sides, two speeds) has their mean.
    """
    a = assessment.c
    day = epoch_day(a.assessed_on) - outcome.c.start_day
    keys = (a.episode_id, a.measure, a.side, a.speed_kmh)
    ends = (
        select(
            *keys,
            func.min(a.assessed_on).filter(day.between(*AT_START)).label("first_on"),
            func.max(a.assessed_on).filter(day.between(*AGAIN)).label("last_on"),
        )
        .select_from(assessment)
        .join(outcome, _same(assessment))
        .where(
            of_touched(assessment, clinic),
            a.measure.in_(list(CHANGE_COLUMNS)),
            or_(a.measure != STEP_RATE, a.speed_kmh > 0),
        )
        .group_by(*keys)
        .subquery("ends")
    )
    e, first, last = ends.c, assessment.alias("first_one"), assessment.alias("last_one")

    def of(table: Any, on: ColumnElement[Any]) -> ColumnElement[bool]:
        own = (table.c[name] == e[name] for name in ("episode_id", "measure", "side", "speed_kmh"))
        return and_(table.c.clinic == clinic, table.c.assessed_on == on, *own)

    percent = 100.0 * (last.c.value - first.c.value) / first.c.value
    means = [func.avg(percent).filter(e.measure == name) for name in CHANGE_COLUMNS]
    return (
        select(e.episode_id, *means)
        .select_from(ends)
        .join(first, of(first, e.first_on))
        .join(last, of(last, e.last_on))
        .where(first.c.value > 0)
        .group_by(e.episode_id)
    )


def _last_answer(name: str) -> ColumnElement[Any]:
    """The latest in days 0 to 28; of several on one day that of the source which also decides about the return."""
    r = running_report.c
    day = epoch_day(r.reported_on) - outcome.c.start_day
    believed = case({source: place for place, source in enumerate(SOURCE_PRIORITY)}, value=r.source)
    return (
        select(r[name])
        .where(
            r.clinic == outcome.c.clinic,
            r.episode_id == outcome.c.episode_id,
            r[name].is_not(None),
            day.between(0, EARLY_DAYS),
        )
        .order_by(r.reported_on.desc(), believed)
        .limit(1)
        .correlate(outcome)
        .scalar_subquery()
    )
