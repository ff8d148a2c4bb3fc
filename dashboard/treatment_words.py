"""Assessment and treatment in words: titles that say the finding, captions, and the rows of the tables."""

from __future__ import annotations

from dashboard.sections.treatment import (
    Assessed,
    Landmark,
    OwnChange,
    RelapseGroup,
    Treatment,
)
from dashboard.stats.process import Share
from dashboard.stats.survival import MIN_FOLLOWED, Horizon
from dashboard.wording import (
    PER_CENT,
    WITHHELD,
    count_words,
    counted,
    interval_words,
    is_few,
    long_date,
    percent,
    with_minus,
)
from sql.derived_care import STEP_RATE
from sql.queries.assessment_counts import ANYTHING

FINDING_SHARE = 0.5
SIGNIFICANT = 0.05

MEASURES = {
    ANYTHING: "anything at all",
    "hip_abductor_strength_n_per_kg": "hip abductor strength (force)",
    "hip_external_rotator_strength_n_per_kg": "hip rotator strength (force)",
    "knee_extensor_strength_n_per_kg": "knee extensor strength (force)",
    "hip_abductor_manual_grade": "hip abductors by hand",
    "hip_external_rotator_manual_grade": "hip rotators by hand",
    "single_leg_squat_grade": "single-leg squat",
    "pelvic_drop_deg": "pelvic drop on video",
    "knee_valgus_deg": "knee valgus on video",
    "gait_hip_drop": "gait: hip drop",
    "gait_crossover": "gait: crossover",
    "gait_overstride": "gait: overstride",
    "step_rate_spm": "step rate",
    "foot_pronation": "foot pronation",
    "patellar_tracking": "patellar tracking",
    "tissue_quality": "tissue quality",
}
TREATMENT_NAMES = {
    "soft_tissue": "soft-tissue work",
    "dry_needling": "dry needling",
    "hip_knee_rehab": "hip and knee rehabilitation",
    "shockwave": "shockwave",
    "gait_retraining": "gait retraining",
    "cadence_retraining": "step rate retraining",
    "graded_running": "graded running",
    "orthoses": "orthoses",
    "taping_or_brace": "taping or brace",
    "education_load": "education and load",
}
FINDINGS = {
    "gait_fault": ("a gait fault", "gait or step rate retraining"),
    "foot_pronation": ("foot pronation", "orthoses"),
    "tendon_involved": ("a tendon involved", "shockwave"),
}
STATE_WORDS = {"yes": "with", "no": "without", "unknown": "not known"}
ANSWER_TITLES = {"load_change": "Running load at day 28", "home_exercise": "Home exercise at day 28"}
ANSWER_WORDS = {
    "stopped": "running stopped", "reduced": "running reduced", "unchanged": "running unchanged",
    "none": "none of the home exercise", "some": "some of it", "most": "most of it", "all": "all of it",
    "not_asked": "not asked by day 28",
}  # fmt: skip
REHABILITATION_WORDS = {
    "none": "no visit with rehabilitation",
    "one_or_two": "one or two visits",
    "three_or_more": "three visits or more",
}
ASSOCIATION_SENTENCE = (
    "Association, not effect: people who do more, or are given more, differ in other ways too, so these figures "
    "cannot say what would happen if anybody did otherwise."
)


def share_of(found: Share) -> str:
    """A share with its limits, "not shown" where it may not be, "nobody" of nobody."""
    if found.withheld:
        return WITHHELD
    if found.value is None:
        return "nobody"
    if is_few(found.denominator):
        return f"{found.numerator} of {found.denominator}"
    return f"{percent(found.value)} {interval_words(found.low, found.high)}"


def of_words(found: Share, k: int) -> str:
    """ "38 of 41"; numbers too small to be shared say so."""
    if found.denominator is None:
        return WITHHELD if found.withheld else ""
    if found.withheld:
        return f"of {found.denominator:,}, {WITHHELD}"
    return f"{count_words(found.numerator, k)} of {found.denominator:,}"


