"""Expected shares by strata, by hand and against a plain re-implementation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.stats.casemix import JoinedStratum, case_mix, join_strata
from dashboard.stats.survival import RecoveryCounts


def make_stratum(name, started, back, last_day=100):
    return RecoveryCounts.from_rows(name, [(40, back, 0, 0), (last_day, 0, 0, started - back)])


def names(strata):
    return [stratum.names for stratum in strata]


def test_expected_by_hand():
    """Strata of 40 with 30 back and 60 with 15 back; T1 has 10 and 30 of them: (10 * 0.75 + 30 * 0.25) / 40."""
    strata = [make_stratum("short", 40, 30), make_stratum("long", 60, 15)]
    found = case_mix(strata, {"T1": {"short": 10, "long": 30}, "T2": {"short": 30, "long": 30}})
    assert found.day == 84
    assert [(e.unit, e.episodes) for e in found.expected] == [("T1", 40), ("T2", 60)]
    assert [e.value for e in found.expected] == pytest.approx([0.375, 0.5])


def test_expected_returns_add_up_to_those_seen():
    """Without censoring the expected returns of all units are the returns there were: 45."""
    strata = [make_stratum("short", 40, 30), make_stratum("long", 60, 15)]
    found = case_mix(strata, {"T1": {"short": 10, "long": 30}, "T2": {"short": 30, "long": 30}})
    assert sum(e.episodes * e.value for e in found.expected) == pytest.approx(45)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([20, 20, 20], [("a",), ("b",), ("c",)]),
        ([19, 20, 20], [("a", "b"), ("c",)]),
        ([20, 19, 20], [("a",), ("b", "c")]),
        ([20, 20, 19], [("a",), ("b", "c")]),
        ([5, 5, 5], [("a", "b", "c")]),
        ([10, 10, 5], [("a", "b", "c")]),
        ([10, 10, 20], [("a", "b"), ("c",)]),
        ([0, 0, 30], [("a", "b", "c")]),
    ],
)
def test_small_strata_join_the_next(sizes, expected):
    strata = [make_stratum(name, size, size // 2) for name, size in zip("abc", sizes, strict=True)]
    joined = join_strata(strata)
    assert names(joined) == expected
    assert sum(stratum.episodes for stratum in joined) == sum(sizes)


def test_joined_strata_share_one_curve():
    joined = join_strata([make_stratum("a", 10, 8), make_stratum("b", 30, 2)])
    assert joined == (JoinedStratum(("a", "b"), 40, pytest.approx(0.25)),)


def test_a_stratum_not_followed_long_enough_joins_too():
    strata = [make_stratum("a", 30, 3, last_day=60), make_stratum("b", 30, 15)]
    assert names(join_strata(strata)) == [("a", "b")]


def test_nothing_to_expect():
    short = [make_stratum("a", 30, 3, last_day=60)]
    assert case_mix(short, {"T1": {"a": 3}}).expected[0].value is None
    assert case_mix(short, {"T1": {}}).expected[0].value is None
    assert case_mix([], {}).strata == ()


def test_unknown_and_repeated_strata_are_refused():
    with pytest.raises(ValueError, match="no counts"):
        case_mix([make_stratum("a", 30, 3)], {"T1": {"b": 1}})
    with pytest.raises(ValueError, match="twice"):
        join_strata([make_stratum("a", 30, 3), make_stratum("a", 30, 3)])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), min_size=1, max_size=8),
    st.data(),
)
def test_expected_equals_a_sum_over_people(sizes, data):
    strata = [make_stratum(str(i), n, int(n * share)) for i, (n, share) in enumerate(sizes)]
    mix = {s.group: data.draw(st.integers(0, s.started)) for s in strata}
    found = case_mix(strata, {"u": mix})
    share_of = {name: joined for joined in found.strata for name in joined.names}
    people = [share_of[name].share_back for name, n in mix.items() for _ in range(n)]
    expected = found.expected[0].value
    assert (expected is None) == (not people or None in people)
    assert expected is None or expected == pytest.approx(sum(people) / len(people))
    for joined in found.strata:
        back = sum(sum(s.returned) for s in strata if s.group in joined.names)
        assert joined.share_back is None or joined.share_back == pytest.approx(back / joined.episodes)
