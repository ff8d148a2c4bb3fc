"""Reads a small CSV through an entry of a mapping, without a store."""

from __future__ import annotations

from pathlib import Path

from etl.appointments import MAPPABLE
from etl.errors import read_refused_text
from etl.mapped_columns import Surroundings
from etl.mapping_file import parse_mapping
from etl.readers import parts
from etl.reshape import MappedReader

Rows = list[dict[str, str]]

ENTRY = """
[files.x]
table = "scores"
{more}
[files.x.columns]
episode_id = "id"
scored_on = "day"
instrument = {{ const = "NPRS" }}
value = "v"
"""


def scores_entry(value: str = '"v"', more: str = "") -> str:
    """A mapping of scores whose column `value` is under test."""
    return ENTRY.format(more=more).replace('value = "v"', f"value = {value}")


def reader_of(mapping: str, csv: str, folder: Path, around: Surroundings | None = None) -> MappedReader:
    """The reader for the only entry of a mapping."""
    rule = next(iter(parse_mapping(mapping.encode(), "m.toml")[0].files.values()))
    path = folder / "x.csv"
    path.write_text(csv, encoding="utf-8")
    return MappedReader(parts(path, folder)[0].open(), rule, MAPPABLE[str(rule.table)], around)


def rows_of(reader: MappedReader) -> Rows:
    """All rows; a refused cell as `!rule`."""
    names = reader.header()
    found: Rows = []
    for chunk in reader.chunks():
        for index in range(len(chunk.lines)):
            cells = {name: _shown(column[index]) for name, column in zip(names, chunk.columns, strict=True)}
            found.append({"line": str(chunk.lines[index]), **cells})
    return found


def values(value: str, cells: list[str], folder: Path, more: str = "") -> list[str]:
    """What becomes of cells of the column under test."""
    lines = "".join(f'E{n},2024-01-08,"{cell}"\n' for n, cell in enumerate(cells))
    return [
        row["value"] for row in rows_of(reader_of(scores_entry(value, more), "id,day,v\n" + lines, folder))
    ]


def _shown(text: str) -> str:
    refusal = read_refused_text(text)
    return f"!{refusal.rule}" if refusal else text
