"""Columns of text in which most cells repeat: each distinct text is looked at once.

numpy is imported where it is used: only files that are read by the block need it, not every start of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


class CodedColumn(Sequence[str]):
    """The distinct texts of a column, and for every row which of them stands there."""

    def __init__(self, distinct: Sequence[str], codes: NDArray[np.int32]) -> None:
        self.distinct, self.codes = distinct, codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return iter(self.spread(self.distinct))

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> CodedColumn: ...
    def __getitem__(self, row: int | slice) -> str | CodedColumn:
        if isinstance(row, slice):
            return CodedColumn(self.distinct, self.codes[row])
        return self.distinct[int(self.codes[row])]

    def count(self, value: object) -> int:
        """How many cells hold the text."""
        if value not in self.distinct:
            return 0
        import numpy as np

        return int(np.count_nonzero(self.codes == self.distinct.index(value)))

    def spread(self, values: Sequence[T]) -> list[T]:
        """From one value for each distinct text to one for each row."""
        import numpy as np

        found: list[T] = np.fromiter(values, dtype=object, count=len(values))[self.codes].tolist()
        return found


def each_distinct(function: Callable[[str], T], column: Sequence[str]) -> list[T]:
    """The function's value for every cell of a column."""
    if isinstance(column, CodedColumn):
        return column.spread(list(map(function, column.distinct)))
    return list(map(function, column))
