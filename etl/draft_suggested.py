"""What a file's headers and shapes of values propose for the draft of a mapping."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from etl.appointments import MAPPABLE
from etl.cells import plain
from etl.column_facts import holds_types, our_word
from etl.contract import ColumnSpec
from etl.draft import CHECKBOXES, DEFAULT_CONTEXT, FieldDraft, TableDraft
from etl.draft_reading import field_of
from etl.errors import UsageError
from etl.lookups import as_email, as_phone
from etl.suggest import draft_text
from etl.suggest_columns import Draft, Seen, column_lines, formats_of
from etl.suggest_look import Look
from etl.suggest_match import best_table, matched_columns
from etl.suggest_redcap import TICKED_TREATMENTS
from etl.suggest_scales import SCORE_WORDS, context_of, instrument_of
from etl.tick_lists import TickList, list_name, tick_lists
from sql.reference import instruments

USUAL = {
    "running": {"source": "patient_form"},
    "scores": {"instrument": "NPRS", "context": DEFAULT_CONTEXT, "reporter": "patient"},
}
SCORE = re.compile(r"\d{1,3}([.,]\d+)?(/10)?")
NEARLY_ALL = 0.9


def suggested_field(spec: ColumnSpec, column: Seen) -> FieldDraft:
    """How a column of the file would become a field of ours."""
    if isinstance(column, TickList):
        words = {word: ours for word in column.texts if (ours := our_word(spec, word))}
        return FieldDraft(column.header, words={**words, "*": ""}, parse=CHECKBOXES)
    lines = column_lines(spec, column, Draft())
    document = tomllib.loads("\n".join(line for line in lines if not line.startswith("#")))
    found = field_of(document.get(spec.name, column.header)) or FieldDraft(column.header)
    return replace(found, parse=list_sign(column)) if spec.kind == "codes" else found


def list_sign(column: Seen) -> str:
    """How several words stand in one cell: the word of `parse`, empty where a cell holds one."""
    signs = {"semicolon_list": ";", "comma_list": ","}
    return next((how for how, sign in signs.items() if any(sign in text for text in column.filled)), "")


def suggested_table(table: str, columns: Sequence[Seen]) -> TableDraft:
    """The fields that headers look like, and the usual values of those that exports seldom hold."""
    spec = MAPPABLE[table]
    found = matched_columns(spec, columns)
    if table == "scores":
        found = _with_score(found, columns)
    fields = {
        column.name: suggested_field(column, found[column.name])
        for column in spec.columns
        if column.name in found
    }
    usual = {
        name: FieldDraft(const=const) for name, const in USUAL.get(table, {}).items() if name not in fields
    }
    if table == "scores" and "value" in fields and "instrument" in usual:
        usual |= suggested_scale(found["value"])
        fields["value"] = of_scale(fields["value"], usual["instrument"].const)
    given = fields.get("treatments")
    if any(column.name == "treatments" for column in spec.columns) and (not given or list_name(given.header)):
        usual |= _treatments(columns)
    return TableDraft(table, {**fields, **usual})


def _with_score(found: Mapping[str, Seen], columns: Sequence[Seen]) -> dict[str, Seen]:
    """With a score that no header names by itself, and its day."""
    scores = [found["value"]] if "value" in found else further_scores(columns, ())
    if not scores:
        return dict(found)
    day = found.get("scored_on") or day_before(columns, scores[0])
    return {**found, "value": scores[0], **({"scored_on": day} if day else {})}


def day_before(columns: Sequence[Seen], score: Seen) -> Seen | None:
    """The column of days that stands nearest before a score, or where there is none, the first."""
    days = [column for column in columns if not column.personal and _holds_days(column)]
    before = [column for column in days if column.place < score.place]
    return before[-1] if before else next(iter(days), None)


def _holds_days(column: Seen) -> bool:
    texts = column.filled
    return bool(texts) and all(formats_of(text) for text in texts)


def _treatments(columns: Sequence[Seen]) -> dict[str, FieldDraft]:
    """From columns to tick; else from a booking system's column of types, if some of them name a treatment."""
    spec = MAPPABLE["visits"].column("treatments")
    ticks = next((one for one in tick_lists(columns) if TICKED_TREATMENTS.search(plain(one.header))), None)
    if ticks is not None:
        return {"treatments": suggested_field(spec, ticks)}
    types = _types_of_treatment(columns)
    return {"treatments": FieldDraft(types.header)} if types else {}


