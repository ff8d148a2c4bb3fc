"""The words and signs of the pages about patients. No sentence here is for a patient's eyes: sheets have their own."""

from __future__ import annotations

from datetime import date

from dashboard.names import CONDITION_SHORT, GROUP_NAMES
from dashboard.patients.alike import ExpectedRange
from dashboard.patients.asking import Question
from dashboard.patients.caseload import Standing
from dashboard.stats.outlook import Outlook
from dashboard.wording import interval_words, percent
from sql.queries.case_rows import Case

SIGNS = {
    "red flag": "●",
    "off track": "▲",
    "pain again": "↻",
    "ask": "?",
    "watch": "◇",
    "back, check at 14 days": "✓",
    "on track": "–",
}
RULE_WORDS = {
    "red_flag": "open red flag",
    "no_change": "too little change",
    "rising": "two rises in a row",
    "score_due": "a score is due",
    "running_due": "the running question is due",
    "silent": "no word",
    "check_14_days": "14 days after the return",
    "check_6_months": "6 months after the return",
    "newly_back": "newly back",
    "pain_again": "pain after the return",
    "sustained": "return held",
    "nothing_due": "nothing due",
    "watch": "past week 12, not running",
}
CONTEXT_WORDS = {
    "usual_week": "usual pain this week",
    "worst_week": "worst pain this week",
    "current": "pain now",
    "running": "pain while running",
    "downhill": "pain downhill",
    "stairs": "pain on stairs",
    "squatting": "pain squatting",
    "sitting": "pain sitting",
    "landing": "pain on landing",
    "at_rest": "pain at rest",
    "": "score",
}
STATUS_WORDS = {
    "not_running": "not running",
    "running_with_pain": "running with pain",
    "running_without_pain": "running without pain",
    "back_to_usual": "back to usual running",
    "given_up": "given up running",
}
BAND_WORDS = {
    "0-3": "pain 0 to 3 at the start",
    "4-6": "pain 4 to 6 at the start",
    "7-10": "pain 7 to 10 at the start",
}
NEAR_DAYS = 270
RESULT_WORDS = {"answered": "answered", "no_reply": "no reply", "declined": "declined"}
NOT_THERE = "There is no such patient on your list. Go back to the caseload and choose one there."


def short_date(day: date | None) -> str:
    """30 Oct 2026."""
    return f"{day.day} {day:%b %Y}" if day else "–"


def near_date(day: date | None, today: date) -> str:
    """30 Oct; with its year where that is not plain: more than nine months ago."""
    if day is None or abs((today - day).days) > NEAR_DAYS:
        return short_date(day)
    return f"{day.day} {day:%b}"


def condition_words(case: Case) -> str:
    """PFPS · left."""
    return CONDITION_SHORT.get(case.condition, case.condition) + (f" · {case.side}" if case.side else "")


def status_words(standing: Standing) -> str:
    """The word with its sign; a flag that rests or stands on old data says so."""
    words = f"{SIGNS[standing.word]} {standing.word}"
    if standing.resting is not None:
        return f"{words} (seen until {standing.resting.until.day} {standing.resting.until:%b})"
    return f"{words} (old data)" if standing.greyed else words


def over_words(discharged: date) -> str:
    """What stands in place of a status once care is over."""
    return f"discharged {short_date(discharged)}"


def why_words(standing: Standing) -> str:
    """Which rule holds, and on what data."""
    return (
        f"{RULE_WORDS[standing.rule]}: {standing.because}"
        if standing.word not in ("on track", "watch")
        else standing.because
    )


