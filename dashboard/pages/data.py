"""Data: how complete and how clean the records are, what was loaded, and what the clinic decides."""

from dashboard.pages.parts import data_clinic, data_completeness, data_loads, data_records, data_rules
from dashboard.pages.parts.filters import current_question, one_of

question = current_question()
owner = question.reader.holds_the_record and question.scope.audience == "clinic"
views = {"completeness": "Completeness", "records": "Records to check"}
if owner:
    views |= {"rules": "Caseload rules", "loads": "Loads", "privacy": "Privacy", "settings": "Settings"}
view = one_of("Show", views, key="data_show", default="completeness")

if view == "completeness":
    data_completeness.panel(question)
elif view == "records":
    data_records.panel(question)
elif view == "rules" and owner:
    data_rules.panel(question)
elif view == "loads" and owner:
    data_loads.panel(question)
elif view == "privacy" and owner:
    data_clinic.privacy(question)
elif view == "settings" and owner:
    data_clinic.decisions(question)
