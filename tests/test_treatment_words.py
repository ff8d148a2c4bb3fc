"""What the page on assessment and treatment says of its figures, and what it says without them."""

from __future__ import annotations

from types import SimpleNamespace

from dashboard import treatment_tables
from dashboard import treatment_words as words
from dashboard.charts.theme import LIGHT
from dashboard.charts.treatment_dots import landmark_figure
from dashboard.sections.treatment import AnswerGroup, Landmark, Match
from dashboard.stats.process import Share
from dashboard.stats.survival import Horizon


def share(part: int, whole: int) -> Share:
    return Share(part, whole, part / whole if whole else None, None, None)


def match(finding: str, with_it: Share, without: Share, unknown: Share) -> Match:
    return Match(finding, (), {"yes": with_it, "no": without, "unknown": unknown})


def result(*matches: Match) -> SimpleNamespace:
    return SimpleNamespace(matches=matches, k=8)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_title_says_who_is_given_it_with_and_without_the_finding():
    found = result(
        match("gait_fault", share(42, 100), share(23, 50), share(2, 3)),
        match("foot_pronation", share(1, 2), share(10, 50), share(0, 0)),
        match("tendon_involved", share(9, 10), share(3, 9), share(0, 0)),
    )
    assert plain(words.match_title(found)) == (
        "Gait or step rate retraining for 42 % with a gait fault and 46 % without; shockwave for 90 % with a tendon "
        "involved"
    )
    cells = treatment_tables.match_rows(found)
    assert plain(cells[0]["given, with the finding"]) == "42 % · 42 of 100"
    assert cells[0]["given, finding not known"] == "2 of 3"  # no per cent of three people


def test_without_findings_there_is_nothing_to_match():
    nothing = result(match("gait_fault", share(0, 0), share(0, 0), share(0, 23)))
    assert not words.any_match(nothing)
    assert words.match_title(nothing) == "Too few findings recorded to see whether treatment fits"
    assert words.any_match(result(match("gait_fault", share(0, 1), share(0, 0), share(0, 22))))


def test_one_answer_alone_is_nothing_to_compare():
    back = Horizon(84, 0.5, 0.2, 0.8, 0.1, 4, 0.5, too_few=True)
    alone = Landmark((AnswerGroup("not_asked", 4, back),), None)
    assert landmark_figure(alone.groups, LIGHT, k=8).data == ()
    assert words.landmark_caption(alone).startswith("Nobody answered by day 28")
    two = (AnswerGroup("stopped", 12, back), AnswerGroup("not_asked", 1, back))
    assert landmark_figure(two, LIGHT, k=8).data
    assert words.landmark_caption(Landmark(two, None)).startswith("13 people followed beyond day 28")
