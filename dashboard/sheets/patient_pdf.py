"""The patient sheet: own lines, ten runners, what we do next, space to write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.patients.for_patient import PatientSheet
from dashboard.sheets.drawing import line_svg
from dashboard.sheets.typeset import typeset
from dashboard.wording import long_date


def patient_pdf(sheet: PatientSheet) -> bytes:
    """One page, A4."""
    pain, km = _days(sheet.pain, sheet.since), _days(sheet.km, sheet.since)
    days = [day for day, _ in (*pain, *km)]
    km_high = max((value for _, value in sheet.km), default=0) * 1.1 or 1
    return typeset(
        "patient",
        {
            "code": sheet.code,
            "since": long_date(sheet.since),
            "printed": long_date(sheet.printed),
            "goal": sheet.goal,
            "now": sheet.now,
            "pain": line_svg(pain, label=_wrapped(sheet.pain_label), better="lower", high=10, days=days)
            if sheet.pain
            else "",
            "km": line_svg(km, label="Kilometres\na week", better="higher", high=km_high, days=days)
            if sheet.km
            else "",
            "heading": sheet.heading,
            "ten": sheet.ten.about if sheet.ten else -1,
            "sentence": sheet.sentence,
            "steps": list(sheet.next_steps),
        },
    )


def _days(points: Sequence[tuple[date, float]], since: date) -> list[tuple[int, float]]:
    return [((day - since).days, value) for day, value in points]


def _wrapped(label: str) -> str:
    return label.replace(", ", ",\n")
