"""The bad-input table of the import contract, line by line, as far as it concerns CSV files.

Every case names what is wrong and says which rule must catch it, at which line and column, and what is loaded all
the same. Nothing here touches the parser directly: a file is written and loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from builders import (
    Row,
    facts,
    fresh_file,
    load_paths,
    load_tables,
    make_assessment,
    make_episode,
    make_running,
    make_score,
    make_visit,
    rows_of,
    write_clinic,
    write_table,
)
from sqlalchemy import Engine

from etl.errors import FILE_RULES, ROW_RULES, RULES, WARNINGS
from etl.load import LoadReport
from sql.engine import open_engine

BUILDERS: dict[str, Callable[..., Row]] = {
    "episodes": make_episode,
    "running": make_running,
    "scores": make_score,
    "visits": make_visit,
    "assessments": make_assessment,
}
STORED = {
    "episodes": "episode",
    "running": "running_report",
    "scores": "score",
    "visits": "visit",
    "assessments": "assessment",
}
Address = tuple[str, int, str, str]


@contextmanager
def store_like(template: Path, folder: Path) -> Iterator[Engine]:
    engine = open_engine(fresh_file(folder / "store.db", template))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(sqlite_engine: Engine) -> Engine:
    """SQLite only: reading a cell has nothing to do with the database."""
    return sqlite_engine


@pytest.fixture(scope="module")
def used_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with one load of one episode, E0."""
    folder = tmp_path_factory.mktemp("used")
    with store_like(sqlite_template, folder) as engine:
        load_tables(engine, folder / "in", episodes=[make_episode("E0")])
    return folder / "store.db"


@pytest.fixture
def used(sqlite_engine: Engine, sqlite_place: Path, used_template: Path) -> Engine:
    """A store that knows E0."""
    sqlite_engine.dispose()
    fresh_file(sqlite_place, used_template)
    return sqlite_engine


def problems(report: LoadReport) -> list[Address]:
    """(file, line, column, rule) of every row that was refused."""
    return [(p.file, p.line, p.column, p.rule) for file in report.files for p in file.problems]


def warnings(report: LoadReport) -> list[tuple[str, str, str]]:
    return [(w.file, w.column, w.rule) for file in report.files for w in file.warnings]


def stops(report: LoadReport) -> list[Address]:
    stopped = [file.stopped_by for file in report.files if file.stopped_by]
    return [(p.file, p.line, p.column, p.rule) for p in stopped]


def tables_of(table: str, *rows: Row) -> dict[str, list[Row]]:
    """The rows under test, together with the episode that they belong to."""
    return (
        {"episodes": list(rows)} if table == "episodes" else {"episodes": [make_episode()], table: list(rows)}
    )


# One bad cell refuses its row: table, column, cell, rule.
BAD_CELLS = [
    # scores that people and spreadsheets write
    ("scores", "value", "3/5", "score_out_of"),
    ("scores", "value", "70/100", "score_out_of"),
    ("scores", "value", "5-6", "number"),
    ("scores", "value", ">7", "number"),
    ("scores", "value", "~4", "number"),
    ("scores", "value", "mild", "number"),
    ("scores", "value", "1_0", "number"),
    ("scores", "value", "\uff17", "number"),
    ("scores", "value", "\u0667", "number"),
    ("scores", "value", "1e1", "number"),
    ("scores", "value", "nan", "number"),
    ("scores", "value", "inf", "number"),
    ("scores", "value", "-inf", "number"),
    ("scores", "value", "6,5", "number"),
    ("scores", "value", "6.5.1", "number"),
    ("scores", "value", "0x7", "number"),
    ("scores", "value", "9" * 41, "number"),
    ("scores", "value", "#N/A", "number"),
    ("scores", "value", "11", "range"),
    ("scores", "value", "11/10", "range"),
    ("scores", "value", "10.01", "range"),
    ("scores", "value", "-1", "range"),
    ("scores", "value", "-999", "range"),
    ("scores", "value", "88", "range"),
    ("scores", "value", "UNK", "number"),
    ("scores", "value", "2024-10-07", "score_as_date"),
    ("scores", "value", "2024-10-07 00:00:00", "score_as_date"),
    ("scores", "value", "07/10/2024", "score_as_date"),
    ("scores", "value", "7-Oct", "score_as_date"),
    ("scores", "value", "Oct-07", "score_as_date"),
    ("scores", "value", "07.10.24", "score_as_date"),
    ("running", "pain_while_running", "7-Oct", "score_as_date"),
    ("running", "pain_while_running", "4/5", "score_out_of"),
    ("running", "pain_while_running", "-1", "range"),
    ("running", "weekly_km", "401", "range"),
    ("assessments", "value", "4/5", "number"),
    ("assessments", "value", "7/10", "number"),
    ("assessments", "value", "99", "range"),
    # other words and numbers
    ("episodes", "condition", "runners knee", "code"),
    ("episodes", "condition", "", "required"),
    ("episodes", "condition", "  ", "required"),
    ("episodes", "age_band", "37", "code"),
    ("episodes", "age_band", "1987-03-02", "code"),
    ("episodes", "goal", "marathon", "code"),
    ("episodes", "earlier_episodes", "1.5", "integer"),
    ("episodes", "earlier_episodes", "51", "range"),
    ("episodes", "planned_visits", "-1", "range"),
    ("visits", "treatments", "soft_tissue;magic", "code"),
    ("running", "status", "fine", "code"),
    ("scores", "instrument", "FACES", "code"),
    # keys are codes, never names or formulas
    ("episodes", "episode_id", '=HYPERLINK("http://example.org","E2")', "key"),
    ("episodes", "episode_id", "+447700900123", "key"),
    ("episodes", "episode_id", "@x", "key"),
    ("episodes", "episode_id", "-1+1|calc", "key"),
    ("episodes", "episode_id", "Jo Smith", "key"),
    ("episodes", "episode_id", "E2\u200b", "key"),
    ("episodes", "episode_id", "E\u00e9", "key"),
    ("episodes", "episode_id", "E" * 65, "key"),
    ("episodes", "episode_id", "", "required"),
    ("episodes", "therapist", "Dr. Jones", "key"),
    # NUL and control characters
    ("episodes", "episode_id", "E\x002", "control_character"),
    ("episodes", "therapist", "T\x1b1", "control_character"),
    ("episodes", "therapist", "T\x7f", "control_character"),
    # dates that are none, or none of this clinic
    ("episodes", "first_visit_date", "2024-02-31", "date"),
    ("episodes", "first_visit_date", "2023-02-29", "date"),
    ("episodes", "first_visit_date", "2024-13-01", "date"),
    ("episodes", "first_visit_date", "2024-1-8", "date"),
    ("episodes", "first_visit_date", "24-01-08", "date"),
    ("episodes", "first_visit_date", "8 January 2024", "date"),
    ("episodes", "first_visit_date", "45299", "date"),
    ("episodes", "first_visit_date", "45299.0", "date"),
    ("episodes", "first_visit_date", "20240108", "date"),
    ("episodes", "first_visit_date", "2024-01-08T09:00:00Z", "date"),
    ("episodes", "first_visit_date", "2024/01/08", "date"),
    ("episodes", "first_visit_date", "\u0662\u0660\u0662\u0664-01-08", "date"),
    ("episodes", "first_visit_date", "2024-01", "date"),
    ("episodes", "first_visit_date", "2024", "date"),
    ("episodes", "first_visit_date", "0024-01-08", "date_range"),
    ("episodes", "first_visit_date", "1949-12-31", "date_range"),
    ("episodes", "first_visit_date", "2204-01-08", "future"),
    ("episodes", "first_visit_date", "2025-01-01", "future"),
    ("episodes", "first_visit_date", "", "required"),
    ("episodes", "onset_date", "2023-13", "date"),
    ("episodes", "onset_date", "2023-00", "date"),
    ("episodes", "onset_date", "24", "date"),
    ("episodes", "onset_date", "45299", "date"),
    ("episodes", "onset_date", "0024", "date_range"),
    ("episodes", "onset_date", "2025", "future"),
    ("episodes", "onset_date", "2025-01", "future"),
    ("running", "since", "2023-02-29", "date"),
    ("scores", "scored_on", "2025-01-01", "future"),
    ("visits", "visit_date", "31-02-2024", "date"),
    # dates that contradict each other
    ("episodes", "onset_date", "2024-01-09", "onset_after_first_visit"),
    ("episodes", "onset_date", "2024-02", "onset_after_first_visit"),
    ("episodes", "last_contact_date", "2024-01-07", "before_first_visit"),
    ("running", "since", "2024-12-31", "since_after_report"),
    ("scores", "context", "loud", "code"),
]  # fmt: skip


