"""The ready files for schedulers: well-formed, with commands that the program takes, all on the same morning."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dashboard.cli import main

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NO_STORE = 5
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
CRON_LINE = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+cd (\S+) && (.+)")


def taken(arguments: list[str], folder: Path) -> bool:
    """Whether the program takes the arguments: there is no store yet, and that is all it says."""
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{folder / 'none.db'}"}
    return main(arguments, environ) == NO_STORE


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


def test_cron_makes_the_report_on_the_first_and_only_if_there_is_something_new(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (DEPLOY / "return-to-run.cron").read_text(encoding="utf-8")
    lines = [found for line in text.splitlines() if (found := CRON_LINE.fullmatch(line))]
    load, report = lines
    assert "%" not in text, "cron takes it for the end of the line"
    assert report.groups()[:5] == ("0", "4", "1", "*", "*")
    for line in lines:
        assert line[6] == "/srv/clinic"
        assert shlex.split(line[7])[0] == "return-to-run"
    assert "--if-new" in report[7]
    assert taken(shlex.split(report[7])[1:], tmp_path)
    assert int(load[2]) < int(report[2]), "the night's load comes first"


def test_systemd_runs_the_same_command_at_the_same_time(tmp_path):
    service, timer = unit("return-to-run-report.service"), unit("return-to-run-report.timer")
    program, *arguments = shlex.split(service["Service"]["ExecStart"])
    assert program.startswith("/"), "systemd wants whole paths"
    assert "--if-new" in arguments
    out = arguments[arguments.index("--out") + 1]
    assert out.startswith(service["Service"]["ReadWritePaths"]), "it may write nowhere else"
    assert taken([*arguments[:-1], str(tmp_path)], tmp_path)
    assert timer["Timer"]["OnCalendar"] == "*-*-01 04:00:00"
    assert timer["Timer"]["Persistent"] == "true", "a machine that was off catches up"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_finds_nothing_to_complain_of(tmp_path):
    for path in DEPLOY.glob("*.service"), DEPLOY.glob("*.timer"):
        for file in path:
            text = file.read_text(encoding="utf-8").replace(
                "/srv/clinic/.venv/bin/return-to-run", "/bin/true"
            )
            (tmp_path / file.name).write_text(text.replace("User=clinic", "User=root"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "return-to-run" not in done.stderr


def test_windows_runs_the_same_command_in_the_same_month(tmp_path):
    root = ElementTree.fromstring((DEPLOY / "return-to-run-report.xml").read_bytes())
    assert root.tag == f"{TASK}Task"
    assert [child.tag.removeprefix(TASK) for child in root] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions",
    ]  # fmt: skip
    trigger = root.find(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert trigger.findtext(f"{TASK}StartBoundary").endswith("T04:00:00")
    by_month = trigger.find(f"{TASK}ScheduleByMonth")
    assert by_month.findtext(f"{TASK}DaysOfMonth/{TASK}Day") == "1"
    assert len(by_month.find(f"{TASK}Months")) == 12
    principal = root.find(f"{TASK}Principals/{TASK}Principal")
    action = root.find(f"{TASK}Actions")
    assert action.get("Context") == principal.get("id")
    folder = action.findtext(f"{TASK}Exec/{TASK}WorkingDirectory")
    command = action.findtext(f"{TASK}Exec/{TASK}Command")
    arguments = action.findtext(f"{TASK}Exec/{TASK}Arguments").split(" ")
    assert command.startswith(f"{folder}\\")
    assert arguments[-1].startswith(f"{folder}\\")
    assert "--if-new" in arguments
    assert taken([*arguments[:-1], str(tmp_path)], tmp_path)
