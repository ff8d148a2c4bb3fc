"""Values from another file: by a key, or a patient by e-mail or phone. In memory, for one load only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from etl.cells import Table, lookup_key, matches, plain
from etl.errors import FileStop, refused_text
from etl.mapping import FileRule, FilterRule, LookupRule
from etl.readers import Chunk, TableReader

Positions = tuple[int, ...]
PHONE_DIGITS = 9
"""Phone numbers are compared by their last digits: +44 20 and 020 are one number."""


def find_headers(header: Sequence[str], names: Iterable[str]) -> Positions:
    """Where the named headers stand, in the order of the names; those that are not there are passed over.

    As written, else by NFKC, case and single spaces.

    Raises
    ------
    FileStop
        if two headers are the same by that measure.
    """
    found: list[int] = []
    for name in names:
        if name in header:
            places = [place for place, written in enumerate(header) if written == name]
        else:
            places = [place for place, written in enumerate(header) if plain(written) == plain(name)]
        if len(places) > 1:
            raise FileStop("duplicate_header", column=name)
        found += [place for place in places if place not in found]
    return tuple(found)


class RowFilter:
    """Which rows of a file count."""

    def __init__(
        self, rules: Sequence[FilterRule], header: Sequence[str], null_tokens: frozenset[str]
    ) -> None:
        self._rules = [(rule, self._place(rule, header)) for rule in rules]
        self._null_tokens = null_tokens

    @staticmethod
    def _place(rule: FilterRule, header: Sequence[str]) -> Positions:
        places = find_headers(header, rule.column)
        if not places:
            raise FileStop("missing_column", column=rule.column[0], detail="a filter of the mapping needs it")
        return places

    def keeps(self, chunk: Chunk) -> list[int]:
        """Indexes of the rows that count."""
        kept: Sequence[int] = range(len(chunk.lines))
        for rule, places in self._rules:
            verdicts: dict[str, bool] = {}
            columns = [chunk.columns[place] for place in places]
            kept = [index for index in kept if self._holds(rule, columns, index, verdicts)]
        return list(kept)

    def _holds(
        self, rule: FilterRule, columns: Sequence[Sequence[str]], index: int, verdicts: dict[str, bool]
    ) -> bool:
        text = next((column[index] for column in columns if column[index].strip()), "")
        if text not in verdicts:
            verdicts[text] = self._verdict(rule, text.strip())
        return verdicts[text]

    def _verdict(self, rule: FilterRule, text: str) -> bool:
        filled = bool(text) and plain(text) not in self._null_tokens
        words = {plain(word) for word in rule.is_}, {plain(word) for word in rule.is_not}
        return (
            (not words[0] or plain(text) in words[0])
            and plain(text) not in words[1]
            and (not rule.like or matches(text, rule.like))
            and (rule.filled is None or rule.filled == filled)
        )


def _pairs(
    reader: TableReader,
    rule: FileRule,
    key: Sequence[str],
    value: Sequence[str],
    *,
    same: Sequence[str] = (),
    empty: Sequence[str] = (),
) -> Iterator[tuple[str, str]]:
    """(key, value) of the rows that count; the first filled of several columns. empty: words for nothing."""
    header = reader.header()
    tokens = frozenset(plain(word) for word in (*rule.null_tokens, *empty))
    chosen = RowFilter(rule.filters, header, tokens)
    nothing = tokens | {
        plain(code) for code in rule.missing_codes if not isinstance(rule.missing_codes, dict)
    }
    wanted = (key, value, *((name,) for name in same))
    places = [find_headers(header, names) for names in wanted]
    for found, names in zip(places, wanted, strict=True):
        if not found:
            raise FileStop("missing_column", column=names[0], detail="the mapping looks it up")
    for chunk in reader.chunks():
        for index in chosen.keeps(chunk):
            one, other, *more = (_first_filled(chunk, place, index) for place in places)
            if one and other and plain(other) not in nothing:
                yield lookup_key(one, more), other


def _first_filled(chunk: Chunk, places: Positions, index: int) -> str:
    cells = (chunk.columns[place][index].strip() for place in places)
    return next((cell for cell in cells if cell), "")


def lookup_table(reader: TableReader, rule: FileRule, lookup: LookupRule, empty: Sequence[str] = ()) -> Table:
    """Values by key; None where the file has two different ones. empty: words for nothing in every entry."""
    table: dict[str, str | None] = {}
    for one, other in _pairs(reader, rule, lookup.key, lookup.value, same=lookup.same, empty=empty):
        table[one] = other if table.get(one, other) == other else None
    return table


def as_email(text: str) -> str:
    """An e-mail address as it is compared; empty if it is none."""
    email = plain(text).replace(" ", "")
    return email if re.fullmatch(r"[^@]+@[^@]+\.[^@]+", email) else ""


def as_phone(text: str) -> str:
    """A phone number as it is compared; empty if it is none."""
    digits = re.sub(r"\D", "", text)
    return digits[-PHONE_DIGITS:] if PHONE_DIGITS <= len(digits) <= 15 else ""


class Directory:
    """Codes of patients by what they wrote into a form. Nothing of it is kept or shown."""

    def __init__(self) -> None:
        self._by: list[tuple[Callable[[str], str], Table]] = []

    def add(self, compared: Callable[[str], str], pairs: Iterable[tuple[str, str]]) -> None:
        """One more way to find people, tried after those before."""
        table: dict[str, str | None] = {}
        for contact, code in pairs:
            if key := compared(contact):
                table[key] = code if table.get(key, code) == code else None
        self._by.append((compared, table))

    def code_of(self, contacts: Sequence[str]) -> str:
        """The patient's code, or a refusal in text form; contacts in the order of `add`."""
        rule = "no_patient"
        for contact, (compared, table) in zip(contacts, self._by, strict=True):
            code = table.get(compared(contact), "")
            if code:
                return code
            if code is None:
                rule = "several_patients"
        return refused_text(rule, "")


def directory(
    clients: Sequence[Callable[[], TableReader]],
    rule: FileRule,
    ways: Sequence[tuple[str, Sequence[str]]],
    code: Sequence[str],
) -> Directory:
    """A directory from client exports; ways are (email or phone, its headers there)."""
    found = Directory()
    for way, headers in ways:
        compared = as_email if way == "email" else as_phone
        found.add(compared, (pair for opener in clients for pair in _pairs(opener(), rule, headers, code)))
    return found
