"""XLSX and ODS: cells as text, what only looks empty, and which sheet is meant."""

from __future__ import annotations

import io
import re
import shutil
import tracemalloc
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from builders import load_paths, make_episode, make_score, rows_of, write_clinic
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from part_reading import only_part, parts_of, read, refused_rows, rows, stop_of, stopped_files, write_workbook

from etl.errors import RULES
from etl.readers import large_sheets

EPISODE = list(make_episode())


@pytest.fixture(params=["whole", "in slices"])
def book(tmp_path, request, monkeypatch):
    """Write cells into the sheet `scores`, with {"B2": cell} laid over them. Read either way they are the same."""
    if request.param == "in slices":
        monkeypatch.setattr(large_sheets, "LARGE_SHEET", 0)
        monkeypatch.setattr(large_sheets, "BLOCK", 50)
        monkeypatch.setattr(large_sheets, "SLICE_BYTES", 120)

    def write(*content, name="clinic.xlsx", epoch=None, merge=(), **cells):
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = "scores"
        for row in content:
            sheet.append(row)
        for place, value in cells.items():
            sheet[place] = value
        for area in merge:
            sheet.merge_cells(area)
        if epoch:
            book.epoch = epoch
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("E1", "E1"),
        ("007", "007"),
        ("7/10", "7/10"),
        (7, "7"),
        (7.0, "7"),
        (-2.50, "-2.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (2.2, "2.2"),
        (123456789012345, "123456789012345"),
        (1234567890123456, "1.23456789012346E+15"),
        (566562806174843905, "5.66562806174844E+17"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2024, 1, 8), "2024-01-08"),
        (datetime.fromisoformat("2024-01-08T09:30"), "2024-01-08T09:30:00"),
        (datetime.fromisoformat("2024-01-08T23:59:59.999999"), "2024-01-09"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        ("two\nlines", "two\nlines"),
    ],
    ids=str,
)
def test_a_cell_reads_as_a_person_would_write_it(book, cell, text):
    assert rows(book(["a", "b"], [cell, "x"])) == [{"a": text, "b": "x"}]


def test_dates_are_the_same_days_in_a_workbook_that_counts_from_1904(book):
    path = book(["a"], [date(2024, 1, 8)], epoch=CALENDAR_MAC_1904)
    assert 'date1904="1"' in ZipFile(path).read("xl/workbook.xml").decode()
    assert rows(path) == [{"a": "2024-01-08"}]


def test_what_only_looks_empty_is_refused(book):
    """python-calamine reads an error, a formula without result and merged cells as nothing at all."""
    path = book(
        ["id", "value", "side"],
        ["E1", "#N/A", "left"],
        ["E2", "=1+1", "left"],
        ["E3", 5, None],
        ["E4", None, "left"],
        ["#DIV/0!", "#REF!", "#VALUE!"],
        merge=["B4:C4", "B5:B6"],
        B8=6,
    )
    assert [tuple(row.values()) for row in rows(path)] == [
        ("E1", "<excel_error>", "left"),
        ("E2", "<formula_without_value>", "left"),
        ("E3", "5", "<merged_cell>"),
        ("E4", "", "left"),
        ("<excel_error>", "<merged_cell>", "<excel_error>"),
        ("", "6", ""),
    ]


def test_a_formula_whose_result_is_an_empty_text_is_empty(book, tmp_path):
    path = book(["id", "value"], ["E1", "=A1"])
    patched = _patch(
        path,
        "xl/worksheets/sheet1.xml",
        '<c r="B2"><f>A1</f><v /></c>',
        '<c r="B2" t="str"><f>A1</f><v/></c>',
    )
    assert rows(patched) == [{"id": "E1", "value": ""}]


def test_a_saved_result_of_a_formula_is_read(book):
    path = book(["id", "value"], ["E1", "=A1"])
    patched = _patch(path, "xl/worksheets/sheet1.xml", "<v />", "<v>7</v>")
    assert rows(patched) == [{"id": "E1", "value": "7"}]


def _patch(path: Path, member: str, old: str, new: str) -> Path:
    with ZipFile(path) as book:
        content = {name: book.read(name) for name in book.namelist()}
    assert old in content[member].decode()
    content[member] = content[member].decode().replace(old, new).encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name, data in content.items():
            book.writestr(name, data)
    return path