def intro_sentence(result: Treatment) -> str:
    """Whom the page covers."""
    number, noun = counted(result.people, result.k).rsplit(" ", 1)
    return (
        f"**{number}** {noun} whose first visit was on or before "
        f"{long_date(result.last_first_visit)}, and what was measured and given in their first 12 weeks."
    )


def tiles(result: Treatment) -> list[tuple[str, str, str]]:
    """Label, value and detail of the four figures at the top."""
    k = result.k
    anything = next((row for row in result.assessed if row.measure == ANYTHING), None)
    steps = next((row for row in result.changes if row.measure == STEP_RATE), None)
    found = [
        ("Assessed at the start", *_tile(anything.at_start if anything else None, k)),
        ("Of these, again by week 12", *_tile(anything.again if anything else None, k)),
        ("Step rate +5 to +10 %", *_tile(steps.reached_5_to_10 if steps else None, k)),
    ]
    low, middle, high = result.components
    if middle is None:
        why = WITHHELD if result.seen.withheld or result.seen.numerator else "none recorded"
        return [*found, ("Different treatments", "–", why)]
    return [*found, ("Different treatments", f"{middle:g}", f"half have {low:g} to {high:g}")]


def _tile(found: Share | None, k: int) -> tuple[str, str]:
    if found is None:
        return "–", "none recorded"
    if found.value is None:
        return "–", WITHHELD if found.withheld else "nobody"
    if is_few(found.denominator):
        return of_words(found, k), "too few for a share"
    return percent(found.value), of_words(found, k)


def assessed_title(result: Treatment) -> str:
    """The finding: what is measured at the start and not again."""
    if not result.assessed:
        return "No assessment is recorded"
    again = [row for row in result.assessed if row.measure != ANYTHING and row.again.value is not None]
    rarely = [row for row in again if row.again.value is not None and row.again.value < FINDING_SHARE]
    if not again:
        return "Too few people to show what is measured again"
    if not rarely:
        return "What is measured at the start is mostly measured again by week 12"
    return f"{len(rarely)} of {len(again)} measures are seldom repeated by week 12"


def assessed_caption(result: Treatment) -> str:
    """How to read it, or what is missing."""
    if not result.assessed:
        return (
            "Load assessments.csv (measure, date, value) to see what is measured; the form kit and docs/import.md "
            "show how."
        )
    return (
        "Filled: share of all people measured at the start (28 days before to 14 days after the first visit). "
        "Hollow: share of these measured again in weeks 4 to 12; without it nobody can tell whether it changed."
    )


def assessed_words(row: Assessed, k: int) -> str:
    """ "660 of 663,<br>583 again" for the end of a line."""
    start = of_words(row.at_start, k)
    if row.again.denominator is None or row.at_start.withheld:
        return start
    again = "again not shown" if row.again.withheld else f"{count_words(row.again.numerator, k)} again"
    return f"{start},<br>{again}"


def change_title(result: Treatment) -> str:
    """The finding of the changes from the own baseline."""
    known = [row for row in result.changes if row.change.mean is not None and not is_few(row.change.n)]
    if not known:
        twice = any(row.change.mean is not None for row in result.changes)
        few = "Too few people measured twice to say how strength or step rate changed"
        return few if twice else "No strength or step rate was measured twice"
    parts = [f"{_short(row)} {_rounded(row.change.mean)}" for row in known]
    return f"By week 12, from their own baseline: {', '.join(parts)}"


