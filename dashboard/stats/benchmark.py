"""Set a clinic's curve beside a published figure: a word and a reason, for every input.

The test is on the scale g(p) = log(-log(1-p)), on which the curve's own limits are symmetric. The published
figure's uncertainty comes from its interval where it has one; many have none, and the reason says so.
"""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import exp, log, sqrt
from typing import Literal

from dashboard.stats.survival import (
    MIN_FOLLOWED,
    TAIL,
    TOLERANCE,
    Z95,
    Curve,
    back_by,
    effectively_followed,
    sentence_interval,
)

Word = Literal["ahead", "in line", "behind", "cannot tell yet", "not comparable"]

WIDEST_INTERVAL = 0.30
"""A wider interval agrees with nearly any figure, so "in line" would say nothing."""
FOR_TEN_POINTS = 96
"""Followed runners for an interval of +-10 points at one half: 0.25 * (1.96 / 0.10)^2."""
MONTH_DAYS = 365.25 / 12
FURTHEST_DAYS = 3653
"""A month more than ten years off is not a forecast."""


@dataclass(frozen=True)
class Benchmark:
    """One row of the catalogue of published figures; None where the catalogue is blank.

    `value`, `ci_low` and `ci_high` are in `unit` (a proportion is a share of 1), the horizon is in days from
    `clock_start`. `compare` is "verdict" for rows that get one and "never" for context.
    """

    id: str
    condition: str
    endpoint: str
    clock_start: str
    statistic: str
    horizon_from_days: int
    horizon_to_days: int
    value: float
    ci_low: float | None
    ci_high: float | None
    n: int | None
    unit: str
    population: str
    role: str
    compare: str
    evidence: str
    citation: str
    doi_or_url: str | None
    note: str | None
    source_reviewed: str
    review_due: str


@dataclass(frozen=True)
class Verdict:
    """How one group compares with one benchmark, in a word and a reason for the reader.

    `value`, `low`, `high` are the clinic's share back by the horizon with limits fit to be read out. With
    "cannot tell yet", `needed` is the number of followed runners that would do and `ready_month`
    ("2027-03") when the present intake gets there; None otherwise or where no forecast is possible.
    """

    benchmark_id: str
    group: str
    verdict: Word
    reason: str
    needed: int | None
    ready_month: str | None
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class _Reading:
    """The clinic's side at the horizon; `exact` where nobody or everybody is back, decided by counts."""

    day: int
    value: float
    low: float
    high: float
    exact: bool
    followed: float


def compare(
    curve: Curve,
    benchmark: Benchmark,
    *,
    as_of: date,
    started_per_month: float | None = None,
    definition_changed: bool = False,
) -> Verdict:
    """Compare the share back by the benchmark's last horizon day with its value; never raises.

    `definition_changed` says that the clinic changed what counts as a return within the period.
    `started_per_month` is the present intake, for the month in which there are enough runners.
    """
    obstacle = _obstacle(benchmark, definition_changed)
    if obstacle:
        reason = _text(claim_words(benchmark), f"Not compared: {obstacle}")
        return Verdict(benchmark.id, curve.group, "not comparable", reason, None, None, None, None, None)
    day = benchmark.horizon_to_days
    reading = _read(curve, day)
    word = "cannot tell yet" if reading is None else _judge(reading, benchmark)
    if word == "cannot tell yet":
        needed, ready = _forecast(curve, reading, day, started_per_month, as_of)
        finding = _waiting_words(curve, reading, benchmark, needed, ready)
    else:
        needed, ready, finding = None, None, _finding_words(curve, benchmark, word)
    reason = _text(claim_words(benchmark), *finding, _caveat_words(benchmark))
    low, high = sentence_interval(curve, day) or (None, None)
    return Verdict(
        benchmark.id, curve.group, word, reason, needed, ready, back_by(curve, day).value, low, high
    )


