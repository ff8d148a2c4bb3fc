"""The tables of the page Therapists and sites: observed beside expected, case mix, and a loaded model."""

from __future__ import annotations

from dashboard import unit_words
from dashboard.pages.parts import panels
from dashboard.sections.units import UnitsBy


def panel(found: UnitsBy) -> None:
    """Observed beside expected, and what the patients came with; nothing without units."""
    rows = unit_words.unit_rows(found)
    if not rows:
        return
    panels.headline("Observed and expected")
    panels.show_table(rows, alt="Observed and expected share back, by unit")
    panels.note(unit_words.TABLE_NOTE)
    panels.headline("What their patients came with")
    panels.show_table(unit_words.mix_rows(found), alt="Case mix by unit")


def models(found: UnitsBy) -> None:
    """Change beside what a loaded model expected, a sentence and a table each."""
    for against in found.against_model:
        panels.note(unit_words.model_caption(against))
        panels.table_of(
            unit_words.model_rows(found, against),
            label=unit_words.model_title(against),
            alt="Change beside what a model expected, by unit",
        )
