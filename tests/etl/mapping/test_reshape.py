"""What each key of a mapping does to a small file. Expected cells are written out, not computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import reader_of, rows_of, scores_entry, values

from etl.errors import FileStop
from etl.mapped_columns import Surroundings


def visits(columns: str, more: str = "") -> str:
    return f'[files.v]\ntable = "visits"\n{more}\n[files.v.columns]\npatient_id = "id"\nvisit_date = "day"\n{columns}'


def episodes(columns: str) -> str:
    return (
        '[files.e]\ntable = "episodes"\n[files.e.columns]\nepisode_id = "id"\ncondition = { const = "pfps" }\n'
        f'first_visit_date = "day"\ntherapist = {{ const = "T1" }}\n{columns}'
    )


# --- numbers


def test_words_become_numbers_only_through_map(tmp_path):
    rule = '{ from = "v", map = { mild = 2, "no pain" = 0, unsure = "" } }'
    assert values(rule, ["mild", " No  Pain ", "7", "moderate", "unsure"], tmp_path) == [
        "2", "0", "7", "moderate", "",
    ]  # fmt: skip


def test_a_word_that_no_map_knows_is_left_to_the_contract(tmp_path):
    assert values('"v"', ["5-6", ">7", "nan", "1_0", "7/10"], tmp_path) == ["5-6", ">7", "nan", "1_0", "7/10"]


@pytest.mark.parametrize(
    ("scale", "cell", "expected"),
    [
        ("0-100 to 0-10", "70", "7"),
        ("0-100 to 0-10", "55", "5.5"),
        ("0-100 to 0-10", "33", "3.3"),
        ("0-100 to 0-10", "0", "0"),
        ("0-4 to 4-0", "1", "3"),
        ("1-5 to 0-10", "2", "2.5"),
        ("0 – 100 to 0 – 10", "70.0", "7"),
        ("-5-5 to 0-10", "-5", "0"),
        ("0-100 to 0-10", "101", "!range"),
        ("0-100 to 0-10", "-1", "!range"),
        ("0-100 to 0-10", "7/10", "!number"),
        ("0-100 to 0-10", "1e1", "!number"),
        ("0-100 to 0-10", "", ""),
    ],
)
def test_scale(scale, cell, expected, tmp_path):
    assert values(f'{{ from = "v", scale = "{scale}" }}', [cell], tmp_path) == [expected]


def test_decimal_comma_only_where_declared(tmp_path):
    cells = ["6,5", "6", "6.5", "1.234,5", "6,5,1"]
    declared = values('"v"', cells, tmp_path, 'format = { decimal = "," }')
    assert declared == ["6.5", "6", "!number", "!number", "6,5,1"]
    assert values('"v"', ["6,5"], tmp_path) == ["6,5"]


def test_strip_suffix(tmp_path):
    rule = '{ from = "v", strip_suffix = ["%", " KM"], scale = "0-100 to 0-10" }'
    assert values(rule, ["70%", "70 %", "70 km", "70 m"], tmp_path) == ["7", "7", "7", "!number"]


def test_first_number_of_a_label(tmp_path):
    cells = [
        "6 – moderate",
        "0 (no pain)",
        "10 = worst",
        "7",
        "5-6",
        "5 or 6",
        "6moderate",
        "moderate 6",
        "-6",
    ]
    assert values('{ from = "v", parse = "first_number" }', cells, tmp_path) == [
        "6", "0", "10", "7", "5-6", "5 or 6", "6moderate", "moderate 6", "-6",
    ]  # fmt: skip


def test_null_tokens_and_missing_codes_mean_missing_and_never_zero(tmp_path):
    more = 'null_tokens = ["n/a", "-"]\nmissing_codes = [-999, "88"]'
    cells = ["N/A", " - ", "-999", "-999.0", "88", "99", "UNK", "8"]
    assert values('"v"', cells, tmp_path, more) == ["", "", "", "", "", "99", "UNK", "8"]
    assert values('"v"', ["-999"], tmp_path) == ["-999"]


def test_missing_codes_of_one_column_leave_the_others_alone(tmp_path):
    entry = scores_entry(more="missing_codes = { value = [9] }")
    rows = rows_of(reader_of(entry, "id,day,v\n9,2024-01-08,9\n", tmp_path))
    assert rows == [
        {"line": "2", "episode_id": "9", "scored_on": "2024-01-08", "instrument": "NPRS", "value": ""}
    ]


def test_missing_codes_never_touch_codes_of_people(tmp_path):
    rows = rows_of(
        reader_of(scores_entry(more="missing_codes = [88]"), "id,day,v\n88,2024-01-08,88\n", tmp_path)
    )
    assert [(row["episode_id"], row["value"]) for row in rows] == [("88", "")]


def test_age_becomes_a_band(tmp_path):
    cells = ["17", "18", "24.9", "25", "44", "45", "54", "64", "65", "120", "121", "-1", "35_44", "forty"]
    lines = "".join(f"E{n},2024-01-08,{cell}\n" for n, cell in enumerate(cells))
    entry = episodes('age_band = { from = "age", parse = "age_band" }')
    rows = rows_of(reader_of(entry, "id,day,age\n" + lines, tmp_path))
    assert [row["age_band"] for row in rows] == [
        "under_18", "18_24", "18_24", "25_34", "35_44", "45_54", "45_54", "55_64", "65_plus", "65_plus",
        "!range", "!range", "35_44", "forty",
    ]  # fmt: skip


# --- dates


def dated(formats: str, cells: list[str], folder: Path, around: Surroundings | None = None) -> list[str]:
    entry = scores_entry().replace(
        'scored_on = "day"', f'scored_on = {{ from = "day", formats = {formats} }}'
    )
    csv = "id,day,v\n" + "".join(f'E{n},"{cell}",3\n' for n, cell in enumerate(cells))
    reader = reader_of(entry, csv, folder, around)
    found = [row["scored_on"] for row in rows_of(reader)]
    found += [f"{rule}: {column}" for rule, column in reader.notes]
    return found


def test_declared_formats_in_order_each_counted(tmp_path):
    assert dated('["%d/%m/%Y", "iso"]', ["03/04/2024", "2024-04-05", "05/04/2024", "31/02/2024", "1 May"], tmp_path) == [
        "2024-04-03", "2024-04-05", "2024-04-05", "!no_such_day", "!date_format",
        "mixed_dates: scored_on (%d/%m/%Y 2×, iso 1×)",
    ]  # fmt: skip


def test_one_way_of_writing_dates_is_nothing_to_note(tmp_path):
    assert dated('"%d/%m/%Y"', ["03/04/2024", "04/04/2024"], tmp_path) == ["2024-04-03", "2024-04-04"]


def test_day_numbers_only_where_declared(tmp_path):
    assert dated('["%d/%m/%Y", "excel-serial"]', ["45352"], tmp_path) == ["2024-03-01"]
    assert dated('"%d/%m/%Y"', ["45352"], tmp_path) == ["!date_format"]


def test_without_formats_dates_are_left_to_the_contract(tmp_path):
    rows = rows_of(reader_of(scores_entry(), "id,day,v\nE1,03/04/2024,3\n", tmp_path))
    assert rows[0]["scored_on"] == "03/04/2024"


def test_a_spreadsheets_own_dates_need_no_format(tmp_path):
    typed = Surroundings(typed=True)
    assert (
        dated('"%d/%m/%Y"', ["2024-04-03 00:00:00", "03/04/2024"], tmp_path, typed)[:2] == ["2024-04-03"] * 2
    )
    rows = rows_of(reader_of(scores_entry(), "id,day,v\nE1,2024-04-03T09:00:00,3\n", tmp_path, typed))
    assert rows[0]["scored_on"] == "2024-04-03"


def test_month_and_year_keep_their_precision(tmp_path):
    entry = episodes('onset_date = { from = "onset", formats = ["%d/%m/%Y", "%m/%Y", "%Y"] }')
    csv = "id,day,onset\nE1,2024-03-01,12/2023\nE2,2024-03-01,2023\nE3,2024-03-01,05/12/2023\n"
    assert [row["onset_date"] for row in rows_of(reader_of(entry, csv, tmp_path))] == [
        "2023-12",
        "2023",
        "2023-12-05",
    ]


def test_stamps_become_days_of_the_clinic(tmp_path):
    entry = 'timezone = "Australia/Sydney"\n' + visits("").replace(
        '"day"', '{ from = "day", formats = "iso" }'
    )
    around = Surroundings(timezone="Australia/Sydney")
    rows = rows_of(reader_of(entry, "id,day\nP1,2024-07-01T14:30:00Z\n", tmp_path, around))
    assert rows[0]["visit_date"] == "2024-07-02"
    with pytest.raises(FileStop) as stop:
        rows_of(
            reader_of(
                visits("").replace('"day"', '{ from = "day", formats = "iso" }'),
                "id,day\nP1,2024-07-01T14:30:00Z\n",
                tmp_path,
            )
        )
    assert stop.value.rule == "undeclared_timezone"


# --- words


def test_map_by_word_by_pattern_and_by_the_rest(tmp_path):
    entry = episodes("").replace(
        '{ const = "pfps" }',
        '{ from = "type", map = { "*runner*knee*" = "pfps", "ITB initial" = "itbs", "*knee*" = "other_knee", "*" = "other" } }',
    )
    cells = ["Initial: Runner’s Knee", "itb  INITIAL", "Knee review", "Massage", "pfps", ""]
    csv = "id,day,type\n" + "".join(f"E{n},2024-03-01,{cell}\n" for n, cell in enumerate(cells))
    assert [row["condition"] for row in rows_of(reader_of(entry, csv, tmp_path))] == [
        "pfps", "itbs", "other_knee", "other", "other", "",
    ]  # fmt: skip


def test_an_empty_cell_may_have_a_word(tmp_path):
    entry = visits('status = { from = "s", map = { "" = "attended", DNA = "did_not_attend" } }')
    rows = rows_of(reader_of(entry, "id,day,s\nP1,2024-03-01,\nP2,2024-03-01,dna\n", tmp_path))
    assert [row["status"] for row in rows] == ["attended", "did_not_attend"]


def test_the_first_ticked_column_decides(tmp_path):
    entry = visits(
        'status = { from = ["Cancelled at", "DNA"], parse = "first_ticked", '
        'map = { "Cancelled at" = "cancelled", DNA = "did_not_attend", "*" = "attended" } }'
    )
    csv = "id,day,cancelled AT,DNA\nA,2024-03-01,2024-02-01,no\nB,2024-03-01,,Yes\nC,2024-03-01,,0\nD,2024-03-01,false,1\n"
    rows = rows_of(reader_of(entry, csv, tmp_path))
    assert [row["status"] for row in rows] == ["cancelled", "did_not_attend", "attended", "did_not_attend"]


def test_checkbox_columns_become_one_list(tmp_path):
    entry = visits(
        'treatments = { from = "tx", parse = "checkboxes", map = { 1 = "soft_tissue", 2 = "orthoses", 3 = "" } }'
    )
    csv = "id,day,tx___1,tx___2,tx___3,tx___9\nA,2024-03-01,1,1,1,0\nB,2024-03-01,0,0,0,0\nC,2024-03-01,0,0,0,1\n"
    rows = rows_of(reader_of(entry, csv, tmp_path))
    assert [row["treatments"] for row in rows] == ["soft_tissue;orthoses", "", "9"]


def test_several_answers_in_one_cell(tmp_path):
    columns = (
        '{ from = "tx", parse = "comma_list", map = { "Soft tissue" = "soft_tissue", Insoles = "orthoses" } }'
    )
    csv = 'id,day,tx\nA,2024-03-01,"soft tissue, Insoles"\nB,2024-03-01,Magic\n'
    rows = rows_of(reader_of(visits(f"treatments = {columns}"), csv, tmp_path))
    assert [row["treatments"] for row in rows] == ["soft_tissue;orthoses", "Magic"]
    rows = rows_of(
        reader_of(
            visits(f"treatments = {columns.replace('comma', 'semicolon')}"),
            csv.replace(", I", ";I"),
            tmp_path,
        )
    )
    assert rows[0]["treatments"] == "soft_tissue;orthoses"


def test_joined_columns_make_a_code(tmp_path):
    entry = scores_entry().replace(
        'episode_id = "id"', 'episode_id = { from = ["id", "n"], parse = "joined" }'
    )
    rows = rows_of(reader_of(entry, "id,n,day,v\nP1,2,2024-01-08,3\nP1,,2024-01-08,3\n", tmp_path))
    assert [row["episode_id"] for row in rows] == ["P1:2", ""]


def test_the_line_as_a_code_where_a_file_has_none(tmp_path):
    entry = scores_entry().replace('"id"', '{ parse = "line_number" }')
    rows = rows_of(reader_of(entry, "day,v\n2024-01-08,3\n\n2024-01-08,4\n", tmp_path))
    assert [row["episode_id"] for row in rows] == ["line-2", "line-4"]


def test_a_reworded_question_has_two_headers(tmp_path):
    entry = scores_entry('["Pain now?", "How bad is it?"]')
    csv = "id,day,Pain now?,How bad is it?\nE1,2024-01-08,3,\nE2,2024-01-08,,4\nE3,2024-01-08,5,5\nE4,2024-01-08,5,6\n"
    assert [row["value"] for row in rows_of(reader_of(entry, csv, tmp_path))] == [
        "3",
        "4",
        "5",
        "!answers_differ",
    ]
    rows = rows_of(reader_of(entry, "id,day,How bad is it?\nE2,2024-01-08,4\n", tmp_path))
    assert rows[0]["value"] == "4"


def test_pseudonymise(tmp_path):
    entry = scores_entry().replace('episode_id = "id"', 'patient_id = { from = "id", pseudonymise = true }')
    around = Surroundings(pseudonym=lambda text: f"code-of-{len(text)}")
    rows = rows_of(reader_of(entry, "id,day,v\n1234,2024-01-08,3\n,2024-01-08,3\n", tmp_path, around))
    assert [row["patient_id"] for row in rows] == ["code-of-4", ""]


def test_control_characters_are_refused_and_fake_nothing(tmp_path):
    csv = (
        "id,day,v\nE1,2024-01-08,\x1frange\x1fJo Smith\nE2,2024-01-08,\x1fno_rule\x1f9\nE3,2024-01-08,3\x07\n"
    )
    rows = rows_of(reader_of(scores_entry(), csv, tmp_path))
    assert [row["value"] for row in rows] == ["!control_character"] * 3


# --- rows


def test_headers_match_by_case_width_and_spaces(tmp_path):
    csv = "ＩＤ,  Day ,V\nE1,2024-01-08,3\n"
    assert rows_of(reader_of(scores_entry(), csv, tmp_path))[0]["episode_id"] == "E1"


def test_an_exact_header_comes_before_a_similar_one(tmp_path):
    entry = scores_entry(more='drop = ["V"]')
    rows = rows_of(reader_of(entry, "id,day,v,V\nE1,2024-01-08,3,9\n", tmp_path))
    assert rows[0]["value"] == "3"


def test_filters_leave_rows_out_and_count_them(tmp_path):
    more = (
        'filters = [{ column = "code", is = ["72514-3", 38208] }, { column = "note", filled = false }, '
        '{ column = "unit", is_not = "mm" }, { column = ["place", "site"], like = "knee*" }]'
    )
    lines = [
        "E1,2024-01-08,1,72514-3,,cm,Knee left",
        "E2,2024-01-08,2,38208,,,KNEE",
        "E3,2024-01-08,3,1,,cm,knee",
        "E4,2024-01-08,4,38208,x,cm,knee",
        "E5,2024-01-08,5,38208,,MM,knee",
        "E6,2024-01-08,6,38208,,cm,hip",
    ]
    reader = reader_of(
        scores_entry(more=more), "id,day,v,code,note,unit,site\n" + "\n".join(lines) + "\n", tmp_path
    )
    assert [row["episode_id"] for row in rows_of(reader)] == ["E1", "E2"]
    reader.header()
    assert [chunk.filtered for chunk in reader.chunks()] == [4]


def test_melt_gives_a_row_per_filled_column_with_its_constants(tmp_path):
    entry = """
