"""Rows of `episodes`: who came with what, and how the course of care ended."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from etl.sample.chance import happens, pick
from etl.sample.story import Row, Story
from etl.sample.visit_rows import has_tendon

ONSET_TYPES = {"gradual": 0.66, "sudden": 0.20, "lingering": 0.12, "": 0.02}
IMAGING = {"none": 0.72, "degenerative": 0.09, "other": 0.06, "": 0.13}
LEFT_EMPTY = 0.03
KNOWS_THE_DAY_DAYS, KNOWS_THE_MONTH_DAYS = 50, 400

DISCHARGED_AT_THE_END = 0.85
ENDS_WITHOUT_RETURN = {
    "self_discharged": 0.32, "referred_on": 0.13, "other": 0.10, "goals_met": 0.05, "": 0.40,
}  # fmt: skip
NOTED_AS_LOST = 0.5
DAYS_UNTIL_NOTED_AS_LOST = (45, 90)
LAST_CONTACT_NOTED = 0.5
STOP_ONLY_IN_REPORTS = 0.5
NEWS_BY_CHANCE, NEWS_WITHIN_DAYS = 0.15, 120


def episode_row(story: Story) -> Row:
    """The row of one course of care."""
    person = story.person
    rng = person.stream("episode")
    return {
        "episode_id": person.episode_id,
        "patient_id": person.patient_id,
        "condition": person.condition,
        "side": _or_empty(person.side, rng),
        "onset_type": pick(rng, ONSET_TYPES),
        "onset_date": _onset(story, rng),
        "first_visit_date": person.first_visit,
        "therapist": person.therapist,
        "site": person.site,
        "sex": person.sex,
        "age_band": _or_empty(person.age_band, rng),
        "goal": person.goal,
        "weekly_km_before": _or_empty(person.weekly_km, rng),
        "tendon_involved": has_tendon(story),
        "imaging": pick(rng, IMAGING),
        "earlier_episodes": _or_empty(person.earlier_episodes, rng),
        "planned_visits": story.contacts.planned_visits,
        **_red_flag(story, rng),
        **_dates_instead_of_reports(story, person.stream("late news")),
        **_stop(story, rng),
        **_discharge(story, person.stream("discharge")),
        **_last_contact(story, person.stream("last contact")),
    }


def _or_empty(value: str | int, rng: Random) -> str | int:
    return "" if happens(rng, LEFT_EMPTY) else value


def _onset(story: Story, rng: Random) -> str:
    """When it began: the longer ago, the less exactly it is remembered."""
    onset = story.person.date_of(-story.person.symptom_days)
    days = story.person.symptom_days
    luck = rng.random()
    if luck < LEFT_EMPTY:
        return ""
    if luck < 0.45 or days <= KNOWS_THE_DAY_DAYS:
        return onset.isoformat()
    return f"{onset:%Y-%m}" if luck < 0.75 or days <= KNOWS_THE_MONTH_DAYS else f"{onset:%Y}"


def _red_flag(story: Story, rng: Random) -> Row:
    """A sign for urgent assessment is noted at the first visit and cleared within weeks, or still open."""
    person = story.person
    row: Row = {"red_flag": person.red_flag}
    if person.has_red_flag:
        row["red_flag_date"] = person.first_visit
        if not person.red_flag_open:
            row["red_flag_cleared_date"] = _not_later(story, rng.randint(4, 20))
    return row


def _dates_instead_of_reports(story: Story, rng: Random) -> Row:
    """Return and relapse where the clinic keeps dates; and the odd return that was heard of by chance."""
    course, contacts, person = story.course, story.contacts, story.person
    day = course.return_day
    if day is None:
        return {}
    if contacts.record == "shortcut" and day <= contacts.last_day:
        row: Row = {"return_to_run_date": person.date_of(day)}
        if course.relapses and course.relapses[0][0] <= contacts.last_day:
            row["relapse_date"] = person.date_of(course.relapses[0][0])
        return row
    heard = course.lost_day is not None and happens(rng, NEWS_BY_CHANCE) and not person.red_flag_open
    if heard and 0 < day - contacts.last_day <= NEWS_WITHIN_DAYS and day <= person.watched_days:
        return {"return_to_run_date": person.date_of(day)}
    return {}


def _stop(story: Story, rng: Random) -> Row:
    course = story.course
    if course.stop_day is None or not story.contacts.stop_known:
        return {}
    told = story.contacts.record == "reports" and course.stop_reason == "gave_up_running"
    if told and happens(rng, STOP_ONLY_IN_REPORTS):
        return {}
    return {"stopped_date": story.person.date_of(course.stop_day), "stopped_reason": course.stop_reason}


def _discharge(story: Story, rng: Random) -> Row:
    """How care ended. A discharge falls on a contact, unless it says that the patient stayed away."""
    course, contacts, person = story.course, story.contacts, story.person
    if person.red_flag_open:
        return _ended(person.first_visit, "referred_on")
    if contacts.stop_known:
        return _ended(person.date_of(contacts.last_day), "other")
    if contacts.saw_whole_plan:
        last_visit = max(contacts.attended)
        reason = "goals_met" if course.is_back(last_visit) else pick(rng, ENDS_WITHOUT_RETURN)
        ends = happens(rng, DISCHARGED_AT_THE_END) and reason
        return _ended(person.date_of(last_visit), reason) if ends else {}
    noted_on = contacts.last_day + rng.randint(*DAYS_UNTIL_NOTED_AS_LOST)
    noted = course.lost_day is not None and happens(rng, NOTED_AS_LOST) and noted_on <= person.watched_days
    return _ended(person.date_of(noted_on), "lost_to_follow_up") if noted else {}


def _ended(day: date, reason: str) -> Row:
    return {"discharge_date": day, "discharge_reason": reason}


def _last_contact(story: Story, rng: Random) -> Row:
    """The last contact, where the clinic notes it; always where it keeps dates instead of reports."""
    contacts = story.contacts
    if contacts.record == "shortcut" or happens(rng, LAST_CONTACT_NOTED):
        return {"last_contact_date": story.person.date_of(contacts.last_day)}
    return {}


def _not_later(story: Story, day: int) -> date:
    """The date of that day, or the last one that can be known."""
    return min(story.person.first_visit + timedelta(days=day), story.person.watch_until)
