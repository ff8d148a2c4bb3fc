"""Drafts a mapping for a file from its headers and the shapes of its values.

No value of the file stands in the draft, but words of our own lists that were found in it. What cannot be
told is said in a comment. The draft loads as it is, or its first lines say what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from etl.appointments import MAPPABLE
from etl.contract import TableSpec
from etl.errors import UsageError
from etl.identifiers import shown_file_name
from etl.reshape import shown_name
from etl.suggest_columns import Draft, Seen, column_lines, lacking_lines, quoted
from etl.suggest_look import Look, format_words, look, name_pattern
from etl.suggest_match import best_table, matched_columns, needed_columns
from etl.suggest_redcap import is_redcap, redcap_draft
from etl.suggest_scales import as_scored, instrument_line, measures_pain


def suggest_mapping(path: Path, scratch: Path, table_name: str | None = None) -> str:
    """A draft for one file; `table_name` None takes the table that fits its headers best.

    Raises
    ------
    UsageError
        if there is no such file, or no table fits.
    LoadError
        if it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {shown_file_name(path.name)!r}. Check the path.")
    seen = look(path, scratch)
    if table_name is None and is_redcap(seen.columns):
        return _text(seen, redcap_draft(seen))
    return draft_text(seen, table_name or best_table(seen.columns).name)


def draft_text(seen: Look, table_name: str) -> str:
    """The draft for what was seen, as a table of ours."""
    return _text(seen, _entry(MAPPABLE[table_name], seen))


def _text(seen: Look, draft: Draft) -> str:
    return "\n".join([*_head(seen.path, draft), *draft.lines]) + "\n"


# --- the draft


def _head(path: Path, draft: Draft) -> Iterator[str]:
    yield f"# Draft for {shown_file_name(path.name)}, made from its headers and the shapes of its values."
    yield "# Confirm every line against your own export, then: return-to-run load FILE --mapping THIS --check"
    if draft.missing:
        yield "#"
        yield "# MISSING, the draft does not load yet:"
        yield from (f"# - {line}" for line in draft.missing)
    yield ""
    if draft.needs_timezone:
        yield 'timezone = "Europe/London" # your own'
        yield ""


def _entry(table: TableSpec, seen: Look) -> Draft:
    draft, columns = Draft(), seen.columns
    written = format_words(seen)
    matched = matched_columns(table, columns)
    used = {column.place for column in matched.values()}
    left = [column for column in columns if column.place not in used and column.header.strip()]
    draft.lines += [
        f"[files.{table.name}]",
        f"match = {quoted(name_pattern(seen.part))}",
        f'table = "{table.name}"',
    ]
    draft.lines += [written] if written else []
    draft.lines += [*_dropped(left), "", f"[files.{table.name}.columns]"]
    for spec in table.columns:
        if spec.name in matched:
            draft.lines += column_lines(as_scored(spec, matched), matched[spec.name], draft)
        elif spec.name == "instrument":
            draft.lines.append(instrument_line(matched.get("value")))
        elif spec.name == "context" and measures_pain(matched):
            draft.lines.append('context = { const = "usual_week" } # what was asked about: is it?')
        elif spec.name in needed_columns(table):
            draft.lines += lacking_lines(spec, draft)
    return draft


def _dropped(left: Sequence[Seen]) -> list[str]:
    """Columns with personal data are dropped by name; the others are listed, for a look."""
    personal = [column.header for column in left if column.personal]
    others = [shown_name(column.header, column.place) for column in left if not column.personal]
    lines = [f"drop = [{', '.join(map(quoted, personal))}] # they identify people"] if personal else []
    return [*lines, *([f"# not used: {', '.join(others)}"] if others else [])]