def short_why(one: Standing) -> str:
    """The rule and its data in a few words, for a column."""
    facts, scores = one.facts, one.line.scores
    silent = facts.day - facts.last_contact_day
    since_return = facts.day - (facts.return_day or 0)
    words = {
        "red_flag": f"{(one.case.red_flag or 'red flag').replace('_', ' ')}, {short_date(one.case.red_flag_date)}",
        "no_change": f"too little change: {_first_and_last(one)}",
        "rising": "two rises: " + " → ".join(f"{score.value:g}" for score in scores[-3:]),
        "score_due": one.because.removeprefix("The pain score of ").removesuffix(" is missing.")
        + ": no score",
        "running_due": one.because.removeprefix("Not asked about running for ").rstrip(".")
        + ": running not asked",
        "silent": f"no word for {silent} days",
        "check_14_days": f"back {since_return} days, not asked since",
        "check_6_months": f"back {since_return} days, not asked since",
        "newly_back": "back today"
        if since_return < 1
        else f"back for {since_return} day{'s' * (since_return > 1)}",
        "pain_again": f"pain {(facts.pain_again_day or 0) - (facts.return_day or 0)} days after the return",
        "sustained": "the return has held",
        "nothing_due": "nothing is due",
        "watch": f"day {facts.day}, not running",
    }
    return words[one.rule]


def _first_and_last(one: Standing) -> str:
    first, scores = one.facts.baseline, one.line.scores
    return f"{first.value:g} → {scores[-1].value:g}" if first and scores else "–"


def now_words(one: Standing) -> str:
    """Latest score and points since the start: "3 (−0.5)"."""
    if one.now is None:
        return "–"
    return f"{one.now:g}" if one.change is None else f"{one.now:g} ({change_words(one.change)})"


def change_words(change: float | None) -> str:
    """−2, +1, 0: points since the start."""
    if change is None:
        return "–"
    return f"{change:+g}".replace("-", "−") if change else "0"


def last_seen(case: Case) -> date | None:
    """Last attended visit, else the last contact of any kind."""
    return case.last_visit or date.fromordinal(case.first_visit_date.toordinal() + case.last_day)


def group_words(used: tuple[str, ...]) -> str:
    """Whom a figure about people alike is about: "PFPS, symptoms for over 12 months, pain 4 to 6 at the start"."""
    parts = [CONDITION_SHORT.get(used[0], used[0])] if used else []
    parts += [f"symptoms for {GROUP_NAMES[part]}" for part in used[1:] if part in GROUP_NAMES]
    parts += [BAND_WORDS[part] for part in used if part in BAND_WORDS]
    return ", ".join(parts)


def outlook_sentence(found: Outlook, week: int) -> str:
    """What happened to people like this, with the group named."""
    if found.result is None:
        return (
            "Not enough people like this yet: fewer than 20 were followed to this week. Nothing is guessed."
        )
    result, who = found.result, group_words(found.used)
    followed = (
        f"**{result.n}** people like this ({who}) who were not yet running at week {week} and still followed"
    )
    if result.value is None:
        return f"Of {followed}, none was followed for four weeks more."
    limits = interval_words(result.low, result.high)
    caution = " Few are followed that far: take it as a hint." if result.too_few else ""
    return f"Of {followed}, an estimated **{percent(result.value)}** {limits} were running by week {week + 4}.{caution}"


def range_sentence(found: ExpectedRange | None) -> str:
    """How to read the band behind a patient's line."""
    if found is None or not any(week.drawn for week in found.weeks):
        return "There are not enough people like this yet to draw an expected range."
    first = next(week for week in found.weeks if week.drawn)
    last = [week for week in found.weeks if week.drawn][-1]
    paler = (
        ", paler the middle eight of ten,"
        if any(week.p10 is not None for week in found.weeks if week.drawn)
        else ""
    )
    return (
        f"Band: the middle half{paler} of people like this ({group_words(found.used)}; {found.started} started, "
        f"{first.scored} scored in week {first.week}, {last.scored} in week {last.week}); broken line: their middle. "
        "Those still giving scores: people who recover stop scoring, so later weeks look worse than patients do."
    )


def question_row(question: Question, day: date) -> dict[str, str]:
    """A line of the export: codes only."""
    tried = [f"{RESULT_WORDS[one.result]} {short_date(one.at.date())}" for one in question.attempts]
    return {
        "code": question.case.short_code,
        "question": question.what,
        "occasion": question.occasion,
        "due_since": question.due.isoformat(),
        "days": str(question.overdue(day)),
        "course": "closed" if question.closed_course else "open",
        "attempts": str(len(tried)),
        "last_attempt": tried[-1] if tried else "",
    }
