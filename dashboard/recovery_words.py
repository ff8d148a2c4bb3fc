"""The sentences of the page Return to running: tests, differences, relapse, intake, visits, follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dashboard import trend_words
from dashboard.names import FIELD_NAMES, group_label, group_phrase
from dashboard.sections.follow_up import FollowUpResult
from dashboard.sections.intake_periods import IntakePeriodsResult, ShownPeriod
from dashboard.sections.relapse import RelapseResult
from dashboard.sections.retention import GroupRetention, RetentionResult
from dashboard.sections.visits import VisitQuartiles, VisitsResult
from dashboard.stats.difference import Difference
from dashboard.stats.gray import GrayTest
from dashboard.stats.intake_periods import PeriodShare
from dashboard.stats.log_rank import LogRank
from dashboard.stats.outlook import Conditional
from dashboard.stats.survival import MIN_FOLLOWED, Horizon
from dashboard.summary import OutcomeSummary
from dashboard.wording import (
    PER_CENT,
    counted,
    interval_words,
    is_few,
    long_date,
    no_figure_words,
    percent,
    time_words,
    with_minus,
)

SHARE_TOO_FEW = "Too few people to show a share. Choose a longer period or fewer filters."
GROUPINGS = {
    "none": "Everybody",
    "condition": "Condition",
    "symptom_duration": "Symptom duration",
    "earlier_episodes": "Earlier episodes",
    "site": "Site",
}
PANELS = {
    "lasting": "does it last?",
    "first-visits": "by first visit",
    "losses": "where we lose people",
    "sureness": "how sure are we?",
}
"""Panels of the page by their anchors, for the links at its top."""
PAIN_AGAIN_LINE = (
    f"The line: share with pain again since the return, with its 95{PER_CENT} band, dotted where too few are still "
    "followed; it leans on those who are still seen, so it reads too high."
)
SIGNIFICANT = 0.05
NO_VISITS = (
    "No visits after the first are recorded, so nothing can be said about who stays. Load visits.csv with the "
    "attended appointments."
)


def test_words(test: GrayTest | LogRank) -> str:
    """A test in words: statistic, degrees of freedom, p and who was left out."""
    p = "p < 0.001" if test.p < 0.001 else f"p = {test.p:.3f}" if test.p < 0.1 else f"p = {test.p:.2f}"
    left = f"; left out: {', '.join(map(group_label, test.left_out))}" if test.left_out else ""
    return f"χ² = {test.statistic:.2f}, {test.df} df, {p}{left}"


def test_sentence(summary: OutcomeSummary) -> str:
    """Do the groups differ? Gray's test first where anybody stopped, as the curve counts stops; "" without a test."""
    found, field = summary.comparison, FIELD_NAMES.get(summary.by or "", summary.by or "")
    within = ""
    if found.stratified_by:
        within = f", within {FIELD_NAMES.get(found.stratified_by, found.stratified_by)}"
    speed = found.log_rank and f"(log-rank test{within}: {test_words(found.log_rank)})"
    if found.gray is None or not any(group.stopped != 0 for group in summary.groups):
        if found.log_rank is None:
            return ""
        differ = "differs" if found.log_rank.p < SIGNIFICANT else "does not differ"
        return f"How fast people are back {differ} by {field} more than chance would explain {speed}."
    differ = "differ" if found.gray.p < SIGNIFICANT else "do not differ"
    shares = (
        f"Shares back {differ} by {field} more than chance would explain (Gray's test{within}: "
        f"{test_words(found.gray)})"
    )
    if found.log_rank is None:
        return f"{shares}."
    shares_differ, speeds_differ = found.gray.p < SIGNIFICANT, found.log_rank.p < SIGNIFICANT
    joined = {
        (True, True): "and so does the speed among those still trying",
        (False, False): "nor does the speed among those still trying",
        (True, False): "but not the speed among those still trying",
        (False, True): "but the speed among those still trying does",
    }[shares_differ, speeds_differ]
    return f"{shares}, {joined} {speed}."


