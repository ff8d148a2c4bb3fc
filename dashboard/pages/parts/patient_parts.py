"""The parts of a patient's page: scores, outlook, what is missing, tables, sheets, and the patient's own view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard.charts.patient_scores import patient_figure
from dashboard.charts.ten_runners import ten_runners
from dashboard.pages.parts import panels, patient_readers, showing
from dashboard.pages.parts.entry_day import entry_day
from dashboard.patients import words
from dashboard.patients.alike import ExpectedRange, outlook_for
from dashboard.patients.for_patient import GOALS, PatientSheet, patient_sheet
from dashboard.patients.record_view import RecordView
from dashboard.stats.outlook import Outlook
from dashboard.stats.pain import BASELINE_TO
from sql.pain_scores import BY_PATIENT
from sql.queries.case_rows import PAIN_SCALES
from sql.reference import instruments

WITH_RANGE = ("NPRS", "VAS10")


def scores(view: RecordView) -> None:
    """The own line of one question over what people like this said."""
    case, record = view.record.case, view.record
    if not view.contexts:
        panels.headline("No scores yet")
        panels.note("Ask for pain from 0 to 10 above: the line begins with the first score.")
        return
    scale, context = _choose_question(view)
    points = [
        ((row.scored_on - case.first_visit_date).days, row.value)
        for row in record.scores
        if (row.instrument, row.context) == (scale, context) and row.reporter in BY_PATIENT
    ]
    found = expected_for(view, context) if scale in WITH_RANGE else None
    events = [((day - case.first_visit_date).days, what.split(":")[0]) for day, what in view.events[1:]]
    theme = panels.theme()
    kind = instruments()[scale]
    panels.chart(
        patient_figure(
            points, found.weeks if found else (), events, theme,
            colour=theme.conditions.get(case.condition, theme.text), high=kind.high, better=kind.better,
            today=view.standing.facts.day if case.discharge_date is None else None,
        ),
        key=f"patient_{scale}_{context}",
        title=_title(_context_label((scale, context)), points),
        sentence=words.range_sentence(found) if scale in WITH_RANGE else f"{kind.name}: no range is drawn for it.",
    )  # fmt: skip
    rows = [{"Day": str(day), "Score": f"{value:g}"} for day, value in points]
    panels.table_of(rows, label="The scores as a table", alt="Scores by day since the first visit")


def _choose_question(view: RecordView) -> tuple[str, str]:
    """(instrument, context) whose line is drawn; the one on the list first."""
    labels = {_context_label(pair): pair for pair in view.contexts}
    if len(labels) == 1:
        return view.contexts[0]
    chosen = st.segmented_control(
        "Question", list(labels), default=next(iter(labels)), required=True,
        key=f"scores_{view.record.case.token}", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    return labels[str(chosen)]


def expected_for(view: RecordView, context: str) -> ExpectedRange | None:
    """Pain of people like the patient."""
    case = view.record.case
    return patient_readers.expected(case.clinic, case.condition, case.symptom_duration, context)


def outlook_of(view: RecordView) -> Outlook:
    """What happened to people like the patient from the same day on."""
    case = view.record.case
    found = patient_readers.alike(case.clinic, case.condition, view.standing.line.context)
    return outlook_for(found, view.stratum, view.standing.facts.day)


def outlook(view: RecordView) -> None:
    """In plain words, with the group named."""
    panels.headline("What happened to people like this")
    if view.return_day is not None:
        panels.note("Back running: there is nothing to foretell. Ask again when it is due.")
        return
    st.markdown(words.outlook_sentence(outlook_of(view), view.standing.week))


def missing(view: RecordView) -> None:
    """What nobody has written down."""
    panels.headline("What is missing" if view.missing else "Nothing is missing")
    if view.missing:
        st.markdown("\n".join(f"- {what}" for what in view.missing))


def tables(view: RecordView) -> None:
    """Running, visits, assessments and events, each one click away."""
    panels.headline("What happened")
    st.markdown(
        " · ".join(f"**{words.short_date(day)}** {panels.literal(what)}" for day, what in view.events)
    )
    for label, rows in (
        (f"Running reports ({len(view.reports)})", view.reports),
        (f"Visits and treatments ({len(view.visits)})", view.visits),
        (f"Assessments against the first one ({len(view.assessments)})", view.assessments),
    ):
        if rows:
            with st.expander(label, icon=":material/table_rows:"):
                st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=label)


def sheets(view: RecordView) -> None:
    """The record sheet and the patient sheet, made when they are asked for."""
    panels.headline("To print")
    case = view.record.case
    for label, kind, make in (
        ("Record sheet", "record", _record_maker(view)),
        ("Patient sheet", "patient", _patient_maker(view)),
    ):
        st.download_button(
            label, data=make, file_name=f"{kind}-{case.short_code}.pdf",
            mime="application/pdf", icon=":material/print:", on_click="ignore", key=f"sheet_{kind}",
        )  # fmt: skip


def for_the_patient(view: RecordView) -> None:
    """What the patient may see on the screen: the same as on the patient sheet."""
    sheet = sheet_of(view)
    st.title("Your way back to running" if sheet.goal == GOALS["running"] else "Your way back", anchor=False)
    st.markdown(f"Goal: **{sheet.goal}** · with us since {words.short_date(sheet.since)} · {sheet.now}")
    if sheet.pain:
        _shown(sheet, sheet.pain, sheet.pain_label, "lower")
    if sheet.km:
        _shown(sheet, sheet.km, "Kilometres a week", "higher")
    panels.headline(sheet.sentence)
    if sheet.ten:
        drawn = ten_runners(sheet.ten.about, panels.theme().conditions["pfps"])
        st.image(drawn, width=440, alt=f"{sheet.ten.about} of 10 people are filled in")
    st.space("large")
    showing.way_back("end_showing")


def _shown(sheet: PatientSheet, line: Sequence[tuple[date, float]], title: str, better: str) -> None:
    """One of the patient's own lines. Pain goes to 10; kilometres as far as they went."""
    days = [((day - sheet.since).days, value) for day, value in line]
    high = 10 if better == "lower" else max(max(value for _, value in days) * 1.1, 1)
    theme, until = panels.theme(), (sheet.printed - sheet.since).days
    panels.chart(
        patient_figure(
            days, (), (), theme,
            colour=theme.conditions["pfps"], high=high, better=better, today=until, height=240,
        ),
        key=f"shown_{better}", title=title, sentence=f"{better.capitalize()} is better.",
    )  # fmt: skip


