"""What can be wrong with a file or a row: rules with their message and remedy, and where each was broken.

No cell value is ever kept: a problem has a file, a line, a column, a rule and the value's shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


class LoadError(Exception):
    """The load cannot go on. The message has an address and a remedy; `exit_code` is the contract's."""

    exit_code = 3


class UsageError(LoadError):
    """The command was not right."""

    exit_code = 2


class IdentifiersFound(LoadError):
    """Something that identifies people stands where it would be stored or shown."""

    exit_code = 4


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


REFUSAL_MARK = "\x1f"


def refused_text(rule: str, shape: str) -> str:
    """A refusal as the text of a cell: a mapping hands it on in place of what it could not turn."""
    return f"{REFUSAL_MARK}{rule}{REFUSAL_MARK}{shape}"


def read_refused_text(text: str) -> Refusal | None:
    """The refusal in such a text; None if it is no true one. A cell cannot fake one that says anything of it."""
    parts = text.split(REFUSAL_MARK)
    if len(parts) != 3 or parts[0] or parts[1] not in ROW_RULES:
        return None
    return Refusal(parts[1], parts[2]) if shape_of(parts[2].rstrip("…")) == parts[2].rstrip("…") else None


def _rules(*rules: tuple[str, str, str]) -> dict[str, Rule]:
    return {name: Rule(name, says, remedy) for name, says, remedy in rules}


