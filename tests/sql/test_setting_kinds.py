"""What a setting may hold beyond words: colours, numbers with one decimal, small images that run nothing."""

from __future__ import annotations

import base64
import struct

import pytest

from dashboard.stats.status import Thresholds
from dashboard.thresholds import status_thresholds
from sql.engine import reading
from sql.setting_kinds import LARGEST_LOGO_BYTES, contrast_on_white, logo_value, logo_words
from sql.settings import SETTINGS

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I", 13)
    + b"IHDR"
    + struct.pack(">IIBBBBB", 200, 80, 8, 6, 0, 0, 0)
    + b"\0" * 4
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0" fill="url(#a)"/></svg>'


def problem(name: str, value: str) -> str | None:
    return SETTINGS[name].problem_with(value)


@pytest.mark.parametrize("content", [PNG, SVG.encode()])
def test_small_images_are_taken(content):
    assert problem("logo", logo_value(content)) is None
    assert logo_words(logo_value(content)).endswith("image, 1 kB")


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a", PNG[:20], PNG[:16] + struct.pack(">II", 9000, 80) + PNG[24:], PNG + b"\0" * LARGEST_LOGO_BYTES,
        b"<html/>", b"<svg", b"\xff\xfe", SVG.replace("<path", "<script/><path").encode(),
        SVG.replace("d=", "onload=").encode(), SVG.replace("url(#a)", "url(http://x/y)").encode(),
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.encode(),
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://x/y.png"/></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><style>@import "x";</style></svg>',
    ],
)  # fmt: skip
def test_other_images_are_refused(content):
    assert problem("logo", logo_value(content)) is not None


@pytest.mark.parametrize(
    "value", ["x", "data:text/html;base64,AAAA", "data:image/png;base64,A", "data:image/png;base64,####"]
)
def test_what_is_no_image_is_refused(value):
    assert problem("logo", value) is not None


def test_a_png_by_name_only_is_refused():
    assert problem("logo", f"data:image/png;base64,{base64.b64encode(SVG.encode()).decode()}") is not None


@pytest.mark.parametrize(("value", "taken"), [
    ("#0b6e75", True), ("#0B6E75", True), ("", True), ("0b6e75", False), ("#fff", False), ("#ffffff", False),
    ("#ffff00", False), ("red", False),
])  # fmt: skip
def test_colours(value, taken):
    assert (problem("accent", value) is None) == taken


def test_contrast_of_black_and_white():
    assert contrast_on_white("#000000") == pytest.approx(21)
    assert contrast_on_white("#ffffff") == pytest.approx(1)


@pytest.mark.parametrize(("value", "taken"), [("2", True), ("1.5", True), ("0", True), ("10", True), ("10.1", False),
                                             ("1.55", False), ("-1", False), ("", False), ("٣", False)])  # fmt: skip
def test_points(value, taken):
    assert (problem("status_change_points", value) is None) == taken


def test_thresholds_are_the_defaults_of_the_rules_until_the_clinic_decides(sqlite_engine):
    with reading(sqlite_engine) as connection:
        assert status_thresholds(connection, "main") == Thresholds()


def test_every_setting_says_what_changes_and_takes_its_own_default():
    for spec in SETTINGS.values():
        assert spec.changes, spec.name
        assert spec.default == "" or spec.problem_with(spec.default) is None, spec.name
