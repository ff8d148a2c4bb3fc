"""How far a file is read, in words."""

import pytest

from dashboard.load_tables import progress_words


@pytest.mark.parametrize(
    ("rows", "of", "seconds", "words"),
    [
        (0, 100, 2.0, ""),
        (50_000, 2_000_000, 0.5, "50,000 of about 2,000,000 rows, 100,000 a second, 20 s left"),
        (50_000, 2_000_000, 10.0, "50,000 of about 2,000,000 rows, 5,000 a second, 6 min left"),
        (50_000, None, 1.0, "50,000 rows, 50,000 a second"),
        (110, 100, 1.0, "110 rows, 110 a second"),
    ],
)
def test_rows_rate_and_time_left(rows, of, seconds, words):
    assert progress_words(rows, of, seconds) == words
