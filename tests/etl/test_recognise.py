"""What dropped files are recognised as, and where matches are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import make_episode, make_score, write_clinic

from etl.errors import LoadError, UsageError
from etl.recognise import Item, recognise
from etl.saved_mappings import named, presets, save_mapping, saved_mappings, slug

LIST = "Patient No,Visit,Who,Kind\n1,2024-01-08,AB,Knee\n"
MATCH = """[files.appointments]
match = "*"
table = "appointments"
[files.appointments.columns]
patient_id = "Patient No"
visit_date = "Visit"
therapist = "Who"
condition = { const = "pfps" }
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def one(path: Path, *mappings) -> Item:
    (item,) = recognise([path], path.parent, mappings)
    return item


def test_canonical_files_by_name_and_columns(tmp_path):
    write_clinic(tmp_path, episodes=[make_episode()], scores=[make_score()])
    items = recognise(sorted(tmp_path.iterdir()), tmp_path, list(presets()))
    assert [(item.name, item.tables) for item in items] == [
        ("episodes.csv", ("episodes",)),
        ("scores.csv", ("scores",)),
    ]


def test_the_name_alone_makes_no_table(tmp_path):
    item = one(write(tmp_path / "visits.csv", LIST))
    assert item.tables == ()
    assert item.by_hand


def test_a_saved_match_is_recognised_by_its_headers_whatever_the_file_s_name(tmp_path):
    saved = named("saved", "our-list", MATCH.encode())
    item = one(write(tmp_path / "export (3).csv", LIST), saved, *presets())
    assert [(fit.mapping.name, fit.tables, fit.whole) for fit in item.fits] == [
        ("our-list", ("appointments",), True)
    ]
    assert one(write(tmp_path / "other.csv", "a,b\n1,2\n"), saved).fits == ()


def test_a_match_whose_optional_column_is_gone_is_offered_but_not_whole(tmp_path):
    more = named("saved", "more", (MATCH + 'site = "Room"\n').encode())
    full = named("saved", "full", MATCH.encode())
    item = one(write(tmp_path / "x.csv", LIST), more, full)
    assert [(fit.mapping.name, fit.whole) for fit in item.fits] == [("full", True), ("more", False)]


def test_a_preset_is_recognised(tmp_path):
    text = "Timestamp,Your code,Are you running at the moment?\n2024-01-08 10:00:00,P1,No\n"
    item = one(write(tmp_path / "Answers.csv", text), *presets())
    assert [fit.mapping.name for fit in item.fits] == ["google-forms"]
    assert item.fits[0].tables == ("running",)


def test_every_sheet_of_a_workbook_is_an_item(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Termine"
    book.active.append(["Patient No", "Visit"])
    book.create_sheet("episodes").append(["episode_id", "condition", "first_visit_date", "therapist"])
    book.save(tmp_path / "clinic.xlsx")
    items = recognise([tmp_path / "clinic.xlsx"], tmp_path, [])
    assert [(item.sheet, item.tables) for item in items] == [("episodes", ("episodes",)), ("Termine", ())]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("letter.docx", b"PK", "This kind of file cannot be read"),
        ("list.xls", b"\xd0\xcf\x11\xe0", "old kind"),
        ("list.xlsx", b"no workbook", "not what its name says"),
        ("list.json", b'{"a": 1}', "neither FHIR"),
    ],
)
def test_a_wrong_file_says_why(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    item = one(tmp_path / name)
    assert says in item.stop
    assert not item.by_hand


def test_the_name_of_a_file_that_may_name_a_person_is_not_shown(tmp_path):
    assert one(write(tmp_path / "Jo Ann Bloggs.pdf", "x")).name == "the file"


def test_files_that_are_looked_into_belong_to_those_that_look(tmp_path):
    conditions = write(
        tmp_path / "conditions.csv",
        "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n2024-01-08,,p,e,s,1,d\n",
    )
    patients = write(tmp_path / "patients.csv", "Id,BIRTHDATE,GENDER\np,1990-01-01,F\n")
    items = recognise([conditions, patients], tmp_path, list(presets()))
    assert [[(fit.mapping.name, fit.tables) for fit in item.fits] for item in items] == [
        [("synthea-csv", ("episodes",))],
        [("synthea-csv", ())],
    ]
    assert one(patients, *presets()).fits == ()


def test_the_name_of_a_bundle_does_not_say_whose_it_is(tmp_path):
    patient = '{"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}'
    bundle = '{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": ' + patient + "}]}"
    item = one(write(tmp_path / "Jo_Bloggs_e925b0f3-8006-43f6-aa31-94bd215e55e7.json", bundle))
    assert "episodes" in item.tables
    assert "Bloggs" not in item.name


# --- where matches are kept


def test_matches_are_kept_as_files_and_found_again(tmp_path):
    folder = tmp_path / "made" / "here"
    path = save_mapping(folder, "Unsere Liste", MATCH)
    assert path.name == "unsere-liste.toml"
    save_mapping(folder, "unsere liste", MATCH + "# changed\n")
    (found,), faults = saved_mappings(folder)
    assert (found.kind, found.name, found.text) == ("saved", "unsere-liste", MATCH + "# changed\n")
    assert faults == []
    assert [file.name for file in folder.iterdir()] == ["unsere-liste.toml"]


def test_a_broken_match_is_named_and_the_others_stay(tmp_path):
    save_mapping(tmp_path, "good", MATCH)
    (tmp_path / "bad.toml").write_text("files = 3")
    found, faults = saved_mappings(tmp_path)
    assert [mapping.name for mapping in found] == ["good"]
    assert faults[0].startswith("bad: ")
    assert saved_mappings(tmp_path / "nowhere") == ([], [])


@pytest.mark.parametrize("name", ["", "—", "Jo Ann Bloggs", "jo@example.org"])
def test_a_name_must_be_one(name):
    with pytest.raises(UsageError):
        slug(name)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LoadError, match="Download it"):
        save_mapping(tmp_path / "file", "x", MATCH)
