"""Write what was entered on a patient's page into the facts, and keep what was there before.

Each entry is a row of `entry` (the ledger of source “clinic entry”) and changes a fact at once: a score, a running
report, or columns of the episode. Facts that come from an entry carry load number 0. The episode's outcome is
derived again. An entry can be withdrawn: then the rows are as they were before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from sql.dialect import wait_for_lock
from sql.outcomes import RETURNED, derive_outcomes, touched_episode
from sql.pain_scores import BY_PATIENT
from sql.scale_courses import renew_courses
from sql.schema import entry, episode, load_run, running_report, score
from sql.writes.journal import Writing, move_version

ENTRY_LOAD = 0
"""load_number of facts that a load did not bring."""
SOURCE = "clinic_entry"
INSTRUMENT = "NPRS"
CONTEXTS = ("usual_week", "worst_week", "current", "running", "downhill", "stairs", "squatting", "sitting")
STATUSES = ("not_running", "running_with_pain", "running_without_pain", "back_to_usual")
STOP_REASONS = ("gave_up_running", "surgery", "other_injury", "pregnancy_or_illness", "moved_away")
RED_FLAGS = ("night_pain", "locking", "giving_way", "trauma_swelling", "unwell", "other")
EARLIEST_BEFORE_FIRST_VISIT_DAYS = 28
MOST_KM = 400

# Columns of the episode that an entry of a kind decides from then on.
EPISODE_COLUMNS = {
    "stopped": ("stopped_date", "stopped_reason"),
    "red_flag": ("red_flag", "red_flag_date", "red_flag_cleared_date"),
    "red_flag_cleared": ("red_flag_cleared_date",),
}


def write_score(connection: Connection, writing: Writing, context: str, value: int, on: date) -> None:
    """A pain score, 0 to 10, as the patient says it; it takes the place of the patient's others of that day.

    Raises
    ------
    ValueError
        if it cannot be taken; the message says why.
    """
    _check(context in CONTEXTS, f"what the pain was asked about is one of {', '.join(CONTEXTS)}")
    _check(0 <= value <= 10, "pain is a whole number from 0 to 10")
    _check_day(connection, writing, on, "a score")
    _write(connection, writing, "score", on, {"value": value}, context=context)


def write_running(
    connection: Connection, writing: Writing, status: str, on: date, *, since: date | None = None
) -> None:
    """The answer to "are you running?", given on `on`, which holds since `since` (None: since that day).

    A second answer on one day takes the place of the first, unless it is about something later: a return last
    week and pain again since yesterday are both kept, the pain under its own day.
    """
    _check(status in STATUSES, f"the answer is one of {', '.join(STATUSES)}")
    _check_day(connection, writing, on, "an answer")
    _check(since is None or since <= on, "a status cannot begin after the day on which it is told")
    before = _todays_report(connection, writing, on)
    told_on = on
    if before is not None and status == "running_with_pain" and before.status in RETURNED:
        first = before.since or on
        _check(since is not None and since > first, "pain again begins on a day after the return: choose it")
        told_on = since or on
    same = before is not None and told_on == on
    kept = {name: getattr(before, name) for name in ("longest_pain_free_km", "weekly_km")} if same else {}
    _write(connection, writing, "running", told_on, {**kept, "status": status, "since": since})


def write_km(connection: Connection, writing: Writing, on: date, **km: float | None) -> None:
    """Kilometres (longest_pain_free_km, weekly_km) beside the answer of that day.

    Raises
    ------
    ValueError
        if there is no answer of that day yet, or the distance is out of range.
    """
    before = _todays_report(connection, writing, on)
    if before is None:
        raise ValueError("first say how running goes, then the kilometres")
    _check(all(value is None or 0 <= value <= MOST_KM for value in km.values()), "kilometres are 0 to 400")
    kept = {name: getattr(before, name) for name in ("status", "since", "longest_pain_free_km", "weekly_km")}
    _write(connection, writing, "running", on, {**kept, **km})


def write_stop(connection: Connection, writing: Writing, reason: str, on: date) -> None:
    """The patient has stopped trying to return."""
    _check(reason in STOP_REASONS, f"the reason is one of {', '.join(STOP_REASONS)}")
    _check_day(connection, writing, on, "a stop")
    _write(connection, writing, "stopped", on, {"stopped_date": on, "stopped_reason": reason})


def write_red_flag(connection: Connection, writing: Writing, flag: str, on: date) -> None:
    """A sign that sends the patient to urgent assessment; until it is cleared the episode is in no curve."""
    _check(flag in RED_FLAGS, f"the sign is one of {', '.join(RED_FLAGS)}")
    _check_day(connection, writing, on, "a red flag")
    values = {"red_flag": flag, "red_flag_date": on, "red_flag_cleared_date": None}
    _write(connection, writing, "red_flag", on, values)


def write_red_flag_cleared(connection: Connection, writing: Writing, on: date) -> None:
    """The red flag was looked into and is cleared."""
    _check_day(connection, writing, on, "a clearance")
    _write(connection, writing, "red_flag_cleared", on, {"red_flag_cleared_date": on})


def withdraw(connection: Connection, writing: Writing, number: int) -> None:
    """Take back an entry: the rows that it took the place of are there again.

    Raises
    ------
    ValueError
        if it is taken back already, or a later standing entry took its place: that one keeps its rows.
    """
    wait_for_lock(connection, f"clinic {writing.clinic}")
    rows = {one.entry_number: one for one in connection.execute(select(entry).where(*_standing(writing)))}
    _check(number in rows, "this entry is taken back already")
    places = {key: (one.kind, one.happened_on, one.context) for key, one in rows.items()}
    _check(not followed(number, places), "a later entry took its place: take that one back first")
    row = rows[number]
    table = _table_of(row.kind)
    old = [_read_json(table, values) for values in row.old_rows]
    if table is episode:
        columns = {name: old[0][name] for name in EPISODE_COLUMNS[row.kind]}
        connection.execute(update(episode).where(_own(episode, writing)).values(**columns))
    else:
        connection.execute(delete(table).where(_place(writing, row.kind, row.happened_on, row.context)))
        gone = _loads_taken_back(connection, writing.clinic)
        for values in old:
            if values["load_number"] not in gone:
                connection.execute(insert(table).values(**values))
    own = and_(entry.c.clinic == writing.clinic, entry.c.entry_number == number)
    connection.execute(update(entry).where(own).values(withdrawn_at=writing.at.replace(tzinfo=None)))
    derive_again(connection, writing.clinic, writing.episode_id)
    move_version(connection, writing.clinic)


def put_in_place(connection: Connection, writing: Writing, row: Row[Any] | Mapping[str, Any]) -> None:
    """Make the facts say what an entry says: when it is entered, and when its episode comes back with a load."""
    values = dict(row._mapping) if isinstance(row, Row) else dict(row)
    kind, on, context = values["kind"], values["happened_on"], values["context"]
    table = _table_of(kind)
    new = _read_json(table, values["new_values"])
    if table is episode:
        connection.execute(update(episode).where(_own(episode, writing)).values(**new))
        return
    connection.execute(delete(table).where(_place(writing, kind, on, context)))
    key: dict[str, Any] = {"reported_on": on, "source": SOURCE}
    if table is score:
        key = {
            "scored_on": on, "instrument": INSTRUMENT, "context": context, "reporter": "", "score_id": "",
        }  # fmt: skip
    own = {"clinic": writing.clinic, "episode_id": writing.episode_id, "load_number": ENTRY_LOAD}
    connection.execute(insert(table).values(**own, **key, **new))


def derive_again(connection: Connection, clinic: str, episode_id: str) -> None:
    """Derive one episode's outcome, and those of the same person's others."""
    touched_episode.create(connection)
    connection.execute(insert(touched_episode).values(episode_id=episode_id))
    derive_outcomes(connection, clinic)
    renew_courses(connection, clinic)
    touched_episode.drop(connection)


def _write(
    connection: Connection, writing: Writing, kind: str, on: date, new: dict[str, Any], context: str = ""
) -> None:
    columns = writing.columns(connection, entry)
    table = _table_of(kind)
    old = connection.execute(select(table).where(_place(writing, kind, on, context))).all()
    row = {
        **columns,
        "kind": kind,
        "happened_on": on,
        "context": context,
        "new_values": _as_json(new),
        "old_rows": [_as_json(dict(before._mapping)) for before in old],
    }
    connection.execute(insert(entry).values(**row))
    put_in_place(connection, writing, row)
    derive_again(connection, writing.clinic, writing.episode_id)
    move_version(connection, writing.clinic)


def _table_of(kind: str) -> Table:
    return {"score": score, "running": running_report}.get(kind, episode)


def _own(table: Table, writing: Writing) -> ColumnElement[bool]:
    return and_(table.c.clinic == writing.clinic, table.c.episode_id == writing.episode_id)


def _standing(writing: Writing) -> tuple[ColumnElement[bool], ...]:
    return _own(entry, writing), entry.c.withdrawn_at.is_(None)


def _place(writing: Writing, kind: str, on: date, context: str) -> ColumnElement[bool]:
    """The rows whose place an entry takes."""
    if kind == "score":
        s = score.c
        same = and_(s.scored_on == on, s.instrument == INSTRUMENT, s.context == context)
        return and_(_own(score, writing), same, s.reporter.in_(BY_PATIENT))
    if kind == "running":
        r = running_report.c
        return and_(_own(running_report, writing), r.reported_on == on, r.source == SOURCE)
    return _own(episode, writing)


Place = tuple[str, date, str]
"""Kind, day and context of an entry."""


def followed(number: int, standing: Mapping[int, Place]) -> bool:
    """Whether a later one of an episode's standing entries took the place of this one."""
    return any(later > number and _same_place(standing[number], place) for later, place in standing.items())


