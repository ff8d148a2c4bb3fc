"""Columns to tick that together are one list: `name___1`, `name___2`, or `Name (choice=Taping)`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.cells import NOT_TICKED, plain, tick_of
from etl.suggest_columns import Seen

FEWEST_COLUMNS = 2


@dataclass
class TickList(Seen):
    """A list by the name of its columns; its words are their codes or choices, with the rows that are ticked.

    headers: of its columns.
    """

    headers: list[str] = field(default_factory=list)


def tick_lists(columns: Sequence[Seen]) -> list[TickList]:
    """The lists of a file, each with a place of its own behind the last column."""
    found: dict[str, TickList] = {}
    for column in columns:
        name, word = list_name(column.header), tick_of(column.header)
        if name and word and not column.personal:
            one = found.setdefault(plain(name), TickList(name, len(columns) + len(found), Counter()))
            one.texts[word] += _ticked(column)
            one.headers.append(column.header)
    return [one for one in found.values() if len(one.headers) >= FEWEST_COLUMNS]


def list_name(header: str) -> str:
    """The name of the list that a column to tick belongs to, empty if it is none."""
    return next((header.partition(sign)[0].strip() for sign in ("___", " (choice=") if sign in header), "")


def _ticked(column: Seen) -> int:
    return sum(rows for text, rows in column.texts.items() if text.strip().casefold() not in NOT_TICKED)
