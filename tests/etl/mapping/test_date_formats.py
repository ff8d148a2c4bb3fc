"""Dates as other systems write them. Each expected day was read off a calendar, not computed here."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from etl.date_formats import NAMED, SIGN_MEANINGS, DateReader, date_format
from etl.errors import FileStop, read_refused_text


def read(text: str, *formats: str, zone: str | None = None) -> str:
    reader = DateReader([date_format(word) for word in formats], ZoneInfo(zone) if zone else None)
    found = reader.read(text)
    refusal = read_refused_text(found)
    return refusal.rule if refusal else found


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("03/04/2024", "%d/%m/%Y", "2024-04-03"),
        ("03/04/2024", "%m/%d/%Y", "2024-03-04"),
        ("3/4/2024", "%d/%m/%Y", "2024-04-03"),
        ("03.04.2024", "%d.%m.%Y", "2024-04-03"),
        ("1 Mar 2024", "%d %b %Y", "2024-03-01"),
        ("1 SEPT 2024", "%d %b %Y", "2024-09-01"),
        ("1  mar.  2024", "%d %b %Y", "2024-03-01"),
        ("1 March 2024", "%d %B %Y", "2024-03-01"),
        ("March 1, 2024", "%B %d, %Y", "2024-03-01"),
        ("Fri 1 Mar 2024", "%a %d %b %Y", "2024-03-01"),
        ("Friday, 1 March 2024", "%A, %d %B %Y", "2024-03-01"),
        ("01/03/2024 14:05:33", "%d/%m/%Y %H:%M:%S", "2024-03-01"),
        ("01/03/2024 2:05 PM", "%d/%m/%Y %I:%M %p", "2024-03-01"),
        ("2024-03-01", "iso", "2024-03-01"),
        ("2024-03-01T09:30:00.123", "iso", "2024-03-01"),
        ("2024-03-01 09:30", "iso", "2024-03-01"),
        ("45352", "excel-serial", "2024-03-01"),
        ("45352.75", "excel-serial", "2024-03-01"),
        ("03/2024", "%m/%Y", "2024-03"),
        ("March 2024", "%B %Y", "2024-03"),
        ("2024", "%Y", "2024"),
        ("100% 2024", "100%% %Y", "2024"),
        ("2024-03-01\u202f09:30", "iso", "2024-03-01"),  # blanks that look like any other
        ("01/03/2024 2:05\u202fPM", "%d/%m/%Y %I:%M %p", "2024-03-01"),
        ("1\u00a0Mar\u00a02024", "%d %b %Y", "2024-03-01"),
    ],
)
def test_declared_formats(text: str, how: str, expected: str):
    assert read(text, how) == expected


@pytest.mark.parametrize(
    ("text", "how", "rule"),
    [
        ("31/02/2024", "%d/%m/%Y", "no_such_day"),
        ("29/02/2023", "%d/%m/%Y", "no_such_day"),
        ("13/13/2024", "%d/%m/%Y", "no_such_day"),
        ("01/03/24", "%d/%m/%Y", "date_format"),
        ("45352", "%d/%m/%Y", "date_format"),
        ("2024-03-01", "%d/%m/%Y", "date_format"),
        ("01/03/2024 ", "%d/%m/%Y", "date_format"),
        ("about 01/03/2024", "%d/%m/%Y", "date_format"),
        ("٠١/٠٣/٢٠٢٤", "%d/%m/%Y", "date_format"),
        ("1 Mrz 2024", "%d %b %Y", "date_format"),
        ("01/03/2024 13:00 PM", "%d/%m/%Y %I:%M %p", "no_such_day"),
        ("01/03/2024 25:00", "%d/%m/%Y %H:%M", "no_such_day"),
        ("60", "excel-serial", "no_such_day"),
        ("9999999", "excel-serial", "no_such_day"),
        ("00/2024", "%m/%Y", "no_such_day"),
    ],
)
def test_what_no_format_fits_is_refused(text: str, how: str, rule: str):
    assert read(text, how) == rule


def test_formats_are_tried_in_order_and_each_use_is_kept():
    reader = DateReader([date_format("%d/%m/%Y"), date_format("iso"), date_format("%m/%d/%Y")], None)
    assert [reader.read(text) for text in ("03/04/2024", "2024-04-03", "12/31/2024")] == [
        "2024-04-03", "2024-04-03", "2024-12-31",
    ]  # fmt: skip
    assert reader.used == {"03/04/2024": "%d/%m/%Y", "2024-04-03": "iso", "12/31/2024": "%m/%d/%Y"}


@pytest.mark.parametrize(
    ("stamp", "zone", "expected"),
    [
        ("2024-07-01T23:30:00Z", "Europe/London", "2024-07-02"),  # summer time: half past midnight
        ("2024-01-01T23:30:00Z", "Europe/London", "2024-01-01"),
        ("2024-07-01T14:30:00Z", "Australia/Sydney", "2024-07-02"),
        ("2024-07-01T03:30:00Z", "America/Toronto", "2024-06-30"),
        ("2024-07-01T23:30:00+02:00", "Europe/London", "2024-07-01"),
        ("2024-07-01 00:30:00+0200", "Europe/London", "2024-06-30"),
    ],
)
def test_stamps_near_midnight_are_days_of_the_clinic(stamp: str, zone: str, expected: str):
    assert read(stamp, "iso", zone=zone) == expected


def test_form_stamps_with_a_named_offset():
    how = "%Y/%m/%d %I:%M:%S %p %z"
    assert read("2026/10/31 11:30:00 PM GMT+1", how, zone="Europe/London") == "2026-10-31"
    assert read("2026/10/31 11:30:00 PM GMT-5", how, zone="Europe/London") == "2026-11-01"
    assert read("2026/10/31 1:30:00 AM UTC", how, zone="America/New_York") == "2026-10-30"
    assert read("2026/10/31 1:30:00 AM GMT+5:30", how, zone="Asia/Kolkata") == "2026-10-31"


@pytest.mark.parametrize(
    ("stamp", "zone", "expected"),
    [
        ("2024/07/01 11:30:00 PM AEST", "Australia/Sydney", "2024-07-01"),
        ("2024/01/01 11:30:00 PM AEDT", "Australia/Sydney", "2024-01-01"),
        ("2024/07/01 1:30:00 am EDT", "America/New_York", "2024-07-01"),
        ("2024/11/03 1:30:00 AM EDT", "America/New_York", "2024-11-03"),  # the hour that comes twice
        ("2024/11/03 1:30:00 AM EST", "America/New_York", "2024-11-03"),
        ("2024/07/01 1:30:00 AM CST", "America/New_York", "date_format"),  # another zone's letters
        ("2024/07/01 1:30:00 AM EST", "America/New_York", "date_format"),  # winter's letters in summer
        ("2024/02/30 1:30:00 AM EST", "America/New_York", "no_such_day"),
    ],
)
def test_form_stamps_with_the_letters_of_the_clinics_zone(stamp: str, zone: str, expected: str):
    assert read(stamp, "%Y/%m/%d %I:%M:%S %p %Z", zone=zone) == expected


def test_letters_without_a_declared_zone_stop_the_file():
    with pytest.raises(FileStop) as stop:
        read("2024/07/01 1:30:00 AM EST", "%Y/%m/%d %I:%M:%S %p %Z")
    assert stop.value.rule == "undeclared_timezone"


def test_a_stamp_without_a_declared_zone_stops_the_file():
    with pytest.raises(FileStop) as stop:
        read("2024-07-01T23:30:00Z", "iso")
    assert stop.value.rule == "undeclared_timezone"


def test_a_refusal_shows_the_shape_only():
    found = DateReader([date_format("iso")], None).read("1 Main Street")
    assert found == "\x1fdate_format\x1f9 aaaa aaaaaa"


def test_every_sign_has_its_meaning():
    assert set(NAMED) <= set(SIGN_MEANINGS)
    for sign, meaning in SIGN_MEANINGS.items():
        assert meaning, sign
