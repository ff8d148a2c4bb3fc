"""What holds for every report: the same bytes twice, tags, fonts, no formulas, small and empty months."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pypdf
import pytest
from builders import load_tables, make_episode
from PIL import Image

from dashboard.question import NotAllowed
from dashboard.report.brand import Brand, brand
from dashboard.report.build import build
from dashboard.report.content import Chapter, Column, Cover, Document, Paragraph, Table
from dashboard.report.csv_files import csv_zip
from dashboard.report.files import make_all
from dashboard.report.month import Month
from dashboard.report.pdf import halfway, pdf, pictures
from dashboard.report.workbook import workbook
from sql.engine import reading, writing
from sql.setting_kinds import logo_value
from sql.writes.setting import write_setting

ALL = ("pdf", "xlsx", "csv", "json")
NASTY = "=HYPERLINK(\"http://x\") #eval(1) *b* _i_ $x$ @cmd \\ <a> & 'q'"


def words_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace(
        "\xa0", " "
    )


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
def test_the_same_month_and_data_give_the_same_bytes(ask_report, audience):
    assert make_all(ask_report("small", audience), ALL) == make_all(ask_report("small", audience), ALL)


def test_the_pdf_is_tagged_has_a_title_a_language_alternative_texts_and_its_fonts(report):
    reader = pypdf.PdfReader(io.BytesIO(make_all(report("small"), ("pdf",))["pdf"]))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == "Outcome report, October 2026, clinic main"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert 4 <= len(reader.pages) <= 6
    figures = [element for element in structure(root["/StructTreeRoot"]) if element.get("/S") == "/Figure"]
    assert len(figures) >= 3
    assert all(str(element.get("/Alt", "")).strip() for element in figures)
    fonts = {
        font.get_object()["/BaseFont"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("+")[1].split("-")[0] for name in fonts} <= {
        "SourceSansPro",
        "LibertinusSerif",
        "DejaVuSansMono",
        "NewCMMath",
    }


def structure(element):
    """Every element below one of the structure tree."""
    children = element.get("/K", [])
    children = children if isinstance(children, list) else [children]
    for child in children:
        child = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(child, dict):
            yield child
            yield from structure(child)


def test_the_foot_names_period_data_version_audience_and_page(report):
    text = words_of(make_all(report("small"), ("pdf",))["pdf"])
    assert "page 1 of" in text
    assert "October 2026 · data as of 31 October 2026, loaded" in text
    assert "Return to Run" in text
    assert "Audience: for the clinic: exact figures" in text
    assert "Sample data, invented people" in text


def test_pictures_are_the_pages(report):
    document = build(report("one"))
    pages = pictures(document, ppi=30)
    assert len(pages) == len(pypdf.PdfReader(io.BytesIO(pdf(document))).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)


def document_of(text: str) -> Document:
    table = Table(
        "t", text, (Column("a", text, "text", text), Column("n", "n", "count", "n")), ((text, 3),), note=text
    )
    cover = Cover(text, text, text, text, False, text, text, "#0B6E75")
    return Document(cover, date(2024, 12, 31), (Chapter("c", "Chapter", (Paragraph(text), table)),))


def test_no_word_of_a_clinic_becomes_markup_or_a_formula():
    document = document_of(NASTY)
    assert "#eval(1) *b* _i_ $x$ @cmd" in words_of(pdf(document)).replace("\n", " ")
    book = openpyxl.load_workbook(io.BytesIO(workbook(document)))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(csv_zip(document))) as archive:
        lines = list(csv.reader(io.StringIO(archive.read("c-t.csv").decode())))
    assert lines[1][0] == f"'{NASTY}"


def test_the_terms_are_halved_by_length():
    assert halfway([["aaaa"], ["a"], ["a"], ["aa"]]) == 1
    assert halfway([]) == 0


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
@pytest.mark.parametrize(
    ("store", "month"),
    [
        ("one", Month(2024, 12)),
        ("one", Month(2024, 11)),
        ("five", None),
        ("five", Month(2010, 1)),
        ("growing", None),
    ],
)
def test_little_or_no_data_give_a_report(report, store, month, audience):
    contents = make_all(report(store, audience, month=month), ALL)
    text = words_of(contents["pdf"])
    assert "Outcome report" in text
    assert "nan" not in text.lower().split()
    assert "None" not in text
    openpyxl.load_workbook(io.BytesIO(contents["xlsx"]))


def test_a_month_that_has_not_begun_is_refused_with_a_remedy(report):
    with pytest.raises(NotAllowed, match=r"has not begun in them\. Choose 2024-12 or an earlier month"):
        report("one", month=Month(2025, 1))


def test_a_site_that_is_not_there_is_refused(report):
    with pytest.raises(NotAllowed, match="There is no site 'nowhere'; there are harbour, north"):
        report("big", sites=("nowhere",))


def test_therapists_are_in_the_clinics_report_only(report):
    names = {
        audience: {c.name for c in build(report("big", audience)).chapters}
        for audience in ("clinic", "sharing")
    }
    assert names["clinic"] - names["sharing"] == {"therapists"}
    for content in make_all(report("big", "sharing"), ("pdf", "xlsx")).values():
        assert "T01" not in (words_of(content) if content.startswith(b"%PDF") else all_text(content))


def all_text(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(
        str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None
    )


def test_a_shared_report_of_five_says_nothing_of_them(report):
    contents = make_all(report("five", "sharing"), ALL)
    text = words_of(contents["pdf"])
    body = text.split("Definitions and sources")[0]
    ours = re.findall(r"\d+ %", body)
    assert set(ours) <= {"67 %", "15 %"}, "only what a source says, and the chance of an icon"
    book = openpyxl.load_workbook(io.BytesIO(contents["xlsx"]))
    chapters = [sheet for sheet in book if sheet.title not in ("Contents", "Definitions and sources")]
    numbers = [
        c.value
        for sheet in chapters
        for row in sheet.iter_rows()
        for c in row
        if isinstance(c.value, int | float)
    ]
    assert set(numbers) <= {0}


def test_a_shared_report_does_not_say_how_few_came_in_the_other_months(report):
    shared = report("growing", "sharing", month=Month(2024, 11))
    assert shared.came is not None  # the twelve months to November are November alone
    shared = report("growing", "sharing")
    assert shared.came_before is None, "20 of 23: the other three would follow"
    intake = (
        words_of(make_all(shared, ("pdf",))["pdf"]).split("New in December 2024")[1].split("What became")[0]
    )
    assert "How many started in December 2024 is not shown: too few people to share a figure." in " ".join(
        intake.split()
    )
    assert not re.search(r"\b(20|23|3)\b", intake)


def test_a_report_on_people_who_leave_out_few_says_no_number_of_them(report):
    """10 of the big sample have both conditions and came to north in the twelve months; 7 came to harbour."""
    asked_about = {"conditions": ("pfps_itbs",), "sites": ("north",), "month": Month(2026, 6)}
    assert report("big", **asked_about).outcomes.everybody.started == 10
    shared = report("big", "sharing", **asked_about)
    assert shared.asked.hidden
    words = " ".join(words_of(make_all(shared, ("pdf",))["pdf"]).split("Definitions and sources")[0].split())
    assert "How many came in this month is not shown." in words
    assert "How many were scored at the start is not shown." in words
    assert "fewer than 8 of" not in words
    assert "(fewer than 8)" not in words
    assert "in May 2026" not in words


def test_two_months_shared_differ_by_rounded_counts_only(report):
    """Consecutive reports overlap in eleven months; what a reader can subtract are multiples of five."""
    counts = [
        [group.started for group in report("small", "sharing", month=Month(2026, month)).outcomes.groups]
        for month in (8, 9, 10)
    ]
    assert {n % 5 for months in counts for n in months if n is not None} == {0}


def png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 30), "#aa0000").save(made, "PNG")
    return made.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize("logo", [SVG, png()], ids=["svg", "png"])
def test_a_logo_and_a_name_stand_on_the_cover(report, logo):
    results = report("one")
    plain = pdf(build(results))
    branded = pdf(build(replace(results, brand=replace(results.brand, logo=logo, name="Knee & House"))))
    assert "Knee & House" in words_of(branded)
    reader = pypdf.PdfReader(io.BytesIO(branded))
    alts = [str(one.get("/Alt", "")) for one in structure(reader.trailer["/Root"]["/StructTreeRoot"])]
    assert "Logo of Knee & House" in alts
    assert plain != branded


def test_the_settings_make_the_brand(sqlite_engine, tmp_path):
    load_tables(sqlite_engine, tmp_path / "files", episodes=[make_episode()])
    values = {"clinic_name": "Knee House", "accent": "#aa0000", "logo": logo_value(png())}
    with writing(sqlite_engine) as connection:
        for name, value in values.items():
            write_setting(connection, "main", name, value, date(2024, 1, 1), today=date(2024, 1, 1))
    with reading(sqlite_engine) as connection:
        assert brand(connection, ("main",)) == Brand("Knee House", "#aa0000", png())
        assert brand(connection, ("east", "west")) == Brand("2 clinics")