GOOD_ROWS = 60


@pytest.fixture(scope="module")
def bad_cells(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, LoadReport]]:
    """All bad cells in one load, each in a row of its own below good ones."""
    folder = tmp_path_factory.mktemp("bad-cells")
    tables = {
        table: [_nth(table, n, {}) for n in range(GOOD_ROWS)]
        + [_nth(table, GOOD_ROWS + n, {case[1]: case[2]}) for n, case in enumerate(_cases(table))]
        for table in BUILDERS
    }
    with store_like(sqlite_template, folder) as engine:
        yield engine, load_tables(engine, folder / "in", **tables)


def _cases(table: str) -> list[tuple[str, str, str, str]]:
    return [case for case in BAD_CELLS if case[0] == table]


def _nth(table: str, n: int, cells: Row) -> Row:
    """A row that is told apart from the others by a column that is not under test."""
    day = date(2024, 3, 4 + n % 20).isoformat()
    apart = {
        "episodes": {"site": f"S{n}", "episode_id": f"E{n}"},
        "running": {"reported_on": day, "source": ("patient_form", "clinician", "phone", "")[n // 20 % 4]},
        "scores": {"score_id": f"S{n}"},
        "visits": {"therapist": f"T{n}"},
        "assessments": {"speed_kmh": f"{1 + n / 10}"},
    }[table]
    return BUILDERS[table](**({"episode_id": "E0"} | apart | cells))


@pytest.mark.parametrize("case", BAD_CELLS, ids=lambda case: " ".join(case).encode("unicode_escape").decode())
def test_a_bad_cell_refuses_its_row(bad_cells, case):
    table, column, _, rule = case
    line = 2 + GOOD_ROWS + _cases(table).index(case)
    assert [
        problem for problem in problems(bad_cells[1]) if problem[0] == f"{table}.csv" and problem[1] == line
    ] == [(f"{table}.csv", line, column, rule)]


def test_bad_cells_leave_the_other_rows_alone(bad_cells):
    engine, report = bad_cells
    assert (report.exit_code, len(problems(report))) == (1, len(BAD_CELLS))
    assert {table: len(rows_of(engine, STORED[table])) for table in STORED} == dict.fromkeys(
        STORED, GOOD_ROWS
    )
    assert rows_of(engine, "reject", "line", "column_name", "rule") == sorted(
        ((line, column, rule) for _, line, column, rule in problems(report)), key=repr
    )


def _other_key(table: str) -> Row:
    """What tells a second row apart from the first."""
    return {
        "episodes": {"episode_id": "E2"},
        "running": {"source": "phone"},
        "scores": {"reporter": "clinician"},
        "visits": {"therapist": "T2"},
        "assessments": {"side": "right"},
    }[table]


# Two cells that contradict each other: cells of an episode, column at fault, rule.
CONTRADICTIONS = [
    (
        {"discharge_date": "2024-01-07", "discharge_reason": "goals_met"},
        "discharge_date",
        "before_first_visit",
    ),
    ({"stopped_date": "2024-01-07", "stopped_reason": "surgery"}, "stopped_date", "before_first_visit"),
    ({"stopped_date": "2024-02-07"}, "stopped_date", "both_or_neither"),
    ({"stopped_reason": "surgery"}, "stopped_date", "both_or_neither"),
    (
        {"return_to_run_date": "2024-03-04", "relapse_date": "2024-03-03"},
        "relapse_date",
        "relapse_before_return",
    ),
    (
        {"onset_date": "2024-01-02", "return_to_run_date": "2024-01-01"},
        "return_to_run_date",
        "return_before_onset",
    ),
    (
        {"onset_date": "2024-01", "return_to_run_date": "2023-12-31"},
        "return_to_run_date",
        "return_before_onset",
    ),
    (
        {"red_flag": "locking", "red_flag_date": "2024-02-02", "red_flag_cleared_date": "2024-02-01"},
        "red_flag_cleared_date",
        "cleared_before_flag",
    ),
]


@pytest.mark.parametrize(("cells", "column", "rule"), CONTRADICTIONS)
def test_dates_that_contradict_each_other_refuse_the_row(sqlite, tmp_path, cells, column, rule):
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode(), make_episode("E2", **cells)])
    assert problems(report) == [("episodes.csv", 3, column, rule)]
    assert rows_of(sqlite, "episode", "episode_id") == [("E1",)]


