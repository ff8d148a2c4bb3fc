"""The month of a report, and the spans of first visits that follow from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW_MONTHS = 12


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month:
        """ "2026-10".

        Raises
        ------
        ValueError
            if the text is not a month.
        """
        found = re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", text, re.ASCII)
        if found is None:
            raise ValueError("a month is written YYYY-MM")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.shifted(1).first - timedelta(days=1)

    @property
    def words(self) -> str:
        """October 2026."""
        return f"{self.first:%B %Y}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def shifted(self, months: int) -> Month:
        """So many months later, or earlier."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)


def last_full_month(as_of: date) -> Month:
    """The last month that is over on the day the data describe."""
    month = Month.of(as_of)
    return month if as_of == month.last else month.shifted(-1)


def window(month: Month) -> tuple[date, date]:
    """First visits behind the outcomes of a report: the twelve months that end with its month."""
    return month.shifted(1 - WINDOW_MONTHS).first, month.last


def window_before(month: Month) -> tuple[date, date]:
    """The twelve months before these: no first visit is in both, so that the two can be compared."""
    return window(month.shifted(-WINDOW_MONTHS))
