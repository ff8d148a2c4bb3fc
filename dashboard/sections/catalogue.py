"""Every section by the name that it has in `summary --json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.completeness import completeness_document
from dashboard.sections.follow_up import follow_up_document
from dashboard.sections.intake_periods import intake_periods_document
from dashboard.sections.pain_scales import pain_document, responders_document
from dashboard.sections.quality import quality_document
from dashboard.sections.relapse import relapse_document
from dashboard.sections.retention import retention_document
from dashboard.sections.treatment import treatment_document
from dashboard.sections.trends import trends_document
from dashboard.sections.units import units_document
from dashboard.sections.visits import visits_document

SECTIONS: dict[str, Callable[[Connection, Asked], dict[str, Any]]] = {
    "treatment": treatment_document,
    "units": units_document,
    "relapse": relapse_document,
    "retention": retention_document,
    "visits": visits_document,
    "intake_periods": intake_periods_document,
    "follow_up": follow_up_document,
    "pain": pain_document,
    "responders": responders_document,
    "trend": trends_document,
    "completeness": completeness_document,
    "quality": quality_document,
}


def section_names(text: str | None) -> tuple[str, ...]:
    """Sections named in a list with commas between, in their own order; all without a list, "none" for none.

    Raises
    ------
    ValueError
        if one is not known.
    """
    if text is None:
        return tuple(SECTIONS)
    wanted = {} if text == "none" else {name.strip(): True for name in text.split(",")}
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        raise ValueError(f"There is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}, or none.")
    return tuple(name for name in SECTIONS if name in wanted)


def documents(connection: Connection, asked: Asked, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The sections of these names, as plain dicts and lists."""
    return {name: SECTIONS[name](connection, asked) for name in names}
