"""Pages of the Cliniko API: flat rows, no personal text, and where bad JSON stops.

The records are shaped like those of the documentation (docs.api.cliniko.com), with invented values.
"""

from __future__ import annotations

import json

import pytest
from part_reading import only_part, parts_of, read, rows, stop_of, write_json

SERVER = "https://api.au1.cliniko.com/v1"


def link(path: str) -> dict[str, object]:
    return {"links": {"self": f"{SERVER}/{path}"}}


def appointment(**changes):
    return {
        "id": 1,
        "starts_at": "2024-07-21T03:45:00Z",
        "cancelled_at": None,
        "deleted_at": None,
        "did_not_arrive": False,
        "patient_arrived": None,
        "cancellation_reason": 30,
        "notes": "Rang from Quillmouth",
        "patient_name": "Rosalind Quill",
        "booking_ip_address": "192.0.2.1",
        "repeat_rule": {},
        "patient": link("patients/82"),
        "practitioner": link("practitioners/514810972972521916"),
        "attendees": link("individual_appointments/1/attendees"),
        "links": {"self": f"{SERVER}/individual_appointments/1"},
        **changes,
    }


def page(kind: str, *records: object, **more: object) -> dict[str, object]:
    return {kind: list(records), "total_entries": len(records), "links": {"self": f"{SERVER}/{kind}"}, **more}


def test_appointments_keep_codes_stamps_and_flags(tmp_path):
    path = write_json(tmp_path / "x.json", page("individual_appointments", appointment()))
    part = only_part(path)
    assert (part.name, part.table_name_guess) == ("x.json", "individual_appointments")
    assert read(part) == [
        (
            3,
            {
                "id": "1",
                "starts_at": "2024-07-21T03:45:00Z",
                "cancelled_at": "",
                "deleted_at": "",
                "did_not_arrive": "false",
                "patient_arrived": "",
                "cancellation_reason": "30",
                "patient_id": "82",
                "practitioner_id": "514810972972521916",
            },
        )
    ]
    assert part.open().notes == [("personal_columns", "")]


def test_personal_text_leaves_only_if_a_mapping_asks_for_it(tmp_path):
    patient = {
        "id": "9",
        "first_name": "Rosalind",
        "email": "quill@example.org",
        "date_of_birth": "1987-03-02",
        "sex": "Female",
        "archived_at": "see notes of 3 May",
        "old_reference_id": "NHS 9434765919",
        "patient_phone_numbers": [{"number": "0491 570 156"}, {"number": "0491 570 157"}],
        "custom_fields": {
            "sections": [{"name": "S", "fields": [{"name": "Club", "type": "text", "value": "AC"}]}]
        },
    }
    path = write_json(tmp_path / "x.json", page("patients", patient))
    assert rows(path) == [{"id": "9", "sex": "Female"}]
    assert rows(path, wanted=frozenset({"E-Mail", "EMAIL", "patient_phone_numbers", "club"})) == [
        {
            "id": "9",
            "email": "quill@example.org",
            "sex": "Female",
            "patient_phone_numbers": "0491 570 156;0491 570 157",
            "Club": "AC",
        }
    ]


NOTE = {
    "id": 1,
    "title": "Standard consultation",
    "author_name": "Rosalind Quill",
    "content": {
        "sections": [
            {
                "name": "Today",
                "questions": [
                    {"name": "Progress", "type": "paragraph", "answer": "<div>Rosalind ran.</div>"},
                    {"name": "Pain  now", "type": "text", "answer": "4"},
                    {
                        "name": "Running?",
                        "type": "radiobuttons",
                        "answers": [{"value": "No"}, {"value": "With pain", "selected": True}],
                        "other": {"enabled": True, "selected": True, "value": "with Rosalind"},
                    },
                ],
            },
            {
                "name": "Plan",
                "questions": [
                    {
                        "name": "Running?",
                        "type": "checkboxes",
                        "answers": [{"value": "a", "selected": True}, {"value": "b", "selected": True}],
                    },
                    {"name": "Signed", "type": "signature", "signature_id": "5"},
                ],
            },
        ]
    },
}


