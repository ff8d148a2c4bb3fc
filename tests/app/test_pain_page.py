"""Pain and function: titles, sentences, tables and charts show one section's numbers, in every state."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from app.driver import Visit, choose, figure, said, section_of
from builders import load_tables, make_episode, make_score

from dashboard import pain_captions
from dashboard.sections.pain_scales import PainOf, PainSection
from sql.cohort import Audience
from sql.queries.score_rows import AskedScale
from sql.store import create_or_upgrade

PAGE = "pain and function"
USUAL, KNEE = AskedScale("NPRS", "usual_week"), AskedScale("AKPS", "")


def pain_of(
    url: str, scale: AskedScale = USUAL, audience: Audience = "clinic", **cohort: object
) -> PainSection:
    """What the page should be showing."""
    return section_of(url, PainOf(scale), audience, **cohort)


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
@pytest.mark.parametrize("store", ["big", "small", "two_clinics"])
def test_title_sentence_table_and_chart_agree(look: Visit, stores, store: str, audience: Audience):
    section = pain_of(stores[store], audience=audience)
    app = look(store, PAGE, audience=audience)
    assert not app.exception
    change = section.changes[1]
    words = pain_captions.change_words(change)
    titles = [header.value for header in app.header]
    assert titles[0].startswith(f"Pain in a usual week fell by {abs(change.mean):.1f} points (")
    assert app.table[0].value["mean change (95 %)"][1] == words
    drawn = [trace["y"][0] for trace in figure(app)["data"]]
    assert drawn == [item.mean for item in section.changes if item.mean is not None]
    assert f"At the start {section.baseline.mean:.1f} (SD " in said(app).replace("**", "")
    assert app.table[0].value["scored at the start and then"][1] == f"{change.scored:,}"


def test_the_share_of_the_title_is_that_of_chart_and_table(look: Visit, stores):
    section = pain_of(stores["big"])
    row = next(row for row in section.responders if row.window.first_day == 56)
    app = look("big", PAGE)
    title = app.header[1].value.replace("\N{NO-BREAK SPACE}", " ")
    assert title == (
        f"{100 * row.of_scored.value:.0f} % of those scored in weeks 8 to 12 improved by 2 points or more; "
        f"{100 * row.of_over.value:.0f} % if nobody without a score did"
    )
    points = {trace["name"]: trace["x"][0] for trace in figure(app, 1)["data"]}
    assert points["≥ 2 points, weeks 8 to 12, of those scored"] == pytest.approx(100 * row.of_scored.value)
    table = app.table[1].value.map(
        lambda cell: cell.replace("\N{WORD JOINER}", "")
    )  # keeps limits on one line
    cell = table[(table["improved by"] == "≥ 2 points") & (table["window"] == "weeks 8 to 12")]
    assert cell["of those scored"].item() == pain_captions.share_words(row.of_scored)
    assert cell["of all who started"].item() == pain_captions.share_words(row.of_started)
    assert "≥ 2 points, ≥ 30 %: Farrar JT et al. Pain 2001;94:149-158; chronic pain" in said(app)


def test_the_usual_course_says_who_still_scores(look: Visit, stores):
    section = pain_of(stores["big"])
    app = look("big", PAGE)
    drawn = [week for week in section.weeks if week.drawn]
    assert app.header[2].value == (
        f"The middle score goes from {drawn[0].p50:g} in week {drawn[0].week} to {drawn[-1].p50:g} in week "
        f"{drawn[-1].week}"
    )
    assert (
        "Those still giving scores; people who recover stop scoring, so later weeks look worse than patients do."
        in said(app)
    )
    notes = [note["text"] for note in figure(app, 2)["layout"]["annotations"]]
    assert {"scored", "of started", f"{drawn[0].scored}", f"{drawn[0].started}"} <= set(notes)


def test_another_scale_keeps_its_direction(look: Visit, stores):
    app = look("big", PAGE, scale=pain_captions.scale_label(KNEE))
    section = pain_of(stores["big"], KNEE)
    assert app.header[0].value.startswith(f"AKPS rose by {section.changes[1].mean:.1f} points")
    assert "0 to 100, higher is better" in said(app)
    assert any("↑ better" in note["text"] for note in figure(app)["layout"]["annotations"])


def test_every_scale_of_the_sample_can_be_looked_at(visit: Visit):
    app = visit("small", PAGE)
    labels = app.selectbox(key="scale").options
    assert labels[0] == "Pain in a usual week (NPRS)"
    for label in labels:
        choose(app, scale=label)
        assert not app.exception, label
        assert len(app.header) == 4


def test_the_trial_difference_stands_in_words_and_never_in_a_chart(look: Visit):
    app = look("big", PAGE)
    words = said(app).replace("**", "")
    assert "1.44 points (0.67 to 2.20; 601 people) lower than after other care at 4–6 weeks" in words
    assert "0.80 points (0.37 to 1.23; 719 people) lower at 8–12 weeks" in words
    assert "It is not how much one patient's pain changes, and no target for it." in words
    assert "0.08 (−0.07 to 0.24)" in words
    charts = json.dumps([figure(app, n) for n in range(3)])
    assert not re.search(r"Morri|1\.44|trial", charts)


def test_the_definitions_are_there(look: Visit):
    words = said(look("big", PAGE))
    for title in ("Scores", "Change", "Improved enough", "The usual course"):
        assert f"**{title}.**" in words


# --- little or nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["tiny", "other"])
def test_without_scores_it_says_how_to_get_them(look: Visit, store: str):
    app = look(store, PAGE)
    assert not app.exception
    assert app.info[0].value.startswith("No scores to show. Load scores.csv")
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("store", ["empty", "none"])
def test_without_data_it_says_what_to_do(look: Visit, store: str):
    app = look(store, PAGE)
    assert not app.exception
    assert [title.value for title in app.title] == ["Welcome to Return to Run"]


def test_filters_that_leave_nobody_say_so(look: Visit):
    app = look("big", PAGE, condition="pfps_itbs", symptoms="unknown", site="harbour", period="2024")
    assert not app.exception
    assert app.info[0].value.startswith("Nobody with these filters started.")


@pytest.fixture
def five(stores: dict[str, str], tmp_path, monkeypatch) -> str:
    """A store of five runners, each scored at the start and in week 10."""
    url = f"sqlite:///{tmp_path / 'five.db'}"
    engine = create_or_upgrade(url)
    start = date(2024, 1, 8)
    scores = [
        make_score(f"E{n}", scored_on=start + timedelta(day), value=value)
        for n in range(5)
        for day, value in ((0, 6 + n % 3), (70, 1 + n))
    ]
    load_tables(engine, tmp_path / "five", episodes=[make_episode(f"E{n}") for n in range(5)], scores=scores)
    engine.dispose()
    monkeypatch.setitem(stores, "five", url)
    return "five"


def test_five_people_are_shown_to_whoever_holds_the_record(visit: Visit, five: str):
    app = visit(five, PAGE)
    assert app.header[0].value.startswith("Pain in a usual week fell by 3.8 points")
    assert app.header[2].value == "Too few scores to show the usual course"
    assert "On this scale 5 of 5 were scored at the start." in said(app)


def test_five_people_shared_are_fewer_than_8_and_nothing_else(visit: Visit, five: str):
    app = visit(five, PAGE, audience="sharing")
    assert not app.exception
    assert not app.get("plotly_chart")
    assert "Too few people to share a figure: these filters leave fewer than 8" in app.info[0].value
    assert not app.table
    assert not app.header


def test_filters_that_leave_a_few_outside_show_nothing(visit: Visit, stores, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'rest.db'}"
    engine = create_or_upgrade(url)
    episodes = [make_episode(f"E{n}", onset_date="2022" if n < 5 else "2024-01-02") for n in range(50)]
    load_tables(engine, tmp_path / "rest", episodes=episodes, scores=[make_score(f"E{n}") for n in range(50)])
    engine.dispose()
    monkeypatch.setitem(stores, "rest", url)
    app = visit("rest", PAGE, audience="sharing", symptoms="up_to_6_weeks")
    assert "or leave out fewer than 8" in app.info[0].value
    assert not app.get("plotly_chart")
    assert not app.table


def test_more_than_two_filters_are_refused_with_a_remedy(look: Visit):
    app = look("big", PAGE, audience="sharing", condition="pfps", site="north", symptoms="up_to_6_weeks")
    assert [info.value for info in app.info] == [
        "Figures to share take at most two filters beside the period. Remove one."
    ]


def test_a_therapist_sees_rounded_figures_of_the_clinic(look: Visit, stores):
    shared = pain_of(stores["big"], audience="sharing")
    app = look("big", PAGE, preview_as="Therapist T04")
    assert app.table[0].value["scored at the start and then"][0] == f"{shared.changes[0].scored:,}"
    assert [trace["y"][0] for trace in figure(app)["data"]] == [change.mean for change in shared.changes]
    assert not re.search(r"\bT0\d\b", said(app) + json.dumps([figure(app, n) for n in range(3)]))
