from datetime import date

import pytest

from dashboard.report.month import Month, last_full_month, window, window_before


def test_a_month_has_its_days():
    assert (Month(2024, 2).first, Month(2024, 2).last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert Month(2024, 12).last == date(2024, 12, 31)
    assert Month(2024, 1).shifted(-1) == Month(2023, 12)
    assert Month(2024, 11).shifted(14) == Month(2026, 1)


@pytest.mark.parametrize("text", ["2024", "2024-13", "2024-00", "24-01", "2024-1", "٢٠٢٤-01", "2024-01 "])
def test_other_texts_are_no_month(text):
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.read(text)


def test_the_last_full_month_is_over():
    assert last_full_month(date(2024, 3, 31)) == Month(2024, 3)
    assert last_full_month(date(2024, 3, 30)) == Month(2024, 2)
    assert last_full_month(date(2024, 1, 1)) == Month(2023, 12)


def test_the_two_periods_meet_and_share_no_day():
    assert window(Month(2026, 10)) == (date(2025, 11, 1), date(2026, 10, 31))
    assert window_before(Month(2026, 10)) == (date(2024, 11, 1), date(2025, 10, 31))
