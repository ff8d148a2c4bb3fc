"""Reports of loads as tables and sentences for the Import page. Never a cell of anybody's data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl.errors import RULES, Problem
from etl.load import LoadReport
from sql.queries.loads import Load

MOST_GROUPS = 10
MOST_PLACES = 50
MOST_COLUMNS = 3
MOST_FILES_NOTED = 3

Row = dict[str, object]
ColumnWords = Mapping[tuple[str, str], str]
"""Words by the file's name in the report and our column."""
OF_THE_FILE = frozenset(
    """unknown_column identifier_column column_not_found file_not_found missing_column duplicate_header
    undeclared_column""".split()  # noqa: SIM905 - one word a line would be a page
)
"""Rules whose column is one of the file, not of ours."""

REMEDIES_HERE = {
    "score_as_date": "Correct the export so that scores stay text or numbers, or have them turned back below.",
    "code": "Say in the match what the word means, or correct it in the file.",
    "future": "Correct it, or say that the data are complete up to a later day.",
    "undeclared_date": "Read the file by matching its columns, and say how its dates are written.",
    "undeclared_timezone": "Read the file by matching its columns, and choose the clinic's time zone.",
    "date": "Correct it, or read the file by matching its columns and say how its dates are written.",
    "date_format": "Correct it, or choose this way of writing dates too.",
    "missing_column": "Read the file by matching its columns, and choose the column that holds it.",
    "wrong_delimiter": "Read the file by matching its columns, or save it with commas between columns.",
    "broken_encoding": "Read the file by matching its columns, or save it as “CSV UTF-8”.",
    "identifiers": "Choose another column, or have its numbers replaced by codes. Nothing of it was kept.",
    "unknown_column": "If it is needed, add its field to the match.",
    "no_course": "Load that patient's appointments or course first, or leave such rows out.",
}
"""What to do on the Import page, where the command line has another remedy."""


@dataclass(frozen=True)
class Place:
    """A broken rule in words, with its address."""

    where: str
    says: str
    remedy: str

    @classmethod
    def of(cls, problem: Problem, words: ColumnWords) -> Place:
        """In words; those of the columns are given."""
        column = f", column {named_column(problem, words)}" if problem.column else ""
        says = RULES[problem.rule].says
        return cls(f"{problem.file}, line {problem.line}{column}", says, remedy(problem.rule))


def remedy(rule: str) -> str:
    """What to do about a broken rule."""
    return REMEDIES_HERE.get(rule, RULES[rule].remedy)


@dataclass(frozen=True)
class Group:
    """Places that break one rule; rows are the first of them."""

    says: str
    remedy: str
    count: int
    rows: list[Row]


def named_column(problem: Problem, words: ColumnWords) -> str:
    """The column of a problem as the page calls it; what stands behind it in parentheses stays."""
    if problem.rule in OF_THE_FILE:
        return problem.column
    name, sign, rest = problem.column.partition(" (")
    return words.get((problem.file, name), name) + sign + rest


def file_rows(report: LoadReport) -> list[Row]:
    """Each file with its counts."""
    rows: list[Row] = []
    for file in report.files:
        state = "already loaded" if file.skipped else "stopped" if file.stopped_by else ""
        rows.append(
            {
                "File": file.name,
                "Rows": file.rows_read,
                "New": file.inserted,
                "Updated": file.updated,
                "Unchanged": file.unchanged,
                "Repeated": file.duplicate,
                "Refused": file.rejected,
                "Left out": file.filtered,
                **({"": state} if any(other.skipped or other.stopped_by for other in report.files) else {}),
            }
        )
    return rows


