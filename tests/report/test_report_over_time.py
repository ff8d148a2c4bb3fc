"""Charts over time: what the clinic noted, intake periods, signs that differ, the funnel's names."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pypdf
import pytest

from dashboard.report.build import build
from dashboard.report.chapters.happened import MOST_PRINTED, WORDS_STAY
from dashboard.report.content import Column, FunnelChart, PeriodChart, Table, TrendChart
from dashboard.report.figure_funnel import funnel
from dashboard.report.figures import svg
from dashboard.report.files import make_all
from dashboard.report.pdf import nothing_shown
from dashboard.sections.trends import document
from sql.queries.decisions import Annotation, Rebase

OLD, SPRING, AUTUMN = date(2001, 5, 2), date(2026, 4, 1), date(2026, 10, 5)
NOTED = (
    Annotation("main", 1, AUTUMN, "Rang everybody who was lost"),
    Annotation("main", 2, OLD, "Founded by Dr Ada Example"),
    Annotation("main", 3, SPRING, "New reminders, by Zoltan"),
)
SECRETS = ("Ada Example", "Zoltan", "Rang everybody", "reminders", "Founded by")


def noted(report, audience: str, notes: tuple[Annotation, ...] = NOTED):
    results = report("big", audience)
    trends = results.found["trends"]
    return replace(results, found={**results.found, "trends": replace(trends, annotations=notes)})


def charts(results, kind: type) -> list:
    return [b for chapter in build(results).chapters for b in chapter.blocks if isinstance(b, kind)]


def table(results, name: str) -> Table:
    return next(t for chapter in build(results).chapters for t in chapter.tables if t.name == name)


def test_events_have_one_number_on_every_chart_and_in_the_list(report):
    results = noted(report, "clinic")
    (intake,) = charts(results, PeriodChart)
    assert {intake.labels[at]: number for at, number in intake.notes} == {"Apr 2026": "2", "Oct 2026": "3"}
    first = charts(results, TrendChart)[0]
    assert [(first.labels[at], number) for at, number in first.notes] == [("Apr 2026", "2")]
    assert "Mark 2 in Apr 2026." in first.alt
    listed = table(results, "happened")
    assert listed.rows == (
        (3, AUTUMN, "Rang everybody who was lost"),
        (2, SPRING, "New reminders, by Zoltan"),
        (1, OLD, "Founded by Dr Ada Example"),
    )
    assert listed.paper_rows == 2, "the charts begin long after 2001"
    points = table(results, "trend_points")
    at = [column.name for column in points.columns].index("happened")
    assert {row[at] for row in points.rows if row[1] == "Apr 2026"} == {"2"}


def test_without_events_there_is_no_list_and_no_mark(report):
    results = noted(report, "clinic", ())
    assert "happened" not in {t.name for chapter in build(results).chapters for t in chapter.tables}
    assert not any(chart.notes for chart in charts(results, TrendChart) + charts(results, PeriodChart))


def test_many_events_print_the_latest_and_say_so(report):
    many = tuple(Annotation("main", n, date(2026, 4, n), f"event {n}") for n in range(1, 21))
    listed = table(noted(report, "clinic", many), "happened")
    assert listed.paper_rows == MOST_PRINTED
    assert listed.rows[0][2] == "event 20"
    assert len(listed.rows) == 20
    assert "workbook" in listed.note


def test_to_share_the_day_stays_and_the_words_do_not(report):
    results = noted(report, "sharing")
    contents = make_all(results, ("pdf", "xlsx", "csv"))
    pages = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(contents["pdf"])).pages)
    assert "1 April 2026" in pages
    assert WORDS_STAY in " ".join(pages.split())
    with zipfile.ZipFile(io.BytesIO(contents["csv"])) as archive:
        files = "\n".join(archive.read(name).decode() for name in archive.namelist())
    with zipfile.ZipFile(io.BytesIO(contents["xlsx"])) as archive:
        book = "\n".join(archive.read(name).decode() for name in archive.namelist())
    for secret in SECRETS:
        assert secret not in pages + files + book, secret


@pytest.mark.parametrize(("audience", "words"), [("clinic", "New reminders, by Zoltan"), ("sharing", None)])
def test_the_json_keeps_the_clinics_words_inside_too(report, audience, words):
    trends = noted(report, audience).found["trends"]
    first = replace(
        trends.trends[0], rebases=(Rebase("intake", date(2026, 1, 1), "New reminders, by Zoltan"),)
    )
    made = document(replace(trends, trends=(first, *trends.trends[1:])))
    assert [note["day"] for note in made["annotations"]] == ["2026-10-05", "2001-05-02", "2026-04-01"]
    assert made["annotations"][2]["text"] == words
    assert made["measures"][0]["rebases"] == [{"month": "2026-01-01", "reason": words}]


def trend_chart(signal: str) -> TrendChart:
    return TrendChart(
        "t", "t", "", "t", ("Jan 2026", "Feb 2026"), (0.4, 0.6), (0.5, 0.5), (0.1, 0.1), (0.9, 0.9), ("", signal),
        (False, False), ((1, "7"),), share=True, table="t", rows_of="t",
    )  # fmt: skip


def test_points_for_the_better_and_the_worse_differ_in_colour_and_shape():
    pictures = {kind: svg(trend_chart(kind)).decode() for kind in ("", "improvement", "concern", "neutral")}
    assert "#e46c0a" in pictures["concern"]
    assert "#e46c0a" not in pictures["improvement"]
    assert "#00b0f0" in pictures["improvement"]
    assert "#490092" in pictures["neutral"]
    assert all(">7<" in picture for picture in pictures.values()), "the mark of what happened"


def test_intake_periods_are_a_chart_where_there_is_a_course_and_else_a_table(report):
    big, one = report("big"), report("one")
    (chart,) = charts(big, PeriodChart)
    assert table(big, "intake_periods").on_paper == "no"
    assert [row[0] for row in table(big, "intake_periods").rows] == list(chart.labels)
    assert [row[2] for row in table(big, "intake_periods").rows] == list(chart.y)
    assert charts(one, PeriodChart) == []
    assert table(one, "intake_periods").on_paper == "table"


def names_of(points: tuple[tuple[str, float, float, bool], ...]) -> list[tuple[str, float, float]]:
    x = (10.0, 60.0)
    limits = (("95 %", x, (0.3, 0.4), (0.8, 0.7)), ("99.8 %", x, (0.2, 0.3), (0.9, 0.8)))
    chart = FunnelChart("f", "f", "", "f", points, 0.55, limits, "people", "t", "l")
    texts = funnel(chart).axes[0].texts
    return [(text.get_text(), *text.xyann) for text in texts if text.get_text().startswith("T")]


def test_names_of_units_at_one_place_do_not_cover_each_other():
    found = names_of(tuple((f"T{n:02}", 40.0, 0.5, False) for n in range(6)))
    assert len(found) == 6
    for number, (_, x, y) in enumerate(found):
        for _, other_x, other_y in found[number + 1 :]:
            assert abs(x - other_x) >= 12 or abs(y - other_y) >= 8


def test_units_without_a_name_are_drawn_and_not_named():
    assert [name for name, *_ in names_of((("", 40.0, 0.5, False), ("T02", 50.0, 0.9, True)))] == ["T02"]


@pytest.mark.parametrize(
    ("cells", "empty"),
    [
        (("fewer than 8", None), True),
        (("not shown", "not shown"), True),
        (("not shown", 0), False),
        (("not reached", None), False),
        ((None, None), False),
    ],
)
def test_a_table_whose_every_number_is_withheld_is_not_printed(cells, empty):
    columns = (Column("a", "a", "text", "a"), Column("b", "b", "count", "b"), Column("c", "c", "share", "c"))
    assert nothing_shown(Table("t", "t", columns, (("words", *cells),))) is empty


def test_the_workbook_has_charts_of_funnel_and_periods_and_prints_with_its_headers(report):
    book = openpyxl.load_workbook(io.BytesIO(make_all(noted(report, "clinic"), ("xlsx",))["xlsx"]))
    assert len(book["Therapists, for reflection"]._charts) == 1
    assert len(book["Better or worse"]._charts) == len(charts(report("big"), TrendChart)) + 1
    assert book["Trend points"].print_title_rows == "$1:$1"
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0, "one page wide, as many high as it takes"
        widths = sum(dimension.width for dimension in sheet.column_dimensions.values())
        assert widths < 330, f"{sheet.title} would print too small"
