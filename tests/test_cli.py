"""The command line as a user types it: exit codes, what is printed, what is left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import make_episode, make_score, write_clinic

from dashboard.cli import main

COMMANDS = ("demo", "sample", "load", "summary", "setting", "dashboard")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*argv: object, url: str | None = None) -> int:
    return main([str(word) for word in argv], {"RETURN_TO_RUN_DATABASE_URL": url} if url else {})


@pytest.fixture
def files(place: Path) -> Path:
    return write_clinic(place / "files", episodes=[make_episode()], scores=[make_score()])


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert run("--help") == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["summary", "--by", "shoe"], "shoe"),
        (["summary", "--days", "56,x"], "whole numbers"),
        (["summary", "--from", "1/2/2024"], "YYYY-MM-DD"),
        (["load"], "PATH"),
        (["load", "nowhere"], "nowhere"),
        (["load", ".", "--max-rejected", "2"], "from 0 to 1"),
        (["load", ".", "--clinic", "my clinic"], "a code is"),
        (["load", "."], "holds none of episodes.csv"),
        (["dashboard", "--address", "0.0.0.0"], "this machine only"),
        (["dashboard", "--port", "0"], "1 to 65535"),
        ([], "COMMAND"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(
    place: Path, capsys: pytest.CaptureFixture[str], argv: list[str], says: str
):
    assert run(*argv) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("argv", [["summary"], ["summary", "--json"], ["dashboard"], ["setting"]])
def test_without_a_store_5_and_no_empty_file(
    place: Path, capsys: pytest.CaptureFixture[str], argv: list[str]
):
    assert run(*argv) == 5
    assert "return-to-run load" in capsys.readouterr().err
    assert list(place.iterdir()) == []


def test_load_then_summary(files: Path, capsys: pytest.CaptureFixture[str]):
    assert run("load", files) == 0
    assert "Load 1 done: 2 rows" in capsys.readouterr().out
    assert run("load", files) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert run("summary", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["groups"][0]["started"] == 1
    assert run("summary", "--by", "condition") == 0
    assert "pfps" in capsys.readouterr().out
    assert Path("return-to-run.db").exists()


def test_check_writes_nothing(files: Path, capsys: pytest.CaptureFixture[str]):
    assert run("load", files, "--check") == 0
    assert "nothing was written" in capsys.readouterr().out
    assert not Path("return-to-run.db").exists()
    run("load", files)
    (files / "scores.csv").write_text((files / "scores.csv").read_text().replace(",6", ",3"))
    assert run("load", files, "--check", "--json") == 0
    capsys.readouterr()
    assert run("load", files, "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"][1]["updated"] == 1


def test_load_json_says_what_was_refused(place: Path, capsys: pytest.CaptureFixture[str]):
    scores = [
        make_score(value=value, scored_on=f"2024-02-0{n}") for n, value in enumerate(("4", "11", "5-6"), 1)
    ]
    write_clinic(place / "files", episodes=[make_episode()], scores=scores)
    assert run("load", place / "files", "--json", "--max-rejected", "1") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == 1
    problems = document["files"][1]["problems"]
    assert [(p["line"], p["column"], p["rule"]) for p in problems] == [
        (3, "value", "range"),
        (4, "value", "number"),
    ]
    assert all(p["remedy"] for p in problems)
    assert run("load", place / "files") == 3


def test_settings_have_a_history(files: Path, capsys: pytest.CaptureFixture[str]):
    run("load", files)
    assert run("setting", "clinic_name", "Knee House", "--from", "2024-01-01") == 0
    assert "Knee House" in capsys.readouterr().out
    assert run("setting", "k", "3") == 2
    assert "from 5 to 50" in capsys.readouterr().err
    assert run("setting", "shoe", "3") == 2
    assert run("setting", "k", "9", "--from", "2999-01-01") == 2
    assert run("setting", "k", "9", "--clinic", "nowhere") == 5


def test_sharing_refuses_what_would_tell_too_much(files: Path, capsys: pytest.CaptureFixture[str]):
    run("load", files)
    assert run("summary", "--by", "therapist", "--for", "sharing") == 2
    assert "owner only" in capsys.readouterr().err


def test_sample_and_real_data_do_not_mix(files: Path, capsys: pytest.CaptureFixture[str]):
    assert run("sample", "sample", "--small") == 0
    assert run("load", "sample", url="sqlite:///a.db") == 1
    assert run("load", files, url="sqlite:///a.db") == 3
    assert run("load", files, url="sqlite:///b.db") == 0
    assert run("load", "sample", url="sqlite:///b.db") == 3
    assert "another database" in capsys.readouterr().err


def test_demo_keeps_to_this_machine(place: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--small"], {"RETURN_TO_RUN_ADDRESS": "0.0.0.0"}) == 2
    assert "this machine only" in capsys.readouterr().err
    assert main(["summary"], {"RETURN_TO_RUN_PORT": "99999"}) == 2
    assert list(place.iterdir()) == []


def test_demo_loads_once(place: Path, capsys: pytest.CaptureFixture[str]):
    assert run("demo", "--small", "--load-only") == 0
    assert "Load 1 done" in capsys.readouterr().out
    assert run("demo", "--small", "--load-only") == 0
    assert "Load" not in capsys.readouterr().out


def test_the_store_is_named_by_a_file_too(files: Path, capsys: pytest.CaptureFixture[str]):
    Path("return-to-run.toml").write_text('database_url = "sqlite:///elsewhere.db"\n')
    assert run("load", files) == 0
    assert Path("elsewhere.db").exists()
    Path("return-to-run.toml").write_text("colour = 1\n")
    assert run("summary") == 2
    assert "'colour' is not known" in capsys.readouterr().err


def test_unknown_databases_are_refused(files: Path, capsys: pytest.CaptureFixture[str]):
    assert run("load", files, url="mysql://x/y") == 5
    assert run("load", files, url="nonsense") == 5
    assert "sqlite:///file.db" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("form-kit", "taken"), ("sample", "taken", "--small")])
def test_a_folder_that_cannot_be_made_is_said_in_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
):
    (place / "taken").write_text("a file")
    assert run(*words) == 2
    assert capsys.readouterr().err.startswith("Error: Something could not be written or read (File exists).")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_load_whose_report_cannot_be_written_is_no_load_with_rejects(files: Path, place: Path):
    command = [
        sys.executable,
        "-c",
        "from dashboard.cli import command; command()",
        "load",
        str(files),
        "--json",
    ]
    environ = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{place / 'full.db'}"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=environ, check=False
        )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "What was loaded stands in: return-to-run loads" in " ".join(done.stderr.split())


def test_a_replay_without_a_store_says_so(place: Path, capsys: pytest.CaptureFixture[str]):
    assert run("replay", "1") == 5
    assert "There is no store yet" in capsys.readouterr().err
    assert list(place.iterdir()) == []
