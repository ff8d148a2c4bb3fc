"""Blocks that are split at once give what the strict reading gives: rows, lines, refusals and stops."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.errors import FileStop
from etl.readers import plain_blocks
from etl.readers.coded import CodedColumn
from etl.readers.delimited import DelimitedReader

HEADER = "a,b,c\n"
CELLS = st.text(st.sampled_from("ab1 äß\"'\0\t;"), max_size=3)
LINES = st.lists(CELLS, min_size=0, max_size=4).map(",".join)
PLAIN_LINES = st.lists(st.sampled_from(["x", "", "ä", "7"]), min_size=3, max_size=3).map(",".join)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def found(path, block_bytes, *, strictly):
    """All that a reader says of a file, and how many of its chunks were split at once."""
    rows, broken, coded = [], [], 0
    reading = _none_is_plain if strictly else DelimitedReader._plain_blocks
    with (
        patch.object(plain_blocks, "BLOCK_BYTES", block_bytes),
        patch.object(DelimitedReader, "_plain_blocks", reading),
    ):
        try:
            for chunk in DelimitedReader(path).chunks():
                rows += zip(chunk.lines, *chunk.columns, strict=True)
                broken += chunk.broken
                coded += any(isinstance(column, CodedColumn) for column in chunk.columns)
        except FileStop as stop:
            return (rows, broken, stop.rule, stop.line, stop.detail), coded
    return (rows, broken, "", 0, ""), coded


def _none_is_plain(_reader, _width, begins):
    yield from ()
    return begins


def agree(path, block_bytes):
    strictly, none = found(path, block_bytes, strictly=True)
    quickly, coded = found(path, block_bytes, strictly=False)
    assert none == 0
    if quickly[2]:  # what was read before a file stops is thrown away with it
        assert quickly[2:] == strictly[2:]
    else:
        assert quickly == strictly
    return coded


@given(
    start=st.lists(PLAIN_LINES, max_size=12),
    rest=st.lists(st.one_of(LINES, PLAIN_LINES), max_size=8),
    end=ENDS,
    block_bytes=st.integers(min_value=8, max_value=60),
    mark=st.booleans(),
)
@example(start=["x,7,x"], rest=['"x', 'y",7,x'], end="\n", block_bytes=8, mark=False)
@example(start=["x,7,x"], rest=["x,7", "", ",,", "x,7,x"], end="\r\n", block_bytes=8, mark=True)
@settings(max_examples=100)
def test_any_text_reads_as_it_does_strictly(tmp_path_factory, start, rest, end, block_bytes, mark):
    path = tmp_path_factory.mktemp("blocks") / "x.csv"
    text = end.join([HEADER.strip(), *start, *rest, ""])
    path.write_bytes(text.encode("utf-8-sig" if mark else "utf-8"))
    agree(path, block_bytes)


@pytest.mark.parametrize("end", [b"", b"\xff,2,3\n", b"\xed\xa0\x80,2,3\n", b'"open,2,3\n'], ids=repr)
def test_what_comes_after_the_plain_blocks_is_read_strictly(tmp_path, end):
    path = tmp_path / "x.csv"
    path.write_bytes(HEADER.encode() + b"1,2,3\n" * 2000 + b'1,"2\n2",3\n1,2\n' + b"1,2,3\n" * 50 + end)
    assert agree(path, 2000) > 1


def test_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(HEADER + "1,2,3\n" * 5 + "4,5,6")
    assert agree(path, 16) > 1
    assert found(path, 16, strictly=False)[0][0][-1] == (7, "4", "5", "6")


def test_a_coded_column_is_a_sequence_of_its_cells(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,x\n2,y\n1,x\n")
    (chunk,) = DelimitedReader(path).chunks()
    column = chunk.columns[0]
    assert isinstance(column, CodedColumn)
    assert (list(column), column[1], column[-1], len(column)) == (["1", "2", "1"], "2", "1", 3)
    assert (column.count("1"), column.count("3"), column.index("2"), list(column[1:])) == (
        2,
        0,
        1,
        ["2", "1"],
    )