def _same_place(one: Place, other: Place) -> bool:
    """Whether two entries decide the same rows: of one day and question, or the same columns of the episode."""
    if one[0] in EPISODE_COLUMNS and other[0] in EPISODE_COLUMNS:
        return bool({*EPISODE_COLUMNS[one[0]]} & {*EPISODE_COLUMNS[other[0]]})
    return one == other


def _loads_taken_back(connection: Connection, clinic: str) -> set[int]:
    rolled_back = select(load_run.c.load_number).where(
        load_run.c.clinic == clinic, load_run.c.status == "rolled_back"
    )
    return set(connection.scalars(rolled_back))


def _todays_report(connection: Connection, writing: Writing, on: date) -> Row[Any] | None:
    return connection.execute(select(running_report).where(_place(writing, "running", on, ""))).first()


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _check_day(connection: Connection, writing: Writing, on: date, what: str) -> None:
    first = connection.scalar(select(episode.c.first_visit_date).where(_own(episode, writing)))
    _check(first is not None, "the episode is no longer in the store")
    early = first is not None and (first - on).days > EARLIEST_BEFORE_FIRST_VISIT_DAYS
    _check(not early, f"{what} cannot lie more than 28 days before the first visit")


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _read_json(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns with their types again: JSON knows no dates."""
    kinds = {name: table.c[name].type.python_type for name in values}
    return {
        name: date.fromisoformat(value) if kinds[name] is date and value is not None else value
        for name, value in values.items()
    }
