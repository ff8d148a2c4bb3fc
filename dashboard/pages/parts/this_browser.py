"""Which browser asks, as far as Streamlit itself can tell: the token that it gives every browser against forgery.

A page loaded anew is a new session with nothing in it. What must outlast that is kept under this token, in the server's
memory only.
"""

from __future__ import annotations

import binascii

import streamlit as st

COOKIE = "_streamlit_xsrf"


def browser() -> str | None:
    """The browser's token; None where it gives none, as in tests without a browser."""
    return token_in(st.context.cookies.get(COOKIE, ""))


def token_in(cookie: str) -> str | None:
    """The token behind "2|mask|masked token|time": the mask changes from page to page, the token does not."""
    parts = cookie.strip("\"'").split("|")
    if len(parts) != 4 or parts[0] != "2":
        return None
    try:
        mask, masked = binascii.a2b_hex(parts[1]), binascii.a2b_hex(parts[2])
    except ValueError:
        return None
    if not mask or not masked:
        return None
    return bytes(byte ^ mask[place % len(mask)] for place, byte in enumerate(masked)).hex()