def test_all_problems_of_a_row_and_of_a_file_are_listed(sqlite, tmp_path):
    upside_down = {
        "onset_date": "2024-01-05",
        "return_to_run_date": "2024-01-04",
        "relapse_date": "2024-01-03",
        "discharge_date": "2024-01-02",
    }
    several = [make_episode("E2", **upside_down), make_episode("E3", condition="x", first_visit_date="x")]
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode(), *several])
    assert problems(report) == [
        ("episodes.csv", 3, "discharge_date", "before_first_visit"),
        ("episodes.csv", 3, "relapse_date", "relapse_before_return"),
        ("episodes.csv", 3, "return_to_run_date", "return_before_onset"),
        ("episodes.csv", 4, "condition", "code"),
        ("episodes.csv", 4, "first_visit_date", "date"),
    ]
    assert report.files[0].rejected == 2


def test_a_discharge_needs_no_reason(sqlite, tmp_path):
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode(discharge_date="2024-05-06")])
    assert report.exit_code == 0


def test_an_allowed_edge_is_taken(sqlite, tmp_path):
    edges = {
        "onset_date": "2024-01-08",
        "return_to_run_date": "2024-01-08",
        "relapse_date": "2024-01-08",
        "stopped_date": "2024-01-08",
        "stopped_reason": "surgery",
        "discharge_date": "2024-12-31",
        "discharge_reason": "other",
        "weekly_km_before": "400",
        "earlier_episodes": "50",
        "planned_visits": "60",
    }
    report = load_tables(
        sqlite,
        tmp_path / "in",
        episodes=[make_episode("E" * 64, **edges)],
        scores=[make_score("E" * 64, value="10"), make_score("E" * 64, value="0", reporter="clinician")],
    )
    assert (problems(report), report.exit_code) == ([], 0)


def test_every_rule_about_a_scale_looks_at_the_instrument(sqlite, tmp_path):
    scores = [
        make_score(instrument="AKPS", context=None, value="100"),
        make_score(instrument="LEFS", context=None, value="81"),
        make_score(instrument="AKPS", context="running", value="50"),
        make_score(instrument="AKPS", context=None, value="7/10", reporter="clinician"),
        make_score(instrument="VAS100", value="7/10"),
        make_score(instrument="VAS10", value="7/10"),
    ]
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], scores=scores)
    assert problems(report) == [
        ("scores.csv", 3, "value", "range"),
        ("scores.csv", 4, "context", "context_of_function"),
        ("scores.csv", 5, "value", "score_out_of"),
        ("scores.csv", 6, "value", "score_out_of"),
    ]
    assert rows_of(sqlite, "score", "instrument", "value") == [("AKPS", 100.0), ("VAS10", 7.0)]


NORMALISED = [
    ("scores", "value", "7/10", "value", 7.0),
    ("scores", "value", "7 / 10", "value", 7.0),
    ("scores", "value", "7 out of 10", "value", 7.0),
    ("scores", "value", "6.5/10", "value", 6.5),
    ("scores", "value", " 7 ", "value", 7.0),
    ("running", "pain_while_running", "3/10", "pain_while_running", 3.0),
    ("episodes", "condition", "PFPS", "condition", "pfps"),
    ("episodes", "side", " Left", "side", "left"),
    ("visits", "status", "Cancelled", "status", "cancelled"),
    ("episodes", "first_visit_date", " 2024-01-08 ", "first_visit_date", date(2024, 1, 8)),
]


@pytest.mark.parametrize(("table", "column", "cell", "stored", "value"), NORMALISED)
def test_a_spelling_that_means_one_thing_is_normalised_and_counted(
    sqlite, tmp_path, table, column, cell, stored, value
):
    report = load_tables(sqlite, tmp_path / "in", **tables_of(table, BUILDERS[table](**{column: cell})))
    assert report.exit_code == 0
    assert [file.normalised for file in report.files if file.table == table] == [1]
    assert rows_of(sqlite, STORED[table], stored) == [(value,)]


PARTIAL_DATES = {
    "2023-11-14": (date(2023, 11, 14), date(2023, 11, 14)),
    "2023-11": (date(2023, 11, 1), date(2023, 11, 30)),
    "2023": (date(2023, 1, 1), date(2023, 12, 31)),
    "2024-01": (date(2024, 1, 1), date(2024, 1, 31)),
    "": (None, None),
}


