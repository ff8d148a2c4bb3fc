"""The therapist's morning without a browser: whose list, what is entered, what is refused, what a patient sees."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from app.driver import APP, said
from builders import load_tables, make_episode, make_running, make_score, rows_of
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.pages.parts import ask_rows
from dashboard.patients.words import NOT_THERE
from etl.pseudonym import KEY_VARIABLE, Pseudonyms
from sql.cohort import day_number
from sql.store import create_or_upgrade, open_store

FOLDER = APP.parent / "dashboard" / "pages"
PAGES = ("caseload", "to_ask", "own_figures")
MINE = "Therapist T04"


@pytest.fixture
def clinic(stores: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A copy of the sample clinic, to write in."""
    copy = tmp_path / "clinic.db"
    shutil.copyfile(stores["big"].removeprefix("sqlite:///"), copy)
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", f"sqlite:///{copy}")
    return open_store(f"sqlite:///{copy}")


def open_page(page: str, *, as_: str = "Owner", token: str = "") -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["preview_as"] = as_
    app.switch_page(str(FOLDER / f"{page}.py"))
    if token:
        app.query_params["t"] = token
    return app.run()


def table(app: AppTest) -> list[dict[str, Any]]:
    return app.dataframe[0].value.to_dict("records") if app.dataframe else []


def token_of(clinic: Engine, code: str) -> str:
    return rows_of(clinic, "episode", "token", short_code=code)[0][0]


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def audited(clinic: Engine) -> list[tuple[Any, ...]]:
    return rows_of(clinic, "audit", "reader", "action", "subject", "rows")


# --- the lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("reader", ["Owner", MINE])
def test_each_page_opens_for_each_reader(clinic, page, reader):
    app = open_page(page, as_=reader)
    assert not app.exception
    assert len(app.title) == 1
    assert {box.key for box in app.selectbox} & {"period", "condition"} == set()
    assert ("list_of" in {box.key for box in app.selectbox}) == (reader == "Owner")