def problem_groups(report: LoadReport, words: ColumnWords) -> list[Group]:
    """Refused places by rule, the most frequent first. words: what the columns are called."""
    by_rule: defaultdict[str, list[Problem]] = defaultdict(list)
    for file in report.files:
        for problem in file.problems:
            by_rule[problem.rule].append(problem)
    order = sorted(by_rule, key=lambda name: -len(by_rule[name]))[:MOST_GROUPS]
    return [
        Group(
            RULES[name].says + _of_columns(by_rule[name], words),
            remedy(name),
            len(by_rule[name]),
            [
                {
                    "File": one.file,
                    "Line": one.line,
                    "Column": named_column(one, words),
                    "Looks like": one.shape,
                }
                for one in by_rule[name][:MOST_PLACES]
            ],
        )
        for name in order
    ]


def _of_columns(places: Sequence[Problem], words: ColumnWords) -> str:
    """In which columns, if they are few."""
    columns = list(dict.fromkeys(named_column(place, words) for place in places if place.column))
    return f" ({'; '.join(columns)})" if 0 < len(columns) <= MOST_COLUMNS else ""


def warning_lines(report: LoadReport, words: ColumnWords) -> list[str]:
    """What was loaded all the same, but is worth knowing. words: what the columns are called."""
    return [
        f"{where}: {RULES[warning.rule].says}. {remedy(warning.rule)}"
        for where, warning in noted(report, words)
    ]


def noted(report: LoadReport, words: ColumnWords) -> list[tuple[str, Problem]]:
    """Where something is worth knowing, and what; what holds for many files is said once."""
    same: defaultdict[tuple[str, str], list[Problem]] = defaultdict(list)
    for warning in (warning for file in report.files for warning in file.warnings):
        same[warning.rule, warning.column].append(warning)
    found = []
    for warnings in same.values():
        if len(warnings) > MOST_FILES_NOTED:
            files = f"{warnings[0].file} and {len(warnings) - 1} more"
            found.append((_where(files, warnings[0], words), warnings[0]))
        else:
            found += [(_where(warning.file, warning, words), warning) for warning in warnings]
    return found


def _where(files: str, warning: Problem, words: ColumnWords) -> str:
    return f"{files}, column {named_column(warning, words)}" if warning.column else files


def result_words(report: LoadReport) -> str:
    """What a load did, in a sentence."""
    match report.status:
        case "loaded" if report.changed:
            return f"Load {report.load_number} is done: {changed_words(report)}"
        case "loaded":
            return f"Load {report.load_number} is done: nothing new, every row was already there"
        case "unchanged":
            return "Nothing to do: these files were loaded before, with the same content"
        case _:
            return "Nothing was loaded"


def changed_words(report: LoadReport, changed: str = "new or updated", refused: str = "refused") -> str:
    """How many rows are new or updated, and how many were refused."""
    and_refused = f", {_rows(report.rejected)} {refused}" if report.rejected else ""
    return f"{_rows(report.changed)} {changed}{and_refused}"


def _rows(number: int) -> str:
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def _file(name: str) -> str:
    """The file itself, where a load made several tables of it."""
    return re.sub(r" \([a-z]+\)$", "", name)


def ledger_rows(found: Sequence[Load]) -> list[Row]:
    """A row per load."""
    return [
        {
            "Load": load.load_number,
            "On": f"{load.started_at:%Y-%m-%d %H:%M} UTC",
            "Data to": load.as_of.isoformat(),
            "New": load.total("inserted"),
            "Updated": load.total("updated"),
            "Refused": load.total("rejected"),
            "State": load.status.replace("_", " "),
            "Files": ", ".join(dict.fromkeys(_file(file.name) for file in load.files)),
        }
        for load in found
    ]


def progress_words(rows: int, of: int | None, seconds: float) -> str:
    """How far the reading of a file is: rows, rate and what remains; empty before the first row."""
    if not rows:
        return ""
    rate = rows / max(seconds, 0.1)
    known = of is not None and of > rows
    total = f" of about {of:,}" if known else ""
    left = f", {_time_left((of or 0) - rows, rate)} left" if known else ""
    return f"{rows:,}{total} rows, {rate:,.0f} a second{left}"


def _time_left(rows: int, rate: float) -> str:
    seconds = round(rows / rate)
    return f"{seconds} s" if seconds < 60 else f"{round(seconds / 60)} min"
