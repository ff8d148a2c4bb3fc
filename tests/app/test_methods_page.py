"""Methods and benchmarks: what docs/methods.md says, the catalogue, the scales."""

from __future__ import annotations

import pytest
from app.driver import Visit, said

from dashboard.definitions import DEFINITIONS, definition
from dashboard.methods_text import chapters
from dashboard.verdicts import benchmarks
from sql import reference


@pytest.mark.parametrize("store", ["big", "tiny", "two_clinics", "other"])
@pytest.mark.parametrize("view", ["numbers", "benchmarks", "scales", "text"])
def test_every_view_opens(look: Visit, store, view):
    app = look(store, "methods", methods_show=view)
    assert not app.exception
    assert app.title[0].value == "What do the numbers mean?"


def test_every_number_has_its_definition_source_and_limits(look: Visit):
    app = look("big", "methods")
    words = said(app)
    for entry in map(definition, DEFINITIONS):
        assert entry.text in words
        assert entry.source in words
        assert entry.cannot_say in words


def test_every_benchmark_is_there_with_evidence_and_review(look: Visit):
    words = said(look("big", "methods", methods_show="benchmarks"))
    for row in benchmarks().values():
        assert f"next review {row.review_due}" in words
        assert row.evidence.rstrip(".").lower() in words.lower()


def test_every_scale_and_threshold_is_there(look: Visit):
    app = look("big", "methods", methods_show="scales")
    scales, thresholds = (table.value.to_string() for table in app.table)
    assert all(code in scales for code in reference.instruments())
    assert len(app.table[1].value) == len(reference.rows("thresholds"))
    assert "Farrar" in thresholds


def test_the_page_says_what_the_document_says(look: Visit):
    app = look("big", "methods", methods_show="text")
    labels = [expander.label for expander in app.expander]
    assert labels == [heading for heading, _ in chapters()]
    assert "Verdicts" in labels
    assert not any("<!--" in body or "](#" in body for _, body in chapters())
