"""Trends: every state opens, owners decide and take back, others and shared figures do not."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from app.driver import Visit, choose, figure, said, section_of, table_with
from streamlit.testing.v1 import AppTest

from dashboard.sections.trends import Trends, trends_section
from dashboard.trend_words import MEASURE_NAMES, summary_rows, value_words
from sql.cohort import Audience
from sql.engine import reading
from sql.store import open_store

PAGE = "trends"
STORES = ("big", "small", "tiny", "other", "two_clinics")


@pytest.fixture
def own_copy(stores: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The big sample clinic, to write into."""
    copy = tmp_path / "copy.db"
    with (
        sqlite3.connect(stores["big"].removeprefix("sqlite:///")) as source,
        sqlite3.connect(copy) as target,
    ):
        source.backup(target)
    monkeypatch.setitem(stores, "copy", f"sqlite:///{copy}")
    return stores["copy"]


def trends_of(url: str, audience: Audience = "clinic", **cohort: object) -> Trends:
    return section_of(url, trends_section, audience, **cohort)


def table(app: AppTest):
    return app.dataframe[0].value


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
@pytest.mark.parametrize("store", STORES)
def test_it_opens_on_every_store(look: Visit, store: str, audience: str):
    app = look(store, PAGE, audience=audience)
    assert not app.exception
    assert [title.value for title in app.title] == ["Is it getting better or worse?"]
    if (store, audience) == ("tiny", "sharing"):
        assert not app.dataframe
        return
    assert list(table(app)["measure"]) == list(MEASURE_NAMES.values())
    assert "With ten measures, one shows a sign by chance alone in about 15 % of months" in said(app)


@pytest.mark.parametrize("measure", MEASURE_NAMES)
def test_every_measure_has_its_chart_and_its_table_agrees(look: Visit, stores, measure: str):
    trend = trends_of(stores["big"]).trend(measure)
    app = look("big", PAGE, measure=measure)
    points = next(t for t in figure(app)["data"] if t["name"] == "points")
    scale = 100 if trend.measure.in_per_cent else 1
    assert points["y"] == pytest.approx([scale * p.value.value for p in trend.counted])
    assert app.header[0].value.startswith(MEASURE_NAMES[measure])
    row = table(app).set_index("measure").loc[MEASURE_NAMES[measure]]
    assert row["series"] == pytest.approx([round(scale * p.value.value, 2) for p in trend.counted])
    newest = trend.counted[-1].value
    assert (
        row["last"]
        == f"{value_words(trend.measure, newest.value).removesuffix(' points')} ({newest.first_day:%b})"
    )
    assert ("steady" in row["variation"]) == (trend.variation == "common cause")
    assert ("no real change" in app.header[0].value) == (trend.variation == "common cause")


def test_the_table_says_on_how_many_scores_a_median_rests(look: Visit, stores):
    trend = trends_of(stores["big"]).trend("pain_change")
    rows = table_with(look("big", PAGE, measure="pain_change"), "with both scores")
    counted = rows[: len(trend.counted)]  # the later months are not over
    assert list(counted["with both scores"]) == [str(point.value.met) for point in trend.counted]
    assert list(counted["people"]) == [str(point.value.n) for point in trend.counted]


def test_the_last_value_of_an_earlier_year_says_which(stores):
    """Those of 2024 alone: their last month is Dec 2024, almost two years before the data end."""
    trends = trends_of(stores["big"], first_visit_from=date(2024, 5, 1), first_visit_to=date(2024, 12, 31))
    intake = next(row for row in summary_rows(trends) if row["measure"] == "People starting")
    assert intake["last"].endswith(" (Dec 2024)")


def test_a_run_on_one_side_says_since_when(look: Visit, stores):
    """The month is that of the first mark in the colour of a signal."""
    trend = trends_of(stores["big"]).trend("pain_change")
    began = next(p.value.first_day for p in trend.counted if p.value.first_day == trend.suggested)
    title = look("big", PAGE, measure="pain_change").header[0].value
    assert title.endswith(f"7 or more months in a row above the mean, since {began:%b %Y}")
    side = [p.value.value > p.mean for p in trend.counted if p.value.first_day >= began]
    assert all(side)
    assert len(side) >= 7


@pytest.mark.parametrize("store", ["empty", "none"])
def test_without_data_it_says_what_to_do(look: Visit, store: str):
    app = look(store, PAGE)
    assert [title.value for title in app.title] == ["Welcome to Return to Run"]
    assert not app.dataframe


def test_five_people_shared_have_no_figure(look: Visit):
    app = look("tiny", PAGE, audience="sharing")
    assert not app.exception
    assert not app.dataframe
    assert not app.get("plotly_chart")
    assert "Too few people to share a figure" in app.info[0].value


def test_filters_that_leave_few_out_show_nothing_shared(look: Visit):
    exact = look("tiny", PAGE, audience="sharing", condition="pfps")
    assert not exact.exception


