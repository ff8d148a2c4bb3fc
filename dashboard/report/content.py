"""What a report says, before it is a PDF, a workbook or CSV files: chapters of paragraphs, tables, charts.

Shares are fractions of 1, days whole days; a renderer formats them by the column's kind. A word in a column
of numbers ("fewer than 8", "not shown") says why there is none. Text may hold **bold** and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["text", "count", "share", "number", "ratio", "whole", "days", "date"]
Role = Literal["plain", "finding", "note", "warning"]
Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in files, its title for people, its kind and its meaning.

    `limit_of` names the column that this one is a limit of, or a reservation about: on paper they are one cell.
    Columns that are not `on_paper` stand in the workbook and the files only.
    """

    name: str
    title: str
    kind: Kind
    meaning: str
    limit_of: str = ""
    on_paper: bool = True


@dataclass(frozen=True)
class Table:
    """Rows of typed cells.

    On paper it is a table, a list of terms with their meanings (`terms`), or not there at all (`no`): the workbook
    and the files carry every table. `paper_rows` is how many of its first rows are printed, None for all.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    on_paper: Literal["table", "terms", "no"] = "table"
    paper_rows: int | None = None


@dataclass(frozen=True)
class Paragraph:
    """Sentences; `finding` stands out, `note` is small, `warning` has a mark of its own."""

    text: str
    role: Role = "plain"


@dataclass(frozen=True)
class Heading:
    """A heading within a chapter."""

    text: str


@dataclass(frozen=True)
class Line:
    """A step line with its limits; `too_few` says of each x whether too few people stand behind it."""

    name: str
    colour: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    too_few: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A quoted figure: a point with its interval, or the range of x in which it is expected."""

    x_from: float
    x: float
    y: float
    low: float | None
    high: float | None
    colour: str


@dataclass(frozen=True)
class CurveChart:
    """Rising step lines over days since the first visit; its numbers stand in the table named `table`."""

    name: str
    title: str
    sentence: str
    alt: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    table: str
    ticks: tuple[int, ...]
    y_title: str = "% back running"


@dataclass(frozen=True)
class BarChart:
    """One bar of parts that add up; a part's count is None where it is too small to be shown."""

    name: str
    title: str
    sentence: str
    alt: str
    parts: tuple[tuple[str, int | None, str], ...]
    few: str
    table: str


@dataclass(frozen=True)
class TrendChart:
    """A value per period with its mean and limits, in order of time.

    `signal` is "improvement", "concern" or "neutral" at points that stand out, else "". y is a share where `share`
    is True. Its numbers are the rows of `table` that begin with `rows_of`. `notes` are (index of the point, label)
    of what happened in that period; the labels are explained in a table near by.
    """

    name: str
    title: str
    sentence: str
    alt: str
    labels: tuple[str, ...]
    y: tuple[float | None, ...]
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    signal: tuple[str, ...]
    grey: tuple[bool, ...]
    notes: tuple[tuple[int, str], ...]
    share: bool
    table: str
    rows_of: str


@dataclass(frozen=True)
class PeriodChart:
    """A share per period with its interval, in order of time; `people` says how many each rests on.

    `grey` ones are provisional. `notes` are as in TrendChart. Its numbers are the rows of `table`, one a period.
    """

    name: str
    title: str
    sentence: str
    alt: str
    labels: tuple[str, ...]
    people: tuple[str, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    grey: tuple[bool, ...]
    notes: tuple[tuple[int, str], ...]
    table: str


@dataclass(frozen=True)
class FunnelChart:
    """Units by their size with limits around the whole.

    points are (name, x, y, signal), a name empty where there are too many; limits are (words, x, low, high) and
    stand, row by row, in the table `limits_table`.
    """

    name: str
    title: str
    sentence: str
    alt: str
    points: tuple[tuple[str, float, float, bool], ...]
    centre: float
    limits: tuple[tuple[str, tuple[float, ...], tuple[float, ...], tuple[float, ...]], ...]
    x_title: str
    table: str
    limits_table: str


Chart = CurveChart | BarChart | TrendChart | PeriodChart | FunnelChart
Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Chapter:
    """A part of the report; `name` is its sheet and the front of its files' names."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, printed or not."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True)
class Cover:
    """What stands at the head of the first page and in the foot of every page."""

    title: str
    clinic: str
    period: str
    audience: str
    sample: bool
    data_words: str
    footer: str
    accent: str
    logo: bytes | None = None


@dataclass(frozen=True)
class Document:
    """A whole report. `day` dates its files: the as-of of the data, never the clock."""

    cover: Cover
    day: date
    chapters: tuple[Chapter, ...]
