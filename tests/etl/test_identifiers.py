"""What identifies a person is recognised by its form, and plain codes are not taken for it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from builders import load_paths, load_tables, make_episode, make_score, rows_of, write_clinic, write_table
from hypothesis import given
from hypothesis import strategies as st

from etl.column_watch import ColumnWatch
from etl.errors import FileStop, IdentifiersFound
from etl.identifiers import (
    BIRTH,
    EMAIL,
    HEALTH_NUMBER,
    PHONE,
    PLAIN_CODE,
    POSTCODE,
    WORDS,
    denied_header,
    has_check_digit,
    identifier_in,
    identifier_in_sentence,
    refuse_constant,
    shown_file_name,
    shown_header,
    stop_if_identifier,
)
from etl.parse import KEY_PATTERN


@pytest.mark.parametrize(
    "header",
    [
        "name", "Name", "first_name", "LastName", "patientName", "PATIENT NAME", "surname", "Maiden", "FIRST", "LAST",
        "dob", "DOB", "Date of Birth", "BIRTHDATE", "birth_year", "address", "Address line 1", "ADDRESS", "postcode",
        "Post code", "ZIP", "e-mail", "E-Mail", "Email address", "patient_email", "phone", "telephone_1", "Mobile (home)",
        "NHS Number", "nhs_no", "NHSNumber", "medicareNo", "notes", "Clinical notes", "comments", "Next of kin", "SSN",
        "PASSPORT", "DRIVERS", "Vorname", "Geburtsdatum", "Straße", "Prénom", "Téléphone", "LAT", "LON",
    ],
)  # fmt: skip
def test_headers_of_identifiers_are_known(header):
    assert denied_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "episode_id", "patient_id", "record_id", "therapist", "site", "condition", "last_contact_date", "first_visit_date",
        "redcap_event_name", "Appointment type name", "instrument_name", "siteName", "Id", "CODE", "START", "What hurts?",
        "shoe_size", "since", "source", "reported_on", "home_exercise", "treatments", "enrolment", "value", "status",
    ],
)  # fmt: skip
def test_other_headers_are_not(header):
    assert denied_header(header) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jo.smith+knee@example.co.uk", EMAIL),
        ("write to jo@example.org, please", EMAIL),
        ("ｊｏ＠example.org", EMAIL),
        ("+44 7700 900123", PHONE),
        ("+447700900123", PHONE),
        ("+44 (0)20 7946 0958", PHONE),
        ("07700 900123", PHONE),
        ("07700900123", PHONE),
        ("call 07700 900 123 after six", PHONE),
        ("020 7946 0958", PHONE),
        ("(02) 9876 5432", PHONE),
        ("0412 345 678", PHONE),
        ("(415) 555-1212", PHONE),
        ("415-555-1212", PHONE),
        ("(212) 555-0148", PHONE),  # whose last digit is what an NHS number's would be
        ("0151 23456789", PHONE),
        ("06 12 34 56 78", PHONE),
        ("SW1A 1AA", POSTCODE),
        ("sw1a 1aa", POSTCODE),
        ("SW1A1AA", POSTCODE),
        ("lives in M1 1AE now", POSTCODE),
        ("GIR 0AA", POSTCODE),
        ("943 476 5919", HEALTH_NUMBER),
        ("943-476-5919", HEALTH_NUMBER),
        ("9434765919", HEALTH_NUMBER),
        ("Jane Mary Smith", WORDS),
        ("Smith, Jane A.", WORDS),
        ("O'Brien Anne-Marie Zoë", WORDS),
        ("knee hurts badly", WORDS),
    ],
)
def test_identifiers_are_recognised_anywhere_in_a_text(text, kind):
    assert identifier_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "", "E1", "pfps", "7 out of 10", "running_without_pain", "2024-01-08", "2024-01-08 09:00", "08.01.2024 09.30",
        "01-02-2024 0900", "2024-01-08T09:00:00Z", "42.36877442769006", "-71.15168585038569", "1719312345", "0000012345",
        "3edac2e3-d223-6fae-d515-daf96ef6bc76", "9434765918", "1234567890", "5.66E+17", "a@b", "@home", "K-2107-H",
        "left knee", "episodes", "scores_2024-10", "LA6113-0", "12", "X1 9ZZZ",
    ],
)  # fmt: skip
def test_other_texts_are_not_taken_for_identifiers(text):
    assert identifier_in(text) == ""


def test_the_check_digit_of_an_nhs_number():
    """The worked example of the NHS data dictionary: 943 476 591 gives the check digit 9."""
    assert [digit for digit in range(10) if has_check_digit(f"943476591{digit}")] == [9]
    assert not has_check_digit("1111111111")
    passing = sum(has_check_digit(str(number)) for number in range(10**9, 10**9 + 11_000))
    assert 900 < passing < 1100  # one in eleven by chance


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("episodes.csv", "episodes.csv"),
        ("clinic export 2024.xlsx", "clinic export 2024.xlsx"),
        ("clinic.xlsx, sheet scores", "clinic.xlsx, sheet scores"),
        ("all.zip, march/episodes.csv", "all.zip, march/episodes.csv"),
        ("Jane Mary Smith.csv", "file no. 3"),
        ("Jane Mary Smith.tar.gz", "file no. 3"),
        ("Jane Mary Smith.csv (running)", "file no. 3"),
        ("form.csv (running)", "form.csv (running)"),
        ("jo@example.org.csv", "file no. 3"),
        ("scores 07700900123.csv", "file no. 3"),
        ("scores_9434765919.csv", "file no. 3"),
        ("SW1A 1AA.csv", "file no. 3"),
        ("clinic.xlsx, sheet Jane Mary Smith", "file no. 3"),
        ("all.zip, Jane Mary Smith/episodes.csv", "file no. 3"),
        ("scores\x1b[2J.csv", "file no. 3"),
    ],
)
def test_a_file_name_is_shown_only_if_it_names_nobody(name, shown):
    assert shown_file_name(name, 3) == shown


def test_a_header_is_shown_only_if_it_is_a_plain_name():
    assert shown_header("shoe_size", 4) == "shoe_size"
    for header in ("What hurts?", "jo@example.org", "07700900123", "9434765919", "", "x" * 65, "SW1A1AA"):
        assert shown_header(header, 4) == "no. 5"


def test_constants_and_refused_cells_are_tested_too():
    with pytest.raises(
        IdentifiersFound, match=r"columns.site.const looks like .* \(telephone number\)"
    ) as raised:
        refuse_constant("07700 900123", "columns.site.const")
    assert raised.value.exit_code == 4
    refuse_constant("main", "columns.site.const")
    stop_if_identifier("not running yet", "status", line=7)
    with pytest.raises(FileStop) as stopped:
        stop_if_identifier("jo@example.org", "status", line=7)
    assert (stopped.value.rule, stopped.value.line, stopped.value.column) == ("identifiers", 7, "status")
    assert stopped.value.detail == EMAIL


# --- columns


def health_numbers(seed: int = 1) -> Iterator[str]:
    chance = random.Random(seed)
    while True:
        number = str(chance.randrange(4_000_000_000, 9_999_999_999))
        if has_check_digit(number):
            yield number


def plain_numbers(count: int, seed: int = 2) -> list[str]:
    chance = random.Random(seed)
    return [str(chance.randrange(10**9, 10**10)) for _ in range(count)]


def some_health_numbers(count: int) -> list[str]:
    numbers = health_numbers()
    return [next(numbers) for _ in range(count)]


def judge(texts: list[str], *, chunk: int = 50) -> str:
    """stop, or how many values are refused, as a file with these codes in chunks would be judged."""
    watch = ColumnWatch("person", 2024)
    try:
        for start in range(0, len(texts), chunk):
            for text in texts[start : start + chunk]:
                watch.see(text, stored=True)
            if watch.sure:
                return "stop"
            watch.settle()
        watch.finish()
    except FileStop:
        return "stop"
    return str(len(watch.held))


CODES = [f"E{n:03}" for n in range(40)]


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (some_health_numbers(1), "stop"),
        (some_health_numbers(3), "stop"),
        (some_health_numbers(200), "stop"),
        ([*some_health_numbers(30), *CODES[:10]], "stop"),
        (plain_numbers(11), "0"),
        (plain_numbers(200), "0"),
        (plain_numbers(5000), "0"),
        ([str(10**9 + n) for n in range(500)], "0"),
        ([*CODES, *some_health_numbers(1)], "1"),
        ([*some_health_numbers(1), *CODES], "1"),
        ([*CODES, *some_health_numbers(2)], "2"),
        ([*CODES, *plain_numbers(30)], "0"),
        ([*plain_numbers(100), *some_health_numbers(60)], "stop"),
        (["07700900123", "07700900124"], "stop"),
        ([*CODES, "07700900123"], "1"),
        (["SW1A1AA", "M11AE", "EC1A1BB"], "stop"),
        ([*CODES, "SW1A1AA"], "1"),
        ([f"{n:010}" for n in range(300)], "0"),
        (["1987-03-02"], "stop"),
        ([*CODES, "1987-03-02"], "stop"),
        ([*CODES, "02.03.1987"], "stop"),
        (["19870302", "19910711", "20011224"], "stop"),
        ([*CODES, "19870302"], "1"),
        ([f"2024{n:04}" for n in range(1, 2000)], "0"),
        ([*CODES, "jane_mary_smith"], "stop"),
        ([*CODES, "E1-w00-NPRS-usual_week", "P1:2024-01-08", "north-london"], "0"),
        ([*CODES, "415-555-1212"], "stop"),
    ],
)
def test_a_column_of_codes_is_judged_as_a_whole(texts, verdict):
    assert judge(texts) == verdict
    assert judge(texts, chunk=7) == verdict


@pytest.mark.parametrize("seed", range(40))
def test_plain_ten_digit_codes_pass_whatever_the_chance(seed):
    assert judge(plain_numbers(300, seed)) == "0"


def test_random_codes_of_letters_and_digits_pass():
    chance = random.Random(3)
    signs = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    assert judge(["".join(chance.choices(signs, k=6)) for _ in range(2000)]) == "0"


def test_names_of_places_may_have_several_words():
    watch = ColumnWatch("label", 2024)
    watch.see("kings-cross-clinic", stored=True)
    assert watch.sure == {}


# --- files


def found(report):
    return [
        (f.stopped_by.file, f.stopped_by.line, f.stopped_by.column, f.stopped_by.rule, f.stop_detail)
        for f in report.files
        if f.stopped_by
    ]


SURE = [
    ("episodes", "therapist", "jo@example.org", EMAIL),
    ("episodes", "therapist", "07700 900123", PHONE),
    ("episodes", "patient_id", "415-555-1212", PHONE),
    ("episodes", "patient_id", "Jane Mary Smith", WORDS),
    ("episodes", "patient_id", "jane_mary_smith", WORDS),
    ("episodes", "patient_id", "1987-03-02", BIRTH),
    ("episodes", "site", "SW1A 1AA", POSTCODE),
    ("episodes", "condition", "jo@example.org", EMAIL),
    ("episodes", "weekly_km_before", "07700 900123", PHONE),
    ("episodes", "onset_date", "jo@example.org", EMAIL),
    ("scores", "value", "(415) 555-1212", PHONE),
    ("scores", "score_id", "SW1A 1AA", POSTCODE),
]


@pytest.mark.parametrize(("table", "column", "cell", "kind"), SURE)
def test_one_identifier_in_a_contract_column_stops_the_file(engine, tmp_path, table, column, cell, kind):
    rows = {
        "episodes": [make_episode(f"E{n}") for n in range(30)],
        "scores": [make_score(f"E{n}") for n in range(30)],
    }
    rows[table][17][column] = cell
    report = load_tables(engine, tmp_path / "in", **rows)
    assert found(report) == [(f"{table}.csv", 19, column, "identifiers", kind)]
    assert (report.exit_code, report.status) == (4, "refused")
    assert rows_of(engine, "episode") == []
    assert rows_of(engine, "load_file", "stopped_by", table_name=table) == [("identifiers",)]


def test_a_column_of_health_numbers_stops_the_file(engine, tmp_path):
    numbers = some_health_numbers(30)
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode(n, patient_id=n) for n in numbers])
    assert found(report) == [("episodes.csv", 1, "episode_id", "identifiers", HEALTH_NUMBER)]
    assert report.exit_code == 4


def test_plain_ten_digit_codes_are_loaded(engine, tmp_path):
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode(n) for n in plain_numbers(300)])
    assert (report.exit_code, report.files[0].inserted) == (0, 300)


def test_a_lone_health_number_refuses_its_row(engine, tmp_path):
    (number,) = some_health_numbers(1)
    episodes = [make_episode(code, patient_id=f"P{code}") for code in CODES]
    episodes.insert(5, make_episode("E5x", patient_id=number))
    report = load_tables(engine, tmp_path / "in", episodes=episodes)
    (problem,) = report.files[0].problems
    assert (problem.line, problem.column, problem.rule, problem.shape) == (
        7,
        "patient_id",
        "identifier",
        "9999999999",
    )
    assert (report.exit_code, report.files[0].rows_read, report.files[0].inserted) == (1, 41, 40)
    assert number not in {row[0] for row in rows_of(engine, "patient", "patient_id")}


def test_a_lone_phone_number_with_a_plus_is_refused_as_a_formula_is(engine, tmp_path):
    report = load_tables(
        engine, tmp_path / "in", episodes=[*map(make_episode, CODES), make_episode("+447700900123")]
    )
    assert [(p.line, p.column, p.rule) for p in report.files[0].problems] == [(42, "episode_id", "key")]


def test_a_column_of_phone_numbers_with_a_plus_stops_the_file(engine, tmp_path):
    report = load_tables(
        engine, tmp_path / "in", episodes=[make_episode(f"+44770090012{n}") for n in range(8)]
    )
    assert found(report) == [("episodes.csv", 1, "episode_id", "identifiers", PHONE)]


def test_words_in_a_footer_refuse_its_row_only(engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode(f"E{n}") for n in range(30)])
    with (folder / "episodes.csv").open("a") as file:
        file.write("Exported by Jane Smith,,,,,\n")
    report = load_paths(engine, folder)
    assert (report.exit_code, {p.line for p in report.files[0].problems}) == (1, {32})


def test_a_judgement_needs_no_second_look_at_the_file(engine, tmp_path, monkeypatch):
    """In small chunks: what waits is let through as soon as chance explains it, and no row is lost."""
    monkeypatch.setattr("etl.readers.delimited.CHUNK_ROWS", 7)
    report = load_tables(engine, tmp_path / "in", episodes=[make_episode(n) for n in plain_numbers(300)])
    assert (report.exit_code, report.files[0].rows_read, report.files[0].inserted) == (0, 300, 300)


UNMAPPED = [
    ("email", "x", "email (email)"),
    ("Home address", "x", "no. 7 (address)"),
    ("contact", "jo@example.org", "contact (e-mail address)"),
    ("extra", "07700 900123", "extra (telephone number)"),
    ("remark1", "knee hurts badly", "remark1 (remark)"),
    ("what", "knee hurts badly", "what (names or free text)"),
    ("where", "SW1A 1AA", "where (postcode)"),
    ("07700900123", "x", "no. 7"),
]


@pytest.mark.parametrize(("header", "cell", "shown"), UNMAPPED)
def test_an_unmapped_column_with_identifiers_is_left_out_and_said(engine, tmp_path, header, cell, shown):
    rows = [make_episode(f"E{n}") for n in range(9)]
    rows[4] |= {header: cell}
    report = load_tables(engine, tmp_path / "in", episodes=[{header: "", **row} for row in rows])
    warning = [(w.column.replace("no. 1 ", "no. 7 "), w.rule) for w in report.files[0].warnings]
    expected = "unknown_column" if shown == "no. 7" else "identifier_column"
    assert warning == [(shown.replace("no. 7", "no. 1") if shown == "no. 7" else shown, expected)]
    assert report.exit_code == 0


def test_a_column_of_health_numbers_that_is_not_mapped_is_said(engine, tmp_path):
    numbers = some_health_numbers(9)
    rows = [{**make_episode(f"E{n}"), "number": numbers[n]} for n in range(9)]
    report = load_tables(engine, tmp_path / "in", episodes=rows)
    assert [(w.column, w.rule) for w in report.files[0].warnings] == [
        ("number (NHS number)", "identifier_column")
    ]
    rows = [{**make_episode(f"E{n}"), "number": n} for n in plain_numbers(300)]
    report = load_tables(engine, tmp_path / "2", episodes=rows)
    assert [(w.column, w.rule) for w in report.files[0].warnings] == [("number", "unknown_column")]


def test_headers_near_to_a_missing_one_are_shown_only_if_they_pass(engine, tmp_path):
    write_table(tmp_path / "episodes.csv", [{"therapist jane mary smith": "x", "episode_id": "E1"}])
    report = load_paths(engine, tmp_path / "episodes.csv")
    assert report.files[0].stop_detail == ""


def test_memory_stays_flat_while_rows_wait(monkeypatch):
    watch = ColumnWatch("person", 2024)
    monkeypatch.setattr(ColumnWatch, "MOST_HELD", 10)
    for text in CODES:
        watch.see(text, stored=True)
    for text in some_health_numbers(11):
        watch.see(text, stored=True)
    with pytest.raises(FileStop):
        watch.settle()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("New gait protocol with step rate for everybody", ""),
        ("Moved to Park Street on 2026-03-01, two therapists joined", ""),
        ("10 new patients a week since March; fee up to 95", ""),
        ("ring 07700 900461", "telephone number"),
        ("ask zebedee@planted.example", "e-mail address"),
        ("patient 943 476 5870 complained", "NHS number"),
        ("moved from ZE1 0QU", "postcode"),
        ("Mrs Quillfeather complained", "name"),
        ("somebody born 02/03/1987 complained", "date of birth"),
    ],
)
def test_a_sentence_may_have_words_but_no_identifier(text: str, kind: str):
    assert identifier_in_sentence(text) == kind


@given(st.from_regex(PLAIN_CODE, fullmatch=True), st.sampled_from(["person", "label", "value"]))
def test_nothing_is_said_of_a_plain_code(code, use):
    """So columns of them are passed by at once, and only counted."""
    seen, passed = ColumnWatch(use, last_year=2026), ColumnWatch(use, last_year=2026)
    seen.see(code, stored=True)
    passed.pass_by(1)
    assert vars(seen) == vars(passed)
    assert KEY_PATTERN.fullmatch(code)