@pytest.mark.parametrize("store", ["tiny", "two_clinics", "small"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_on_each_clinic(stores, tmp_path, monkeypatch, page, store):
    shutil.copyfile(stores[store].removeprefix("sqlite:///"), tmp_path / "copy.db")
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", f"sqlite:///{tmp_path / 'copy.db'}")
    app = open_page(page)
    assert not app.exception
    assert len(app.title) == 1


def test_the_caseload_is_sorted_by_urgency_and_its_chips_count(clinic):
    app = open_page("caseload", as_=MINE)
    group = app.button_group[0]
    app = group.set_value("all").run()
    rows = table(app)
    order = ["●", "▲", "↻", "?", "◇", "✓", "–"]
    signs = [order.index(row["Status"][0]) for row in rows]
    assert signs == sorted(signs)
    assert f"All {len(rows)}" in app.button_group[0].options
    pressing = [row for row in rows if row["Status"][0] in order[:5]]
    assert app.title[0].value == f"{len(pressing)} patients need you today"
    assert ("therapist T04", "caseload_listed", "T04", len(rows)) in audited(clinic)


def test_a_therapist_has_no_other_list(clinic):
    own = rows_of(clinic, "episode", "short_code", therapist="T04")
    app = open_page("caseload", as_=MINE)
    app = app.button_group[0].set_value("all").run()
    assert {(row["Patient"],) for row in table(app)} <= set(own)


# --- searching and refusing -----------------------------------------------------------------------------------------


def test_another_therapists_patient_is_refused_by_every_route_and_written_down(clinic):
    token, code, patient = rows_of(clinic, "episode", "token", "short_code", "patient_id", therapist="T01")[0]
    by_address = open_page("patient", as_=MINE, token=token)
    unknown = open_page("patient", as_=MINE, token="0" * 32)
    assert said(by_address) == said(unknown)
    assert NOT_THERE in said(by_address)
    for secret in (code, patient, "T01"):
        assert secret not in said(by_address)
    for typed in (code, patient):
        app = open_page("caseload", as_=MINE)
        app = app.text_input(key="find").set_value(typed).run()
        assert NOT_THERE in said(app)
        assert app.text_input(key="find").value == ""
    refused = [line for line in audited(clinic) if line[1] == "patient_refused"]
    assert ("therapist T04", "patient_refused", token, None) in refused
    assert ("therapist T04", "patient_refused", "search", None) in refused
    assert not any(value in str(refused) for value in (code, patient))


def test_what_is_no_token_is_not_repeated_in_the_audit(clinic):
    app = open_page("patient", token="Jane Roe")
    assert NOT_THERE in said(app)
    assert ("owner", "patient_refused", "not a token", None) in audited(clinic)
    assert "Jane" not in str(audited(clinic))


def test_the_booking_systems_number_is_hashed_and_forgotten(tmp_path, monkeypatch):
    key = "k" * 40
    url = f"sqlite:///{tmp_path / 'hashed.db'}"
    engine = create_or_upgrade(url)
    code = Pseudonyms(key.encode()).pseudonymise("123456")
    load_tables(engine, tmp_path / "files", episodes=[make_episode(patient_id=code)])
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", url)
    from dashboard.pages.parts import patient_readers

    monkeypatch.setattr(
        patient_readers, "patient_scope", lambda: __import__("sql.cohort").cohort.Scope("clinic")
    )
    assert patient_readers.find("123456") == []
    monkeypatch.setenv(KEY_VARIABLE, key)
    assert patient_readers.find("123456") == [rows_of(engine, "episode", "token")[0][0]]
    engine.dispose()


# --- entering -------------------------------------------------------------------------------------------------------


def first_off_track(app: AppTest) -> str:
    return next(row["Patient"] for row in table(app) if "off track" in row["Status"])


def test_a_score_and_a_return_take_the_patient_off_the_list_and_into_the_curve(clinic):
    code = first_off_track(open_page("caseload", as_=MINE))
    token = token_of(clinic, code)
    app = open_page("patient", as_=MINE, token=token)
    assert not app.exception
    assert "off track" in said(app) or any("off track" in str(badge) for badge in app.main)
    press(app, "pain_1")
    app = press(app, "run_running_without_pain")
    assert not app.exception
    assert {row[0] for row in rows_of(clinic, "entry", "kind")} == {"score", "running"}
    outcome = rows_of(clinic, "episode_outcome", "outcome", "return_day", "day")
    episode = rows_of(clinic, "episode", "episode_id", token=token)[0][0]
    mine = rows_of(clinic, "episode_outcome", "outcome", "return_day", "day", episode_id=episode)[0]
    assert mine[0] == "returned"
    assert mine[1] == mine[2]
    assert mine in outcome
    later = open_page("caseload", as_=MINE)
    assert code not in {row["Patient"] for row in table(later)}
    assert ("therapist T04", "patient_opened", token, 1) in audited(clinic)


def test_the_newest_entry_can_be_taken_back(clinic):
    token = token_of(clinic, first_off_track(open_page("caseload", as_=MINE)))
    before = rows_of(clinic, "score")
    app = press(open_page("patient", as_=MINE, token=token), "pain_7")
    assert rows_of(clinic, "score") != before
    press(app, "take_back_1")
    assert rows_of(clinic, "score") == before


def test_a_red_flag_goes_first_and_can_be_cleared(clinic):
    code = table(open_page("caseload", as_=MINE))[-1]["Patient"]
    token = token_of(clinic, code)
    app = press(open_page("patient", as_=MINE, token=token), "save_flag")
    top = table(open_page("caseload", as_=MINE))
    assert code in {row["Patient"] for row in top if row["Status"].startswith("● red flag")}
    press(app.run(), "clear_flag")
    assert not [
        row
        for row in table(open_page("caseload", as_=MINE))
        if row["Patient"] == code and "●" in row["Status"]
    ]


def test_a_note_with_an_identifier_is_refused_and_a_plain_one_lets_the_flag_rest(clinic):
    code = first_off_track(open_page("caseload", as_=MINE))
    app = open_page("patient", as_=MINE, token=token_of(clinic, code))
    for held in ("call 020 7946 0958", "ask Mrs Miller about it"):
        app.text_input(key="seen_note").set_value(held)
        app = press(app, "seen_save")
        assert "looks like it holds an identifier" in app.error[0].value
        assert rows_of(clinic, "seen") == []
    app.text_input(key="seen_note").set_value("plan changed, new shoes since Monday")
    press(app, "seen_save")
    [(rule, note)] = rows_of(clinic, "seen", "rule", "note")
    assert rule in ("no_change", "rising")
    assert note == "plan changed, new shoes since Monday"
    assert code not in {row["Patient"] for row in table(open_page("caseload", as_=MINE))}


# --- to ask ---------------------------------------------------------------------------------------------------------


def asked_for(app: AppTest) -> list[str]:
    return [button.label for button in app.button if str(button.key).startswith("open_")]


def test_one_tap_records_the_result_and_a_no_reply_stays(clinic):
    app = open_page("to_ask", as_=MINE)
    app = app.button_group[0].set_value("all").run()
    first = asked_for(app)[0]
    key = next(b.key for b in app.button if str(b.key).startswith("no_reply_"))
    app = press(app, key)
    assert asked_for(app)[0] == first
    assert "1 attempt, last" in said(app)
    app = press(app, str(key).replace("no_reply_", "declined_"))
    assert first not in asked_for(app)
    assert [row[0] for row in rows_of(clinic, "asked", "result")] == ["declined", "no_reply"]


def test_a_question_declined_by_mistake_is_asked_again(clinic):
    app = open_page("to_ask", as_=MINE)
    app = app.button_group[0].set_value("all").run()
    before = asked_for(app)
    app = press(app, next(str(b.key) for b in app.button if str(b.key).startswith("declined_")))
    assert asked_for(app) != before
    app = press(app, "take_back_asked")
    assert asked_for(app) == before
    assert [row[0] for row in rows_of(clinic, "asked", "result")] == ["declined", "taken_back"]
    assert "take_back_asked" not in [button.key for button in app.button]


def test_a_return_told_late_counts_from_the_day_it_was_true(clinic):
    app = open_page("to_ask", as_=MINE)
    app = app.button_group[0].set_value("all").run()
    since = next(one for one in app.date_input if str(one.key).startswith("since_"))
    key, told = str(since.key).removeprefix("since_"), since.value
    app = since.set_value(told - timedelta(days=20)).run()
    press(app, f"running_without_pain_{key}")
    episode = rows_of(clinic, "episode", "episode_id", token=key[:32])[0][0]
    [entered] = rows_of(clinic, "running_report", "since", source="clinic_entry", episode_id=episode)
    assert str(entered[0]) == str(told - timedelta(days=20))
    [(outcome, start, back)] = rows_of(
        clinic, "episode_outcome", "outcome", "start_day", "return_day", episode_id=episode
    )
    assert outcome == "returned"
    assert start + back == day_number(told) - 20


def test_an_answer_is_entered_and_closes_the_question(clinic):
    app = open_page("to_ask", as_=MINE)
    app = app.button_group[0].set_value("all").run()
    running = next(b for b in app.button if str(b.key).startswith("running_without_pain_"))
    token = str(running.key).removeprefix("running_without_pain_")[:32]
    press(app, str(running.key))
    episode = rows_of(clinic, "episode", "episode_id", token=token)[0][0]
    assert rows_of(clinic, "running_report", "status", source="clinic_entry", episode_id=episode) == [
        ("running_without_pain",)
    ]
    assert rows_of(clinic, "asked", "result", episode_id=episode) == [("answered",)]


def test_the_export_holds_codes_only(clinic, monkeypatch):
    written: list[Any] = []
    monkeypatch.setattr(
        ask_rows.patient_readers, "audited_later", lambda *line: partial(written.append, line)
    )
    from dashboard.patients.asking import questions
    from dashboard.patients.clinic_rules import clinic_rules
    from sql.cohort import Scope
    from sql.engine import reading

    with reading(clinic) as connection:
        rules = clinic_rules(connection, "main", date(2026, 10, 31))
        assert rules is not None
        found = questions(connection, Scope("clinic"), rules, ("main", "T04"))
    make = ask_rows.csv_maker(found, rules.day, ("main", "T04"))
    assert not written
    lines = make().decode("utf-8-sig").splitlines()
    assert lines[0] == "code,question,occasion,due_since,days,course,attempts,last_attempt"
    assert len(lines) == len(found) + 1
    secrets = {v for row in rows_of(clinic, "episode", "episode_id", "patient_id", "token") for v in row if v}
    assert not [secret for secret in secrets if secret in "\n".join(lines)]
    assert written == [("main", "to_ask_exported", "T04", len(found))]


# --- shown to a patient ---------------------------------------------------------------------------------------------


def test_shown_to_a_patient_there_is_no_list_no_status_and_no_way_to_another(clinic):
    rows = table(open_page("caseload", as_=MINE))
    token, other = (token_of(clinic, row["Patient"]) for row in rows[:2])
    app = press(open_page("patient", as_=MINE, token=token), "show_to_patient")
    words = said(app).lower()
    assert "your way back" in words
    assert not app.sidebar.selectbox
    assert not [word for word in ("off track", "why:", "flag", "benchmark", "censored") if word in words]
    app.query_params["t"] = other
    app = app.run()
    assert "This screen is being shown to a patient." in said(app)
    assert "Your way back" not in said(app)
    app = press(app, "end_showing_elsewhere")
    assert app.sidebar.selectbox


# --- old data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "stale"), [(0, False), (7, False), (8, True)])
def test_flags_that_rest_on_time_say_so_when_the_data_are_old(tmp_path, monkeypatch, age, stale):
    from dashboard.pages.parts.patient_readers import today

    as_of = today() - timedelta(age)
    first = as_of - timedelta(50)
    url = f"sqlite:///{tmp_path / 'real.db'}"
    engine = create_or_upgrade(url)
    load_tables(
        engine,
        tmp_path / "files",
        request={"as_of": as_of},
        episodes=[
            make_episode("E1", first_visit_date=first, last_contact_date=as_of),
            make_episode("E2", first_visit_date=first, last_contact_date=as_of),
        ],
        scores=[
            make_score("E2", scored_on=first.isoformat()),
            make_score("E2", scored_on=(first + timedelta(43)).isoformat()),
        ],
        running=[make_running("E2", reported_on=(first + timedelta(44)).isoformat(), status="not_running")],
    )
    engine.dispose()
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", url)
    app = open_page("caseload")
    assert not app.exception
    assert bool(app.warning) == stale
    words = sorted(row["Status"] for row in table(app))
    assert words == sorted(["? ask (old data)" if stale else "? ask", "▲ off track"])


def test_an_empty_caseload_does_not_send_to_a_filter_that_is_chosen(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'closed.db'}"
    closed = make_episode(discharge_date="2024-03-01", discharge_reason="goals_met")
    load_tables(create_or_upgrade(url), tmp_path / "files", episodes=[closed])
    monkeypatch.setenv("RETURN_TO_RUN_DATABASE_URL", url)
    app = open_page("caseload")
    assert app.title[0].value == "Nobody is on this list"
    assert app.info[0].value == "This list has no open courses of care. New patients come with the next load."