def test_a_table_that_does_not_begin_at_the_corner(book):
    path = book(D4="id", E4="value", D5="E1", E5="#N/A", D7="E3", E7=7)
    assert read(only_part(path)) == [
        (5, {"id": "E1", "value": "<excel_error>"}),
        (7, {"id": "E3", "value": "7"}),
    ]


def test_the_header_stands_where_it_is_declared(book):
    path = book(["Scores of 2024"], [], ["id", "value"], ["E1", 7], merge=["A1:B1"])
    assert read(only_part(path, header_row=3)) == [(4, {"id": "E1", "value": "7"})]


def test_a_column_without_a_header_is_there_to_be_warned_of(book):
    assert only_part(book([" id ", None, "value"], ["E1", "note", 7])).open().header() == ["id", "", "value"]


# --- sheets
# ------------------------------------------------------------------------------------------------------


def test_every_sheet_that_is_shown_and_filled_is_a_part(tmp_path):
    path = write_workbook(
        tmp_path / "clinic.xlsx", Episodes=[["id"]], scores=[["id"]], empty=[], lists=[["x"]]
    )
    book = openpyxl.load_workbook(path)
    book["lists"].sheet_state = "veryHidden"
    book.create_chartsheet("chart")
    book.save(path)
    found = parts_of(path)
    assert [(part.name, part.table_name_guess, part.sheet) for part in found] == [
        ("clinic.xlsx, sheet Episodes", "episodes", "Episodes"),
        ("clinic.xlsx, sheet scores", "scores", "scores"),
    ]
    assert found[0].open().notes == [("hidden_sheets", "")]
    assert [part.sheet for part in parts_of(path, sheet="lists")] == ["lists"]
    assert stop_of(path, sheet="Scores") == ("no_such_sheet", 1, "")


def test_a_single_sheet_without_a_name_of_its_own_goes_by_the_file(tmp_path):
    assert only_part(write_workbook(tmp_path / "Scores.xlsx", Tabelle1=[["a"]])).table_name_guess == "scores"
    assert only_part(write_workbook(tmp_path / "x.xlsx", scores=[["a"]])).table_name_guess == "scores"


def test_a_workbook_of_sheets_is_loaded_as_a_folder_of_files(tmp_path, sqlite):
    path = write_workbook(
        tmp_path / "clinic.xlsx",
        episodes=[EPISODE, list(make_episode().values())],
        scores=[list(make_score()), [*list(make_score().values())[:-1], 6]],
    )
    report = load_paths(sqlite, path)
    assert (report.exit_code, [file.rows_read for file in report.files]) == (0, [1, 1])
    assert rows_of(sqlite, "score", "episode_id", "value") == [("E1", 6.0)]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (date(2024, 10, 7), "score_as_date"),
        (datetime.fromisoformat("2024-10-07T08:00"), "score_as_date"),
        ("#N/A", "excel_error"),
        ("=1+6", "formula_without_value"),
        ("mild", "number"),
        (11, "range"),
    ],
    ids=["date", "moment", "error", "formula", "word", "range"],
)
def test_a_bad_score_is_refused_by_sheet_row_and_column(tmp_path, sqlite, value, rule):
    write_clinic(tmp_path / "in", episodes=[make_episode()])
    good = [*list(make_score().values())[:-1], 6]
    write_workbook(
        tmp_path / "in" / "book.xlsx",
        scores=[list(make_score()), good, [*good[:2], "NPRS", "running", value]],
    )
    report = load_paths(sqlite, tmp_path / "in", most_rejected=1.0)
    assert refused_rows(report) == [("book.xlsx, sheet scores", 3, "value", rule)]
    assert rows_of(sqlite, "score", "value") == [(6.0,)]
    assert RULES[rule].says in str(report.files[1].problems[0])


def test_a_merged_score_is_refused_and_not_left_out_as_blank(tmp_path, sqlite):
    write_clinic(tmp_path / "in", episodes=[make_episode()])
    head, good = list(make_score()), [*list(make_score().values())[:-1], 6]
    path = write_workbook(tmp_path / "in" / "book.xlsx", scores=[head, good, [*good[:3], "running", None]])
    book = openpyxl.load_workbook(path)
    book["scores"].merge_cells("E2:E3")
    book.save(path)
    report = load_paths(sqlite, tmp_path / "in", most_rejected=1.0)
    assert refused_rows(report) == [("book.xlsx, sheet scores", 3, "value", "merged_cell")]


