"""Shipped reference data: benchmarks, instruments, thresholds, conditions.

Read once from the CSV files beside this module. They are not tables: a copy in a store goes stale.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Condition:
    """A condition that an episode can have, and the codes that begin like it: M22.2 stands for M22.2X1 too."""

    code: str
    words: str
    icd10: tuple[str, ...]
    icd11: tuple[str, ...]
    snomed: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    """A scale on which pain or function is scored; `better` says which way is good."""

    code: str
    name: str
    low: float
    high: float
    better: str

    @property
    def measures_pain(self) -> bool:
        """Pain scales carry a context (worst week, running …); function scales do not."""
        return self.better == "lower"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `NAME.csv`, every value as text, blank where there is none."""
    text = files("sql.reference").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def conditions() -> dict[str, Condition]:
    """Conditions by code, in the order of the import contract."""
    return {
        row["code"]: Condition(
            row["code"], row["words"], _codes(row["icd10"]), _codes(row["icd11"]), _codes(row["snomed"])
        )
        for row in rows("conditions")
    }


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split(";")))


@cache
def instruments() -> dict[str, Instrument]:
    """Instruments by code."""
    return {
        row["code"]: Instrument(
            row["code"], row["name"], float(row["low"]), float(row["high"]), row["better"]
        )
        for row in rows("instruments")
    }
