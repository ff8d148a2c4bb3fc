"""Trends in words: names, values, findings, and how to read a chart."""

from __future__ import annotations

from datetime import date

from dashboard.sections.trend_charts import Trend, TrendPoint
from dashboard.sections.trend_measures import Measure
from dashboard.sections.trend_series import Value
from dashboard.sections.trends import Trends
from dashboard.wording import PER_CENT, WITHHELD, count_words, percent, with_minus

MEASURE_NAMES = {
    "intake": "People starting",
    "back_by_12_weeks": "Back running by week 12",
    "pain_change": "Median change of pain",
    "baseline_score": "Score at the first visit",
    "score_at_6_weeks": "Score in weeks 4 to 6",
    "score_at_12_weeks": "Score in weeks 8 to 12",
    "known_at_12_weeks": "Status known at week 12",
    "known_at_26_weeks": "Status known at week 26",
    "did_not_attend": "Missed visits",
    "cancelled": "Cancelled visits",
}
UNIT_NAMES = {"month": "months", "quarter": "quarters", "half-year": "half-years"}
DIRECTION_WORDS = {"higher": "higher is better", "lower": "lower is better", "neither": "no better direction"}
CHANCE = (
    f"With ten measures, one shows a sign by chance alone in about 15{PER_CENT} of months: look for a reason before "
    "you act."
)
FEWEST_POINTS = 7
"""So many points the rules for a change need; of fewer, a quiet series says nothing."""
YEAR_DAYS = 365
Row = dict[str, str]


def measure_name(measure: Measure) -> str:
    """What it is called."""
    return MEASURE_NAMES[measure.name]


def value_words(measure: Measure, value: float | None) -> str:
    """A value in its unit: "56 %", "25", "−2.0 points"."""
    if value is None:
        return "–"
    if measure.in_per_cent:
        return percent(min(max(value, 0.0), 1.0))
    if measure.kind == "median":
        return with_minus(f"{value:.1f} points")
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"


def period_words(first_day: date, last_day: date) -> str:
    """Mar 2026, or Jan–Mar 2026."""
    if (first_day.year, first_day.month) == (last_day.year, last_day.month):
        return f"{first_day:%b %Y}"
    return f"{first_day:%b}–{last_day:%b %Y}"


def variation_words(trend: Trend) -> str:
    """The icon of the last point, with its sign and word."""
    last = trend.last
    if last is None:
        states = {point.value.state for point in trend.points}
        return "… too few" if "withheld" in states else "… too early" if "not yet" in states else "… no data"
    if _too_short(trend):
        points = len(trend.counted)
        return "… one point" if points == 1 else f"… {points} points"
    if last.kind == "common cause":
        return "∿ steady"
    sign = "▲" if last.direction > 0 else "▼"
    word = {"improvement": "better", "concern": "worse", "neutral": "changed"}[last.kind]
    return f"{sign} {word}"


def assurance_words(trend: Trend) -> str:
    """Whether the target is met, with its sign and word."""
    if trend.target is None:
        return "–"
    words = {"consistently meets": "✓ met", "consistently misses": "✗ missed", "hit or miss": "? mixed"}
    return words[trend.assurance] if trend.assurance else "… unclear"


def period_of(value: Value) -> str:
    """The period of a value."""
    return period_words(value.first_day, value.last_day)


def title(trend: Trend) -> str:
    """The finding of a chart."""
    name, last = measure_name(trend.measure), trend.last
    if last is None:
        return f"{name}: nothing to show yet"
    if _too_short(trend):
        value, points = value_words(trend.measure, last.value.value), len(trend.counted)
        so_far = (
            "the only point so far" if points == 1 else f"{points} points so far, too few to see a change"
        )
        return f"{name}: {value} in {period_of(last.value)}, {so_far}"
    if last.kind == "common cause":
        mean = value_words(trend.measure, last.mean)
        return f"{name}: no real change, {mean} on average"
    word = {"improvement": "better", "concern": "worse", "neutral": "changed"}[last.kind]
    return f"{name}: {word}, {rule_words(trend, last)}"


def since_words(trend: Trend) -> str:
    """ ", since Dec 2025": the period in which a finding began that is a run on one side of the mean; else nothing."""
    last = trend.last
    if last is None or last.rule != "7 on one side" or trend.suggested is None:
        return ""
    first = next(point.value for point in trend.counted if point.value.first_day == trend.suggested)
    return f", since {period_of(first)}"


