"""One question of the To-ask list: what, since when, and its result by one tap."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import streamlit as st

from dashboard.pages.parts import patient_readers
from dashboard.pages.parts.entry_day import entry_day
from dashboard.pages.parts.lists import open_patient
from dashboard.pages.parts.panels import note
from dashboard.pages.parts.styles import FINGER
from dashboard.patients.asking import BOTH, FIRST_RUN, RUNNING, SCORE, Question
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.facts import pain_line
from dashboard.patients.words import RESULT_WORDS, condition_words, question_row, short_date
from sql.writes.asked import TAKEN_BACK, write_asked
from sql.writes.clinic_entry import CONTEXTS, write_running, write_score

AT_ONCE = 15
WEEK_DAYS = 7
LAST_TAP = "last_asked"
SINCE_ASKED = (BOTH, RUNNING, FIRST_RUN)
ANSWERS = {
    "running_without_pain": "Runs, no pain",
    "running_with_pain": "Runs with pain",
    "not_running": "Not running",
}


def title(count: int) -> str:
    """The finding of the page."""
    if not count:
        return "Nobody is waiting to be asked"
    return "One patient is to be asked" if count == 1 else f"{count} patients are to be asked"


def chips(questions: list[Question], day: date) -> dict[str, tuple[str, list[Question]]]:
    """Label and questions of each filter."""
    week = [one for one in questions if one.overdue(day) < WEEK_DAYS]
    return {
        "week": ("Due this week", week),
        "late": ("Due earlier", [one for one in questions if one.overdue(day) >= WEEK_DAYS]),
        "closed": ("Care is over", [one for one in questions if one.closed_course]),
        "all": ("All", questions),
    }


def csv_maker(questions: list[Question], day: date, therapist: tuple[str, str]) -> Callable[[], bytes]:
    """Makes the list when tapped, and writes it to the audit."""
    write_line = patient_readers.audited_later(therapist[0], "to_ask_exported", therapist[1], len(questions))

    def make() -> bytes:
        write_line()
        return as_csv(questions, day)

    return make


def as_csv(questions: list[Question], day: date) -> bytes:
    """Codes and questions for the clinic's own messaging tool."""
    text = io.StringIO()
    lines = [question_row(one, day) for one in questions]
    writer = csv.DictWriter(text, list(lines[0]) if lines else ["code"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def row(question: Question, rules: ClinicRules) -> None:
    """Draw one question with its buttons. Every tap saves at once."""
    case = question.case
    key = f"{case.token}_{question.code}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            opens = f"**{case.short_code}** · {question.what}"
            if st.button(
                opens,
                key=f"open_{key}",
                type="tertiary",
                icon=":material/chevron_right:",
                icon_position="right",
            ):
                open_patient(case.token)
            note(_about(question, rules.day), width="content")
        with st.container(
            horizontal=True,
            vertical_alignment="bottom",
            gap="xxsmall" if question.what == SCORE else "xsmall",
        ):
            if question.what == SCORE:
                _scores(question, rules, key)
            else:
                _answers(question, rules, key)
            for result in ("no_reply", "declined"):
                label = RESULT_WORDS[result].capitalize()
                st.button(label, key=f"{result}_{key}", on_click=_record, args=(question, result))


def _scores(question: Question, rules: ClinicRules, key: str) -> None:
    for value in range(11):
        st.button(
            str(value),
            key=f"score_{value}_{key}",
            width=FINGER,
            on_click=_score,
            args=(question, rules, value),
        )


def _answers(question: Question, rules: ClinicRules, key: str) -> None:
    """What a patient says; where nobody knows of a return, also since when: the curve counts from that day."""
    if question.what in SINCE_ASKED:
        st.date_input(
            "Running like this since",
            entry_day(rules),
            min_value=question.case.first_visit_date,
            max_value=entry_day(rules),
            key=f"since_{key}",
            format="YYYY-MM-DD",
            width=180,
        )
    for status, label in ANSWERS.items():
        st.button(label, key=f"{status}_{key}", on_click=_answer, args=(question, rules, status, key))


def last_tap(therapist: tuple[str, str]) -> None:
    """The last "no reply" or "declined" of this visit can be taken back: the buttons stand close together."""
    last: tuple[tuple[str, str], Question, str] | None = st.session_state.get(LAST_TAP)
    if last is None or last[0] != therapist:
        return
    _, question, result = last
    st.button(
        f"Take back: {question.case.short_code}, {RESULT_WORDS[result]}",
        key="take_back_asked",
        icon=":material/undo:",
        type="tertiary",
        on_click=_take_back,
        args=(question,),
    )


def _take_back(question: Question) -> None:
    case = question.case
    st.session_state.pop(LAST_TAP, None)
    problem = patient_readers.write(
        case.clinic,
        case.episode_id,
        lambda connection, writing: write_asked(connection, writing, question.code, TAKEN_BACK),
    )
    _say(problem, f"{case.short_code}: taken back")


def _about(question: Question, day: date) -> str:
    parts = [
        condition_words(question.case),
        question.occasion,
        f"due since {short_date(question.due)} ({question.overdue(day)} days)",
    ]
    if question.attempts:
        last = question.attempts[-1]
        count = len(question.attempts)
        tried = f"{count} attempt{'s' * (count > 1)}, last {short_date(last.at.date())}"
        parts.append(f"{tried}: {RESULT_WORDS[last.result]}")
    return " · ".join(parts)


def _record(question: Question, result: str) -> None:
    case = question.case
    st.session_state[LAST_TAP] = ((case.clinic, case.therapist), question, result)
    if result == "answered":  # an answer is taken back on the patient's page, with what it says
        del st.session_state[LAST_TAP]
    _say(
        patient_readers.write(
            case.clinic,
            case.episode_id,
            lambda connection, writing: write_asked(connection, writing, question.code, result),
        ),
        f"{case.short_code}: {RESULT_WORDS[result]}",
    )


def _answer(question: Question, rules: ClinicRules, status: str, key: str) -> None:
    case, on = question.case, entry_day(rules)
    since: date | None = st.session_state.get(f"since_{key}")
    problem = patient_readers.write(
        case.clinic,
        case.episode_id,
        lambda connection, writing: write_running(connection, writing, status, on, since=since),
    )
    if problem is None:
        _record(question, "answered")
    else:
        _say(problem, "")


def _score(question: Question, rules: ClinicRules, value: int) -> None:
    case, on = question.case, entry_day(rules)
    asked_most = pain_line(case).context
    context = asked_most if asked_most in CONTEXTS else CONTEXTS[0]
    problem = patient_readers.write(
        case.clinic,
        case.episode_id,
        lambda connection, writing: write_score(connection, writing, context, value, on),
    )
    if problem is None:
        _record(question, "answered")
    else:
        _say(problem, "")


def _say(problem: str | None, done: str) -> None:
    st.toast(
        f"Not saved: {problem}." if problem else f"Saved. {done}",
        icon=":material/error:" if problem else ":material/check:",
    )
