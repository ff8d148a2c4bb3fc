"""Import, matching by hand: what a row of the file is, and which of its columns is what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.field_names import TABLE_MEANINGS, TABLE_NAMES, field_label
from dashboard.import_plan import Chosen
from dashboard.pages.parts.import_beside import Beside
from dashboard.pages.parts.import_field import field
from dashboard.pages.parts.import_further import further_values, measures_pain, warn_of_same
from dashboard.pages.parts.import_person import person
from dashboard.pages.parts.import_preset import download, time_zone
from dashboard.pages.parts.import_words import Place
from dashboard.pages.parts.panels import literal, note
from etl import column_facts as facts
from etl.appointments import MAPPABLE
from etl.draft import REPEATED, FieldDraft, FileDraft, LinkDraft, TableDraft
from etl.draft_reading import draft_of
from etl.draft_suggested import likely_tables, of_scale, suggested_format, suggested_table
from etl.errors import LoadError
from etl.mapping_file import parse_mapping
from etl.recognise import Fit, Item
from etl.saved_mappings import slug, slug_of_file
from etl.suggest_columns import Seen
from etl.suggest_look import Look
from etl.suggest_match import needed_columns


@dataclass(frozen=True)
class Matched:
    """What was said of a file: how it is read once nothing is missing, and what is missing in words."""

    item: Item
    chosen: Chosen | None
    missing: tuple[str, ...] = ()


def match_by_hand(item: Item, number: int, beside: Beside) -> Matched:
    """Everything about one file. beside: the other files, in which it may look things up."""
    key = f"import.{number}"
    first_row = beside.workspace.header_row(item)
    header_row = int(st.session_state.get(f"{key}.header_row", first_row))
    seen = beside.workspace.look(item, header_row)
    if isinstance(seen, str):
        st.error(literal(seen), icon=":material/error:")
        _header_row(key, first_row)
        return Matched(item, None, ("a file that can be read",))
    known = _known_draft(item)
    tables = _tables(key, seen, known)
    drafts: list[TableDraft] = []
    for name in tables:
        above = next((table.link for table in drafts if table.link), None)
        drafts.append(_table(f"{key}.{name}", name, seen, known, beside, above))
    draft = replace(_whole(key, seen, drafts), beside=beside.formats())
    lacking = [field_label(table.table, spec.name) for table in draft.tables for spec in table.missing()]
    missing = list(dict.fromkeys(lacking))
    if not draft.tables:
        missing = ["what a row of the file is"]
    return _finished(item, key, draft, tuple(missing), beside, known)


def _known_draft(item: Item) -> FileDraft | None:
    """The saved match that fits, to be changed."""
    fit = next((fit for fit in item.fits if fit.mapping.kind == "saved"), None)
    return replace(draft, about=fit.mapping.name) if fit and (draft := _as_draft(fit)) else None


def _as_draft(fit: Fit) -> FileDraft | None:
    return draft_of(tomllib.loads(fit.mapping.text))


def _tables(key: str, seen: Look, known: FileDraft | None) -> list[str]:
    usual = [table.table for table in known.tables] if known else likely_tables(seen.columns)
    chosen = st.pills(
        "What does a row of it tell? (one or several)",
        list(TABLE_NAMES),
        selection_mode="multi",
        default=list(dict.fromkeys(usual)),
        format_func=TABLE_NAMES.__getitem__,
        key=f"{key}.tables",
    )
    for name in chosen:
        note(f"{TABLE_NAMES[name]}: {TABLE_MEANINGS[name]}")
    return list(chosen)


def _table(
    key: str, name: str, seen: Look, known: FileDraft | None, beside: Beside, above: LinkDraft | None
) -> TableDraft:
    """The fields of one table: needed ones, those that the headers look like, and those added."""
    spec = MAPPABLE[name]
    before = next((table for table in known.tables if table.table == name), None) if known else None
    usual = before or suggested_table(name, seen.columns)
    needed = needed_columns(spec)
    st.markdown(f"**{TABLE_NAMES[name]}**")
    optional = [c.name for c in spec.columns if c.name not in needed]
    suggested = [column for column in optional if column in usual.fields]
    place_of_fields = st.container(gap="small")
    more = st.multiselect(
        "Further fields",
        optional,
        default=suggested,
        format_func=lambda column: field_label(name, column),
        key=f"{key}.more",
        placeholder="Add what else the file has",
    )
    columns: list[Seen] = list(seen.columns)
    fields: dict[str, FieldDraft] = {}
    link: LinkDraft | None = None
    further: tuple[Mapping[str, FieldDraft], ...] = ()
    with place_of_fields:
        for column in spec.columns:
            if column.name not in needed and column.name not in more:
                continue
            if column.name == "context" and not measures_pain(fields):
                continue
            place = Place(f"{key}.{column.name}", name, column, column.name in needed, beside)
            start = usual.fields.get(column.name, FieldDraft())
            scale = fields.get("instrument", FieldDraft()).const if column.is_score else ""
            if column.name == "patient_id" and spec.by_patient:
                fields[column.name], link = person(place, columns, start, usual.link, above)
            else:
                fields[column.name] = field(place.on_scale(scale), columns, of_scale(start, scale))
            if REPEATED.get(name, ("",))[-1] == column.name:
                further = further_values(place, columns, fields, before, _taken(fields))
    strangers = name not in ("appointments", "episodes") and st.checkbox(
        "Leave out people without a course of care at that time, instead of refusing their rows",
        value=usual.leaves_out_strangers,
        key=f"{key}.strangers",
    )
    given = {column: one for column, one in fields.items() if one.given}
    drafted = TableDraft(name, given, bool(strangers), link, further)
    with place_of_fields:
        warn_of_same(drafted, columns)
    return drafted


def _taken(fields: Mapping[str, FieldDraft]) -> list[str]:
    """Headers that fields come from already."""
    return [drafted.header for drafted in fields.values() if drafted.header]


def _whole(key: str, seen: Look, tables: list[TableDraft]) -> FileDraft:
    """The tables with what the file as a whole needs."""
    used = _used(seen, tables)
    headers = {column.header for column in used} | _linked(tables)
    drop = tuple(c.header for c in seen.columns if c.personal and c.header not in headers)
    empty = tuple(sorted({sign for column in used for sign in facts.empty_signs(column)}))
    if drop:
        columns = "1 column" if len(drop) == 1 else f"{len(drop)} columns"
        note(f"Left out, because the name says that it identifies people: {columns}.")
    if empty:
        note(f"Read as empty: {', '.join(f'`{sign}`' for sign in empty)}")
    zone = _zone(key, used, tables)
    return FileDraft(tuple(tables), suggested_format(seen), drop, empty, zone)


def _used(seen: Look, tables: list[TableDraft]) -> list[Seen]:
    headers = {drafted.header for table in tables for _, drafted in table.all_fields()}
    return [column for column in seen.columns if column.header in headers and column.header]


def _linked(tables: list[TableDraft]) -> set[str]:
    """Headers of addresses by which patients are found: they are read, and never kept."""
    links = [table.link for table in tables if table.link]
    return {pair[0] for link in links for pair in (link.email, link.phone) if pair}


def _zone(key: str, used: list[Seen], tables: list[TableDraft]) -> str:
    """Stamps with an offset from UTC are a day only in the clinic's own time zone."""
    dates = {
        drafted.header
        for table in tables
        for name, drafted in table.all_fields()
        if MAPPABLE[table.table].column(name).kind in ("date", "partial_date")
    }
    if not any(facts.has_offset(column) for column in used if column.header in dates):
        return ""
    return time_zone(key)


