"""Verdicts: every branch, the words they come in, and the arithmetic by hand."""

import json
from dataclasses import asdict
from datetime import date
from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.stats import benchmark as benchmark_module
from dashboard.stats.benchmark import Benchmark, claim_words, compare, source_words
from dashboard.stats.survival import RecoveryCounts, cumulative_incidence

AS_OF = date(2026, 11, 30)
MORE_THAN_HALF = Benchmark(
    id="pfps-8-12-weeks",
    condition="pfps",
    endpoint="pain-free running",
    clock_start="programme start",
    statistic="proportion returned more than",
    horizon_from_days=56,
    horizon_to_days=84,
    value=0.5,
    ci_low=None,
    ci_high=None,
    n=None,
    unit="proportion",
    population="runners who engage fully with a programme",
    role="primary",
    compare="verdict",
    evidence="clinic article; primary study not located",
    citation="Upwell Health Collective, Runner's knee article, reviewed May 2026",
    doi_or_url=None,
    note=None,
    source_reviewed="2026-11",
    review_due="2026-11",
)


def make_benchmark(**overrides):
    return Benchmark(**{**asdict(MORE_THAN_HALF), **overrides})


COHORT_1984 = make_benchmark(
    id="itbs-6-months-cohort",
    endpoint="symptom-free",
    clock_start="treatment start",
    statistic="proportion recovered",
    horizon_from_days=182,
    horizon_to_days=182,
    value=0.833,
    ci_low=0.681,
    ci_high=0.921,
    n=36,
    population="long-distance runners; one cohort",
    evidence="published; abstract read",
    citation="The Physician and Sportsmedicine 1984;12(5):118-130",
)
REVIEW_2013 = make_benchmark(
    id="itbs-8-weeks",
    endpoint="complete cure with return to sport",
    clock_start="not stated",
    statistic="proportion returned",
    horizon_from_days=56,
    horizon_to_days=56,
    value=0.44,
    population="athletes in conservative care",
    evidence="published review; abstract read",
    citation="Beals C, Flanigan D. J Sports Med 2013, article 367169",
    note="different small studies",
)


def make_curve(back, not_back, *, back_day=50, stopped=0, lost=0, last_day=200):
    rows = [(1, 0, 0, lost), (back_day, back, 0, 0), (60, 0, stopped, 0), (last_day, 0, 0, not_back)]
    return cumulative_incidence(RecoveryCounts.from_rows("all", rows))


def judge(curve, benchmark=MORE_THAN_HALF, **options):
    return compare(curve, benchmark, as_of=AS_OF, **options)


def _log_log_width(value, n):
    spread = exp(1.959964 * sqrt(value * (1 - value) / n) / ((1 - value) * -log(1 - value)))
    return (1 - value) ** (1 / spread) - (1 - value) ** spread


# --- the word ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("back", "word"), [(60, "ahead"), (59, "in line"), (41, "in line"), (40, "in line"), (39, "behind")]
)
def test_word_by_z_without_an_interval(back, word):
    """Of 100 followed, on g(p) = log(-log(1-p)): z is 2.09 at 60, 1.87 at 59, -1.91 at 40, -2.09 at 39."""
    value = back / 100
    z = (log(-log(1 - value)) - log(-log(0.5))) * (1 - value) * -log(1 - value)
    z /= sqrt(value * (1 - value) / 100)
    assert (abs(z) > 1.959964) is (word != "in line")
    assert judge(make_curve(back, 100 - back)).verdict == word


@pytest.mark.parametrize(("back", "word"), [(67, "behind"), (68, "in line"), (94, "in line"), (95, "ahead")])
def test_word_by_z_with_the_benchmarks_own_interval(back, word):
    """B = 0.833 (0.681 to 0.921): v_B = ((g(0.921) - g(0.681)) / 3.919928)^2 = 0.0415."""
    value, g = back / 100, lambda p: log(-log(1 - p))
    own = value * (1 - value) / 100 / ((1 - value) * log(1 - value)) ** 2
    other = ((g(0.921) - g(0.681)) / 3.919928) ** 2
    z = (g(value) - g(0.833)) / sqrt(own + other)
    assert (abs(z) > 1.959964) is (word != "in line")
    assert judge(make_curve(back, 100 - back), COHORT_1984).verdict == word


