"""Judges whole columns: plain codes can look like identifiers by chance, so one cell alone proves little."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import ceil, sqrt
from typing import Literal

from etl.errors import FileStop
from etl.identifiers import (
    BETWEEN_CODE_WORDS,
    BIRTH,
    COMPACT_POSTCODE,
    FEWEST_WORDS,
    HEALTH_NUMBER,
    PHONE,
    POSTCODE,
    WORDS,
    has_check_digit,
    is_compact_phone,
    is_date,
    is_phone,
    sure_kind,
    words_in,
)

CHANCE = 1 / 11  # of a ten-digit code to have the check digit of an NHS number; the other forms are rarer
FEWEST_FOR_CHANCE = 20
DEVIATIONS = 4  # a column is judged several times on the way
FEWEST_TO_STOP_EARLY = 100


def _is_code_of_words(text: str) -> bool:
    """Nothing but words, with _ . or - between: jane_mary_smith."""
    if text.isalnum() or any(map(str.isdigit, text)):
        return False
    return words_in(text, BETWEEN_CODE_WORDS) >= FEWEST_WORDS


_DIGITS = re.compile(r"\d{8,11}|\d{3}[ -]\d{3}[ -]\d{4}", re.ASCII)
LONGEST_MIXED = 7
_MIXED = re.compile(r"(?=[^\d]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{5,7}", re.ASCII)


@lru_cache(maxsize=1024)
def chance_limit(kind: str, count: int) -> int:
    """How many of `count` plain codes may look like an identifier of that kind by chance."""
    if count < 3:
        return 0
    if kind == BIRTH:  # codes like 20240131: a year and a number
        return count // 2
    if count < FEWEST_FOR_CHANCE:
        return ceil(count / 3)
    return int(CHANCE * count + DEVIATIONS * sqrt(count * CHANCE * (1 - CHANCE)))


Use = Literal["person", "label", "value", "unmapped"]


class ColumnWatch:
    """Looks at each distinct text of a column once, and judges the column.

    use: codes of people and their courses, other codes, other values of the contract, or a column that nothing is
    read from.
    `held` are stored texts that look like identifiers while the column may still turn out to hold some: their rows
    wait. `sure` is the kind of each text, seen since the last look, that is an identifier whatever the column holds.
    """

    MOST_HELD = 20_000

    def __init__(self, use: Use, last_year: int) -> None:
        self._use, self._last_year = use, last_year
        self.tested = 0
        self.sure: dict[str, str] = {}
        self.held: dict[str, str] = {}
        self._alike: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._trusted: set[str] = set()

    def see(self, text: str, *, stored: bool) -> None:
        """Take a text into account. stored: the column takes it, if nothing is said against it here."""
        self.tested += 1
        if stored and self._use == "value":
            return  # a date, a number in range or a word of the contract identifies nobody
        if kind := self._surely(text, stored=stored):
            self.sure[text] = kind
            return
        for kind, is_it in self._possible_kinds(text):
            self._alike[kind] += 1
            self._found[kind] += is_it
            if is_it and stored and kind not in self._trusted:
                self.held[text] = kind

    def pass_by(self, count: int) -> None:
        """So many texts, not seen before, are a `PLAIN_CODE`, of which nothing would be said here."""
        self.tested += count

    @property
    def _codes(self) -> bool:
        return self._use in ("person", "label")

    def _surely(self, text: str, *, stored: bool) -> str:
        if self._use == "person" and _is_code_of_words(text):
            return WORDS
        if self._codes and text[0].isdigit() and not text.isalnum() and is_date(text, self._last_year):
            return BIRTH
        if stored:  # only letters, digits and _ . : - are left
            return PHONE if not text.isalnum() and is_phone(text) else ""
        if text.startswith("+") and is_phone(text):
            return ""  # one is refused as a formula would be; a column of them is judged as a whole
        return sure_kind(text, words=self._use != "value")

    def _possible_kinds(self, text: str) -> list[tuple[str, bool]]:
        """Kinds whose form the text has, and whether it passes their test."""
        if text[0].isdigit() and _DIGITS.fullmatch(text):
            digits = text.replace(" ", "").replace("-", "")
            match len(digits):
                case 8:
                    return [(BIRTH, is_date(digits, self._last_year))] if self._codes else []
                case 10 if has_check_digit(digits):
                    return [(HEALTH_NUMBER, True)]
                case 10:
                    return [(HEALTH_NUMBER, False), (PHONE, is_compact_phone(digits))]
                case _:
                    return [(PHONE, is_compact_phone(digits))]
        if len(text) <= LONGEST_MIXED and _MIXED.fullmatch(text):
            return [(POSTCODE, COMPACT_POSTCODE.fullmatch(text) is not None)]
        return [(PHONE, True)] if text.startswith("+") and is_phone(text) else []

    def verdict(self) -> tuple[str, str]:
        """("stop", kind) for the whole column, ("row", kind) for the rows that wait, ("", "") if it is clean."""
        for kind, found in self._found.items():
            alike = self._alike[kind]
            if found <= chance_limit(kind, alike):
                continue
            if found > self.tested / 2 or (alike > self.tested / 2 and alike > 3):
                return "stop", kind
            if kind in self._trusted:  # rows were let through when it still looked like chance
                return "stop", kind
        waiting = next(iter(self.held.values()), "")
        return ("row", waiting) if waiting else ("", "")

    def settle(self) -> None:
        """Between chunks: trust a form as soon as its number is what chance explains.

        Raises
        ------
        FileStop
            if the column surely holds identifiers, or too many rows would have to wait.
        """
        for kind, alike in self._alike.items():
            if alike >= FEWEST_FOR_CHANCE and self._found[kind] <= chance_limit(kind, alike):
                self._trusted.add(kind)
        self.held = {text: kind for text, kind in self.held.items() if kind not in self._trusted}
        word, kind = self.verdict()
        if (word == "stop" and self.tested >= FEWEST_TO_STOP_EARLY) or len(self.held) > self.MOST_HELD:
            raise FileStop("identifiers", detail=kind)

    def finish(self) -> None:
        """At the end of the file: what looks like chance is let through, the rest of `held` is refused.

        Raises
        ------
        FileStop
            if the column holds identifiers.
        """
        word, kind = self.verdict()
        if word == "stop":
            raise FileStop("identifiers", detail=kind)
        chance = {
            kind for kind, alike in self._alike.items() if self._found[kind] <= chance_limit(kind, alike)
        }
        self.held = {text: kind for text, kind in self.held.items() if kind not in chance}