def test_an_id_that_a_workbook_has_rounded_stops_the_file(tmp_path, sqlite):
    long = 566562806174843905
    path = write_workbook(tmp_path / "x.xlsx", episodes=[EPISODE, [long, *list(make_episode().values())[1:]]])
    (stop,) = stopped_files(load_paths(sqlite, path))
    assert stop[:2] == ("rounded_key", 2)
    assert str(long)[:4] not in stop[2]


# --- files that are no workbook
# ----------------------------------------------------------------------------------


def _zip(**members: bytes) -> bytes:
    held = io.BytesIO()
    with ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return held.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "stop"),
    [
        ("x.xlsx", b"", ("empty_file", 1, "")),
        ("x.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99), ("locked_file", 1, "")),
        ("x.xlsx", OLE, ("old_workbook", 1, "")),
        ("x.xls", OLE, ("old_workbook", 1, "")),
        ("x.xlsb", _zip(xl__workbook_dot_bin=b""), ("old_workbook", 1, "")),
        ("x.xls", b"<html><table><tr><td>1</td></tr></table>", ("not_a_workbook", 1, "it is a web page")),
        ("x.xlsx", b"a,b\n1,2\n", ("not_a_workbook", 1, "it looks like text; try the ending .csv")),
        ("x.xlsx", b"PK\x03\x04 cut off", ("not_a_workbook", 1, "")),
        ("x.xlsx", _zip(word__document_dot_xml=b"<w/>"), ("not_a_workbook", 1, "")),
        ("x.xlsx", _zip(xl__workbook_dot_xml=b"<workbook><sheets>"), ("not_a_workbook", 1, "")),
        (
            "x.ods",
            _zip(**{"META-INF__manifest_dot_xml": b"<m:encryption-data/>", "content_dot_xml": b"?"}),
            ("locked_file", 1, ""),
        ),
    ],
    ids=[
        "nothing", "password", "old with a new name", "old", "binary", "web page", "text", "cut off",
        "document", "damaged", "ODS with a password",
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_stops_with_what_it_is(tmp_path, name, content, stop):
    (tmp_path / name).write_bytes(content)
    assert stop_of(tmp_path / name) == stop


def test_an_empty_workbook_stops(tmp_path):
    assert stop_of(write_workbook(tmp_path / "x.xlsx", Sheet1=[])) == ("empty_file", 1, "")


def test_a_workbook_whose_data_are_hidden_says_so(tmp_path):
    path = write_workbook(tmp_path / "x.xlsx", cover=[], scores=[["a"], ["1"]])
    book = openpyxl.load_workbook(path)
    book["scores"].sheet_state = "hidden"
    book.save(path)
    assert stop_of(path) == ("empty_file", 1, "some sheets are hidden")


def test_damaged_workbooks_never_end_in_a_traceback(tmp_path, book):
    """Every byte of the file's directory and of its members' headers is changed in turn."""
    whole = book(["a", "b"], ["E1", "=1+1"], merge=["A3:B3"]).read_bytes()
    path = tmp_path / "damaged.xlsx"
    for at in range(0, len(whole), 41):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            for part in parts_of(path):
                read(part)
        except Exception as stop:
            assert type(stop).__name__ == "FileStop", at  # noqa: PT017 - any other exception fails
        shutil.rmtree(next(tmp_path.glob("tmp*"), tmp_path / "none"), ignore_errors=True)


# --- OpenDocument
# ------------------------------------------------------------------------------------------------

_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""


def write_ods(path: Path, **tables: str) -> Path:
    body = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in tables.items())
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS.format(body))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def _text(*words: str) -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
        for word in words
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(attributes: str, text: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_cells_of_an_opendocument_sheet(tmp_path):
    path = write_ods(
        tmp_path / "clinic.ods",
        other=_text("#N/A"),
        scores=_text("id", "day", "value")
        + '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        + _row(
            _cell('office:value-type="string"', "E1"),
            _cell('office:value-type="date" office:date-value="2024-01-08"', "08/01/24"),
            _cell('office:value-type="float" office:value="7"', "7,0"),
        )
        + _row(
            _cell('office:value-type="string" table:number-columns-spanned="2"', "E2"),
            "<table:covered-table-cell/>",
            _cell('office:value-type="string" calcext:value-type="error" table:formula="of:=NA()"', "#N/A"),
        )
        + _row(
            _cell('office:value-type="string"', "E3"),
            _cell('office:value-type="boolean" office:boolean-value="true"', "WAHR"),
            '<table:table-cell table:formula="of:=1+1"/>',
        ),
    )
    scores = parts_of(path)[1]
    assert (scores.name, scores.table_name_guess) == ("clinic.ods, sheet scores", "scores")
    assert [(line, tuple(row.values())) for line, row in read(scores)] == [
        (5, ("E1", "2024-01-08", "7")),
        (6, ("E2", "<merged_cell>", "<excel_error>")),
        (7, ("E3", "TRUE", "<formula_without_value>")),
    ]


