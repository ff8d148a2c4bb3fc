"""Import: how each dropped file is read - as it is, through a mapping, matched by hand, or not at all."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.import_plan import Chosen
from dashboard.import_workspace import Workspace
from dashboard.pages.parts.import_beside import Beside
from dashboard.pages.parts.import_drop import (
    AS_IT_IS,
    BY_HAND,
    LEFT_OUT,
    ONLY_LOOKED_INTO,
    crowded,
    way_of,
)
from dashboard.pages.parts.import_match import Matched, match_by_hand
from dashboard.pages.parts.import_preset import adapt_preset
from etl.draft_suggested import lists_people
from etl.recognise import Item


def how_to_read_all(items: list[Item], workspace: Workspace) -> list[Matched]:
    """Every file: what it was recognised as, and what the reader says of it. A file left out needs nothing."""
    adapted: dict[str, str] = {}
    passed_over = crowded(items)
    return [
        _how_to_read(items, number, workspace, adapted, passed_over=passed_over)
        for number in range(len(items))
    ]


def _how_to_read(
    items: list[Item], number: int, workspace: Workspace, adapted: dict[str, str], *, passed_over: bool
) -> Matched:
    """One file. adapted: texts of the mappings that files above it are read by."""
    item, others = items[number], [(n, item) for n, item in enumerate(items) if n != number]
    with st.container(border=True):
        people = bool(others) and _lists_people(item, workspace)
        way = way_of(item, number, passed_over=passed_over, alone=not others, lists_people=people)
        if way in (LEFT_OUT, ONLY_LOOKED_INTO):
            return Matched(item, None)
        if way == AS_IT_IS:
            return Matched(item, Chosen(item, "as it is"))
        if way == BY_HAND:
            return match_by_hand(item, number, Beside(workspace, others))
        fit = item.fits[int(way)]
        if fit.mapping.sha256 not in adapted:
            adapted[fit.mapping.sha256] = adapt_preset(fit, number)
        text = adapted[fit.mapping.sha256]
        changed = fit.mapping.name if text != fit.mapping.text else ""
        beside = _looked_into_by(fit.mapping.sha256, others)
        return Matched(item, Chosen(item, "mapping", fit.mapping.name, text, save_as=changed, beside=beside))


def _looked_into_by(mapping: str, others: list[tuple[int, Item]]) -> tuple[Path, ...]:
    """The other files in which a mapping looks things up, however they are read themselves."""
    return tuple(
        other.path
        for _, other in others
        if any(fit.mapping.sha256 == mapping and not fit.tables for fit in other.fits)
    )


def _lists_people(item: Item, workspace: Workspace) -> bool:
    """Whether a file that nothing else can read is a list of clients, in which others look people up."""
    if item.tables or not item.by_hand or (item.fits and item.fits[0].whole):
        return False
    seen = workspace.look(item)
    return not isinstance(seen, str) and lists_people(seen.columns)
