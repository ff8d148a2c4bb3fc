"""Import, matching by hand: one field of ours, and what of the file becomes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from dashboard.field_names import code_label, date_example, field_label
from dashboard.pages.parts.import_link import look_up
from dashboard.pages.parts.import_words import Place, match_words
from dashboard.pages.parts.panels import note
from etl import column_facts as facts
from etl.draft import CHECKBOXES, FieldDraft
from etl.draft_suggested import suggested_field
from etl.identifiers import denied_header
from etl.parse import KEY_PATTERN
from etl.suggest_columns import Seen
from etl.tick_lists import TickList, tick_lists

NOTHING, SAME, FROM_ANOTHER = "nothing", "the same", "from another file"
SCALES = {"": "as it is", "0-100 to 0-10": "from 0–100 to 0–10", "0-1 to 0-10": "from 0–1 to 0–10"}


def field(place: Place, columns: list[Seen], usual: FieldDraft) -> FieldDraft:
    """One line: the field, the column chosen for it, and how its values are read."""
    if place.spec.kind == "codes":
        columns = [*columns, *tick_lists(columns)]
    with st.container(border=True, gap="small"):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            chosen = choose_column(place, columns, usual)
        with right:
            return of_choice(place, columns, usual, chosen)


def of_choice(place: Place, columns: list[Seen], usual: FieldDraft, chosen: str) -> FieldDraft:
    """What becomes of the choice for a field: nothing, one value, another file's, or a column."""
    if chosen == NOTHING:
        note(f"{place.spec.meaning.capitalize()}.")
        return FieldDraft()
    if chosen == SAME:
        return FieldDraft(const=_constant(place, usual))
    if chosen == FROM_ANOTHER:
        return look_up(
            f"{place.key}.look", columns, place.beside, usual, partial(_of_looked_up, place, usual)
        )
    column = next(column for column in columns if str(column.place) == chosen)
    start = usual if _is_meant(column, usual) else suggested_field(place.spec, column)
    return of_column(replace(place, key=f"{place.key}.{column.place}"), column, start)


def _label(column: Seen) -> str:
    ticks = f" ({len(column.headers)} columns to tick)" if isinstance(column, TickList) else ""
    return facts.label(column) + ticks


def _is_meant(column: Seen, usual: FieldDraft) -> bool:
    """Whether a draft is about a column: a column may be called like a list of columns to tick."""
    return column.header == usual.header and isinstance(column, TickList) == (usual.parse == CHECKBOXES)


def _of_looked_up(place: Place, usual: FieldDraft, column: Seen) -> FieldDraft:
    known = usual.lookup is not None and usual.lookup.value == column.header
    start = usual if known else suggested_field(place.spec, column)
    return of_column(replace(place, key=f"{place.key}.look.{column.place}"), column, start)


def choose_column(
    place: Place,
    columns: list[Seen],
    usual: FieldDraft,
    more: Mapping[str, str] | None = None,
    first: str = "",
) -> str:
    """The column, by its place in the file, or another origin; more: further ones. first: what is proposed."""
    allowed = columns if place.spec.kind == "key" else facts.choices(columns)
    labels = {NOTHING: "Choose a column …" if place.required else place.absent}
    labels |= {str(column.place): _label(column) for column in allowed if column.header.strip()}
    if place.spec.name not in ("patient_id", "episode_id", "value", "score_id"):
        labels[SAME] = "the same for every row …"
    if place.beside.items and place.spec.name not in ("value", "score_id", "status"):
        labels[FROM_ANOTHER] = "from another file …"
    labels |= more or {}
    found = next((str(c.place) for c in allowed if usual.header and _is_meant(c, usual)), NOTHING)
    start = first or (SAME if usual.const else FROM_ANOTHER if usual.lookup else found)
    name = field_label(place.table, place.spec.name) + (" (needed)" if place.required else "")
    options = list(labels)
    chosen = st.selectbox(
        name,
        options,
        format_func=labels.__getitem__,
        index=options.index(start) if start in options else 0,
        key=place.key,
        help=place.spec.meaning.capitalize(),
    )
    return str(chosen)