def _types_of_treatment(columns: Sequence[Seen]) -> Seen | None:
    """A booking system's column of types, if some of them name a treatment."""
    spec = MAPPABLE["visits"].column("treatments")
    return next(
        (c for c in columns if holds_types(c) and any(our_word(spec, text) for text in c.filled)), None
    )


def lists_people(columns: Sequence[Seen]) -> bool:
    """Whether a file is a list of clients: a code, how to reach them, and no appointment or answer."""
    contacts = any(
        column.personal and any(as_email(text) or as_phone(text) for text in column.filled)
        for column in columns
    )
    tables = [suggested_table(table, columns) for table in ("appointments", "running", "scores")]
    lacking = [{spec.name for spec in table.missing()} for table in tables]
    days = ({"visit_date", "therapist"}, {"reported_on"}, {"scored_on"})
    has_code = all("patient_id" not in names for names in lacking)
    return contacts and has_code and all(day & names for day, names in zip(days, lacking, strict=True))


def suggested_scale(column: Seen) -> dict[str, FieldDraft]:
    """The scale that a header names, and what a pain score was asked about."""
    scale = instrument_of(column)
    return {"instrument": FieldDraft(const=scale), "context": FieldDraft(const=context_of(column.header))}


def of_scale(value: FieldDraft, instrument: str) -> FieldDraft:
    """The values of a scale; those of one that is not from 0 to 10 stay as they are, 88 and 99 too."""
    known = instruments().get(instrument)
    if known is None or known.high == 10:
        return value
    words = {
        theirs: ours for theirs, ours in value.words.items() if not _is_between(theirs, known.low, known.high)
    }
    return replace(value, scale="", words=words)


def _is_between(text: str, low: float, high: float) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?", text)) and low <= float(text) <= high


def further_scores(columns: Sequence[Seen], taken: Sequence[str]) -> list[Seen]:
    """Columns that look like scores too: a header that says so, and numbers below it."""
    of_running = {column.header for column in matched_columns(MAPPABLE["running"], columns).values()}
    return [
        column
        for column in columns
        if column.header not in {*taken, *of_running}
        and not column.personal
        and SCORE_WORDS.search(plain(column.header))
        and _holds_scores(column)
    ]


def _holds_scores(column: Seen) -> bool:
    """Whether nearly all rows with a value have a number: one odd answer does not hide a question."""
    rows = sum(column.texts[text] for text in column.filled)
    good = sum(column.texts[text] for text in column.filled if SCORE.fullmatch(text))
    return good > 0 and good >= NEARLY_ALL * rows


def likely_tables(columns: Sequence[Seen]) -> list[str]:
    """What a row of the file may be: the best table; of a form's answers, both of the tables that they give."""
    try:
        best = best_table(columns).name
    except UsageError:
        return []
    if best in ("appointments", "visits", "episodes") and _only_scores(best, columns):
        return ["scores"]
    if best == "visits" and "episode_id" not in matched_columns(MAPPABLE["episodes"], columns):
        return ["appointments"]  # of patients, not of known courses: a booking system's list
    both = [name for name in USUAL if not _without_person(suggested_table(name, columns))]
    return both if best in USUAL and len(both) > 1 else [best]


def _only_scores(best: str, columns: Sequence[Seen]) -> bool:
    """Whether a file that lacks what its best table needs has all that scores need."""
    return (
        bool(_without_person(suggested_table(best, columns)))
        and not suggested_table("scores", columns).missing()
    )


def _without_person(table: TableDraft) -> list[str]:
    """What it lacks, but the patient: a form may have their e-mail instead."""
    return [spec.name for spec in table.missing() if spec.name != "patient_id"]


def suggested_format(seen: Look) -> dict[str, Any]:
    """How the file is written, as the mapping says it."""
    (entry,) = tomllib.loads(draft_text(seen, "appointments"))["files"].values()
    return dict(entry.get("format", {}))
