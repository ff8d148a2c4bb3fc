"""Writes a mapping as TOML, for people to read and for `load --mapping`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def mapping_text(document: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """The text of a mapping document, as `tomllib` would read it; remarks stand above it."""
    lines = [f"# {_on_one_line(remark)}" for remark in remarks]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in document.items() if name != "files"]
    for name, entry in document["files"].items():
        lines += ["", *_entry(name, entry)]
    return "\n".join(lines) + "\n"


def _entry(name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    path = f"files.{_key(name)}"
    yield f"[{path}]"
    for key, value in entry.items():
        if key != "columns":
            yield f"{_key(key)} = {_value(value)}"
    if "columns" in entry:
        yield f"[{path}.columns]"
        for key, value in entry["columns"].items():
            yield f"{_key(key)} = {_value(value)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return _text(value)
        case Mapping():
            inside = ", ".join(f"{_key(str(key))} = {_value(part)}" for key, part in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return f"[{', '.join(map(_value, value))}]"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in escaped) + '"'


def _on_one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
