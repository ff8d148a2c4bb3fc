"""Dates as other systems write them: declared formats only, strictly in order, turned into ISO text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal

from etl.errors import FileStop, refused_text, shape_of

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_TRUE_SERIAL = 61  # Excel counts a 29 February 1900 that never was

_OFFSET = r"z|utc|gmt|(?:utc|gmt)?[+-](?:\d{2}:?\d{2}|\d{1,2}(?::\d{2})?)"
_SIGNS = {
    "%Y": r"(?P<Y>\d{4})",
    "%m": r"(?P<m>\d{1,2})",
    "%d": r"(?P<d>\d{1,2})",
    "%b": "(?P<b>" + "|".join(["sept", *(name[:3] for name in MONTHS)]) + r")\.?",
    "%B": "(?P<b>" + "|".join(MONTHS) + ")",
    "%a": "(?:" + "|".join(name[:3] for name in WEEKDAYS) + r")\.?",
    "%A": "(?:" + "|".join(WEEKDAYS) + ")",
    "%H": r"(?P<H>\d{1,2})",
    "%I": r"(?P<I>\d{1,2})",
    "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})",
    "%f": r"(?P<f>\d{1,9})",
    "%p": r"(?P<p>am|pm|a\.m\.|p\.m\.)",
    "%z": rf"(?P<z>{_OFFSET})",
    "%Z": r"(?P<letters>[a-z]{2,5})",
    "%%": "%",
}
_ISO_TIME = r"(?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.(?P<f>\d{1,9}))?)?\s?(?P<z>z|[+-]\d{2}:?\d{2})?"
_ISO = rf"(?P<Y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})(?:[T ]{_ISO_TIME})?"
_SERIAL = r"(?P<serial>\d{1,7})(?:\.\d+)?"
NAMED = {"iso": _ISO, "excel-serial": _SERIAL}
SIGN_MEANINGS = {
    "%Y": "year, four digits",
    "%m": "month, 1–12",
    "%d": "day of the month",
    "%b": "month's English name, three letters",
    "%B": "month's English name in full",
    "%a": "weekday's English name, three letters",
    "%A": "weekday's English name in full",
    "%H": "hour, 0–23",
    "%I": "hour, 1–12, together with `%p`",
    "%M": "minute",
    "%S": "second",
    "%f": "fraction of a second",
    "%p": "am or pm",
    "%z": "offset from UTC, like `Z`, `+02:00` or `GMT+1`; needs `timezone`",
    "%Z": "letters of the clinic's own time zone, like `AEST` or `EDT`; needs `timezone`",
    "%%": "a percent sign",
    "iso": "`2026-10-31`, also with a time",
    "excel-serial": "a spreadsheet's day number, like 45299",
}

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")
"""Of many programs one of these stands before am or pm, or between day and month; they look like any blank."""

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True)
class DateFormat:
    """One declared way of writing a date."""

    text: str
    pattern: re.Pattern[str]
    precision: Precision

    @property
    def has_offset(self) -> bool:
        """True for stamps that only a time zone turns into a day."""
        return "%z" in self.text or "%Z" in self.text


def date_format(text: str) -> DateFormat:
    """A declared format.

    Raises
    ------
    ValueError
        in words for the author of the mapping.
    """
    if text in NAMED:
        return DateFormat(text, re.compile(NAMED[text], re.ASCII | re.IGNORECASE), "day")
    if "%y" in text:
        raise ValueError("two-digit years are refused: export the year with four digits, %Y")
    signs = re.findall(r"%.", text)
    unknown = [sign for sign in signs if sign not in _SIGNS]
    if unknown or not signs:
        allowed = ", ".join([*_SIGNS, *NAMED])
        raise ValueError(f"{unknown[0] if unknown else repr(text)} is not known; allowed: {allowed}")
    pieces = re.split(r"(%.)", text)
    source = "".join(_SIGNS.get(piece) or re.escape(piece).replace(r"\ ", r"\s+") for piece in pieces)
    try:
        pattern = re.compile(source, re.ASCII | re.IGNORECASE)
    except re.error:
        raise ValueError("a sign stands in it twice") from None
    return DateFormat(text, pattern, _precision(set(signs)))


def _precision(signs: set[str]) -> Precision:
    if "%Y" not in signs:
        raise ValueError("the year is missing: %Y")
    has_month = bool(signs & {"%m", "%b", "%B"})
    if "%d" in signs and not has_month:
        raise ValueError("the month is missing: %m, %b or %B")
    if ("%I" in signs) != ("%p" in signs):
        raise ValueError("%I and %p belong together")
    if "%d" in signs:
        return "day"
    return "month" if has_month else "year"


class _OtherZone(Exception):
    """The letters are not those of the clinic's time zone on that day."""


