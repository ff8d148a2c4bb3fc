"""Every number of the JSON names its definition, and a standard error stands beside every interval that has one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import generate
import pytest

from dashboard.definitions import DEFINITIONS
from dashboard.result_definitions import RESULT_DEFINITIONS, definitions_of

COMMAND = ["summary", "--by", "condition", "--json"]
# What the question or the method says, not the data.
GIVEN = re.compile(
    r"^(schema|stratified_by|.*\.(share_percent|low_score|high_score))$"
    r"|^(treatment|units|intake_periods)\.(day|smallest)$"
)
RANGE_OR_QUANTILE = re.compile(r"median_days$|^quantiles|^relapse\.(within_14_days|sustained_by)")
WILSON = {"numerator", "people"}


@pytest.fixture(scope="module")
def document(sample_clinic: dict[str, str]) -> dict[str, Any]:
    return json.loads(generate.printed(COMMAND, sample_clinic))


def objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with the path of its name, lists as `name[]`."""
    if isinstance(value, dict):
        yield path, value
        for name, part in value.items():
            yield from objects(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for part in value:
            yield from objects(part, path + "[]")


def numbers(value: Any) -> set[str]:
    return {
        f"{path}.{name}" if path else name
        for path, found in objects(value)
        for name, part in found.items()
        if isinstance(part, (int, float)) and not isinstance(part, bool)
    }


def explained(path: str) -> bool:
    parts = re.split(r"(?=[.\[])", path)
    return any("".join(parts[:n]) in RESULT_DEFINITIONS for n in range(1, len(parts) + 1))


def test_every_id_is_a_definition():
    assert set(RESULT_DEFINITIONS.values()) <= set(DEFINITIONS)


def test_every_number_of_the_json_has_a_definition(document):
    found = numbers({name: part for name, part in document.items() if name != "definitions"})
    assert len(found) > 150
    assert sorted(path for path in found if not explained(path) and not GIVEN.match(path)) == []


def test_the_walk_would_find_an_unexplained_number():
    assert numbers({"a": {"b": [{"c": 1, "d": "x", "e": True}]}}) == {"a.b[].c"}
    assert not explained("a.b[].c")
    assert explained("groups[].back_by[].se")


def test_every_entry_leads_to_a_result(document):
    """No path of the list is misspelt."""
    there = {path for path, _ in objects(document)} | {
        f"{path}.{name}" if path else name for path, found in objects(document) for name in found
    }
    there |= {path.removesuffix("[]") for path in there}
    assert [path for path in RESULT_DEFINITIONS if path not in there] == []
    assert [entry["result"] for entry in document["definitions"]] == list(RESULT_DEFINITIONS)


def test_only_what_is_in_the_document_is_listed():
    assert {entry["definition"] for entry in definitions_of(["gray", "test"])} == {"groups"}


def test_a_measure_of_the_trend_is_an_id_itself(document):
    assert {trend["measure"] for trend in document["trend"]["measures"]} <= set(DEFINITIONS)


def test_a_standard_error_beside_every_interval_that_rests_on_one(document):
    """Wilson's limits, quantiles and ranges rest on none."""
    without = {
        path
        for path, found in objects(document)
        if {"low", "high"} <= set(found) and "se" not in found and not WILSON & set(found)
        if not isinstance(found["low"], dict) and not RANGE_OR_QUANTILE.search(path)
    }
    assert without == set()
