"""Import, matching by hand: the other dropped files, in which a file may look things up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.import_workspace import Workspace
from dashboard.pages.parts.import_drop import BY_HAND, ONLY_LOOKED_INTO
from etl.draft_suggested import suggested_format
from etl.recognise import Item
from etl.saved_mappings import slug_of_file
from etl.suggest_look import Look


@dataclass
class Beside:
    """The other files of a drop, by their number on the page; `used` are those that a match looks into."""

    workspace: Workspace
    items: Sequence[tuple[int, Item]] = ()
    used: set[int] = field(default_factory=set)

    def looks(self) -> dict[int, Look]:
        """Those that can be read as tables."""
        found = {number: self.workspace.look(item) for number, item in self.items if item.by_hand}
        return {number: seen for number, seen in found.items() if not isinstance(seen, str)}

    def name(self, number: int) -> str:
        """What the mapping calls a file: as the file is called, if that may be written down."""
        names: list[str] = []
        for other, item in self.items:
            plain = slug_of_file(item.path, "other-file")
            names.append(plain if plain not in names else f"{plain}-{other}")
            if other == number:
                break
        return f"in-{names[-1]}"

    def that_has(self, headers: Iterable[str]) -> int | None:
        """The first file with these columns."""
        wanted = set(headers)
        return next(
            (
                number
                for number, seen in self.looks().items()
                if wanted <= {column.header for column in seen.columns}
            ),
            None,
        )

    def choose(self, label: str, key: str, usual: int | None) -> int | None:
        """One of the files, chosen by the reader. It needs no match of its own then."""
        names = {number: item.name for number, item in self.items if number in self.looks()}
        options = list(names)
        chosen = st.selectbox(
            label,
            options,
            index=options.index(usual) if usual in options else None,
            format_func=names.__getitem__,
            key=key,
            placeholder="Choose one of the dropped files",
            on_change=_only_look_into,
            args=(key,),
        )
        if chosen is not None:
            self.used.add(int(chosen))
        return None if chosen is None else int(chosen)

    def formats(self) -> dict[str, dict[str, Any]]:
        """How the files that are looked into are written, by the names of their entries."""
        looks = self.looks()
        return {self.name(number): suggested_format(looks[number]) for number in sorted(self.used)}

    def paths(self) -> tuple[Path, ...]:
        """Where they lie."""
        return tuple(dict.fromkeys(item.path for number, item in self.items if number in self.used))


def _only_look_into(key: str) -> None:
    """A file that was chosen to look into, and would be matched by hand, is asked for nothing more."""
    way = f"import.{st.session_state[key]}.way"
    if st.session_state.get(way) == BY_HAND:
        st.session_state[way] = ONLY_LOOKED_INTO
