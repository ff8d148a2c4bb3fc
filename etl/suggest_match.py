"""Which columns of a file look like which of ours, by their headers and the kind of their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from etl.appointments import MAPPABLE
from etl.cells import plain
from etl.contract import ColumnSpec, TableSpec
from etl.errors import UsageError
from etl.parse import KEY_PATTERN
from etl.suggest_columns import Seen, formats_of
from etl.suggest_words import HEADERS
from etl.tick_lists import tick_lists

TEXTS_JUDGED = 500
NEAR_ENOUGH = 0.8


def best_table(columns: Sequence[Seen]) -> TableSpec:
    """The table that uses most columns of the file, less the required ones that it would lack."""
    fits: dict[str, tuple[int, int]] = {}
    for table in MAPPABLE.values():
        found = matched_columns(table, columns)
        lacking = [name for name in needed_columns(table) if name not in found and name != "instrument"]
        fits[table.name] = (len({column.place for column in found.values()}) - len(lacking), -len(lacking))
    best = max(fits, key=lambda name: (fits[name], name == "appointments"))
    if fits[best][0] <= -len(needed_columns(MAPPABLE[best])) + 1 and not matched_columns(
        MAPPABLE[best], columns
    ):
        raise UsageError("No header looks like a column of ours. Say with --table what a row of the file is.")
    return MAPPABLE[best]


def needed_columns(table: TableSpec) -> list[str]:
    """Names of the columns without which a row of another system is of no use."""
    return [
        *table.required,
        *(["patient_id"] if table.by_patient and "patient_id" not in table.required else []),
    ]


def matched_columns(table: TableSpec, columns: Sequence[Seen]) -> dict[str, Seen]:
    """Our columns with the header that looks most like each; the best match first, a header once.

    Where a record is one course of one person, one header is both codes.
    A column to tick is no list of words.
    """
    pairs = []
    ticked = {name for one in tick_lists(columns) for name in one.headers}
    for order, spec in enumerate(table.columns):
        if table.by_patient and spec.name == "episode_id":
            continue
        for column in columns:
            unlike = column.personal or (spec.kind == "code" and column.header in ticked)
            likeness = 0.0 if unlike else _likeness(spec, column)
            if likeness >= NEAR_ENOUGH:
                pairs.append((-likeness, order, column.place, spec.name, column))
    found: dict[str, Seen] = {}
    used: set[int] = set()
    for *_, name, column in sorted(pairs, key=lambda pair: pair[:3]):
        both_codes = name in ("episode_id", "patient_id") and table.name == "episodes"
        if name not in found and (column.place not in used or both_codes):
            found[name] = column
            used.add(column.place)
    return found


def _likeness(spec: ColumnSpec, column: Seen) -> float:
    """How much a header looks like one of the names of our column, from 0 to 1."""
    best = _likeness_of_header(spec.name, column.header)
    return best if best >= NEAR_ENOUGH and _could_be(spec, column) else 0.0


@lru_cache(maxsize=10_000)  # the import page asks the same headers again with every choice
def _likeness_of_header(column: str, header: str) -> float:
    """The same whatever stands below the header; what is not near enough is not told apart."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", plain(header))
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())
    names = (column.replace("_", " "), *HEADERS.get(column, ()))
    return max(
        (1.0 if words == name else _near_ratio(words, name) - 0.05) - 0.005 * place
        for place, name in enumerate(names)
    )


def _near_ratio(words: str, name: str) -> float:
    """How alike two texts are, 0 if not near enough: two upper bounds spare most of the comparing."""
    matcher = SequenceMatcher(None, words, name)
    for bound in (matcher.real_quick_ratio, matcher.quick_ratio):
        if bound() < NEAR_ENOUGH:
            return 0.0
    return matcher.ratio()


def _could_be(spec: ColumnSpec, column: Seen) -> bool:
    """Whether most of the values are of the column's kind."""
    texts = column.filled[:TEXTS_JUDGED]
    match spec.kind:
        case "date" | "partial_date":
            good = sum(bool(formats_of(text)) or text.isdigit() for text in texts)
        case "number" | "integer":
            good = sum(bool(re.match(r"\D{0,2}\d", text)) and len(text) <= 40 for text in texts)
        case "key":
            people = spec.name in ("therapist", "site")
            good = sum(people or bool(KEY_PATTERN.fullmatch(text)) for text in texts)
        case _:
            return True
    return 2 * good >= len(texts)
