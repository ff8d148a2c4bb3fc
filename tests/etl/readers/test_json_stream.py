"""JSON in a stream says what json.loads says, whatever the blocks it is read in."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import FileStop
from etl.readers import json_stream
from etl.readers.json_stream import document_of, items_of, lines_of

SCALARS = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def flat(document):
    """What the stream should give of a document: (key, value, whether it is an item of an array)."""
    members = {"": document} if isinstance(document, list) else document
    for key, value in members.items():
        if isinstance(value, list) and value:
            yield from ((key, item, True) for item in value)
        else:
            yield key, value, False


@given(
    document=st.dictionaries(st.text(), VALUES) | st.lists(VALUES, min_size=1),
    block=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
)
def test_the_stream_gives_every_member(tmp_path_factory, document, block, indent):
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps(document, indent=indent, ensure_ascii=False), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "BLOCK", block)
        found = [(item.key, item.value, item.in_array) for item in items_of(path)]
    assert found == list(flat(document))


@given(content=st.binary(max_size=60) | st.text(alphabet='{}[]",:1e.-tru \n\\', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_stopped(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_bytes(content)
    for read in (lambda: list(items_of(path)), lambda: list(lines_of(path)), lambda: document_of(path)):
        try:
            read()
        except FileStop as stop:
            assert stop.line >= 1  # noqa: PT017 - any other exception fails


def test_numbers_keep_their_digits(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"a": [0.10, 12345678901234567890, 1e2]}')
    assert [item.value for item in items_of(path)] == [Decimal("0.10"), 12345678901234567890, Decimal("1e2")]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('{"a": [\n{"b": 1},\n{"b": }\n]}', {3}),
        ('{"a": [\n{"b": 1}\n{"b": 2}\n]}', {3}),
        ('{"a": [\n{"b": 1},\n{"b": "', {3}),
        ('{\n"a": 1,\n}', {3}),
        ('{\n"a": 1\n}\n\nmore', {5}),
        ('{\n"a" 1\n}', {2}),
        ("\n\nnull", {3}),
        ("{'a': 1}", {1}),
        ('{"a": NaN}', {1}),
        ('{"a": [\n[' + "[" * 100_000, {2}),
        ('{"a":\n' + "9" * 5000 + "}", {2}),
    ],
)
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_bad_json_stops_at_its_line(tmp_path, monkeypatch, content, lines, block):
    monkeypatch.setattr(json_stream, "BLOCK", max(block, len(content) // 2000))
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(FileStop) as stop:
        list(items_of(path))
    assert (stop.value.rule, stop.value.line in lines) == ("bad_json", True)


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "x.json").write_text(" \n")
    with pytest.raises(FileStop) as stop:
        list(items_of(tmp_path / "x.json"))
    assert stop.value.rule == "empty_file"


def test_items_have_the_line_they_begin_on_or_their_place_if_there_are_no_lines(tmp_path):
    path, document = tmp_path / "x.json", {"kind": "page", "of": [{"a": 1}, {"a": 2}], "more": [{"a": 3}]}
    path.write_text(json.dumps(document, indent=1))
    assert [item.line for item in items_of(path)] == [2, 4, 7, 12]
    path.write_text(json.dumps(document) + "\n")
    assert [item.line for item in items_of(path)] == [1, 1, 2, 1]