def test_a_month_or_a_year_keeps_its_precision(sqlite, tmp_path):
    episodes = [make_episode(f"E{n}", onset_date=cell) for n, cell in enumerate(PARTIAL_DATES)]
    assert load_tables(sqlite, tmp_path / "in", episodes=episodes).exit_code == 0
    stored = {row[0]: row[1:] for row in rows_of(sqlite, "episode", "episode_id", "onset_from", "onset_to")}
    assert [stored[f"E{n}"] for n in range(len(PARTIAL_DATES))] == list(PARTIAL_DATES.values())


def test_a_blank_score_is_missing_and_never_zero(sqlite, tmp_path):
    scores = [
        make_score(),
        make_score(value="", scored_on="2024-02-05"),
        make_score(value=" ", scored_on="2024-03-04"),
    ]
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], scores=scores)
    assert (report.exit_code, report.files[1].filtered, report.files[1].inserted) == (0, 2, 1)
    assert rows_of(sqlite, "score", "value") == [(6.0,)]


def test_an_empty_cell_takes_the_default_of_its_column(sqlite, tmp_path):
    load_tables(
        sqlite,
        tmp_path / "in",
        episodes=[make_episode(site="", goal="")],
        visits=[make_visit(status="", therapist="", treatments="")],
        scores=[make_score(context="", reporter="")],
        running=[make_running(source="")],
    )
    assert rows_of(sqlite, "episode", "site", "goal") == [("main", None)]
    assert rows_of(sqlite, "visit", "status", "therapist", "treatments") == [("attended", "", None)]
    assert rows_of(sqlite, "score", "context", "reporter", "score_id") == [("usual_week", "", "")]
    assert rows_of(sqlite, "running_report", "source") == [("",)]


# --- whole files -----------------------------------------------------------------------------------------------

HEADER = "episode_id,condition,first_visit_date,therapist,goal\n"
GOOD = "E1,pfps,2024-01-08,T1,running\n"


def episodes_file(folder: Path, content: str | bytes, name: str = "episodes.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + GOOD).encode("utf-8-sig"),
        (HEADER + GOOD).encode("utf-16"),
        b"\xfe\xff" + (HEADER + GOOD).encode("utf-16-be"),
        (HEADER + GOOD).replace("\n", "\r\n").encode(),
        (HEADER + GOOD).replace("\n", "\r").encode(),
        (HEADER + GOOD).rstrip("\n").encode(),
        ("\n" + HEADER + "\n" + GOOD + "\n\n").encode(),
        (HEADER.upper() + GOOD).encode(),
        (" " + HEADER.replace(",", " , ") + GOOD).encode(),
        b'"episode_id","condition","first_visit_date","therapist","goal"\n"E1","pfps","2024-01-08","T1","running"',
    ],
    ids=[
        "byte order mark", "UTF-16 LE", "UTF-16 BE", "CRLF", "CR", "no last newline", "blank lines", "capitals",
        "blanks in header", "quoted",
    ],
)  # fmt: skip
def test_the_usual_ways_to_write_a_csv_file_are_read(sqlite, tmp_path, content):
    report = load_paths(sqlite, episodes_file(tmp_path / "in", content))
    assert (report.exit_code, report.files[0].rows_read) == (0, 1)
    assert rows_of(sqlite, "episode", "episode_id", "condition") == [("E1", "pfps")]


