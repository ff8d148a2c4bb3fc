"""Zip files: their members are read as a folder's files, and a zip built to do harm is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from builders import load_paths, make_episode, make_score, rows_of, write_clinic
from part_reading import only_part, parts_of, rows, stop_of, write_workbook

from etl.readers import archive


@pytest.fixture
def zipped(tmp_path):
    def write(name: str = "export.zip", **members: bytes | str) -> Path:
        with ZipFile(tmp_path / name, "w", ZIP_DEFLATED) as file:
            for member, content in members.items():
                file.writestr(member, content)
        return tmp_path / name

    return write


def test_members_are_read_with_their_folders(zipped, tmp_path):
    book = write_workbook(tmp_path / "book.xlsx", scores=[["a"], [1]]).read_bytes()
    path = zipped(
        **{
            "north/episodes.csv": "a\n1\n",
            "north/manifest.json": "{}",
            "north/read me.txt": "x",
            "south/2024/book.xlsx": book,
            "__MACOSX/north/._episodes.csv": b"\0",
            "south/": "",
        }
    )
    found = parts_of(path)
    assert [(part.name, part.table_name_guess, part.member) for part in found] == [
        ("export.zip, north/episodes.csv", "episodes", "north/episodes.csv"),
        ("export.zip, south/2024/book.xlsx, sheet scores", "scores", "south/2024/book.xlsx"),
    ]
    assert (found[0].path.parent / "manifest.json").read_text() == "{}"


def test_a_zip_is_loaded_like_the_folder_in_it(zipped, tmp_path, sqlite):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()], scores=[make_score()])
    path = zipped(**{f"clinic/{file.name}": file.read_text() for file in folder.iterdir()})
    report = load_paths(sqlite, path)
    assert (report.exit_code, [file.name for file in report.files]) == (
        0,
        ["export.zip, clinic/episodes.csv", "export.zip, clinic/scores.csv"],
    )
    assert rows_of(sqlite, "score", "value") == [(6.0,)]


def test_a_damaged_member_stops_only_itself(zipped):
    broken, good = parts_of(zipped(**{"a.xlsx": b"text", "b.csv": "a\n1\n"}))
    assert (broken.name, broken.stop.rule if broken.stop else "") == ("export.zip, a.xlsx", "not_a_workbook")
    assert good.open().header() == ["a"]


@pytest.mark.parametrize(
    "name",
    [
        "../episodes.csv",
        "a/../../episodes.csv",
        "/etc/episodes.csv",
        "C:/episodes.csv",
        "..\\episodes.csv",
        "\\x.csv",
    ],
)
def test_a_path_that_leads_out_stops_the_zip(zipped, tmp_path, name):
    assert stop_of(zipped(**{"good.csv": "a\n", name: "a\n1\n"})) == ("unsafe_zip", 1, "")
    assert not (tmp_path.parent / "episodes.csv").exists()


def test_a_link_stops_the_zip(tmp_path):
    link = ZipInfo("episodes.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    assert stop_of(tmp_path / "x.zip") == ("unsafe_zip", 1, "")


def test_one_path_twice_stops_the_zip(zipped):
    assert stop_of(zipped(**{"a/x.csv": "a\n", "A/X.csv": "a\n"})) == ("unsafe_zip", 1, "")


def test_a_zip_in_a_zip_stops(zipped):
    assert stop_of(zipped(**{"x.csv": "a\n", "more.ZIP": b"PK"})) == ("zip_in_zip", 1, "")


def test_a_password_stops_the_zip(zipped):
    path = zipped(**{"x.csv": "a\n1\n"})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # "encrypted" in the member's own header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    path.write_bytes(content)
    assert stop_of(path) == ("locked_file", 1, "")


def test_a_bomb_stops_before_it_is_unpacked(zipped, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "SMALL", 1 << 20)
    path = zipped(**{"x.csv": b"a\n" * (1 << 20)})
    assert stop_of(path) == ("huge_zip", 1, "")
    assert not list(tmp_path.rglob("x.csv"))


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", 9), ("MOST_MEMBERS", 1)])
def test_too_much_in_a_zip_stops_it(zipped, monkeypatch, limit, value):
    monkeypatch.setattr(archive, limit, value)
    assert stop_of(zipped(**{"a.csv": "a\n1\n2\n3\n4\n", "b.csv": "a\n"})) == ("huge_zip", 1, "")


def test_a_member_that_is_longer_than_the_zip_says_stops(zipped):
    path = zipped(**{"x.csv": "a\n" + "1\n" * 500})
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    assert stop_of(path)[0] in ("huge_zip", "not_a_zip")


@pytest.mark.parametrize("cut", [0, 3, 30, -5])
def test_a_damaged_zip_stops(zipped, cut):
    path = zipped(**{"x.csv": os.urandom(500)})
    path.write_bytes(path.read_bytes()[:cut])
    assert stop_of(path) == ("not_a_zip", 1, "")


def test_a_damaged_checksum_stops(zipped):
    path = zipped(**{"x.csv": "a\n1\n"})
    content = bytearray(path.read_bytes())
    content[14] ^= 1
    at = content.index(b"PK\x01\x02") + 16
    content[at] ^= 1
    path.write_bytes(content)
    assert stop_of(path) == ("not_a_zip", 1, "")


def test_an_empty_zip_has_no_parts(zipped):
    assert parts_of(zipped()) == []


def test_the_declared_format_holds_for_members(zipped):
    path = zipped(**{"x.csv": "a;b\nä;2\n".encode("cp1252")})
    assert rows(path, delimiter=";", encodings=("cp1252",)) == [{"a": "ä", "b": "2"}]
    assert only_part(path).member == "x.csv"