def difference_sentence(difference: Difference) -> str:
    """ "By week 12, 9 points fewer are back at north than at harbour (−18 to 0)." """
    groups = f"{group_phrase(difference.group)} than {group_phrase(difference.reference)}"
    if difference.value is None:
        return (
            f"By {time_words(difference.day)} the two groups cannot be compared yet: too few still followed."
        )
    points = round(100 * difference.value)
    size = (
        f"{abs(points)} points {'more' if points > 0 else 'fewer'} are back" if points else "as many are back"
    )
    limits = difference_limits(difference)
    few = ", too few still followed" if difference.too_few else ""
    return f"By {time_words(difference.day)}, {size} {groups} ({limits}{few})."


def difference_limits(difference: Difference) -> str:
    """Limits in points, "−18 to 3"."""
    if difference.low is None or difference.high is None:
        return "no interval"
    return with_minus(f"{100 * difference.low:.0f} to {100 * difference.high:.0f}")


def relapse_title(result: RelapseResult) -> str:
    """The finding: how many returns lasted a fortnight, or as far as the line says it."""
    low, high = result.fortnight.low, result.fortnight.high
    if low is None or high is None:
        later = _pain_again_later(result)
        if later is None:
            nobody = not result.shared and result.fortnight.returned and not result.fortnight.known
            return f"Does a return last? {'Nobody was asked again' if nobody else 'Too few to say'}"
        return f"Pain again within {later.day} days of the return: {horizon_words(later)}"
    if is_few(result.fortnight.returned):
        return (
            f"Pain again within 14 days: {result.fortnight.relapsed} of {result.fortnight.returned} who returned, too "
            "few for a share"
        )
    return f"{range_words(low, high)} of those back had pain again within 14 days"


def _pain_again_later(result: RelapseResult) -> Horizon | None:
    """The first day on which the line may be read, better one on which enough are followed."""
    known = [item for item in result.relapsed_by if item.value is not None and result.curve is not None]
    return min(known, key=lambda item: (item.too_few, item.day), default=None)


def relapse_caption(result: RelapseResult) -> str:
    """How to read the range, with its numbers."""
    found = result.fortnight
    if found.low is None and not result.shared:
        return "Nobody has been back for 14 days yet."
    if found.low is None:
        drawn = _pain_again_later(result) is not None
        return (
            f"Within 14 days: too few people to show a share. {PAIN_AGAIN_LINE}" if drawn else SHARE_TOO_FEW
        )
    if not found.known and not result.shared:
        return (
            f"{found.returned:,} returned at least 14 days before the data end, and nobody was seen or asked again "
            "since. Ask 14 days after a return, and again after 6 months: the page To ask lists who is due."
        )
    if is_few(found.returned) and not result.shared:
        return (
            f"A share and its curve are shown from {MIN_FOLLOWED} returns on that are 14 days old. Ask 14 days after "
            "each return: the page To ask lists who is due."
        )
    low, high = found.low, found.high
    why = (
        " It is a range because people with pain come back and people who are well do not."
        if high is not None and percent(low) != percent(high)
        else ""
    )
    return (
        f"{found.relapsed:,} of {found.returned:,} who returned at least 14 days before the data end, or of the "
        f"{found.known:,} who relapsed or were seen again after 14 days.{why} {PAIN_AGAIN_LINE}"
    )


def sustained_caption(result: RelapseResult) -> str:
    """How to read the columns there are: the last one is not in figures to share."""
    lasting = (
        "Back for at least 14 days: back by a fortnight earlier, less those with pain again within 14 days, at both "
        "ends of that range."
    )
    if not result.running:
        return lasting
    if not result.asked_again:
        return (
            f"{lasting} Running without pain on that day is not known: nobody was asked about running again after the "
            "return. Ask 14 days after each return: the page To ask lists who is due."
        )
    return (
        f"{lasting} Running without pain on that day: pain again takes people out, a later answer brings them back; "
        "unless somebody asked again it is a lower bound."
    )


def sustained_title(result: RelapseResult, back: Horizon) -> str:
    """The finding: how many of those back by a day are back for good."""
    found = next((item for item in result.sustained if item.day == back.day), None)
    if found is None or found.low is None or found.high is None or back.value is None:
        return "Back for good"
    return (
        f"By {time_words(back.day)}, {percent(back.value)} are back, {range_words(found.low, found.high)} for at least "
        "14 days"
    )


def sustained_words(low: float | None, high: float | None, *, shared: bool) -> str:
    """A range without an interval, or that there is none to show."""
    return no_figure_words(shared=shared) if low is None or high is None else range_words(low, high)


