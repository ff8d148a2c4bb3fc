"""What may be shown of a file's column to somebody who matches it: shapes, ways of writing dates, words of lists.

Values are shown only where one of our lists of words is asked for, where they are few, and where none of them may
identify a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.cells import plain
from etl.contract import ColumnSpec
from etl.date_formats import date_format
from etl.errors import REFUSAL_MARK, shape_of
from etl.identifiers import WORDS as WORDS_KIND
from etl.identifiers import denied_header, identifier_in, may_be_shown, sure_kind
from etl.reshape import shown_name
from etl.suggest_cell_words import NULLS, WORDS
from etl.suggest_columns import DAY_FIRST as DAY_FIRST
from etl.suggest_columns import MONTH_FIRST as MONTH_FIRST
from etl.suggest_columns import PLAIN_DATES, STAMPS, Seen, formats_of, known_word

MOST_WORDS = 40
MOST_SHAPES = 6
FEW_WORDS = 10
FEWEST_OF_TYPE = 3
TYPE_HEADERS = frozenset(
    """type types service services status treatment treatments terminart leistung leistungen behandlung
    behandlungsart""".split()  # noqa: SIM905 - one word a line would be a page
)
"""Words in headers of columns that hold entries of a booking system's own lists."""
OF_PEOPLE = frozenset(
    {
        "patient",
        "patients",
        "patientin",
        "client",
        "klient",
        "klientin",
        "kunde",
        "kundin",
        "person",
        "contact",
    }
)
"""Headers of columns with names, which are no word of the deny-list because codes have such headers too."""
OF_PART = ("%m/%Y", "%Y")
AS_EMPTY = frozenset(NULLS) - {"none", "unknown"}
"""Signs for an empty cell that are no word of ours."""


@dataclass(frozen=True)
class Words:
    """The distinct words of a column and their rows, as far as they may be shown.

    shown: word and rows, the most frequent first; long answers only if our own lists hold them. hidden_words,
    hidden_rows: those that may not be shown. closed: too many of them, or what identifies people; then nothing is
    shown.
    """

    shown: Mapping[str, int] = field(default_factory=dict)
    hidden_words: int = 0
    hidden_rows: int = 0
    closed: str = ""


def choices(columns: list[Seen]) -> list[Seen]:
    """Columns that may be chosen: those with a header that does not say that they identify people."""
    return [column for column in columns if column.header.strip() and not denied_header(column.header)]


def label(column: Seen) -> str:
    """The header as it may be shown."""
    return shown_name(column.header, column.place)


