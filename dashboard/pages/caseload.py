"""Caseload: who on my list needs something today?"""

import pandas as pd
import streamlit as st

from dashboard.pages.parts import case_table, lists, panels, patient_readers, styles
from dashboard.patients.caseload import ORDER

place, therapist = lists.head_row()
found = patient_readers.list_of(therapist)
if found is None:
    st.info("Nothing of this clinic is loaded yet. Run: return-to-run load FOLDER.", icon=":material/info:")
    st.stop()
patient_readers.audit(therapist[0], "caseload_listed", therapist[1], len(found.standings))

waiting = sum(one.needs_today for one in found.standings)
total = len(found.standings)
lists.heading(place, case_table.title(waiting, total), therapist[1], found.rules, f"{total} open")
lists.warn_if_stale(found.rules)

chips = case_table.chips(found)
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    chosen = st.pills(
        "Show", list(chips), format_func=lambda code: f"{chips[code][0]} {len(chips[code][1])}",
        default="needs" if waiting else "all", key="chip", wrap=True, required=True, label_visibility="collapsed",
    )  # fmt: skip
    lists.search_box()

styles.without_table_tools()
standings = chips[chosen][1]
if not standings:
    st.info(case_table.nobody_words(total), icon=":material/check_circle:")
else:
    rows = case_table.rows(standings, found.rules.day, with_former=chosen == "changed")
    event = st.dataframe(
        case_table.styled(pd.DataFrame(rows), standings),
        column_config=case_table.columns(standings),
        hide_index=True,
        row_height=lists.ROW_HEIGHT,
        height=case_table.height(len(standings)),
        selection_mode="single-cell",
        on_select="rerun",
        key=f"caseload_{chosen}",
        alt=f"{len(standings)} patients with status, reason, pain and last visit",
    )
    if event.selection.cells:
        lists.open_patient(standings[event.selection.cells[0][0]].case.token)
    panels.note("Tap a row to open the patient. Pain: the question asked most, 0 to 10, lower is better.")

case_table.what_changed(found)
with st.popover("The rules behind the words", icon=":material/menu_book:", key="status_rules"):
    for word in ORDER:
        st.markdown(case_table.rule_sentence(word, found.rules))
    panels.all_numbers()