def test_no_value_of_a_workbook_is_in_a_message(tmp_path, sqlite):
    """Whatever a cell holds, a problem shows its shape."""
    secret = "Rosalind-Quill 9434765919"
    path = write_workbook(
        tmp_path / "x.xlsx", episodes=[EPISODE, [secret, *list(make_episode().values())[1:]]]
    )
    report = load_paths(sqlite, path, most_rejected=1.0)
    said = " ".join(str(problem) for file in report.files for problem in file.problems)
    assert "Rosalind" not in said
    assert re.search(r"looks like a+-a+ 9+", said)


def test_a_cell_outside_the_first_slices_columns_refuses_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr(large_sheets, "LARGE_SHEET", 0)
    monkeypatch.setattr(large_sheets, "BLOCK", 50)
    monkeypatch.setattr(large_sheets, "SLICE_BYTES", 120)
    path = write_workbook(
        tmp_path / "clinic.xlsx", scores=[[None, "a", "b"], *[[None, n, n] for n in range(9)]]
    )
    book = openpyxl.load_workbook(path)
    book["scores"]["A8"], book["scores"]["D9"] = "left", "right"
    book.save(path)
    read_in_slices = list(only_part(path).open().chunks())
    assert [problem for chunk in read_in_slices for problem in chunk.broken] == [
        (8, "field_count", "more than 2 fields"),
        (9, "field_count", "more than 2 fields"),
    ]
    assert [line for chunk in read_in_slices for line in chunk.lines] == [2, 3, 4, 5, 6, 7, 10]


def test_a_slice_in_which_columns_are_empty_keeps_them_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(large_sheets, "LARGE_SHEET", 0)
    monkeypatch.setattr(large_sheets, "BLOCK", 50)
    monkeypatch.setattr(large_sheets, "SLICE_BYTES", 120)
    path = write_workbook(
        tmp_path / "clinic.xlsx", scores=[["a", "b", "c"], [1, 2, 3], [2, 2, 3], [3], [4], [5]]
    )
    book = openpyxl.load_workbook(path)
    book["scores"].merge_cells("B4:B6")
    book.save(path)
    assert [row["b"] + "|" + row["c"] for row in rows(path)][2:] == ["|", "<merged_cell>|", "<merged_cell>|"]


def test_a_large_sheet_that_cannot_be_cut_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(large_sheets, "LARGE_SHEET", 0)
    monkeypatch.setattr(large_sheets, "MOST_SHARED", 0)
    path = write_workbook(tmp_path / "clinic.xlsx", scores=[["a"], [1]])
    assert stop_of(path) == ("large_sheet", 1, "")
    assert stop_of(write_ods(tmp_path / "clinic.ods", scores="<table:table-row/>")) == ("large_sheet", 1, "")


def test_a_large_sheet_takes_no_more_memory_than_a_slice(tmp_path, monkeypatch):
    monkeypatch.setattr(large_sheets, "LARGE_SHEET", 0)
    monkeypatch.setattr(large_sheets, "BLOCK", 10_000)
    monkeypatch.setattr(large_sheets, "SLICE_BYTES", 50_000)

    def peak(count):
        path = write_workbook(tmp_path / "clinic.xlsx", scores=[["a", "b"], *[[n, n] for n in range(count)]])
        tracemalloc.start()
        reader = only_part(path).open()
        assert sum(len(chunk.lines) for chunk in reader.chunks()) == count
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(10)  # imports
    assert peak(12_000) < 1.3 * peak(3_000)
