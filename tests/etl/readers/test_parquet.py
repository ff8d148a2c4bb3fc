"""Parquet: typed columns as text, damaged files, memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import load_paths, make_episode, rows_of
from part_reading import chunks, only_part, refused_rows, rows, stop_of

from etl.readers import CHUNK_ROWS

MORNING = datetime.fromisoformat("2024-01-08T09:30:00")
LATE = datetime(2024, 7, 8, 23, 30, tzinfo=UTC)


@pytest.fixture
def write(tmp_path):
    def write(name="scores.parquet", **columns):
        pq.write_table(pa.table(columns), tmp_path / name)
        return tmp_path / name

    return write


COLUMNS = {
    "text": (pa.array(["E1", ""]), "E1"),
    "large text": (pa.array(["E1", ""], pa.large_string()), "E1"),
    "text view": (pa.array(["E1", ""], pa.string_view()), "E1"),
    "words by code": (pa.array(["left", None]).dictionary_encode(), "left"),
    "numbers by code": (pa.array([7, None]).dictionary_encode(), "7"),
    "whole": (pa.array([7, None]), "7"),
    "small whole": (pa.array([7, None], pa.uint8()), "7"),
    "long whole": (pa.array([566562806174843905, None]), "566562806174843905"),
    "float": (pa.array([7.0, None]), "7"),
    "float with a tail": (pa.array([0.1 + 0.2, None]), "0.3"),
    "not a number": (pa.array([2.5, float("nan")]), "2.5"),
    "short float": (pa.array([2.2, None], pa.float32()), "2.2"),
    "short whole float": (pa.array([12345678.0, None], pa.float32()), "12345678"),
    "half float": (pa.array([0.1, None], pa.float16()), "0.1"),
    "rounded id": (pa.array([5.66e17, None]), "5.66E+17"),
    "decimal": (pa.array([Decimal("7.50"), None]), "7.5"),
    "day": (pa.array([date(2024, 1, 8), None]), "2024-01-08"),
    "day in milliseconds": (pa.array([date(2024, 1, 8), None], pa.date64()), "2024-01-08"),
    "moment at midnight": (pa.array([datetime.fromisoformat("2024-01-08"), None]), "2024-01-08"),
    "moment": (pa.array([MORNING, None]), "2024-01-08T09:30:00"),
    "nanoseconds": (pa.array([1704706200_000000001, None], pa.timestamp("ns")), "2024-01-08T09:30:00"),
    "moment in UTC": (pa.array([LATE, None], pa.timestamp("us", "UTC")), "2024-07-08T23:30:00Z"),
    "moment in a zone": (
        pa.array([LATE, None], pa.timestamp("us", "Europe/London")),
        "2024-07-09T00:30:00+01:00",
    ),
    "time": (pa.array([time(9, 30), None]), "09:30:00"),
    "duration": (pa.array([timedelta(hours=30), None]), "30:00:00"),
    "yes or no": (pa.array([True, None]), "true"),
    "list": (pa.array([[1, 2], None]), "<nested_value>"),
    "structure": (pa.array([{"a": 1}, None]), "<nested_value>"),
    "bytes": (pa.array([b"E1", None]), "<nested_value>"),
    "nothing": (pa.nulls(2), ""),
}


@pytest.mark.parametrize("case", COLUMNS.values(), ids=COLUMNS.keys())
def test_a_typed_column_reads_as_a_person_would_write_it(write, case):
    column, text = case
    assert rows(write(a=column)) == [{"a": text}, {"a": ""}]


def test_lines_count_the_header_as_one(write):
    path = write(a=pa.array(range(CHUNK_ROWS + 1)))
    assert [(chunk.lines[0], len(chunk.lines)) for chunk in chunks(path)] == [
        (2, CHUNK_ROWS),
        (CHUNK_ROWS + 2, 1),
    ]


def test_a_parquet_file_is_loaded(write, sqlite):
    cells = {name: pa.array([value]) for name, value in make_episode().items()}
    cells["first_visit_date"] = pa.array([date(2024, 1, 8)])
    report = load_paths(sqlite, write("episodes.parquet", **cells))
    assert report.exit_code == 0
    assert rows_of(sqlite, "episode", "episode_id", "first_visit_date") == [("E1", date(2024, 1, 8))]


def test_a_list_is_refused_by_row_and_column(write, sqlite):
    cells = {name: pa.array([value, value]) for name, value in make_episode().items()}
    cells |= {"episode_id": pa.array(["E1", "E2"]), "goal": pa.array([["running", "gym"], None])}
    report = load_paths(sqlite, write("episodes.parquet", **cells), most_rejected=1.0)
    assert refused_rows(report) == [("episodes.parquet", 2, "goal", "nested_value")]


def test_a_file_without_rows_has_its_header(write):
    path = write(a=pa.array([], pa.string()))
    assert only_part(path).open().header() == ["a"]
    assert chunks(path) == []


@pytest.mark.parametrize("cut", [0, 4, 100, -1])
def test_a_damaged_file_stops(write, cut):
    path = write(a=pa.array(range(1000)))
    path.write_bytes(path.read_bytes()[:cut])
    assert stop_of(path) == ("not_parquet", 1, "")


def test_damage_in_the_middle_stops_without_a_traceback(write):
    path = write(a=pa.array([f"E{n}" for n in range(2000)]))
    whole = path.read_bytes()
    for at in range(4, len(whole) - 8, 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            rows(path)
        except Exception as stop:
            assert type(stop).__name__ == "FileStop", at  # noqa: PT017 - any other exception fails