class DateReader:
    """Turns text into ISO dates (or months, or years) by the first declared format that fits it wholly.

    `used[text]` is the format that a text was read by.

    Raises
    ------
    FileStop
        on a stamp with an offset where no time zone is declared.
    """

    def __init__(self, formats: Sequence[DateFormat], zone: tzinfo | None) -> None:
        self._formats, self._zone = formats, zone
        self.used: dict[str, str] = {}

    def read(self, text: str) -> str:
        """ISO text, or a refusal in text form."""
        rule = "date_format"
        plain = text.translate(_BLANKS)
        for declared in self._formats:
            found = declared.pattern.fullmatch(plain)
            if not found:
                continue
            try:
                day = self._day(declared, {name: value for name, value in found.groupdict().items() if value})
            except _OtherZone:
                continue
            except ValueError:
                rule = "no_such_day"
                continue
            self.used[text] = declared.text
            return day
        return refused_text(rule, shape_of(text))

    def _day(self, declared: DateFormat, parts: dict[str, str]) -> str:
        if "serial" in parts:
            return _of_serial(int(parts["serial"]))
        year, month = int(parts["Y"]), _month(parts)
        if declared.precision == "year":
            return f"{year:04d}"
        if declared.precision == "month":
            return date(year, month, 1).isoformat()[:7]
        day = date(year, month, int(parts["d"]))
        moment = datetime(day.year, day.month, day.day, *_time(parts))  # noqa: DTZ001 - the zone follows
        if "letters" in parts:
            self._refuse_other_zone(moment, parts["letters"])
        return (self._local(moment, parts["z"]) if "z" in parts else moment.date()).isoformat()

    def _refuse_other_zone(self, moment: datetime, letters: str) -> None:
        """CST is one time in Chicago and another in Shanghai: only the clinic's own letters are understood."""
        if self._zone is None:
            raise FileStop("undeclared_timezone")
        own = {moment.replace(tzinfo=self._zone, fold=fold).tzname() for fold in (0, 1)}
        if letters.upper() not in own:
            raise _OtherZone

    def _local(self, moment: datetime, offset: str) -> date:
        if self._zone is None:
            raise FileStop("undeclared_timezone")
        return moment.replace(tzinfo=_offset(offset)).astimezone(self._zone).date()


def _month(parts: dict[str, str]) -> int:
    if "b" in parts:
        return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(parts["b"].lower()[:3]))
    return int(parts.get("m", "1"))


def _time(parts: dict[str, str]) -> tuple[int, int, int]:
    hour = int(parts.get("H", "0"))
    if "I" in parts:
        if not 1 <= int(parts["I"]) <= 12:
            raise ValueError
        hour = int(parts["I"]) % 12 + (12 if parts["p"].lower().startswith("p") else 0)
    return hour, int(parts.get("M", "0")), min(int(parts.get("S", "0")), 59)


def _offset(text: str) -> tzinfo:
    """Of `Z`, `+02:00`, `+0200`, `GMT+1` and the like."""
    bare = re.sub(r"^(utc|gmt|z)", "", text, flags=re.IGNORECASE)
    if not bare:
        return UTC
    digits = bare[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 23 or minutes > 59:
        raise ValueError
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if bare.startswith("-") else offset)


def _of_serial(serial: int) -> str:
    if serial < FIRST_TRUE_SERIAL:
        raise ValueError
    try:
        return (EXCEL_EPOCH + timedelta(days=serial)).isoformat()
    except OverflowError:
        raise ValueError from None
