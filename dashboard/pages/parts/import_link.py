"""Import, matching by hand: patients found by e-mail or phone, and values taken from another file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.pages.parts.import_beside import Beside
from dashboard.pages.parts.panels import note
from etl import column_facts as facts
from etl.draft import FieldDraft, LinkDraft, LookupDraft
from etl.draft_suggested import lists_people, suggested_table
from etl.lookups import as_email, as_phone
from etl.suggest_columns import Seen
from etl.suggest_look import Look

WAYS = {"email": "e-mail address", "phone": "telephone number"}
NO_OTHER_FILE = "Drop the other file too, so that it can be looked up: the list of clients, for example."


def link_people(
    key: str, columns: Sequence[Seen], beside: Beside, usual: LinkDraft | None
) -> LinkDraft | None:
    """Who a row is about, by what the client list knows of them. Addresses and numbers are only compared."""
    if not beside.looks():
        st.info(NO_OTHER_FILE, icon=":material/upload_file:")
        return None
    start = beside.that_has(_headers_there(usual)) if usual else _with_contacts(columns, beside)
    chosen = beside.choose("Which file lists your clients?", f"{key}.file", start)
    if chosen is None:
        return None
    there = beside.looks()[chosen]
    code = column_choice(
        "Their number or code there",
        f"{key}.{chosen}.code",
        _codes(there),
        usual.code if usual else _usual_code(there),
    )
    before = {way: getattr(usual, way) if usual else None for way in WAYS}
    pairs = {way: _pair(f"{key}.{chosen}.{way}", way, columns, there, before[way]) for way in WAYS}
    note("E-mail addresses and telephone numbers are compared in memory. None of them is kept or shown.")
    if code is None or not any(pairs.values()):
        return None
    replaced = st.checkbox(
        "Replace the number by a code under the clinic's key",
        value=bool(usual and usual.pseudonymise),
        key=f"{key}.pseudonymise",
        help="Choose the same as for the appointments, or the two do not find each other.",
    )
    return LinkDraft(beside.name(chosen), code, pairs["email"], pairs["phone"], bool(replaced))


def has_contacts(columns: Sequence[Seen], beside: Beside) -> bool:
    """Whether people can be found in another file by what stands here."""
    return _with_contacts(columns, beside) is not None


def _headers_there(link: LinkDraft) -> list[str]:
    return [link.code, *(pair[1] for pair in (link.email, link.phone) if pair)]


def _with_contacts(columns: Sequence[Seen], beside: Beside) -> int | None:
    """The first file with e-mail addresses or telephone numbers as they stand here; better a list of clients."""
    ways = [way for way in WAYS if _holding(way, columns)]
    looks = beside.looks()
    found = [n for n, seen in looks.items() if any(_holding(way, seen.columns) for way in ways)]
    return min(found, key=lambda number: not lists_people(looks[number].columns), default=None)


def _holding(way: str, columns: Sequence[Seen]) -> list[Seen]:
    """Columns whose names and values are of a way to reach people, the fullest first."""
    compared = as_email if way == "email" else as_phone
    counts = {column.place: sum(bool(compared(text)) for text in column.filled) for column in columns}
    found = [
        column for column in columns if column.personal and counts[column.place] * 2 > len(column.filled)
    ]
    return sorted(found, key=lambda column: -counts[column.place])


def _usual_code(there: Look) -> str:
    return suggested_table("appointments", there.columns).fields.get("patient_id", FieldDraft()).header


def _codes(there: Look) -> list[Seen]:
    return [column for column in facts.choices(list(there.columns)) if column.filled]


def _pair(
    key: str, way: str, here: Sequence[Seen], there: Look, usual: tuple[str, str] | None
) -> tuple[str, str] | None:
    """The two columns with the same kind of address; None if there are none."""
    both = _holding(way, here), _holding(way, there.columns)
    if usual is None and not all(both):
        return None
    left, right = st.columns(2)
    starts = usual or tuple(found[0].header for found in both)
    with left:
        one = column_choice(f"The {WAYS[way]} in this file", f"{key}.here", _filled(here), starts[0])
    with right:
        other = column_choice(f"The {WAYS[way]} there", f"{key}.there", _filled(there.columns), starts[1])
    return (one, other) if one and other else None


def _filled(columns: Sequence[Seen]) -> list[Seen]:
    return [column for column in columns if column.header.strip() and column.filled]


def column_choice(label: str, key: str, columns: Sequence[Seen], usual: str | None) -> str | None:
    """The header of a column, chosen from those of a file."""
    headers = [column.header for column in columns]
    labels = {column.header: facts.label(column) for column in columns}
    chosen = st.selectbox(
        label,
        headers,
        index=headers.index(usual) if usual in headers else None,
        format_func=labels.__getitem__,
        key=key,
        placeholder="Choose a column",
    )
    return None if chosen is None else str(chosen)


def look_up(
    key: str,
    columns: Sequence[Seen],
    beside: Beside,
    usual: FieldDraft,
    of_column: Callable[[Seen], FieldDraft],
) -> FieldDraft:
    """A value taken from another file, found there by a column that both files have."""
    if not beside.looks():
        st.info(NO_OTHER_FILE, icon=":material/upload_file:")
        return FieldDraft()
    known = usual.lookup
    start = beside.that_has((known.key, known.value)) if known else None
    chosen = beside.choose("In which file does it stand?", f"{key}.file", start)
    if chosen is None:
        return FieldDraft()
    there = _filled(beside.looks()[chosen].columns)
    here = column_choice(
        "The column here …", f"{key}.here", _filled(columns), usual.header if known else None
    )
    same = column_choice(
        "… is the same as this column there", f"{key}.{chosen}.key", there, known.key if known else None
    )
    taken = column_choice(
        "Take from there", f"{key}.{chosen}.value", facts.choices(there), known.value if known else None
    )
    if not (here and same and taken):
        return FieldDraft()
    column = next(column for column in there if column.header == taken)
    found = of_column(column)
    if not found.given:
        return found
    lookup = LookupDraft(beside.name(chosen), same, taken)
    return FieldDraft(
        here, "", found.formats, found.words, found.parse, found.scale, found.pseudonymise, lookup
    )
