"""Import, matching by hand: the words of a column, and which of ours each of them means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.field_names import code_label
from dashboard.pages.parts.import_beside import Beside
from dashboard.pages.parts.panels import literal, note
from etl import column_facts as facts
from etl.appointments import MAPPABLE
from etl.cells import plain
from etl.contract import ColumnSpec, TableSpec
from etl.draft import FieldDraft
from etl.draft_suggested import list_sign
from etl.identifiers import sure_kind
from etl.suggest_columns import Seen
from etl.tick_lists import TickList
from sql.reference import instruments

Ask = Callable[[str, str, dict[str, str], str], str]
"""Asks for our word: key, label, our words, the usual one."""
EMPTY = "empty"
MOST_TYPED = 8


@dataclass(frozen=True)
class Place:
    """Where a field stands on the page: what its widgets are called, and its table and spec.

    beside: the other files. absent: what stands there while no column is chosen.
    """

    key: str
    table: str
    spec: ColumnSpec
    required: bool
    beside: Beside
    absent: str = "not in this file"

    @property
    def table_spec(self) -> TableSpec:
        """The table of the field."""
        return MAPPABLE[self.table]

    def on_scale(self, instrument: str) -> Place:
        """The same place for values on a scale: only one from 0 to 10 is asked how it is written."""
        scale = instruments().get(instrument)
        plain_number = scale is not None and scale.high != 10
        return replace(self, spec=replace(self.spec, is_score=False)) if plain_number else self


def match_words(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    """Their words and ours. What is not matched is refused, row by row, and said."""
    spec = place.spec
    if spec.kind == "codes" and not isinstance(column, TickList):
        start = replace(start, parse=_list_sign(place, column, start))
        column = facts.split(column, start.parse)
    found = facts.words(column, spec)
    if found.closed:
        st.warning(found.closed, icon=":material/block:")
        return FieldDraft()
    options = {"": "like all other words", EMPTY: "an empty cell"}
    options |= {code: code_label(spec.name, code) for code in spec.codes}
    ask = _several_words if spec.kind == "codes" else _one_word
    matched: dict[str, str] = {}
    with st.grid(2, min_column_width=130, gap="xsmall"):
        for number, (word, rows) in enumerate(found.shown.items()):
            usual = start.words.get(word, facts.our_word(spec, word))
            usual = EMPTY if usual == "" and word in start.words else usual
            matched[word] = ask(f"{place.key}.word.{number}", f"{literal(word)} · {rows}×", options, usual)
    if found.hidden_words:
        matched |= _typed(place, found, options, start, ask)
    others = _others(place, options, start)
    words = {word: "" if ours == EMPTY else ours for word, ours in matched.items() if ours}
    if not others:  # with a word for all others, those that are ours already must be named
        words = {word: ours for word, ours in words.items() if plain(word) != plain(ours)}
    else:
        words["*"] = "" if others == EMPTY else others
        if spec.required:
            words[""] = others
    return replace(start, words=words)


def _list_sign(place: Place, column: Seen, start: FieldDraft) -> str:
    """Whether one cell holds several words, asked where a cell has a comma or semicolon."""
    usual = list_sign(column)
    if not (usual or start.parse):
        return ""
    ways = {
        "": "one entry",
        "comma_list": "several, with commas",
        "semicolon_list": "several, with semicolons",
    }
    chosen = st.segmented_control(
        "One cell holds",
        list(ways),
        default=start.parse or usual,
        format_func=ways.__getitem__,
        required=True,
        key=f"{place.key}.sign",
    )
    return str(chosen)


def _several_words(key: str, label: str, options: dict[str, str], usual: str) -> str:
    """None, one or several of our words, `;` between; none means: like all other words."""
    codes = [code for code in options if code not in ("", EMPTY)]
    start = [code for code in usual.split(";") if code in codes]
    chosen = st.multiselect(
        label, codes, start, options.__getitem__, key=key, placeholder="like all other words"
    )
    return ";".join(chosen)


def _one_word(key: str, label: str, options: dict[str, str], usual: str) -> str:
    codes = list(options)
    start = codes.index(usual) if usual in codes else 0
    return str(st.selectbox(label, codes, start, options.__getitem__, key=key))


def _typed(
    place: Place, found: facts.Words, options: dict[str, str], start: FieldDraft, ask: Ask
) -> dict[str, str]:
    """Long answers are not shown, because they may be free text: their author types them."""
    note(
        f"{found.hidden_words} more answers, in {found.hidden_rows} rows, are too long to be shown here: they may be "
        "free text. If they are answers of your form, type them as the form has them."
    )
    matched: dict[str, str] = {}
    kept = [word for word in start.words if word not in found.shown and word not in ("*", "")]
    for number in range(min(max(found.hidden_words, len(kept)), MOST_TYPED)):
        left, right = st.columns(2)
        before = kept[number] if number < len(kept) else ""
        with left:
            word = st.text_input("The answer", value=before, key=f"{place.key}.typed.{number}").strip()
        with right:
            ours = ask(f"{place.key}.typed.{number}.is", "is", options, start.words.get(before, ""))
        if word and sure_kind(word, words=False):
            st.warning(
                "This looks like what identifies a person. Type an answer of your form.",
                icon=":material/block:",
            )
        elif word:
            matched[word] = ours
    return matched


def _others(place: Place, options: dict[str, str], start: FieldDraft) -> str:
    codes = {"": "are refused, row by row"}
    if not place.spec.required:
        codes[EMPTY] = "leave the field empty"
    codes |= {c: f"are: {n}" for c, n in options.items() if c not in ("", EMPTY)}
    usual = start.words.get("*", EMPTY if place.spec.kind == "codes" else "")
    usual = EMPTY if usual == "" and ("*" in start.words) else usual
    return _one_word(f"{place.key}.others", "All other words, and new ones", codes, usual)
