"""What the patient is given: ten runners, own lines, and none of the therapist's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from patients.test_facts import FIRST, make_case, pain, told

from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.for_patient import TenRunners, patient_sheet, ten_runners, ten_words
from dashboard.patients.record_view import record_view
from dashboard.patients.words import short_date
from dashboard.sheets import patient_pdf as patient_module
from dashboard.sheets import record_pdf as record_module
from dashboard.sheets.patient_pdf import patient_pdf
from dashboard.sheets.record_pdf import record_pdf
from dashboard.stats.outlook import Conditional, Outlook
from dashboard.stats.status import Thresholds
from sql.queries.episode import EpisodeRecord, ReportRow, ScoreRow

DAY = date(2024, 4, 1)
RULES = ClinicRules(
    "main", Thresholds(), 84, 365, 7, DAY, DAY, sample=False, stale=False, newest=(1, DAY), before=None
)
NEVER_SAID = (
    "off track", "on track", "benchmark", "censored", "status", "watch", "interval", "flag", "baseline", "published",
    "expected", "%", "–5", "[",
)  # fmt: skip


def outlook(value: float | None, low: float | None, high: float | None, *, too_few: bool = False) -> Outlook:
    return Outlook("share", ("pfps",), Conditional(84, 28, 40, 12, value, low, high, too_few))


@pytest.mark.parametrize(
    ("found", "ten"),
    [
        (outlook(0.4, 0.31, 0.49), TenRunners(4, 3, 5)),
        (outlook(0.38, 0.27, 0.49), TenRunners(4, 3, 5)),
        (outlook(0.04, 0.01, 0.12), TenRunners(0, 0, 1)),
        (outlook(1.0, 0.84, 1.0), TenRunners(10, 8, 10)),
        (outlook(0.4, 0.31, 0.49, too_few=True), None),
        (outlook(None, None, None), None),
        (Outlook("not enough yet", (), None), None),
    ],
)
def test_a_share_is_said_as_whole_runners_of_ten(found, ten):
    assert ten_runners(found) == ten


@pytest.mark.parametrize(
    ("ten", "words"),
    [
        (
            TenRunners(4, 3, 5),
            "Of 10 runners like you, about 4 were running without pain four weeks later (could be 3 to 5).",
        ),
        (
            TenRunners(1, 0, 2),
            "Of 10 runners like you, about 1 was running without pain four weeks later (could be 0 to 2).",
        ),
        (
            TenRunners(0, 0, 0),
            "Of 10 runners like you, about none were running without pain four weeks later.",
        ),
        (None, "We do not know enough runners like you yet to say how many were running four weeks later."),
    ],
)
def test_the_sentence_about_others(ten, words):
    assert ten_words(ten) == words


def make_record(*, back: bool = False) -> EpisodeRecord:
    answers = told((10, "not_running"), (70, "running_without_pain" if back else "running_with_pain"))
    case = make_case(
        scores=(pain(0, 6), pain(40, 6)), answers=answers, last_day=70, return_day=70 if back else None
    )
    return EpisodeRecord(
        case=case, side="left", onset_from=None, weekly_km_before=20, earlier_episodes=0, planned_visits=8,
        return_to_run_date=None, relapse_date=None, stopped_date=None, stopped_reason=None,
        scores=(
            ScoreRow(FIRST, "NPRS", "usual_week", "patient", 6, 1),
            ScoreRow(FIRST, "NPRS", "running", "patient", 7, 1),
            ScoreRow(date(2024, 2, 17), "NPRS", "running", "patient", 5, 1),
        ),
        reports=tuple(
            ReportRow(date(2024, 3, day), "phone", "running_with_pain", None, None, km, None)
            for day, km in ((1, 5.0), (18, 9.5))
        ),
        visits=(), assessments=(), entries=(),
    )  # fmt: skip


def said_on(sheet: object) -> str:
    return repr(sheet).lower()


def test_the_sheet_has_own_pain_while_running_and_kilometres():
    sheet = patient_sheet(record_view(make_record(), RULES), outlook(0.4, 0.31, 0.49), DAY)
    assert sheet.pain == ((FIRST, 7), (date(2024, 2, 17), 5))
    assert sheet.km == ((date(2024, 3, 1), 5.0), (date(2024, 3, 18), 9.5))
    assert sheet.pain_label == "Pain while running, 0 to 10"
    assert sheet.goal == "back to running"
    assert len(sheet.next_steps) >= 5


@pytest.mark.parametrize("back", [False, True])
def test_no_word_of_the_therapists_pages_is_on_it(monkeypatch, back):
    view = record_view(make_record(back=back), RULES)
    assert view.standing.word != "on track"
    given: list[object] = []
    monkeypatch.setattr(patient_module, "typeset", lambda _, values: given.append(values) or b"")
    patient_pdf(patient_sheet(view, outlook(0.4, 0.31, 0.49), DAY))
    words = {name: value for name, value in given[0].items() if name not in ("pain", "km")}  # type: ignore[attr-defined]
    assert not [
        word for word in NEVER_SAID if word in str(list(words.values())[:-1]).lower().replace("[", "", 1)
    ]
    svg = given[0]["pain"] + given[0]["km"]  # type: ignore[index]
    assert "lower is better" in svg
    assert "higher is better" in svg
    assert "PolyCollection" not in svg  # no band behind the patient's own line


def test_who_is_back_is_not_foretold_anything():
    sheet = patient_sheet(record_view(make_record(back=True), RULES), outlook(0.4, 0.31, 0.49), DAY)
    assert sheet.ten is None
    assert sheet.sentence.startswith("You have been running without pain since 18 March 2024.")


def test_both_sheets_are_one_page_and_the_same_every_time():
    view = record_view(make_record(), RULES)
    sheet = patient_sheet(view, outlook(0.4, 0.31, 0.49), DAY)
    for make in (lambda: patient_pdf(sheet), lambda: record_pdf(view, None, "…", DAY)):
        made = make()
        assert made.startswith(b"%PDF")
        assert made.count(b"/Type /Page\n") + made.count(b"/Type/Page/") <= 1
        assert made == make()


def test_the_record_sheet_says_status_reason_and_what_is_missing(monkeypatch):
    given: list[dict[str, object]] = []
    monkeypatch.setattr(record_module, "typeset", lambda _, values: given.append(values) or b"")
    view = record_view(make_record(), RULES)
    record_pdf(view, None, "Of **40** people …", DAY)
    assert given[0]["status"] == "▲ off track"
    assert "Pain 6 at the start and 6 on day 40" in str(given[0]["why"])
    assert "no pain score in the last 21 days" in str(given[0]["missing"])
    assert given[0]["outlook"] == "Of 40 people …"


@pytest.mark.parametrize(
    ("days", "reason", "missing"),
    [
        ({"last_day": 70}, None, "running at week 12 and week 26: the last contact is on day 70"),
        ({"last_day": 84}, None, "running at week 12 and week 26: the last contact is on day 84"),
        ({"last_day": 85}, None, "running at week 26: the last contact is on day 85"),
        ({"last_day": 183}, None, None),
        ({"last_day": 70, "return_day": 70}, None, None),
        (
            {"last_day": 0, "return_day": 5},
            None,
            "running at week 12 and week 26: the last contact is on day 0, and the return on day 5 is later: correct "
            "the last contact",
        ),
        ({"last_day": 70, "stop_day": 60}, "surgery", None),
        (
            {"last_day": 190, "stop_day": 60},
            "moved_away",
            "running at week 12 and week 26: the last contact is on day 60",
        ),
        ({"last_day": 70, "goal": "gym"}, None, None),
        ({"last_day": 70, "eligibility": "red_flag"}, None, None),
    ],
)
def test_a_patient_of_whom_running_is_not_known_lacks_that(days, reason, missing):
    record = make_record()
    case = replace(record.case, first_visit_date=DAY - timedelta(200), **days)
    view = record_view(replace(record, case=case, stopped_reason=reason), RULES)
    assert [what for what in view.missing if what.startswith("running at")] == ([missing] if missing else [])


def test_the_record_sheet_of_a_discharged_patient_has_no_status_and_no_week(monkeypatch):
    given: list[dict[str, object]] = []
    monkeypatch.setattr(record_module, "typeset", lambda _, values: given.append(values) or b"")
    record = make_record()
    record = replace(record, case=replace(record.case, discharge_date=DAY, discharge_reason="goals_met"))
    record_pdf(record_view(record, RULES), None, "…", DAY)
    assert given[0]["status"] == f"discharged {short_date(DAY)}"
    assert "week" not in str(given[0]["about"])


def test_without_scores_the_sheets_still_open():
    record = replace(make_record(), scores=(), reports=(), case=make_case())
    view = record_view(record, RULES)
    sheet = patient_sheet(view, Outlook("not enough yet", (), None), DAY)
    assert patient_pdf(sheet).startswith(b"%PDF")
    assert record_pdf(view, None, "–", DAY).startswith(b"%PDF")
    assert "no pain score at the start: change cannot be judged" in view.missing
