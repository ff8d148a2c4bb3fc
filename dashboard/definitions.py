"""What each number means, for the reader who asks: docs/methods.md in short."""

from __future__ import annotations

DEFINITIONS: dict[str, tuple[str, str]] = {
    "started": (
        "Started",
        "People whose goal is running and whose first visit lies in the period: of each person the first "
        "course of care per condition in it. Everybody who came is in, however long they stayed.",
    ),
    "back_by": (
        "Back by week 12 (or another day)",
        "Estimated share of all who started that have had their first run that counts by then. Somebody last "
        "seen in week 5 counts as not back until week 5, and is neither a success nor a failure after that "
        "(cumulative incidence; Aalen and Johansen 1978). Giving up running, surgery, another injury, "
        "pregnancy or illness end the chance to return and stay in the denominator. In brackets the 95 % "
        "interval.",
    ),
    "median": (
        "Half by",
        "First day on which at least half of those who started are estimated to be back.",
    ),
    "clock": (
        "The clock",
        "Starts at the first visit (day 0). Observation ends at the last contact for everybody: a score, an "
        "attended visit, an answer about running, a discharge. A return dated later than that is a late "
        "report and is left out of the curve, because nobody would have heard of the opposite.",
    ),
    "at_risk": ("Still followed, not back", "Followed beyond that week, not back and not stopped."),
    "not_followed": (
        "Not followed further",
        "Last seen before or in that week without having returned or stopped.",
    ),
    "too_few": (
        "Too few still followed",
        "The figure rests on fewer than 10 people in effect (those at risk divided by the share not yet back "
        "or stopped). The curve is dotted from there on.",
    ),
    "verdict": (
        "The verdict",
        "Ahead or behind where the difference from the quoted figure is larger than chance would explain "
        "(95 %). In line only where the clinic's interval is at most 30 points wide; else it cannot be told "
        "yet. Verdicts are read every month and not adjusted for it: one surprise is not a trend.",
    ),
    "classes": (
        "What became of them",
        "Six classes, the first that holds: cannot be counted (open red flag, already running at the first "
        "visit, or no contact after it and that over six weeks ago), back running (late reports too), "
        "stopped, discharged without a recorded return, still in care (a contact within the last six weeks), "
        "lost.",
    ),
}