def change_caption(result: Treatment) -> str:
    """How to read it, and the share that reached the goal."""
    if not result.changes:
        return (
            "Strength needs the same side measured again in weeks 4 to 12; step rate also needs the same speed "
            "(column speed_kmh) both times."
        )
    words = (
        "Mean change in per cent of the patient's own first measurement, same side, with 95 % limits. "
        "Step rate at the same speed; shaded: the +5 to +10 % to reach."
    ).replace(" %", PER_CENT)
    steps = next((row for row in result.changes if row.measure == STEP_RATE), None)
    if steps is None or steps.reached_5_to_10 is None or steps.reached_more is None:
        return words
    return (
        f"{words} Step rate: +5 to +10{PER_CENT} reached by {share_of(steps.reached_5_to_10)}, more by "
        f"{share_of(steps.reached_more)}. Not compared with people who were not treated."
    )


def given_title(result: Treatment) -> str:
    """The finding: what nearly everybody got."""
    known = {name: found.value for name, found in result.given.items() if found.value is not None}
    if not any(known.values()):
        return (
            "No treatment is recorded" if not _any_withheld(result) else "Too few people to show treatments"
        )
    most = max(known, key=lambda name: known[name] or 0.0)
    name, found = TREATMENT_NAMES[most], result.given[most]
    share = of_words(found, result.k) if is_few(found.denominator) else percent(found.value or 0.0)
    return f"Given most often: {name}, to {share} in their first 12 weeks"


def given_caption(result: Treatment) -> str:
    """How to read it, with n."""
    if not sorted_treatments(result):
        return "Load visits.csv with the attended appointments and what was given (column treatments)."
    seen = counted(result.seen.denominator, result.k)
    low, middle, high = result.components
    several = "" if middle is None else f" Half were given {low:g} to {high:g} different ones."
    return f"Share of people given each treatment at least once at an attended visit; {seen}.{several}"


def match_title(result: Treatment) -> str:
    """The finding: whether those with a finding are given what fits it more often than those without."""
    parts = []
    for match in result.matches:
        with_it, without = match.given["yes"], match.given["no"]
        if with_it.value is None or is_few(with_it.denominator):
            continue
        finding, treatment = FINDINGS[match.finding]
        words = f"{treatment} for {percent(with_it.value)} with {finding}"
        if without.value is not None and not is_few(without.denominator):
            words += f" and {percent(without.value)} without"
        parts.append(words)
    title = "; ".join(parts[:2])
    return title[:1].upper() + title[1:] or "Too few findings recorded to see whether treatment fits"


def any_match(result: Treatment) -> bool:
    """Whether it is known of anybody if a finding is there."""
    return any(match.given[state].denominator != 0 for match in result.matches for state in ("yes", "no"))


MATCH_MISSING = (
    "Load assessments.csv with gait and foot findings, and the column tendon_involved of episodes.csv, to see whether "
    "what was given fits what was found."
)


def match_sentence(result: Treatment) -> str:
    """Shockwave where no tendon is involved, said by itself."""
    tendon = next(match for match in result.matches if match.finding == "tendon_involved")
    without = tendon.given["no"]
    if without.value is None:
        return ""
    if without.numerator == 0:
        return f"Nobody of {without.denominator:,} without a tendon involved was given shockwave."
    share = "" if is_few(without.denominator) else f" ({share_of(without)})"
    return (
        f"{of_words(without, result.k)} people without a tendon involved were given shockwave all the same{share}: "
        "worth a look."
    )


def landmark_title(answer: str, found: Landmark) -> str:
    """The finding of a landmark comparison: whether the answers differ more than chance would explain."""
    if found.test is None:
        return f"{ANSWER_TITLES[answer]}: too few people to compare"
    differ = "differs more" if found.test.p < SIGNIFICANT else "differs no more"
    return f"{ANSWER_TITLES[answer]}: back by week 12 {differ} than chance would explain"


