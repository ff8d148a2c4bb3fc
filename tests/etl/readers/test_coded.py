"""Coded columns answer as lists of the same cells do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.readers import coded
from etl.readers.coded import CodedColumn, each_distinct, how_often, side_by_side

DISTINCT = st.lists(st.sampled_from(["", "a", "b", "ä", None, 7.0]), min_size=1, max_size=5)


@st.composite
def columns(draw: st.DrawFn, count: int = 3) -> list[CodedColumn[object]]:
    """Coded columns of one length; a value may be listed twice, or stand in no row."""
    rows = draw(st.integers(0, 8))
    made = []
    for _ in range(count):
        distinct = draw(DISTINCT)
        codes = draw(st.lists(st.integers(0, len(distinct) - 1), min_size=rows, max_size=rows))
        made.append(CodedColumn(distinct, np.array(codes, dtype=np.int32)))
    return made


@given(columns())
def test_columns_side_by_side_are_the_rows(made):
    cells = [list(column) for column in made]
    rows = side_by_side(*made)
    assert isinstance(rows, CodedColumn)
    assert list(rows) == list(zip(*cells, strict=True)) == side_by_side(*cells)
    assert how_often(rows) == Counter(rows)


@given(columns(1))
def test_a_coded_column_counts_and_finds_as_a_list_does(made):
    (column,) = made
    cells = list(column)
    assert how_often(column) == Counter(cells) == how_often(cells)
    for value in ("a", None, "not there"):
        assert (value in column, column.count(value)) == (value in cells, cells.count(value))
    assert list(each_distinct(str, column)) == each_distinct(str, cells)


@pytest.mark.parametrize("most", [3, 4])
def test_too_many_combinations_are_not_listed(monkeypatch, most):
    monkeypatch.setattr(coded, "MOST_COMBINATIONS", most)
    column = CodedColumn(["a", "b"], np.array([0, 1], dtype=np.int32))
    rows = side_by_side(column, column)
    assert isinstance(rows, CodedColumn) == (most == 4)
    assert list(rows) == [("a", "a"), ("b", "b")]
