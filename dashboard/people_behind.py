"""Which lists stand behind the counts of a result, with their sizes: what a button says, and what it opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.group_summary import CLASSES
from dashboard.names import CLASS_NAMES, CONDITION_SHORT, group_name
from dashboard.people_titles import title_of
from dashboard.recovery_words import period_words
from dashboard.sections.completeness import Known
from dashboard.sections.follow_up import FollowUpResult
from dashboard.sections.intake_periods import IntakePeriodsResult
from dashboard.sections.pain_scales import PainSection
from dashboard.sections.relapse import RelapseResult
from dashboard.sections.retention import GroupRetention
from dashboard.sections.treatment import Treatment
from dashboard.sections.trend_charts import Trend
from dashboard.sections.trend_series import Value
from dashboard.sections.units import UnitsBy
from dashboard.sections.visits import VisitsResult
from dashboard.stats.process import Share
from dashboard.stats.retention import ENGAGED_VISITS
from dashboard.summary import OutcomeSummary
from dashboard.treatment_words import ANSWER_TITLES, FINDINGS, TREATMENT_NAMES
from dashboard.treatment_words import MEASURES as ASSESSED_NAMES
from dashboard.trend_words import period_of
from dashboard.wording import count_words
from sql.queries.people_lists import PeopleList

Lists = Mapping[PeopleList, str]
GroupedLists = Mapping[str, Lists]
FORTNIGHT = 14
WHERE_THEY_STOOD = {
    "returned": "returned",
    "followed": "at_risk",
    "stopped": "stopped",
    "censored": "censored",
}


def button(wanted: PeopleList, count: int | None) -> str:
    """Title and size, without a size that may not be shown; the group stands above the buttons."""
    words = title_of(PeopleList(wanted.kind, wanted.name))
    return words if count is None else f"{words} ({count:,})"


def _some(found: Iterable[tuple[PeopleList, int | None]]) -> dict[PeopleList, str]:
    """Lists that are not empty."""
    return {wanted: button(wanted, count) for wanted, count in found if count != 0}


def became_lists(summary: OutcomeSummary) -> Lists:
    """The six classes of what became of everybody who started, with their sizes; empty ones are left out."""
    return {
        PeopleList("became", name): f"{CLASS_NAMES[name].capitalize()} ({count_words(count, summary.k)})"
        for name in CLASSES
        if (count := getattr(summary.everybody.became, name)) != 0
    }


def curve_lists(summary: OutcomeSummary, days: Iterable[int]) -> GroupedLists:
    """Per group of the curve: who is in it, and where they stood on some days."""
    found: dict[str, Lists] = {}
    for group in summary.groups:
        part = (summary.by, group.group) if summary.by else None
        lists = [(PeopleList("curve", "all", group=part), group.episodes)]
        for day in days if group.curve else ():
            row = group.curve.state_at(day)  # type: ignore[union-attr]
            lists += [
                (PeopleList("at", f"{state}:{day}", group=part), _shown(summary, getattr(row, column)))
                for state, column in WHERE_THEY_STOOD.items()
            ]
        short = CONDITION_SHORT.get(group.group) if summary.by == "condition" else None
        found[short or group_name(group.group).capitalize()] = _some(lists)
    return {heading: lists for heading, lists in found.items() if lists}


def _shown(summary: OutcomeSummary, count: int) -> int | None:
    """Rounded counts below k say only that."""
    return None if summary.audience == "sharing" and 0 < count < summary.k else count


def left_out_lists(summary: OutcomeSummary) -> Lists:
    """Who stands outside the curve, by the first reason."""
    names = ("later_episode", "other_goal", "goal_unknown", "red_flag", "already_running")
    return _some((PeopleList("left_out", name), getattr(summary.excluded, name)) for name in names)


def pain_again_lists(result: RelapseResult) -> Lists:
    """Those with pain again within a fortnight."""
    found = result.fortnight
    return _some([(PeopleList("pain_again", str(FORTNIGHT)), None if found.low is None else found.relapsed)])


def gone_lists(everybody: GroupRetention) -> Lists:
    """Who no longer came, step by step."""
    steps = [("visit", stayed) for stayed in everybody.by_visit]
    steps += [("week", stayed) for stayed in everybody.by_week]
    return _some(
        (PeopleList("gone", f"{unit}:{stayed.step}"), stayed.share.denominator - stayed.share.numerator)
        for unit, stayed in steps
        if stayed.share is not None
    )


def follow_up_lists(result: FollowUpResult) -> Lists:
    """Whose state at week 12 is known, and whose return is dated on a visit day."""
    found: list[tuple[PeopleList, int | None]] = []
    if result.known is not None:
        found.append((PeopleList("known", "running_week_12"), result.known.numerator))
        missing = result.known.denominator - result.known.numerator
        found.append((PeopleList("missing", "running_week_12"), missing))
    if result.on_visit_day is not None:
        found.append((PeopleList("return_on_visit_day", "all"), result.on_visit_day.numerator))
    return _some(found)


def completeness_lists(measures: Iterable[Known]) -> GroupedLists:
    """Of each measure, those of whom it is missing and those of whom it is known."""
    due = [known for known in measures if known.due != 0]
    missing = ((PeopleList("missing", known.measure), _missing(known)) for known in due)
    there = ((PeopleList("known", known.measure), known.known) for known in due)
    return {"Missing": _some(missing), "Known": _some(there)}


def _missing(known: Known) -> int | None:
    return None if known.due is None or known.known is None else known.due - known.known


def score_lists(section: PainSection) -> Lists:
    """Who was scored at the start and in each window, and who was not although it is over."""
    scale = f"{section.asked.instrument}:{section.asked.context}"
    found = [(PeopleList("no_first_score", scale), section.baseline.without_score)]
    for change in section.changes:
        name = f"{scale}:{change.window.first_day}:{change.window.last_day}"
        found.append((PeopleList("scored", name), change.scored))
        found.append((PeopleList("unscored", name), change.without_score))
    return _some(found)


def responder_lists(section: PainSection) -> GroupedLists:
    """Per window, who improved by each threshold and who did not, of those scored twice."""
    scale = f"{section.asked.instrument}:{section.asked.context}"
    found: dict[str, dict[PeopleList, str]] = {}
    for row in section.responders:
        window, threshold, share = row.window, row.threshold, row.of_scored
        days = f"{window.first_day}:{window.last_day}:{window.middle_day}"
        name = f"{scale}:{days}:{threshold.kind}:{threshold.threshold:g}"
        missed = None
        if share.numerator is not None and share.denominator is not None:
            missed = share.denominator - share.numerator
        lists = [(PeopleList("improved", name), share.numerator), (PeopleList("not_improved", name), missed)]
        found.setdefault(window.name.capitalize(), {}).update(_some(lists))
    return found


def visit_lists(result: VisitsResult) -> Lists:
    """Who kept the first weeks' appointments and who did not, and who came for unusually many or few visits."""
    kept, course = f"{result.engaged_share}:{ENGAGED_VISITS}", result.per_episode[0]
    found: list[tuple[PeopleList, int | None]] = []
    if result.landmark is not None:
        found.append((PeopleList("kept_early", kept), result.landmark.engaged.n))
        found.append((PeopleList("not_kept_early", kept), result.landmark.not_engaged.n))
    if course.lower is not None and course.upper is not None:
        found.append((PeopleList("fewer_visits", f"{course.lower:.0f}"), None))
        found.append((PeopleList("more_visits", f"{course.upper:.0f}"), None))
    return _some(found)