def test_an_owner_marks_what_happened_and_removes_it(visit: Visit, own_copy: str):
    app = visit("copy", PAGE)
    app.date_input(key="annotation_day").set_value(date(2026, 3, 2))
    app.text_input(key="annotation_text").set_value("new gait protocol [north]")
    app = press(app, "Mark it on the charts")
    assert not app.exception
    assert [(n.day, n.text) for n in trends_of(own_copy).annotations] == [
        (date(2026, 3, 2), "new gait protocol [north]")
    ]
    assert r"**1** · 2 March 2026: new gait protocol \[north\]" in said(app)
    assert any(trace["name"] == "annotations" for trace in figure(app)["data"])
    for other in ("intake", "cancelled"):
        assert any(t["name"] == "annotations" for t in figure(choose(app, measure=other))["data"])
    shared = visit("copy", PAGE, audience="sharing")
    assert "2 March 2026: Noted by the clinic" in said(shared)
    assert "new gait protocol" not in said(shared) + str(figure(shared))
    app = press(app, "Remove")
    assert trends_of(own_copy).annotations == ()
    assert "2 March 2026: new" not in said(app)


def test_a_note_is_proposed_where_the_charts_end(look: Visit, stores: dict[str, str]):
    proposed = look("small", PAGE).date_input(key="annotation_day").value
    assert proposed == min(trends_of(stores["small"]).as_of, date.today())  # noqa: DTZ011


@pytest.mark.parametrize(
    "text",
    [
        "ring 07700 900461 about it",
        "zebedee@planted.example left",
        "Mrs Quillfeather complained",
        "patient 943 476 5870",
        "born 1987-03-02",
        "K-0000-A",
    ],
)
def test_a_note_with_an_identifier_is_not_kept_nor_repeated(visit: Visit, own_copy: str, text: str):
    app = visit("copy", PAGE)
    if text.startswith("K-"):
        engine = open_store(own_copy)
        with reading(engine) as connection:
            text = f"see {connection.exec_driver_sql('SELECT short_code FROM episode').scalar()}"
        engine.dispose()
    app.text_input(key="annotation_text").set_value(text)
    app = press(app, "Mark it on the charts")
    assert app.error[0].value.startswith("Not kept: it looks like it holds a ")
    assert text not in app.error[0].value
    assert trends_of(own_copy).annotations == ()


def test_an_owner_sets_a_target_and_removes_it(visit: Visit, own_copy: str):
    app = visit("copy", PAGE, measure="baseline_score")
    app.number_input(key="target_baseline_score").set_value(80.0)
    app = press(app, "Set target")
    assert trends_of(own_copy).trend("baseline_score").target == pytest.approx(0.8)
    assert table(app).set_index("measure").loc["Score at the first visit", "target"] == "✓ met"
    assert "Target 80 %: met every time while nothing changes." in said(app)
    assert any(trace["name"] == "target" for trace in figure(app)["data"])
    app = press(app, "Remove the target of 80\N{NO-BREAK SPACE}%")
    assert trends_of(own_copy).trend("baseline_score").target is None
    assert "target" not in table(app)


def test_an_owner_confirms_suggested_limits_with_a_reason_and_undoes_it(visit: Visit, own_copy: str):
    suggested = trends_of(own_copy).trend("pain_change").suggested
    assert suggested is not None
    app = visit("copy", PAGE, measure="pain_change")
    assert any("new limits are suggested" in expander.label for expander in app.expander)
    app = press(app, "Begin new limits")
    assert "1 to 200 characters" in app.error[0].value
    app.text_input(key="rebase_reason_pain_change").set_value("sicker people since the second site")
    app = press(app, "Begin new limits")
    trend = trends_of(own_copy).trend("pain_change")
    assert [(r.month, r.reason) for r in trend.rebases] == [
        (suggested, "sicker people since the second site")
    ]
    assert len(trend.segments) == 2
    assert f"New limits from {suggested:%B %Y}: sicker people since the second site" in said(app).replace(
        "\\", ""
    )
    shared = said(visit("copy", PAGE, measure="pain_change", audience="sharing"))
    assert f"New limits from {suggested:%B %Y}" in shared
    assert "sicker people" not in shared
    app = press(app, "Undo")
    assert trends_of(own_copy).trend("pain_change").rebases == ()


def test_with_a_filter_no_limits_can_be_confirmed(look: Visit, stores):
    for site in ("north", "harbour"):
        app = look("big", PAGE, measure="pain_change", site=site)
        assert "Begin new limits" not in [button.label for button in app.button]


@pytest.mark.parametrize("who", ["therapist", "owner, to share"])
def test_only_owners_decide(visit: Visit, who: str):
    app = visit("big", PAGE, **({"audience": "sharing"} if who != "therapist" else {}))
    if who == "therapist":
        choose(app, preview_as="Therapist T04")
    assert not app.exception
    assert app.get("plotly_chart")
    assert not [button for button in app.button if not button.key.startswith("who_")]
    assert not app.text_input
    assert not app.tabs


def test_of_two_clinics_one_is_chosen_first(look: Visit):
    app = look("two_clinics", PAGE)
    assert "Notes, targets and new limits belong to one clinic" in said(app)
    assert not app.text_input


def test_shared_figures_are_those_of_the_shared_section(look: Visit, stores):
    trend = trends_of(stores["big"], "sharing").trend("known_at_12_weeks")
    app = look("big", PAGE, audience="sharing", measure="known_at_12_weeks")
    points = next(t for t in figure(app)["data"] if t["name"] == "points")
    assert points["y"] == pytest.approx([100 * p.value.value for p in trend.counted])
    counts = [int(n) for text in points["text"] for n in text.split(", ")[1].split()[:1]]
    assert all(n % 5 == 0 and n >= 40 for n in counts)
    assert "T0" not in json.dumps(figure(app))
