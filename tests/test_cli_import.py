"""Mappings, presets, drafts and the form kit on the command line, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import make_episode, make_score, write_clinic

from dashboard.cli import main

APPOINTMENTS = """Date,Patient ID,Patient,Practitioner,Appointment type,Cancelled at,Did not arrive
8 Jan 2024,101,Jo Bloggs,Dr Kim Lee,Runner's knee initial,,No
15 Jan 2024,101,Jo Bloggs,Dr Kim Lee,Follow up,,No
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("appointments.csv").write_text(APPOINTMENTS, encoding="utf-8")
    Path("key.txt").write_text("k" * 40)
    return tmp_path


def run(*argv: object) -> int:
    return main([str(word) for word in argv], {})


def test_a_preset_loads_an_appointment_list(place, capsys):
    assert (
        run("load", "appointments.csv", "--preset", "cliniko-appointments", "--key", "key.txt", "--check")
        == 0
    )
    assert not Path("return-to-run.db").exists()
    assert (
        run("load", "appointments.csv", "--preset", "cliniko-appointments", "--key", "key.txt", "--json") == 0
    )
    shown = capsys.readouterr()
    document = json.loads(shown.out[shown.out.index("{") :])
    assert [(file["name"], file["inserted"]) for file in document["files"]] == [
        ("appointments.csv (episodes)", 1), ("appointments.csv", 2),
    ]  # fmt: skip
    assert "Bloggs" not in shown.out + shown.err
    assert run("load", "appointments.csv", "--preset", "cliniko-appointments", "--key", "key.txt") == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_without_the_key_nothing_is_read(place, capsys):
    assert run("load", "appointments.csv", "--preset", "cliniko-appointments") == 2
    assert "needs a key" in capsys.readouterr().err
    assert not Path("return-to-run.db").exists()


def test_another_key_is_refused(place, capsys):
    assert run("load", "appointments.csv", "--preset", "cliniko-appointments", "--key", "key.txt") == 0
    Path("other.txt").write_text("o" * 40)
    Path("appointments.csv").write_text(APPOINTMENTS + "22 Jan 2024,101,Jo,Dr Kim Lee,Follow up,,No\n")
    assert run("load", "appointments.csv", "--preset", "cliniko-appointments", "--key", "other.txt") == 3


def test_a_preset_is_printed_to_be_changed(place, capsys):
    assert run("preset") == 0
    assert capsys.readouterr().out.split() == [
        "canonical", "cliniko-api", "cliniko-appointments", "google-forms", "jane-appointments", "microsoft-forms",
        "redcap-longitudinal", "synthea-csv",
    ]  # fmt: skip
    assert run("preset", "cliniko-appointments") == 0
    Path("my.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run("load", "appointments.csv", "--mapping", "my.toml", "--key", "key.txt") == 0
    assert run("preset", "excel") == 2
    assert "there are canonical" in capsys.readouterr().err


def test_a_draft_loads(place, capsys):
    assert run("suggest", "appointments.csv") == 0
    draft = capsys.readouterr().out
    assert "Bloggs" not in draft
    Path("draft.toml").write_text(draft, encoding="utf-8")
    assert run("load", "appointments.csv", "--mapping", "draft.toml", "--key", "key.txt") == 0


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["load", "appointments.csv", "--mapping", "m.toml", "--preset", "canonical"], 2, "not allowed with"),
        (["load", "appointments.csv", "--mapping", "nowhere.toml"], 2, "There is no mapping file"),
        (["load", "appointments.csv", "--preset", "excel"], 2, "There is no preset 'excel'"),
        (
            ["load", "appointments.csv", "--preset", "google-forms"],
            2,
            "scores: there is no column Your code, Timestamp",
        ),
        (["load", "appointments.csv"], 2, "or say how to read it with --mapping or --preset"),
        (["load", "appointments.csv", "--repair", "shoes"], 2, "excel-dates"),
        (["suggest", "nowhere.csv"], 2, "There is no file 'nowhere.csv'"),
        (["suggest", "appointments.csv", "--table", "shoes"], 2, "shoes"),
        (["form-kit", "kit", "--link", "https://x/?a=CODE"], 2, "belong together"),
    ],
)
def test_what_is_not_right_is_said_with_exit_2(place, capsys, argv, code, says):
    assert run(*argv) == code
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.out == ""
    assert not Path("return-to-run.db").exists()


def test_a_mistake_of_a_mapping_is_named_by_its_place(place, capsys):
    Path("m.toml").write_text('[files.x]\ntable = "scores"\nmatchh = "*"\n')
    assert run("load", "appointments.csv", "--mapping", "m.toml") == 2
    assert (
        "m.toml: files.x: 'matchh' is not a key here (perhaps match); allowed: match, table"
        in capsys.readouterr().err
    )


def test_excel_dates_are_repaired_if_asked_for(place, capsys):
    write_clinic(place / "in", episodes=[make_episode()], scores=[make_score(value="2024-10-07")])
    assert run("load", "in", "--max-rejected", "1") == 1
    assert "spreadsheets turn 7/10 into one" in capsys.readouterr().out
    assert run("load", "in", "--repair", "excel-dates") == 0
    assert "column value (1×): scores that a spreadsheet had turned into dates" in capsys.readouterr().out


def test_refused_rows_are_offered_again_through_the_same_mapping(place, capsys):
    write_clinic(place / "in", episodes=[make_episode("E1", patient_id="P1")])
    assert run("load", "in") == 0
    Path("scores.toml").write_text(
        '[files.s]\nmatch = "answers.csv"\ntable = "scores"\n[files.s.columns]\npatient_id = "who"\nscored_on = "day"\n'
        'instrument = { const = "NPRS" }\ncontext = { const = "current" }\nvalue = "pain"\n'
    )
    Path("answers.csv").write_text("who,day,pain\nP1,2024-01-08,5\nP2,2024-01-08,6\n")
    assert run("load", "answers.csv", "--mapping", "scores.toml", "--max-rejected", "1") == 1
    write_clinic(
        place / "in", episodes=[make_episode("E1", patient_id="P1"), make_episode("E2", patient_id="P2")]
    )
    assert run("load", "in") == 0
    capsys.readouterr()
    assert run("replay", "2", "answers.csv", "--mapping", "scores.toml", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [(file["name"], file["inserted"]) for file in document["files"]] == [("answers.csv", 1)]


def test_the_form_kit_is_written(place, capsys):
    Path("codes.txt").write_text("P1\nP2\n")
    assert run("form-kit", "kit", "--codes", "codes.txt", "--link", "https://x.example/?a=CODE") == 0
    assert "links.csv" in capsys.readouterr().out
    assert Path("kit/links.csv").read_text().splitlines()[1] == "P1,https://x.example/?a=P1"