def source_words(benchmark: Benchmark) -> str:
    """Who says it, with what is known of the evidence: "one cohort of 36 runners, 1984"."""
    name, aside = _source(benchmark)
    return f"{name} ({aside})" if aside else name


def claim_words(benchmark: Benchmark) -> str:
    """What it says, source first, no full stop: "One cohort of 36 runners, 1984, says 58 %"."""
    name, aside = _source(benchmark)
    says = "say" if "trials" in name else "says"
    comma = "," if "," in name else ""
    claim = f"{name[0].upper()}{name[1:]}{comma} {says} {_figure_words(benchmark)}"
    return f"{claim} ({aside})" if aside else claim


def _obstacle(benchmark: Benchmark, definition_changed: bool) -> str | None:
    """Why the two sides cannot be set against each other; None if they can."""
    if "difference" in benchmark.statistic:
        return "it is a difference between treatment groups, not the change of anybody's own pain."
    if benchmark.unit != "proportion":
        return f"it is a number of {benchmark.unit}, not a share of runners who are back."
    if benchmark.compare != "verdict":
        return _counting_words(benchmark)
    if definition_changed:
        return "the clinic changed what counts as a return in this period, so its own figures do not match."
    quoted = (benchmark.value, benchmark.ci_low, benchmark.ci_high)
    if not all(0 < figure < 1 for figure in quoted if figure is not None):
        return "a quoted figure or limit of 0 % or 100 % leaves nothing to test."
    return None


def _read(curve: Curve, day: int) -> _Reading | None:
    """The clinic's side at `day`; None if too few are still followed to say anything."""
    horizon, limits = back_by(curve, day), sentence_interval(curve, day)
    if horizon.too_few or horizon.value is None or limits is None:
        return None
    if curve.state_at(day).returned == 0 or curve.is_all_returned(day):
        return _Reading(day, horizon.value, *limits, True, effectively_followed(curve, day))
    followed = horizon.value * (1 - horizon.value) / curve.variance_at(day)
    return _Reading(day, horizon.value, *limits, False, followed)


def _judge(reading: _Reading, benchmark: Benchmark) -> Word:
    """Ahead or behind if the figures differ at the 5 % level, in line only if the interval is narrow."""
    side = _limits_side(reading, benchmark) if reading.exact else _test_side(reading, benchmark)
    if side:
        return "ahead" if side > 0 else "behind"
    return "in line" if reading.high - reading.low <= WIDEST_INTERVAL + TOLERANCE else "cannot tell yet"


def _limits_side(reading: _Reading, benchmark: Benchmark) -> int:
    """1 or -1 if the clinic's exact interval lies above or below the benchmark's, else 0."""
    lowest = benchmark.value if benchmark.ci_low is None else benchmark.ci_low
    highest = benchmark.value if benchmark.ci_high is None else benchmark.ci_high
    return int(reading.low > highest + TOLERANCE) - int(reading.high < lowest - TOLERANCE)


def _test_side(reading: _Reading, benchmark: Benchmark) -> int:
    """1 or -1 if z = (g(F)-g(B)) / sqrt(v_F+v_B) is beyond the 95 % points, else 0."""
    own = reading.value * (1 - reading.value) / reading.followed
    variance = own / ((1 - reading.value) * log(1 - reading.value)) ** 2
    if benchmark.ci_low is not None and benchmark.ci_high is not None:
        variance += ((_g(benchmark.ci_high) - _g(benchmark.ci_low)) / (2 * Z95)) ** 2
    z = (_g(reading.value) - _g(benchmark.value)) / sqrt(variance)
    return int(z > Z95) - int(z < -Z95)


def _g(p: float) -> float:
    return log(-log(1 - p))