WHOLE_FILES = {
    "empty": (b"", "empty_file", 1, "", ""),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty_file", 1, "", ""),
    "only blank lines": (b"\n\r\n\n", "empty_file", 1, "", ""),
    "broken byte": (
        HEADER.encode() + GOOD.encode() + b"E2,pfps,2024-01-08,T\xe9,running\n",
        "broken_encoding", 3, "", "byte 21 of the line",
    ),
    "cut inside a character": (
        HEADER.encode() + b"E2,pfps,2024-01-08,T\xc3", "broken_encoding", 2, "", "byte 21 of the line",
    ),
    "UTF-16 cut inside a character": (
        (HEADER + GOOD).encode("utf-16")[:-1], "broken_encoding", 2, "", "byte 59 of the line",
    ),
    "UTF-16 without its mark": (
        (HEADER + GOOD).encode("utf-16-le"), "broken_encoding", 1, "", "it may be UTF-16 without its mark",
    ),
    "semicolons": ((HEADER + GOOD).replace(",", ";").encode(), "wrong_delimiter", 1, "", "semicolons were found"),
    "tabs": ((HEADER + GOOD).replace(",", "\t").encode(), "wrong_delimiter", 1, "", "tabs were found"),
    "quoted with semicolons": (
        b'"episode_id";"condition";"first_visit_date";"therapist"\n"E1";"pfps";"2024-01-08";"T1"\n',
        "wrong_delimiter", 1, "", "semicolons were found",
    ),
    "unclosed quote": (
        (HEADER + GOOD + '"E2,pfps,2024-01-08,T1,running\nE3,pfps,2024-01-08,T1,running\n').encode(),
        "unclosed_quote", 3, "", "",
    ),
    "unclosed quote before a quoted cell": (
        (HEADER + '"E2,pfps,2024-01-08,T1,running\nE3,"pfps",2024-01-08,T1,running\n').encode(),
        "unclosed_quote", 2, "", "",
    ),
    "unclosed quote before 200,000 characters": (
        (HEADER + '"E2' + GOOD * 7000).encode(), "unclosed_quote", 2, "", "",
    ),
    "workbook with the wrong ending": (b"PK\x03\x04\x14\x00\x06\x00", "spreadsheet", 1, "", ""),
    "old workbook, or one with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet", 1, "", "",
    ),
    "known column twice": (
        b"episode_id,condition,first_visit_date,therapist,Condition\n", "duplicate_header", 1, "Condition", "",
    ),
    "unknown column twice": (
        b"episode_id,condition,first_visit_date,therapist,extra,extra\n", "duplicate_header", 1, "extra", "",
    ),
    "unknown column twice whose name may not be shown": (
        b"episode_id,condition,first_visit_date,therapist,jo@example.org,jo@example.org\n",
        "duplicate_header", 1, "no. 6", "",
    ),
    "missing column": (
        b"episode_id,condition,visit date first,therapist\n", "missing_column", 1, "first_visit_date", "",
    ),
    "missing column with a near name": (
        b"episode_id,condition,First Visit,therapist\nE1,pfps,2024-01-08,T1\n",
        "missing_column", 1, "first_visit_date", "perhaps First Visit",
    ),
    "two missing columns": (
        b"episode,condition,first_visit_date\n", "missing_column", 1, "episode_id, therapist", "perhaps episode",
    ),
    "no header": (
        b"E1,pfps,2024-01-08,T1,running\n",
        "missing_column", 1, "episode_id, condition, first_visit_date, therapist",
        "the first line does not look like a header",
    ),
    "rows above the header": (
        b"Clinic export,,,,\n" + HEADER.encode() + GOOD.encode(),
        "missing_column", 1, "episode_id, condition, first_visit_date, therapist", "the first line must be the header",
    ),
    "day or month first": (
        (HEADER + GOOD + "E2,pfps,03/04/2024,T1,running\n").encode(), "undeclared_date", 3, "first_visit_date", "",
    ),
    "31 February, day first": (
        (HEADER + "E2,pfps,31/02/2024,T1,running\n").encode(), "undeclared_date", 2, "first_visit_date", "",
    ),
    "German dates": (
        (HEADER + "E2,pfps,3.4.2024,T1,running\n").encode(), "undeclared_date", 2, "first_visit_date", "",
    ),
    "rounded code": ((HEADER + GOOD + GOOD.replace("E1", "5.66E+17")).encode(), "rounded_key", 3, "episode_id", ""),
    "rounded code without decimals": (
        (HEADER + GOOD.replace("E1", "5E+17")).encode(), "rounded_key", 2, "episode_id", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_file_that_cannot_be_used_stops_the_load(used, tmp_path, name):
    content, rule, line, column, detail = WHOLE_FILES[name]
    before = facts(used)
    report = load_paths(used, episodes_file(tmp_path / "in", content))
    assert stops(report) == [("episodes.csv", line, column, rule)]
    assert report.files[0].stop_detail == detail
    assert (report.exit_code, report.load_number) == (3, 2)
    assert facts(used) == before
    assert rows_of(used, "load_run", "load_number", "status") == [(1, "loaded"), (2, "refused")]
    assert rows_of(used, "load_file", "load_number", "stopped_by") == [(1, None), (2, rule)]


def test_one_file_that_stops_keeps_the_others_out_too(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2", condition="x")])
    episodes_file(folder, "episode_id,scored_on\n", "scores.csv")
    report = load_paths(engine, folder)
    assert stops(report) == [("scores.csv", 1, "instrument, value", "missing_column")]
    assert problems(report) == [("episodes.csv", 3, "condition", "code")]
    assert report.exit_code == 3
    assert rows_of(engine, "episode") == []
    assert rows_of(engine, "load_file", "file_name", "rows_read", "rejected", "filtered") == [
        ("episodes.csv", 2, 1, 1),
        ("scores.csv", 0, 0, 0),
    ]


def test_the_line_of_a_stop_is_right_when_the_reader_has_forgotten_earlier_cells(
    sqlite, tmp_path, monkeypatch
):
    monkeypatch.setattr("etl.parse.ColumnReader.LARGEST", 2)
    rows = [make_episode(f"E{n}") for n in range(8)] + [make_episode("5.66E+17")]
    report = load_tables(sqlite, tmp_path / "in", episodes=rows)
    assert stops(report) == [("episodes.csv", 10, "episode_id", "rounded_key")]


@pytest.mark.parametrize(
    ("manifest", "rule", "detail"),
    [
        ({"rows": 3}, "fewer_rows", "2 rows, 3 expected"),
        ({"rows": 1}, "fewer_rows", "2 rows, 1 expected"),
        ({"sha256": "0" * 64}, "changed_content", ""),
    ],
)
def test_a_file_that_is_not_what_its_manifest_says_stops(sqlite, tmp_path, manifest, rule, detail):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2")])
    (folder / "manifest.json").write_text(json.dumps({"files": [{"name": "episodes.csv", **manifest}]}))
    report = load_paths(sqlite, folder)
    assert stops(report) == [("episodes.csv", 1, "", rule)]
    assert (report.exit_code, report.files[0].stop_detail) == (3, detail)
    assert rows_of(sqlite, "episode") == []


def test_a_right_manifest_is_taken(sqlite, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(), make_episode("E2")])
    (folder / "manifest.json").write_text(json.dumps({"files": [{"name": "episodes.csv", "rows": 2}]}))
    assert load_paths(sqlite, folder).exit_code == 0


def test_a_footer_and_rows_of_another_length_are_refused(sqlite, tmp_path):
    content = HEADER + GOOD + "E2,pfps,2024-01-08,T1\nE3,pfps,2024-01-08,T1,running,\nTotal\nTotal,3,,,\n"
    report = load_paths(sqlite, episodes_file(tmp_path / "in", content), most_rejected=1.0)
    assert problems(report) == [
        ("episodes.csv", 3, "", "field_count"),
        ("episodes.csv", 4, "", "field_count"),
        ("episodes.csv", 5, "", "field_count"),
        ("episodes.csv", 6, "condition", "code"),
        ("episodes.csv", 6, "first_visit_date", "required"),
        ("episodes.csv", 6, "therapist", "required"),
    ]
    assert [p.shape for p in report.files[0].problems[:3]] == [
        "4 fields, 5 expected",
        "6 fields, 5 expected",
        "1 fields, 5 expected",
    ]
    assert rows_of(sqlite, "episode", "episode_id") == [("E1",)]


def test_lines_are_counted_as_an_editor_shows_them(sqlite, tmp_path):
    header = "episode_id,condition,first_visit_date,therapist,remark"
    content = f'\n\n{header}\n\nE1,pfps,2024-01-08,T1,"two\nlines"\n\nE2,x,2024-01-08,T1,\n'
    report = load_paths(sqlite, episodes_file(tmp_path / "in", content), most_rejected=1.0)
    assert problems(report) == [("episodes.csv", 8, "condition", "code")]


def test_an_unknown_column_is_left_out_and_said(sqlite, tmp_path):
    content = "episode_id,condition,first_visit_date,therapist,goal,shoe_size,What hurts?,\n" + GOOD.replace(
        "\n", ",44,knee,\n"
    )
    report = load_paths(sqlite, episodes_file(tmp_path / "in", content))
    assert report.exit_code == 0
    assert warnings(report) == [
        ("episodes.csv", "shoe_size", "unknown_column"),
        ("episodes.csv", "no. 7", "unknown_column"),
        ("episodes.csv", "no. 8", "unknown_column"),
    ]


def test_what_a_file_leaves_open_is_said(sqlite, tmp_path):
    report = load_tables(
        sqlite, tmp_path / "in", episodes=[make_episode(goal=None)], scores=[make_score(context=None)]
    )
    assert warnings(report) == [
        ("episodes.csv", "goal", "default_goal"),
        ("scores.csv", "context", "default_context"),
    ]
    assert rows_of(sqlite, "episode", "goal") == [("running",)]


# --- what only the whole column shows ---------------------------------------------------------------------------


def pain_scores(*values: object, **cells: object) -> list[Row]:
    return [
        make_score(scored_on=f"2024-02-{day:02}", value=value, **cells) for day, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize(
    ("instrument", "values"),
    [
        ("NPRS", [70, 60, 5, 50, 40]),
        ("NPRS", [20, 1, 2, 3, 11, 4, 5, 6, 7]),
        ("VAS10", [70, 60, 50, 40, 30]),
        ("PSFS", [70, 60, 50, 40, 30]),
        ("NPRS", [0.7, 0.6, 0.5, 1, 0]),
    ],
)
def test_a_column_on_another_scale_stops_the_file(sqlite, tmp_path, instrument, values):
    context = None if instrument == "PSFS" else "usual_week"
    scores = pain_scores(*values, instrument=instrument, context=context)
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], scores=scores)
    assert stops(report) == [("scores.csv", 1, "value", "wrong_scale")]
    assert (report.exit_code, rows_of(sqlite, "score")) == (3, [])


