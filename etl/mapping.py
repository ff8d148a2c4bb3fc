"""The mapping file: how another system's export becomes the tables of the contract. A closed vocabulary.

Every key and every word that may stand in the file is described here; docs/import.md is made from it. An
error names the key by its path, and what is allowed there.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from etl.identifiers import may_be_shown

Parse = Literal[
    "text", "date", "number", "first_number", "age_band",
    "checkboxes", "first_ticked", "first_filled", "comma_list", "semicolon_list", "joined", "line_number",
]  # fmt: skip
_SCALE = re.compile(
    r"(-?\d+(?:\.\d+)?) ?(?:-|–) ?(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?) ?(?:-|–) ?(-?\d+(?:\.\d+)?)"
)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone; it is written like Europe/London or Australia/Sydney")
    return name


def _one_character(text: str) -> str:
    if len(text) != 1:
        raise ValueError('one character, like ";" or "\\t"')
    return text


def _known_encoding(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            "".encode(name)
        except LookupError:
            raise ValueError(f"{name!r} is not an encoding; write utf-8, cp1252 or utf-16") from None
    return names


Words = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
TimeZone = Annotated[str, AfterValidator(_known_timezone)]


class _Keys(BaseModel):
    """A table of the file: other keys than those described are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, value: Any) -> Any:
        if isinstance(value, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in value:
                if key not in known:
                    shown = repr(key) if may_be_shown(key) else "a word"
                    raise ValueError(
                        f"{shown} is not a key here{perhaps(key, known)}; allowed: {', '.join(known)}"
                    )
        return value


class FormatRule(_Keys):
    """How the file is written."""

    delimiter: Annotated[str, AfterValidator(_one_character)] | None = Field(
        None, description="the character between columns, if it is not a comma"
    )
    encodings: Annotated[Words, AfterValidator(_known_encoding)] = Field(
        (), description="tried in this order after UTF-8, each strictly; `cp1252` for old Windows exports"
    )
    decimal: Literal[".", ","] = Field(".", description="the decimal sign, `.` or `,`")
    sheet: str | None = Field(None, description="the sheet of a workbook, where several fit")
    header_row: int | None = Field(
        None, ge=1, le=1000, description="line of the header, if there are lines above it"
    )


class LookupRule(_Keys):
    """Another file's value for this one's, or that of another line of the same file."""

    file: str = Field(description="NAME of the entry that holds the other file; it may be the same file")
    key: Words = Field(description="its column to search in")
    value: Words = Field(description="its column to take; empty cells are passed over")
    same: Words = Field((), description="further columns that both files have and that must agree too")


class Scale(_Keys):
    """A linear change of scale."""

    low: float
    high: float
    new_low: float
    new_high: float

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        found = _SCALE.fullmatch(value) if isinstance(value, str) else None
        if not found or float(found[1]) == float(found[2]):
            raise ValueError('written like "0-100 to 0-10"')
        return dict(zip(cls.model_fields, map(float, found.groups()), strict=True))


class ColumnRule(_Keys):
    """Where the values of a column of ours come from. A text or a list alone is short for `{ from = … }`."""

    from_: Words = Field(
        (),
        alias="from",
        description="header, or several for one question that was reworded: the filled one counts",
    )
    const: str | None = Field(None, description="the same value in every row")
    parse: Parse | None = Field(None, description="how the text is read; see the words below")
    formats: Words = Field((), description="how dates are written, tried in this order; see the signs below")
    map: dict[str, str] = Field(
        {},
        description="their word = ours; `*` and `?` stand for any letters, an empty word for an empty cell",
    )
    lookup: LookupRule | None = Field(
        None, description="take the value from elsewhere: `file`, `key`, `value`"
    )
    scale: Scale | None = Field(None, description='another range, like `"0-100 to 0-10"`')
    plus_days: int = Field(0, ge=-3650, le=3650, description="days to add to a date, like 42 for six weeks")
    strip_suffix: Words = Field((), description="endings to take off, like `%` or ` km`")
    pseudonymise: bool = Field(False, description="`true`: a code under the clinic's key in its place")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list) else value

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnRule:
        if self.parse == "line_number" and self.model_fields_set != {"parse"}:
            raise ValueError('`parse = "line_number"` stands alone')
        if self.parse != "line_number" and bool(self.from_) == (self.const is not None):
            raise ValueError("give either `from` or `const`")
        others = self.model_fields_set - {"const"}
        if self.const is not None and others:
            raise ValueError(f"`const` stands alone; remove {', '.join(sorted(others))}")
        return self


class FilterRule(_Keys):
    """Which rows count. All conditions must hold; the other rows are left out and counted."""

    column: Words = Field(description="header, or several for one that was renamed")
    is_: Words = Field((), alias="is", description="one of these words")
    is_not: Words = Field((), description="none of these words")
    like: Words = Field((), description="one of these patterns, with `*` and `?`")
    filled: bool | None = Field(None, description="`true`: not empty; `false`: empty")

    @model_validator(mode="after")
    def _some_condition(self) -> FilterRule:
        if not (self.is_ or self.is_not or self.like or self.filled is not None):
            raise ValueError("give a condition: is, is_not, like or filled")
        return self


class MeltRule(_Keys):
    """Wide to long: every line gives one more row with these columns in place of the entry's own."""

    columns: dict[str, ColumnRule] = Field(description="our columns of this row, as in `columns`")
    filters: tuple[FilterRule, ...] = Field((), description="further conditions for this row")


class LinkPair(_Keys):
    """A column of this file and the one that holds the same in the client export."""

    here: Words = Field(description="header in this file")
    there: Words = Field(description="header in the client export")