def _forecast(
    curve: Curve, reading: _Reading | None, day: int, per_month: float | None, as_of: date
) -> tuple[int, str | None]:
    """Followed runners needed, and the month in which the present intake gets there.

    Starters to come are followed as well as those so far, and the last of them until `day`. While nobody has
    been followed that far, it is the earliest month: everybody so far and to come would have to be followed.
    """
    needed = _needed(reading)
    followed = effectively_followed(curve, day) if reading is None else reading.followed
    if not curve.started or not per_month or per_month < 0:
        return needed, None
    missing = max(0.0, needed - curve.started)
    if followed:
        missing = max(0.0, needed - followed) * max(1.0, curve.started / followed)
    days = missing / per_month * MONTH_DAYS + day
    return needed, f"{as_of + timedelta(days=days):%Y-%m}" if days < FURTHEST_DAYS else None


def _needed(reading: _Reading | None) -> int:
    """Smallest number of followed runners for an interval 0.30 wide at this estimate, else at one half."""
    value, exact = (0.5, False) if reading is None else (reading.value, reading.exact)
    return next(n for n in count(MIN_FOLLOWED) if _width(value, exact, n) <= WIDEST_INTERVAL + TOLERANCE)


def _width(value: float, exact: bool, followed: int) -> float:
    """Width of the 95 % interval of a share `value` of that many followed to the end."""
    if exact:
        return 1 - float(TAIL ** (1 / followed))
    hazard = -log(1 - value)
    spread = exp(min(Z95 * sqrt(value / (1 - value) / followed) / hazard, 700.0))  # exp(710) overflows
    return exp(-hazard / spread) - exp(-hazard * spread)


def _finding_words(curve: Curve, benchmark: Benchmark, word: Word) -> tuple[str, ...]:
    estimate = _estimate_words(curve, benchmark)
    if _is_more_than(benchmark):
        bar = _bar_words(benchmark)
        judged = {"ahead": f"more than {bar}: expectation met", "in line": f"not shown to be more than {bar}"}
        missed = f"less than {bar}: expectation not met"
        return f"{estimate}, {judged.get(word, missed)}", *_uncertainty_words(benchmark)
    relation = {"ahead": "above", "behind": "below"}.get(word, "in line with")
    if benchmark.ci_low is None or benchmark.ci_high is None or benchmark.n is None:
        return (f"{estimate}, {relation} the quoted figure, whose own uncertainty is unknown",)
    quoted = _range_words((benchmark.ci_low, benchmark.ci_high))
    return (f"{estimate}, {relation} the quoted {_percent(benchmark.value)}{quoted}",)


def _waiting_words(
    curve: Curve, reading: _Reading | None, benchmark: Benchmark, needed: int, ready: str | None
) -> tuple[str, ...]:
    enough = f"About {needed} followed runners would be enough"
    words = [
        _gap_words(curve, reading, benchmark),
        f"{enough} (about {FOR_TEN_POINTS} for ±10 points at one half)",
    ]
    if ready:
        year, month = ready.split("-")
        when = f"{month_name[int(month)]} {year}"
        followed = effectively_followed(curve, benchmark.horizon_to_days)
        words.append(
            f"At the present intake that is about {when}"
            if followed
            else f"At the present intake that is {when} at the earliest, if everybody is followed"
        )
    return *words, *_uncertainty_words(benchmark)


def _gap_words(curve: Curve, reading: _Reading | None, benchmark: Benchmark) -> str:
    """What is missing for a verdict."""
    day = benchmark.horizon_to_days
    if reading is not None:
        resting = f"it rests on about {reading.followed:.0f} followed runners"
        return f"{_estimate_words(curve, benchmark)}: too wide a range to tell, as {resting}"
    followed = effectively_followed(curve, day)
    if not curve.started:
        return "Nobody has started yet"
    if not followed:
        return f"Nobody is followed beyond {_time_words(day)} yet"
    return (
        f"The estimate for {_time_words(day)} rests on only about {followed:.0f} runners, too few to read out"
    )