@pytest.mark.parametrize("values", [[70, 60, 50, 40, 30], [0.7, 0.6, 0.5, 1, 0]])
def test_pain_while_running_on_another_scale_stops_the_file(sqlite, tmp_path, values):
    running = [
        make_running(reported_on=f"2024-02-{day:02}", pain_while_running=value)
        for day, value in enumerate(values, 1)
    ]
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], running=running)
    assert stops(report) == [("running.csv", 1, "pain_while_running", "wrong_scale")]


@pytest.mark.parametrize(
    ("values", "refused"),
    [([11, 1, 2, 3, 4], 1), ([1, 0, 1, 0, 0], 0), ([0.5, 1, 2, 3, 4], 0), ([7.5, 6.5, 5.5, 4.5, 3.5], 0)],
)
def test_a_column_that_may_be_right_is_not_stopped(sqlite, tmp_path, values, refused):
    report = load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], scores=pain_scores(*values))
    assert (stops(report), report.rejected) == ([], refused)


def test_a_share_scale_is_allowed_where_the_scale_reaches_100(sqlite, tmp_path):
    scores = pain_scores(70, 60, 50, 40, 30, instrument="VAS100")
    assert load_tables(sqlite, tmp_path / "in", episodes=[make_episode()], scores=scores).exit_code == 0


def with_default_dates(table: str, column: str, default: str, many: int) -> list[Row]:
    """Ten rows, `many` of them with a date that software filled in."""
    cells = [{column: default} if n < many else {} for n in range(10)]
    if table == "episodes":
        return [make_episode(f"E{n}", **cells[n]) for n in range(10)]
    return [make_running("E0", reported_on=f"2024-02-{n + 1:02}", **cells[n]) for n in range(10)]


@pytest.mark.parametrize(
    ("table", "column", "default"),
    [
        ("episodes", "first_visit_date", "1899-12-30"),
        ("episodes", "first_visit_date", "1900-01-01"),
        ("episodes", "onset_date", "1970-01-01"),
        ("episodes", "onset_date", "2000-01-01"),
        ("running", "since", "1970-01-01"),
    ],
)
def test_a_date_that_software_fills_in_stops_the_file_above_30_percent(
    used, tmp_path, table, column, default
):
    before = facts(used)
    four = load_tables(used, tmp_path / "four", **{table: with_default_dates(table, column, default, 4)})
    assert stops(four) == [(f"{table}.csv", 1, column, "default_date")]
    assert (four.exit_code, facts(used)) == (3, before)
    three = load_tables(used, tmp_path / "three", **{table: with_default_dates(table, column, default, 3)})
    assert (stops(three), three.status) == ([], "loaded")


# --- what only the store shows: both databases ------------------------------------------------------------------


