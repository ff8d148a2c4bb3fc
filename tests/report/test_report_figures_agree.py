"""Every number of the headline, the curve's table and the classes is that of `summary --json`, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import openpyxl
import pypdf
import pytest
from python_calamine import CalamineWorkbook
from summary_command import summary_json

from dashboard.report.build import build
from dashboard.report.content import Document, Table
from dashboard.report.files import make_all
from dashboard.wording import percent

AUDIENCES = ("clinic", "sharing")


@pytest.fixture(
    scope="module",
    params=[(store, audience) for store in ("big", "small") for audience in AUDIENCES],
    ids=str,
)
def made(request, report, report_stores):
    """The document, its formats, and what `summary --json` says of the same people."""
    store, audience = request.param
    results = report(store, audience)
    cohort = results.outcomes.cohort
    months = ("--from", str(cohort.first_visit_from), "--to", str(cohort.first_visit_to))
    summary = summary_json(report_stores[store], "--by", "condition", "--for", audience, *months)
    return build(results), make_all(results, ("pdf", "xlsx", "csv", "json")), summary


def table(document: Document, name: str) -> Table:
    return next(t for chapter in document.chapters for t in chapter.tables if t.name == name)


def rows(document: Document, name: str) -> list[dict[str, object]]:
    found = table(document, name)
    return [dict(zip([c.name for c in found.columns], row, strict=True)) for row in found.rows]


def pdf_text(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages).replace("\xa0", " "))


def test_the_json_is_the_summary(made):
    _, contents, summary = made
    assert json.loads(contents["json"]) == summary


def test_the_tables_are_the_summary(made):
    document, _, summary = made
    horizons = rows(document, "horizons")
    assert len(horizons) == len(summary["groups"])
    for row, group in zip(horizons, summary["groups"], strict=True):
        assert row["started"] == ("not shown" if group["started"] is None else group["started"])
        for day in group["back_by"]:
            if day["value"] is not None:
                found = tuple(row[f"{name}_{day['day']}"] for name in ("back_by", "low", "high", "known"))
                low, high = day["low"], day["high"]
                if (
                    day["value"] == 1 and low is None
                ):  # all are back: the exact limits are read out (docs/methods.md)
                    known = round(day["known"] * group["episodes"])
                    low, high = pytest.approx(0.025 ** (1 / known)), 1
                assert found == (day["value"], low, high, day["known"])
            else:
                assert row[f"back_by_{day['day']}"] in (None, "not shown")
    classes = rows(document, "became")
    if any(set(group["became"].values()) == {None} for group in summary["groups"]):
        assert len(classes) == 1, "beside the others a group without classes would follow from everybody's"
        return
    for row, group in zip(classes, summary["groups"], strict=False):
        for name, number in group["became"].items():
            assert row[name] == ("fewer than 8" if number is None else number)


def test_the_sections_are_the_summary(made):
    document, _, summary = made
    known = {
        measure["measure"]: measure["share"] for measure in summary["completeness"]["everybody"]["measures"]
    }
    assert [row["share"] for row in rows(document, "completeness")] == [
        "not shown" if value is None else value for value in known.values()
    ]
    steps = summary["retention"]["groups"][0]
    shown = rows(document, "retention")[0]
    for step in steps["by_visit"]:
        assert shown[f"visit_{step['visit']}"] == ("not shown" if step["value"] is None else step["value"])
    periods = summary["intake_periods"]["periods"]
    for row, period in zip(rows(document, "intake_periods"), periods, strict=True):
        assert row["back"] in (period["value"], "not shown")


def test_the_paper_says_the_same(made):
    document, contents, summary = made
    text = pdf_text(contents["pdf"])
    for group in summary["groups"]:
        for day in group["back_by"]:
            if day["value"] is not None:
                assert percent(day["value"]).replace("\xa0", " ") in text
        if group["started"] is not None:
            assert f" {group['started']:,} " in text
    for chapter in document.chapters:
        assert chapter.title in text


def test_the_workbook_says_the_same_to_two_readers(made):
    document, contents, _ = made
    book = openpyxl.load_workbook(io.BytesIO(contents["xlsx"]))
    other = CalamineWorkbook.from_filelike(io.BytesIO(contents["xlsx"]))
    assert book.sheetnames == other.sheet_names
    assert book.sheetnames[0] == "Contents"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"], "no formula"
    numbers = {cell.value for cell in cells if isinstance(cell.value, int | float)}
    for chapter in document.chapters:
        for one in chapter.tables:
            wanted = {cell for row in one.rows for cell in row if isinstance(cell, int | float)}
            assert all(any(abs(w - n) < 1e-12 for n in numbers) for w in wanted - numbers), one.name
    assert all(sheet.freeze_panes for sheet in book)
    curve = book["Back running"]
    assert len(curve._charts) == 1
    assert len(book["Better or worse"]._charts) >= 1


def test_the_csv_files_say_the_same_and_all_columns_are_described(made):
    document, contents, _ = made
    with zipfile.ZipFile(io.BytesIO(contents["csv"])) as archive:
        files = {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
        }
    described = {(row["file"], row["column"]) for row in files["data-dictionary.csv"]}
    for name, lines in files.items():
        if name in ("about.csv", "data-dictionary.csv") or not lines:
            continue
        assert {(name, column) for column in lines[0]} <= described
    lines = files["running-horizons.csv"]
    assert [line["group"] for line in lines] == [row["group"] for row in rows(document, "horizons")]
    values = [float(line["back_by_84"]) for line in lines if line["back_by_84"] not in ("", "not shown")]
    assert values == [
        row["back_by_84"] for row in rows(document, "horizons") if isinstance(row["back_by_84"], float)
    ]
