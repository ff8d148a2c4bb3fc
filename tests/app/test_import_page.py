"""The Import page: a booking system's list and a form's answers matched by hand, and nothing written before Load."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from app.driver import APP, said
from builders import make_episode, rows_of, write_clinic
from streamlit.testing.v1 import AppTest

from dashboard.pages.parts.import_drop import WORKSPACE
from etl.load import LoadRequest, load
from etl.mapping_file import read_mapping
from etl.sources import find_sources
from sql.engine import open_engine
from sql.store import create_or_upgrade

KEY = "k" * 40
PLANTED = ("Bloggs", "Müller", "jo@example.org", "07700", "SW1A", "ruft an", "943 476 5919")
BOOKINGS = (
    "Patientennummer;Name;Handy;Termin;Behandler;Terminart;Status;Bemerkung\n"
    "101;Jürgen Müller;07700 900123;08.01.2024 09:30;Kim Öz;Läuferknie;wahrgenommen;ruft an\n"
    "101;Jürgen Müller;07700 900123;22.01.2024 09:30;Kim Öz;Läuferknie;verschoben;\n"
    "101;Jürgen Müller;07700 900123;29.01.2024 09:30;Kim Öz;Läuferknie;wahrgenommen;\n"
    "102;Jo Bloggs;;31.01.2024 10:00;AB;Tractus;wahrgenommen;SW1A 1AA\n"
).encode("cp1252")
ANSWERS = (
    "Zeitstempel;Ihr Code;E-Mail;Laufen Sie wieder?;Schmerz\n"
    "14.02.2024 09:30;101;jo@example.org;Ja, aber mit Schmerzen;3,5\n"
    "20.03.2024 09:30;101;jo@example.org;es geht ganz ordentlich;2\n"
    "21.03.2024 09:30;102;jo@example.org;;4\n"
).encode("cp1252")

Open = Callable[[], AppTest]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store will be; there is none yet."""
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", f"sqlite:///{tmp_path / 'clinic' / 'store.db'}")
    monkeypatch.setenv("RETURN_TO_RUN_KEY", KEY)
    (tmp_path / "clinic").mkdir()
    return tmp_path / "clinic" / "store.db"


def open_import() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    return app.switch_page(str(APP.parent / "dashboard" / "pages" / "import_data.py")).run()


def dropped(*files: tuple[str, bytes]) -> AppTest:
    app = open_import()
    app.file_uploader[0].set_value([(name, content, "text/plain") for name, content in files]).run()
    assert not app.exception
    return app


def choose(app: AppTest, key: str, value: object) -> None:
    groups = [group for group in app.button_group if group.key == key]
    (groups[0] if groups else app.selectbox(key=key)).set_value(value)
    app.run()
    assert not app.exception


def state(app: AppTest) -> str:
    """The sentence above the files."""
    return app.info[0].value


def everything_shown(app: AppTest) -> str:
    """All that was sent to the browser, but the files that came from it."""
    sent = [element for element in app.main if element.type != "file_uploader" and hasattr(element, "proto")]
    tables = [frame.value.to_string() for frame in app.dataframe]
    return "\n".join([*(str(element.proto) for element in sent), *tables])


def rows(store: Path, table: str, *columns: str) -> list[tuple[object, ...]]:
    engine = open_engine(f"sqlite:///{store}")
    found = rows_of(engine, table, *columns)
    engine.dispose()
    return found


def press_load(app: AppTest) -> AppTest:
    app.button(key="import.load").click().run()
    assert not app.exception
    return app


