"""What was held against R and against published figures, and how far apart they were: docs/validation.md.

The tests themselves say it: every test of tests/stats whose docstring names such a source is run once more while
each number that it compares by pytest.approx is noted. So the page can neither forget a test nor claim a figure.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import ceil, log10
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
SOURCE = re.compile(
    r"\bR \d|\bR'?s?\b.*survfit|cmprsk|survdiff|Gehan|psfmi \(GPL\)|NHS|as published|lifelines|statsmodels"
)
SMALLEST = 1e-12


@dataclass(frozen=True)
class Held:
    """One test: the module it holds, its words, its source; numbers compared and the largest difference."""

    module: str
    statistic: str
    source: str
    cases: int
    compared: int
    largest: float


class Recording:
    """pytest.approx that notes how far what was found is from what was expected."""

    __array_ufunc__ = None  # else NumPy would compare element by element
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, real: Callable[..., Any], notes: list[float], expected: Any, **options: Any) -> None:
        self._inner, self._notes, self._expected = real(expected, **options), notes, expected

    def __eq__(self, found: object) -> bool:
        pairs = zip(flat(found), flat(self._expected), strict=False)
        self._notes.extend(
            abs(a - b) for a, b in pairs if isinstance(a, (int, float)) and isinstance(b, (int, float))
        )
        return bool(found == self._inner)


def flat(value: Any) -> Iterator[Any]:
    """Every number of nested lists and tuples; a single number is one."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from flat(part)
    else:
        yield float(value) if hasattr(value, "__float__") else value


@cache
def held() -> tuple[Held, ...]:
    """Every test that names its source, run once."""
    found = []
    for path in sorted((TESTS / "stats").glob("test_*.py")):
        module = loaded(path)
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and SOURCE.search(test.__doc__ or "") and not is_by_hypothesis(test):
                found.append((path.stem.removeprefix("test_"), test))
    order = sorted(found, key=lambda item: (item[0], item[1].__code__.co_firstlineno))
    return tuple(run(module, test) for module, test in order)


def loaded(path: Path) -> ModuleType:
    """A test module under a name of its own, so that pytest's copy stays as it is."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    name = f"validation_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def is_by_hypothesis(test: Callable[..., None]) -> bool:
    return bool(getattr(test, "is_hypothesis_test", False))


def run(module: str, test: Callable[..., None]) -> Held:
    """Run a test with every one of its cases. A test that fails, fails here too."""
    notes: list[float] = []
    real, cases = pytest.approx, list(cases_of(test))
    pytest.approx = lambda expected, **options: Recording(real, notes, expected, **options)  # type: ignore[assignment, misc]
    try:
        for case in cases:
            test(**case)
    finally:
        pytest.approx = real  # type: ignore[misc]
    words = test.__name__.removeprefix("test_").replace("_", " ")
    source = " ".join((test.__doc__ or "").split())
    return Held(module, words, source, len(cases), len(notes), max(notes, default=0.0))


def cases_of(test: Callable[..., None]) -> Iterable[dict[str, Any]]:
    """The values of its parametrize marks, all combinations."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    choices = []
    for mark in marks:
        names = mark.args[0]
        names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
        values = [getattr(value, "values", value) for value in mark.args[1]]
        choices.append(
            [dict(zip(names, value if len(names) > 1 else (value,), strict=True)) for value in values]
        )
    for combination in product(*choices):
        yield {name: value for part in combination for name, value in part.items()}


def difference_words(item: Held) -> str:
    """The largest difference as the power of ten that it stays under, or that all is exactly equal."""
    if not item.compared:
        return "equal"
    if item.largest <= SMALLEST:
        return "under 1e-12"
    return f"under 1e{ceil(log10(item.largest)):d}"
