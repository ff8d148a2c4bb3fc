"""Typed cells -> the words that stand on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.report.content import Cell, Column, Table
from dashboard.wording import interval_words, long_date, percent, with_minus

NONE = "–"


def printed_columns(table: Table) -> list[Column]:
    """Columns on paper: limits and reservations stand in the cell that they belong to."""
    return [column for column in table.columns if column.on_paper and not column.limit_of]


def printed_rows(table: Table) -> list[list[str]]:
    """Rows in words, one per printed column."""
    return [_printed(table.columns, row) for row in table.rows[: table.paper_rows]]


def _printed(columns: Sequence[Column], row: Sequence[Cell]) -> list[str]:
    cells = []
    for column, cell in zip(columns, row, strict=True):
        if column.limit_of or not column.on_paper:
            continue
        own = [
            other
            for limit, other in zip(columns, row, strict=True)
            if limit.limit_of == column.name and cell is not None
        ]
        cells.append(" ".join(part for part in (words(column, cell), _around(column, own)) if part))
    return cells


def _around(column: Column, cells: Sequence[Cell]) -> str:
    """Limits in brackets, and "too few followed" where the estimate has that reservation."""
    limits = [cell for cell in cells if isinstance(cell, float | int)]
    around = ""
    if len(limits) == 2:
        to = " to " if column.kind in ("number", "ratio") else "–"
        plain = f"({words(column, limits[0])}{to}{words(column, limits[1])})"
        around = interval_words(*limits) if column.kind == "share" else plain
    return f"{around} †".strip() if "yes" in cells else around


def words(column: Column, cell: Cell) -> str:
    """One cell in words."""
    if cell is None:
        return NONE
    if isinstance(cell, str):
        return cell or NONE
    if isinstance(cell, date):
        return long_date(cell)
    if column.kind == "share":
        return percent(cell)
    if column.kind == "ratio":
        return f"{cell:.2f}"
    if column.kind == "number":
        return with_minus(f"{cell:.1f}")
    return f"{cell:,.0f}"
