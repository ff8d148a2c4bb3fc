"""Import: a mapping that is there already, with the clinic's time zone and way of writing dates; and its download."""

from __future__ import annotations

import tomllib
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from etl.recognise import Fit


def download(name: str, text: str, key: str) -> None:
    """The mapping as a file, for the command line."""
    st.download_button(
        "Download the match",
        data=text,
        file_name=f"{name}.toml",
        mime="application/toml",
        on_click="ignore",
        icon=":material/download:",
        key=f"{key}.download",
        type="tertiary",
    )


def adapt_preset(fit: Fit, number: int) -> str:
    """A preset's text with the clinic's time zone and its way of writing dates."""
    key, text = f"import.{number}.{fit.mapping.name}", fit.mapping.text
    document: dict[str, Any] = tomllib.loads(text)
    if fit.mapping.kind == "preset":
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if before := document.get("timezone"):
                text = text.replace(f'timezone = "{before}"', f'timezone = "{time_zone(key, before)}"', 1)
            if "%d/%m/%Y" in text and _month_first(key):
                text = text.replace("%d/%m/%Y", "%m/%d/%Y")
    download(fit.mapping.name, text, key)
    return text


def _month_first(key: str) -> bool:
    ways = {"day": "3 April", "month": "4 March"}
    chosen = st.segmented_control(
        "03/04/2026 is",
        list(ways),
        default="day",
        format_func=ways.__getitem__,
        required=True,
        key=f"{key}.order",
    )
    return chosen == "month"


def time_zone(key: str, usual: str = "Europe/London") -> str:
    """The clinic's time zone; the browser's, to begin with."""
    zones = sorted(available_timezones())
    here = st.context.timezone if st.context.timezone in zones else usual
    return str(st.selectbox("The clinic's time zone", zones, zones.index(here), key=f"{key}.zone"))
