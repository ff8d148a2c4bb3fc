"""From rows to facts: the latest return, the pain after it, baseline and the case before a load."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dashboard.patients.facts import before_load, episode_facts, latest_return, pain_line
from sql.queries.case_rows import Case, PainScore, RunningAnswer

FIRST = date(2024, 1, 8)
PAIN, BACK, USUAL, NOT = "running_with_pain", "running_without_pain", "back_to_usual", "not_running"


def make_case(**changes: object) -> Case:
    case = Case(
        clinic="main", episode_id="E1", token="0" * 32, short_code="K-2107-H", condition="pfps", side="left",
        therapist="T1", goal="running", symptom_duration="up_to_4_months", first_visit_date=FIRST, start_day=19730,
        last_day=0, eligibility="eligible", return_day=None, relapse_day=None, stop_day=None, red_flag=None,
        red_flag_date=None, red_flag_cleared_date=None, discharge_date=None, discharge_reason=None, load_number=1,
    )  # fmt: skip
    return replace(case, **changes)  # type: ignore[arg-type]


def told(*answers: tuple[int, str] | tuple[int, str, int]) -> tuple[RunningAnswer, ...]:
    """(day, status) or (day, status, since)."""
    return tuple(RunningAnswer(a[0], a[2] if len(a) > 2 else a[0], a[1], "", 1) for a in answers)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((), (None, None)),
        (((10, NOT), (20, PAIN)), (None, None)),
        (((30, BACK), (44, BACK)), (30, None)),  # still so: the return is the first of them
        (((30, BACK), (40, PAIN)), (30, 40)),
        (((30, BACK), (40, PAIN), (60, USUAL)), (60, None)),
        (((30, BACK), (40, PAIN), (60, BACK), (70, PAIN)), (60, 70)),
        (((40, BACK, 30), (45, PAIN, 20)), (30, 45)),  # a pain from before the return is dated by its report
        (((40, PAIN, 40), (42, BACK, 30)), (30, 40)),  # told later, true earlier
        (((20, PAIN), (30, BACK)), (30, None)),
        (((-3, BACK),), (-3, None)),
    ],
)
def test_the_latest_return_and_the_pain_after_it(answers, expected):
    assert latest_return(make_case(answers=told(*answers))) == expected


def test_without_an_answer_what_the_episode_states_counts():
    assert latest_return(make_case(return_day=50, relapse_day=60)) == (50, 60)


def test_of_two_answers_on_one_day_the_clinics_own_is_believed():
    answers = (RunningAnswer(30, 30, NOT, "clinic_entry", 0), RunningAnswer(30, 30, BACK, "patient_form", 1))
    assert latest_return(make_case(answers=answers)) == (None, None)


def pain(
    day: int, value: float, context: str = "usual_week", scale: str = "NPRS", load: int = 1
) -> PainScore:
    return PainScore(day, value, context, scale, load)


def test_the_line_is_the_question_with_a_baseline_asked_most():
    case = make_case(scores=(pain(0, 5, "running"), pain(0, 6), pain(20, 4), pain(30, 9, "stairs")))
    line = pain_line(case)
    assert (line.context, [score.value for score in line.scores]) == ("usual_week", [6, 4])
    assert line.baseline == pain(0, 6)


def test_scales_are_never_mixed():
    facts = episode_facts(make_case(scores=(pain(0, 6), pain(3, 1, scale="VAS10"))), FIRST)
    assert [score.value for score in facts.scores] == [6]


def test_an_entry_newer_than_the_data_moves_the_day_on():
    assert episode_facts(make_case(last_day=90), date(2024, 3, 1)).day == 90
    assert episode_facts(make_case(last_day=9), date(2024, 3, 1)).day == 53


def test_before_a_load_are_the_rows_of_earlier_loads_only():
    case = make_case(
        last_day=60,
        scores=(pain(0, 6), pain(50, 3, load=2), pain(60, 1, load=0)),
        answers=told((20, NOT)),
        last_visit=date(2024, 2, 20),
    )
    former = before_load(case, 2, date(2024, 2, 1))
    assert [score.day for score in former.scores] == [0]
    assert len(former.answers) == 1
    assert former.last_day == 24  # the visit of 20 February was not known on 1 February


def test_before_a_load_that_brought_the_return_nobody_was_back():
    new = RunningAnswer(44, 40, BACK, "clinician", 2)
    case = make_case(answers=(*told((20, NOT)), new), return_day=40)
    assert latest_return(before_load(case, 2, date(2024, 2, 1))) == (None, None)
    entered = replace(new, load_number=0)
    assert latest_return(
        before_load(replace(case, answers=(*told((20, NOT)), entered)), 2, date(2024, 2, 1))
    ) == (None, None)


def test_before_a_load_a_return_that_the_episode_states_stays():
    new = RunningAnswer(60, 60, BACK, "clinician", 2)
    case = make_case(answers=(*told((20, NOT)), new), return_day=40, relapse_day=50)
    assert latest_return(before_load(case, 2, date(2024, 2, 1))) == (40, 50)
