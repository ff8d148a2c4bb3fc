"""The page Data: what is known, what looks wrong, what was loaded, what is decided; and who is behind a count."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date

import pytest
from app.driver import Visit, choose, said, section_of, summary_of, tiles

from dashboard.record_names import MEASURE_NAMES
from dashboard.sections.completeness import completeness_section
from dashboard.sections.quality import quality_section
from sql.engine import reading, writing
from sql.queries.audit_lines import audit_lines
from sql.settings import setting_value
from sql.store import open_store
from sql.writes.annotation import add_annotation

VIEWS = ("completeness", "records", "rules", "loads", "privacy", "settings")


def read(url, question):
    engine = open_store(url)
    with reading(engine) as connection:
        answer = question(connection)
    engine.dispose()
    return answer


@pytest.fixture
def own_store(stores, tmp_path, monkeypatch):
    """A copy that may be written to, in place of `small`."""
    path = tmp_path / "own.db"
    shutil.copyfile(stores["small"].removeprefix("sqlite:///"), path)
    monkeypatch.setitem(stores, "own", f"sqlite:///{path}")
    return stores["own"]


@pytest.mark.parametrize("store", ["big", "small", "two_clinics", "tiny", "other"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(look: Visit, store, view):
    app = look(store, "data", data_show=view)
    assert not app.exception
    assert app.title[0].value == "Can we trust our records?"
    assert app.header


def test_an_empty_store_says_what_to_do(look: Visit):
    assert "Load data first" in look("empty", "data").info[0].value


def test_the_tiles_are_the_section(look: Visit, stores):
    result = section_of(stores["big"], completeness_section)
    shown = tiles(look("big", "data"))
    for known in result.everybody.measures:
        value, detail = shown[MEASURE_NAMES[known.measure]]
        assert value == f"{100 * known.share:.0f} %"
        assert detail.replace("\N{NO-BREAK SPACE}", " ") == f"{known.known:,} of {known.due:,}"


def test_known_at_week_12_is_what_the_curve_rests_on(stores):
    """Where everybody's week 12 has come, the share known is the one beside the curve."""
    result = section_of(stores["tiny"], completeness_section).everybody.of("running_week_12")
    summary = summary_of(stores["tiny"], by=None)
    assert result.due == summary.everybody.episodes
    assert result.share == summary.everybody.back_by_day(84).known


def test_the_table_has_a_row_per_month_and_adds_up(look: Visit, stores):
    result = section_of(stores["big"], completeness_section)
    table = look("big", "data").dataframe[0].value
    assert len(table) == len(result.months)
    assert sum(int(cell) for cell in table["started"]) == result.everybody.started
    by_therapist = look("big", "data", rows="therapists").dataframe[0].value
    assert sum(int(cell) for cell in by_therapist["started"]) == result.everybody.started
    both = look("big", "data", rows="both").dataframe[0].value
    assert both.shape == (len(result.months), len(result.therapists) + 1)


def test_the_rules_are_the_section_the_most_frequent_first(look: Visit, stores):
    result = section_of(stores["big"], quality_section)
    table = look("big", "data", data_show="records").dataframe[0].value
    counts = [int(cell) for cell in table["people"]]
    assert counts == sorted((count for count in result.found.values() if count), reverse=True)


@pytest.mark.parametrize("choices", [{"audience": "sharing"}, {"preview_as": "Therapist T01"}])
def test_loads_privacy_and_settings_are_for_the_owner_and_the_clinic(look: Visit, choices):
    app = look("big", "data", **choices)
    views = next(group for group in app.button_group if group.key == "data_show")
    assert list(views.options) == ["Completeness", "Records to check"]


def test_to_share_names_no_therapist_and_lists_nobody(visit: Visit):
    for view in ("completeness", "records"):
        app = visit("big", "data", audience="sharing")
        choose(app, data_show=view)
        assert not app.exception
        assert not app.button
        assert "T0" not in said(app) + json.dumps([frame.value.to_json() for frame in app.dataframe])


def test_five_people_to_share_show_no_number(look: Visit):
    for view in ("completeness", "records"):
        app = look("tiny", "data", audience="sharing", data_show=view)
        assert "Too few people to share a figure" in app.info[0].value
        assert not app.metric
        assert not app.header
        assert not app.dataframe


def test_who_is_missing_is_listed_and_written_down(visit: Visit, own_store):
    result = section_of(own_store, completeness_section).everybody.of("running_week_12")
    app = visit("own", "data")
    app.button(key="who_missing_missing:running_week_12").click().run()
    assert not app.exception
    people = app.dataframe[-1].value
    assert len(people) == result.due - result.known
    assert list(people.columns) == ["code", "why", "missing", "first visit", "therapist"]
    assert all("running (week 12" in cell for cell in people["missing"])
    (line,) = read(own_store, lambda connection: audit_lines(connection, "main"))
    assert (line.reader, line.action, line.subject, line.rows) == (
        "owner", "people_listed", "missing:running_week_12", len(people),
    )  # fmt: skip
    app = visit("own", "data", data_show="privacy")
    assert "opened a list" in app.table[-1].value.to_string()


