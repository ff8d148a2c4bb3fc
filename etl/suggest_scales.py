"""Which scale the scores of a file are on, as the header says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from etl.cells import plain
from etl.contract import ColumnSpec
from etl.suggest_columns import Seen
from sql.reference import Instrument, instruments

SCALES_IN_HEADERS = (
    ("AKPS", r"akps|kujala|anterior knee"),
    ("KOOS-PF", r"koos"),
    ("LEFS", r"lefs|lower extremity"),
    ("UWRI", r"uwri|wisconsin"),
    ("PSFS", r"psfs|patient.specific"),
    ("VAS100", r"vas.?100|\bmm\b"),
    ("VAS10", r"\bvas\b"),
)
CONTEXT_WORDS = {
    "now": "current",
    "current": "current",
    "jetzt": "current",
    "worst": "worst_week",
    "stairs": "stairs",
    "treppe": "stairs",
    "treppen": "stairs",
    "downhill": "downhill",
    "squat": "squatting",
    "squatting": "squatting",
    "sitting": "sitting",
    "landing": "landing",
    "rest": "at_rest",
    "ruhe": "at_rest",
    "running": "running",
    "run": "running",
    "laufen": "running",
    "stair": "stairs",
    "sit": "sitting",
}
SCORE_WORDS = re.compile(r"pain|schmerz|\bn?prs\b|\bvas\b|kujala|akps|lefs|koos|uwri|psfs|score")


def instrument_of(column: Seen) -> str:
    """The scale that a header of scores names; pain from 0 to 10 where it names none."""
    told = plain(column.header)
    found = next((scale for scale, words in SCALES_IN_HEADERS if re.search(words, told)), "NPRS")
    return "VAS100" if found == "VAS10" and any(_above_ten(text) for text in column.filled) else found


def _above_ten(text: str) -> bool:
    return bool(re.fullmatch(r"\d{2,3}(\.\d+)?", text)) and float(text) > 10


def instrument_line(value: Seen | None) -> str:
    """The line of a draft that says the scale."""
    scale = instrument_of(value) if value else "NPRS"
    return f'instrument = {{ const = "{scale}" }} # {instruments()[scale].name}: is it?'


def _scale_of(matched: Mapping[str, Seen]) -> Instrument | None:
    """The scale of the scores, where no column says it."""
    known = "instrument" not in matched and "value" in matched
    return instruments()[instrument_of(matched["value"])] if known else None


def measures_pain(matched: Mapping[str, Seen]) -> bool:
    """Whether the scores may be of pain, so that it must be said what they were asked about."""
    scale = _scale_of(matched)
    return scale is None or scale.measures_pain


def as_scored(spec: ColumnSpec, matched: Mapping[str, Seen]) -> ColumnSpec:
    """The column of values of a scale that is not from 0 to 10: nothing is turned into that."""
    scale = _scale_of(matched)
    return replace(spec, is_score=False) if spec.is_score and scale and scale.high != 10 else spec


def context_of(header: str) -> str:
    """What a pain score was asked about, as its header says."""
    told = re.findall(r"\w+", plain(header))
    return next((context for word, context in CONTEXT_WORDS.items() if word in told), "usual_week")