def range_words(low: float, high: float) -> str:
    """ "10–11 %", one figure where both ends read alike."""
    if percent(low) == percent(high):
        return percent(low)
    return f"{100 * low:.0f}–{percent(high)}"


def intake_title(result: IntakePeriodsResult) -> str:
    """The finding: the first and the last mature period."""
    mature = [period.share for period in result.periods if is_read(period)]
    if not mature:
        complete = any(period.share.mature for period in result.periods)
        why = "too few people in every complete period" if complete else "no period is complete yet"
        return f"Back by week 12, by first visit: {why}"
    if len(mature) == 1:
        share = percent(mature[0].value or 0)
        return f"{share} of those who first came in {period_words(mature[0])} were back by week 12"
    low = min(mature, key=lambda share: share.value or 0)
    high = max(mature, key=lambda share: share.value or 0)
    return (
        f"Back by week 12 varies between {percent(low.value or 0)} ({period_words(low)}) and "
        f"{percent(high.value or 0)} ({period_words(high)})"
    )


def is_read(period: ShownPeriod) -> bool:
    """Whether a period is mature and has a share of enough people."""
    return period.share.mature and period.share.value is not None and not is_few(period.started)


def intake_caption(result: IntakePeriodsResult) -> str:
    """How to read the periods; joined ones are said."""
    if not any(period.share.value is not None for period in result.periods):
        return SHARE_TOO_FEW if result.shared else _complete_from(result)
    units = {period.share.unit for period in result.periods}
    joined = ""
    if units != {"month"}:
        kinds = " and ".join(f"{unit}s" for unit in ("quarter", "half-year") if unit in units)
        joined = f" Months with fewer than {result.smallest} starters are joined into {kinds}."
    drawn = [period for period in result.periods if period.share.value is not None]
    grey = ""
    if any(not period.share.mature for period in drawn):
        grey += " Grey, open: not everybody could be followed to week 12 yet, so the figure may still move."
    if any(period.share.mature and not is_read(period) for period in drawn):
        grey += f" Grey, open: fewer than {MIN_FOLLOWED} people."
    chance = " Whether they differ by more than chance, the page Trends says." if len(drawn) > 1 else ""
    return (
        f"People are counted in the period in which they first came, however long it took: {_people_a_period(drawn)}. "
        f"Lines up and down: 95{PER_CENT} interval.{chance}{joined}{grey}"
    )


def _people_a_period(drawn: Sequence[ShownPeriod]) -> str:
    """How many stand behind each point of the chart."""
    sizes = [period.started for period in drawn if period.started is not None]
    fewest, most = min(sizes), max(sizes)
    if len(drawn) == 1:
        return f"{counted(most)} in it"
    return f"{counted(most)} in each" if fewest == most else f"{fewest:,} to {counted(most)} in each"


def _complete_from(result: IntakePeriodsResult) -> str:
    """When the first period will have a figure."""
    if not result.periods:
        return "Nobody started in these months. Choose a longer period or fewer filters."
    first = result.periods[0].share
    day = first.last_day + timedelta(days=result.day)
    if first.mature:
        return "Nobody in the complete periods was followed to week 12. Ask the people on the page To ask."
    return (
        f"The first period, {period_words(first)}, is complete on {long_date(day)}, when everybody in it has had 12 "
        "weeks. Load newer data then."
    )


def period_words(share: PeriodShare) -> str:
    """ "May 2024", "Apr–Jun 2024", "Jan–Jun 2024": a period has one name everywhere."""
    return trend_words.period_words(share.first_day, share.last_day)


def retention_title(result: RetentionResult) -> str:
    """The finding: how many of 100 come a second time and still in week 12."""
    everybody = result.groups[0]
    last = everybody.by_week[-1].share if everybody.by_week else None
    if not result.recorded or last is None or last.value is None:
        return "Where we lose people"
    if is_few(everybody.started):
        return f"{last.numerator} of {last.denominator} who started still came in week {everybody.by_week[-1].step}"
    return f"Of 100 who start, {100 * last.value:.0f} still come in week {everybody.by_week[-1].step}"