def test_the_same_row_twice_is_kept_once_and_counted(engine, tmp_path):
    twice = {
        "episodes": [make_episode(), make_episode()],
        "running": [make_running(), make_running()],
        "scores": [make_score(), make_score(), make_score()],
        "visits": [make_visit(), make_visit()],
        "assessments": [make_assessment(), make_assessment()],
    }
    report = load_tables(engine, tmp_path / "in", **twice)
    assert report.exit_code == 0
    assert {file.table: (file.inserted, file.duplicate) for file in report.files} == {
        "episodes": (1, 1),
        "running": (1, 1),
        "scores": (1, 2),
        "visits": (1, 1),
        "assessments": (1, 1),
    }
    assert all(len(rows_of(engine, table)) == 1 for table in STORED.values())


CONFLICTS = {
    "episodes": ({"side": "left"}, {"side": "right"}),
    "running": ({"weekly_km": "3"}, {"weekly_km": "4"}),
    "scores": ({"value": "3"}, {"value": "4"}),
    "visits": ({"status": "attended"}, {"status": "cancelled"}),
    "assessments": ({"value": "1"}, {"value": "2"}),
}


def test_the_same_key_with_different_values_refuses_all_of_it(engine, tmp_path):
    """Lines 2, 3 and 5 have one key, of which 5 repeats 2; line 4 has another."""
    load_tables(engine, tmp_path / "before", episodes=[make_episode("E0")])
    tables = {}
    for table, (first, second) in CONFLICTS.items():
        row = BUILDERS[table]("E1" if table == "episodes" else "E0")
        tables[table] = [{**row, **cells} for cells in (first, second, {**first, **_other_key(table)}, first)]
    report = load_tables(engine, tmp_path / "in", **tables)
    assert problems(report) == [
        (f"{table}.csv", line, "", "conflicting_rows") for table in CONFLICTS for line in (2, 3, 5)
    ]
    assert report.exit_code == 1
    assert [len(rows_of(engine, STORED[table])) for table in CONFLICTS] == [2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        ("episodes", {"side": "left"}, {"side": ""}),
        ("scores", {"score_id": "S1"}, {"score_id": "S1", "scored_on": "2024-02-05"}),
    ],
)
def test_an_empty_cell_and_a_score_moved_conflict_too(engine, tmp_path, table, first, second):
    rows = [BUILDERS[table](**first), BUILDERS[table](**second)]
    report = load_tables(engine, tmp_path / "in", **tables_of(table, *rows))
    assert problems(report) == [(f"{table}.csv", line, "", "conflicting_rows") for line in (2, 3)]
    assert rows_of(engine, STORED[table]) == []


def test_rows_that_differ_only_in_a_column_that_is_not_stored_are_the_same(engine, tmp_path):
    rows = [make_score(patient_id="P1"), make_score("", patient_id="P1"), make_score(remark="x")]
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode(patient_id="P1")], scores=rows)
    assert (problems(report), report.files[1].inserted, report.files[1].duplicate) == ([], 1, 2)


def test_two_scores_of_one_code_conflict_when_their_patients_differ(engine, tmp_path):
    episodes = [make_episode(patient_id="P1"), make_episode("E2", patient_id="P2")]
    scores = [make_score(None, patient_id=person, score_id="S1") for person in ("P1", "P2")]
    report = load_tables(engine, tmp_path / "in", episodes=episodes, scores=scores)
    assert problems(report) == [
        ("scores.csv", 2, "", "conflicting_rows"),
        ("scores.csv", 3, "", "conflicting_rows"),
    ]


OF_EPISODES = ("running", "scores", "visits", "assessments")


def test_a_row_of_no_known_episode_is_refused_and_can_come_again(engine, tmp_path):
    known = {table: [BUILDERS[table]()] for table in OF_EPISODES}
    lost = {table: [BUILDERS[table]("E2")] for table in OF_EPISODES}
    both = {table: known[table] + lost[table] for table in OF_EPISODES}
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode()], **both)
    assert problems(report) == [(f"{table}.csv", 3, "episode_id", "no_episode") for table in OF_EPISODES]
    again = load_tables(engine, tmp_path / "again", episodes=[make_episode("E2")], **lost)
    assert again.exit_code == 0
    assert [len(rows_of(engine, STORED[table])) for table in OF_EPISODES] == [2, 2, 2, 2]


def test_a_row_without_episode_and_patient_is_refused(engine, tmp_path):
    scores = [make_score(), make_score("", patient_id="")]
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode()], scores=scores)
    assert problems(report) == [("scores.csv", 3, "episode_id", "required")]


def test_a_row_may_come_28_days_before_the_first_visit_and_no_earlier(engine, tmp_path):
    scores = [make_score(scored_on="2023-12-11"), make_score(scored_on="2023-12-10")]
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode()], scores=scores)
    assert problems(report) == [("scores.csv", 3, "scored_on", "too_early")]
    assert rows_of(engine, "score", "scored_on") == [(date(2023, 12, 11),)]


COURSES = [
    make_episode("A1", patient_id="P1", first_visit_date="2021-03-01", last_contact_date=None),
    make_episode("A2", patient_id="P1", first_visit_date="2023-09-04", last_contact_date=None),
    make_episode("B1", patient_id="P2", first_visit_date="2023-09-04", last_contact_date=None),
    make_episode(
        "B2", patient_id="P2", first_visit_date="2023-09-04", last_contact_date=None, condition="itbs"
    ),
]


# patient, day of the score, its course or the rule that refuses it
BY_PATIENT = [
    ("P1", "2021-02-01", "A1"),  # 28 days before the first course
    ("P1", "2021-01-31", "no_course"),
    ("P1", "2023-03-01", "A1"),  # 24 months after it
    ("P1", "2023-03-02", "no_course"),
    ("P1", "2023-08-06", "no_course"),  # 29 days before the second course, and too late for the first
    ("P1", "2023-08-07", "A2"),
    ("P1", "2024-12-31", "A2"),
    ("P2", "2023-10-02", "two_courses"),
    ("P9", "2023-10-02", "no_course"),
]


