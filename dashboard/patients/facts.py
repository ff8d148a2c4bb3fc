"""From the rows of one episode to the facts that its status is decided from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashboard.stats.pain import baseline_day
from dashboard.stats.status import EpisodeFacts, Score
from sql.deriving import SOURCE_PRIORITY
from sql.outcomes import RETURNED
from sql.queries.case_rows import PAIN_SCALES, Case, PainScore, RunningAnswer

PAIN_AGAIN = "running_with_pain"
WATCH = "watch"


@dataclass(frozen=True)
class PainLine:
    """The pain scores that a list shows: of one instrument and one context, oldest first."""

    instrument: str
    context: str
    scores: tuple[PainScore, ...]
    baseline: PainScore | None


def episode_facts(case: Case, day: date) -> EpisodeFacts:
    """What `stats.status` decides from, on a day; an entry newer than that day moves it on."""
    line = pain_line(case)
    return_day, pain_again_day = latest_return(case)
    return EpisodeFacts(
        day=max((day - case.first_visit_date).days, case.last_day),
        last_contact_day=case.last_day,
        in_open_care=case.discharge_date is None and case.stop_day is None,
        baseline=_score(line.baseline) if line.baseline else None,
        scores=tuple(_score(score) for score in _of_one_instrument(case)),
        last_running_answer_day=max((answer.day for answer in case.answers), default=None),
        return_day=return_day,
        pain_again_day=pain_again_day,
        open_red_flag=case.eligibility == "red_flag",
        watch_seen=any(mark.rule == WATCH for mark in case.seen),
    )


def pain_line(case: Case) -> PainLine:
    """The context that the first visit has and that was asked most; of its baseline day the highest score."""
    scores = _of_one_instrument(case)
    contexts = sorted({score.context for score in scores})
    lines = [_line([score for score in scores if score.context == context]) for context in contexts]
    lines.sort(key=lambda line: (line.baseline is None, -len(line.scores)))
    return lines[0] if lines else PainLine("", "", (), None)


def before_load(case: Case, load_number: int, as_of: date) -> Case:
    """The case without the rows that this load or an entry since brought: how it stood on the day before it."""

    def old(rows: Sequence[PainScore] | Sequence[RunningAnswer]) -> tuple[object, ...]:
        return tuple(row for row in rows if 0 < row.load_number < load_number)

    scores, answers = old(case.scores), old(case.answers)
    days = [row.day for row in (*scores, *answers)]  # type: ignore[attr-defined]
    last = min(max([0, _visit_day(case), *days]), max((as_of - case.first_visit_date).days, 0))
    told_since = {row.since_day for row in case.answers if row not in answers and row.status in RETURNED}
    stated = case.return_day not in told_since  # else the outcome has it from a report that was not there yet
    return replace(
        case,
        scores=scores,  # type: ignore[arg-type]
        answers=answers,  # type: ignore[arg-type]
        last_day=last,
        return_day=case.return_day if stated else None,
        relapse_day=case.relapse_day if stated else None,
    )


def latest_return(case: Case) -> tuple[int | None, int | None]:
    """Day of the latest return and of the pain after it, if any; without reports what the episode states.

    Pain counts as in sql/outcomes.py: only after a return, and dated by its report where it began before it.
    """
    answers = _believed(case.answers)
    returns = sorted(answer.since_day for answer in answers if answer.status in RETURNED)
    if not returns:
        return case.return_day, case.relapse_day
    pains = [_pain_day(answer, returns) for answer in answers if answer.status == PAIN_AGAIN]
    known = sorted(day for day in pains if day is not None)
    if not known:
        return returns[0], None
    again = [day for day in returns if day > known[-1]]
    if again:
        return again[0], None
    earlier = max((day for day in known if day < known[-1]), default=None)
    first = next((day for day in returns if earlier is None or day > earlier), returns[-1])
    return first, known[-1]


def day_in_words(case: Case, day: int) -> date:
    """The date of a day since the first visit."""
    return case.first_visit_date + timedelta(days=day)


def _pain_day(answer: RunningAnswer, returns: list[int]) -> int | None:
    before = [day for day in returns if day < answer.day]
    if not before:
        return None
    return answer.since_day if answer.since_day > before[0] else answer.day


def _believed(answers: Sequence[RunningAnswer]) -> list[RunningAnswer]:
    """One answer a day: of the best source."""
    best: dict[int, RunningAnswer] = {}
    for answer in sorted(answers, key=_rank, reverse=True):
        best[answer.day] = answer
    return list(best.values())


def _rank(answer: RunningAnswer) -> int:
    known = answer.source in SOURCE_PRIORITY
    return SOURCE_PRIORITY.index(answer.source) if known else len(SOURCE_PRIORITY)


def _of_one_instrument(case: Case) -> tuple[PainScore, ...]:
    """Scores of the first pain scale that the episode has: scales are never mixed."""
    there = {score.instrument for score in case.scores}
    scale = next((name for name in PAIN_SCALES if name in there), "")
    return tuple(score for score in case.scores if score.instrument == scale)


def _line(scores: list[PainScore]) -> PainLine:
    day = baseline_day(score.day for score in scores)
    of_day = [score for score in scores if score.day == day]
    baseline = max(of_day, key=lambda score: score.value, default=None)
    return PainLine(scores[0].instrument, scores[0].context, tuple(scores), baseline)


def _score(score: PainScore) -> Score:
    return Score(score.day, score.value, score.context)


def _visit_day(case: Case) -> int:
    return max((case.last_visit - case.first_visit_date).days, 0) if case.last_visit else 0