# Rules that stop a whole file.
FILE_RULES = _rules(
    ("empty_file", "the file is empty", "Export it again; it needs a header row."),
    (
        "broken_encoding",
        "the bytes are not UTF-8",
        "Save the file as “CSV UTF-8”, or declare in a mapping how its letters are written, like cp1252.",
    ),
    (
        "wrong_delimiter",
        "the header is one single column",
        "Save the file with commas between columns, or declare the other sign in a mapping.",
    ),
    (
        "unclosed_quote",
        "a quotation mark has no partner",
        "Close it or remove it, then load again; the line is where it stands.",
    ),
    (
        "identifiers",
        "the column holds what identifies people",
        "Export codes instead, or leave the column out; a mapping can replace it with `pseudonymise = true`.",
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
        "Write every date of the column as YYYY-MM-DD, or declare how it is written in a mapping.",
    ),
    (
        "undeclared_timezone",
        "a stamp with an offset from UTC is a day only in the clinic's time zone",
        "Add timezone to the mapping, like Europe/London.",
    ),
    (
        "undeclared_column",
        "the mapping names no such column, and stops at unknown ones",
        "Add it to columns or to drop.",
    ),
    (
        "spreadsheet",
        "this is a spreadsheet with the name of a text file",
        "Give it back its own ending, .xlsx or .ods, or save the sheet as “CSV UTF-8”.",
    ),
    ("unreadable_file", "the file cannot be read", "Check its permissions, and that its disk is connected."),
    ("web_page", "this is a web page, not a table", "The download gave a login or error page; export again."),
    ("locked_file", "the file is protected by a password", "Save a copy without the password and load that."),
    (
        "not_a_workbook",
        "the file is not what its name says, or is damaged",
        "Open it in a spreadsheet program and save it as .xlsx, or export again.",
    ),
    ("old_workbook", "this is a workbook of the old kind (.xls)", "Save it as .xlsx and load that."),
    (
        "no_such_sheet",
        "the workbook has no sheet of that name",
        "Correct format.sheet in the mapping; upper and lower case count.",
    ),
    ("not_parquet", "this is not a Parquet file, or it broke off", "Export it again."),
    ("not_a_zip", "the zip file is damaged or broke off", "Make or download it again."),
    (
        "unsafe_zip",
        "the zip file holds paths that lead out of it, links, or one path twice",
        "Do not use it unless you know where it comes from; zip the files again.",
    ),
    (
        "huge_zip",
        "the zip file unpacks to more than can be loaded safely",
        "Unpack it and load the files in parts.",
    ),
    (
        "large_sheet",
        "the sheet is too large to be read from a workbook",
        "Save the sheet as “CSV UTF-8” and load that: a CSV file may have any size.",
    ),
    ("zip_in_zip", "a zip file lies inside the zip file", "Unpack the outer one and load what is in it."),
    (
        "bad_json",
        "this is not valid JSON",
        "Export again; if a program wrote it, the line is where reading stopped.",
    ),
    (
        "unknown_json",
        "the JSON is neither FHIR R4 nor pages of the Cliniko API",
        "Export it as one of these, or as CSV.",
    ),
    (
        "no_clinical_resources",
        "the FHIR file holds no Condition, EpisodeOfCare, Observation or QuestionnaireResponse",
        "Leave this file out; the patients' own files are needed.",
    ),
    (
        "bundle_type",
        "a FHIR bundle of this type holds versions or answers, not records",
        "Export a bundle of type collection, searchset or transaction.",
    ),
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
    (
        "identifier",
        "looks like a number or code that identifies a person",
        "Replace it by a code of the clinic's own.",
    ),
    ("code", "not one of the allowed words", "Use one of the words in docs/data-dictionary.md."),
    ("date", "not a date of the form YYYY-MM-DD", "Write the date as YYYY-MM-DD."),
    ("date_range", "the date is before 1950", "Correct the year; two-digit years are not guessed."),
    (
        "future",
        "the date is later than the day the data describe",
        "Correct it, or load with a later --as-of.",
    ),
    (
        "date_format",
        "the date is in none of the declared formats",
        "Correct it, or add its format to the mapping; excel-serial stands for day numbers.",
    ),
    ("no_such_day", "there is no such day in the calendar", "Correct the date."),
    (
        "answers_differ",
        "two columns that hold one value are both filled, and differ",
        "Keep one of the two answers, or only the right column in the mapping.",
    ),
    (
        "not_found",
        "the file that is looked up does not have it",
        "Export that file again, or correct the value.",
    ),
    (
        "found_twice",
        "the file that is looked up has two values for it",
        "Correct that file; the loader does not choose.",
    ),
    (
        "no_patient",
        "no patient of the client export has this e-mail or phone",
        "Correct the client's record, or fill in the code by hand.",
    ),
    (
        "several_patients",
        "several patients of the client export have this e-mail or phone",
        "Fill in the code by hand; the loader does not choose.",
    ),
    ("number", "not a plain number", "Write digits with a decimal point; ranges and words are not guessed."),
    ("integer", "not a whole number", "Write a whole number."),
    ("range", "outside the allowed range", "Correct the value; an unknown value must be empty."),
    (
        "score_as_date",
        "a date stands where a score should be; spreadsheets turn 7/10 into one",
        "Correct the export so that scores stay text or numbers, or load with --repair excel-dates.",
    ),
    (
        "score_out_of",
        "written as a score out of something that is not the end of its scale",
        "Give the score on the instrument's own scale.",
    ),
    (
        "excel_error",
        "the cell holds an error like #N/A",
        "Correct the formula, or empty the cell.",
    ),
    (
        "formula_without_value",
        "the cell holds a formula whose result was not saved",
        "Open the workbook in a spreadsheet program, save it, and load it again.",
    ),
    (
        "merged_cell",
        "the cell is part of merged cells, which have one value for several rows or columns",
        "Split the merged cells and fill in every row.",
    ),
    ("nested_value", "the cell holds a list or a structure", "Export the column as plain values."),
    (
        "answer_code",
        "an answer code that is not on the list of this score",
        "Send the score as a number, or with a LOINC answer code for 0 to 10.",
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
    ("unknown_column", "a column that Return to Run does not use was left out", "Map it or remove it."),
    (
        "column_not_found",
        "columns of the mapping are not in the file",
        "Correct the mapping, or the export's settings.",
    ),
    (
        "file_not_found",
        "no given file has what is looked up; the column was left out",
        "Give that export too, or correct the mapping.",
    ),
    (
        "other_records",
        "records that are not of a knee course, or were entered in error, were left out",
        "Nothing is to be done; they are counted as left out.",
    ),
    (
        "no_therapist",
        "courses without a practitioner are filed under the therapist not_recorded",
        "Export the encounters with their practitioners.",
    ),
    (
        "vas_scale",
        "visual analogue scores without cm or mm were read by their largest: above 10 it is VAS100",
        "Check which scale was used.",
    ),
    (
        "records_counted",
        "the file has no line breaks: a line in a message is the place of a record, 1 for the first",
        "Nothing is to be done.",
    ),
    ("more_pages", "this is one page of several", "Export the other pages too, and give all of them."),
    (
        "hidden_sheets",
        "hidden sheets of the workbook were left out",
        "Show them, or name one in the mapping: format.sheet.",
    ),
    (
        "personal_columns",
        "columns with names, contact details or free text were left out",
        "Nothing is to be done; a mapping that needs one asks for it by name.",
    ),
    (
        "repaired_dates",
        "scores that a spreadsheet had turned into dates were turned back, as asked for",
        "Check some of them against the original; 7/10 is read from 7 October and from 10 July.",
    ),
    ("mixed_dates", "dates of one column are written in several ways", "Check that each way is right."),
    (
        "identifier_column",
        "a column that holds what identifies people was left out",
        "Nothing of it was stored. Better leave it out of the export.",
    ),
    ("default_context", "no context given: usual_week is assumed", "Say what was asked, in column context."),
    ("default_goal", "no column goal: the clinic's default goal is used", "Add the column goal."),
    (
        "entry_kept",
        "something else was entered on the patient's page, and stays",
        "If the file is right, take the entry back on the patient's page and load again.",
    ),
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


MOST_NAMES_SHOWN = 6


def stop_words(name: str, stop: FileStop) -> str:
    """What stops a file, where, and what to do: for a load that ends before it has begun."""
    rule = RULES[stop.rule]
    place = f"{name}, line {stop.line}" if stop.line > 1 else name
    detail = f" ({stop.detail})" if stop.detail else ""
    return f"{place}: {rule.says}{detail}. {rule.remedy}"


def listed(names: Sequence[str]) -> str:
    """Some names for a message, and how many more there are."""
    names = list(dict.fromkeys(names))
    more = len(names) - MOST_NAMES_SHOWN
    return ", ".join(names[:MOST_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
