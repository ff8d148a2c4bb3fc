"""One column of ours from the cells of another system, as its rule in the mapping says. Text in, text out.

What cannot be turned leaves as a refusal in text form; the contract's own refusals come later. Nothing is
guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase

from etl.contract import ColumnSpec
from etl.date_formats import DateReader
from etl.errors import REFUSAL_MARK, read_refused_text, refused_text, shape_of
from etl.identifiers import stop_if_identifier
from etl.mapping import ColumnRule
from etl.mapping_check import PARSES, has_glob
from etl.parse import CONTROL

Table = Mapping[str, str | None]
"""Values by key; None where there are two."""

NOT_TICKED = frozenset({"", "0", "no", "n", "false", "unchecked"})
AGE_BANDS = ((18, "under_18"), (25, "18_24"), (35, "25_34"), (45, "35_44"), (55, "45_54"), (65, "55_64"))
OLDEST = 120
_BETWEEN_KEYS = "\x1f"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_COMMA_NUMBER = re.compile(r"[+-]?\d+(,\d+)?", re.ASCII)
_CHOICE = re.compile(r"\(choice=(.*)\)", re.IGNORECASE)
_LABEL = re.compile(r"(\d+(?:[.,]\d+)?)(?:[\s–—:=()-]\D*)?", re.ASCII)


def plain(text: str) -> str:
    """A header or word as it is compared: NFKC, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def lookup_key(text: str, same: Sequence[str] = ()) -> str:
    """A key to search by, as it is compared, with those of further columns that must agree."""
    return _BETWEEN_KEYS.join(plain(part) for part in (text, *same))


def matches(text: str, patterns: Sequence[str]) -> bool:
    """True if a text is one of the words, or fits one of those with `*` or `?`."""
    compared = plain(text)
    return any(fnmatchcase(compared, plain(pattern)) for pattern in patterns)