def landmark_caption(found: Landmark) -> str:
    """Who is compared, with n, and the test."""
    if len(found.groups) < 2:
        return (
            "Nobody answered by day 28, or all gave the same answer. Ask at visits, and load the answers with "
            "running.csv."
        )
    total = [group.n for group in found.groups if group.n is not None]
    people = counted(sum(total)) if total else "People"
    words = (
        f"{people} followed beyond day 28 and not back by then, by their last answer until that day; "
        f"share back by week 12 with 95{PER_CENT} limits."
    )
    if found.test is None:
        return words
    left_out = [ANSWER_WORDS[name] for name in found.test.left_out]
    aside = f"; left out, under 5 returns: {', '.join(left_out)}" if left_out else ""
    p = "p < 0.001" if found.test.p < 0.001 else f"p = {found.test.p:.2f}"
    return f"{words} Gray's test without those not asked: {p}{aside}."


def relapse_title(groups: tuple[RelapseGroup, ...]) -> str:
    """The finding on pain again, in the words of an association."""
    known = [
        group
        for group in groups
        if group.low.value is not None
        and group.high.value is not None
        and (group.low.denominator or 0) >= MIN_FOLLOWED
    ]
    if len(known) < 2:
        return "Pain again by rehabilitation: too few people to compare"
    parts = [
        f"{REHABILITATION_WORDS[group.rehabilitation]} {range_words(group)}"
        for group in (known[0], known[-1])
    ]
    return f"Pain again within a fortnight of the return: {', '.join(parts)}"


def range_words(group: RelapseGroup) -> str:
    """Both ends of what can be known, "17–19 %"."""
    if group.low.value is None or group.high.value is None:
        return WITHHELD if group.low.withheld or group.high.withheld else "–"
    if is_few(group.low.denominator):
        return f"{group.low.numerator} of {group.low.denominator}"
    low, high = f"{100 * group.low.value:.0f}", f"{100 * group.high.value:.0f}"
    return f"{low}{PER_CENT}" if low == high else f"{low}–{high}{PER_CENT}"


RELAPSE_CAPTION = (
    "Visits with hip and knee rehabilitation up to the day of the return. The range runs from “all not seen again "
    "are well” to “only those seen again count”. Whoever takes longer to return also comes to more visits."
)


RELAPSE_MISSING = (
    "There is nothing to compare yet. Load visits.csv with the column treatments, and returns as they happen."
)


def horizon_words(found: Horizon) -> str:
    """A share by a day with limits, or why there is none."""
    if found.value is None:
        return WITHHELD if found.known is None else "too few followed"
    words = f"{percent(found.value)} {interval_words(found.low, found.high)}".strip()
    return f"{words}, too few followed" if found.too_few else words


def sorted_treatments(result: Treatment) -> list[str]:
    """Treatments, the most frequent first; none where none is recorded."""
    if not any(found.numerator or found.withheld for found in result.given.values()):
        return []
    return sorted(result.given, key=lambda name: -(result.given[name].value or 0.0))


def sorted_measures(result: Treatment) -> list[Assessed]:
    """Measures in the order of the list above."""
    order = list(MEASURES)
    return sorted(result.assessed, key=lambda row: order.index(row.measure))


def change_words(row: OwnChange, k: int) -> str:
    """ "+16.8 % (16.1 to 17.5), 431 people"."""
    if row.change.mean is None:
        return WITHHELD if row.change.withheld else "–"
    limits = (
        ""
        if row.change.low is None or row.change.high is None
        else f" ({_plain(row.change.low)} to {_plain(row.change.high)})"
    )
    return f"{_signed(row.change.mean)}{limits}, {counted(row.change.n, k)}"


def _short(row: OwnChange) -> str:
    return MEASURES[row.measure].removesuffix(" (force)").removesuffix(" strength")


def _signed(value: float | None) -> str:
    return with_minus(f"{value or 0.0:+.1f}{PER_CENT}")


def _rounded(value: float | None) -> str:
    return with_minus(f"{value or 0.0:+.0f}{PER_CENT}")


def _plain(value: float) -> str:
    return with_minus(f"{value:.1f}")


def _any_withheld(result: Treatment) -> bool:
    return any(found.withheld for found in result.given.values())
