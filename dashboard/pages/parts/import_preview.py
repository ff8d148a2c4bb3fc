"""Import, second step: what a load would change, and what it would refuse. Nothing is written here."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard.deployment import read_deployment
from dashboard.import_plan import Chosen, Outcome, Plan, check
from dashboard.import_workspace import Workspace
from dashboard.load_tables import ColumnWords, Place, file_rows, problem_groups, warning_lines
from dashboard.pages.parts import readers
from dashboard.pages.parts.panels import headline, literal, note
from etl.errors import LoadError
from etl.load import DEFAULT_CLINIC, MOST_REJECTED, LoadReport
from etl.pseudonym import Pseudonyms, read_pseudonyms
from sql.cohort import Scope
from sql.engine import StoreError

CHECKED_AT_ONCE_BYTES = 20_000_000
CHECK = "import check"


def plan_of(chosen: Sequence[Chosen], workspace: Workspace) -> Plan | None:
    """The load that the choices make; None while the key is missing."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        clinic = _clinic()
        as_of = st.date_input(
            "The data are complete up to", value=_usual_day(workspace), max_value=today(), key="import.as_of",
            help="Nothing may be dated after this day. Usually the day of the export.", width=220,
        )  # fmt: skip
    pseudonyms, ready = _key(chosen)
    if not ready or not isinstance(as_of, date):
        return None
    repairs = bool(st.session_state.get("import.repair", False))
    return Plan(tuple(chosen), clinic, as_of, pseudonyms, repairs_dates=repairs)


def today() -> date:
    """The user's own calendar day."""
    return date.today()  # noqa: DTZ011 - the user's own calendar day is meant


def _usual_day(workspace: Workspace) -> date:
    day = workspace.manifest_day()
    return min(day, today()) if day else today()


def _clinic() -> str:
    """The clinic to load into: the store's only one, or one of several."""
    try:
        clinics = list(readers.facts(Scope("clinic")).clinics)
    except StoreError:
        clinics = []
    if len(clinics) < 2:
        return clinics[0] if clinics else DEFAULT_CLINIC
    return str(st.selectbox("Clinic", clinics, key="import.clinic", width=220))


def _key(chosen: Sequence[Chosen]) -> tuple[Pseudonyms | None, bool]:
    """The clinic's key, as the command line takes it or from a file; whether the load can do with what is there."""
    try:
        found = read_pseudonyms(os.environ)
    except LoadError as error:
        st.error(str(error), icon=":material/key_off:")
        return None, False
    if found is not None or not any("pseudonymise = true" in one.text for one in chosen):
        return found, True
    return _key_file()


def _key_file() -> tuple[Pseudonyms | None, bool]:
    with st.container(border=True):
        st.markdown("**The clinic's key** · numbers and names become codes that only this key can make again")
        file = st.file_uploader("Drop the key's file", key="import.key", max_upload_size=1)
        st.download_button(
            "Make a new key", data=_new_key(), file_name="return-to-run-key.txt", on_click="ignore",
            icon=":material/key:", key="import.new_key",
        )  # fmt: skip
        note(
            "A clinic makes one key, once, and keeps its file in a safe place, apart from the data. Drop that file "
            "here, now and every time: under another key every patient would become another one. It is not kept here."
        )
        if file is None:
            return None, False
        try:
            return Pseudonyms(file.getvalue().rstrip(b"\r\n")), True
        except LoadError as error:
            st.error(str(error), icon=":material/key_off:")
            return None, False


def _new_key() -> str:
    return str(st.session_state.setdefault("import new key", secrets.token_hex(32))) + "\n"


def preview(plan: Plan, workspace: Workspace) -> Outcome | None:
    """The check of a plan, made once; of large files only when asked for."""
    mark = f"{plan.fingerprint} {_store_version()}"
    known = st.session_state.get(CHECK)
    if known is None or known[0] != mark:
        large = workspace.size > CHECKED_AT_ONCE_BYTES
        if large and not st.button(
            "Check what would change", key="import.check", icon=":material/fact_check:"
        ):
            note("The files are large, so they are checked when you ask for it.")
            return None
        with st.spinner("Reading and checking every row. Nothing is written …", show_time=True):
            url = read_deployment(os.environ).database_url
            st.session_state[CHECK] = (mark, check(url, plan, workspace.scratch, today=today()))
    outcome: Outcome = st.session_state[CHECK][1]
    return outcome


def _store_version() -> int:
    try:
        return readers.version()
    except StoreError:
        return 0


def show_preview(outcome: Outcome) -> None:
    """What would change, per file, and what is wrong."""
    if outcome.report is None:
        st.error(literal(outcome.error), icon=":material/error:")
        return
    report = outcome.report
    headline(finding(outcome))
    file_table(report)
    problems(report, outcome.columns)
    if any(problem.rule == "score_as_date" for file in report.files for problem in file.problems):
        st.checkbox("Turn scores back that a spreadsheet took for dates", key="import.repair")


def finding(outcome: Outcome) -> str:
    """What the load would do, in a sentence."""
    report = outcome.report
    if report is None:
        return "Nothing can be loaded yet"
    if report.status == "unchanged":
        return "Nothing to do: these files were loaded before, with the same content"
    if report.status != "checked":
        return "Nothing can be loaded yet: a file stops"
    new, updated, same = (
        sum(getattr(file, name) for file in report.files) for name in ("inserted", "updated", "unchanged")
    )
    words = f"{new:,} {'row' if new == 1 else 'rows'} would be new, {updated:,} updated, {same:,} unchanged"
    return words + (
        f"; {report.rejected:,} would be refused" if report.rejected else "; none would be refused"
    )


def share_allowed(outcome: Outcome) -> float | None:
    """The share of rows that may be refused; None until somebody says that so many may."""
    if not outcome.too_many_refused:
        return MOST_REJECTED
    words = f"More than {100 * MOST_REJECTED:g} % of the rows would be refused. Load the others all the same"
    return 1.0 if st.checkbox(words, key="import.allow") else None


def file_table(report: LoadReport) -> None:
    """Each file with its counts."""
    rows = file_rows(report)
    if rows:
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, alt="What became of the rows of each file",
            column_config={"File": st.column_config.TextColumn(width="medium")},
        )  # fmt: skip


def problems(report: LoadReport, columns: ColumnWords) -> None:
    """What stops a file, what is refused and what is worth knowing: rule, remedy, places. columns: their names."""
    for file in report.files:
        if file.stopped_by:
            detail = f" ({file.stop_detail})" if file.stop_detail else ""
            place = Place.of(file.stopped_by, columns)
            st.error(literal(f"{place.where}: {place.says}{detail}. {place.remedy}"), icon=":material/block:")
    groups = problem_groups(report, columns)
    for group in groups:
        with st.expander(literal(f"{group.count:,} × {group.says}. {group.remedy}"), icon=":material/rule:"):
            st.dataframe(pd.DataFrame(group.rows), hide_index=True, alt="Where rows are refused")
            if group.count > len(group.rows):
                note(f"And {group.count - len(group.rows):,} more.")
    lines = [*warning_lines(report, columns), *report.notes]
    if lines:
        with st.expander("One note" if len(lines) == 1 else f"{len(lines)} notes", icon=":material/info:"):
            st.markdown("\n".join(f"- {literal(line)}" for line in lines))