def test_a_booking_list_and_a_form_are_matched_previewed_loaded_and_taken_back(store: Path):
    app = dropped(("Termine 2024.csv", BOOKINGS), ("Antworten.csv", ANSWERS))
    assert "2 would be refused" in state(app)  # "verschoben", and the long answer
    labels = {box.label: box.value for box in app.selectbox}
    assert labels["wahrgenommen · 3×"] == "attended"
    assert labels["verschoben · 1×"] == ""
    choose(app, next(b.key for b in app.selectbox if b.label == "verschoben · 1×"), "cancelled")
    choose(app, next(b.key for b in app.selectbox if b.label == "Tractus · 1×"), "itbs")
    assert "1 more answers, in 1 rows, are too long to be shown" in said(app)
    typed = next(field for field in app.text_input if field.label == "The answer")
    typed.set_value("es geht ganz ordentlich")
    choose(app, f"{typed.key}.is", "running_with_pain")
    # two courses, four visits, two answers (one row has none), three scores
    assert state(app).startswith("11 rows would be new, 0 updated, 0 unchanged; none would be refused.")
    for text in PLANTED:
        assert text not in everything_shown(app)
    assert not store.exists()
    assert [path.name for path in store.parent.iterdir()] == []

    press_load(app)
    assert "Load 1 is done: 11 rows new or updated" in said(app)
    assert rows(store, "episode", "episode_id", "condition") == [
        ("101:2024-01-08", "pfps"),
        ("102:2024-01-31", "itbs"),
    ]
    assert (
        rows(store, "running_report", "episode_id", "status") == [("101:2024-01-08", "running_with_pain")] * 2
    )
    assert sorted(value for (value,) in rows(store, "score", "value")) == [2.0, 3.5, 4.0]
    content = b"".join(path.read_bytes() for path in store.parent.rglob("*") if path.is_file())
    for text in PLANTED:
        assert text.encode() not in content
        assert text not in everything_shown(app)
    assert WORKSPACE not in app.session_state

    back = next(button for button in app.button if button.label == "Take load 1 back")
    back.click().run()
    assert not app.exception
    assert rows(store, "episode", "episode_id") == []


def test_a_saved_match_is_recognised_next_time_and_loads_with_the_command_line_s_loader(store: Path):
    app = press_load(dropped(("Termine 2024.csv", BOOKINGS.replace(b"verschoben", b"abgesagt"))))
    saved = store.parent / "return-to-run-mappings" / "termine.toml"
    assert "The match is kept as termine.toml" in said(app)
    newer = BOOKINGS.replace(b"verschoben", b"abgesagt") + b"103;x;;12.02.2024 10:00;AB;Knie;wahrgenommen;\n"
    app = dropped(("ganz anders.csv", newer))
    assert app.selectbox(key="import.0.way").value == "0"
    assert "Recognised by its columns. It gives: appointments." in said(app)
    assert state(app).startswith("2 rows would be new, 0 updated, 6 unchanged; none would be refused.")
    assert not [box for box in app.selectbox if box.label == "Therapist (needed)"]

    choose(app, "import.0.way", "by hand")  # to change it: everything stands there as it was said
    assert state(app).startswith("2 rows would be new")
    assert next(field for field in app.text_input if field.key == "import.0.name").value == "termine"

    file = store.parent / "again.csv"
    file.write_bytes(newer)
    engine = create_or_upgrade(f"sqlite:///{store}")
    from etl.pseudonym import Pseudonyms

    pseudonyms = Pseudonyms(KEY.encode())
    sources = find_sources([file], mapping=read_mapping(saved), pseudonym=pseudonyms.pseudonymise)
    report = load(engine, LoadRequest(sources, today=date(2024, 12, 31), pseudonyms=pseudonyms))
    engine.dispose()
    assert (report.status, report.changed) == ("loaded", 2)


