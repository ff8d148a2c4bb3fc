"""Several counts of the same rows: one pass over them on SQLite, one statement after the other on PostgreSQL.

SQLite sorts the rows of every GROUP BY and reads them anew for each. The aggregates of this module take the rows as
they come; six counts of 100,000 episodes then take half of the time. PostgreSQL groups by hashing and needs no help.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

EVERY_ROW: ColumnElement[bool] = true()
Counted = list[tuple[Any, ...]]
"""Rows of keys, values and a count."""


@dataclass(frozen=True)
class Combinations:
    """How many rows have each combination of values, of those that meet `where`."""

    columns: tuple[ColumnElement[Any], ...]
    where: ColumnElement[bool] = EVERY_ROW


@dataclass(frozen=True)
class Words:
    """How often each word stands in the rows' texts, of those that meet `where`."""

    text: ColumnElement[Any]
    between: str
    where: ColumnElement[bool] = EVERY_ROW


def counted(
    connection: Connection,
    rows: Select[Any],
    *asked: Combinations | Words,
    keys: Sequence[ColumnElement[Any]] = (),
) -> list[Counted]:
    """One list per count asked for: (*keys, *values, count), or (*keys, word, count).

    `rows` says which rows, whatever its columns. Each count is taken for every combination of `keys`.
    """
    if connection.dialect.name == "sqlite":
        return _in_one_pass(connection, rows, asked, keys)
    return [
        [tuple(row) for row in connection.execute(_statement(rows.where(count.where), count, keys))]
        for count in asked
    ]


def one_pass(
    rows: Select[Any], asked: Iterable[Combinations | Words], keys: Sequence[ColumnElement[Any]] = ()
) -> Select[Any]:
    """The statement for SQLite, by itself so that a test can look at its plan: a JSON document per count."""
    return rows.with_only_columns(*keys, *(_aggregate(count) for count in asked)).group_by(*keys)


def _in_one_pass(
    connection: Connection,
    rows: Select[Any],
    asked: Sequence[Combinations | Words],
    keys: Sequence[ColumnElement[Any]],
) -> list[Counted]:
    found: list[Counted] = [[] for _ in asked]
    for row in connection.execute(one_pass(rows, asked, keys)):
        key, documents = tuple(row)[: len(keys)], row[len(keys) :]
        for counts, document in zip(found, documents, strict=True):
            counts += [(*key, *values) for values in json.loads(document or "[]")]  # NULL: of no row at all
    return found


def _aggregate(count: Combinations | Words) -> ColumnElement[Any]:
    if isinstance(count, Words):
        there = and_(count.where, count.text.is_not(None))
        return func.count_words(count.text, count.between).filter(there)
    return func.count_rows(*count.columns).filter(count.where)


def _statement(
    rows: Select[Any], count: Combinations | Words, keys: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """For PostgreSQL. Grouped by names: an expression with parameters is not the same twice."""
    values = count.columns if isinstance(count, Combinations) else (count.text,)
    columns = [column.label(f"value_{place}") for place, column in enumerate((*keys, *values))]
    if isinstance(count, Words):
        texts = rows.with_only_columns(*columns).subquery("texts")
        *others, text = texts.c
        each = func.string_to_table(text, count.between).table_valued("word").render_derived()
        return (
            select(*others, each.c.word, func.count())
            .select_from(texts.join(each, true()))
            .group_by(*others, each.c.word)
        )
    return rows.with_only_columns(*columns, func.count()).group_by(*(column.name for column in columns))


class count_rows:  # noqa: N801 - the name of the SQL function that it is on SQLite
    """Aggregate: every combination of its arguments with its count, as JSON: [[*values, count], …]."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Any, ...], int] = defaultdict(int)

    def step(self, *values: Any) -> None:
        """Take a row."""
        self._counts[values] += 1

    def finalize(self) -> str:
        """The counts of all rows taken."""
        return json.dumps([(*values, count) for values, count in self._counts.items()])


class count_words:  # noqa: N801
    """Aggregate: the words of all texts with their counts, as JSON: [[word, count], …]."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._between = ""

    def step(self, words: str, between: str) -> None:
        """Take a text."""
        self._texts.append(words)
        self._between = between

    def finalize(self) -> str:
        """The counts of all texts taken."""
        return json.dumps(list(Counter(self._between.join(self._texts).split(self._between)).items()))


AGGREGATES = {count_rows: -1, count_words: 2}
"""The functions that a connection to SQLite needs, with their number of arguments."""