def retention_caption(result: RetentionResult) -> str:
    """Of whom, and that leaving is no failure by itself."""
    everybody = result.groups[0]
    if not result.recorded:
        return NO_VISITS
    if everybody.started == 0:
        return "Nobody started 12 weeks before the data end yet."
    if all(item.share is None for item in (*everybody.by_visit, *everybody.by_week)):
        return SHARE_TOO_FEW
    if is_few(everybody.started):
        return (
            f"The steps from visit 2 to week 12 are drawn from {MIN_FOLLOWED} people on who first came at least 12 "
            "weeks before the data end."
        )
    marks = " Bars: everybody; marks: sites." if len(result.groups) > 1 else ""
    return (
        f"Of {everybody.started:,} in the curve who first came at least 12 weeks before the data end: attended that "
        f"visit, or any visit in that week or later.{marks} Who is well stops coming, so leaving is not failure by "
        "itself."
    )


def steps_of(group: GroupRetention) -> list[tuple[str, float | None]]:
    """The steps in order with their share."""
    visits = [(f"visit {item.step}", item.share) for item in group.by_visit]
    weeks = [(f"week {item.step}", item.share) for item in group.by_week]
    return [(words, share.value if share else None) for words, share in (*visits, *weeks)]


def visits_sentence(result: VisitsResult) -> str:
    """Median visits per course and to the return."""
    course, back = result.per_episode[0], result.to_return[0]
    if course.median is None and back.median is None:
        return "Too few people to say how many visits it takes."
    if is_few(course.n):
        return (
            f"Too few people to say how many visits it takes: {course.n} so far, {MIN_FOLLOWED} are needed."
        )
    return (
        f"A course takes {quartile_words(course)} visits, a return {quartile_words(back)}: the median, in brackets "
        "the middle half of people."
    )


def quartile_words(quartiles: VisitQuartiles, *, shared: bool = False) -> str:
    """ "6 (5–8)": median and quartiles."""
    if quartiles.median is None:
        return no_figure_words(shared=shared and quartiles.n != 0)
    return f"{quartiles.median:.0f} ({quartiles.lower:.0f}–{quartiles.upper:.0f})"


def engaged_sentence(result: VisitsResult) -> str:
    """The landmark comparison, as an association."""
    found = result.landmark
    if found is None:
        return "Too few people to compare those who keep their appointments with the others."
    if found.difference is None:
        return (
            "Those who keep their appointments and the others cannot be compared yet: too few are followed."
        )
    return (
        f"Of those not back by day 28, {_landmark_words(found.engaged)} of people who attended at least "
        f"{result.engaged_share}{PER_CENT} of their appointments until then were back by week 12, and "
        f"{_landmark_words(found.not_engaged)} of the others. This is an association, not an effect: people who do "
        "well or badly may keep fewer appointments."
    )


def _landmark_words(found: Conditional) -> str:
    limits = interval_words(found.low, found.high)
    return f"{percent(found.value or 0)} {limits}".strip() + (" (too few followed)" if found.too_few else "")


def dates_sentence(result: FollowUpResult) -> str:
    """Whether the returns carry the day of the run or of the visit."""
    share = result.on_visit_day
    if share is None or share.value is None or is_few(share.denominator):
        return ""
    of_all = f"({share.numerator:,} of {share.denominator:,})"
    words = f"{percent(share.value)} of the returns {of_all} are dated on a visit day."
    if not result.probably_visit_dates:
        return words
    gap = (
        ""
        if result.visit_gap_days is None
        else f" by up to {result.visit_gap_days:.0f} days (the median gap)"
    )
    return (
        f"{words} These dates are probably visit dates: the curve is late{gap}. Ask for the day of the first run "
        "that counted."
    )


def follow_up_sentence(result: FollowUpResult, known: str = "week 12") -> str:
    """How long people were in view, and of how many the state is known."""
    parts = []
    if result.follow_up_median_days is not None:
        parts.append(f"Half were in view for {result.follow_up_median_days} days or longer.")
    share = result.known
    if share and share.value is not None:
        of_all = "" if is_few(share.denominator) else f" ({percent(share.value)})"
        parts.append(
            f"Of {share.denominator:,} who first came at least 12 weeks before the data end, it is known of "
            f"{share.numerator:,}{of_all} whether they were back by {known}."
        )
    return " ".join(parts)


def horizon_words(horizon: Horizon, *, shared: bool = False) -> str:
    """A share with its limits, or that there is none to show."""
    if horizon.value is None:
        return no_figure_words(shared=shared)
    few = ", too few followed" if horizon.too_few else ""
    return f"{percent(horizon.value)} {interval_words(horizon.low, horizon.high)}".strip() + few
