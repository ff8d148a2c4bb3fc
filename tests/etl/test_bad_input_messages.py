"""Every line of the bad-input table of the import contract, as the person at the terminal meets it.

A case is a line of the table, a folder of files, the exit code, and what must be printed: which file, which line and
column, what is wrong and what to do. What is loaded all the same is tested in test_bad_input.py, kills and lost
connections in test_load_crashes.py.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from dashboard.cli import main

EPISODES = "episode_id,patient_id,condition,first_visit_date,therapist,goal\n"
SCORES = "episode_id,scored_on,instrument,context,value\n"
CARRIES_ON = 20
"""Good rows around a bad one, so that it stays below the share that stops a load."""


def episodes(*rows: str, good: int = CARRIES_ON) -> bytes:
    """A good file with further rows at its end: the first of them stands in line 22."""
    return (
        EPISODES + "".join(f"E{n},P{n},pfps,2024-01-08,T1,running\n" for n in range(good)) + "".join(rows)
    ).encode()


def scores(*values: str, row: str = "E0,{day},NPRS,current,{value}\n", good: int = CARRIES_ON) -> bytes:
    """Good scores and further values: the first of them stands in line 22."""
    days = [date(2024, 2, 1 + n % 28).isoformat() for n in range(good + len(values))]
    lines = [f"E{n},{days[n]},NPRS,current,{n % 7}\n" for n in range(good)]
    return (
        SCORES
        + "".join(lines)
        + "".join(row.format(day=d, value=v) for d, v in zip(days[good:], values, strict=True))
    ).encode()


def workbook(*rows: list[object], excel_1904: bool = False, **sheets: str) -> bytes:
    """An XLSX with a sheet of episodes; sheets: the states of further ones."""
    book = openpyxl.Workbook()
    if excel_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "episodes"
    sheet.append(["episode_id", "condition", "first_visit_date", "therapist", "goal"])
    for n in range(CARRIES_ON):
        sheet.append([f"E{n}", "pfps", date(2024, 1, 8), "T1", "running"])
    for row in rows:
        sheet.append(row)
    for name, state in sheets.items():
        further = book.create_sheet(name)
        further.append(["anything"])
        further.sheet_state = state
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@dataclass(frozen=True)
class Case:
    """A line of the table, and what it comes to. says: what is printed; blanks and line breaks do not count."""

    line: str
    files: dict[str, bytes]
    exit_code: int
    says: tuple[str, ...]
    options: tuple[str, ...] = ()
    mapping: str = ""
    silent: tuple[str, ...] = field(default=())


def one(content: bytes, name: str = "episodes.csv") -> dict[str, bytes]:
    return {name: content}


def with_scores(content: bytes) -> dict[str, bytes]:
    return {"episodes.csv": episodes(), "scores.csv": content}


MAPPED = '[files.e]\nmatch = "list.csv"\ntable = "episodes"\n{more}[files.e.columns]\n{columns}'
COLUMNS = (
    'episode_id = "episode_id"\ncondition = "condition"\nfirst_visit_date = {day}\ntherapist = "therapist"\n'
    'goal = "goal"\n'
)


def mapped(day: str = '"first_visit_date"', more: str = "") -> str:
    return MAPPED.format(more=more, columns=COLUMNS.format(day=day))


CASES = [
    Case("BOM", one(b"\xef\xbb\xbf" + episodes()), 0, ("Load 1 done: 20 rows",)),
    Case("UTF-16 with BOM", one(episodes().decode().encode("utf-16")), 0, ("Load 1 done: 20 rows",)),
    Case(
        "cp1252 when declared",
        one(EPISODES.encode() + b"E1,P1,pfps,2024-01-08,T1,running\n" + b"E2,P2,l\xe4ufer,2024-01-08,T1,running\n", "list.csv"),
        0,
        ("Load 1 done: 2 rows",),
        mapping=mapped(more='format = { encodings = ["cp1252"] }\n').replace(
            'condition = "condition"', 'condition = { from = "condition", map = { "läufer" = "pfps" } }'
        ),
    ),
    Case(
        "broken bytes mid-file",
        one(episodes(good=2) + b"E9,P9,pf\xe4ps,2024-01-08,T1,running\n"),
        3,
        ("episodes.csv, line 4", "the bytes are not UTF-8", "byte", "CSV UTF-8"),
    ),
    Case(
        "wrong delimiter", one(episodes().replace(b",", b";")), 3,
        ("the header is one single column (semicolons were found)", "Save the file with commas"),
    ),
    Case(
        "unclosed quote", one(episodes('E98,"P98,pfps,2024-01-08,T1,running\n')), 3,
        ("episodes.csv, line 22", "a quotation mark has no partner", "Close it or remove it"),
    ),
    Case(
        "password-protected XLSX",
        one(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "episodes.xlsx"),
        3, ("protected by a password", "Save a copy without the password"),
    ),
    Case("fake XLSX", one(b"<html><table></table></html>", "episodes.xlsx"), 3, ("not what its name says", "it is a web page")),
    Case(
        "duplicate headers", one(episodes().replace(b"goal", b"therapist", 1)), 3,
        ("therapist", "two columns have the same name", "Rename or remove one"),
    ),
    Case(
        "missing required column", one(episodes().replace(b"condition", b"conditon", 1)), 3,
        ("condition", "a required column is missing", "conditon", "rename the one that holds it"),
    ),
    Case("empty file", one(b""), 3, ("the file is empty", "it needs a header row")),
    Case(
        "fewer rows than the manifest says",
        {**one(episodes()), "manifest.json": json.dumps({"files": [{"name": "episodes.csv", "rows": 30}]}).encode()},
        3, ("another number of rows than its manifest says", "20 rows, 30 expected", "Export again"),
    ),
    Case(
        "rows above the header", one(b"Our clinic\nMarch\n" + episodes(), "list.csv"), 0, ("Load 1 done: 20 rows",),
        mapping=mapped(more="format = { header_row = 3 }\n"),
    ),
    Case(
        "totals below", one(episodes("Total,20,,,,\n")), 1,
        ("episodes.csv, line 22", "a required value is missing", "20 rows new or updated, 1 row refused"),
    ),
    Case(
        "short or long row", one(episodes("E98,P98,pfps\n")), 1,
        ("episodes.csv, line 22", "3 fields, 6 expected", "another number of fields than the header"),
    ),
    Case(
        "control characters", one(episodes("E98,P98,pf\x00ps,2024-01-08,T1,running\n")), 1,
        ("line 22", "the row holds a control character", "Remove it"),
    ),
    Case(
        "unknown extra column", one(episodes().replace(b"goal\n", b"goal,shoe\n", 1).replace(b"running\n", b"running,44\n")),
        0, ("column shoe", "a column that Return to Run does not use was left out", "Map it or remove it"),
    ),
    Case(
        "Excel error", one(workbook(["E98", "#N/A", date(2024, 1, 8), "T1", "running"]), "clinic.xlsx"), 1,
        ("line 22", "condition", "the cell holds an error like #N/A", "Correct the formula"),
    ),
    Case(
        "formula without value", one(workbook(["E98", '="pf"&"ps"', date(2024, 1, 8), "T1", "running"]), "clinic.xlsx"), 1,
        ("line 22", "a formula whose result was not saved", "save it, and load it again"),
    ),
    Case(
        "hidden sheet", one(workbook(private="hidden"), "clinic.xlsx"), 0,
        ("hidden sheets of the workbook were left out", "Show them, or name one"),
    ),
    Case("1904 epoch", one(workbook(excel_1904=True), "clinic.xlsx"), 0, ("Load 1 done: 20 rows",)),
    Case(
        "7/10 turned into a date", with_scores(scores("2024-10-07")), 1,
        ("scores.csv, line 22, column value", "a date stands where a score should be", "9999-99-99", "--repair excel-dates"),
        silent=("2024-10-07",),
    ),
    Case(
        "7/10 turned into a date, repaired", with_scores(scores("2024-10-07")), 0,
        ("had turned into dates were turned back", "Check some of them"), ("--repair", "excel-dates"),
    ),
    Case("7/10 as text", with_scores(scores("7/10", "7 out of 10")), 0, ("42 rows",)),
    Case(
        "3/5 as text", with_scores(scores("3/5")), 1,
        ("scores.csv, line 22", "not the end of its scale", "on the instrument's own scale"),
    ),
    *(
        Case("no plain number", with_scores(scores(text)), 1, ("scores.csv, line 22, column value", "not a plain number"))
        for text in ("5-6", ">7", "~4", "mild", "1_0", "\uff17", "1e1", "nan", "inf")
    ),
    Case("11 and -1", with_scores(scores("11", "-1")), 1, ("outside the allowed range", "line 22", "line 23")),
    Case("over 20 % above 10", with_scores(scores(*["40"] * 10)), 3, ("do not fit a scale from 0 to 10", "VAS100")),
    Case("all at most 1", with_scores(scores("0.7", "0.5", "0.1", "1", "0", row="E0,{day},NPRS,current,{value}\n", good=0)), 3, ("do not fit a scale", "Shares must be turned")),
    *(
        Case("undeclared missing code", with_scores(scores(code)), 1, ("scores.csv, line 22, column value", says))
        for code, says in (("-999", "outside the allowed range"), ("88", "an unknown value must be empty"), ("UNK", "not a plain number"))
    ),
    Case(
        "03/04/2024 undeclared", one(episodes("E98,P98,pfps,03/04/2024,T1,running\n")), 3,
        ("line 22", "first_visit_date", "can be March or April", "YYYY-MM-DD"), silent=("episodes.csv: 03/04",),
    ),
    Case(
        "formats in order", one(episodes("E98,P98,pfps,09/01/2024,T1,running\n"), "list.csv"), 0,
        ("written in several ways", "first_visit_date (iso 20×, %d/%m/%Y 1×)", "Check that each way is right"),
        mapping=mapped('{ from = "first_visit_date", formats = ["iso", "%d/%m/%Y"] }'),
    ),
    Case(
        "month or year only",
        one((EPISODES.replace("goal", "onset_date") + "E1,P1,pfps,2024-01-08,T1,2023-11\nE2,P2,pfps,2024-01-08,T1,2023\n").encode()),
        0, ("Load 1 done: 2 rows",),
    ),
    *(
        Case("no such day", one(episodes(f"E98,P98,pfps,{day},T1,running\n")), 1, ("episodes.csv, line 22", says))
        for day, says in (
            ("2024-02-31", "not a date"), ("0024-01-08", "before 1950"), ("2204-01-08", "later than the day the data describe"),
            ("45299", "not a date"), ("2025-02-01", "--as-of"),
        )
    ),
    Case(
        "software default date", one(episodes(*(f"F{n},P{n},pfps,1970-01-01,T1,running\n" for n in range(10)))), 3,
        ("first_visit_date", "a date that software fills in by itself", "unknown date is empty"),
    ),
    Case(
        "stamp without time zone", one(episodes("E98,P98,pfps,2024-01-08T23:30:00Z,T1,running\n"), "list.csv"), 3,
        ("line 22", "is a day only in the clinic's time zone", "Add timezone"),
        mapping=mapped('{ from = "first_visit_date", formats = ["iso"] }'),
    ),
    Case(
        "discharge before first visit",
        one((EPISODES.replace("goal", "discharge_date") + "E1,P1,pfps,2024-01-08,T1,2024-01-07\n").encode()), 3,
        ("line 2, column discharge_date", "earlier than the first visit", "Correct one of the two dates"),
    ),
    Case(
        "relapse before return, return before onset",
        one((EPISODES.replace("goal", "onset_date,return_to_run_date,relapse_date")
             + "E1,P1,pfps,2024-01-08,T1,2024-01-05,2024-01-04,2024-01-03\n").encode()), 3,
        ("the relapse is before the return", "the return is before the onset"),
    ),
    Case(
        "007 and 7", one(episodes("007,P98,pfps,2024-01-08,T1,running\n", "7,P99,pfps,2024-01-08,T1,running\n")), 0,
        ("differ only by leading zeros", "22 rows"),
    ),
    Case(
        "rounded id", one(episodes("5.66E+17,P98,pfps,2024-01-08,T1,running\n")), 3,
        ("line 22", "rounded numbers like 5.66E+17", "set to text"),
    ),
    Case("same row twice", one(episodes("E0,P0,pfps,2024-01-08,T1,running\n")), 0, ("20 rows",)),
    Case(
        "same key, different values", one(episodes("E0,P0,itbs,2024-01-08,T1,running\n", good=60)), 1,
        ("episodes.csv, line 2", "line 62", "twice with different values", "neither was loaded"),
    ),
    Case(
        "score without episode", with_scores(scores("3", row="E99,{day},NPRS,current,{value}\n")), 1,
        ("scores.csv, line 22", "there is no such episode", "Load the episode first"),
    ),
    Case(
        "several episodes of a patient",
        {
            "episodes.csv": episodes("E98,P0,itbs,2024-01-08,T1,running\n"),
            "scores.csv": (SCORES.replace("episode_id", "patient_id")
                           + "".join(f"P{n},2024-02-01,NPRS,current,3\n" for n in range(CARRIES_ON))).encode(),
        },
        1, ("scores.csv, line 2", "two courses with that first visit", "Give the episode_id"),
    ),
    *(
        Case("formula in a code", one(episodes(f"{code},P98,pfps,2024-01-08,T1,running\n")), 1, ("line 22", "not a code", "never names or formulas"))
        for code in ('"=HYPERLINK(""x"",""y"")"', "+44x", "@SUM")
    ),
]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Case], tuple[int, str]]:
    """Loads a case by the command; exit code and everything printed, on one line."""

    def load(case: Case) -> tuple[int, str]:
        folder = tmp_path / "in"
        folder.mkdir()
        for name, content in case.files.items():
            (folder / name).write_bytes(content)
        options = [*case.options, "--as-of", "2024-12-31"]
        if case.mapping:
            (tmp_path / "my.toml").write_text(case.mapping, encoding="utf-8")
            options += ["--mapping", str(tmp_path / "my.toml")]
        url = f"sqlite:///{tmp_path / 'store.db'}"
        code = main(["load", str(folder), *options], {"RETURN_TO_RUN_DATABASE_URL": url})
        printed = capsys.readouterr()
        return code, " ".join(f"{printed.out} {printed.err}".split())

    return load


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_a_line_of_the_table_says_what_is_wrong_where_and_what_to_do(run, case):
    code, said = run(case)
    assert [words for words in case.says if words not in said] == [], said
    assert [words for words in case.silent if words in said] == []
    assert code == case.exit_code, said