def rehabilitation_lists(result: Treatment) -> Lists:
    """Who returned after so much rehabilitation."""
    return _some(
        (PeopleList("after_rehabilitation", group.rehabilitation), group.low.denominator)
        for group in result.relapse
    )


def given_lists(result: Treatment) -> GroupedLists:
    """Per treatment, who was given it and who was not."""
    return {
        TREATMENT_NAMES[name].capitalize(): _some(
            [(PeopleList("given", name), share.numerator), (PeopleList("not_given", name), rest(share))]
        )
        for name, share in result.given.items()
        if not share.withheld
    }


def fitting_lists(result: Treatment) -> Lists:
    """With a finding, and not given what fits it."""
    return _some(
        (PeopleList("without_what_fits", match.finding), rest(match.given["yes"]))
        for match in result.matches
        if match.finding in FINDINGS and "yes" in match.given
    )


def measured_lists(result: Treatment) -> GroupedLists:
    """Per measure, who did not have it at the start, or not again."""
    return {
        ASSESSED_NAMES.get(row.measure, row.measure).capitalize(): _some(
            [
                (PeopleList("not_measured", row.measure), rest(row.at_start)),
                (PeopleList("not_measured_again", row.measure), rest(row.again)),
            ]
        )
        for row in result.assessed
        if not row.at_start.withheld
    }