class LinkRule(_Keys):
    """Finds the patient of a row by e-mail or phone, in memory only; gives `patient_id`."""

    file: str = Field(description="NAME of the entry that holds the client export")
    code: Words = Field(description="its column with the patient's code")
    email: LinkPair | None = Field(None, description="`here` and `there`: the columns with the e-mail")
    phone: LinkPair | None = Field(None, description="`here` and `there`: the columns with the phone number")
    pseudonymise: bool = Field(False, description="`true`: the code is replaced, as in `columns`")

    @model_validator(mode="after")
    def _some_pair(self) -> LinkRule:
        if self.email is None and self.phone is None:
            raise ValueError("give email or phone")
        return self


class FileRule(_Keys):
    """One entry: files of one kind, and what becomes of them."""

    match: Words = Field(("*",), description="names of files, with `*` and `?`; in a zip, names within it")
    table: str | None = Field(None, description="our table, or `appointments`; none if it is only looked up")
    format: FormatRule = Field(FormatRule.model_validate({}), description="how the file is written")
    columns: dict[str, ColumnRule] = Field({}, description="our column = where its values come from")
    melt: tuple[MeltRule, ...] = Field((), description="wide to long: several rows of ours from one line")
    filters: tuple[FilterRule, ...] = Field((), description="which rows count; others are left out, counted")
    link: LinkRule | None = Field(None, description="find the patient by e-mail or phone")
    drop: Words = Field((), description="headers to leave out without a note, with `*` and `?`")
    null_tokens: Words = Field((), description="words that mean an empty cell, like `n/a`")
    missing_codes: tuple[str, ...] | dict[str, tuple[str, ...]] = Field(
        (), description="numbers that mean missing, like `-999`; for one column: `{ value = [9] }`"
    )
    unknown_columns: Literal["warn", "drop", "stop"] = Field(
        "warn", description="what becomes of other columns: `warn` says so, `drop` is silent, `stop` stops"
    )
    without_course: Literal["refuse", "leave_out"] = Field(
        "refuse",
        description="rows of people without a course then: `leave_out` where the export covers more people",
    )
    timezone: TimeZone | None = Field(None, description="the clinic's time zone, for stamps with an offset")


class Mapping(_Keys):
    """The whole file."""

    about: str = Field("", description="for people: what this file is for")
    timezone: TimeZone | None = Field(None, description="time zone of all entries")
    null_tokens: Words = Field((), description="for all entries")
    files: dict[str, FileRule] = Field(description="entries by NAME; a file may be matched by several")

    @property
    def headers(self) -> frozenset[str]:
        """Every header that some entry names."""
        return frozenset(
            name for rule in self.files.values() for name in (*headers_of(rule), *looked_up(rule))
        )


def headers_of(rule: FileRule) -> list[str]:
    """Every header that an entry names in its own file."""
    columns = [*rule.columns.values(), *(column for melt in rule.melt for column in melt.columns.values())]
    filters = [*rule.filters, *(item for melt in rule.melt for item in melt.filters)]
    same = [name for column in columns if column.lookup for name in column.lookup.same]
    pairs = [pair for pair in (rule.link.email, rule.link.phone) if pair] if rule.link else []
    found = [*(name for column in columns for name in column.from_), *same]
    found += [name for item in filters for name in item.column]
    return found + [name for pair in pairs for name in pair.here]


def columns_of(rule: FileRule) -> list[tuple[int, str, ColumnRule]]:
    """Every column rule of an entry: number of the melt row (0 without melt), our column, rule."""
    if not rule.melt:
        return [(0, name, column) for name, column in rule.columns.items()]
    return [
        (number, name, column)
        for number, melt in enumerate(rule.melt)
        for name, column in {**rule.columns, **melt.columns}.items()
    ]


def columns_searched(lookup: LookupRule) -> tuple[tuple[str, ...], ...]:
    """The columns that a file must have to be looked into, each by the names it may have."""
    return lookup.key, lookup.value, *((name,) for name in lookup.same)


def looked_up(rule: FileRule) -> list[str]:
    """Every header that an entry names in the files it looks into."""
    lookups = [column.lookup for _, _, column in columns_of(rule) if column.lookup]
    found = [name for lookup in lookups for names in columns_searched(lookup) for name in names]
    if rule.link:
        pairs = [pair for pair in (rule.link.email, rule.link.phone) if pair]
        found += [*rule.link.code, *(name for pair in pairs for name in pair.there)]
    return found


def perhaps(word: str, known: list[str] | tuple[str, ...]) -> str:
    """`, perhaps x`, if a known word is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.7)
    return f" (perhaps {near[0]})" if near else ""


PARSE_MEANINGS: dict[str, str] = {
    "text": "as it is; what codes and words are read as anyway",
    "date": "a date in one of `formats`; what dates are read as anyway",
    "number": "a plain number; what numbers are read as anyway",
    "first_number": "the number that a label begins with: `6 – moderate` is 6; `5-6` stays refused",
    "age_band": "an age in years as its band; the age itself is not kept",
    "checkboxes": "REDCap's columns `name___1`, … (or `name (choice=Taping)`, …): the ticked ones, by code (word)",
    "first_ticked": "the first ticked or filled column of `from`; `map` has a word for each header and `*`",
    "first_filled": "the first filled column of `from`, where several may be filled and differ",
    "comma_list": "several answers with commas between, each matched by `map`",
    "semicolon_list": "several answers with semicolons between, each matched by `map`",
    "joined": "the columns of `from` as one code, `:` between; empty if one is empty",
    "line_number": "the line as a code, where a file has none; only for a file that is loaded once",
}
