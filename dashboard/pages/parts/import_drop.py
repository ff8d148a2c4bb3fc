"""Import, first step: drop files, and see what each is recognised as."""

from __future__ import annotations

import os
from typing import cast

import streamlit as st

from dashboard.deployment import read_deployment
from dashboard.field_names import TABLE_NAMES
from dashboard.import_workspace import Dropped, Workspace
from dashboard.pages.parts.panels import literal, note
from etl.recognise import Fit, Item
from etl.saved_mappings import Named, presets, saved_mappings

WORKSPACE, ROUND, SIGNATURE = "import workspace", "import round", "import signature"
FEW_OTHERS = 2
AS_IT_IS, BY_HAND, LEFT_OUT, ONLY_LOOKED_INTO = "as it is", "by hand", "left out", "looked into"
STEPS = (
    ":material/upload_file: **Drop** what your booking system, form or REDCap gives: appointments, answers, scores.",
    ":material/join: **Match** once which column is what. It is kept, and recognised next time.",
    ":material/fact_check: **Look** at what would change. Nothing is written before you press Load, and the newest "
    "load can be taken back.",
    ":material/lock: Names, addresses and free text never get in.",
)
KINDS = {
    "saved": "the match saved as “{}”",
    "given": "the mapping file “{}” that you dropped",
    "preset": "the preset {}",
}


def drop() -> Workspace | None:
    """The place for files; the dropped ones, if any."""
    round_number = st.session_state.setdefault(ROUND, 0)
    files = st.file_uploader(
        "Drop the files here, several at once",
        accept_multiple_files=True,
        key=f"import.drop.{round_number}",
        help="CSV, Excel, OpenDocument, Parquet, FHIR or a zip of them. They stay on this machine, in a folder "
        "that is removed afterwards.",
    )
    signature = [file.file_id for file in files]
    if signature != st.session_state.get(SIGNATURE, []):
        forget()
        st.session_state[SIGNATURE] = signature
        if files:
            st.session_state[WORKSPACE] = Workspace()
            st.session_state[WORKSPACE].take_in(cast("list[Dropped]", files))
    return st.session_state.get(WORKSPACE)


def explain() -> None:
    """What will happen, for somebody who is here for the first time."""
    for step in STEPS:
        st.markdown(step)


def forget() -> None:
    """Remove the dropped files from this machine."""
    workspace: Workspace | None = st.session_state.pop(WORKSPACE, None)
    if workspace is not None:
        workspace.close()
    st.session_state.pop(SIGNATURE, None)


def start_again() -> None:
    """Forget the files, and every choice made for them."""
    forget()
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    for key in [key for key in st.session_state if str(key).startswith("import.")]:
        del st.session_state[key]


def known_mappings() -> list[Named]:
    """Saved matches and presets; what is wrong with a saved one is said."""
    saved, faults = saved_mappings(read_deployment(os.environ).mappings_folder)
    for fault in faults:
        st.warning(f"A saved match cannot be used. {literal(fault)}", icon=":material/warning:")
    return [*saved, *presets()]


def crowded(items: list[Item]) -> bool:
    """Whether some of many files are recognised, so that the others are passed over unless chosen."""
    known = sum(bool(item.tables or (item.fits and item.fits[0].whole)) for item in items)
    return known > 0 and len(items) - known > FEW_OTHERS


def way_of(item: Item, number: int, *, passed_over: bool, alone: bool, lists_people: bool) -> str:
    """How a file is to be read, chosen by the reader: a word of this module, or the number of a fit.

    passed_over: a file that is not recognised is left out unless the reader says more. alone: no other file could look
    things up in it. lists_people: it is a list of clients.
    """
    ways = _ways(item, alone=alone)
    if not ways:
        st.markdown(f"**{literal(item.name)}**")
        st.warning(literal(item.stop), icon=":material/block:")
        return LEFT_OUT
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with right:
        chosen = st.selectbox(
            "Read it",
            list(ways),
            format_func=ways.__getitem__,
            index=_usual_way(item, list(ways), passed_over=passed_over, lists_people=lists_people),
            key=f"import.{number}.way",
        )
    with left:
        st.markdown(f"**{literal(item.name)}**")
        note(_recognised(item, str(chosen)))
    return str(chosen)


def _ways(item: Item, *, alone: bool) -> dict[str, str]:
    ways = {AS_IT_IS: f"as {_tables(item.tables)}"} if item.tables else {}
    for place, fit in enumerate(item.fits):
        ways[str(place)] = f"with {KINDS[fit.mapping.kind].format(fit.mapping.name)}"
    if item.by_hand:
        ways[BY_HAND] = "by matching its columns"
        if not alone:
            ways[ONLY_LOOKED_INTO] = "only to look things up in it, like a list of clients"
    return {**ways, LEFT_OUT: "not at all"} if ways else {}


def _usual_way(item: Item, ways: list[str], *, passed_over: bool, lists_people: bool) -> int:
    """A mapping that finds all it names, else matching by hand."""
    if item.tables or (item.fits and (item.fits[0].whole or not item.by_hand)):
        return 0
    if lists_people and ONLY_LOOKED_INTO in ways:
        return ways.index(ONLY_LOOKED_INTO)
    return ways.index(LEFT_OUT if passed_over else BY_HAND)


def _recognised(item: Item, chosen: str) -> str:
    if chosen == AS_IT_IS:
        return f"Recognised by its name and columns: {_tables(item.tables)}."
    if chosen == BY_HAND:
        return "Say below which column is what. What you say is kept for next time."
    if chosen == ONLY_LOOKED_INTO:
        return "Nothing of it is loaded by itself. Choose it where another file needs it."
    if chosen == LEFT_OUT:
        return "Passed over."
    return _recognised_by(item.fits[int(chosen)])


def _recognised_by(fit: Fit) -> str:
    if not fit.tables:
        return "Recognised by its columns. The other files are looked up in it."
    gives = _tables(tuple(dict.fromkeys(fit.tables)))
    if fit.whole:
        return f"Recognised by its columns. It gives: {gives}."
    return f"Some columns that this mapping names are not in the file. It gives: {gives}."


def _tables(names: tuple[str, ...]) -> str:
    return ", ".join(TABLE_NAMES[name].lower() for name in names)
