"""Several counts of the same rows, against counting the rows one by one, on both databases."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Engine, Float, Integer, String, bindparam, literal, select, union_all
from sqlalchemy.sql.selectable import Subquery

from sql.counting import Combinations, Words, counted
from sql.engine import reading

ROWS = [
    ("a", 1, 0.1 + 0.2, "x|y"),
    ("a", 1, 0.1 + 0.2, "y"),
    ("a", None, 2.0, None),
    ("é \"quoted\" 'text', |", 1, None, "x|x|z"),
    ("b", -5, 2.0, "é"),
]


def table(rows) -> Subquery:
    columns = (("name", String), ("number", Integer), ("value", Float), ("words", String))
    return union_all(
        *(
            select(
                *(literal(cell, kind()).label(name) for (name, kind), cell in zip(columns, row, strict=True))
            )
            for row in rows
        )
    ).subquery("given")


def test_each_count_is_that_of_its_rows(engine: Engine):
    given = table(ROWS)
    c = given.c
    more_than_zero = Combinations((c.name,), c.number > bindparam(None, 0))
    with reading(engine) as connection:
        all_columns, some, words = counted(
            connection,
            select(c.name).where(c.name != "b"),
            Combinations((c.name, c.number, c.value)),
            more_than_zero,
            Words(c.words, "|", c.name == "a"),
        )
    kept = [row for row in ROWS if row[0] != "b"]
    assert {row[:-1]: row[-1] for row in all_columns} == Counter(row[:3] for row in kept)
    assert {row[:-1]: row[-1] for row in some} == Counter((row[0],) for row in kept if row[1])
    assert dict(words) == {"x": 1, "y": 2}


def test_by_keys(engine: Engine):
    given = table(ROWS)
    c = given.c
    with reading(engine) as connection:
        numbers, words = counted(
            connection,
            select(c.name),
            Combinations((c.number,)),
            Words(c.words, "|"),
            keys=(c.name, c.value),
        )
    assert {row[:-1]: row[-1] for row in numbers} == Counter((row[0], row[2], row[1]) for row in ROWS)
    split = [(row[0], row[2], word) for row in ROWS for word in (row[3] or "").split("|") if word]
    assert {row[:-1]: row[-1] for row in words} == Counter(split)


@pytest.mark.parametrize("keys", ["", "name"])
def test_nobody_is_in_no_row(engine: Engine, keys: str):
    given = table(ROWS)
    c = given.c
    nobody = select(c.name).where(c.name == "nobody")
    with reading(engine) as connection:
        found = counted(
            connection,
            nobody,
            Combinations((c.name,)),
            Words(c.words, "|"),
            keys=[c[name] for name in keys.split()],
        )
    assert found == [[], []]
