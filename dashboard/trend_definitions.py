"""What each measure of the page Trends means, and how its limits and rules work: docs/methods.md in short."""

from __future__ import annotations

TREND_DEFINITIONS: dict[str, tuple[str, ...]] = {
    "intake": (
        "People starting",
        "Everybody whose first visit lies in the month, with the goal asked for: of each person the first course "
        "of care per condition. Neither direction is better.",
        '',
        'Counted from the first visits.',
        'Why people come or stay away.',
    ),
    "back_by_12_weeks": (
        "Back running by week 12, by first visit",
        "Estimated share of those first seen in a period who are back by day 84. A trend follows the first visit, "
        "whatever month they got better in. A period is mature once its last starter was due for day 84; before that "
        "its figure is provisional and grey, and in no mean.",
        'F(84) of each period; n = F(1 − F) ÷ Var F; limits p̄ ± 3√(p̄(1 − p̄)/n)',
        'Aalen and Johansen 1978 for the share; Wheeler 2000 and NHS “Making Data Count” for the chart.',
        'Whether care changed or the people did: look at who came in the period.',
    ),
    "pain_change": (
        "Median change of pain",
        "Of those first seen in a period, the middle of the changes from the baseline score (the one nearest the "
        "first visit, days −28 to 7) to the score nearest day 70 in days 56 to 84. One scale and one question only: "
        "those with the most pairs of scores. Below 0 is less pain. Who gave no score is not in it.",
        'median of (later − start) of each period',
        'Individuals chart of NHS “Making Data Count”.',
        'Anything about those without both scores.',
    ),
    "baseline_score": (
        "Score at the first visit",
        "Share of those in the curve who gave any score, of pain or function, in days −28 to 7.",
        '',
        'Completeness of routine outcome data, as registries report it.',
        'Whether the score is right.',
    ),
    "score_at_6_weeks": (
        "Score in weeks 4 to 6",
        "Share of those in the curve who gave any score in days 28 to 42.",
        '',
        'Completeness of routine outcome data, as registries report it.',
        'Whether those without a score do better or worse.',
    ),
    "score_at_12_weeks": (
        "Score in weeks 8 to 12",
        "Share of those in the curve who gave any score in days 56 to 84.",
        '',
        'Completeness of routine outcome data, as registries report it.',
        'Whether those without a score do better or worse.',
    ),
    "known_at_12_weeks": (
        "Running status known at week 12",
        "Share of those in the curve who were back, had stopped, or were heard of after day 84.",
        '',
        'Follow-up of a cohort at a fixed day; Schemper and Smith 1996 for why it matters.',
        'What became of the others.',
    ),
    "known_at_26_weeks": (
        "Running status known at week 26",
        "Share of those in the curve who were back, had stopped, or were heard of after day 182.",
        '',
        'Follow-up of a cohort at a fixed day; Schemper and Smith 1996 for why it matters.',
        'What became of the others.',
    ),
    "did_not_attend": (
        "Missed visits",
        "Visits missed without notice ÷ visits attended or missed, by the month of the visit. Cancelled visits are "
        "counted apart. The period chosen above is that of the visits here.",
        'missed ÷ (attended + missed)',
        'NHS definition of did-not-attend: without notice.',
        'Why a visit was missed; visits of one person are not independent, so the limits are a little narrow.',
    ),
    "cancelled": (
        "Cancelled visits",
        "Visits cancelled ÷ all visits booked (attended, missed or cancelled), by the month of the visit.",
        'cancelled ÷ (attended + missed + cancelled)',
        'Counted from the appointments.',
        'Who cancelled: the patient or the clinic.',
    ),
    "trend_limits": (
        "Mean and limits",
        "The limits are the mean ± 2.66 times the mean difference of neighbouring points (XmR chart, NHS “Making Data "
        "Count”); a difference of 3.267 times that mean or more is left out once. What stays within them is the usual "
        "up and down. Under 13 points they are trial limits, which move with every new point. For the share back "
        "they follow the number of people in each period (3 standard errors).",
        'mean ± 2.66 · mean moving range, ranges of 3.267 times it or more dropped once',
        'NHS England, “Making Data Count”; Wheeler, Understanding Variation (2000).',
        'That a point within the limits is good: limits say what is usual here, not what is wanted.',
    ),
    "trend_rules": (
        "When a point stands out",
        "The first that holds: outside the limits; 7 points rising or falling; 2 of 3 near a limit on one side; 7 in "
        "a row on one side of the mean. For the share back only the first and the last are used. The word in the "
        "table is about the last point.",
        'outside a limit; 7 rising or falling; 2 of 3 near a limit; 7 on one side of the mean',
        'NHS England, “Making Data Count”.',
        'The cause. With ten measures, one shows a sign by chance alone in about 15 % of months.',
    ),
    "trend_target": (
        "Target",
        "The clinic's own. Met or missed every time where it lies beyond the limits; else it is hit or miss: the "
        "process as it is will sometimes meet it and sometimes not.",
        '',
        'NHS England, “Making Data Count” (assurance).',
        'Whether the target is fair or was ever reached elsewhere.',
    ),
    "trend_rebase": (
        "New limits",
        "If 7 or more last points lie on one side of the mean, new limits are suggested from the first of them. They "
        "begin only when a person confirms it and says why: else a change would hide itself.",
        '',
        'NHS England, “Making Data Count”: new limits only after a known, lasting change.',
        'Whether the change that was written down is what moved the figure.',
    ),
}  # fmt: skip
