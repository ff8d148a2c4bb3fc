"""What can be wrong with a file or a row: rules with their message and remedy, and where each was broken.

No cell value is ever kept: a problem has a file, a line, a column, a rule and the value's shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class LoadError(Exception):
    """The load cannot go on. The message has an address and a remedy; `exit_code` is the contract's."""

    exit_code = 3


class UsageError(LoadError):
    """The command was not right."""

    exit_code = 2


@dataclass(frozen=True)
class Rule:
    """A rule of the contract: what is wrong, and what to do about it."""

    name: str
    says: str
    remedy: str


@dataclass(frozen=True)
class Problem:
    """One broken rule with its address. line 1 is the header; column is empty where the whole row is meant."""

    file: str
    line: int
    column: str
    rule: str
    shape: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        seen = f" (looks like {self.shape})" if self.shape else ""
        return f"{place}: {RULES[self.rule].says}{seen}"


@dataclass(frozen=True)
class Refusal:
    """A cell that cannot be read, before its address is known."""

    rule: str
    shape: str


class FileStop(Exception):
    """A whole file cannot be used. Carries the problem; `detail` adds names that are safe to show."""

    def __init__(self, rule: str, *, line: int = 1, column: str = "", detail: str = "") -> None:
        super().__init__(rule)
        self.rule, self.line, self.column, self.detail = rule, line, column, detail


_SHAPES = (
    (re.compile(r"[^\W\d_]+"), lambda m: "a" * min(len(m.group()), 8)),
    (re.compile(r"\d+"), lambda m: "9" * min(len(m.group()), 12)),
    (re.compile(r"\s+"), lambda _: " "),
    (re.compile(r"[^\x20-\x7e]"), lambda _: "?"),
)
SHAPE_LENGTH = 40


def shape_of(value: str) -> str:
    """The value with letters as `a` and digits as `9`: enough to recognise a format, never the value."""
    shape = value[:200]
    for pattern, replacement in _SHAPES:
        shape = pattern.sub(replacement, shape)
    return shape if len(shape) <= SHAPE_LENGTH else shape[: SHAPE_LENGTH - 1] + "…"


def _rules(*rules: tuple[str, str, str]) -> dict[str, Rule]:
    return {name: Rule(name, says, remedy) for name, says, remedy in rules}


# Rules that stop a whole file.
FILE_RULES = _rules(
    ("empty_file", "the file is empty", "Export it again; it needs a header row."),
    (
        "broken_encoding",
        "the bytes are not UTF-8",
        "Save the file as “CSV UTF-8”.",
    ),
    (
        "wrong_delimiter",
        "the header is one single column",
        "The canonical form has commas between columns. Save the file with commas.",
    ),
    (
        "unclosed_quote",
        "a quotation mark has no partner",
        "Close it or remove it, then load again; the line is where it stands.",
    ),
    ("duplicate_header", "two columns have the same name", "Rename or remove one of them."),
    ("missing_column", "a required column is missing", "Add the column, or rename the one that holds it."),
    (
        "fewer_rows",
        "the file has another number of rows than its manifest says",
        "The export or the copy broke off. Export again.",
    ),
    ("changed_content", "the file is not the one its manifest describes", "Export again, with its manifest."),
    (
        "wrong_scale",
        "values do not fit a scale from 0 to 10",
        "Check which scale was used; 0–100 scales are VAS100, not NPRS. Shares must be turned into scores.",
    ),
    (
        "default_date",
        "more than 30 % of a date column is a date that software fills in by itself",
        "Export the column so that an unknown date is empty.",
    ),
    (
        "rounded_key",
        "codes were turned into rounded numbers like 5.66E+17",
        "A spreadsheet did this. Export again and open the file with that column set to text.",
    ),
    (
        "undeclared_date",
        "a date like 03/04/2024 can be March or April",
        "Write every date of the column as YYYY-MM-DD.",
    ),
    ("spreadsheet", "this is a spreadsheet, not text", "Save the sheet as “CSV UTF-8” and load that."),
)

# Rules that refuse one row.
ROW_RULES = _rules(
    (
        "field_count",
        "the row has another number of fields than the header",
        "Check for a stray comma or a footer.",
    ),
    ("control_character", "the row holds a control character", "Remove it; it often comes from copying."),
    ("required", "a required value is missing", "Fill it in."),
    (
        "key",
        "not a code: up to 64 letters, digits and _ . : - are allowed",
        "Use codes, never names or formulas.",
    ),
    ("code", "not one of the allowed words", "Use one of the words in docs/data-dictionary.md."),
    ("date", "not a date of the form YYYY-MM-DD", "Write the date as YYYY-MM-DD."),
    ("date_range", "the date is before 1950", "Correct the year; two-digit years are not guessed."),
    (
        "future",
        "the date is later than the day the data describe",
        "Correct it, or load with a later --as-of.",
    ),
    ("number", "not a plain number", "Write digits with a decimal point; ranges and words are not guessed."),
    ("integer", "not a whole number", "Write a whole number."),
    ("range", "outside the allowed range", "Correct the value; an unknown value must be empty."),
    (
        "score_as_date",
        "a date stands where a score should be; spreadsheets turn 7/10 into one",
        "Correct the export so that scores stay text or numbers.",
    ),
    (
        "score_out_of",
        "written as a score out of something that is not the end of its scale",
        "Give the score on the instrument's own scale.",
    ),
    ("both_or_neither", "a date and its reason belong together", "Fill in both or neither."),
    ("before_first_visit", "earlier than the first visit", "Correct one of the two dates."),
    ("relapse_before_return", "the relapse is before the return", "Correct one of the two dates."),
    ("return_before_onset", "the return is before the onset", "Correct one of the two dates."),
    ("onset_after_first_visit", "the onset is after the first visit", "Correct one of the two dates."),
    ("cleared_before_flag", "the red flag was cleared before it was seen", "Correct one of the two dates."),
    ("since_after_report", "the status began after the day it was reported", "Correct one of the two dates."),
    ("context_of_function", "a context belongs to pain scales only", "Empty the context of function scores."),
    ("no_episode", "there is no such episode", "Load the episode first, then this file again."),
    ("too_early", "more than 28 days before the first visit", "Correct the date or the episode."),
    (
        "no_course",
        "the patient has no course of care at that time",
        "Load the episode first, or give the episode_id.",
    ),
    ("two_courses", "the patient has two courses with that first visit", "Give the episode_id."),
    (
        "conflicting_rows",
        "the same row stands in the load twice with different values",
        "Keep the right one; neither was loaded.",
    ),
)

# What is loaded all the same, but said.
WARNINGS = _rules(
    (
        "unknown_column",
        "a column that the contract does not know was left out",
        "Nothing of it is stored; remove it if you can.",
    ),
    ("default_context", "no context given: usual_week is assumed", "Say what was asked, in column context."),
    ("default_goal", "no column goal: the clinic's default goal is used", "Add the column goal."),
    (
        "leading_zeros",
        "codes that differ only by leading zeros were kept apart",
        "Check that a spreadsheet did not drop zeros.",
    ),
    (
        "returns_after_last_contact",
        "returns are dated after the last contact; they count as late reports, outside the main curve",
        "Fill in last_contact_date with contacts that happened whatever the answer.",
    ),
)

RULES: dict[str, Rule] = FILE_RULES | ROW_RULES | WARNINGS
