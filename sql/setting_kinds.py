"""What a setting's value may look like, beyond words and whole numbers: a colour, a number, a logo."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from xml.etree import ElementTree

LONGEST_TEXT = 1000
LARGEST_LOGO_BYTES = 60_000
WIDEST_LOGO_PIXELS = 2000
LEAST_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: what is not text needs 3:1 against its background."""
PNG_START = b"\x89PNG\r\n\x1a\n"
LOGO = re.compile(r"data:image/(png|svg\+xml);base64,([A-Za-z0-9+/=]+)")
REFERS = re.compile(r"""(?i)(href|src)\s*=|url\s*\(|@import|javascript:""")


def text_problem(value: str) -> str | None:
    """A text on one line."""
    if not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
        return f"is a text of 1 to {LONGEST_TEXT} characters on one line"
    return None


def whole_problem(value: str, low: int, high: int) -> str | None:
    """A whole number within bounds."""
    whole = value.isascii() and value.isdigit()
    if not whole or not low <= int(value) <= high:
        return f"is a whole number from {low} to {high}"
    return None


def tenths_problem(value: str, low: int, high: int) -> str | None:
    """A number with at most one decimal, within bounds."""
    if not re.fullmatch(r"\d{1,4}(\.\d)?", value, re.ASCII) or not low <= float(value) <= high:
        return f"is a number from {low} to {high} with at most one decimal"
    return None


def colour_problem(value: str) -> str | None:
    """A colour that can be seen on white."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return "is a colour like #0b6e75"
    if contrast_on_white(value) < LEAST_CONTRAST:
        return "is too light to be seen on white; choose a darker colour"
    return None


def contrast_on_white(colour: str) -> float:
    """Contrast ratio of #rrggbb against white, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def logo_problem(value: str) -> str | None:
    """A small PNG or SVG as a data address: data:image/png;base64,…"""
    found = LOGO.fullmatch(value)
    if not found:
        return "is a PNG or SVG image as data:image/png;base64,… or data:image/svg+xml;base64,…"
    try:
        content = base64.b64decode(found[2], validate=True)
    except (binascii.Error, ValueError):
        return "cannot be decoded; choose the image again"
    if len(content) > LARGEST_LOGO_BYTES:
        return f"is at most {LARGEST_LOGO_BYTES // 1000} kB; make the image smaller"
    return _png_problem(content) if found[1] == "png" else _svg_problem(content)


def logo_value(content: bytes) -> str:
    """The image's bytes as the value of the setting; whether they may be one, `logo_problem` says."""
    kind = "png" if content.startswith(PNG_START) else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def logo_words(value: str) -> str:
    """What kind of image it is and how large, for lists of settings."""
    found = LOGO.fullmatch(value)
    if not found:
        return ""
    kind = "PNG" if found[1] == "png" else "SVG"
    return f"{kind} image, {max(round(len(found[2]) * 3 / 4 / 1000), 1)} kB"


def _png_problem(content: bytes) -> str | None:
    if not content.startswith(PNG_START) or content[12:16] != b"IHDR" or len(content) < 33:
        return "is not a PNG image"
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= WIDEST_LOGO_PIXELS and 0 < height <= WIDEST_LOGO_PIXELS):
        return f"is at most {WIDEST_LOGO_PIXELS} pixels wide and high; make the image smaller"
    return None


def _svg_problem(content: bytes) -> str | None:
    """An image that runs nothing, loads nothing and holds no entities."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "is not an SVG image"
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        return "must not hold a document type; save the image as plain SVG"
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError:
        return "is not an SVG image"
    if _local(root.tag) != "svg":
        return "is not an SVG image"
    if any(_is_active(element) for element in root.iter()):
        return "must not hold scripts, links or other files; save the image as plain SVG"
    return None


def _is_active(element: ElementTree.Element) -> bool:
    name = _local(element.tag).lower()
    if name in ("script", "foreignobject", "iframe", "image", "use", "a", "animate", "set", "feimage"):
        return True
    if name == "style" and REFERS.search(element.text or ""):
        return True
    for attribute, value in element.attrib.items():
        local = _local(attribute).lower()
        if local.startswith("on") or local in ("href", "src"):
            return True
        if REFERS.search(value) and not re.fullmatch(r"url\(#[\w-]+\)", value.strip()):
            return True
    return False


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]