def worse_words(trends: Trends) -> tuple[tuple[str, str], ...]:
    """Code and finding of each measure that is getting worse, as its chart says it."""
    return tuple(
        (trend.measure.name, title(trend) + since_words(trend))
        for trend in trends.trends
        if trend.variation == "concern"
    )


def _too_short(trend: Trend) -> bool:
    """Whether a quiet series is quiet because it has hardly begun."""
    return len(trend.counted) < FEWEST_POINTS and trend.last is not None and trend.last.kind == "common cause"


def rule_words(trend: Trend, point: TrendPoint) -> str:
    """Why a point stands out."""
    up, periods = point.direction > 0, UNIT_NAMES[trend.unit]
    return {
        "outside the limits": f"{period_of(point.value)} lies {'above the upper' if up else 'below the lower'} limit",
        "7-point trend": f"{'rising' if up else 'falling'} 7 {periods} in a row",
        "2 of 3 near a limit": f"2 of 3 {periods} near the {'upper' if up else 'lower'} limit",
        "7 on one side": f"7 or more {periods} in a row {'above' if up else 'below'} the mean",
        None: "",
    }[point.rule]


def caption(trend: Trend, trends: Trends, provisional: str = "grey and open") -> str:
    """How to read the chart: n, limits, target, what is missing, or provisional and how that is drawn."""
    if trend.last is None:
        return empty_sentence(trend)
    parts = [_last_sentence(trend, trends.k), _limits_sentence(trend), _target_sentence(trend)]
    parts += [_joined_sentence(trend, trends), _missing_sentence(trend, provisional)]
    return " ".join(part for part in parts if part)


def empty_sentence(trend: Trend) -> str:
    """What is missing for a chart, and what would help."""
    if any(point.value.state == "withheld" for point in trend.points):
        return "Too few people in each period to share a figure. Choose fewer filters."
    days = trend.measure.mature_days
    if not trend.points or all(point.value.state == "nobody" for point in trend.points):
        return "There is nothing recorded to count. Record it at visits, or choose fewer filters."
    return (
        f"The first whole month is counted {days} days after its last day. Load newer data then, or choose a "
        "longer period."
    )


def rebase_sentences(trend: Trend, *, with_reasons: bool) -> list[str]:
    """New limits, with the reasons in the clinic's own words or without."""
    return [
        f"New limits from {rebase.month:%B %Y}" + (f": {rebase.reason}" if with_reasons else "")
        for rebase in trend.rebases
    ]


def summary_rows(trends: Trends) -> list[dict[str, object]]:
    """The small table of all measures: last value, variation, target, and the series for a sparkline."""
    return [
        {
            "measure": measure_name(trend.measure),
            "variation": variation_words(trend),
            "last": _last_words(trend, trends.as_of),
            "target": assurance_words(trend),
            "series": [_drawn(trend.measure, point.value.value) for point in trend.counted],
        }
        for trend in trends.trends
    ]


def _last_words(trend: Trend, as_of: date) -> str:
    """The last value and of when it is, "61 % (Jul)"; with its year where that is not the latest July."""
    if trend.last is None:
        return "–"
    last, when = trend.last.value, period_of(trend.last.value)
    if (as_of - last.first_day).days < YEAR_DAYS:
        when = when.rpartition(" ")[0]
    return f"{value_words(trend.measure, last.value).removesuffix(' points')} ({when})"


def point_rows(trend: Trend, k: int) -> list[Row]:
    """A chart's numbers, a row per period."""
    return [
        {
            "first visit in" if trend.measure.of == "people" else "visits in": period_of(point.value),
            measure_name(trend.measure): _value_cell(trend, point),
            trend.measure.of: _count(point.value.n, point, k),
            **(
                {"with both scores": _count(point.value.met, point, k)}
                if trend.measure.kind == "median"
                else {}
            ),
            "mean": value_words(trend.measure, point.mean),
            "limits": _limits_words(trend, point.lower, point.upper),
            "finding": rule_words(trend, point) or "–",
        }
        for point in trend.points
    ]


