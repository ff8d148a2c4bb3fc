"""Import, matching by hand: the words of a column, and which of ours each of them means."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dashboard.field_names import code_label
from dashboard.pages.parts.panels import literal, note
from etl import column_facts as facts
from etl.cells import plain
from etl.contract import ColumnSpec
from etl.draft import FieldDraft
from etl.identifiers import sure_kind
from etl.suggest_columns import Seen

EMPTY = "empty"
MOST_TYPED = 8


@dataclass(frozen=True)
class Place:
    """Where a field stands on the page: what its widgets are called, and its table and spec."""

    key: str
    table: str
    spec: ColumnSpec
    required: bool


def match_words(place: Place, column: Seen, start: FieldDraft) -> FieldDraft:
    """Their words and ours. What is not matched is refused, row by row, and said."""
    found, spec = facts.words(column, place.spec), place.spec
    if found.closed:
        st.warning(found.closed, icon=":material/block:")
        return FieldDraft()
    options = {"": "like all other words", EMPTY: "an empty cell"}
    options |= {code: code_label(spec.name, code) for code in spec.codes}
    matched: dict[str, str] = {}
    with st.grid(2, min_column_width=130, gap="xsmall"):
        for number, (word, rows) in enumerate(found.shown.items()):
            usual = start.words.get(word, facts.our_word(spec, word))
            usual = EMPTY if usual == "" and word in start.words else usual
            matched[word] = _one_word(
                f"{place.key}.word.{number}", f"{literal(word)} · {rows}×", options, usual
            )
    if found.hidden_words:
        matched |= _typed(place, found, options, start)
    others = _others(place, options, start)
    words = {word: "" if ours == EMPTY else ours for word, ours in matched.items() if ours}
    words = {word: ours for word, ours in words.items() if plain(word) != plain(ours)}
    if others:
        words["*"] = others
        if spec.required:
            words[""] = others
    return replace(start, words=words)


def _one_word(key: str, label: str, options: dict[str, str], usual: str) -> str:
    codes = list(options)
    start = codes.index(usual) if usual in codes else 0
    return str(st.selectbox(label, codes, start, options.__getitem__, key=key))


def _typed(place: Place, found: facts.Words, options: dict[str, str], start: FieldDraft) -> dict[str, str]:
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
            ours = _one_word(f"{place.key}.typed.{number}.is", "is", options, start.words.get(before, ""))
        if word and sure_kind(word, words=False):
            st.warning(
                "This looks like what identifies a person. Type an answer of your form.",
                icon=":material/block:",
            )
        elif word:
            matched[word] = ours
    return matched


def _others(place: Place, options: dict[str, str], start: FieldDraft) -> str:
    codes = {
        "": "are refused, row by row",
        **{c: f"are: {n}" for c, n in options.items() if c not in ("", EMPTY)},
    }
    return _one_word(f"{place.key}.others", "All other words, and new ones", codes, start.words.get("*", ""))
