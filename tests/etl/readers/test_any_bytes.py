"""Whatever the bytes, a reader gives rows or says what stops the file: no traceback, and true lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from part_reading import only_part, read, write_workbook

from etl.errors import RULES, FileStop
from etl.readers import KNOWN_ENDINGS, parts


def read_all(path: Path) -> None:
    """Every part of a file, as the loader would."""
    for part in parts(path, path.parent):
        try:
            reader = part.open()
            header = reader.header()
            for chunk in reader.chunks():
                assert {len(column) for column in chunk.columns} <= {len(chunk.lines)}
                assert len(chunk.columns) == len(header)
                assert chunk.lines == sorted(chunk.lines)
        except FileStop as stop:
            assert stop.rule in RULES  # noqa: PT017 - any other exception fails


@given(ending=st.sampled_from(KNOWN_ENDINGS), content=st.binary(max_size=200))
def test_random_bytes_under_every_ending(tmp_path_factory, ending, content):
    path = tmp_path_factory.mktemp("any") / f"x{ending}"
    path.write_bytes(content)
    read_all(path)


LINES = st.text(alphabet='ab,;"\n\r\t \0é', max_size=60)


@given(content=LINES)
def test_random_lines_as_csv(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_text(content, encoding="utf-8", newline="")
    read_all(path)


CELLS = st.text(alphabet='a,"\n\r é', max_size=6)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1), break_at=st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_and_their_lines_are_those_of_the_csv_module(tmp_path_factory, rows, break_at):
    """The reader counts lines by the breaks in cells, which is fast; the module's own count is the truth."""
    path = tmp_path_factory.mktemp("any") / "x.csv"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=break_at, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    path.write_text(text.getvalue() + break_at, encoding="utf-8", newline="")
    expected = []
    with path.open(encoding="utf-8", newline="") as file:
        reader, line = csv.reader(file), 1
        for row in reader:
            if any(row):
                expected.append((line, row))
            line = reader.line_num + 1
    found = [(line, list(row.values())) for line, row in read(only_part(path))]
    assert found == expected[1:]


@pytest.fixture(scope="module")
def good_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    book = write_workbook(folder / "x.xlsx", scores=[["a", "b"], ["E1", 7], ["E2", "=1+1"]])
    with ZipFile(folder / "x.zip", "w") as file:
        file.writestr("in/x.csv", "a,b\nE1,7\n")
        file.write(book, "in/x.xlsx")
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Observation", "code": {"coding": [{"code": "72514-3"}]}}}],
    }
    (folder / "x.json").write_text(json.dumps(bundle))
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=60)
@given(data=st.data())
def test_good_files_with_a_few_bytes_changed(tmp_path_factory, good_files, data):
    ending = data.draw(st.sampled_from(sorted(good_files)))
    content = bytearray(good_files[ending])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("any") / f"x{ending}"
    path.write_bytes(content)
    read_all(path)