def _header_row(key: str, first: int) -> None:
    st.number_input(
        "The column names stand in line", min_value=1, max_value=1000, value=first, key=f"{key}.header_row", width=220,
        help="More than 1, if there are lines above them.",
    )  # fmt: skip


def _finished(
    item: Item, key: str, draft: FileDraft, missing: tuple[str, ...], beside: Beside, known: FileDraft | None
) -> Matched:
    """Name, download, and the last word of the mapping itself."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _name(item, key, draft, known)
        _header_row(key, beside.workspace.header_row(item))
    if missing or not name:
        if missing:
            st.info(f"Still needed: {literal(', '.join(missing))}.", icon=":material/edit:")
        return Matched(item, None, missing or ("a name for the match",))
    text = replace(draft, about=name).text()
    try:
        parse_mapping(text.encode(), "the match")
    except LoadError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return Matched(item, None, ("a match without mistakes",))
    download(name, text, key)
    return Matched(item, Chosen(item, "mapping", name, text, save_as=name, beside=beside.paths()))


def _name(item: Item, key: str, draft: FileDraft, known: FileDraft | None) -> str:
    usual = known.about if known else _usual_name(item, draft)
    typed = st.text_input(
        "Keep this match under the name", value=usual, key=f"{key}.name", max_chars=60,
        help="It is kept when you load, and recognised by the file's columns next time.",
    )  # fmt: skip
    try:
        return slug(typed)
    except LoadError as error:
        st.warning(str(error), icon=":material/warning:")
        return ""


def _usual_name(item: Item, draft: FileDraft) -> str:
    """The file's name without its numbers, if it may be shown; else what it gives."""
    return slug_of_file(item.path, "-and-".join(table.table for table in draft.tables) or "my-match")
