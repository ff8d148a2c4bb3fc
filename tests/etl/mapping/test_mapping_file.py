"""A mapping file that is wrong is refused; the message has the path of the key and the allowed words."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.appointments import MAPPABLE
from etl.errors import UsageError
from etl.mapping import FileRule, Mapping, columns_of
from etl.mapping_file import MappingError, parse_mapping, read_mapping, read_preset

GOOD = """
[files.answers]
table = "scores"
[files.answers.columns]
episode_id = "Code"
scored_on = { from = "When", formats = ["%d/%m/%Y"] }
instrument = { const = "NPRS" }
value = "Pain"
"""


def good_with(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def read(text: str) -> Mapping:
    return parse_mapping(text.encode(), "m.toml")[0]


def says(text: str) -> str:
    with pytest.raises(MappingError) as error:
        read(text)
    return str(error.value)


def test_a_good_mapping():
    rule = read(GOOD).files["answers"]
    assert rule.table == "scores"
    assert rule.columns["value"].from_ == ("Pain",)  # a text alone is short for from
    assert rule.unknown_columns == "warn"
    assert rule.match == ("*",)


COLUMN = "files.answers.columns"
WRONG = [
    ('table = "scores"', 'tabel = "scores"', "files.answers: 'tabel' is not a key here (perhaps table); allowed: match, table"),
    ('table = "scores"', 'table = "score"', "files.answers.table: allowed: episodes, running, scores, visits, assessments, appointments (perhaps scores)"),
    ('value = "Pain"', 'valeu = "Pain"\nvalue = "Pain"', f"{COLUMN}.valeu: scores has no such column (perhaps value); allowed: episode_id"),
    ('value = "Pain"', 'value = { form = "Pain" }', f"{COLUMN}.value: 'form' is not a key here (perhaps from); allowed: from, const, parse"),
    ('value = "Pain"', 'value = { from = "Pain", parse = "guess" }', f"{COLUMN}.value.parse: allowed: 'text', 'date', 'number'"),
    ('value = "Pain"', 'value = { from = "Pain", parse = "date" }', f"{COLUMN}.value.parse: for value allowed: number, first_number"),
    ('value = "Pain"', 'value = { from = "Pain", const = "3" }', f"{COLUMN}.value: give either `from` or `const`"),
    ('value = "Pain"', "value = {}", f"{COLUMN}.value: give either `from` or `const`"),
    ('value = "Pain"', 'value = { const = "3", scale = "0-100 to 0-10" }', f"{COLUMN}.value: `const` stands alone; remove scale"),
    ('value = "Pain"', 'value = { from = "Pain", scale = "a tenth" }', f'{COLUMN}.value.scale: written like "0-100 to 0-10"'),
    ('value = "Pain"', 'value = { from = "Pain", scale = "5-5 to 0-10" }', f'{COLUMN}.value.scale: written like "0-100 to 0-10"'),
    ('value = "Pain"', 'value = { from = "Pain", map = { mild = "low" } }', f'{COLUMN}.value.map."mild": a number is needed'),
    ('value = "Pain"', 'value = { from = "Pain", pseudonymise = true }', f"{COLUMN}.value.pseudonymise: value is no code"),
    ('value = "Pain"', 'value = { from = "Pain", formats = ["%Y"] }', f"{COLUMN}.value.formats: value is no date"),
    ('value = "Pain"', 'value = { from = "Pain", lookup = { file = "x", key = "a", value = "b" } }', f"{COLUMN}.value.lookup.file: there is no such entry; allowed: answers"),
    ('value = "Pain"', 'value = { from = "Pain", lookup = { file = "answers", key = "a" } }', f"{COLUMN}.value.lookup.value: is needed"),
    ('value = "Pain"', "", f"{COLUMN}: value of scores must be given"),
    ('episode_id = "Code"', "", f"{COLUMN}: episode_id or patient_id of scores must be given"),
    ('episode_id = "Code"', 'episode_id = { from = "Code", scale = "0-1 to 0-2" }', f"{COLUMN}.episode_id.scale: episode_id is no number"),
    ('const = "NPRS"', 'const = "NRS"', f"{COLUMN}.instrument.const: allowed: NPRS, VAS10"),
    ('instrument = { const = "NPRS" }', 'instrument = { from = "Scale", map = { k = "KUJALA" } }', f'{COLUMN}.instrument.map."k": allowed: NPRS'),
    ("%d/%m/%Y", "%d/%m/%y", f"{COLUMN}.scored_on.formats[1]: two-digit years are refused: export the year with four digits, %Y"),
    ("%d/%m/%Y", "dd/mm/yyyy", f"{COLUMN}.scored_on.formats[1]: 'dd/mm/yyyy' is not known; allowed: %Y, %m, %d"),
    ("%d/%m/%Y", "%d/%m/%Q%Y", f"{COLUMN}.scored_on.formats[1]: %Q is not known; allowed: %Y"),
    ("%d/%m/%Y", "%d/%m", f"{COLUMN}.scored_on.formats[1]: the year is missing: %Y"),
    ("%d/%m/%Y", "%d %Y", f"{COLUMN}.scored_on.formats[1]: the month is missing: %m, %b or %B"),
    ("%d/%m/%Y", "%m/%Y", f"{COLUMN}.scored_on.formats[1]: scored_on needs the day"),
    ("%d/%m/%Y", "%d/%m/%Y %I:%M", f"{COLUMN}.scored_on.formats[1]: %I and %p belong together"),
    ("%d/%m/%Y", "%d/%m/%Y %d", f"{COLUMN}.scored_on.formats[1]: a sign stands in it twice"),
    ("%d/%m/%Y", "%d/%m/%Y %z", f"{COLUMN}.scored_on.formats[1]: %z needs a time zone; add timezone, like Europe/London"),
    ('table = "scores"', 'table = "scores"\ntimezone = "London"', "files.answers.timezone: not a time zone; it is written like Europe/London"),
    ('table = "scores"', 'table = "scores"\nunknown_columns = "ignore"', "files.answers.unknown_columns: allowed: 'warn', 'drop', 'stop'"),
    ('table = "scores"', 'table = "scores"\nformat = { delimiter = ";;" }', 'files.answers.format.delimiter: one character, like ";"'),
    ('table = "scores"', 'table = "scores"\nformat = { encodings = ["ansi-1"] }', "files.answers.format.encodings: 'ansi-1' is not an encoding; write utf-8, cp1252"),
    ('table = "scores"', 'table = "scores"\nformat = { decimal = ";" }', "files.answers.format.decimal: allowed: '.', ','"),
    ('table = "scores"', 'table = "scores"\nformat = { header_row = 0 }', "files.answers.format.header_row: greater than or equal to 1"),
    ('table = "scores"', 'table = "scores"\nmissing_codes = { pain = [9] }', "files.answers.missing_codes.pain: scores has no such column"),
    ('table = "scores"', 'table = "scores"\nfilters = [{ column = "x" }]', "files.answers.filters[1]: give a condition: is, is_not, like or filled"),
    ('table = "scores"', 'table = "scores"\nmelt = [{ columns = { value = "a", mood = "b" } }]', "files.answers.melt[1].columns.mood: scores has no such column"),
    ('episode_id = "Code"', 'episode_id = { from = "a", parse = "line_number" }', f'{COLUMN}.episode_id: `parse = "line_number"` stands alone'),
    ('value = "Pain"', 'value = { parse = "line_number" }', f"{COLUMN}.value.parse: for value allowed: number, first_number"),
    ('value = "Pain"', "value = 3", f"{COLUMN}.value: a table is needed, like"),
    ('value = "Pain"', "value = { from = true }", f"{COLUMN}.value.from: a list is needed"),
    ('value = "Pain"', "value = { from = [true] }", f"{COLUMN}.value.from[1]: a text is needed, in quotes"),
    ('table = "scores"', 'table = "scores"\nwithout_course = "drop"', "files.answers.without_course: allowed: 'refuse', 'leave_out'"),
    ('table = "scores"', 'table = "scores"\nlink = { file = "clients", code = "Id" }', "files.answers.link: give email or phone"),
    ('table = "scores"', 'table = "scores"\nlink = { file = "clients", code = "Id", email = { here = "E", there = "E" } }', "files.answers.link.file: there is no such entry"),
    ('table = "scores"', "", "files.answers.columns: needs a table; add table, allowed: episodes"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[case[2][:70] for case in WRONG])
def test_a_mistake_is_named_by_its_path_with_what_is_allowed(old: str, new: str, message: str):
    found = says(good_with(old, new))
    assert any(line.startswith(f"m.toml: {message}") for line in found.splitlines()), found


def test_words_of_checkboxes_and_ticks():
    visits = """
