"""A short code that can be said aloud and stands for an episode on screens: K-2107-H.

A letter, digits and a check character, from 23 letters without I, O and Q. The check character is the sum of the
signs weighted by powers of 11, modulo 23: a wrong sign and two swapped neighbours are always noticed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from operator import mul

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
WEIGHT = 11  # a primitive root modulo 23, so that no two places weigh the same
FEWEST_DIGITS = 4
_CODE = re.compile(rf"([{LETTERS}])-?(\d{{{FEWEST_DIGITS},8}})-?([{LETTERS}])", re.ASCII)


_VALUES = {sign: int(sign) if sign.isdigit() else LETTERS.index(sign) for sign in LETTERS + "0123456789"}
_WEIGHTS = [WEIGHT**place % len(LETTERS) for place in range(1, 10)]


def check_character(body: str) -> str:
    """The check character of a letter with digits."""
    weighted = map(mul, _WEIGHTS, map(_VALUES.__getitem__, reversed(body)))
    return LETTERS[sum(weighted) % len(LETTERS)]


def read_short_code(text: str) -> str | None:
    """A code as it is stored, from what was typed (small letters, without hyphens); None if it is wrong."""
    found = _CODE.fullmatch(text.strip().upper().replace(" ", "-"))
    if found is None or check_character(found[1] + found[2]) != found[3]:
        return None
    return f"{found[1]}-{found[2]}-{found[3]}"


def _code(number: int, digits: int) -> str:
    place, rest = divmod(number, 10**digits)
    letter, figures = LETTERS[place], str(rest).zfill(digits)
    return f"{letter}-{figures}-{check_character(letter + figures)}"


class CodeBook:
    """Gives codes that no other episode of the clinic has. Holds one bit per code, however many there are."""

    def __init__(self) -> None:
        self._taken: dict[int, bytearray] = {}
        self._left: dict[int, int] = {}
        self._digits = FEWEST_DIGITS

    def take(self, code: str) -> None:
        """A code is in use."""
        digits = len(code) - 4
        self._mark(LETTERS.index(code[0]) * 10**digits + int(code[2 : 2 + digits]), digits)

    def add(self, other: CodeBook) -> None:
        """All codes of another book are in use too."""
        for digits, taken in other._taken.items():
            mine = self._taken.setdefault(digits, bytearray(len(taken)))
            for place, byte in enumerate(taken):
                mine[place] |= byte
            used = int.from_bytes(mine).bit_count()
            self._left[digits] = len(LETTERS) * 10**digits // 2 - used

    def new(self, token: str) -> str:
        """A code derived from an episode's token. When half of the codes are in use, they become longer."""
        while self._room(self._digits) <= 0:
            self._digits += 1
        codes = len(LETTERS) * 10**self._digits
        drawn = int(token[:15], 16)
        while not self._mark(number := drawn % codes, self._digits):
            drawn = int(sha256(f"{token}{drawn}".encode()).hexdigest()[:15], 16)
        return _code(number, self._digits)

    def _room(self, digits: int) -> int:
        left = self._left.get(digits)
        return len(LETTERS) * 10**digits // 2 if left is None else left

    def _mark(self, number: int, digits: int) -> bool:
        """False if it was taken already."""
        taken = self._taken.get(digits)
        if taken is None:
            taken = self._taken[digits] = bytearray(len(LETTERS) * 10**digits // 8 + 1)
            self._left.setdefault(digits, len(LETTERS) * 10**digits // 2)
        byte, bit = number >> 3, 1 << (number & 7)
        if taken[byte] & bit:
            return False
        taken[byte] |= bit
        self._left[digits] -= 1
        return True
