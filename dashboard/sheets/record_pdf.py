"""The record sheet: one patient on one A4 page, for the clinic's own file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.names import CONDITION_NAMES
from dashboard.patients import words
from dashboard.patients.alike import ExpectedRange
from dashboard.patients.record_view import RecordView, Row
from dashboard.sheets.drawing import line_svg
from dashboard.sheets.typeset import typeset
from dashboard.wording import long_date

MOST_REPORTS, MOST_VISITS, MOST_ASSESSMENTS, MOST_EVENTS = 9, 8, 12, 8


def record_pdf(view: RecordView, expected: ExpectedRange | None, outlook: str, printed: date) -> bytes:
    """One page, A4: the newest rows of each kind; how many more there are stands beside the name."""
    case, one = view.record.case, view.standing
    over = case.discharge_date
    points = [(score.day, score.value) for score in one.line.scores]
    weeks = expected.weeks if expected else ()
    label = f"{words.CONTEXT_WORDS.get(one.line.context, 'pain').capitalize()},\n0 to 10"
    return typeset(
        "record",
        {
            "code": case.short_code,
            "printed": long_date(printed),
            "about": f"{CONDITION_NAMES.get(case.condition, case.condition)}"
            + (f", {case.side}" if case.side else "")
            + ("" if over else f" · week {one.week}")
            + f" · therapist {case.therapist} · first visit {long_date(case.first_visit_date)}",
            "status": words.over_words(over) if over else words.status_words(one),
            "why": words.why_words(one),
            "chart": line_svg(points, label=label, better="lower", high=10, weeks=weeks) if points else "",
            "range": words.range_sentence(expected) if points else "No pain scores yet.",
            "outlook": outlook.replace("**", "").replace("\N{NO-BREAK SPACE}", " "),
            "missing": "; ".join(view.missing) or "nothing",
            "events": [[words.short_date(day), what] for day, what in view.events[-MOST_EVENTS:]],
            "tables": [
                _table("Running", view.reports, MOST_REPORTS),
                _table("Visits", view.visits, MOST_VISITS),
                _table("Assessments", view.assessments, MOST_ASSESSMENTS),
            ],
        },
    )


def _table(name: str, rows: Sequence[Row], most: int) -> dict[str, object]:
    title = name if len(rows) <= most else f"{name} (the newest {most} of {len(rows)})"
    head = list(rows[0]) if rows else []
    return {"title": title, "head": head, "rows": [list(row.values()) for row in rows[:most]]}
