"""Pseudonyms: base32 of HMAC-SHA256 under a key that is never shown, and one key per clinic."""

from __future__ import annotations

import hmac
import logging
from base64 import b32decode
from hashlib import sha256
from pathlib import Path

import pytest
from builders import AS_OF, Row, rows_of, write_table
from sqlalchemy import Engine

from etl.errors import LoadError, UsageError
from etl.load import LoadReport, LoadRequest, load
from etl.mapping_file import parse_mapping
from etl.pseudonym import Pseudonyms, read_pseudonyms
from etl.rollback import roll_back
from etl.sources import find_sources

KEY, OTHER_KEY = b"k" * 32, b"another key of thirty-two bytes!"

MAPPING = b"""
[files.courses]
match = ["*.csv"]
table = "episodes"
[files.courses.columns]
episode_id = { from = "id" }
patient_id = { from = "E-mail", pseudonymise = true }
condition = { const = "pfps" }
first_visit_date = { const = "2024-01-08" }
therapist = { const = "T1" }
"""


def test_a_pseudonym_is_the_hmac_of_the_id():
    code = Pseudonyms(KEY).pseudonymise(" jo@example.org ")
    assert b32decode(code + "====") == hmac.new(KEY, b"jo@example.org", sha256).digest()
    assert (len(code), code) == (52, Pseudonyms(KEY).pseudonymise("jo@example.org"))
    assert code != Pseudonyms(OTHER_KEY).pseudonymise("jo@example.org")


def test_a_fingerprint_tells_keys_apart_and_not_the_key():
    one, other = Pseudonyms(KEY), Pseudonyms(OTHER_KEY)
    assert one.fingerprint == Pseudonyms(KEY).fingerprint != other.fingerprint
    assert len(one.fingerprint) == 16
    assert KEY.decode() not in repr(one)
    assert repr(one) == f"Pseudonyms(fingerprint='{one.fingerprint}')"


@pytest.mark.parametrize("key", [b"", b"k" * 31])
def test_a_short_key_is_refused(key):
    with pytest.raises(UsageError, match=r"needs 32 or more.*token_hex\(32\)"):
        Pseudonyms(key)


def test_where_the_key_is_found(tmp_path):
    file = tmp_path / "key.txt"
    file.write_bytes(KEY + b"\r\n")
    expected = Pseudonyms(KEY).fingerprint
    by_text = read_pseudonyms({"RETURN_TO_RUN_KEY": KEY.decode()})
    by_file = read_pseudonyms({"RETURN_TO_RUN_KEY_FILE": str(file)})
    by_option = read_pseudonyms({"RETURN_TO_RUN_KEY": "x" * 40}, file)
    assert [found and found.fingerprint for found in (by_text, by_file, by_option)] == [expected] * 3
    assert read_pseudonyms({}) is None
    assert read_pseudonyms({"RETURN_TO_RUN_KEY": ""}) is None
    with pytest.raises(UsageError, match="not both"):
        read_pseudonyms({"RETURN_TO_RUN_KEY": "x" * 40, "RETURN_TO_RUN_KEY_FILE": str(file)})
    with pytest.raises(UsageError, match="cannot be read"):
        read_pseudonyms({"RETURN_TO_RUN_KEY_FILE": str(tmp_path / "nowhere")})


# --- in a load


def rows(*numbers: int) -> list[Row]:
    return [{"id": f"E{n}", "E-mail": f"runner{n}@example.org"} for n in numbers]


def load_with(engine: Engine, folder: Path, key: bytes | None, *numbers: int) -> LoadReport:
    folder.mkdir()
    path = write_table(folder / "export.csv", rows(*numbers))
    pseudonyms = Pseudonyms(key) if key else None
    pseudonym = pseudonyms.pseudonymise if pseudonyms else None
    mapping = parse_mapping(MAPPING, "my.toml")
    sources = find_sources([path], mapping=mapping, pseudonym=pseudonym)
    return load(engine, LoadRequest(sources, today=AS_OF, pseudonyms=pseudonyms))


def test_ids_are_stored_as_pseudonyms_with_the_keys_fingerprint(engine, tmp_path):
    assert load_with(engine, tmp_path / "1", KEY, 1, 2).exit_code == 0
    expected = [(Pseudonyms(KEY).pseudonymise(f"runner{n}@example.org"),) for n in (1, 2)]
    assert rows_of(engine, "patient", "patient_id") == sorted(expected)
    assert rows_of(engine, "load_run", "key_fingerprint") == [(Pseudonyms(KEY).fingerprint,)]


def test_a_load_under_another_key_is_refused(engine, tmp_path):
    load_with(engine, tmp_path / "1", KEY, 1)
    with pytest.raises(LoadError, match="made with another key") as refused:
        load_with(engine, tmp_path / "2", OTHER_KEY, 2)
    assert refused.value.exit_code == 3
    assert Pseudonyms(KEY).fingerprint in str(refused.value)
    assert rows_of(engine, "episode", "episode_id") == [("E1",)]
    assert load_with(engine, tmp_path / "3", KEY, 2).exit_code == 0


def test_after_the_loads_under_a_key_are_taken_back_another_one_may_be_used(engine, tmp_path):
    load_with(engine, tmp_path / "1", KEY, 1)
    roll_back(engine, "main", 1)
    assert load_with(engine, tmp_path / "2", OTHER_KEY, 1).exit_code == 0


def test_another_clinic_has_its_own_key(engine, tmp_path):
    load_with(engine, tmp_path / "1", KEY, 1)
    mapping = parse_mapping(MAPPING, "my.toml")
    pseudonyms = Pseudonyms(OTHER_KEY)
    sources = find_sources([tmp_path / "1"], mapping=mapping, pseudonym=pseudonyms.pseudonymise)
    assert load(engine, LoadRequest(sources, today=AS_OF, clinic="b", pseudonyms=pseudonyms)).exit_code == 0


def test_without_a_key_the_remedy_is_said(engine, tmp_path):
    with pytest.raises(UsageError, match="RETURN_TO_RUN_KEY_FILE"):
        load_with(engine, tmp_path / "1", None, 1)


def test_neither_key_nor_ids_are_logged(engine, tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        load_with(engine, tmp_path / "1", KEY, 1)
    assert "runner1@" not in caplog.text
    assert KEY.decode() not in caplog.text
