"""Import, matching by hand: further values in the same row, each with what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard.field_names import field_label
from dashboard.pages.parts.import_field import field, of_column
from dashboard.pages.parts.import_words import Place
from dashboard.pages.parts.panels import literal
from etl import column_facts as facts
from etl.appointments import MAPPABLE
from etl.draft import REPEATED, FieldDraft, TableDraft
from etl.draft_suggested import day_before, further_scores, of_scale, suggested_field, suggested_scale
from etl.suggest_columns import Seen
from sql.reference import instruments

WORDS = {
    "scores": "Further scores in the same row: their columns",
    "running": "Further answers in the same row: their columns",
    "assessments": "Further measurements in the same row: their columns",
}
TOLD_APART_BY = {
    "scores": ("context", "instrument"),
    "running": ("reported_on",),
    "assessments": ("measure", "side"),
}
"""What a reader may change so that two values of a row are about different things, the likeliest first."""
Fields = Mapping[str, FieldDraft]


def further_values(
    place: Place, columns: list[Seen], fields: Fields, known: TableDraft | None, taken: list[str]
) -> tuple[Fields, ...]:
    """Per further column what it is, as far as it differs from the first. place: that of the first value.

    known: the match that is changed. taken: headers that are something else already.
    """
    first = fields.get(place.spec.name, FieldDraft())
    day = fields.get("scored_on", FieldDraft()).header
    if place.table not in REPEATED or not first.header:
        return ()
    value = place.spec.name
    open_ones = {column.place: column for column in facts.choices(columns) if column.header != first.header}
    before = {more[value].header: more for more in known.further if value in more} if known else {}
    usual = list(before) if known else _likely(place.table, columns, [first.header, *taken])
    chosen = st.multiselect(
        WORDS[place.table],
        list(open_ones),
        default=[number for number, column in open_ones.items() if column.header in usual],
        format_func=lambda number: facts.label(open_ones[number]),
        key=f"{place.key}.further",
        placeholder="Choose columns, if one row holds several",
    )
    return tuple(
        _one(replace(place, key=f"{place.key}.{number}"), columns, open_ones[number], before, day)
        for number in chosen
    )


def _likely(table: str, columns: list[Seen], taken: list[str]) -> list[str]:
    return [column.header for column in further_scores(columns, taken)] if table == "scores" else []


def _suggested(columns: list[Seen], column: Seen, first_day: str) -> dict[str, FieldDraft]:
    """The scale that the header names, and the day that stands before the score, if it has one of its own."""
    day, own = day_before(columns, column), {}
    if day and day.header != first_day:
        own = {"scored_on": suggested_field(MAPPABLE["scores"].column("scored_on"), day)}
    return {**own, **suggested_scale(column)}


def _one(
    place: Place, columns: list[Seen], column: Seen, before: Mapping[str, Fields], first_day: str
) -> Fields:
    """One further value: its own fields, and how it is written."""
    known = before.get(column.header)
    usual = dict(known or (_suggested(columns, column, first_day) if place.table == "scores" else {}))
    found: dict[str, FieldDraft] = {}
    with st.container(border=True, gap="small"):
        st.markdown(f"**{literal(facts.label(column))}**")
        for name in REPEATED[place.table][:-1]:
            if name == "context" and not measures_pain(found):
                continue
            own = Place(
                f"{place.key}.{name}", place.table, place.table_spec.column(name), required=False,
                beside=place.beside, absent="as in the first one",
            )  # fmt: skip
            found[name] = field(own, columns, usual.get(name, FieldDraft()))
        start = usual.get(place.spec.name) or suggested_field(place.spec, column)
        scale = found.get("instrument", FieldDraft()).const
        st.caption(field_label(place.table, place.spec.name))
        found[place.spec.name] = of_column(place.on_scale(scale), column, of_scale(start, scale))
    return {name: drafted for name, drafted in found.items() if drafted.given}


def warn_of_same(table: TableDraft, columns: list[Seen]) -> None:
    """Two columns that are matched to the same question on the same day: the match is wrong, not the file."""
    labels = {column.header: facts.label(column) for column in reversed(columns)}
    names = [
        field_label(table.table, name) for name in TOLD_APART_BY.get(table.table, ()) if name in table.fields
    ]
    for headers in table.same_values():
        shown = " and ".join(f"“{literal(labels[header])}”" for header in headers)
        ways = " or ".join(f"*{name}*" for name in names)
        st.warning(
            f"{shown} are matched to the same question on the same day, so nothing tells them apart. A row in which "
            f"they differ is refused. Change {ways} of all but one, or take them out.",
            icon=":material/warning:",
        )


def measures_pain(found: Fields) -> bool:
    """Whether a score may be of pain, so that it must be said what was asked about."""
    scale = instruments().get(found.get("instrument", FieldDraft()).const)
    return scale is None or scale.measures_pain
