"""Import, matching by hand: who a row is about - a column of codes, or an e-mail address or phone number."""

from __future__ import annotations

import streamlit as st

from dashboard.pages.parts.import_field import NOTHING, choose_column, of_choice
from dashboard.pages.parts.import_link import has_contacts, link_people
from dashboard.pages.parts.import_words import Place
from etl.draft import FieldDraft, LinkDraft
from etl.suggest_columns import Seen

LINK = "link"


def person(
    place: Place,
    columns: list[Seen],
    usual: FieldDraft,
    link: LinkDraft | None,
    above: LinkDraft | None,
) -> tuple[FieldDraft, LinkDraft | None]:
    """The patient of a row: the column of their code, or how to find them in the list of clients.

    link: how the match that is changed finds them. above: how the table above does.
    """
    first = LINK if link or (not usual.given and has_contacts(columns, place.beside)) else ""
    more = {LINK: "find them by e-mail or phone …"}
    with st.container(border=True, gap="small"):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            chosen = choose_column(place, columns, usual, more, first)
        with right:
            if chosen == LINK and above:
                st.caption("Found as above.")
                return FieldDraft(), above
            if chosen == LINK:
                return FieldDraft(), link_people(f"{place.key}.link", columns, place.beside, link)
            found = of_choice(place, columns, usual, chosen)
            if chosen == NOTHING and place.required:
                st.caption(
                    "No number in the file? Choose “find them by e-mail or phone”, and drop your client list."
                )
            return found, None