def hover_words(trend: Trend, point: TrendPoint, k: int) -> str:
    """A point in words."""
    value = point.value
    shown = value.value if value.value is not None else point.provisional
    words = f"<b>{period_of(value)}</b><br>{value_words(trend.measure, shown)}"
    if trend.measure.kind != "count" and value.n is not None:
        words += f", {_counted(value.n, trend, point, k)}"
    if value.state == "not yet":
        return f"{words}<br>provisional"
    return f"{words}<br>{rule_words(trend, point)}" if point.rule else words


def _drawn(measure: Measure, value: float | None) -> float | None:
    return None if value is None else round(100 * value if measure.in_per_cent else value, 2)


def _count(n: int | None, point: TrendPoint, k: int) -> str:
    if n is not None:
        return f"{n:,}"
    return count_words(None, k, few=point.value.few) if point.value.state == "withheld" else "–"


def _counted(n: int | None, trend: Trend, point: TrendPoint, k: int) -> str:
    """ "1 person", "25 visits"."""
    one = {"people": "person", "visits": "visit"}
    return f"{_count(n, point, k)} {one[trend.measure.of] if n == 1 else trend.measure.of}"


def _value_cell(trend: Trend, point: TrendPoint) -> str:
    if point.value.state == "counted":
        return value_words(trend.measure, point.value.value)
    if point.provisional is not None:
        return f"{value_words(trend.measure, point.provisional)}, provisional"
    return {"withheld": WITHHELD, "nobody": "nobody to count", "not yet": "not yet"}[point.value.state]


def _limits_words(trend: Trend, lower: float | None, upper: float | None) -> str:
    if lower is None or upper is None:
        return "–"
    if trend.measure.in_per_cent:
        return f"{100 * max(lower, 0):.0f}–{100 * min(upper, 1):.0f}{PER_CENT}"
    floor = 0.0 if trend.measure.kind == "count" else lower
    low, high = max(lower, floor), upper
    return with_minus(f"{low:.1f} to {high:.1f}")


def _last_sentence(trend: Trend, k: int) -> str:
    last = trend.last
    if last is None:
        return ""
    value = value_words(trend.measure, last.value.value)
    if trend.measure.kind == "count":
        return f"{period_of(last.value)}: {value} {'person' if last.value.value == 1 else 'people'}."
    of = _counted(last.value.n, trend, last, k)
    if trend.measure.kind == "median":
        return f"{period_of(last.value)}: {value}, from {_count(last.value.met, last, k)} of {of}."
    return f"{period_of(last.value)}: {value} of {of}."


def _limits_sentence(trend: Trend) -> str:
    last = trend.last
    if last is None:
        return ""
    mean, limits = value_words(trend.measure, last.mean), _limits_words(trend, last.lower, last.upper)
    points = trend.segments[-1].points
    periods = trend.unit if points == 1 else UNIT_NAMES[trend.unit]
    text = f"Mean {mean}, limits {limits}, from {points} {periods}"
    if not trend.trial:
        return f"{text}."
    runs = ""
    if trend.runs:
        sign = "a sign of change" if trend.runs.signal else "no sign of change"
        runs = f" The run test for short series finds {sign}."
    return f"{text}: these are trial limits, which move with every new point until there are 13.{runs}"


def _target_sentence(trend: Trend) -> str:
    if trend.target is None:
        return ""
    words = {
        "consistently meets": "met every time while nothing changes",
        "consistently misses": "missed every time unless something changes",
        "hit or miss": "hit or miss, by chance",
        None: "too few points to say whether it is met",
    }
    return f"Target {value_words(trend.measure, trend.target)}: {words[trend.assurance]}."


def _joined_sentence(trend: Trend, trends: Trends) -> str:
    if trend.unit == "month":
        return ""
    why = "be shared" if trends.shared else "show more than chance"
    return f"Months are joined into {UNIT_NAMES[trend.unit]}, because single months have too few people to {why}."


def _missing_sentence(trend: Trend, provisional: str) -> str:
    states = [point.value.state for point in trend.points]
    parts = []
    if "not yet" in states and trend.measure.mature_days:
        days = trend.measure.mature_days
        drawn = provisional if any(point.provisional is not None for point in trend.points) else "not drawn"
        later = UNIT_NAMES[trend.unit]
        parts.append(f"Later {later} are {drawn}: not everybody in them has had {days} days.")
    if "withheld" in states:
        parts.append("Periods with too few people to share are left out.")
    return " ".join(parts)
