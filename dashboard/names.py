"""The words for codes: conditions, groups, classes, verdicts."""

from __future__ import annotations

import re

CONDITION_NAMES = {
    "pfps": "Runner's knee (PFPS)",
    "itbs": "IT band syndrome (ITBS)",
    "pfps_itbs": "PFPS and ITBS together",
    "other_knee": "Other knee problems",
    "other": "Other problems",
}
CONDITION_SHORT = {
    "pfps": "PFPS",
    "itbs": "ITBS",
    "pfps_itbs": "PFPS and ITBS",
    "other_knee": "Other knee",
    "other": "Other",
}
GROUP_NAMES = {
    "up_to_6_weeks": "up to 6 weeks",
    "up_to_4_months": "6 weeks to 4 months",
    "up_to_12_months": "4 to 12 months",
    "over_12_months": "over 12 months",
    "none": "no earlier episode",
    "some": "earlier episodes",
    "daily_life": "daily life",
    "under_18": "under 18",
    "65_plus": "65 and over",
    "unknown": "not known",
    "all": "everybody",
}
# What makes a group, to be said after "runners".
GROUP_PHRASES = {
    "pfps": "with PFPS",
    "itbs": "with ITBS",
    "pfps_itbs": "with PFPS and ITBS together",
    "other_knee": "with other knee problems",
    "other": "with other problems",
    "up_to_6_weeks": "with symptoms for up to 6 weeks",
    "up_to_4_months": "with symptoms for 6 weeks to 4 months",
    "up_to_12_months": "with symptoms for 4 to 12 months",
    "over_12_months": "with symptoms for over 12 months",
    "none": "without an earlier episode",
    "some": "with earlier episodes",
    "all": "",
}
FIELD_NAMES = {
    "condition": "condition",
    "symptom_duration": "symptom duration",
    "earlier_episodes": "earlier episodes",
    "site": "site",
    "sex": "sex",
    "age_band": "age",
}
CLASS_NAMES = {
    "returned": "back running",
    "in_care": "still in care",
    "stopped": "stopped (gave up, surgery, other)",
    "discharged_unrecorded": "discharged, return not recorded",
    "lost": "lost",
    "cannot_count": "cannot be counted",
}
# When it hurts, to be said after "pain".
CONTEXT_NAMES = {
    "worst_week": "at its worst in the week",
    "usual_week": "in a usual week",
    "current": "right now",
    "running": "while running",
    "downhill": "when running downhill",
    "stairs": "on stairs",
    "squatting": "when squatting",
    "sitting": "when sitting",
    "landing": "when landing",
    "at_rest": "at rest",
}
VERDICT_ICONS = {
    "ahead": ":material/arrow_upward:",
    "in line": ":material/drag_handle:",
    "behind": ":material/arrow_downward:",
    "cannot tell yet": ":material/hourglass_empty:",
    "not comparable": ":material/block:",
}


def group_name(group: str) -> str:
    """The words for a group's code; codes of sites and clinics stay."""
    return CONDITION_NAMES.get(group) or GROUP_NAMES.get(group) or _plain(group)


def category_name(field: str, category: str) -> str:
    """The words for a category of `field`: what several fields call "other" is a condition only in one of them."""
    if field in ("site", "therapist", "clinic"):
        return category
    return group_name(category) if field == "condition" else GROUP_NAMES.get(category) or _plain(category)


def group_label(group: str) -> str:
    """Short words for the end of a curve."""
    return CONDITION_SHORT.get(group) or group_name(group)


def group_phrase(group: str) -> str:
    """What makes the group, to follow "runners": "with PFPS", "at north", "" for everybody."""
    if group == "unknown":
        return "of whom this is not known"
    named = GROUP_PHRASES.get(group)
    return f"at {group}" if named is None else named


def _plain(code: str) -> str:
    """A code as it is, of an age band with a dash: "25–34"."""
    return code.replace("_", "–") if re.fullmatch(r"\d\d_\d\d", code) else code
