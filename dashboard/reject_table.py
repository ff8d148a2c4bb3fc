"""Refused rows as a table: where, why and what to do, never what stood there."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO

from dashboard.tables import Row
from etl.errors import RULES
from sql.queries.loads import Reject

HEADS = ("load", "file", "line", "column", "rule", "what is wrong", "what to do", "looks like")


def reject_cells(found: Iterable[Reject]) -> list[tuple[str, ...]]:
    """A row per refused place, in the order of HEADS."""
    return [
        (
            str(row.load_number),
            *(
                as_plain_cell(str(cell))
                for cell in (
                    row.file, row.line, row.column, row.rule, RULES[row.rule].says, RULES[row.rule].remedy, row.shape,
                )
            ),
        )
        for row in found
    ]  # fmt: skip


def reject_csv(found: Iterable[Reject]) -> str:
    """The same as CSV text."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows(reject_cells(found))
    return out.getvalue()


def rejects_by_rule(found: Sequence[Reject]) -> list[Row]:
    """A row per file, column and rule, the most frequent first."""
    counts = Counter((row.file, row.column, row.rule) for row in found)
    return [
        {
            "where": f"{file}: {column or 'whole row'}",
            "what is wrong": RULES[rule].says,
            "rows": f"{count:,}",
            "what to do": RULES[rule].remedy,
        }
        for (file, column, rule), count in counts.most_common()
    ]


def as_plain_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
