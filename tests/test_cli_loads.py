"""The commands about loads as a user or a scheduler types them: what is printed, moved and left behind."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import make_episode, make_score, write_clinic

from dashboard.cli import main
from dashboard.commands import inbox as inbox_command
from dashboard.reject_table import as_plain_cell
from etl.inbox import alone


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*argv: object, **environ: str) -> int:
    return main([str(word) for word in argv], environ)


SCORES = [make_score(), make_score("E2"), make_score(value="11", scored_on="2024-02-05")]


@pytest.fixture
def files(place: Path) -> Path:
    """Load 1: an episode and its score, with two rows refused."""
    folder = write_clinic(place / "files", episodes=[make_episode()], scores=SCORES)
    assert run("load", folder, "--max-rejected", "1", "--as-of", "2024-12-31") == 1
    return folder


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def document(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "argv", [["loads"], ["rejects"], ["replay", "1", "."], ["rollback", "1"], ["loads", "--json"]]
)
def test_without_a_store_5_and_no_empty_file(place, capsys, argv):
    write_clinic(place, episodes=[make_episode()])
    assert run(*argv) == 5
    assert "return-to-run load" in capsys.readouterr().err
    assert [path.name for path in place.iterdir()] == ["episodes.csv"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["load"], "PATH, or --inbox"),
        (["load", ".", "--inbox", "."], "PATH, or --inbox"),
        (["load", "--inbox", "nowhere"], "no folder 'nowhere'"),
        (["load", "--inbox", ".", "--check"], "--check writes nothing"),
        (["load", ".", "--max-vanished", "2"], "from 0 to 1"),
        (["load", ".", "--key", "nowhere"], "key's file"),
        (["rollback"], "N"),
        (["rollback", "0"], "1, 2, 3"),
        (["rollback", "x"], "1, 2, 3"),
        (["rejects", "--load", "-1"], "1, 2, 3"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(place, capsys, argv, says):
    assert run(*argv) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_loads_are_listed_newest_first(files, capsys):
    run("load", files / "scores.csv", "--max-rejected", "0")
    capsys.readouterr()
    assert run("loads", "--json") == 0
    found = document(capsys)
    assert (found["schema"], found["clinic"]) == (1, "main")
    assert [(one["load_number"], one["status"], one["open_rejects"]) for one in found["loads"]] == [
        (2, "refused", 2),
        (1, "loaded", 2),
    ]
    counts = ("table", "name", "rows_read", "inserted", "rejected")
    assert [[file[name] for name in counts] for file in found["loads"][1]["files"]] == [
        ["episodes", "episodes.csv", 1, 1, 0],
        ["scores", "scores.csv", 3, 1, 2],
    ]
    assert found["privacy"] == {"episodes": 1, "groups": 1, "smallest": 1, "alone": 1, "below_k": 1}
    assert run("loads") == 0
    shown = printed(capsys)
    assert "refused" in shown
    assert "1 groups, the smallest of 1; 1 of 1 episodes are in a group of fewer than 8" in shown


def test_a_clinic_without_loads_is_told_what_to_do(files, capsys):
    capsys.readouterr()
    assert run("loads", "--clinic", "other") == 0
    assert "no loads yet" in printed(capsys)


def test_rejects_are_listed_by_rule_with_the_remedy(files, capsys):
    capsys.readouterr()
    assert run("rejects") == 0
    shown = printed(capsys)
    assert "load 1, scores.csv, line 3, column episode_id" in shown
    assert "Load the episode first" in shown
    assert run("rejects", "--load", 1, "--json") == 0
    found = document(capsys)["rejects"]
    assert [(row["file"], row["line"], row["column"], row["rule"]) for row in found] == [
        ("scores.csv", 3, "episode_id", "no_episode"),
        ("scores.csv", 4, "value", "range"),
    ]
    assert all(row["remedy"] and row["replayed_in"] is None for row in found)
    assert run("rejects", "--load", 9) == 2
    assert "no load 9" in capsys.readouterr().err


def test_rejects_go_to_a_file_that_no_spreadsheet_runs(place, capsys):
    rows = [
        make_episode(),
        make_episode('=HYPERLINK("http://x.example","E2")'),
        make_episode("+1", site="@x"),
    ]
    write_clinic(place / "files", episodes=rows)
    run("load", "files", "--max-rejected", "1")
    assert run("rejects", "--csv", "rejects.csv") == 0
    with Path("rejects.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["looks like"][:3] for row in found] == ["'=a", "'+9", "'@a"]
    assert {row["what to do"] for row in found} == {"Use codes, never names or formulas."}
    assert run("rejects", "--csv", "nowhere/rejects.csv") == 2


@pytest.mark.parametrize(
    ("text", "plain"), [("=1", "'=1"), ("-1", "'-1"), ("\t=1", "'\t=1"), ("a=1", "a=1"), ("", "")]
)
def test_a_cell_cannot_begin_a_formula(text, plain):
    assert as_plain_cell(text) == plain


def test_a_refused_loads_rejects_are_listed_until_the_next_load(place, capsys):
    folder = write_clinic(place / "files", episodes=[make_episode(), make_episode("E2", condition="x")])
    assert run("load", folder) == 3
    capsys.readouterr()
    run("rejects")
    assert "load 1, episodes.csv, line 3" in printed(capsys)
    write_clinic(folder, episodes=[make_episode()])
    assert run("load", folder) == 0
    capsys.readouterr()
    run("rejects")
    assert printed(capsys) == "No refused rows are open."


def test_replay_after_the_cause_is_gone(files, capsys, monkeypatch):
    write_clinic(files.parent / "fix", episodes=[make_episode("E2")])
    run("load", files.parent / "fix")
    capsys.readouterr()
    monkeypatch.chdir(files)
    url = f"sqlite:///{files.parent / 'return-to-run.db'}"
    assert run("replay", 1, RETURN_TO_RUN_DATABASE_URL=url) == 1
    shown = printed(capsys)
    assert "Load 3 done: 1 row new or updated, 1 row refused" in shown
    assert run("replay", 1, "--json", RETURN_TO_RUN_DATABASE_URL=url) == 2
    assert "no refused rows that are still open" in capsys.readouterr().err
    assert run("replay", 3, files, "--json", RETURN_TO_RUN_DATABASE_URL=url) == 1
    assert document(capsys)["replay_of"] == 3


def test_rollback_says_what_it_did(files, capsys):
    run("load", write_clinic(files.parent / "more", scores=[make_score(value="3")]))
    capsys.readouterr()
    assert run("rollback", 1) == 2
    assert "load 2" in capsys.readouterr().err
    assert run("rollback", 2) == 0
    assert "Load 2 was taken back: 0 rows deleted, 1 restored; data to 2024-12-31." in printed(capsys)
    assert run("rollback", 1, "--json") == 0
    found = document(capsys)
    assert (found["load_number"], found["deleted"]["episodes"], found["as_of"]) == (1, 1, None)
    assert run("loads") == 0
    assert "rolled" in printed(capsys)


def test_a_snapshot_says_what_vanished(files, capsys):
    folder = write_clinic(files.parent / "snapshot", episodes=[make_episode(f"E{n}") for n in range(1, 30)])
    run("load", folder)
    write_clinic(folder, episodes=[make_episode(f"E{n}") for n in range(1, 29)])
    (folder / "manifest.json").write_text('{"mode": "snapshot"}')
    capsys.readouterr()
    assert run("load", folder) == 0
    assert "1 vanished rows deleted" in printed(capsys)
    write_clinic(folder, episodes=[make_episode("E1")])
    assert run("load", folder) == 3
    assert "--max-vanished" in printed(capsys)
    assert run("load", folder, "--max-vanished", "1", "--json") == 0
    assert document(capsys)["vanished"] == {"episodes": 27}


# --- the inbox


def inbox_of(place: Path, **tables) -> Path:
    return write_clinic(place / "inbox", **tables)


def names(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".return")
    )


def test_what_was_loaded_moves_to_done_under_its_number(place, capsys):
    inbox = inbox_of(place, episodes=[make_episode()], scores=[make_score()])
    (inbox / "manifest.json").write_text('{"as_of": "2024-12-31"}')
    assert run("load", "--inbox", "inbox") == 0
    assert "The files are now in done/load-1" in printed(capsys)
    assert names(inbox) == [
        f"done/load-1/{name}" for name in ("episodes.csv", "manifest.json", "report.json", "scores.csv")
    ]
    report = json.loads((inbox / "done/load-1/report.json").read_text())
    assert (report["status"], report["load_number"], report["as_of"]) == ("loaded", 1, "2024-12-31")
    assert run("load", "--inbox", "inbox") == 0
    assert "the inbox is empty" in printed(capsys)
    assert names(inbox) == names(inbox)


def test_the_same_files_again_are_done_too(place):
    for _ in range(2):
        inbox = inbox_of(place, episodes=[make_episode()])
        assert run("load", "--inbox", inbox, "--as-of", "2024-12-31") == 0
    assert [name.split("/")[1].split("-")[0] for name in names(inbox)] == ["already"] * 2 + ["load"] * 2


def test_what_could_not_be_loaded_moves_to_failed_with_the_report(place, capsys):
    inbox = inbox_of(place, episodes=[make_episode(), make_episode("E2", condition="x")])
    assert run("load", "--inbox", inbox, "--json") == 3
    shown = document(capsys)
    assert names(inbox) == ["failed/load-1/episodes.csv", "failed/load-1/report.json"]
    assert json.loads((inbox / "failed/load-1/report.json").read_text()) == shown
    assert shown["files"][0]["problems"][0]["rule"] == "code"


def test_rejects_within_the_limit_are_done_with_exit_1(place):
    inbox = inbox_of(place, episodes=[make_episode(), make_episode("E2", condition="x")])
    assert run("load", "--inbox", inbox, "--max-rejected", "0.5") == 1
    assert names(inbox) == ["done/load-1/episodes.csv", "done/load-1/report.json"]


def test_a_file_of_unknown_name_fails_and_says_so(place, capsys):
    inbox = inbox_of(place, episodes=[make_episode()])
    (inbox / "scroes.csv").write_text("a,b\n")
    assert run("load", "--inbox", inbox) == 2
    assert "scroes.csv" in capsys.readouterr().err
    (report,) = inbox.glob("failed/*/report.json")
    assert json.loads(report.read_text())["exit_code"] == 2
    assert sorted(path.name for path in report.parent.iterdir()) == [
        "episodes.csv",
        "report.json",
        "scroes.csv",
    ]
    assert not (place / "return-to-run.db").exists()


def test_while_the_database_cannot_be_reached_the_files_stay(place, capsys):
    inbox = inbox_of(place, episodes=[make_episode()])
    assert run("load", "--inbox", inbox, RETURN_TO_RUN_DATABASE_URL="sqlite:////nowhere/store.db") == 5
    assert "The files stay in the inbox" in capsys.readouterr().err
    assert names(inbox) == ["episodes.csv"]


def test_hidden_and_unfinished_files_are_passed_over(place):
    inbox = inbox_of(place, episodes=[make_episode()])
    for name in (".hidden.csv", "scores.csv.part", "scores.tmp"):
        (inbox / name).write_text("x")
    assert run("load", "--inbox", inbox) == 0
    assert names(inbox) == [
        ".hidden.csv", "done/load-1/episodes.csv", "done/load-1/report.json", "scores.csv.part", "scores.tmp",
    ]  # fmt: skip


def test_a_file_that_changed_meanwhile_stays(place, monkeypatch):
    folder = inbox_of(place, episodes=[make_episode()])
    moved = inbox_command.move_aside

    def changed_before(*arguments):
        write_clinic(folder, episodes=[make_episode(), make_episode("E2")])
        return moved(*arguments)

    monkeypatch.setattr(inbox_command, "move_aside", changed_before)
    assert run("load", "--inbox", folder) == 0
    assert names(folder) == ["done/load-1/report.json", "episodes.csv"]


def test_two_schedulers_do_not_load_the_same_inbox_at_once(place, capsys):
    inbox = inbox_of(place, episodes=[make_episode()])
    with alone(inbox) as is_mine:
        assert is_mine
        assert run("load", "--inbox", inbox) == 0
    assert "Another load works on this inbox" in printed(capsys)
    assert names(inbox) == ["episodes.csv"]
    assert run("load", "--inbox", inbox) == 0
    assert "done/load-1/episodes.csv" in names(inbox)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_between_load_and_move_loses_nothing(place):
    inbox = inbox_of(place, episodes=[make_episode()])
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_MOVE, str(inbox)], check=False)
    assert killed.returncode == -9
    assert names(inbox) == ["episodes.csv"]
    assert run("load", "--inbox", inbox) == 0
    assert [name.split("/")[1].split("-")[0] for name in names(inbox)] == ["already"] * 2


KILLED_BEFORE_MOVE = """
import os, signal, sys
from dashboard.commands import inbox
from dashboard.cli import main

inbox.move_aside = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(["load", "--inbox", sys.argv[1]], {})
"""