def test_answers_of_notes_are_columns_by_question(tmp_path):
    path = write_json(tmp_path / "x.json", page("treatment_notes", NOTE))
    ticked = {"Running?": "With pain;other", "Plan: Running?": "a;b", "title": "Standard consultation"}
    assert rows(path) == [{"id": "1", **ticked}]
    assert rows(path, wanted=frozenset({"pain now"})) == [{"id": "1", "Pain now": "4", **ticked}]
    assert rows(path, wanted=frozenset({"running?"}))[0]["Running?"] == "With pain;with Rosalind"


def test_records_with_different_fields_share_a_header(tmp_path):
    path = write_json(tmp_path / "x.json", page("attendees", {"id": 1}, {"id": 2, "arrived": True}))
    assert rows(path) == [{"id": "1", "arrived": ""}, {"id": "2", "arrived": "true"}]


@pytest.mark.parametrize(
    "document",
    [
        page("attendees", {"id": 7}),
        [page("attendees", {"id": 7})],
        {"id": 7, "attendees": link("x/1/attendees"), "links": {"self": f"{SERVER}/attendees/7"}},
    ],
    ids=["a page", "pages in a list", "one record"],
)
def test_ways_to_save_an_answer(tmp_path, document):
    assert rows(write_json(tmp_path / "x.json", document)) == [{"id": "7"}]


def test_a_page_without_records_is_empty_and_no_error(tmp_path):
    part = only_part(write_json(tmp_path / "x.json", page("attendees")))
    assert (part.table_name_guess, part.open().header(), read(part)) == ("attendees", ["id"], [])


def test_a_record_with_nothing_that_may_leave_is_a_row_all_the_same(tmp_path):
    assert rows(write_json(tmp_path / "x.json", page("patients", {"first_name": "Rosalind"}))) == [{"id": ""}]


def test_one_page_of_several_says_so(tmp_path):
    links = {"self": SERVER, "next": f"{SERVER}/attendees?page=2"}
    path = write_json(tmp_path / "x.json", page("attendees", {"id": 7}, links=links))
    assert only_part(path).open().notes == [("more_pages", "")]


def test_two_kinds_of_records_are_two_parts(tmp_path):
    path = write_json(tmp_path / "x.json", {**page("attendees", {"id": 7}), **page("bookings", {"id": 8})})
    assert [(part.name, part.table_name_guess) for part in parts_of(path)] == [
        ("x.json, attendees", "attendees"),
        ("x.json, bookings", "bookings"),
    ]


def test_bad_json_stops_at_its_line(tmp_path):
    """The documentation itself has an example with a comma before the closing brace."""
    text = json.dumps(page("attendees", {"id": 7}), indent=1).replace('attendees"\n', 'attendees",\n')
    (tmp_path / "x.json").write_text(text)
    rule, line, _ = stop_of(tmp_path / "x.json")
    assert rule == "bad_json"
    assert text.splitlines()[line - 1].strip() in ("}", f'"self": "{SERVER}/attendees",')


@pytest.mark.parametrize("document", [{"rows": [1, 2]}, {"attendees": "none"}, [1, 2], [], {}])
def test_other_json_stops(tmp_path, document):
    assert stop_of(write_json(tmp_path / "x.json", document)) == ("unknown_json", 1, "")


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], [None], {"sections": 3}, {"sections": [{"questions": [1]}]}]
)
def test_fields_of_another_kind_are_passed_over(tmp_path, value):
    record = {"id": 7, "content": value, "patient": value, "attendee_ids": value, "links": value}
    assert rows(write_json(tmp_path / "x.json", page("treatment_notes", record)))[0]["id"] == "7"
