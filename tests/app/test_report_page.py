"""Report: choose the month, see its pages, take them away; the statement is the owner's."""

from __future__ import annotations

import re
from datetime import date

import pytest
from app.driver import Visit, choose, said

from dashboard.pages.parts import reports


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
def test_the_last_full_month_is_shown_page_by_page(look: Visit, audience: str):
    app = look("small", "report", audience=audience)
    assert not app.exception
    assert app.selectbox(key="report_month").value == "2026-10"
    assert "The report of October 2026" in said(app)
    buttons = [button.label for button in app.get("download_button")]
    assert buttons[:4] == ["PDF", "Workbook", "CSV files", "JSON"]
    assert len(app.get("image")) >= 4


def test_another_month_can_be_chosen(visit: Visit):
    app = choose(visit("small", "report"), report_month="2026-08")
    assert not app.exception
    assert "The report of August 2026" in said(app)


def test_filters_that_a_report_does_not_take_are_named(look: Visit):
    app = look("big", "report", symptoms="up_to_6_weeks", period="6m")
    assert "Not used in a report: first visit, symptoms for." in said(app)


def test_what_may_not_be_shared_is_refused_with_a_remedy(look: Visit):
    app = look("tiny", "report", audience="sharing")
    assert not app.exception
    assert any("No statement. " in info.value for info in app.info)


@pytest.mark.parametrize(("audience", "exact"), [("clinic", True), ("sharing", False)])
def test_why_there_is_no_statement_is_exact_for_the_clinic_only(visit: Visit, monkeypatch, audience, exact):
    monkeypatch.setattr(reports, "_today", lambda: date(2026, 11, 1))
    app = choose(visit("small", "report", audience=audience), statement_condition="itbs")
    (why,) = [info.value for info in app.info if info.value.startswith("No statement. ")]
    assert bool(re.search(r"\d+ runners started; .* Missing: \d+", why)) is exact
    assert ("Fewer than 30 runners started" in why) is not exact


def test_a_therapist_gets_the_shared_report_and_no_statement(look: Visit):
    app = look("big", "report", preview_as="Therapist T04")
    assert not app.exception
    assert "One page to hand out" not in said(app)
    assert [button.label for button in app.get("download_button")] == ["PDF", "Workbook", "CSV files", "JSON"]
