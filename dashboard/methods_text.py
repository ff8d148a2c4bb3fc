"""The text of docs/methods.md, as the package carries it, and the catalogues beside it, as rows of tables."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files

from dashboard.names import CONDITION_NAMES
from dashboard.stats.benchmark import Benchmark
from dashboard.tables import Row
from dashboard.verdicts import benchmarks
from sql import reference

COMPARE_WORDS = {"verdict": "compared", "never": "context, never compared"}


@cache
def chapters() -> list[tuple[str, str]]:
    """Headings of the second level with their text; links to other files are words there."""
    text = files("dashboard").joinpath("methods.md").read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->\n?", "", text)
    text = re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return [(heading, body.strip()) for heading, body in zip(parts[1::2], parts[2::2], strict=True)]


def benchmarks_of(condition: str) -> list[Benchmark]:
    """The catalogue of a condition, the rows that are compared first."""
    rows = [row for row in benchmarks().values() if row.condition == condition]
    return sorted(rows, key=lambda row: row.compare != "verdict")


def review_is_due(row: Benchmark, on: date) -> bool:
    """Whether somebody should look at the source again: its month has come."""
    return row.review_due <= f"{on:%Y-%m}"


def benchmark_conditions() -> dict[str, str]:
    """Conditions that have a figure in the catalogue, with their names."""
    found = dict.fromkeys(row.condition for row in benchmarks().values())
    return {condition: CONDITION_NAMES[condition] for condition in found}


def instrument_rows() -> list[Row]:
    """Scales with their range, direction and what counts as a change on each."""
    thresholds: dict[str, list[str]] = {}
    for row in reference.rows("thresholds"):
        unit = " %" if row["kind"] == "percent" else ""
        thresholds.setdefault(row["instrument"], []).append(f"{row['threshold']}{unit}")
    return [
        {
            "scale": item.code,
            "name": item.name,
            "range": f"{item.low:g} to {item.high:g}",
            "better is": f"{item.better} {'pain' if item.measures_pain else 'function'}",
            "counts as a change": ", ".join(thresholds.get(item.code, ["–"])),
        }
        for item in reference.instruments().values()
    ]


def threshold_rows() -> list[Row]:
    """Every threshold with its people and its source."""
    return [
        {
            "scale": row["instrument"],
            "change of": f"{row['threshold']}{' %' if row['kind'] == 'percent' else ' points'}",
            "in whom": row["population"],
            "source": row["source"],
            "source read": row["verified"],
        }
        for row in reference.rows("thresholds")
    ]
