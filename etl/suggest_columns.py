"""The lines of a drafted mapping: how one column of a file becomes one of ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from etl.cells import plain
from etl.contract import ColumnSpec
from etl.date_formats import DateReader, date_format
from etl.errors import REFUSAL_MARK, FileStop, shape_of
from etl.identifiers import denied_header
from etl.parse import KEY_PATTERN, ROUNDED_KEY
from etl.suggest_cell_words import MISSING_NUMBERS, NULLS, WORDS

MOST_SHAPES_SHOWN = 4
DAY_FIRST = (
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p", "%d.%m.%Y", "%d-%m-%Y",
    "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M",
)  # fmt: skip
MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m-%d-%Y")
STAMPS = ("%Y/%m/%d %I:%M:%S %p %z", "%Y/%m/%d %I:%M:%S %p %Z")
PLAIN_DATES = (
    "iso", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%Y/%m/%d", "%d %b %Y %H:%M",
    "%d %b %Y, %I:%M%p", "%b %d, %Y %I:%M %p", "%b %d, %Y %I:%M%p",
)  # fmt: skip
_LABEL = re.compile(r"\d+(\.\d+)?\s*[–—:=()-]*\s*[A-Za-z]\D*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_READERS = {
    how: DateReader([date_format(how)], None) for how in (*PLAIN_DATES, *STAMPS, *DAY_FIRST, *MONTH_FIRST)
}


@dataclass
class Seen:
    """A column of the file: its header, and how often which text stands in it."""

    header: str
    place: int
    texts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def filled(self) -> list[str]:
        """Its distinct texts but empty ones, words for nothing and refused cells; asked when all is read."""
        return [
            text
            for text in self.texts
            if text and plain(text) not in NULLS and not text.startswith(REFUSAL_MARK)
        ]

    @property
    def personal(self) -> bool:
        """True if its header says that it holds what identifies people."""
        return bool(denied_header(self.header))


@dataclass
class Draft:
    """The lines of a mapping, and what it still lacks."""

    lines: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    needs_timezone: bool = False


def column_lines(spec: ColumnSpec, column: Seen, draft: Draft) -> list[str]:
    """How a column of the file becomes one of ours; what is not sure is said behind it."""
    if spec.name == "age_band":
        return [f'age_band = {{ from = {quoted(column.header)}, parse = "age_band" }}']
    write: Callable[[ColumnSpec, Seen, Draft], list[str]] = {
        "date": _date,
        "partial_date": _date,
        "code": _words,
        "codes": _words,
        "number": _number,
        "integer": _number,
        "key": _key,
    }[spec.kind]
    return write(spec, column, draft)


def lacking_lines(spec: ColumnSpec, draft: Draft) -> list[str]:
    """A required column that no header looks like."""
    words = f"; one of {', '.join(spec.codes)}" if spec.codes else ""
    draft.missing.append(f"{spec.name}: {spec.meaning}{words}")
    return [f'# {spec.name} = "…" # MISSING: {spec.meaning}{words}']


def _key(spec: ColumnSpec, column: Seen, draft: Draft) -> list[str]:
    source = quoted(column.header)
    if any(ROUNDED_KEY.fullmatch(text) for text in column.filled):
        draft.missing.append(
            f"{spec.name}: a spreadsheet has rounded its codes (like 5.66E+17); export again"
        )
    if all(KEY_PATTERN.fullmatch(text) for text in column.filled):
        return [f"{spec.name} = {source}"]
    return [
        f"{spec.name} = {{ from = {source}, pseudonymise = true }} # no codes: {_shapes(column)}; needs --key"
    ]


def _number(spec: ColumnSpec, column: Seen, _draft: Draft) -> list[str]:
    source, rules = quoted(column.header), []
    codes = sorted({text for text in column.filled if text in MISSING_NUMBERS}, key=float)
    to_ten = spec.is_score or spec.high == 10
    numbers = [float(text) for text in column.filled if _NUMBER.fullmatch(text) and text not in codes]
    if any(_LABEL.fullmatch(text) for text in column.filled):
        rules.append('parse = "first_number"')
    if to_ten and numbers and 10 < max(numbers) <= 100:
        rules.append('scale = "0-100 to 0-10"')
    if to_ten and codes:
        rules.append("map = { " + ", ".join(f'"{code}" = ""' for code in codes) + " }")
    if not rules:
        return [f"{spec.name} = {source}"]
    return [f"{spec.name} = {{ from = {source}, {', '.join(rules)} }} # is it?"]


def _words(spec: ColumnSpec, column: Seen, draft: Draft) -> list[str]:
    """Words that our lists know are mapped; of the others only the shape is shown."""
    source, known, unknown = quoted(column.header), {}, Counter[str]()
    own: dict[str, str] = {}
    for text in column.filled:
        if plain(text) in map(plain, spec.codes):
            own[text] = next(code for code in spec.codes if plain(code) == plain(text))
            continue
        ours = known_word(spec, text)
        if not ours:
            unknown[shape_of(text)] += column.texts[text]
        else:
            known[text] = ours
    if spec.name == "condition" and unknown:
        known.update({**own, "*": "other", "": "other"})  # or `*` would take them
    if not known and not unknown:
        return [f"{spec.name} = {source}"]
    inside = ", ".join(f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in known.items())
    start = "# " if unknown and not known and not spec.required else ""
    line = f"{start}{spec.name} = {{ from = {source}" + (f", map = {{ {inside} }} }}" if known else " }")
    if not start:
        _note_unmatched(spec, unknown, draft)
    return [line, *_unknown_words(spec, unknown)]


def _note_unmatched(spec: ColumnSpec, unknown: Counter[str], draft: Draft) -> None:
    if unknown and spec.name != "condition":
        rows = sum(unknown.values())
        draft.missing.append(f"{spec.name}: in {rows} rows, words that are not ours; match them in map")


def _unknown_words(spec: ColumnSpec, unknown: Counter[str]) -> list[str]:
    if not unknown:
        return []
    shapes = ", ".join(f"{shape} ({count}×)" for shape, count in unknown.most_common(MOST_SHAPES_SHOWN))
    return [
        f"# {spec.name}: words not known look like {shapes}; say in map what they mean",
        f"#   allowed: {', '.join(spec.codes)}",
    ]


def known_word(spec: ColumnSpec, text: str) -> str:
    """Our word for one of theirs that our lists hold as it is; empty if they do not."""
    known = WORDS.get(spec.name, {}).items()
    return next((ours for ours, theirs in known if ours in spec.codes and plain(text) in theirs), "")


def _date(spec: ColumnSpec, column: Seen, draft: Draft) -> list[str]:
    """The ways the values are written in; only a day above 12 tells day and month apart."""
    source, found = quoted(column.header), Counter[str]()
    for text in column.filled:
        found.update(formats_of(text))
    formats = [how for how in (*PLAIN_DATES, *STAMPS) if found[how]]
    day_first, month_first = ([how for how in ways if found[how]] for ways in (DAY_FIRST, MONTH_FIRST))
    days, months = (sum(found[how] for how in ways) for ways in (day_first, month_first))
    remark = ""
    if days == months and days:
        draft.missing.append(f"{spec.name}: day or month first? No value tells; put the right format in")
        remark = f" # MISSING: add {_list(day_first)} or {_list(month_first)}"
    else:
        formats += day_first if days > months else month_first
    if spec.kind == "partial_date":
        formats += [how for how in ("%m/%Y", "%Y") if _any_fits(how, column.filled)]
    if column.filled and all(text.isdigit() and len(text) == 5 for text in column.filled):
        formats, remark = ["excel-serial"], " # a spreadsheet's day numbers: are they?"
    stamps = any(re.search(r"T?\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$", text) for text in column.filled)
    draft.needs_timezone = draft.needs_timezone or stamps or any(how in STAMPS for how in formats)
    if formats in ([], ["iso"]) and all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) for text in column.filled):
        return [f"{spec.name} = {source}{remark}"]
    written = f", formats = {_list(formats)}" if formats else ""
    return [f"{spec.name} = {{ from = {source}{written} }}{remark}"]


def _any_fits(how: str, texts: Sequence[str]) -> bool:
    return any(date_format(how).pattern.fullmatch(text) for text in texts)


@lru_cache(maxsize=10_000)
def formats_of(text: str) -> tuple[str, ...]:
    """Every known way of writing a date that a text fits."""
    return tuple(how for how, reader in _READERS.items() if _fits(reader, text))


def _fits(reader: DateReader, text: str) -> bool:
    try:
        return not reader.read(text).startswith(REFUSAL_MARK)
    except FileStop:  # a stamp with an offset
        return True


def _shapes(column: Seen) -> str:
    counts: Counter[str] = Counter()
    for text in column.filled:
        counts[shape_of(text)] += column.texts[text]
    return ", ".join(shape for shape, _ in counts.most_common(MOST_SHAPES_SHOWN))


def quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in escaped) + '"'


def _list(words: Sequence[str]) -> str:
    return "[" + ", ".join(map(quoted, words)) + "]"
