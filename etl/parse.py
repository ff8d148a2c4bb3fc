"""From the text of a cell to the value that is stored, by the column's declared kind. Nothing is guessed.

Dates stay ISO text: they compare and sort as dates, and both databases take them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from etl.contract import ColumnSpec
from etl.errors import REFUSAL_MARK, FileStop, Refusal, read_refused_text, shape_of
from etl.identifiers import PLAIN_CODE
from etl.readers.coded import CodedColumn, each_distinct

Stored = str | float | int | tuple[str | None, str | None] | None
Parsed = Stored | Refusal

EARLIEST_DATE = "1950-01-01"
KEY_PATTERN = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
ROUNDED_KEY = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_OUT_OF = re.compile(r"(\d+(?:\.\d+)?) ?(?:/|out of) ?(\d+)", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\w{1,9}[-/.]\d{2,4}.*|\d{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-\d{2}", re.ASCII)
_SLASHED_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.]\d{4}", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_DAY_MONTH_NAME = re.compile(r"(\d{1,2})-([A-Za-z]{3})(?:-\d{2,4})?", re.ASCII)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
TEN = 10
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONGEST_NUMBER = 40


class Watch(Protocol):
    """Told of each distinct text once, and whether it can be stored."""

    def see(self, text: str, *, stored: bool) -> None:
        """Take it into account."""
        ...

    def pass_by(self, count: int) -> None:
        """Take so many plain codes into account, which identify nobody."""
        ...


class ColumnReader(dict[str, Parsed]):
    """Parses each distinct text of a column once: `reader[text]` is the stored value or a Refusal.

    `refused` becomes true with the first Refusal, so that a clean column is never searched for one; likewise
    `normalised` holds the texts whose spelling was changed on the way in. Forgets everything when it grows
    too large, so that memory stays flat however many codes a file has. `out_of_ten` holds texts like 7/10. `watch`,
    if there is one, looks at each distinct text for identifiers.

    Raises
    ------
    FileStop
        on a cell that condemns the whole column: a rounded code, or a date in another form than declared.
    """

    LARGEST = 200_000

    def __init__(self, spec: ColumnSpec, *, as_of: str) -> None:
        super().__init__()
        self.spec, self.as_of = spec, as_of
        self.normalised: set[str] = set()
        self.out_of_ten: set[str] = set()
        self.repairs_dates = False
        self.repaired: set[str] = set()
        self.refused = False
        self.stopped_at: str | None = None
        self.watch: Watch | None = None

    def column(self, texts: Sequence[str]) -> Sequence[Parsed]:
        """The values of a column of texts."""
        if self.spec.kind == "key" and isinstance(texts, CodedColumn):
            self._take_plain_codes(texts.distinct)
        return each_distinct(self.__getitem__, texts)

    def _take_plain_codes(self, texts: Sequence[str]) -> None:
        """All at once: there are as many codes as patients, and nearly all are as plain as can be."""
        new = [text for text in texts if text not in self]
        if all(map(PLAIN_CODE.fullmatch, new)) and len(self) + len(new) <= self.LARGEST:
            self.update(zip(new, new, strict=True))
            if self.watch is not None:
                self.watch.pass_by(len(new))

    def __missing__(self, text: str) -> Parsed:
        if len(self) >= self.LARGEST:
            self.clear()
        try:
            value = self[text] = self._parse(text)
        except FileStop:
            self.stopped_at = text
            raise
        refused = isinstance(value, Refusal)
        self.refused = self.refused or refused
        if self.watch is not None and not text.startswith(REFUSAL_MARK) and (seen := text.strip()):
            self.watch.see(seen, stored=not refused)
        return value

    def _parse(self, text: str) -> Parsed:
        if self.spec.kind == "key" and KEY_PATTERN.fullmatch(text):
            return text
        if CONTROL.search(text):
            return read_refused_text(text) or Refusal("control_character", "")
        trimmed = text.strip()
        if not trimmed:
            return self._empty()
        if trimmed != text:
            self.normalised.add(text)
        match self.spec.kind:
            case "key":
                return self._key(trimmed, text)
            case "code":
                return self._code(trimmed, text)
            case "codes":
                return self._codes(trimmed, text)
            case "date" | "partial_date" if _SLASHED_DATE.fullmatch(trimmed):
                raise FileStop("undeclared_date", column=self.spec.name)
            case "date":
                return read_date(trimmed, self.as_of)
            case "partial_date":
                return read_partial_date(trimmed, self.as_of)
            case _:
                return self._number(trimmed, text)

    def _empty(self) -> Parsed:
        if self.spec.filters_row:
            return None
        if self.spec.required:
            return Refusal("required", "")
        if self.spec.kind == "partial_date":
            return (None, None)
        return self.spec.default

    def _key(self, trimmed: str, text: str) -> Parsed:
        if ROUNDED_KEY.fullmatch(trimmed):
            raise FileStop("rounded_key", column=self.spec.name)
        return trimmed if KEY_PATTERN.fullmatch(trimmed) else _refuse("key", text)

    def _code(self, trimmed: str, text: str) -> Parsed:
        if trimmed in self.spec.codes:
            return trimmed
        for code in self.spec.codes:
            if code.casefold() == trimmed.casefold():
                self.normalised.add(text)
                return code
        return _refuse("code", text)

    def _codes(self, trimmed: str, text: str) -> Parsed:
        words = {word.strip() for word in trimmed.split(";")} - {""}
        if not words <= set(self.spec.codes):
            return _refuse("code", text)
        joined = ";".join(sorted(words))
        return joined or None

    def _number(self, trimmed: str, text: str) -> Parsed:
        if not _NUMBER.fullmatch(trimmed) or len(trimmed) > _LONGEST_NUMBER:
            trimmed_or_refusal = self._score_out_of_ten(trimmed, text)
            if isinstance(trimmed_or_refusal, Refusal):
                return trimmed_or_refusal
            trimmed = trimmed_or_refusal
        number = float(trimmed)
        if self.spec.kind == "integer" and not number.is_integer():
            return _refuse("integer", text)
        low, high = self.spec.low, self.spec.high
        if (low is not None and number < low) or (high is not None and number > high):
            return _refuse("range", text)
        return int(number) if self.spec.kind == "integer" else number

    def _score_out_of_ten(self, trimmed: str, text: str) -> str | Refusal:
        found = _OUT_OF.fullmatch(trimmed)
        if found and self.spec.is_score:
            if found.group(2) != "10":
                return _refuse("score_out_of", text)
            self.normalised.add(text)
            self.out_of_ten.add(text)
            return found.group(1)
        if self.spec.is_score and _DATE_LIKE.fullmatch(trimmed):
            score = score_of_date(trimmed) if self.repairs_dates else None
            if score is None:
                return _refuse("score_as_date", text)
            self.normalised.add(text)
            self.out_of_ten.add(text)
            self.repaired.add(text)
            return score
        return _refuse("number", text)


def read_date(text: str, as_of: str) -> str | Refusal:
    """An ISO date not before 1950 and not after `as_of`, as ISO text."""
    if not _DATE.fullmatch(text):
        return _refuse("date", text)
    try:
        date.fromisoformat(text)
    except ValueError:
        return _refuse("date", text)
    return _in_range(text, text, as_of) or text


def read_partial_date(text: str, as_of: str) -> tuple[str, str] | Refusal:
    """Earliest and latest day that YYYY, YYYY-MM or YYYY-MM-DD allows."""
    if _YEAR.fullmatch(text):
        first, last = f"{text}-01-01", f"{text}-12-31"
    elif _MONTH.fullmatch(text) and 1 <= int(text[5:]) <= 12 and int(text[:4]) > 0:
        first, last = f"{text}-01", f"{text}-{monthrange(int(text[:4]), int(text[5:]))[1]}"
    else:
        day = read_date(text, as_of)
        return day if isinstance(day, Refusal) else (day, day)
    return _in_range(text, first, as_of) or (first, last)


def score_of_date(text: str) -> str | None:
    """The score out of 10 that a spreadsheet took for a date: 7/10 is 7 October or 10 July, whichever it says.

    None where day and month do not settle it.
    """
    pair = _day_and_month(text)
    if pair is None or TEN not in pair:
        return None
    other = pair[0] if pair[1] == TEN else pair[1]
    return str(other) if other <= TEN else None


def _day_and_month(text: str) -> tuple[int, int] | None:
    if found := _DAY_MONTH_NAME.fullmatch(text):
        month = _MONTHS.find(found[2].casefold())
        return (int(found[1]), month // 3 + 1) if month >= 0 and month % 3 == 0 else None
    if found := _ISO_DAY.fullmatch(text):
        return int(found[1]), int(found[2])
    found = _SLASHED_DATE.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def _in_range(text: str, day: str, as_of: str) -> Refusal | None:
    if day < EARLIEST_DATE:
        return _refuse("date_range", text)
    return _refuse("future", text) if day > as_of else None


def _refuse(rule: str, text: str) -> Refusal:
    return Refusal(rule, shape_of(text))
