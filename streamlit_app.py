"""The dashboard: page config, gate, navigation by role, filter bar. No data access of its own."""

from pathlib import Path

import streamlit as st

from dashboard.deployment import NO_SIGN_IN, is_loopback
from dashboard.pages.parts import frame, in_browser, showing, styles
from dashboard.pages.parts.filters import filter_bar

st.set_page_config(  # the width at once: a browser that has drawn a wider sidebar may keep it
    "Return to Run",
    page_icon=frame.BROWSER_ICON,
    layout="wide",
    initial_sidebar_state=showing.SIDEBAR_WIDTH,
)
styles.for_fingers()
styles.for_phones()
in_browser.mount()

if not is_loopback(st.get_option("server.address")):
    st.error(NO_SIGN_IN, icon=":material/lock:")
    st.stop()

pages_folder = Path(__file__).parent / "dashboard" / "pages"
overview = st.Page(
    pages_folder / "overview.py", title="Overview", icon=":material/monitoring:", default=True,
    help="Verdicts, key figures and the curve for the clinic's conditions.",
)  # fmt: skip
recovery = st.Page(
    pages_folder / "return_to_running.py", title="Return to running", icon=":material/directions_run:",
    help="The recovery curve by group, its table, and how sure it is.",
)  # fmt: skip
pain = st.Page(
    pages_folder / "pain_and_function.py", title="Pain and function", icon=":material/healing:",
    help="How scores changed, who improved enough, and the usual course.",
)  # fmt: skip
trends = st.Page(
    pages_folder / "trends.py", title="Trends", icon=":material/show_chart:",
    help="Ten measures over time, with limits, targets and what happened.",
)  # fmt: skip
units = st.Page(
    pages_folder / "therapists_and_sites.py", title="Therapists and sites", icon=":material/groups:",
    help="Beside what is expected for patients like theirs. For the owner, for reflection.",
)  # fmt: skip
treatment = st.Page(
    pages_folder / "assessment_and_treatment.py", title="Assessment & treatment", icon=":material/exercise:",
    help="What is assessed and given, and whether it fits the finding.",
)  # fmt: skip
caseload = st.Page(
    pages_folder / "caseload.py", title="Caseload", icon=":material/checklist:",
    help="Who on the list needs something today, and why.",
)  # fmt: skip
to_ask = st.Page(
    pages_folder / "to_ask.py", title="To ask", icon=":material/contact_support:",
    help="Whose answer is missing, also after discharge.",
)  # fmt: skip
own_figures = st.Page(
    pages_folder / "own_figures.py", title="Own figures", icon=":material/person:",
    help="A therapist's own month.",
)  # fmt: skip
patient = st.Page(pages_folder / "patient.py", title="Patient", visibility="hidden")
report = st.Page(
    pages_folder / "report.py", title="Report", icon=":material/description:",
    help="The monthly report and the outcome statement, to look at and to download.",
)  # fmt: skip
data = st.Page(
    pages_folder / "data.py", title="Data", icon=":material/database:",
    help="How complete the records are, what was loaded, and what the clinic decides.",
)  # fmt: skip
imports = st.Page(
    pages_folder / "import_data.py", title="Import", icon=":material/upload_file:",
    help="Load exports of other systems, with a preview of what will change.",
)  # fmt: skip
methods = st.Page(
    pages_folder / "methods.py", title="Methods & benchmarks", icon=":material/menu_book:",
    help="What every number means, where it comes from and what it cannot say.",
)  # fmt: skip
questions = {
    overview.title: "Are our runners back as soon as expected?",
    recovery.title: "How soon are people back running?",
    pain.title: "How much better do people feel and function?",
    trends.title: "Is it getting better or worse?",
    units.title: "Do therapists or sites differ?",
    treatment.title: "What do we assess and give?",
    report.title: "What do we send out this month?",
    data.title: "Can we trust our records?",
    methods.title: "What do the numbers mean?",
}
page = st.navigation(
    {
        "Outcomes": [overview, recovery, pain, trends, units, treatment],
        "Patients": [caseload, to_ask, own_figures, patient],
        "Clinic": [report, data, imports, methods],
    },
    position="hidden" if showing.is_on() else "sidebar",
    expanded=True,
)

if page != patient:  # going back in the browser takes the patient's token along into the address
    st.query_params.pop("t", None)

about_patients = page in (caseload, to_ask, own_figures, patient)
if showing.needs_width(about_patients):
    st.set_page_config(initial_sidebar_state="collapsed")

if page == imports and not showing.is_on():  # needs no store: it makes the first one
    frame.logo()
    page.run()
    st.stop()
frame.require_store()
if showing.is_on() or about_patients:
    showing.run(page)
    st.stop()
frame.logo()
reader = frame.preview_as()
heading = st.container()
question = filter_bar(reader)
frame.heading(heading, questions[page.title], question)
page.run()