def test_a_preset_takes_the_clinic_s_time_zone_and_its_way_of_writing_dates(store: Path):
    load_first = dropped(("Termine 2024.csv", BOOKINGS.replace(b"verschoben", b"abgesagt")))
    press_load(load_first)
    form = (
        b'Timestamp,Your code,Are you running at the moment?\n02/03/2024 10:00:00,101,"Yes, without pain"\n'
    )
    app = dropped(("answers.csv", form))
    assert "with the preset google-forms" in app.selectbox(key="import.0.way").options
    choose(app, "import.0.way", "0")  # not all of the form's questions are there, so it is only offered
    choose(app, "import.0.google-forms.zone", "America/New_York")
    choose(app, "import.0.google-forms.order", "month")
    press_load(app)
    assert rows(store, "running_report", "reported_on") == [(date(2024, 2, 3),)]
    saved = (store.parent / "return-to-run-mappings" / "google-forms.toml").read_text()
    assert 'timezone = "America/New_York"' in saved
    assert "%d/%m/%Y" not in saved.replace('# in the USA: "%d/%m/%Y"', "")
    again = dropped(("answers.csv", form))
    assert again.selectbox(key="import.0.way").options[0] == "with the match saved as “google-forms”"


def test_of_many_files_those_not_recognised_are_passed_over(store: Path, tmp_path: Path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    others = [(f"other{n}.csv", b"a,b\n1,2\n") for n in range(3)]
    app = dropped(("episodes.csv", (folder / "episodes.csv").read_bytes()), *others)
    assert said(app).count("Passed over.") == 3
    assert state(app).startswith("1 row would be new")


def test_a_workbook_with_dates_of_its_own(store: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Client ID", "Date", "Practitioner", "Type", "Status"])
    sheet.append([7, date(2024, 1, 8), "AB", "Runner's knee", "Attended"])
    sheet.append([7, date(2024, 2, 8), "AB", "Runner's knee", "Moved"])
    target = io.BytesIO()
    book.save(target)
    app = dropped(("list.xlsx", target.getvalue()))
    choose(app, "import.0.way", "by hand")
    assert "1 would be refused" in state(app)
    choose(app, next(b.key for b in app.selectbox if b.label == "Moved · 1×"), "cancelled")
    press_load(app)
    assert rows(store, "visit", "visit_date", "status") == [
        (date(2024, 1, 8), "attended"),
        (date(2024, 2, 8), "cancelled"),
    ]


def test_dates_that_can_be_read_two_ways_are_asked_about(store: Path):
    text = b"Patient ID,Appointment Date,Staff,Problem\n1,03/04/2024,AB,Knee\n2,05/06/2024,AB,Knee\n"
    app = dropped(("list.csv", text))
    choose(app, "import.0.way", "by hand")
    assert state(app) == "Still needed. list.csv\\: Day of the appointment."
    choose(app, next(g.key for g in app.button_group if g.label.startswith("03/04 is")), "month")
    press_load(app)
    assert [day for (day,) in rows(store, "visit", "visit_date")] == [date(2024, 3, 4), date(2024, 5, 6)]


def test_a_column_of_identifiers_that_is_chosen_shows_nothing_and_stops(store: Path):
    text = b"Patient ID,Date,Staff,Kontakt,Kind\n1,2024-01-08,AB,jo@example.org,Knee\n2,2024-01-09,AB,jo@example.org,Knee\n"
    app = dropped(("list.csv", text))
    choose(app, "import.0.way", "by hand")
    choose(app, "import.0.appointments.condition", "3")
    assert "nothing of it is shown" in app.warning[0].value
    assert state(app) == "Still needed. list.csv\\: Condition."
    choose(app, "import.0.appointments.condition", "4")
    choose(app, "import.0.appointments.therapist", "3")  # forced under the key, because these are no codes
    box = next(box for box in app.checkbox if box.key.startswith("import.0.appointments.therapist"))
    assert box.value
    assert box.disabled
    assert "jo@example.org" not in everything_shown(app)


def test_identifiers_in_a_canonical_file_stop_it_and_are_not_shown(store: Path, tmp_path: Path):
    folder = write_clinic(
        tmp_path / "in", episodes=[make_episode(f"E{n}", therapist="jo@example.org") for n in range(3)]
    )
    app = dropped(("episodes.csv", (folder / "episodes.csv").read_bytes()))
    assert state(app).startswith("Nothing can be loaded yet: a file stops.")
    assert "the column holds what identifies people" in app.error[0].value
    assert "jo@example.org" not in everything_shown(app)
    assert not [button for button in app.button if button.key == "import.load"]


def test_without_a_key_it_asks_for_one(store: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RETURN_TO_RUN_KEY")
    app = dropped(("Termine 2024.csv", BOOKINGS))
    assert state(app) == "Still needed: the clinic's key, below the files."
    assert "**The clinic's key**" in said(app)
    app.file_uploader(key="import.key").set_value([("key.txt", b"short", "text/plain")]).run()
    assert "needs 32 or more" in app.error[0].value
    app.file_uploader(key="import.key").set_value([("key.txt", KEY.encode() + b"\n", "text/plain")]).run()
    assert "rows would be new" in state(app)
    assert KEY not in everything_shown(app)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("letter.docx", b"PK", "This kind of file cannot be read."),
        ("list.xlsx", b"no workbook", "not what its name says"),
        ("list.csv", b"", "the file is empty"),
    ],
)
def test_a_wrong_file_says_why_and_what_to_do(store: Path, name: str, content: bytes, says: str):
    app = dropped((name, content))
    assert says in " ".join(element.value for element in (*app.warning, *app.error))
    assert not [button for button in app.button if button.key == "import.load"]
    assert not store.exists()


def test_canonical_files_need_no_match_and_refused_rows_have_addresses(store: Path, tmp_path: Path):
    episodes = [make_episode(f"E{n}") for n in range(9)] + [make_episode("E9", condition="flu")]
    folder = write_clinic(tmp_path / "in", episodes=episodes)
    app = dropped(("episodes.csv", (folder / "episodes.csv").read_bytes()))
    assert "Recognised by its name and columns: courses of care." in said(app)
    assert app.button(key="import.load").disabled
    app.checkbox(key="import.allow").check().run()
    press_load(app)
    places = next(frame.value for frame in app.dataframe if "Line" in frame.value)
    assert places.to_dict("records") == [
        {"File": "episodes.csv", "Line": 11, "Column": "condition", "Looks like": "aaa"}
    ]
    assert "Download the refused places" in everything_shown(app)

    app = dropped(("episodes.csv", (folder / "episodes.csv").read_bytes().replace(b"flu", b"itbs")))
    assert state(app).startswith("1 row would be new, 0 updated, 9 unchanged")


def test_what_is_refused_is_called_as_on_the_page_with_the_file_s_own_header(store: Path, tmp_path: Path):
    load_episodes(store, tmp_path, "P1")
    form = b'Patient ID,Datum,Usual pain,Worst of jo@example.org pain,Extra\nP1,,3,6,x\nP1,2024-02-08,2,"6,5",x\n'
    app = dropped(("form.csv", form))
    choose(app, "import.0.way", "by hand")
    worst = next(b.key for b in app.selectbox if str(b.key).endswith(".3.context"))
    choose(app, worst, "the same")
    choose(app, f"{worst}.const", "worst_week")
    shown = everything_shown(app)
    assert "a required value is missing (Day of the score, from “Datum”)" in shown
    places = [frame.value["Column"].to_list() for frame in app.dataframe if "Column" in frame.value]
    assert places == [["Day of the score, from “Datum”"] * 2, ["Score, from “Usual pain”"]]
    assert "example.org" not in shown
    assert "column Extra" in said(app)
    assert "a column that Return to Run does not use was left out" in said(app)


def test_it_is_for_the_owner(store: Path, stores: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", stores["small"])
    app = open_import()
    assert app.file_uploader
    app.selectbox(key="preview_as").set_value(app.selectbox(key="preview_as").options[1]).run()
    assert not app.file_uploader
    assert app.info[0].value == "Loading data is for the clinic's owner."


LIST = (
    "Patient ID,Patient,Appointment starts,Practitioner,Appointment type,Status\n"
    + "".join(
        f"{101 + n % 2},Jo Bloggs,{8 + n:02}/01/2024 09:30,AB,{kind},Attended\n"
        for n, kind in enumerate(("Knee pain", "Shockwave", "Dry needling and massage", "Review") * 3)
    )
).encode()
CLIENTS = b"Client ID,Email,Mobile,Sex\n101,jo@example.org,07700 900123,Female\n102,al@example.org,,Male\n"
FORM = (
    b"Timestamp,Email Address,Are you running?,Kujala score,Pain on stairs\n"
    b"2024-02-14 10:00:00,Jo@Example.org,No,88,3\n2024-02-15 10:00:00,al@example.org,No,61,\n"
)


def test_answers_with_an_e_mail_address_find_their_patient_in_the_list_of_clients(store: Path):
    app = dropped(("schedule.csv", LIST), ("clients.csv", CLIENTS), ("form.csv", FORM))
    assert app.selectbox(key="import.1.way").value == "looked into"
    assert app.selectbox(key="import.2.running.patient_id").value == "link"
    assert app.selectbox(key="import.2.running.patient_id.link.file").value == 1
    # two courses, twelve visits, two answers, three scores: the empty one on stairs is none
    assert state(app).startswith("19 rows would be new, 0 updated, 0 unchanged; none would be refused.")
    choose_further(app, "import.0.appointments.more", "sex")
    choose(app, "import.0.appointments.sex", "from another file")
    for part, value in (("file", 1), ("here", "Patient ID"), ("1.key", "Client ID"), ("1.value", "Sex")):
        choose(app, f"import.0.appointments.sex.look.{part}", value)
    for text in ("jo@example.org", "07700", "Bloggs"):
        assert text not in everything_shown(app)
    press_load(app)
    scores = rows(store, "score", "instrument", "context", "value")
    assert scores == [("AKPS", "", 61.0), ("AKPS", "", 88.0), ("NPRS", "stairs", 3.0)]
    assert rows(store, "episode", "sex") == [("female",), ("male",)]
    given = {kind for (kind,) in rows(store, "visit_treatment", "treatment")}
    assert given == {"shockwave", "dry_needling", "soft_tissue"}
    content = b"".join(path.read_bytes() for path in store.parent.rglob("*") if path.is_file())
    assert b"jo@example" not in content.lower()

    again = dropped(("form-march.csv", FORM), ("all-clients.csv", CLIENTS))
    assert state(again).startswith("Nothing to do: these files were loaded before")
    alone = dropped(("form-march.csv", FORM))
    assert "Give that export too" in alone.error[0].value


def choose_further(app: AppTest, key: str, column: str) -> None:
    box = app.multiselect(key=key)
    box.set_value([*box.value, column]).run()
    assert not app.exception


def test_a_match_with_other_files_is_changed_by_hand_as_it_was_said(store: Path):
    press_load(dropped(("schedule.csv", LIST), ("clients.csv", CLIENTS), ("form.csv", FORM)))
    app = dropped(("clients.csv", CLIENTS), ("form.csv", FORM))
    choose(app, "import.1.way", "by hand")
    assert app.selectbox(key="import.1.scores.instrument.const").value == "AKPS"
    assert app.selectbox(key="import.1.running.patient_id.link.file").value == 0
    assert state(app).startswith("0 rows would be new, 0 updated, 5 unchanged; none would be refused.")


def test_a_scale_that_is_none_of_pain_is_not_asked_what_the_pain_was_about(store: Path):
    press_load(dropped(("schedule.csv", LIST)))
    app = dropped(("form.csv", b"Date,Your code,Score\n2024-02-14,101,88\n2024-02-15,101,72\n"))
    choose(app, "import.0.way", "by hand")
    choose(app, "import.0.scores.instrument.const", "AKPS")
    assert not [box for box in app.selectbox if box.key == "import.0.scores.context"]
    press_load(app)
    assert rows(store, "score", "instrument", "context", "value") == [("AKPS", "", 72.0), ("AKPS", "", 88.0)]


def test_without_the_list_of_clients_it_is_asked_for(store: Path):
    app = dropped(("form.csv", FORM))
    choose(app, "import.0.running.patient_id", "link")
    assert "Drop the other file too" in " ".join(info.value for info in app.info)
    assert "Patient number or code" in state(app)


def test_files_whose_names_are_not_shown_are_told_apart(store: Path):
    app = dropped(("schedule.csv", LIST), ("How is your knee.csv", CLIENTS), ("Jo Ann Bloggs.csv", FORM))
    assert "file no. 3" in said(app)
    assert "Bloggs" not in everything_shown(app)
    tables = "\n".join(frame.value.to_string() for frame in app.dataframe)
    assert "file no. 3 (running)" in tables


def test_a_workbook_with_lines_above_its_column_names_and_scores_side_by_side(store: Path):
    book = openpyxl.Workbook()
    for row in (["Our clinic"], [], ["Client ID", "Start", "Staff", "Type", "State"]):
        book.active.append(row)
    book.active.append([7, date(2024, 1, 8), "AB", "Knee pain", "Arrived"])
    target = io.BytesIO()
    book.save(target)
    wide = (
        b"Patientennummer;Datum Erst;Schmerz Erst;Datum 6 Wochen;Schmerz 6 Wochen\n"
        b"7;08.01.2024;7,5;19.02.2024;2,0\n"
    )
    app = dropped(("list.xlsx", target.getvalue()), ("wide.csv", wide))
    choose(app, "import.0.way", "by hand")
    choose(app, "import.1.way", "by hand")
    assert app.number_input(key="import.0.header_row").value == 3
    for key in [g.key for g in app.button_group if g.label.startswith("03/04 is")]:
        choose(app, str(key), "day")
    press_load(app)
    assert rows(store, "score", "scored_on", "value") == [(date(2024, 1, 8), 7.5), (date(2024, 2, 19), 2.0)]


def test_a_short_sheet_beside_the_table_is_no_reason_to_stop(store: Path):
    book = openpyxl.Workbook()
    for row in (["Our clinic"], [], [], ["Client ID", "Start", "Staff", "Type", "State"]):
        book.active.append(row)
    book.active.append([7, date(2024, 1, 8), "AB", "Knee pain", "Arrived"])
    book.create_sheet("Legend").append(["AB: Ada Berg"])
    target = io.BytesIO()
    book.save(target)
    app = dropped(("list.xlsx", target.getvalue()))
    choose(app, "import.0.way", "by hand")
    assert app.number_input(key="import.0.header_row").value == 4
    choose(app, "import.1.way", "left out")
    press_load(app)
    assert rows(store, "visit", "visit_date", "status") == [(date(2024, 1, 8), "attended")]


def test_a_row_that_is_taken_for_column_names_shows_nobody(store: Path):
    text = (
        b"Bloggs, Jo;101;03.01.1970;08.01.2024;AB;Knee\n"
        b"Berg, Ada;102;04.02.1971;09.01.2024;AB;Knee\nHill, Max;103;05.03.1972;10.01.2024;AB;Knee\n"
    )
    app = dropped(("list.csv", text))
    choose(app, "import.0.way", "by hand")
    assert "looks like a row" in said(app)
    assert app.number_input(key="import.0.header_row").value == 1
    app.number_input(key="import.0.header_row").set_value(2).run()
    assert not app.exception
    shown = everything_shown(app)
    assert not [planted for planted in ("Bloggs", "Berg", "03.01.1970", "04.02.1971") if planted in shown]


def test_a_column_for_each_day_is_no_row(store: Path):
    app = dropped(("list.csv", b"Patient ID,Staff,08.01.2024,09.01.2024\n1,AB,x,\n2,AB,,x\n"))
    choose(app, "import.0.way", "by hand")
    assert "looks like a row" not in said(app)


def test_two_columns_matched_to_the_same_question_are_named_before_the_load(store: Path, tmp_path: Path):
    load_episodes(store, tmp_path, "P1")
    form = b"Patient ID,Date,Usual pain,Pain in jo@example.org knee\nP1,2024-02-01,3,6\nP1,2024-02-08,2,5\n"
    app = dropped(("form.csv", form))
    choose(app, "import.0.way", "by hand")
    (told,) = [box.value for box in app.warning if "nothing tells them apart" in box.value]
    assert told.startswith("“Usual pain” and “no. 4” are matched to the same question on the same day")
    assert "Change *Pain when* or *Scale* of all but one" in told
    assert "4 would be refused" in state(app)
    second = next(b.key for b in app.selectbox if str(b.key).endswith(".3.context"))
    choose(app, second, "the same")
    choose(app, f"{second}.const", "worst_week")
    assert not [box for box in app.warning if "nothing tells them apart" in box.value]
    assert state(app).startswith("4 rows would be new, 0 updated, 0 unchanged; none would be refused.")


def test_two_matches_under_one_name_are_both_kept(store: Path, tmp_path: Path):
    load_episodes(store, tmp_path, "P1")
    scores = b"Patient ID,Date,Pain now\nP1,2024-02-01,3\n"
    worst = b"Patient ID,Date,Worst pain\nP1,2024-02-01,6\n"
    app = dropped(("list 1.csv", scores), ("list 2.csv", worst))
    choose(app, "import.0.way", "by hand")
    choose(app, "import.1.way", "by hand")
    press_load(app)
    assert "list.toml" in said(app)
    assert "list-2.toml" in said(app)
    app = dropped(("March 1.csv", scores.replace(b"01", b"08")), ("March 2.csv", worst.replace(b"01", b"08")))
    assert [app.selectbox(key=f"import.{number}.way").value for number in range(2)] == ["0", "0"]


TICKED = (
    b"record_id,session_date,treatments___1,treatments___2,treatments___3\n"
    b"P1,2024-02-01,1,0,1\nP1,2024-02-08,0,1,0\nP1,2024-02-15,0,0,0\n"
)


def test_columns_to_tick_are_one_field_and_are_matched_by_their_codes(store: Path, tmp_path: Path):
    load_episodes(store, tmp_path, "P1")
    app = dropped(("sessions.csv", TICKED))
    choose(app, "import.0.way", "by hand")
    choose(app, "import.0.tables", ["visits"])
    box = app.selectbox(key="import.0.visits.treatments")
    assert "treatments (3 columns to tick)" in box.options
    assert box.value == "5"  # the place behind the last column
    choose(app, "import.0.visits.patient_id", "0")
    choose(app, "import.0.visits.visit_date", "1")
    codes = {field.label: field for field in app.multiselect if ".treatments." in str(field.key)}
    assert list(codes) == ["1 · 1×", "2 · 1×", "3 · 1×"]
    codes["1 · 1×"].set_value(["soft_tissue"])
    codes["2 · 1×"].set_value(["taping_or_brace", "shockwave"])
    app.run()
    assert state(app).startswith("3 rows would be new"), state(app)
    press_load(app)
    assert sorted(rows(store, "visit_treatment", "visit_date", "treatment")) == [
        (date(2024, 2, 1), "soft_tissue"),
        (date(2024, 2, 8), "shockwave"),
        (date(2024, 2, 8), "taping_or_brace"),
    ]
    again = dropped(("march.csv", TICKED.replace(b"02-15", b"03-15")))
    choose(again, "import.0.way", "by hand")
    assert again.selectbox(key="import.0.visits.treatments").value == "5"
    kept = [f.value for f in again.multiselect if ".treatments." in str(f.key)]
    assert kept == [["soft_tissue"], ["taping_or_brace", "shockwave"], []]


def load_episodes(store: Path, folder: Path, *codes: str) -> None:
    """Courses that were loaded before."""
    files = write_clinic(folder / "before", episodes=[make_episode(patient_id=code) for code in codes])
    engine = create_or_upgrade(f"sqlite:///{store}")
    load(engine, LoadRequest(find_sources([files]), today=date(2024, 12, 31)))
    engine.dispose()