def answer_lists(result: Treatment) -> GroupedLists:
    """Per question of day 28, who gave which answer."""
    return {
        ANSWER_TITLES[answer]: _some(
            (PeopleList("answered", f"{answer}:{group.answer}"), group.n) for group in found.groups
        )
        for answer, found in result.landmark.items()
    }


def intake_lists(result: IntakePeriodsResult) -> GroupedLists:
    """Per period of first visits, the newest first: who is in the curve, and who was back by week 12."""
    found: dict[str, Lists] = {}
    for period in reversed(result.periods):
        days = (period.share.first_day, period.share.last_day)
        back = period.share.returned if period.share.value is not None else None
        found[period_words(period.share)] = _some(
            [
                (PeopleList("curve", "all", days=days), period.started),
                (PeopleList("at", f"returned:{result.day}", days=days), back),
            ]
        )
    return found


def unit_lists(found: UnitsBy) -> Lists:
    """Per therapist or site, the people that its figures rest on."""
    points = found.funnel.points if found.funnel else ()
    return {
        PeopleList("settled", "all", group=(found.by, point.unit.unit)): (
            f"{point.unit.unit} ({point.unit.episodes:,})"
        )
        for point in points
    }


COMPLETENESS_OF = {
    "baseline_score": "baseline_score",
    "score_at_6_weeks": "week_6_score",
    "score_at_12_weeks": "week_12_score",
    "known_at_12_weeks": "running_week_12",
    "known_at_26_weeks": "running_week_26",
}
WEEKS_8_TO_12 = "56:84"


def trend_lists(trend: Trend) -> GroupedLists:
    """Per period of a trend that counts people, the newest first, those whom its point counts."""
    if trend.measure.of != "people":
        return {}
    return {period_of(point.value): _some(_of_point(trend, point.value)) for point in reversed(trend.points)}


def _of_point(trend: Trend, value: Value) -> list[tuple[PeopleList, int | None]]:
    days, name = (value.first_day, value.last_day), trend.measure.name
    if measure := COMPLETENESS_OF.get(name):
        missing = None if value.n is None or value.met is None else value.n - value.met
        return [
            (PeopleList("missing", measure, days=days), missing),
            (PeopleList("known", measure, days=days), value.met),
        ]
    if name == "pain_change" and trend.detail:
        scale = ":".join((*trend.detail, WEEKS_8_TO_12))
        return [(PeopleList(kind, scale, days=days), None) for kind in ("scored", "unscored")]
    return [(PeopleList("curve", "all", days=days), None if name == "intake" else value.n)]


def rest(share: Share) -> int | None:
    """The others: None where it may not be said, 0 where there is nobody."""
    if share.numerator is None or share.denominator is None:
        return None if share.withheld else 0
    return share.denominator - share.numerator
