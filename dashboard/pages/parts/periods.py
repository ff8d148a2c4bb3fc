"""Periods of whole months to choose from: all time, the last ones, years, or months of one's own choice.

All time comes first: of the newest patients nothing is known at week 12 yet, and a verdict needs many. It is named by
the month in which it begins.
"""

from __future__ import annotations

from datetime import date

from sql.queries.store_facts import StoreFacts

Span = tuple[date | None, date | None]
ALL_TIME: Span = (None, None)
OWN_CHOICE = "months"


def periods(facts: StoreFacts) -> dict[str, tuple[str, Span]]:
    """Code -> label and first and last day."""
    if facts.as_of is None or facts.first_start is None:
        return {"all": ("All time", ALL_TIME)}
    choices: dict[str, tuple[str, Span]] = {"all": (f"Since {month_words(facts.first_start)}", ALL_TIME)}
    end = _last_whole_month(facts.as_of)
    for months in (6, 12, 24):
        choices[f"{months}m"] = (f"Last {months} months", (_months_before(end, months), end))
    for year in range(facts.as_of.year, facts.first_start.year - 1, -1):
        choices[str(year)] = (f"In {year}", (date(year, 1, 1), date(year, 12, 31)))
    choices[OWN_CHOICE] = ("Choose months", ALL_TIME)
    return choices


def months_with_starts(facts: StoreFacts) -> list[date]:
    """First day of every month from the first start to the end of the data."""
    if facts.first_start is None or facts.as_of is None:
        return []
    first, last = (day.year * 12 + day.month - 1 for day in (facts.first_start, facts.as_of))
    return [date(index // 12, index % 12 + 1, 1) for index in range(first, last + 1)]


def month_words(month: date) -> str:
    """May 2024."""
    return f"{month:%b %Y}"


def last_day_of(month: date) -> date:
    """31 May 2024 for 1 May 2024."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _last_whole_month(day: date) -> date:
    return day if day == last_day_of(day) else date.fromordinal(day.replace(day=1).toordinal() - 1)


def _months_before(end: date, months: int) -> date:
    """First day of the span of so many whole months that closes with `end`."""
    index = end.year * 12 + end.month - months
    return date(index // 12, index % 12 + 1, 1)
