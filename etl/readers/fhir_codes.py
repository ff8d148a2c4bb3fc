"""What codes in FHIR resources mean: diagnoses of a knee, its side, pain scores and answers to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from etl.errors import refused_text, shape_of
from etl.readers.plain import decimal_text
from sql.reference import conditions

Json = Any

LOINC_NUMERIC = ("72514-3", "38208-5")
LOINC_VISUAL = "38214-3"

# LOINC answer codes of the scores from 0 to 10. A display is never read: LA6113-0 shows "2 or more" in lists
# where it ends the scale, and is 2 in this one.
ANSWERS = {
    "LA6111-4": "0",
    "LA6112-2": "1",
    "LA6113-0": "2",
    "LA6114-8": "3",
    "LA6115-5": "4",
    "LA10137-0": "5",
    "LA10138-8": "6",
    "LA10139-6": "7",
    "LA10140-4": "8",
    "LA10141-2": "9",
    "LA13942-0": "10",
}
_SYSTEMS = {
    "icd-10": "icd10",
    "icd10": "icd10",
    "113883.6.90": "icd10",
    "icd-11": "icd11",
    "icd/release/11": "icd11",
    "snomed": "snomed",
    "113883.6.96": "snomed",
}
"""Part of a code system's address, and which it is; those of numbers are registered object ids."""
_KNEE_WORDS = ("knee", "patell", "menisc", "cruciate ligament", "genu ")
_PATELLOFEMORAL = ("pain", "stress", "syndrome", "disorder")
_SIDES = {"7771000": "left", "24028007": "right", "51440002": "both", "82169009": "left", "6757004": "right"}
# ICD-10-CM ends these codes with 1 for the right side and 2 for the left. Not so all others: M23.201 is left.
_SIDED = re.compile(r"(?:M22\w\w|M763|M765|M2556|M171|M70[45])([12])")
_RIGHT_OR_LEFT = {"1": "right", "2": "left"}


def at(value: Json, *path: str) -> Json:
    """The value at a path of keys; None where anything on the way is missing or of another kind."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def each(value: Json) -> Iterator[dict[str, Json]]:
    """The objects of a list; none, if it is no list."""
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def word(value: Json) -> str:
    """A text, or "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def number(value: Json) -> str:
    """A JSON number as plain text; a text as it is, for the parser to judge."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else word(value)


def condition_of(code: Json) -> str:
    """pfps, itbs or other_knee for a CodeableConcept; "" if it is not about a knee.

    The longest code that it begins with decides; SNOMED and ICD-11 codes that are not listed go by their
    official display.
    """
    found = {_by_code(coding) for coding in each(at(code, "coding"))} - {""}
    found = found or {_by_display(coding) for coding in each(at(code, "coding"))} - {""}
    return next((name for name in ("pfps", "itbs", "other_knee") if name in found), "")


def _by_code(coding: dict[str, Json]) -> str:
    system, code = _system(coding), _plain(coding)
    if system != "snomed":
        known = [entry for entry in _known() if entry[0] == system and code.startswith(entry[1])]
        return max(known, key=lambda entry: len(entry[1]), default=("", "", ""))[2]
    return next((name for kind, known_code, name in _known() if (kind, known_code) == (system, code)), "")


def _by_display(coding: dict[str, Json]) -> str:
    words = word(coding.get("display")).lower()
    if _system(coding) not in ("snomed", "icd11") or words.startswith("history of"):
        return ""
    if "iliotibial" in words:
        return "itbs"
    if "patellofemoral" in words and any(part in words for part in _PATELLOFEMORAL):
        return "other_knee" if "osteoarthritis" in words else "pfps"
    return "other_knee" if any(part in words for part in _KNEE_WORDS) else ""


def _plain(coding: dict[str, Json]) -> str:
    """The code without its dot, which some systems leave out."""
    return word(coding.get("code")).upper().replace(".", "")


def _system(coding: dict[str, Json]) -> str:
    system = word(coding.get("system")).lower()
    return next((name for part, name in _SYSTEMS.items() if part in system), "")


@cache
def _known() -> list[tuple[str, str, str]]:
    """(system, code or how it begins, condition), of the conditions that are one diagnosis."""
    return [
        (system, code.replace(".", ""), name)
        for name, condition in conditions().items()
        if name not in ("pfps_itbs", "other")
        for system in ("icd10", "icd11", "snomed")
        for code in getattr(condition, system)
    ]


def side_of(code: Json, body_sites: Json) -> str:
    """left, right, both or "": by the body site, else by the last figure of an ICD-10-CM code."""
    sites = {
        _SIDES.get(word(c.get("code")), "") for site in each(body_sites) for c in each(site.get("coding"))
    }
    if sites - {""}:
        return both_of(sites)
    sided = (_SIDED.fullmatch(_plain(c)) for c in each(at(code, "coding")) if _system(c) == "icd10")
    return both_of(_RIGHT_OR_LEFT[found[1]] for found in sided if found)


def both_of(sides: Iterable[str]) -> str:
    """One side, or both if they differ."""
    known = set(sides) - {""}
    return "both" if len(known) > 1 else "".join(known)


def loinc_of(observation: Json) -> str:
    """The pain score that an Observation is of: one of the three LOINC codes, or ""."""
    codes = {word(coding.get("code")) for coding in each(at(observation, "code", "coding"))}
    return next((code for code in (*LOINC_NUMERIC, LOINC_VISUAL) if code in codes), "")


def score_of(observation: Json) -> str:
    """The value's text; "" if there is none; a refusal for what is no single number."""
    if "valueCodeableConcept" in observation:
        codes = {word(c.get("code")) for c in each(at(observation, "valueCodeableConcept", "coding"))}
        return next((ANSWERS[code] for code in ANSWERS if code in codes), refused_text("answer_code", ""))
    quantity = at(observation, "valueQuantity")
    for value in (observation.get("valueInteger"), at(quantity, "value"), observation.get("valueString")):
        if value is not None:
            text = number(value)
            comparator = word(at(quantity, "comparator"))
            return refused_text("number", shape_of(comparator + text)) if comparator else text
    return ""


def visual_scale(observation: Json) -> str:
    """VAS10 or VAS100 by its unit; "" if that does not say."""
    units = {word(at(observation, "valueQuantity", key)).lower() for key in ("unit", "code")}
    return "VAS10" if "cm" in units else "VAS100" if "mm" in units else ""
