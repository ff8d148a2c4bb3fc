"""The day on which something is entered."""

from __future__ import annotations

from datetime import date

from dashboard.pages.parts import patient_readers
from dashboard.patients.clinic_rules import ClinicRules


def entry_day(rules: ClinicRules) -> date:
    """Today; in a sample clinic the day on which its story ends."""
    return rules.as_of if rules.sample else patient_readers.today()
