"""Whose report it is: the clinic's name, logo and accent colour, as far as they are set."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass

from sqlalchemy import Connection

from sql.settings import SETTINGS, setting_value

ACCENT = "#0B6E75"
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
SVG = (b"<svg", b"<?xml")
DATA_URL = re.compile(r"data:image/[a-z+]+;base64,", re.ASCII)


@dataclass(frozen=True)
class Brand:
    """Name, accent as #rrggbb, and the bytes of a PNG, JPEG or SVG picture."""

    name: str
    accent: str = ACCENT
    logo: bytes | None = None


def brand(connection: Connection, clinics: tuple[str, ...]) -> Brand:
    """The one clinic's own; of several clinics only how many there are."""
    if len(clinics) != 1:
        return Brand(f"{len(clinics)} clinics")
    values = {
        name: setting_value(connection, clinics[0], name)
        for name in ("clinic_name", "accent", "logo")
        if name in SETTINGS
    }
    accent = values.get("accent", "")
    return Brand(
        values.get("clinic_name") or f"clinic {clinics[0]}",
        accent if COLOUR.fullmatch(accent) else ACCENT,
        _picture(values.get("logo", "")),
    )


def _picture(text: str) -> bytes | None:
    """The bytes behind base64 or a data address; None unless they are a picture that can be printed."""
    try:
        content = b64decode(DATA_URL.sub("", text, count=1), validate=True)
    except (Error, ValueError):
        return None
    return content if content.lstrip().startswith((PNG, JPEG, *SVG)) else None