@dataclass
class WordMap:
    """Their words to ours: as written, then as compared, then by pattern, in the order of the mapping."""

    words: Mapping[str, str]
    _compared: dict[str, str] = field(init=False)
    _patterns: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what is looked up often."""
        self._compared = {plain(theirs): ours for theirs, ours in self.words.items() if not has_glob(theirs)}
        self._patterns = [(plain(theirs), ours) for theirs, ours in self.words.items() if has_glob(theirs)]

    def __getitem__(self, text: str) -> str:
        """Our word; a text that nothing fits is handed on as it is."""
        if text in self.words:
            return self.words[text]
        compared = plain(text)
        if compared in self._compared or not compared:
            return self._compared.get(compared, text)
        return next((ours for pattern, ours in self._patterns if fnmatchcase(compared, pattern)), text)


@dataclass(frozen=True)
class Tools:
    """What the entry gives its columns. `typed` is true where the file knows numbers and dates from text."""

    null_tokens: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    decimal: str = "."
    typed: bool = False
    lookup: Table | None = None
    dates: DateReader | None = None
    pseudonym: Callable[[str], str] | None = None


class ColumnShaper(dict[tuple[str, ...], str]):
    """`shaper[cells]` is our text for the cells of a row; each distinct combination is worked out once.

    headers: those of the cells, for words that stand for a ticked column. Cells behind them are those of a lookup's
    further columns.
    """

    LARGEST = 200_000

    def __init__(self, spec: ColumnSpec, rule: ColumnRule, headers: Sequence[str], tools: Tools) -> None:
        super().__init__()
        self._spec, self._rule, self._headers, self._tools = spec, rule, headers, tools
        self._map = WordMap(rule.map)
        self._parse = rule.parse or PARSES[spec.kind][0]
        self._missing_numbers = {float(code) for code in tools.missing if _NUMBER.fullmatch(code)}
        self.changed: set[tuple[str, ...]] = set()

    def __missing__(self, cells: tuple[str, ...]) -> str:
        shaped = self._shape(cells)
        if shaped.startswith(REFUSAL_MARK):
            self._stop_at_identifiers(cells)
        elif shaped and shaped not in cells:
            self.changed.add(cells)
        self[cells] = shaped
        return shaped

    def forget_if_large(self) -> None:
        """Forget everything, so that memory stays flat; between chunks, so that counts stay right."""
        if len(self) > self.LARGEST:
            self.clear()
            self.changed.clear()
            if self._tools.dates is not None:
                self._tools.dates.used.clear()

    def _stop_at_identifiers(self, cells: tuple[str, ...]) -> None:
        """What is refused here is never seen by the checks of the contract; what is looked up may be one."""
        if self._rule.lookup is None and not self._rule.pseudonymise:
            for cell in cells:
                stop_if_identifier(cell.strip(), self._spec.name, words=self._spec.kind == "key")

    def _shape(self, cells: tuple[str, ...]) -> str:
        for cell in cells:
            if CONTROL.search(cell):  # readers of spreadsheets refuse cells themselves
                return cell if read_refused_text(cell) else refused_text("control_character", "")
        texts = [self._clean(cell) for cell in cells[: len(self._headers)]]
        beside = [cell.strip() for cell in cells[len(self._headers) :]]
        match self._parse:
            case "first_ticked":
                return self._first_ticked(texts)
            case "checkboxes":
                return self._checkboxes(texts)
            case "joined":
                return self._single(":".join(texts)) if all(texts) else ""
        filled = list(dict.fromkeys(text for text in texts if text))
        if len(filled) > 1 and self._parse != "first_filled":
            return refused_text("answers_differ", " | ".join(shape_of(text) for text in filled)[:40])
        return self._single(filled[0] if filled else "", beside)

    def _clean(self, cell: str) -> str:
        text = cell.strip()
        if plain(text) in self._tools.null_tokens:
            return ""
        for suffix in self._rule.strip_suffix:
            if text.casefold().endswith(suffix.casefold()):
                text = text[: len(text) - len(suffix)].rstrip()
        return text

    def _first_ticked(self, texts: list[str]) -> str:
        for header, text in zip(self._headers, texts, strict=True):
            if text.casefold() not in NOT_TICKED:
                return self._word_of(header)
        return self._rule.map.get("*", "")

    def _checkboxes(self, texts: list[str]) -> str:
        ticked = [
            self._map[tick_of(header)]
            for header, text in zip(self._headers, texts, strict=True)
            if text.casefold() not in NOT_TICKED
        ]
        return ";".join(dict.fromkeys(word for word in ticked if word))

    def _word_of(self, header: str) -> str:
        return next(ours for theirs, ours in self._rule.map.items() if plain(theirs) == plain(header))

    def _single(self, text: str, beside: Sequence[str] = ()) -> str:
        if self._tools.lookup is not None and text:
            found = self._looked_up(text, beside, self._tools.lookup)
            if found.startswith(REFUSAL_MARK):
                return found
            text = found
        if self._parse in ("comma_list", "semicolon_list"):
            return self._list(text)
        text = self._map[text]
        if not text or self._is_missing(text):
            return ""
        match self._spec.kind:
            case "number" | "integer":
                return self._number(text)
            case "date" | "partial_date":
                day = self._tools.dates.read(text) if self._tools.dates is not None else text
                return days_after(day, self._rule.plus_days)
            case "key" if self._rule.pseudonymise and self._tools.pseudonym is not None:
                return self._tools.pseudonym(text)
            case "code" if self._parse == "age_band":
                return _age_band(text)
        return text

    def _looked_up(self, text: str, beside: Sequence[str], table: Table) -> str:
        value = table.get(lookup_key(text, beside), "")
        if value is None:
            return refused_text("found_twice", shape_of(text))
        if not value and "*" in self._rule.map:
            return self._rule.map["*"]
        if not value and (self._spec.required or self._spec.name == "patient_id"):
            return refused_text("not_found", shape_of(text))
        return value

    def _list(self, text: str) -> str:
        words = text.split("," if self._parse == "comma_list" else ";")
        ours = [self._map[word.strip()] for word in words if word.strip()]
        return ";".join(dict.fromkeys(word for word in ours if word))

    def _is_missing(self, text: str) -> bool:
        if text in self._tools.missing:
            return True
        number = text.replace(",", ".") if self._tools.decimal == "," else text
        return bool(_NUMBER.fullmatch(number)) and float(number) in self._missing_numbers

    def _number(self, text: str) -> str:
        number = text
        if self._parse == "first_number" and (label := _LABEL.fullmatch(text)):
            number = label[1]
        if self._tools.decimal == "," and not (self._tools.typed and _NUMBER.fullmatch(number)):
            if "." in number:
                return refused_text("number", shape_of(text))
            number = number.replace(",", ".") if _COMMA_NUMBER.fullmatch(number) else number
        return self._scaled(number, text)

    def _scaled(self, number: str, text: str) -> str:
        scale = self._rule.scale
        if scale is None:
            return number
        if not _NUMBER.fullmatch(number):
            return refused_text("number", shape_of(text))
        low, high = sorted((scale.low, scale.high))
        if not low <= float(number) <= high:
            return refused_text("range", shape_of(text))
        share = (float(number) - scale.low) / (scale.high - scale.low)
        return f"{round(scale.new_low + share * (scale.new_high - scale.new_low), 6):.6f}".rstrip("0").rstrip(
            "."
        )


def tick_of(header: str) -> str:
    """What a column to tick stands for: the code in `name___2` (-9 is `_9`), the word in `Name (choice=Taping)`."""
    choice = _CHOICE.search(header)
    return choice[1].strip() if choice else header.partition("___")[2]


def days_after(day: str, days: int) -> str:
    """A day so many days later; what is no day is handed on, as the contract refuses it."""
    if not days or day.startswith(REFUSAL_MARK):
        return day
    try:
        return (date.fromisoformat(day) + timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        return day


def _age_band(text: str) -> str:
    """The band of an age in years; a word is handed on."""
    if not _NUMBER.fullmatch(text):
        return text
    age = float(text)
    if not 0 <= age <= OLDEST:
        return refused_text("range", shape_of(text))
    return next((band for below, band in AGE_BANDS if age < below), "65_plus")