def sheet_of(view: RecordView) -> PatientSheet:
    """The patient's own sheet of today."""
    return patient_sheet(view, outlook_of(view), entry_day(view.rules))


def _patient_maker(view: RecordView) -> Callable[[], bytes]:
    """Makes the sheet when tapped; everything that rests on who reads is found here, while the page runs."""
    sheet, write_line = sheet_of(view), _sheet_audit(view, "patient")

    def make() -> bytes:
        from dashboard.sheets.patient_pdf import patient_pdf

        write_line()
        return patient_pdf(sheet)

    return make


def _record_maker(view: RecordView) -> Callable[[], bytes]:
    line, write_line, day = view.standing.line, _sheet_audit(view, "record"), entry_day(view.rules)
    found = expected_for(view, line.context) if line.instrument in PAIN_SCALES else None
    back = view.return_day is not None
    next_weeks = "Back running." if back else words.outlook_sentence(outlook_of(view), view.standing.week)

    def make() -> bytes:
        from dashboard.sheets.record_pdf import record_pdf

        write_line()
        return record_pdf(view, found, next_weeks, day)

    return make


def _sheet_audit(view: RecordView, kind: str) -> Callable[[], None]:
    case = view.record.case
    return patient_readers.audited_later(case.clinic, f"{kind}_sheet_printed", case.token, 1)


def _context_label(chosen: tuple[str, str]) -> str:
    scale, context = chosen
    if scale in PAIN_SCALES:
        extra = "" if scale == "NPRS" else f" ({scale})"
        return words.CONTEXT_WORDS.get(context, "pain").capitalize() + extra
    return scale if not context else f"{scale} {words.CONTEXT_WORDS.get(context, context)}"


def _title(label: str, points: list[tuple[int, float]]) -> str:
    first, last = points[0], points[-1]
    start = "at the start" if first[0] <= BASELINE_TO else f"on day {first[0]}"
    if len(points) == 1:
        return f"{label}: {last[1]:g} {start}"
    return f"{label}: {first[1]:g} {start}, {last[1]:g} on day {last[0]}"