def test_a_therapist_gets_their_own_only(visit: Visit, own_store):
    app = visit("own", "data", preview_as="Therapist T01")
    app.button(key="who_missing_missing:running_week_12").click().run()
    assert set(app.dataframe[-1].value["therapist"]) == {"T01"}
    (line,) = read(own_store, lambda connection: audit_lines(connection, "main"))
    assert line.reader == "therapist T01"


def test_a_class_on_the_overview_opens_its_people(visit: Visit, own_store):
    became = summary_of(own_store).everybody.became
    app = visit("own", "overview")
    app.button(key="who_became_became:lost").click().run()
    assert len(app.dataframe[-1].value) == became.lost
    assert not visit("own", "overview", audience="sharing").button


def test_a_setting_is_saved_with_its_history(visit: Visit, own_store):
    app = visit("own", "data", data_show="settings")
    assert all(
        "What changes:" in text for text in [m.value for m in app.markdown if "What changes" in m.value]
    )
    app.number_input(key="value_k").set_value(10)
    app.button(key="save_k").click().run()
    assert not app.exception
    assert read(own_store, lambda connection: setting_value(connection, "main", "k")) == "10"
    assert any("10" in table.value.to_string() for table in app.table)


def test_a_value_that_cannot_be_taken_is_refused_in_words(visit: Visit, own_store):
    app = visit("own", "data", data_show="settings")
    app.text_input(key="value_accent").set_value("#ffff00")
    app.button(key="save_accent").click().run()
    assert "too light" in app.error[0].value
    assert read(own_store, lambda connection: setting_value(connection, "main", "accent")) == ""


def test_every_open_episode_stands_under_one_rule(visit: Visit):
    """The shares are those of the caseloads: a therapist's list and the Data page count the same episodes."""
    app = visit("big", "data", data_show="rules")
    table = app.dataframe[0].value
    by_word = table.assign(n=table["open episodes"].astype(int)).groupby("word on the caseload")["n"].sum()
    open_episodes = int(re.search(r"of (\d+) open episodes", app.header[0].value)[1])
    assert by_word.sum() == open_episodes
    lists = visit("big", "caseload")
    therapists = [label for label in lists.selectbox(key="preview_as").options if label != "Owner"]
    counted = Counter()
    for label in therapists:
        app = choose(visit("big", "caseload"), preview_as=label)
        if app.dataframe:
            choose_all = next(group for group in app.button_group if group.key == "chip")
            app = choose_all.set_value("all").run()
            counted.update(app.dataframe[0].value.iloc[:, 0])
    assert sum(counted.values()) == open_episodes


def test_a_row_of_the_rules_opens_its_people(visit: Visit):
    app = visit("small", "data", data_show="rules")
    row = app.dataframe[0].value.iloc[0]
    app.session_state["rule_shares_tapped"] = (0, "rule")
    app.run()
    assert not app.exception
    assert len(app.dataframe[1].value) == int(row["open episodes"])
    assert "missing" not in app.dataframe[1].value  # the list is about what to do, not about gaps
    assert any("That you looked is written to the audit." in text.value for text in app.markdown)


def test_cells_are_short_enough_for_a_tablet(look: Visit):
    """A share with its people; of under ten the people alone; and no number where nothing was due."""
    table = look("big", "data").dataframe[0].value
    cells = {cell.replace("\xa0", " ") for name in MEASURE_NAMES.values() for cell in table[name]}
    assert all(re.fullmatch(r"not yet|\d of \d|\d+ % of \d+", cell) for cell in cells)
    assert max(map(len, cells)) <= len("100 % of 28")


def test_what_happened_is_numbered_in_its_month(visit: Visit, own_store):
    engine = open_store(own_store)
    with writing(engine) as connection:
        add_annotation(connection, "main", date(2026, 3, 9), "new *gait* protocol", today=date(2026, 11, 1))
    engine.dispose()
    app = visit("own", "data")
    months = app.dataframe[0].value["first visit"]
    assert [month for month in months if "[" in month] == ["Mar 2026 [1]"]
    assert r"**1** · 9 March 2026: new \*gait\* protocol" in said(app)
    marks = [
        trace
        for trace in figure_named(visit("own", "return to running"), "intake_periods")
        if trace["name"] == "annotations"
    ]
    assert [trace["hovertext"] for trace in marks] == [["<b>9 March 2026</b><br>new *gait* protocol"]]


def figure_named(app, key):
    """The traces of one chart of the page."""
    chart = next(chart for chart in app.get("plotly_chart") if chart.key == key)
    return json.loads(chart.proto.spec)["data"]