def _estimate_words(curve: Curve, benchmark: Benchmark) -> str:
    """ "An estimated 56 % (50–61) are back by week 12 (41 % by week 8)"."""
    first, last = benchmark.horizon_from_days, benchmark.horizon_to_days
    share = f"{_percent(curve.value_at(last))}{_range_words(sentence_interval(curve, last))}"
    earlier = f" ({_percent(curve.value_at(first))} by {_time_words(first)})" if first < last else ""
    return f"An estimated {share} are back by {_time_words(last)}{earlier}"


def _source(benchmark: Benchmark) -> tuple[str, str]:
    """Who says it, and what to add in brackets ("" = nothing), from the row's evidence, n and citation."""
    if "clinic article" in benchmark.evidence:
        return "another clinic's article", "no study found" if "not located" in benchmark.evidence else ""
    year = re.search(r"\b(?:19|20)\d{2}\b", benchmark.citation)
    study = _study_words(benchmark)
    return (f"{study}, {year.group()}" if year else study), ""


def _study_words(benchmark: Benchmark) -> str:
    if "review" in benchmark.evidence:
        small = "small studies" in (benchmark.note or "")
        review = "a review of small studies" if small else "a published review"
        return f"{review} ({benchmark.n} {_people_words(benchmark)})" if benchmark.n else review
    trials = re.search(r"[\w]+ randomised trials", benchmark.population)
    cohort = "one cohort" if "one cohort" in benchmark.population else "a published study"
    study = trials.group() if trials else cohort
    return f"{study} of {benchmark.n} {_people_words(benchmark)}" if benchmark.n else study


def _people_words(benchmark: Benchmark) -> str:
    only_runners = "runners" in benchmark.population and "not runners" not in benchmark.population
    return "runners" if only_runners else "people"


def _figure_words(benchmark: Benchmark) -> str:
    if benchmark.unit == "proportion":
        return f"more than {_bar_words(benchmark)}" if _is_more_than(benchmark) else _percent(benchmark.value)
    number = f"{benchmark.value:g} {benchmark.unit}".replace("-", "−", 1 if benchmark.value < 0 else 0)
    return f"a difference of {number}" if "difference" in benchmark.statistic else number


def _bar_words(benchmark: Benchmark) -> str:
    return "half" if abs(benchmark.value - 0.5) < TOLERANCE else _percent(benchmark.value)


def _is_more_than(benchmark: Benchmark) -> bool:
    return "more than" in benchmark.statistic


def _uncertainty_words(benchmark: Benchmark) -> tuple[str, ...]:
    """One sentence if nobody knows how sure the quoted figure is, else none."""
    known = None not in (benchmark.n, benchmark.ci_low, benchmark.ci_high)
    return () if known else ("The quoted figure's own uncertainty is unknown",)


def _caveat_words(benchmark: Benchmark) -> str:
    counting = _counting_words(benchmark)
    read = "; only its abstract was read" if "abstract read" in benchmark.evidence else ""
    return f"{counting[0].upper()}{counting[1:]}{read}"


def _counting_words(benchmark: Benchmark) -> str:
    """How the source counts and how we do."""
    clock = "a day it does not state" if benchmark.clock_start == "not stated" else benchmark.clock_start
    people = benchmark.population.split(";")[0]
    theirs = f"it counts “{benchmark.endpoint}” in {people}, from {clock}"
    return f"{theirs}; we count return to running in all who started, from the first visit"


def _time_words(day: int) -> str:
    return f"day {day}" if day % 7 else f"week {day // 7}"


def _range_words(limits: tuple[float, float] | None) -> str:
    """Limits in whole per cent, " (50–61)"; nothing if there are none."""
    return f" ({100 * limits[0]:.0f}–{100 * limits[1]:.0f})" if limits else ""


def _percent(share: float) -> str:
    """Whole per cent; 0 % and 100 % are said only of nobody and everybody."""
    if TOLERANCE < share < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= share < 1 - TOLERANCE else f"{100 * share:.0f} %"


def _text(*sentences: str) -> str:
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)