[files.v]
table = "visits"
[files.v.columns]
patient_id = "id"
visit_date = "day"
"""
    found = says(visits + 'treatments = { from = ["a", "b"], parse = "checkboxes" }')
    assert "files.v.columns.treatments.from: for checkboxes give one name, the part before ___" in found
    found = says(visits + 'status = { from = ["a", "b"], parse = "first_ticked", map = { a = "cancelled" } }')
    assert "files.v.columns.status.map: for first_ticked every header needs its word; 'b' has none" in found
    found = says(
        visits + 'status = { from = "a", parse = "first_ticked", map = { a = "cancelled", c = "attended" } }'
    )
    assert "headers of `from` or * are allowed, not 'c'" in found
    found = says(visits + 'treatments = { from = "a", parse = "comma_list", map = { x = "magic" } }')
    assert 'files.v.columns.treatments.map."x": allowed: soft_tissue, dry_needling' in found


def test_all_mistakes_are_said_at_once():
    found = says(good_with('value = "Pain"', "").replace("NPRS", "NRS").replace("%d/%m/%Y", "%d/%m"))
    assert len(found.splitlines()) == 3


def test_a_column_from_link_is_not_given_twice():
    text = good_with(
        'table = "scores"',
        'table = "scores"\nlink = { file = "clients", code = "Id", phone = { here = "P", there = "P" } }',
    )
    text += 'patient_id = "x"\n[files.clients]\n'
    assert "files.answers.columns.patient_id: comes from link; remove it" in says(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("files = [", "m.toml: not TOML: "),
        ("", "m.toml: files: is needed"),
        ("[files]", "m.toml: files: give at least one entry, like [files.scores]"),
        ("[files.clients]", "m.toml: files: no entry names a table; allowed: episodes"),
        ("[tables.x]", "m.toml: 'tables' is not a key here; allowed: about, timezone, null_tokens, files"),
        ("code = 'import os'\n[files.x]", "m.toml: 'code' is not a key here"),
    ],
)
def test_files_that_are_no_mapping(text: str, message: str):
    assert says(text).startswith(message)


def test_a_preset_and_a_file_are_told_apart(tmp_path: Path):
    with pytest.raises(UsageError, match=r"'synthea-csv'\. A preset is named by --preset synthea-csv\.$"):
        read_mapping(tmp_path / "synthea-csv")
    with pytest.raises(UsageError, match=r"A file is named by --mapping\.$"):
        read_preset("m.toml")


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(UsageError, match=r"There is no mapping file 'm.toml'"):
        read_mapping(tmp_path / "m.toml")
    (tmp_path / "m.toml").write_bytes(b"about = '\xe9'")
    with pytest.raises(MappingError, match="not UTF-8"):
        read_mapping(tmp_path / "m.toml")
    with pytest.raises(UsageError, match=r"There is no preset 'excel'; there are canonical, cliniko-api"):
        read_preset("excel")


def test_the_hash_is_of_the_content(tmp_path: Path):
    path = tmp_path / "m.toml"
    path.write_text(GOOD)
    _, before = read_mapping(path)
    path.write_text(GOOD + "# a remark\n")
    assert read_mapping(path)[1] != before


def test_every_key_of_an_entry_is_described():
    assert all(field.description for field in FileRule.model_fields.values())


def test_melt_columns_stand_in_for_those_of_the_entry():
    text = good_with('value = "Pain"', "").replace(
        'table = "scores"',
        'table = "scores"\nmelt = [{ columns = { value = "a" } }, { columns = { value = "b" } }]',
    )
    found = [(number, name) for number, name, _ in columns_of(read(text).files["answers"]) if name == "value"]
    assert found == [(0, "value"), (1, "value")]


def test_appointments_take_what_an_episode_has():
    names = {spec.name for spec in MAPPABLE["appointments"].columns}
    assert {"patient_id", "visit_date", "therapist", "condition", "goal", "treatments"} <= names
    assert not names & {"episode_id", "first_visit_date"}


@pytest.mark.parametrize(
    "text",
    [
        '["Jo Zorbelius, 07700 900123"]\nx = 1\n',
        '[files."jo.zorbelius@example.org"]\ntable = "scores"\nnonsense = 1\n',
    ],
)
def test_words_that_may_identify_people_are_not_repeated(text):
    with pytest.raises(MappingError) as caught:
        parse_mapping(text.encode(), "m.toml")
    assert "zorbelius" not in str(caught.value).casefold()
    assert "is not a key here" in str(caught.value)
