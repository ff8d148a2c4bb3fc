"""To ask: whose answer is missing, also after discharge?"""

import streamlit as st

from dashboard.pages.parts import ask_rows, lists, panels, patient_readers

place, therapist = lists.head_row()
found = patient_readers.questions_of(therapist)
if found is None:
    st.info("Nothing of this clinic is loaded yet. Run: return-to-run load FOLDER.", icon=":material/info:")
    st.stop()
questions, rules = found
patient_readers.audit(therapist[0], "to_ask_listed", therapist[1], len(questions))

lists.heading(place, ask_rows.title(len(questions)), therapist[1], rules)
lists.warn_if_stale(rules)
st.markdown(
    "“Still not running” is worth as much as a return: without it nobody knows. Ask in the room, by message, by phone."
)

chips = ask_rows.chips(questions, rules.day)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    chosen = st.pills(
        "Show", list(chips), format_func=lambda code: f"{chips[code][0]} {len(chips[code][1])}",
        default="week" if chips["week"][1] else "all", key="ask_chip", wrap=True,
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    shown = chips[chosen][1]
    st.download_button(
        "List as CSV (codes only)",
        data=ask_rows.csv_maker(shown, rules.day, therapist),
        file_name=f"to-ask-{rules.day.isoformat()}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not shown,
        key="ask_csv",
    )

ask_rows.last_tap(therapist)
if not shown:
    st.info("Nothing to ask here.", icon=":material/check_circle:")
for question in shown[: ask_rows.AT_ONCE]:
    ask_rows.row(question, rules)
if len(shown) > ask_rows.AT_ONCE:
    panels.note(
        f"{len(shown) - ask_rows.AT_ONCE} more follow when these are done. All of them are in the CSV."
    )
