"""Drafts of mappings: what is suggested, what is missing, what may be shown, and the text that comes out."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import column_facts as facts
from etl.appointments import APPOINTMENTS, MAPPABLE
from etl.contract import EPISODES, RUNNING, SCORES, VISITS
from etl.draft import FieldDraft, FileDraft, LinkDraft, LookupDraft, TableDraft
from etl.draft_reading import draft_of, field_of
from etl.draft_suggested import (
    day_before,
    further_scores,
    likely_tables,
    list_sign,
    lists_people,
    suggested_field,
    suggested_format,
    suggested_table,
)
from etl.mapping_file import parse_mapping, preset_names, preset_text
from etl.mapping_text import mapping_text
from etl.suggest import suggest_mapping
from etl.suggest_columns import Seen
from etl.suggest_look import look

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


@pytest.mark.parametrize(
    ("header", "context"), [("Schmerz in Ruhe", "at_rest"), ("Schmerz beim Laufen", "running")]
)
def test_what_a_german_header_asks_about_is_known(header, context):
    scores = suggested_table("scores", [column("Pat.-Nr.", "101"), column(header, "3")])
    assert scores.fields["context"].const == context


def test_usual_words_of_forms_and_booking_systems_are_known():
    assert suggested_table("scores", [column("Pat.-Nr.", "101")]).fields["patient_id"].header == "Pat.-Nr."
    assert facts.our_word(RUNNING.column("status"), "Not yet") == "not_running"
    assert facts.our_word(MAPPABLE["appointments"].column("status"), "Eingetroffen") == "attended"


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


CLIENTS = "Client ID,Email,Mobile,Sex\n101,jo@example.org,07700 900123,Female\n102,al@example.org,07700 900124,Male\n"


def test_a_draft_with_a_list_of_clients_several_scores_and_a_lookup_reads_back():
    fields = {
        "scored_on": FieldDraft("Timestamp", formats=("iso",)),
        "instrument": FieldDraft(const="AKPS"),
        "value": FieldDraft("Kujala"),
        "reporter": FieldDraft(const="patient"),
    }
    stairs = {
        "instrument": FieldDraft(const="NPRS"),
        "context": FieldDraft(const="stairs"),
        "value": FieldDraft("Stairs", scale="0-100 to 0-10"),
    }
    link = LinkDraft("in-clients", "Client ID", ("E-mail", "Email"), ("Mobile", "Phone"), pseudonymise=True)
    scores = TableDraft("scores", fields, link=link, further=(stairs,))
    sex = FieldDraft("Client", words={"F": "female"}, lookup=LookupDraft("in-clients", "Client ID", "Sex"))
    episodes = TableDraft("episodes", {"sex": sex})
    draft = FileDraft((scores, episodes), beside={"in-clients": {"delimiter": ";"}})
    assert [spec.name for spec in scores.missing()] == []
    assert draft_of(tomllib.loads(draft.text())) == draft


def test_several_scores_of_a_line_are_a_mapping_and_a_scale_of_function_has_no_context():
    fields = {
        "patient_id": FieldDraft("Code"),
        "scored_on": FieldDraft("Day"),
        "instrument": FieldDraft(const="AKPS"),
        "context": FieldDraft(const="usual_week"),
        "value": FieldDraft("Kujala"),
    }
    one = TableDraft("scores", fields)
    assert "context" not in one.rules()["columns"]
    two = TableDraft(
        "scores", fields, further=({"instrument": FieldDraft(const="NPRS"), "value": FieldDraft("Pain")},)
    )
    mapping, _ = parse_mapping(FileDraft((two,)).text().encode(), "draft")
    first, second = mapping.files["scores"].melt
    assert (first.columns["value"].from_, second.columns["value"].from_) == (("Kujala",), ("Pain",))
    assert "context" not in first.columns
    assert second.columns["context"].const == "usual_week"


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, [("Now", "Worst")]),
        ({"context": FieldDraft(const="usual_week")}, [("Now", "Worst")]),  # what stands for no context
        ({"context": FieldDraft(const="worst_week")}, []),
        ({"instrument": FieldDraft(const="VAS10")}, []),
        ({"scored_on": FieldDraft("Other day")}, []),
    ],
)
def test_scores_of_a_line_that_nothing_tells_apart_are_named(more, same):
    fields = {
        "patient_id": FieldDraft("Code"),
        "scored_on": FieldDraft("Day"),
        "instrument": FieldDraft(const="NPRS"),
        "value": FieldDraft("Now"),
    }
    assert TableDraft("scores", fields).same_values() == []
    assert (
        TableDraft("scores", fields, further=({**more, "value": FieldDraft("Worst")},)).same_values() == same
    )


def test_what_pain_is_asked_about_does_not_tell_scores_of_function_apart():
    fields = {
        "scored_on": FieldDraft("Day"),
        "instrument": FieldDraft(const="AKPS"),
        "value": FieldDraft("Left"),
    }
    more = {"context": FieldDraft(const="stairs"), "value": FieldDraft("Right")}
    assert TableDraft("scores", fields, further=(more,)).same_values() == [("Left", "Right")]


@pytest.mark.parametrize(
    "columns",
    [
        {"value": {"from": "x", "lookup": {"file": "f", "key": ["a", "b"], "value": "c"}}},
        {"value": {"from": ["x", "y"]}},
        {"score_id": {"parse": "line_number"}},
    ],
)
def test_what_a_draft_cannot_say_is_no_draft(columns):
    assert draft_of({"files": {"scores": {"table": "scores", "columns": columns}}}) is None


def test_scores_beside_the_first_are_proposed_but_not_those_of_other_fields():
    found = further_scores(
        [
            column("Worst pain", "3", "4/10"),
            column("Pain going down stairs", "3"),
            column("How much pain do you have while running", "3"),
            column("Pain medication", "none taken"),
            column("Kujala score", "72"),
        ],
        ["Worst pain"],
    )
    assert [seen.header for seen in found] == ["Pain going down stairs", "Kujala score"]


@pytest.mark.parametrize(
    ("numbers", "odd", "proposed"),
    [(38, "10 (worst)", True), (9, "10 (worst)", True), (8, "10 (worst)", False), (38, "none taken", True)],
)
def test_one_odd_answer_does_not_hide_a_question_about_pain(numbers, odd, proposed):
    pain = column("Worst pain", *(str(n % 8) for n in range(numbers)), odd)
    assert further_scores([pain], []) == ([pain] if proposed else [])
    read = suggested_field(SCORES.column("value"), pain)
    assert read.parse == ("first_number" if odd[0].isdigit() else "")


def test_a_scale_up_to_100_is_neither_shrunk_nor_emptied(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text("Date,Your code,Kujala score\n2024-01-02,P1,88\n2024-01-03,P1,99\n2024-01-04,P1,72\n")
    seen = look(path, tmp_path)
    table = suggested_table("scores", seen.columns)
    assert table.fields["instrument"].const == "AKPS"
    assert table.fields["value"] == FieldDraft("Kujala score")
    text = suggest_mapping(path, tmp_path, "scores")
    assert 'instrument = { const = "AKPS" }' in text
    assert 'value = "Kujala score"' in text
    assert "context" not in text


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (CLIENTS, True),
        ("Client ID,Date,Practitioner,Type,Email\n1,2024-01-08,AB,Knee,jo@example.org\n", False),
        ("Timestamp,Email,Are you running?,Pain now\n2024-01-08,jo@example.org,No,3\n", False),
        ("Client ID,Sex\n101,Female\n", False),
    ],
)
def test_a_list_of_clients_is_told_from_other_files(tmp_path, text, people):
    path = tmp_path / "file.csv"
    path.write_text(text)
    assert lists_people(look(path, tmp_path).columns) is people


def test_treatments_are_proposed_from_types_and_known_words_found_in_them(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Client ID,Date,Practitioner,Type\n1,2024-01-08,AB,Shockwave + massage\n")
    table = suggested_table("appointments", look(path, tmp_path).columns)
    assert table.fields["treatments"].header == "Type"
    spec = VISITS.column("treatments")
    assert facts.our_word(spec, "Shockwave + Massage 30min") == "soft_tissue;shockwave"
    assert facts.our_word(spec, "Review") == ""


def test_words_of_a_booking_system_s_own_list_are_shown_when_they_come_again_and_again():
    long = "Running Injury Initial Assessment"
    spec = VISITS.column("treatments")
    assert long in facts.words(Seen("Appointment type", 0, Counter({long: 3})), spec).shown
    assert long not in facts.words(Seen("Appointment type", 0, Counter({long: 2})), spec).shown
    assert long not in facts.words(Seen("What was done", 0, Counter({long: 3})), spec).shown


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("Läuferknie - Erstbefund", "pfps"),
        ("Runner's knee, follow-up", "pfps"),
        ("ITBS/knee review", "itbs"),
        ("Knee pain 30 min", "other_knee"),
        ("Knieschule", ""),
        ("PFPS or ITBS clinic", ""),
        ("Back pain", ""),
    ],
)
def test_a_condition_is_found_inside_a_type_if_it_is_the_only_one(kind, condition):
    assert facts.our_word(EPISODES.column("condition"), kind) == condition


@pytest.mark.parametrize("name", ["condition", "treatments"])
def test_a_known_word_inside_a_text_shows_it_in_a_column_of_types_only(name):
    spec = APPOINTMENTS.column(name)
    text = "Jürgen Müller Läuferknie massage"
    assert facts.our_word(spec, text)
    assert text not in facts.words(Seen("Notiz", 0, Counter({text: 3})), spec).shown
    assert (
        "Massage" in facts.words(Seen("Given", 0, Counter({"Massage": 1})), VISITS.column("treatments")).shown
    )


def test_the_words_of_a_list_in_one_cell_come_apart():
    cells = column("Given", "taping; massage", "taping")
    assert list_sign(cells) == "semicolon_list"
    assert facts.split(cells, "semicolon_list").texts == {"taping": 2, "massage": 1}
    assert facts.split(cells, "").texts == cells.texts


def test_our_own_words_stay_what_they_are_beside_a_word_for_all_others(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Client ID,Date,Practitioner,Condition\n1,2024-01-08,AB,PFPS\n2,2024-01-08,AB,itbs\n3,2024-01-08,AB,Achilles\n"
    )
    words = suggested_table("appointments", look(path, tmp_path).columns).fields["condition"].words
    assert words == {"PFPS": "pfps", "itbs": "itbs", "*": "other", "": "other"}


def test_days_and_scores_side_by_side_are_scores_each_with_the_day_before_it(tmp_path):
    path = tmp_path / "course.csv"
    path.write_text(
        "Client ID,Seen first,Pain first,Seen 6 weeks,Pain 6 weeks\n1,2024-01-08,7,2024-02-19,3\n"
    )
    columns = look(path, tmp_path).columns
    assert likely_tables(columns) == ["scores"]
    fields = suggested_table("scores", columns).fields
    assert (fields["scored_on"].header, fields["value"].header) == ("Seen first", "Pain first")
    last = day_before(columns, columns[4])
    assert last is not None
    assert last.header == "Seen 6 weeks"


def test_further_answers_of_a_line_count_only_where_they_were_given():
    fields = {
        "patient_id": FieldDraft("Code"),
        "reported_on": FieldDraft("Day"),
        "status": FieldDraft("Week 6"),
    }
    table = TableDraft("running", fields, further=({"status": FieldDraft("Week 12")},))
    draft = FileDraft((table,))
    mapping, _ = parse_mapping(draft.text().encode(), "draft")
    conditions = [melt.filters[0] for melt in mapping.files["running"].melt]
    assert [(one.column, one.filled) for one in conditions] == [(("Week 6",), True), (("Week 12",), True)]
    assert draft_of(tomllib.loads(draft.text())) == draft


def test_columns_to_tick_are_proposed_for_treatments_and_read_back():
    ticks = [Seen(f"treatment___{n}", n, Counter({"1": 1, "0": 1})) for n in (1, 2)]
    table = suggested_table("visits", [column("session_date", "2024-02-01"), *ticks])
    assert table.fields["treatments"] == FieldDraft("treatment", words={"*": ""}, parse="checkboxes")
    assert field_of(table.fields["treatments"].rule()) == table.fields["treatments"]
