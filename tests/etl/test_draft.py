"""Drafts of mappings: what is suggested, what is missing, what may be shown, and the text that comes out."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import column_facts as facts
from etl.appointments import MAPPABLE
from etl.contract import RUNNING, SCORES, VISITS
from etl.draft import FieldDraft, FileDraft, TableDraft
from etl.draft_reading import draft_of
from etl.draft_suggested import (
    likely_tables,
    suggested_field,
    suggested_format,
    suggested_table,
)
from etl.mapping_file import parse_mapping, preset_names, preset_text
from etl.mapping_text import mapping_text
from etl.suggest import look
from etl.suggest_columns import Seen

GERMAN = (
    "Patientennummer;Name;Termin;Behandler;Terminart;Status;Schmerz\n"
    "101;Jürgen Müller;31.01.2024 09:30;AB;Läuferknie;wahrgenommen;3,5\n"
    "102;Anna Öz;02.02.2024 10:00;CD;Massage;verschoben;-\n"
)


def column(header: str, *texts: str) -> Seen:
    return Seen(header, 0, Counter(texts))


def german(folder: Path):
    path = folder / "Termine 2024-01.csv"
    path.write_bytes(GERMAN.encode("cp1252"))
    return look(path, folder)


def test_a_german_appointment_list_is_matched_by_itself(tmp_path):
    seen = german(tmp_path)
    assert likely_tables(seen.columns) == ["appointments"]
    assert suggested_format(seen) == {"delimiter": ";", "encodings": ["cp1252"], "decimal": ","}
    table = suggested_table("appointments", seen.columns)
    assert table.missing() == []
    assert table.fields["visit_date"] == FieldDraft("Termin", formats=("%d.%m.%Y %H:%M",))
    assert table.fields["status"].words == {"wahrgenommen": "attended"}
    assert table.fields["condition"].words == {"Läuferknie": "pfps", "*": "other", "": "other"}


def test_its_text_is_a_mapping_and_reads_back_as_the_same_draft(tmp_path):
    seen = german(tmp_path)
    table = suggested_table("appointments", seen.columns)
    draft = FileDraft((table,), suggested_format(seen), ("Name",), ("-",), "Europe/Berlin", "termine")
    mapping, _ = parse_mapping(draft.text().encode(), "draft")
    assert mapping.files["appointments"].match == ("*",)
    assert mapping.timezone == "Europe/Berlin"
    assert draft_of(tomllib.loads(draft.text())) == draft
    assert "Müller" not in draft.text()


def test_a_form_gives_answers_and_scores(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text("Timestamp,Your code,Are you running?,Pain now\n2024-01-02 10:00:00,P1,No,4\n")
    seen = look(path, tmp_path)
    assert likely_tables(seen.columns) == ["running", "scores"]
    scores = suggested_table("scores", seen.columns)
    assert scores.fields["instrument"].const == "NPRS"
    assert scores.fields["context"].const == "current"  # "Pain now"
    text = FileDraft((suggested_table("running", seen.columns), scores)).text()
    mapping, _ = parse_mapping(text.encode(), "draft")
    (condition,) = mapping.files["running"].filters
    assert (condition.column, condition.filled) == (("Are you running?",), True)


def test_missing_fields_are_named():
    table = TableDraft("running", {"reported_on": FieldDraft("Date")})
    assert [spec.name for spec in table.missing()] == ["status", "patient_id"]
    by_episode = TableDraft("visits", {"episode_id": FieldDraft("E"), "visit_date": FieldDraft("D")})
    assert by_episode.missing() == []
    assert not FileDraft(()).complete


def test_two_scores_of_one_file_are_two_entries():
    fields = {name: FieldDraft("x") for name in ("patient_id", "scored_on", "value", "instrument")}
    document = FileDraft((TableDraft("scores", fields), TableDraft("scores", fields))).document()
    assert list(document["files"]) == ["scores", "scores_2"]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_that_says_more_than_a_draft_can_is_no_draft(name):
    document = tomllib.loads(preset_text(name))
    draft = draft_of(document)
    if draft is not None:  # then nothing of it may be lost
        again = parse_mapping(draft.text().encode(), "draft")[0]
        before = parse_mapping(preset_text(name).encode(), "preset")[0]
        assert [rule.columns for rule in again.files.values()] == [
            rule.columns for rule in before.files.values()
        ]


values = st.recursive(
    st.text() | st.booleans() | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), st.dictionaries(st.text(), values, max_size=3), max_size=3))
def test_what_is_written_reads_back(entries):
    entries = {
        name: {key: value for key, value in entry.items() if key != "columns"}
        for name, entry in entries.items()
    }
    document = {"about": 'a "quoted" \\ text\n', "files": entries}
    assert tomllib.loads(mapping_text(document, ("a remark\nof two lines",))).get("files", {}) == entries


# --- what may be shown


def test_words_are_shown_with_their_rows_and_ours_beside_them():
    found = facts.words(column("Side", "L", "L", "r", "Left knee", "", "n/a"), VISITS.column("status"))
    assert found.shown == {"L": 2, "r": 1, "Left knee": 1}
    assert facts.our_word(MAPPABLE["episodes"].column("side"), "L") == "left"
    assert facts.our_word(MAPPABLE["episodes"].column("side"), "Zorb") == ""


def test_long_answers_are_shown_only_if_our_lists_hold_them():
    found = facts.words(
        column("Q", "Yes, but with pain", "ask my sister Jo Bloggs", "ask my sister Jo Bloggs"),
        RUNNING.column("status"),
    )
    assert found.shown == {"Yes, but with pain": 1}
    assert (found.hidden_words, found.hidden_rows) == (1, 2)


@pytest.mark.parametrize("text", ["jo@example.org", "+44 7700 900123", "SW1A 1AA"])
def test_nothing_is_shown_of_a_column_with_an_identifier(text):
    found = facts.words(column("Type", "Knee", text), VISITS.column("status"))
    assert found.closed.startswith("It holds what identifies people")
    assert not found.shown


@pytest.mark.parametrize(("distinct", "shown"), [(40, 40), (41, 0)])
def test_more_than_forty_words_are_no_list_of_words(distinct, shown):
    found = facts.words(
        column("Type", *(f"w{n}" for n in range(distinct)), *(f"w{n}" for n in range(distinct))),
        VISITS.column("status"),
    )
    assert len(found.shown) == shown
    assert bool(found.closed) == (shown == 0)


def test_names_of_people_are_not_shown():
    names = [f"Jo{chr(97 + n)} Bloggs" for n in range(12)]
    assert facts.words(
        column("Patient", "Jo Bloggs", "Jo Bloggs"), VISITS.column("status")
    ).closed.startswith("By its name")
    assert facts.words(column("Who", *names), VISITS.column("status")).closed.startswith("Nearly every row")


def test_shapes_never_values():
    assert facts.shapes(column("x", "Jo Bloggs", "03/04/2024", "03/04/2024", "-")) == [
        ("99/99/9999", 2),
        ("aa aaaaaa", 1),
    ]


def test_ways_of_writing_dates_with_the_rows_they_fit():
    assert facts.date_ways(column("d", "03/04/2024", "31/01/2024")) == {"%d/%m/%Y": 2, "%m/%d/%Y": 1}
    assert facts.day_or_month_first(column("d", "03/04/2024"))
    assert not facts.day_or_month_first(column("d", "03/04/2024", "31/01/2024"))
    assert facts.date_ways(column("d", "2024", "03/2024"), partial=True) == {"%m/%Y": 1, "%Y": 1}
    assert facts.date_ways(column("d", "45299")) == {"excel-serial": 1}


@pytest.mark.parametrize(
    ("text", "offset"),
    [("2024-01-02T23:30:00Z", True), ("2024/01/02 10:00:00 am GMT+1", True), ("2024-01-02 23:30", False)],
)
def test_stamps_with_an_offset_need_a_time_zone(text, offset):
    assert facts.has_offset(column("d", text)) == offset


def test_columns_that_name_people_cannot_be_chosen():
    columns = [column("Patient name", "x"), column("Status", "x"), column("", "x")]
    assert [one.header for one in facts.choices(columns)] == ["Status"]


def test_scores_to_a_draft_keep_their_missing_numbers():
    field = suggested_field(SCORES.column("value"), column("Pain", "3", "99", "7"))
    assert field.words == {"99": ""}
