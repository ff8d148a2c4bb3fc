"""Columns in which most cells repeat: each distinct value is looked at once.

numpy is imported where it is used: only files that are read by the block need it, not every start of the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

V = TypeVar("V")
T = TypeVar("T")

MOST_COMBINATIONS = 50_000


class CodedColumn(Sequence[V], Generic[V]):
    """The distinct values of a column, and for every row which of them stands there.

    One value may be listed twice, and a listed value need not stand in any row.
    """

    def __init__(self, distinct: Sequence[V], codes: NDArray[np.integer[Any]]) -> None:
        self.distinct, self.codes = distinct, codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[V]:
        return iter(self.spread())

    def __contains__(self, value: object) -> bool:
        return value in self.distinct and value in how_often(self)

    @overload
    def __getitem__(self, row: int) -> V: ...
    @overload
    def __getitem__(self, row: slice) -> CodedColumn[V]: ...
    def __getitem__(self, row: int | slice) -> V | CodedColumn[V]:
        if isinstance(row, slice):
            return CodedColumn(self.distinct, self.codes[row])
        return self.distinct[int(self.codes[row])]

    def count(self, value: object) -> int:
        """How many cells hold the value."""
        return how_often(self)[value] if value in self.distinct else 0  # type: ignore[index]

    def spread(self) -> list[V]:
        """The cells, one by one."""
        import numpy as np

        cells: list[V] = np.fromiter(self.distinct, dtype=object, count=len(self.distinct))[
            self.codes
        ].tolist()
        return cells


def each_distinct(function: Callable[[V], T], column: Sequence[V]) -> Sequence[T]:
    """The function's value for every cell of a column."""
    if isinstance(column, CodedColumn):
        return CodedColumn(list(map(function, column.distinct)), column.codes)
    return list(map(function, column))


def how_often(column: Sequence[V]) -> Counter[V]:
    """How many cells hold each value."""
    if not isinstance(column, CodedColumn):
        return Counter(column)
    import numpy as np

    counts: Counter[V] = Counter()
    for value, count in zip(
        column.distinct, np.bincount(column.codes, minlength=len(column.distinct)).tolist(), strict=True
    ):
        if count:
            counts[value] += count
    return counts


def side_by_side(*columns: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    """Several columns as one: every cell is the tuple of a row's cells."""
    coded = [column for column in columns if isinstance(column, CodedColumn)]
    sizes = [len(column.distinct) for column in coded]
    if len(coded) < len(columns) or not 0 < prod(sizes) <= MOST_COMBINATIONS:
        return list(zip(*columns, strict=True))
    import numpy as np

    codes = np.ravel_multi_index([column.codes for column in coded], sizes)
    return CodedColumn(list(product(*(column.distinct for column in coded))), codes)