def test_a_patient_stands_for_their_course_of_that_time(engine, tmp_path):
    scores = [make_score(None, patient_id=patient, scored_on=day) for patient, day, _ in BY_PATIENT]
    report = load_tables(engine, tmp_path / "in", episodes=COURSES, scores=scores)
    assert problems(report) == [
        ("scores.csv", line, "patient_id", found)
        for line, (_, _, found) in enumerate(BY_PATIENT, start=2)
        if found in RULES
    ]
    assert rows_of(engine, "score", "scored_on", "episode_id") == [
        (date.fromisoformat(day), found) for _, day, found in BY_PATIENT if found not in RULES
    ]


@pytest.mark.parametrize(
    ("first_visit", "last_day"),
    [("2020-02-29", "2022-02-28"), ("2022-01-01", "2024-01-01"), ("2022-03-01", "2024-03-01")],
)
def test_24_months_are_counted_by_the_calendar(engine, tmp_path, first_visit, last_day):
    after = date.fromordinal(date.fromisoformat(last_day).toordinal() + 1).isoformat()
    episode = make_episode(patient_id="P1", first_visit_date=first_visit, last_contact_date=None)
    scores = [make_score(None, patient_id="P1", scored_on=day) for day in (last_day, after)]
    report = load_tables(engine, tmp_path / "in", episodes=[episode], scores=scores)
    assert problems(report) == [("scores.csv", 3, "patient_id", "no_course")]


def test_every_table_of_an_episode_takes_a_patient_in_its_place(engine, tmp_path):
    rows = {table: [BUILDERS[table](None, patient_id="P1")] for table in OF_EPISODES}
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode(patient_id="P1")], **rows)
    assert report.exit_code == 0
    assert [rows_of(engine, STORED[table], "episode_id") for table in OF_EPISODES] == [[("E1",)]] * 4


def test_a_patient_of_another_clinic_is_nobody(engine, tmp_path):
    load_tables(engine, tmp_path / "a", episodes=[make_episode(patient_id="P1")], request={"clinic": "a"})
    report = load_tables(
        engine,
        tmp_path / "b",
        episodes=[make_episode("E2", patient_id="P2")],
        scores=[make_score(None, patient_id="P1"), make_score("E1")],
        request={"clinic": "b"},
    )
    assert [(line, rule) for _, line, _, rule in problems(report)] == [(2, "no_course"), (3, "no_episode")]


@pytest.mark.parametrize(("first", "second"), [("007", "7"), ("7", "007")])
def test_codes_that_differ_by_leading_zeros_are_kept_apart_with_a_warning(engine, tmp_path, first, second):
    both = load_tables(
        engine,
        tmp_path / "both",
        episodes=[make_episode(first), make_episode(second)],
        request={"clinic": "both"},
    )
    assert warnings(both) == [("episodes.csv", "episode_id", "leading_zeros")]
    load_tables(engine, tmp_path / "1", episodes=[make_episode(first, patient_id="P1")])
    later = load_tables(engine, tmp_path / "2", episodes=[make_episode(second, patient_id="P01")])
    assert (later.exit_code, warnings(later)) == (0, [("episodes.csv", "episode_id", "leading_zeros")])
    assert len(rows_of(engine, "episode", clinic="main")) == 2


def test_patients_that_differ_by_leading_zeros_are_kept_apart_with_a_warning(engine, tmp_path):
    load_tables(engine, tmp_path / "1", episodes=[make_episode(patient_id="0012")])
    later = load_tables(engine, tmp_path / "2", episodes=[make_episode("E2", patient_id="12")])
    assert warnings(later) == [("episodes.csv", "patient_id", "leading_zeros")]
    assert rows_of(engine, "patient", "patient_id") == [("0012",), ("12",)]


def test_leading_zeros_that_tell_nothing_apart_are_not_warned_of(engine, tmp_path):
    episodes = [
        make_episode(code, patient_id=f"00{n}") for n, code in enumerate(("007", "08", "80", "0", "00"))
    ]
    load_tables(engine, tmp_path / "other", episodes=[make_episode("7")], request={"clinic": "other"})
    assert warnings(load_tables(engine, tmp_path / "1", episodes=episodes)) == []
    load_tables(engine, tmp_path / "2", episodes=[make_episode("7")])
    assert warnings(load_tables(engine, tmp_path / "3", episodes=[make_episode("E9")])) == []


# --- the words ---------------------------------------------------------------------------------------------------


def test_every_rule_is_held_by_a_test():
    """A rule that no test names may as well not be there."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rules_are_worded_for_a_clinic(rule):
    """What is wrong fits into a sentence; the remedy is one, and tells what to do."""
    assert rule.says[0].islower() or rule.says[0].isdigit()
    assert not rule.says.endswith((".", "!"))
    assert rule.remedy[0].isupper()
    assert rule.remedy.endswith(".")
    jargon = (
        "null",
        "regex",
        "parse",
        "token",
        "schema",
        "encoding",
        "exception",
        "constraint",
        "primary key",
    )
    assert not [word for word in jargon if word in f"{rule.says} {rule.remedy}".lower()]
    assert len(rule.says) < 110


def test_rules_have_one_name_each():
    assert len(RULES) == len(FILE_RULES) + len(ROW_RULES) + len(WARNINGS)


def test_write_table_round_trips(tmp_path):
    """The builders write what they are given, quotes and line ends included."""
    path = write_table(tmp_path / "x.csv", [{"a": 'say "x", y', "b": "1"}, {"b": "two\nlines"}])
    assert path.read_text(encoding="utf-8") == 'a,b\n"say ""x"", y",1\n,"two\nlines"\n'