def shapes(column: Seen) -> list[tuple[str, int]]:
    """Shapes of the values and their rows, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in filled(column):
        counts[shape_of(text)] += column.texts[text]
    return counts.most_common(MOST_SHAPES)


def filled(column: Seen) -> list[str]:
    """Distinct values that are neither empty, nor a sign for that, nor refused by the reader."""
    return [
        text
        for text in column.texts
        if text and plain(text) not in AS_EMPTY and not text.startswith(REFUSAL_MARK)
    ]


def rows(column: Seen) -> int:
    """Rows with a value."""
    return sum(column.texts[text] for text in filled(column))


def empty_signs(column: Seen) -> list[str]:
    """Signs for an empty cell that stand in the column."""
    return sorted({text for text in column.texts if text and plain(text) in AS_EMPTY})


def date_ways(column: Seen, *, partial: bool = False) -> dict[str, int]:
    """Ways of writing a date that fit some values, with the rows they fit."""
    counts: Counter[str] = Counter()
    for text in filled(column):
        for how in formats_of(text):
            counts[how] += column.texts[text]
        if text.isdigit() and len(text) == 5:
            counts["excel-serial"] += column.texts[text]
        for how in OF_PART if partial else ():
            if date_format(how).pattern.fullmatch(text):
                counts[how] += column.texts[text]
    order = (*PLAIN_DATES, *DAY_FIRST, *MONTH_FIRST, *STAMPS, "excel-serial", *OF_PART)
    return {how: counts[how] for how in sorted(counts, key=lambda how: (-counts[how], order.index(how)))}


def day_or_month_first(column: Seen) -> bool:
    """True where every value could be read both ways, so that somebody must say which."""
    ways = date_ways(column)
    day, month = (sum(ways.get(how, 0) for how in group) for group in (DAY_FIRST, MONTH_FIRST))
    return day == month and day > 0


def has_offset(column: Seen) -> bool:
    """True where a stamp names its offset from UTC: only a time zone makes it a day."""
    return any(_ends_with_offset(text) for text in filled(column))


def _ends_with_offset(text: str) -> bool:
    ways = formats_of(text)
    if not ways or any(how in STAMPS for how in ways):
        return bool(ways)
    tail = text[-7:].casefold()
    return tail.endswith("z") or ("+" in tail) or ("gmt" in text.casefold()) or ("-" in tail and ":" in text)


def words(column: Seen, spec: ColumnSpec) -> Words:
    """The words of a column that is to be one of our lists of words."""
    found = Counter({text: column.texts[text] for text in filled(column)})
    if any(sure_kind(text, words=False) for text in found):
        return Words(
            closed="It holds what identifies people, so nothing of it is shown. Choose another column."
        )
    if len(found) > MOST_WORDS:
        return Words(closed=f"It has {len(found)} different values: too many for a list of words.")
    if plain(column.header) in OF_PEOPLE:
        return Words(closed="By its name it holds people, so nothing of it is shown. Choose another column.")
    if len(found) > FEW_WORDS and 2 * len(found) > sum(found.values()):
        return Words(closed="Nearly every row has another value, so it is no list of words.")
    types = holds_types(column)
    shown = {
        text: n
        for text, n in found.most_common()
        if may_be_shown(text) or _exact_word(spec, text) or (types and _is_type(spec, text, n))
    }
    hidden = [n for text, n in found.items() if text not in shown]
    return Words(shown, len(hidden), sum(hidden))


def holds_types(column: Seen) -> bool:
    """Whether a column holds entries of a booking system's own lists, as its header says."""
    return bool(TYPE_HEADERS & set(re.findall(r"\w+", plain(column.header))))


def _is_type(spec: ColumnSpec, text: str, rows: int) -> bool:
    """Whether a longer text is one of a booking system's list: it only has words, and comes often or tells ours."""
    return identifier_in(text) == WORDS_KIND and (rows >= FEWEST_OF_TYPE or our_word(spec, text) != "")


def split(column: Seen, how: str) -> Seen:
    """The column with the words of its cells apart, as `parse` reads them."""
    sign = {"comma_list": ",", "semicolon_list": ";"}.get(how)
    if sign is None:
        return column
    texts: Counter[str] = Counter()
    for text, rows_of_it in column.texts.items():
        for word in dict.fromkeys(part.strip() for part in text.split(sign)):
            texts[word] += rows_of_it
    return Seen(column.header, column.place, texts)


def our_word(spec: ColumnSpec, text: str) -> str:
    """Our word for one of theirs, as our lists know it; empty if they do not.

    Treatments and conditions may stand inside a longer text, like the type of an appointment: all treatments that do,
    and a condition if it is the only one. A knee that says no more is "other_knee".
    """
    exact = _exact_word(spec, text)
    if exact or not (spec.kind == "codes" or spec.name == "condition"):
        return exact
    listed = WORDS.get(spec.name, {}).items()
    told = [ours for ours, theirs in listed if any(_apart(word) in _apart(text) for word in theirs)]
    if spec.kind == "codes":
        return ";".join(told)
    certain = [ours for ours in told if ours != "other_knee"] or told
    return certain[0] if len(certain) == 1 else ""


def _exact_word(spec: ColumnSpec, text: str) -> str:
    same = next((code for code in spec.codes if plain(code) == plain(text)), "")
    return same or known_word(spec, text)


def _apart(text: str) -> str:
    """Its words, each between spaces."""
    words_of_it = re.findall(r"[^\W_]+", plain(text))
    return f" {' '.join(words_of_it)} "