[files.x]
table = "scores"
filters = [{ column = "done", is = "yes" }]
[files.x.columns]
episode_id = "id"
scored_on = "day"
[[files.x.melt]]
columns = { value = "run", instrument = { const = "NPRS" }, context = { const = "running" } }
[[files.x.melt]]
columns = { value = "akps", instrument = { const = "AKPS" }, scored_on = "akps_day" }
filters = [{ column = "akps_done", is = 1 }]
"""
    csv = (
        "id,day,done,run,akps,akps_day,akps_done\n"
        "E1,2024-01-08,yes,6,71,2024-01-09,1\n"
        "E2,2024-01-08,yes,,72,2024-01-09,1\n"
        "E3,2024-01-08,yes,7,73,2024-01-09,0\n"
        "E4,2024-01-08,yes,,,,1\n"
        "E5,2024-01-08,no,1,74,2024-01-09,1\n"
    )
    reader = reader_of(entry, csv, tmp_path)
    rows = [(r["line"], r["scored_on"], r["instrument"], r["context"], r["value"]) for r in rows_of(reader)]
    assert rows == [
        ("2", "2024-01-08", "NPRS", "running", "6"),
        ("4", "2024-01-08", "NPRS", "running", "7"),
        ("2", "2024-01-09", "AKPS", "", "71"),
        ("3", "2024-01-09", "AKPS", "", "72"),
    ]
    assert sum(chunk.filtered for chunk in reader.chunks()) == 2  # E4 and E5 give no row


def test_the_cells_of_a_broken_row_stay_broken(tmp_path):
    reader = reader_of(scores_entry(), "id,day,v\nE1,2024-01-08\nE2,2024-01-08,3\n", tmp_path)
    assert [row["episode_id"] for row in rows_of(reader)] == ["E2"]
    assert [chunk.broken for chunk in reader.chunks()] == [[(2, "field_count", "2 fields, 3 expected")]]


# --- what is said of a file


def notes(mapping: str, csv: str, folder: Path) -> list[tuple[str, str]]:
    reader = reader_of(mapping, csv, folder)
    rows_of(reader)
    return reader.notes


def stop_of(mapping: str, csv: str, folder: Path) -> tuple[str, str, str]:
    with pytest.raises(FileStop) as stop:
        reader_of(mapping, csv, folder).header()
    return stop.value.rule, stop.value.column, stop.value.detail


def test_other_columns_are_said_dropped_or_stop(tmp_path):
    csv = "id,day,v,Mood,Shoe size\nE1,2024-01-08,3,x,y\n"
    assert notes(scores_entry(), csv, tmp_path) == [("unknown_column", "Mood, Shoe size")]
    assert notes(scores_entry(more='drop = ["mood"]'), csv, tmp_path) == [("unknown_column", "Shoe size")]
    assert notes(scores_entry(more='drop = ["mood", "shoe*"]'), csv, tmp_path) == []
    assert notes(scores_entry(more='unknown_columns = "drop"'), csv, tmp_path) == []
    entry = scores_entry(more='unknown_columns = "stop"')
    assert stop_of(entry, csv, tmp_path)[:2] == ("undeclared_column", "Mood, Shoe size")


def test_an_optional_column_that_is_not_there_is_said(tmp_path):
    entry = scores_entry() + 'context = "ctx"\nreporter = ["who", "by"]\n'
    assert notes(entry, "id,day,v,by\nE1,2024-01-08,3,patient\n", tmp_path) == [("column_not_found", "ctx")]


def test_a_required_column_that_is_not_there_stops(tmp_path):
    entry = scores_entry('["Pain", "Score"]')
    assert stop_of(entry, "id,day\nE1,2024-01-08\n", tmp_path) == (
        "missing_column", "Pain or Score", "the mapping names it",
    )  # fmt: skip
    assert stop_of(scores_entry(), "day,v\n2024-01-08,3\n", tmp_path)[:2] == ("missing_column", "id")
    more = 'filters = [{ column = "kind", filled = true }]'
    assert stop_of(scores_entry(more=more), "id,day,v\nE1,2024-01-08,3\n", tmp_path) == (
        "missing_column", "kind", "a filter of the mapping needs it",
    )  # fmt: skip


def test_a_melted_column_that_is_not_there_leaves_the_others(tmp_path):
    entry = scores_entry().replace('value = "v"\n', "") + (
        '[[files.x.melt]]\ncolumns = { value = "a" }\n[[files.x.melt]]\ncolumns = { value = "b" }\n'
    )
    reader = reader_of(entry, "id,day,b\nE1,2024-01-08,3\n", tmp_path)
    assert [row["value"] for row in rows_of(reader)] == ["3"]
    assert ("column_not_found", "a") in reader.notes
    assert stop_of(entry, "id,day,c\nE1,2024-01-08,3\n", tmp_path)[:2] == ("missing_column", "a, b")


def test_a_header_twice_stops_unless_it_is_dropped(tmp_path):
    csv = "id,day,v,Note,note \nE1,2024-01-08,3,a,b\n"
    assert stop_of(scores_entry(), csv, tmp_path)[:2] == ("duplicate_header", "Note")
    assert notes(scores_entry(more='drop = ["note"]'), csv, tmp_path) == []


def test_changed_cells_are_counted(tmp_path):
    entry = scores_entry('{ from = "v", map = { mild = 2 } }')
    reader = reader_of(entry, "id,day,v\nE1,2024-01-08,mild\nE2,2024-01-08,2\nE3,2024-01-08,mild\n", tmp_path)
    rows_of(reader)
    assert reader.normalised == 2
