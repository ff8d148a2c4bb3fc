"""CSV and TSV: encodings, delimiters, quotes and rows, each with its line."""

from __future__ import annotations

import gzip

import pytest
from builders import load_paths, rows_of
from part_reading import chunks, only_part, read, refused_rows, rows, stop_of, stopped_files

from etl.errors import RULES
from etl.readers import CHUNK_ROWS, parts

GOOD = "episode_id,condition,first_visit_date,therapist,goal\nE1,pfps,2024-01-08,T1,running\n"


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "export.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


UMLAUT = "a,b\nä,2\n"
WRITTEN = {
    "UTF-8": (UMLAUT.encode(), {}),
    "mark": (UMLAUT.encode("utf-8-sig"), {}),
    "mark before declared": (UMLAUT.encode("utf-8-sig"), {"encodings": ("cp1252",)}),
    "UTF-16": (UMLAUT.encode("utf-16"), {"encodings": ("cp1252",)}),
    "UTF-16 declared": (UMLAUT.encode("utf-16-le"), {"encodings": ("utf-16-le",)}),
    "cp1252": (UMLAUT.encode("cp1252"), {"encodings": ("cp1252",)}),
    "the second that fits": (UMLAUT.encode("cp1252"), {"encodings": ("ascii", "cp1252")}),
    "semicolon": ("a;b\nä;2\n".encode(), {"delimiter": ";"}),
    "Excel's hint": ("sep=;\na;b\nä;2\n".encode(), {}),
    "hint behind a mark": ("sep=;\r\na;b\r\nä;2\r\n".encode("utf-8-sig"), {}),
    "hint in UTF-16": ("SEP=\t\na\tb\nä\t2\n".encode("utf-16"), {}),
    "declared before hint": ("sep=;\na,b\nä,2\n".encode(), {"delimiter": ","}),
    "header row": ('Clinic export\nof "2024\n\na,b\nä,2\n'.encode(), {"header_row": 4}),
    "rows of delimiters only": ("a,b\n,\nä,2\n,,,\n".encode(), {}),
}


@pytest.mark.parametrize("case", WRITTEN.values(), ids=WRITTEN.keys())
def test_ways_to_write_two_columns(write, case):
    content, declared = case
    assert rows(write(content), **declared) == [{"a": "ä", "b": "2"}]


@pytest.mark.parametrize("name", ["export.tsv", "EXPORT.TAB", "export.tsv.gz"])
def test_the_ending_says_that_tabs_are_between_columns(write, name):
    content = "a\tb\nä\t2\n".encode()
    path = write(gzip.compress(content) if name.endswith(".gz") else content, name)
    assert rows(path) == [{"a": "ä", "b": "2"}]


@pytest.mark.parametrize(
    ("content", "declared", "count"),
    [
        ("a\nä\nb\nö\n".encode("cp1252"), {"encodings": ("cp1252",)}, 2),
        ("a\nä\nb\nö\n".encode(), {"encodings": ("cp1252",)}, 0),
        (b"a\nb\n", {"encodings": ("cp1252",)}, 0),
        ("a\nä\n".encode("utf-8-sig"), {}, 1),
        ("a\nä\n".encode("utf-16"), {}, 1),
    ],
    ids=["rows in cp1252", "UTF-8 after all", "ASCII", "mark", "UTF-16"],
)
def test_another_encoding_is_counted(write, content, declared, count):
    reader = only_part(write(content), **declared).open()
    reader.header()
    assert [len(chunk.lines) for chunk in reader.chunks()]
    assert reader.normalised == count


def test_a_file_in_another_encoding_is_loaded_and_counted(write, sqlite):
    plain = load_paths(sqlite, write(GOOD, "episodes.csv"))
    assert (plain.exit_code, plain.files[0].normalised) == (0, 0)
    marked = load_paths(sqlite, write(GOOD.replace("T1", "T2").encode("utf-16"), "episodes.csv"))
    assert (marked.exit_code, marked.files[0].normalised) == (0, 1)


