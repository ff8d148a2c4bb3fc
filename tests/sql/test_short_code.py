"""Short codes: every slip of one sign or of two neighbours is noticed, and no two episodes share one."""

from __future__ import annotations

from itertools import islice
from secrets import token_hex

import pytest
from builders import load_tables, make_episode, rows_of

from sql.short_code import LETTERS, CodeBook, check_character, read_short_code


def test_the_check_character_is_the_documented_sum():
    """K is 9 of 23 letters from 0: 9·11⁵ + 2·11⁴ + 1·11³ + 0·11² + 7·11¹ ≡ 7 (mod 23), and 7 is H."""
    assert (9 * 11**5 + 2 * 11**4 + 1 * 11**3 + 0 * 11**2 + 7 * 11) % 23 == 7
    assert check_character("K2107") == LETTERS[7] == "H"


@pytest.mark.parametrize("typed", ["K-2107-H", "k-2107-h", "K2107H", " k 2107 h "])
def test_a_code_is_read_however_it_is_typed(typed):
    assert read_short_code(typed) == "K-2107-H"


@pytest.mark.parametrize(
    "typed", ["", "K-210-H", "K-2107", "I-2107-H", "K-2107-I", "K-２１０７-H", "K-2107-H-1"]
)
def test_what_is_no_code_is_not_read(typed):
    assert read_short_code(typed) is None


def test_every_single_slip_and_every_swap_of_neighbours_is_noticed():
    for code in ("K-2107-H", CodeBook().new(token_hex(16))):
        signs = code.replace("-", "")
        alphabets = [LETTERS, *["0123456789"] * 4, LETTERS]
        for place, alphabet in enumerate(alphabets):
            for other in set(alphabet) - {signs[place]}:
                assert read_short_code(signs[:place] + other + signs[place + 1 :]) is None
        for place in range(1, 4):
            swapped = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
            assert swapped == signs or read_short_code(swapped) is None


def test_codes_are_unique_and_grow_when_half_are_used():
    book = CodeBook()
    codes = {book.new(token_hex(16)) for _ in range(120_000)}
    assert len(codes) == 120_000
    assert sorted({len(code) for code in codes}) == [8, 9]
    assert all(read_short_code(code) == code for code in islice(codes, 500))


def test_a_code_is_derived_from_the_token():
    token = token_hex(16)
    assert CodeBook().new(token) == CodeBook().new(token)


def test_a_taken_code_is_not_given_again():
    token = token_hex(16)
    book = CodeBook()
    book.take(CodeBook().new(token))
    assert book.new(token) != CodeBook().new(token)


def test_every_episode_has_its_own_code_and_keeps_it(engine, tmp_path):
    episodes = [make_episode(f"E{n}") for n in range(50)]
    load_tables(engine, tmp_path / "1", episodes=episodes)
    first = dict(rows_of(engine, "episode", "episode_id", "short_code"))
    load_tables(
        engine, tmp_path / "2", episodes=[make_episode("E1", side="left"), make_episode("E50", side="left")]
    )
    load_tables(
        engine, tmp_path / "3", episodes=[make_episode("E1", site="S2"), make_episode("E51", goal=None)]
    )
    second = dict(rows_of(engine, "episode", "episode_id", "short_code"))
    assert {name: second[name] for name in first} == first
    assert len(set(second.values())) == 52


def test_two_loads_that_drew_the_same_code_end_with_two(engine, tmp_path, monkeypatch):
    """As if another load had come between drawing and merging: this one saw no code in use."""
    monkeypatch.setattr("etl.stage.token_hex", lambda _size: "0" * 32)
    load_tables(engine, tmp_path / "1", episodes=[make_episode("E1")])
    monkeypatch.setattr("etl.stage.token_hex", lambda _size: "0" * 31 + "1")
    monkeypatch.setattr("etl.load.code_book", lambda _connection, _clinic: CodeBook())
    monkeypatch.setattr("sql.short_code.CodeBook.new", drawn_first(CodeBook.new, "A-0000-A"))
    load_tables(engine, tmp_path / "2", episodes=[make_episode("E2")])
    codes = rows_of(engine, "episode", "short_code")
    assert len(set(codes)) == 2


def drawn_first(new, code):
    """Draws `code` the first time."""
    drawn = []

    def draw(book, token):
        if not drawn:
            drawn.append(token)
            return code
        return new(book, token)

    return draw
