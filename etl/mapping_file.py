"""Reads mapping files and the presets that come with the program; every mistake is said, by its path."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from etl.errors import UsageError
from etl.identifiers import may_be_shown, refuse_constant, shown_file_name
from etl.mapping import Mapping, columns_of
from etl.mapping_check import mistakes

PRESETS = package_files("etl") / "presets"


class MappingError(UsageError):
    """The mapping file is not right. One line per mistake: path, what is wrong, what is allowed."""


def read_mapping(path: Path) -> tuple[Mapping, str]:
    """A mapping file, and the hash of its content.

    Raises
    ------
    MappingError
        with every mistake of the file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        name = shown_file_name(path.name)
        remedy = f"A preset is named by --preset {name}." if name in preset_names() else "Check the path."
        raise UsageError(f"There is no mapping file {name!r}. {remedy}") from None
    return parse_mapping(content, shown_file_name(path.name))


def read_preset(name: str) -> tuple[Mapping, str]:
    """A mapping that comes with the program, and the hash of its content."""
    return parse_mapping(preset_text(name).encode(), f"preset {name}")


def preset_text(name: str) -> str:
    """The text of a mapping that comes with the program."""
    if name not in preset_names():
        known = f"There is no preset {name!r}; there are {', '.join(preset_names())}."
        raise UsageError(f"{known} A file is named by --mapping." if name.endswith(".toml") else known)
    return (PRESETS / f"{name}.toml").read_text(encoding="utf-8")


def preset_names() -> list[str]:
    """Names of the mappings that come with the program."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in PRESETS.iterdir() if entry.name.endswith(".toml")
    )


def parse_mapping(content: bytes, name: str) -> tuple[Mapping, str]:
    """A mapping from its text; see `read_mapping`."""
    try:
        mapping = Mapping.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise MappingError(f"{name}: not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name}: not TOML: {error}") from None
    except ValidationError as error:
        found = [
            (_path(item["loc"]), _words(item))
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise _mapping_error(name, found) from None
    _refuse_identifiers(mapping, name)
    found = mistakes(mapping)
    if found:
        raise _mapping_error(name, found)
    return mapping, sha256(content).hexdigest()


def _refuse_identifiers(mapping: Mapping, name: str) -> None:
    """A mapping's own words are stored too."""
    for entry, rule in mapping.files.items():
        for _, column, how in columns_of(rule):
            for text in (how.const, *how.map.values()):
                refuse_constant(text or "", f"{name}: files.{entry}.columns.{column}: a word")


def _mapping_error(name: str, found: list[tuple[str, str]]) -> MappingError:
    return MappingError("\n".join(f"{name}: {path + ': ' if path else ''}{says}." for path, says in found))


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        elif step not in ("tuple[str, ...]", "dict[str,tuple[str, ...]]") and not step.startswith(
            "function-"
        ):
            shown = step if may_be_shown(step) else "…"
            path += f".{shown}" if path else shown
    return path


def _words(item: Any) -> str:
    """What is wrong, without pydantic's manner."""
    match item["type"]:
        case "missing":
            return "is needed"
        case "literal_error":
            return f"allowed: {item['ctx']['expected'].replace(' or ', ', ')}"
        case "model_type" | "dict_type":
            return "a table is needed, like { key = value }"
        case "tuple_type":
            return "a list is needed, like [ … ]"
        case "string_type":
            return "a text is needed, in quotes"
        case "value_error":
            return str(item["ctx"]["error"])
        case _:
            return str(item["msg"]).removeprefix("Input should be ").removeprefix("a valid ")