STOPPED = {
    "empty": (b"", ("empty_file", 1, "")),
    "only Excel's hint": (b"sep=;\n", ("empty_file", 1, "")),
    "only delimiters": (b",,,\n,,\n", ("empty_file", 1, "")),
    "broken byte": (b"a,b\n1,\xff\n", ("broken_encoding", 2, "byte 3 of the line")),
    "UTF-16 without mark": (
        "a,b\n".encode("utf-16-le"),
        ("broken_encoding", 1, "it may be UTF-16 without its mark"),
    ),
    "semicolons": (b"a;b\n1;2\n", ("wrong_delimiter", 1, "semicolons were found")),
    "semicolons seen late": (
        b'Notes, of today\n"a";"b"\n"1";"2"\n',
        ("wrong_delimiter", 2, "semicolons were found"),
    ),
    "unclosed quote": (b'a,b\n1,2\n"3,4\n', ("unclosed_quote", 3, "")),
    "text behind a quote": (b'a,b\n1,2\n"3"x,4\n', ("unclosed_quote", 3, "")),
    "XLSX": (b"PK\x03\x04abc", ("spreadsheet", 1, "")),
    "XLS": (b"\xd0\xcf\x11\xe0abc", ("spreadsheet", 1, "")),
    "web page": (b"\xef\xbb\xbf\n<!DOCTYPE html><title>Sign in</title>", ("web_page", 1, "")),
}


@pytest.mark.parametrize("case", STOPPED.values(), ids=STOPPED.keys())
def test_files_that_stop(write, case):
    content, stop = case
    assert stop_of(write(content)) == stop


def test_commas_in_a_file_of_tabs_stop_it(write):
    assert stop_of(write(b"a,b\n1,2\n", "x.tsv")) == ("wrong_delimiter", 1, "commas were found")


@pytest.mark.parametrize("content", [gzip.compress(b"a,b\n" * 999)[:-9], b"a,b\n"], ids=["cut off", "none"])
def test_damaged_gzip_stops(write, content):
    assert stop_of(write(content, "x.csv.gz")) == ("not_a_zip", 1, "")


def test_a_broken_byte_is_found_in_the_last_encoding_that_was_tried_first(write):
    """No declared encoding fits: the place is that of UTF-8, which nearly every export is meant to be."""
    assert stop_of(write(b"a\n\x81\n"), encodings=("cp1252",)) == ("broken_encoding", 2, "byte 1 of the line")


def test_lines_are_those_an_editor_shows(write):
    path = write('above\na,b\n1,"x\ny"\n\n2,3\n4\n5,6,7\n8,9\n')
    assert [line for line, _ in read(only_part(path, header_row=2))] == [3, 6, 9]
    (chunk,) = chunks(path, header_row=2)
    assert chunk.broken == [
        (7, "field_count", "1 fields, 2 expected"),
        (8, "field_count", "3 fields, 2 expected"),
    ]


def test_a_footer_is_refused_with_its_line(write, sqlite):
    path = write(GOOD + "Total,,,,1\nend of export\n", "episodes.csv")
    report = load_paths(sqlite, path, most_rejected=1.0)
    assert ("episodes.csv", 4, "", "field_count") in refused_rows(report)
    assert {line for _, line, _, _ in refused_rows(report)} == {3, 4}
    assert rows_of(sqlite, "episode", "episode_id") == [("E1",)]


def test_a_header_below_other_lines_is_found_where_it_is_declared(write):
    path = write('"Appointments of ""North"" clinic"\nprinted today\nid;day\n1;2\n')
    assert rows(path, header_row=3, delimiter=";") == [{"id": "1", "day": "2"}]


def test_many_rows_come_in_chunks(write):
    path = write("a,b\n" + "1,2\n" * (CHUNK_ROWS + 1) + "3\n")
    sizes = [(len(chunk.lines), len(chunk.broken)) for chunk in chunks(path)]
    assert sizes == [(CHUNK_ROWS, 0), (1, 1)]


def test_the_messages_name_file_and_line(write, sqlite):
    report = load_paths(sqlite, write(GOOD + '"E2,pfps\n', "episodes.csv"))
    rule = RULES["unclosed_quote"]
    assert stopped_files(report) == [("unclosed_quote", 3, f"episodes.csv, line 3: {rule.says}")]
    assert report.exit_code == 3


def test_a_file_with_another_ending_has_no_parts(tmp_path):
    for name in ("notes.txt", "manifest.json", "photo.jpg"):
        (tmp_path / name).write_text("x")
        assert parts(tmp_path / name, tmp_path) == []


def test_a_file_that_cannot_be_read_stops(tmp_path):
    (tmp_path / "x.csv").mkdir()
    assert stop_of(tmp_path / "x.csv") == ("unreadable_file", 1, "")
