"""Checks across the columns of a row, and across the rows of a file. Cells were parsed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from etl.contract import MEASURES, TableSpec
from etl.errors import FileStop, Refusal
from etl.parse import Parsed
from etl.readers.coded import how_often, side_by_side
from sql.reference import instruments

Columns = Mapping[str, Sequence[Parsed]]
Broken = tuple[int, str, str]
"""Index of the row within its chunk, column at fault, rule."""

DEFAULT_DATES = ("1899-12-30", "1900-01-01", "1970-01-01", "2000-01-01")
MOST_DEFAULT_DATES = 0.30
MOST_ABOVE_TEN = 0.20
TEN = 10
FEWEST_TO_JUDGE = 5

Breaking = Iterator[int]
RowRule = tuple[str, str, Callable[[Columns], Breaking]]
"""Column at fault, rule, and the rows that break it. Whole columns, because a clinic has millions of cells."""


def _pairs(columns: Columns, one: str, other: str) -> Iterator[tuple[int, Any, Any]]:
    """Rows in which both columns have a value."""
    if one in columns and other in columns:
        for index, (first, second) in enumerate(zip(columns[one], columns[other], strict=True)):
            if first is not None and second is not None:
                yield index, first, second


def _before(earlier: str, later: str) -> Callable[[Columns], Breaking]:
    """Both dates are known and the second lies before the first."""
    return lambda columns: (i for i, first, second in _pairs(columns, earlier, later) if second < first)


def _only_one(one: str, other: str) -> Callable[[Columns], Breaking]:
    def breaking(columns: Columns) -> Breaking:
        size = len(next(iter(columns.values())))
        nothing: list[Parsed] = [None] * size
        pairs = zip(columns.get(one, nothing), columns.get(other, nothing), strict=True)
        return (i for i, (first, second) in enumerate(pairs) if (first is None) != (second is None))

    return breaking


def _before_onset(name: str) -> Callable[[Columns], Breaking]:
    """A date before the earliest day that the stated onset allows."""
    return lambda columns: (
        i for i, onset, day in _pairs(columns, "onset_date", name) if onset[0] is not None and day < onset[0]
    )


def _measure_out_of_range(columns: Columns) -> Breaking:
    for index, measure, value in _pairs(columns, "measure", "value"):
        low, high = MEASURES[measure]
        if not low <= value <= high:
            yield index


ROW_RULES: dict[str, tuple[RowRule, ...]] = {
    "episodes": (
        ("onset_date", "onset_after_first_visit", _before_onset("first_visit_date")),
        ("return_to_run_date", "return_before_onset", _before_onset("return_to_run_date")),
        ("relapse_date", "relapse_before_return", _before("return_to_run_date", "relapse_date")),
        ("stopped_date", "both_or_neither", _only_one("stopped_date", "stopped_reason")),
        ("stopped_date", "before_first_visit", _before("first_visit_date", "stopped_date")),
        ("discharge_date", "before_first_visit", _before("first_visit_date", "discharge_date")),
        ("last_contact_date", "before_first_visit", _before("first_visit_date", "last_contact_date")),
        ("red_flag_cleared_date", "cleared_before_flag", _before("red_flag_date", "red_flag_cleared_date")),
    ),
    "running": (("since", "since_after_report", _before("since", "reported_on")),),
    "visits": (),
    "assessments": (("value", "range", _measure_out_of_range),),
}


def broken_rows(table: TableSpec, columns: Columns, size: int) -> Iterator[Broken]:
    """Rules that rows of a parsed chunk break; rows with unreadable cells must have been taken out before."""
    if table.by_patient:
        yield from _without_episode(columns, size)
    if table.name == "scores":
        yield from _broken_scores(columns)
        return
    rules = ROW_RULES[table.name] if size else ()
    found = [(index, column, rule) for column, rule, breaking in rules for index in breaking(columns)]
    yield from sorted(found, key=lambda broken: broken[0])


def _without_episode(columns: Columns, size: int) -> Iterator[Broken]:
    nobody: list[Parsed] = [None] * size
    episodes, patients = columns.get("episode_id", nobody), columns.get("patient_id", nobody)
    if None not in episodes:
        return
    for index, (episode, patient) in enumerate(zip(episodes, patients, strict=True)):
        if episode is None and patient is None:
            yield index, "episode_id", "required"


def _broken_scores(columns: Columns) -> Iterator[Broken]:
    """Each distinct score (instrument, context, value) is judged once."""
    scores = side_by_side(columns["instrument"], columns["context"], columns["value"])
    judged = {score: _judge_score(*score) for score in how_often(scores)}
    if not any(judged.values()):
        return
    for index, score in enumerate(scores):
        if broken := judged[score]:
            yield index, *broken


def _judge_score(instrument: Parsed, context: Parsed, value: Parsed) -> tuple[str, str] | None:
    scale = instruments()[str(instrument)]
    if isinstance(value, float) and not scale.low <= value <= scale.high:
        return "value", "range"
    if context and not scale.measures_pain:
        return "context", "context_of_function"
    return None


class FileChecks:
    """What only the whole file shows: a wrong scale, or dates that software filled in by itself."""

    def __init__(self, table: TableSpec) -> None:
        self._dates = [spec.name for spec in table.columns if spec.kind in ("date", "partial_date")]
        self._score = next((spec.name for spec in table.columns if spec.is_score), "")
        self._rows = 0
        self._default_dates: Counter[str] = Counter()
        self._on_ten = self._above_ten = self._up_to_one = self._decimals = 0

    def see(self, texts: Mapping[str, Sequence[str]], columns: Columns, size: int) -> None:
        """Take a chunk into account: its texts as read and its columns as parsed, unreadable cells included."""
        self._rows += size
        for name in self._dates:
            if name in texts:
                self._default_dates[name] += sum(texts[name].count(day) for day in DEFAULT_DATES)
        if self._score in columns:
            for value, count in _scores_to_ten(columns, self._score).items():
                if isinstance(value, float):
                    self._on_ten += count
                    self._above_ten += count * (value > TEN)
                    self._up_to_one += count * (value <= 1)
                    self._decimals += count * (not value.is_integer())
                elif isinstance(value, Refusal) and value.rule == "range":
                    self._on_ten += count
                    self._above_ten += count

    def finish(self) -> None:
        """Judge the file.

        Raises
        ------
        FileStop
            if most of a column cannot be what it claims to be.
        """
        for name, count in self._default_dates.items():
            if self._rows >= FEWEST_TO_JUDGE and count > MOST_DEFAULT_DATES * self._rows:
                raise FileStop("default_date", column=name)
        if self._on_ten < FEWEST_TO_JUDGE:
            return
        shares = self._up_to_one == self._on_ten and self._decimals > 0
        if self._above_ten > MOST_ABOVE_TEN * self._on_ten or shares:
            raise FileStop("wrong_scale", column=self._score)


def _scores_to_ten(columns: Columns, name: str) -> Counter[Parsed]:
    """How often each value of a score column stands there whose scale ends at 10; the instrument says so."""
    if "instrument" not in columns:
        return how_often(columns[name])
    to_ten = {code for code, scale in instruments().items() if scale.high == TEN}
    counts: Counter[Parsed] = Counter()
    for (instrument, value), count in how_often(side_by_side(columns["instrument"], columns[name])).items():
        if instrument in to_ten:
            counts[value] += count
    return counts
