"""Which sections the report asks, and about which first visits. A new chapter's section is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection

from dashboard.question import Asked, NotAllowed, ask
from dashboard.report.month import WINDOW_MONTHS, Month
from dashboard.sections.completeness import completeness_section
from dashboard.sections.follow_up import follow_up_section
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.pain_scales import pain_section
from dashboard.sections.quality import quality_section
from dashboard.sections.relapse import relapse_section
from dashboard.sections.retention import retention_section
from dashboard.sections.trends import trends_section
from dashboard.sections.units import units_section
from dashboard.sections.visits import visits_section

Span = Literal["year", "two years", "all"]
Section = Callable[[Connection, Asked], Any]

ASKED_SECTIONS: Mapping[str, tuple[Section, Span]] = {
    "pain": (pain_section, "year"),
    "retention": (retention_section, "year"),
    "visits": (visits_section, "year"),
    "relapse": (relapse_section, "year"),
    "follow_up": (follow_up_section, "year"),
    "completeness": (completeness_section, "year"),
    "quality": (quality_section, "year"),
    "trends": (trends_section, "all"),
    "intake_periods": (intake_periods_section, "year"),
    "units": (units_section, "two years"),
}


def ask_sections(connection: Connection, asked: Asked, month: Month) -> dict[str, Any]:
    """The result of every section by its name; None where this reader may not ask it."""
    found: dict[str, Any] = {}
    for name, (section, span) in ASKED_SECTIONS.items():
        try:
            found[name] = section(connection, ask(connection, asked.scope, _spanned(asked, month, span)))
        except NotAllowed:
            found[name] = None
    return found


def _spanned(asked: Asked, month: Month, span: Span) -> Any:
    first = {
        "year": asked.cohort.first_visit_from,
        "two years": month.shifted(1 - 2 * WINDOW_MONTHS).first,
        "all": None,
    }[span]
    return replace(asked.cohort, first_visit_from=first)