def _constant(place: Place, usual: FieldDraft) -> str:
    key, spec = f"{place.key}.const", place.spec
    if spec.kind == "code":
        codes = list(spec.codes)
        start = codes.index(usual.const) if usual.const in codes else 0
        return str(st.selectbox("In every row", codes, start, lambda c: code_label(spec.name, c), key=key))
    if spec.kind in ("date", "partial_date"):
        chosen = st.date_input("In every row", value=None, key=key)
        return chosen.isoformat() if isinstance(chosen, date) else ""
    typed = st.text_input("In every row", value=usual.const, key=key, placeholder="a code, like T1").strip()
    if typed and spec.kind == "key" and not KEY_PATTERN.fullmatch(typed):
        st.warning("A code is up to 64 letters, digits and _ . : -", icon=":material/warning:")
        return ""
    return typed


def of_column(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    """How the values of a column become the field's."""
    match place.spec.kind:
        case "date" | "partial_date":
            return _date(place, column, start)
        case "code" if start.parse == "age_band":
            note("Ages in years become bands; the age itself is not kept.")
            return start
        case "code" | "codes":
            return match_words(place, column, start)
        case "number" | "integer":
            return _number(place, column, start)
        case "key":
            return _key(place, column, start)


def _date(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    ways = facts.date_ways(column, partial=place.spec.kind == "partial_date")
    if set(ways) == {"iso"}:
        note(f"Dates · {_shapes(column)}")
        return replace(start, formats=("iso",))
    if not ways:
        st.warning(
            f"No way of writing dates that is known here fits · {_shapes(column)}", icon=":material/warning:"
        )
        return FieldDraft()
    ask = _which_first if facts.day_or_month_first(column) else _which_ways
    chosen = ask(place.key, ways, facts.rows(column), start)
    note(_shapes(column))
    return replace(start, formats=chosen) if chosen else FieldDraft()


def _which_ways(key: str, ways: dict[str, int], total: int, start: FieldDraft) -> tuple[str, ...]:
    """Ways of writing dates, with the rows that each fits."""
    chosen = st.multiselect(
        "Dates are written like",
        list(ways),
        default=[how for how in start.formats if how in ways],
        format_func=lambda how: f"{date_example(how)} · fits {ways[how]} of {total}",
        key=f"{key}.formats",
        placeholder="Choose how the dates are written",
    )
    return tuple(chosen)


def _which_first(key: str, ways: dict[str, int], _total: int, start: FieldDraft) -> tuple[str, ...]:
    """No value has a day above 12, so only the reader knows."""
    orders = {"day": facts.MONTH_FIRST, "month": facts.DAY_FIRST}
    known = [
        order for order, others in orders.items() if start.formats and not set(start.formats) & set(others)
    ]
    chosen = st.segmented_control(
        "03/04 is … (no value tells whether day or month comes first)",
        list(orders),
        default=known[0] if len(known) == 1 else None,
        format_func={"day": "3 April: day first", "month": "4 March: month first"}.__getitem__,
        key=f"{key}.order",
    )
    return tuple(how for how in ways if how not in orders[chosen]) if chosen else ()


def _number(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    if place.spec.is_score or place.spec.high == 10:
        scales = [*SCALES, *([start.scale] if start.scale not in SCALES else [])]
        scale = st.selectbox(
            "Its scale",
            scales,
            scales.index(start.scale),
            lambda name: SCALES.get(name, name),
            key=f"{place.key}.scale",
        )
        start = replace(start, scale=str(scale))
    if start.parse == "first_number":
        note("Labels like “6 – moderate” are read as 6.")
    missing = [text for text, ours in start.words.items() if ours == ""]
    if missing and not st.checkbox(
        f"{', '.join(missing)} means: no answer", value=True, key=f"{place.key}.missing"
    ):
        start = replace(start, words={})
    note(_shapes(column))
    return start


def _key(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    forced = bool(denied_header(column.header)) or start.pseudonymise
    replaced = st.checkbox(
        "Replace by codes under the clinic's key",
        value=forced,
        disabled=forced,
        key=f"{place.key}.pseudonymise",
        help="The same number always becomes the same code, and nobody without the key can turn it back.",
    )
    if forced:
        note(f"These are no plain codes, so they are replaced · {_shapes(column)}")
    else:
        note(_shapes(column))
    return replace(start, pseudonymise=bool(replaced))


def _shapes(column: Seen) -> str:
    """Shapes of the values, never a value."""
    seen = " · ".join(f"`{shape}` {rows}×" for shape, rows in facts.shapes(column))
    return f"looks like {seen}" if seen else "no values"
