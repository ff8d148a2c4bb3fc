"""The pieces of the Report page: choices, downloads, preview, statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from dashboard.names import CONDITION_NAMES
from dashboard.pages.parts import panels, readers
from dashboard.pages.parts.filters import Question, one_of
from dashboard.question import NotAllowed
from dashboard.report import files
from dashboard.report.build import build
from dashboard.report.month import Month, last_full_month
from dashboard.report.noted import REPORT_MADE, STATEMENT_MADE, note, subject
from dashboard.report.results import Compare, ReportRequest, ReportResults, gather
from dashboard.report.statement import Refused, Statement, StatementRequest, statement
from dashboard.report.statement_page import statement_document
from dashboard.wording import long_date
from sql.cohort import Scope
from sql.engine import StoreError, reading

BUTTONS = {
    "pdf": ("PDF", ":material/picture_as_pdf:"),
    "xlsx": ("Workbook", ":material/table_view:"),
    "csv": ("CSV files", ":material/folder_zip:"),
    "json": ("JSON", ":material/data_object:"),
}
COMPARISONS: dict[str, str] = {"previous": "The month before", "year": "A year before"}


def choose_month(question: Question) -> Month:
    """The month, newest first; the last full one unless another is chosen."""
    facts = question.facts
    assert facts.as_of is not None  # noqa: S101 - require_store saw to it
    last, first = Month.of(facts.as_of), Month.of(facts.first_start or facts.as_of)
    months = {
        str(last.shifted(-back)): last.shifted(-back) for back in range(_months_between(first, last) + 1)
    }
    full = str(last_full_month(facts.as_of))
    chosen = st.selectbox(
        "Month",
        list(months),
        index=list(months).index(full) if full in months else 0,
        format_func=lambda code: months[code].words,
        key="report_month",
        bind="query-params",
        width=260,
    )
    return months[chosen]


def choose_comparison() -> Compare:
    """What the month's intake is set beside."""
    chosen = one_of("New patients beside", COMPARISONS, key="report_compare", default="previous")
    return "year" if chosen == "year" else "previous"


def request_of(question: Question, month: Month, compare: Compare) -> ReportRequest:
    """The report that the choices and the filter bar ask for."""
    cohort = question.cohort
    return ReportRequest(month, cohort.clinics, cohort.sites, cohort.conditions, compare)


def unused_filters(question: Question) -> str:
    """Which choices of the filter bar a report does not take, empty if none is set."""
    cohort = question.cohort
    names = (
        ("first visit", cohort.first_visit_from is not None),
        ("symptoms for", bool(cohort.symptom_durations)),
        ("goal", cohort.goals != ("running",)),
    )
    unused = [name for name, is_set in names if is_set]
    return f"Not used in a report: {', '.join(unused)}. Its period follows from the month." if unused else ""


def answer(question: Question, request: ReportRequest) -> ReportResults:
    """Everything in the report; or what to do instead, and the page ends there."""
    try:
        return _results(str(readers.engine().url), readers.version(), question.scope, request)
    except (NotAllowed, StoreError) as reason:
        st.info(str(reason), icon=":material/info:")
        st.stop()


@st.cache_data(ttl=3600, max_entries=50, show_spinner="Counting …")
def _results(url: str, version: int, scope: Scope, request: ReportRequest) -> ReportResults:  # noqa: ARG001
    with reading(readers.engine()) as connection:
        return gather(connection, scope, request, documents_too=False)


def downloads(question: Question, results: ReportResults) -> None:
    """A button per format. The file is made, and noted in the audit, when it is clicked."""
    with st.container(horizontal=True):
        for wanted, (label, icon) in BUTTONS.items():
            st.download_button(
                label,
                _maker(question, results, wanted),
                file_name=f"{files.stem(results)}{files.FORMATS[wanted]}",
                mime=files.MIME[wanted],
                icon=icon,
                on_click="ignore",
                key=f"report_{wanted}",
            )


def _maker(question: Question, results: ReportResults, wanted: str) -> Callable[[], bytes]:
    engine, reader, scope = readers.engine(), reader_words(question), question.scope

    def made() -> bytes:
        whole = results
        if wanted == "json":  # the page itself does not need the sections' documents
            with reading(engine) as connection:
                whole = gather(connection, scope, results.request)
        content = files.make(whole, build(results), wanted)
        note(engine, results.asked.clinics, reader, REPORT_MADE, subject(results))
        return content

    return made


def reader_words(question: Question) -> str:
    """Who asks, for the audit."""
    reader = question.reader
    return reader.role if reader.therapist is None else f"{reader.role} {reader.therapist[1]}"


def preview(question: Question, request: ReportRequest, results: ReportResults) -> None:
    """The pages as pictures, as Typst itself draws them."""
    url, version = str(readers.engine().url), readers.version()
    pages = _pages(url, version, question.scope, request, results)
    with st.grid(2, min_column_width=340, gap="small") as grid:
        for number, page in enumerate(pages, 1):
            with grid.cell(), st.container(border=True):
                words = f"page {number} of {len(pages)}"
                st.image(
                    page,
                    caption=words,
                    width="stretch",
                    alt=f"The report, {words}; its figures: the workbook",
                )


@st.cache_data(ttl=3600, max_entries=20, show_spinner="Drawing the pages …")
def _pages(
    url: str,  # noqa: ARG001
    version: int,  # noqa: ARG001
    scope: Scope,  # noqa: ARG001
    request: ReportRequest,  # noqa: ARG001
    _results: ReportResults,
) -> list[bytes]:
    from dashboard.report.pdf import pictures

    return pictures(build(_results))


def statement_panel(question: Question, results: ReportResults) -> None:
    """The statement of one condition as a button, or what is missing for it."""
    there = question.facts.conditions
    conditions = {code: name for code, name in CONDITION_NAMES.items() if code in there}
    if not conditions:
        return
    condition = st.selectbox(
        "About runners with", list(conditions), format_func=conditions.__getitem__, key="statement_condition",
        bind="query-params", width=320,
    )  # fmt: skip
    asked = StatementRequest(condition, None, results.request.clinics, results.request.sites)
    try:
        with reading(readers.engine()) as connection:
            made = statement(connection, question.scope, asked, today=_today())
    except Refused as reason:
        words = reason.to_share if question.scope.audience == "sharing" else str(reason)
        st.info(f"No statement. {words}", icon=":material/info:")
        return
    except (NotAllowed, StoreError) as reason:
        st.info(f"No statement. {reason}", icon=":material/info:")
        return
    st.download_button(
        "Outcome statement, PDF",
        _statement_maker(question, made),
        file_name=f"{files.statement_stem(made)}.pdf",
        mime=files.MIME["pdf"],
        icon=":material/verified:",
        on_click="ignore",
        key="statement_pdf",
    )
    panels.note(f"First visits to {made.month.words}; valid until {long_date(made.valid_until)}.")


def _statement_maker(question: Question, made: Statement) -> Callable[[], bytes]:
    engine, reader = readers.engine(), reader_words(question)

    def content() -> bytes:
        from dashboard.report.pdf import pdf

        pages = pdf(statement_document(made))
        note(engine, made.clinics, reader, STATEMENT_MADE, files.statement_stem(made))
        return pages

    return content


def _months_between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.number - first.number


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the reader's own calendar day is meant
