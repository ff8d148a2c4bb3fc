"""Typed values as the text that a person would write: no float's tail, ISO days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

LONGEST_PLAIN = 40
_EXACT_DIGITS = 15
FIRST_ROUNDED = 10**_EXACT_DIGITS
"""A float is exact to so many digits; a longer whole number has been rounded, and is shown as 5.66E+17."""
EXACT_IN_ANY_WIDTH = 2**24


def number_text(number: float, digits: int = _EXACT_DIGITS) -> str:
    """7.0 as 7, 0.1 + 0.2 as 0.3, 1e-7 as 0.0000001; inf and nan as they are, for the parser to refuse."""
    if abs(number) < EXACT_IN_ANY_WIDTH and number == int(number):
        return str(int(number))
    text = f"{number:.{digits}g}"
    if "e" not in text:
        return text
    return text.upper() if number >= 10**digits or number <= -(10**digits) else decimal_text(Decimal(text))


def decimal_text(number: Decimal) -> str:
    """All digits of an exact number, unless they are too many to mean anything."""
    try:
        plain = abs(number.adjusted()) <= LONGEST_PLAIN and number.is_finite()
    except InvalidOperation:
        plain = False
    text = format(number, "f") if plain else str(number)
    return text.rstrip("0").rstrip(".") if plain and "." in text else text


def moment_text(moment: datetime | date | time | timedelta) -> str:
    """ISO text to the second; a midnight is a day."""
    match moment:
        case datetime():
            whole = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
            zone = whole.isoformat()[19:].replace("+00:00", "Z")
            day_only = not zone and (whole.hour, whole.minute, whole.second) == (0, 0, 0)
            return whole.date().isoformat() if day_only else whole.isoformat()[:19] + zone
        case timedelta():
            minutes, seconds = divmod(round(moment.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case time():
            return moment.isoformat(timespec="seconds")
        case _:
            return moment.isoformat()