@pytest.mark.parametrize(("n", "word"), [(40, "cannot tell yet"), (42, "in line")])
def test_in_line_needs_an_interval_of_thirty_points(n, word):
    """At one half 42 followed runners give 0.2985 and 41 would give 0.3020."""
    assert (_log_log_width(0.5, n) <= 0.30) is (word == "in line")
    verdict = judge(make_curve(n // 2, n // 2))
    assert verdict.verdict == word
    assert verdict.needed == (42 if n == 40 else None)


def test_everybody_back_is_judged_by_the_exact_limit():
    """0.025^(1/n) is above 0.5 from n = 6; all of 11 have a limit of 0.715, above 0.44 and below 0.921."""
    everybody = make_curve(11, 0)
    assert judge(everybody).verdict == "ahead"
    assert judge(everybody).low == pytest.approx(0.025 ** (1 / 11))
    assert judge(everybody, COHORT_1984).verdict == "in line"
    assert judge(make_curve(10, 0), COHORT_1984).verdict == "cannot tell yet"
    assert judge(make_curve(10, 0), COHORT_1984).needed == 11
    assert judge(make_curve(60, 0), COHORT_1984).verdict == "ahead"


def test_nobody_back_is_judged_by_the_exact_limit():
    assert judge(make_curve(0, 20)).verdict == "behind"
    assert judge(make_curve(0, 20)).high == pytest.approx(1 - 0.025 ** (1 / 20))
    low = make_benchmark(statistic="proportion returned", value=0.1)
    assert judge(make_curve(0, 11), low).verdict == "in line"
    assert judge(make_curve(0, 10), low).verdict == "cannot tell yet"


def test_stops_count_as_not_back():
    assert judge(make_curve(35, 0, stopped=65)).verdict == "behind"


# --- not comparable ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "why"),
    [
        (
            {"compare": "never", "endpoint": "favourable global recovery"},
            "it counts “favourable global recovery”",
        ),
        (
            {"statistic": "mean difference", "unit": "points (0-10 presumed)", "value": -1.44},
            "between treatment groups",
        ),
        ({"statistic": "median days", "unit": "days", "value": 49.0}, "a number of days"),
        ({"value": 1.0}, "nothing to test"),
        ({"ci_low": 0.0, "ci_high": 0.6}, "nothing to test"),
    ],
)
def test_what_cannot_be_compared_says_why(overrides, why):
    verdict = judge(make_curve(60, 40), make_benchmark(**overrides))
    assert verdict.verdict == "not comparable"
    assert "Not compared: " in verdict.reason
    assert why in verdict.reason
    assert (verdict.value, verdict.low, verdict.high, verdict.needed) == (None, None, None, None)


def test_a_changed_definition_is_not_comparable():
    verdict = judge(make_curve(60, 40), definition_changed=True)
    assert verdict.verdict == "not comparable"
    assert "changed what counts as a return" in verdict.reason


# --- cannot tell yet ---------------------------------------------------------------------------------------


def test_nobody_started():
    verdict = judge(cumulative_incidence(RecoveryCounts.from_rows("all", [])), started_per_month=5)
    assert (verdict.verdict, verdict.needed, verdict.ready_month, verdict.value) == (
        "cannot tell yet",
        42,
        None,
        None,
    )
    assert "Nobody has started yet." in verdict.reason


def test_follow_up_ends_before_the_horizon():
    verdict = judge(make_curve(30, 30, last_day=83))
    assert (verdict.verdict, verdict.value, verdict.ready_month) == ("cannot tell yet", None, None)
    assert "Nobody is followed beyond week 12 yet." in verdict.reason


def test_the_earliest_month_while_nobody_was_followed_that_far():
    """Of 42 needed 12 have not started: at 4 a month 91 days, and the last needs 84 more: 25 May 2027.

    Were 60 in view already, only the 84 days were missing: 23 February 2027.
    """
    verdict = judge(make_curve(15, 15, last_day=83), started_per_month=4)
    assert (verdict.needed, verdict.ready_month) == (42, "2027-05")
    assert "that is May 2027 at the earliest, if everybody is followed." in verdict.reason
    assert judge(make_curve(30, 30, last_day=83), started_per_month=4).ready_month == "2027-02"


def test_too_few_still_followed():
    verdict = judge(make_curve(4, 4))
    assert (verdict.verdict, verdict.value, verdict.needed) == ("cannot tell yet", 0.5, 42)
    assert "rests on only about 8 runners, too few to read out" in verdict.reason


def test_month_in_which_the_intake_gets_there():
    """2 more followed runners at 4 a month are 15 days, and the last needs 84 more: 9 March 2027."""
    verdict = judge(make_curve(20, 20), started_per_month=4)
    assert (verdict.needed, verdict.ready_month) == (42, "2027-03")
    assert "At the present intake that is about March 2027." in verdict.reason


def test_month_allows_for_those_lost():
    """Half of the 80 starters were lost at once: 2 more followed are 4 starters, one month, plus 84 days."""
    verdict = judge(make_curve(20, 20, lost=40), started_per_month=4)
    assert (verdict.needed, verdict.ready_month) == (42, "2027-03")
    assert judge(make_curve(20, 20, lost=40), started_per_month=1).ready_month == "2027-06"


@pytest.mark.parametrize("per_month", [None, 0, 0.001])
def test_no_month_without_an_intake_or_within_ten_years(per_month):
    verdict = judge(make_curve(20, 20), started_per_month=per_month)
    assert (verdict.needed, verdict.ready_month) == (42, None)
    assert "intake" not in verdict.reason


# --- words -------------------------------------------------------------------------------------------------


def test_reason_when_more_than_half_is_met():
    """60 of 100: limits 1 - 0.4^(1/1.2995) = 0.506 and 1 - 0.4^1.2995 = 0.696."""
    assert judge(make_curve(60, 40)).reason == (
        "Another clinic's article says more than half (no study found). "
        "An estimated 60 % (51–70) are back by week 12 (60 % by week 8), more than half: expectation met. "
        "The quoted figure's own uncertainty is unknown. "
        "It counts “pain-free running” in runners who engage fully with a programme, from programme start; "
        "we count return to running in all who started, from the first visit."
    )


def test_reason_when_more_than_half_is_not_shown_or_missed():
    assert (
        "are back by week 12 (50 % by week 8), not shown to be more than half."
        in judge(make_curve(50, 50)).reason
    )
    assert "less than half: expectation not met." in judge(make_curve(10, 90)).reason


def test_reason_beside_a_published_cohort():
    assert judge(make_curve(60, 40), COHORT_1984).reason == (
        "One cohort of 36 runners, 1984, says 83 %. "
        "An estimated 60 % (51–70) are back by week 26, below the quoted 83 % (68–92). "
        "It counts “symptom-free” in long-distance runners, from treatment start; "
        "we count return to running in all who started, from the first visit; only its abstract was read."
    )


@pytest.mark.parametrize(("back", "relation"), [(60, "above"), (44, "in line with"), (20, "below")])
def test_reason_beside_a_figure_of_unknown_uncertainty(back, relation):
    reason = judge(make_curve(back, 100 - back), REVIEW_2013).reason
    assert reason.startswith("A review of small studies, 2013, says 44 %. ")
    assert f", {relation} the quoted figure, whose own uncertainty is unknown." in reason
    assert "from a day it does not state" in reason


def test_reason_when_the_interval_is_too_wide():
    reason = judge(make_curve(10, 10)).reason
    assert "too wide a range to tell, as it rests on about 20 followed runners." in reason
    assert "About 42 followed runners would be enough (about 96 for ±10 points at one half)." in reason
    assert "The quoted figure's own uncertainty is unknown." in reason


def test_nobody_and_everybody_are_not_claimed_for_nearly():
    some = make_benchmark(statistic="proportion returned", horizon_from_days=84)
    assert "An estimated under 1 % (0–" in judge(make_curve(1, 499), some).reason
    assert "An estimated over 99 % (" in judge(make_curve(499, 1), some).reason
    assert "An estimated 100 % (" in judge(make_curve(50, 0), some).reason


@pytest.mark.parametrize(
    ("overrides", "source", "claim"),
    [
        (
            {},
            "another clinic's article (no study found)",
            "Another clinic's article says more than half (no study found)",
        ),
        (
            {"statistic": "proportion returned", "value": 0.667},
            "another clinic's article (no study found)",
            "Another clinic's article says 67 % (no study found)",
        ),
        (
            {"value": 0.6, "evidence": "published; abstract read", "citation": "X 2018;13"},
            "a published study, 2018",
            "A published study, 2018, says more than 60 %",
        ),
        (
            {
                "statistic": "proportion recovered",
                "value": 0.45,
                "n": 310,
                "population": "two randomised trials pooled; not runners only",
                "evidence": "published; abstract read",
                "citation": "Collins NJ et al. Br J Sports Med 2013;47(4):227",
            },
            "two randomised trials of 310 people, 2013",
            "Two randomised trials of 310 people, 2013, say 45 %",
        ),
        (
            {
                "statistic": "mean difference",
                "unit": "points (0-10 presumed)",
                "value": -1.44,
                "n": 601,
                "population": "12 randomised trials; age 16-44",
                "evidence": "published; abstract read",
                "citation": "Morri M et al. BMC Sports Sci Med Rehabil 2025",
            },
            "12 randomised trials of 601 people, 2025",
            "12 randomised trials of 601 people, 2025, say a difference of −1.44 points (0-10 presumed)",
        ),
        (
            {
                "statistic": "median days",
                "unit": "days",
                "value": 49.0,
                "evidence": "published; abstract read",
                "citation": "Mulvad B et al. PLoS ONE 2018;13(10):e0204742",
            },
            "a published study, 2018",
            "A published study, 2018, says 49 days",
        ),
        (
            {
                "statistic": "proportion returned",
                "value": 0.917,
                "n": 24,
                "population": "runners in conservative care",
                "evidence": "published review; abstract read",
                "citation": "undated",
            },
            "a published review (24 runners)",
            "A published review (24 runners) says 92 %",
        ),
    ],
)
def test_source_comes_first(overrides, source, claim):
    benchmark = make_benchmark(**overrides)
    assert source_words(benchmark) == source
    assert claim_words(benchmark) == claim
    assert judge(make_curve(60, 40), benchmark).reason.startswith(f"{claim}.")


PEOPLE = st.lists(st.tuples(st.integers(0, 220), *[st.integers(0, 30)] * 3), max_size=8)


@settings(deadline=None)
@given(
    PEOPLE,
    st.sampled_from((MORE_THAN_HALF, COHORT_1984, REVIEW_2013)),
    st.one_of(st.none(), st.floats(0, 99)),
)
def test_every_curve_gets_a_word_and_a_reason(rows, benchmark, per_month):
    verdict = judge(
        cumulative_incidence(RecoveryCounts.from_rows("all", rows)), benchmark, started_per_month=per_month
    )
    assert verdict.verdict in ("ahead", "in line", "behind", "cannot tell yet")
    assert verdict.reason.endswith(".")
    assert "better than" not in verdict.reason
    assert (verdict.needed is not None) == (verdict.verdict == "cannot tell yet")
    if verdict.verdict == "in line":
        assert verdict.high - verdict.low <= 0.30 + 1e-9
    json.dumps(asdict(verdict), allow_nan=False)


@pytest.mark.parametrize(
    ("share", "words"),
    [(1 - 1e-12, "100 %"), (1.0, "100 %"), (0.999, "over 99 %"), (1e-12, "0 %"), (0.004, "under 1 %")],
)
def test_rounding_never_makes_everybody_over_99_per_cent(share, words):
    assert benchmark_module._percent(share) == words
