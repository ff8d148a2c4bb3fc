"""A therapist's list of today: every open episode with its status, the most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.facts import PainLine, before_load, episode_facts, pain_line
from dashboard.stats.status import EpisodeFacts, Status, status
from sql.cohort import Scope
from sql.queries.case_rows import Case, SeenMark
from sql.queries.caseload import caseload as ask_caseload

RED_FLAG, WATCH = "red flag", "watch"
ORDER = (RED_FLAG, "off track", "pain again", "ask", WATCH, "back, check at 14 days", "on track")
PRESSING = ORDER[:5]
RESTS_ON_TIME = ("silent", "score_due", "running_due", "check_14_days", "check_6_months")


@dataclass(frozen=True)
class Standing:
    """One episode on the list.

    word: the status, or the mark that goes before it (red flag) or stands for it (watch). rule: its name, `red_flag`
    and `watch` for marks. resting: the mark "seen until" that covers the flag. time_based: the flag rests on time,
    and the data are too old for that. was: the word before the last load, where it was another one.
    """

    case: Case
    facts: EpisodeFacts
    status: Status
    line: PainLine
    word: str
    rule: str
    because: str
    resting: SeenMark | None
    greyed: bool
    was: str | None

    @property
    def week(self) -> int:
        """Week of care: 1 is the first."""
        return max(self.facts.day, 0) // 7 + 1

    @property
    def now(self) -> float | None:
        """The latest score of the line."""
        return self.line.scores[-1].value if self.line.scores else None

    @property
    def change(self) -> float | None:
        """Latest score minus baseline, in points."""
        first, scores = self.line.baseline, self.line.scores
        return scores[-1].value - first.value if first and scores and scores[-1].day > first.day else None

    @property
    def needs_today(self) -> bool:
        """Something is to be done, and nobody has put it off."""
        return self.word in PRESSING and self.resting is None


@dataclass(frozen=True)
class Caseload:
    """The list, its counts by word, and what it rests on."""

    standings: tuple[Standing, ...]
    rules: ClinicRules

    @property
    def counts(self) -> Counter[str]:
        """How many episodes have each word."""
        return Counter(standing.word for standing in self.standings)


def caseload(
    connection: Connection, scope: Scope, rules: ClinicRules, therapist: tuple[str, str] | None = None
) -> Caseload:
    """Ask for the open episodes and decide each one's status."""
    cases = ask_caseload(connection, scope, day=rules.day, open_days=rules.open_days, therapist=therapist)
    mine = (case for case in cases if case.clinic == rules.clinic)
    return Caseload(in_order(standing(case, rules) for case in mine), rules)


def in_order(standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """The most urgent first; what rests goes after everything that does not, then the longest in care first."""
    return tuple(
        sorted(
            standings,
            key=lambda one: (
                one.resting is not None,
                ORDER.index(one.word),
                -one.facts.day,
                one.case.short_code,
            ),
        )
    )


def standing(case: Case, rules: ClinicRules) -> Standing:
    """One episode's status on the list's day, with the word that leads."""
    facts = episode_facts(case, rules.day)
    found = status(facts, rules.thresholds)
    word, rule, because = leading(case, facts, found, rules)
    resting = next(
        (mark for mark in reversed(case.seen) if mark.rule == rule and mark.until >= rules.day), None
    )
    greyed = rules.stale and rule in (*RESTS_ON_TIME, WATCH)
    return Standing(
        case, facts, found, pain_line(case), word, rule, because, resting, greyed, _was(case, rules, word)
    )


def leading(case: Case, facts: EpisodeFacts, found: Status, rules: ClinicRules) -> tuple[str, str, str]:
    """The word, rule and reason to show: an open red flag goes first, a watch only where nothing else is."""
    if RED_FLAG in found.marks:
        return RED_FLAG, "red_flag", red_flag_words(case.red_flag, case.red_flag_date)
    if WATCH in found.marks and found.word == "on track":
        weeks = rules.thresholds.watch_after_day // 7
        return WATCH, WATCH, f"Past week {weeks} and not running yet (day {facts.day})."
    return found.word, found.rule, found.because


def red_flag_words(flag: str | None, seen_on: date | None) -> str:
    """ "Night pain recorded on 30 October 2026." """
    what = (flag or "red flag").replace("_", " ").capitalize()
    return f"{what} recorded" + (f" on {seen_on.day} {seen_on:%B %Y}." if seen_on else ".")


def _was(case: Case, rules: ClinicRules, word: str) -> str | None:
    """The word before the last load, if it was another; None for what that load brought, and for the first load."""
    if rules.before is None or case.load_number >= rules.newest[0]:
        return None
    former = before_load(case, rules.newest[0], rules.before[1])
    facts = episode_facts(former, rules.before[1])
    was, _, _ = leading(former, facts, status(facts, rules.thresholds), rules)
    return was if was != word else None
