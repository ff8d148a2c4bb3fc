"""Import, third step: the load itself, what it did, and taking it back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import pandas as pd
import streamlit as st

from dashboard.deployment import read_deployment
from dashboard.import_plan import Chosen, Outcome, Plan, run
from dashboard.import_workspace import Workspace
from dashboard.load_tables import ledger_rows, progress_words, result_words
from dashboard.pages.parts import readers
from dashboard.pages.parts.import_drop import start_again
from dashboard.pages.parts.import_preview import CHECK, file_table, problems, today
from dashboard.pages.parts.panels import headline, literal, note
from dashboard.reject_table import reject_csv
from etl.errors import LoadError
from etl.load import Progress
from etl.rollback import roll_back
from etl.saved_mappings import save_mapping
from sql.cohort import Scope
from sql.engine import StoreError, reading
from sql.queries.loads import Load, loads, rejects

RESULT = "import result"
QUIET_SECONDS = 1.0
LOADS_SHOWN = 5


def load_now(plan: Plan, workspace: Workspace) -> None:
    """Load, keep the matches, forget the files, and show what happened."""
    try:
        with _progress() as told:
            outcome = run(
                read_deployment(os.environ).database_url, plan, workspace.scratch, told, today=today()
            )
    except StoreError as error:
        outcome = Outcome(error=str(error))
    notes = _keep(plan.chosen) if outcome.report and outcome.report.status != "refused" else []
    st.session_state[RESULT] = (outcome, notes, plan.clinic)
    st.session_state.pop(CHECK, None)
    if outcome.report:
        start_again()
    st.rerun()


@contextmanager
def _progress() -> Iterator[Progress]:
    """Rows, rate and time left, and what comes after reading; shown only for what takes longer than a second."""
    began, place = perf_counter(), st.empty()
    rows: Counter[str] = Counter()

    def told(name: str, more: int, of: int | None) -> None:
        rows[name] += more
        took = perf_counter() - began
        if took > QUIET_SECONDS:
            words = progress_words(rows[name], of, took)
            place.info(f"{literal(name)} {words}".strip(), icon=":material/hourglass:")

    yield told
    place.empty()


def _keep(chosen: tuple[Chosen, ...]) -> list[str]:
    """Save the matches that were made; what is worth saying of it."""
    said = []
    folder = read_deployment(os.environ).mappings_folder
    for name, text in _names(chosen).items():
        try:
            path = save_mapping(folder, name, text)
        except LoadError as error:
            said.append(str(error))
        else:
            said.append(
                f"The match is kept as {path.name}, in the folder {folder.name}; it is offered next time."
            )
    return said


def _names(chosen: tuple[Chosen, ...]) -> dict[str, str]:
    """The texts of the matches by name; of two under one name the second is numbered, so that neither is lost."""
    texts: dict[str, str] = {}
    for one in chosen:
        if not one.save_as or one.text in texts.values():
            continue
        name, number = one.save_as, 1
        while name in texts:
            number += 1
            name = f"{one.save_as}-{number}"
        texts[name] = one.text
    return texts


def show_result() -> None:
    """What the last load of this session did."""
    if RESULT not in st.session_state:
        return
    outcome, notes, clinic = st.session_state[RESULT]
    if outcome.report is None:
        st.error(literal(outcome.error), icon=":material/error:")
        return
    report = outcome.report
    headline(result_words(report))
    file_table(report)
    for said in notes:
        note(literal(said))
    problems(report, outcome.columns)
    with st.container(horizontal=True):
        if report.rejected and report.load_number:
            st.download_button(
                "Download the refused places (CSV)",
                data=lambda: _reject_csv(clinic, report.load_number),
                file_name=f"refused-load-{report.load_number}.csv", mime="text/csv", on_click="ignore",
                icon=":material/download:", key="import.rejects",
            )  # fmt: skip
        if report.status == "loaded":
            st.page_link(
                "dashboard/pages/overview.py", label="See the outcomes", icon=":material/monitoring:"
            )


def _reject_csv(clinic: str, number: int | None) -> str:
    with reading(readers.engine()) as connection:
        return reject_csv(rejects(connection, clinic, number))


def ledger() -> None:
    """The newest loads of each clinic, and the way back from the newest."""
    try:
        clinics = readers.facts(Scope("clinic")).clinics
    except StoreError:
        return
    for clinic in clinics:
        with reading(readers.engine()) as connection:
            found = loads(connection, clinic)
        if not found:
            continue
        headline("Loads" if len(clinics) == 1 else f"Loads of {literal(clinic)}")
        st.dataframe(pd.DataFrame(ledger_rows(found[:LOADS_SHOWN])), hide_index=True, alt="The newest loads")
        _way_back(clinic, found)
    if said := st.session_state.pop("import taken back", None):
        st.success(said, icon=":material/undo:")


def _way_back(clinic: str, found: list[Load]) -> None:
    newest = next((load for load in found if load.status == "loaded"), None)
    if newest is None:
        return
    number = newest.load_number
    with st.popover(f"Take load {number} back …", icon=":material/undo:", key=f"import.back.{clinic}"):
        st.markdown(
            f"Load {number} added {newest.total('inserted'):,} rows and changed {newest.total('updated'):,}. Taking it "
            "back makes the store what it was before. The files can be loaded again."
        )
        if st.button(f"Take load {number} back", key=f"import.back.{clinic}.{number}", type="primary"):
            _take_back(clinic, number)


def _take_back(clinic: str, number: int) -> None:
    try:
        report = roll_back(readers.engine(), clinic, number)
    except (LoadError, StoreError) as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.session_state["import taken back"] = (
        f"Load {number} was taken back: {report.deleted.total():,} rows deleted, {report.restored.total():,} restored."
    )
    st.session_state.pop(RESULT, None)
    st.session_state.pop(CHECK, None)
    st.rerun()
