"""Drafts the mapping of a REDCap export: one entry per table, each with the lines and the days that belong to it.

The names of events, instruments and fields are the project's own and stand in the draft; no value of a field does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from etl.cells import plain, tick_of
from etl.column_facts import our_word
from etl.contract import EPISODES, RUNNING, SCORES, VISITS, ColumnSpec, TableSpec
from etl.identifiers import may_be_shown
from etl.redcap_facts import EVENT, GROUP, REPEAT, Kind, Project, holds_days, is_redcap, project_of
from etl.suggest_cell_words import MISSING_NUMBERS
from etl.suggest_columns import Draft, Seen, column_lines, lacking_lines, quoted
from etl.suggest_look import Look, format_words, name_pattern
from etl.suggest_match import matched_columns
from etl.suggest_scales import SCORE_WORDS, as_scored, context_of, instrument_of
from sql.reference import instruments

__all__ = ["is_redcap", "redcap_draft"]
ITEM = re.compile(r"(.*?)_?q?\d+$")
TICKED_TREATMENTS = re.compile(r"treat|interven|therap|modalit|behandl")
SAME_FOR_ALL = {
    "condition": 'condition = { const = "pfps" }',
    "therapist": 'therapist = { const = "not_recorded" }',
}
HOW_TO_DATE = "see docs/import.md, REDCap, for days that stand elsewhere"


def redcap_draft(seen: Look) -> Draft:
    """The draft for a REDCap export."""
    project, nothing = project_of(seen)
    writing = _Writing(seen, project)
    course = _Course(writing).lines()
    entries = [*course, *_scores(writing), *_running(writing), *_visits(writing)]
    draft = writing.draft
    draft.lines += list(_told(project))
    if nothing:
        draft.lines.append(f"null_tokens = [{', '.join(map(quoted, nothing))}]")
    if writing.looks_up:
        draft.lines += ["", "[files.record] # every line: to look up what another event of the record holds"]
        draft.lines += writing.head(None)
    draft.lines += [*entries, *_unused(project, entries)]
    return draft


def _unused(project: Project, entries: Sequence[str]) -> Iterator[str]:
    """The fields that no entry reads, for a look."""
    text = "\n".join(entries)
    names = [*(column.header for column in project.fields), *project.checkboxes]
    if left := [name for name in names if quoted(name) not in text and may_be_shown(name)]:
        yield f"\n# fields not used: {', '.join(left)}"


def _told(project: Project) -> Iterator[str]:
    """What the lines of the export are, and what is left out of it."""
    if project.named:
        for kind, count in project.lines.items():
            what = " / ".join(word for word in kind if word) or "the record itself"
            yield f"# {count} {'line' if count == 1 else 'lines'}: {what}"
    else:
        yield "# An export of labels. Export raw data instead: its names of events can be used as filters."
    if personal := [column.header for column in project.columns if column.personal]:
        yield f"# left out, as they identify people: {', '.join(personal)}"


@dataclass
class _Writing:
    """What is being written: the draft, and whether anything is looked up in other lines."""

    seen: Look
    project: Project
    draft: Draft = field(default_factory=Draft)
    looks_up: bool = False

    def head(self, table: TableSpec | None) -> list[str]:
        """The first lines of an entry."""
        lines = [f"match = {quoted(name_pattern(self.seen.part))}"]
        lines += [f'table = "{table.name}"', 'unknown_columns = "drop"'] if table else []
        codes = self._missing_numbers()
        lines += [f"missing_codes = [{', '.join(codes)}] # are they?"] if codes else []
        written = format_words(self.seen)
        return [*lines, written] if written else lines

    def _missing_numbers(self) -> list[str]:
        used = {text for column in self.project.fields for text in self.seen.columns[column.place].texts}
        return [code for code in MISSING_NUMBERS if code.startswith("-") and code in used]

    def entry(self, name: str, table: TableSpec, kinds: Sequence[Kind], told_by: Seen) -> list[str]:
        """The start of an entry for some kinds of lines; told_by: the column that such lines have filled."""
        filters = list(self._filters(kinds, told_by))
        chosen = [f"filters = [{', '.join(filters)}]"] if filters else []
        return ["", f"[files.{name}]", *self.head(table), *chosen, "", f"[files.{name}.columns]"]

    def _filters(self, kinds: Sequence[Kind], told_by: Seen) -> Iterator[str]:
        event, repeat = self.project.of_redcap(EVENT), self.project.of_redcap(REPEAT)
        if told_by is self.project.record:
            return
        if not self.project.named or set(kinds) == set(self.project.lines) or not (event or repeat):
            yield f"{{ column = {quoted(told_by.header)}, filled = true }}"
            return
        events, repeats = (list(dict.fromkeys(words)) for words in zip(*kinds, strict=True))
        if event and set(events) != {kind.event for kind in self.project.lines}:
            yield f"{{ column = {quoted(event.header)}, is = {_listed(events)} }}"
        if repeat and repeats == [""]:
            yield f"{{ column = {quoted(repeat.header)}, filled = false }}"
        elif repeat and "" not in repeats:
            yield f"{{ column = {quoted(repeat.header)}, is = {_listed(repeats)} }}"

    def day(self, name: str, day: Seen | None, kinds: Sequence[Kind]) -> list[str]:
        """The line of a table's day; where its lines hold none, what is missing."""
        if day is not None:
            return [
                line.replace("scored_on", name, 1)
                for line in column_lines(SCORES.column("scored_on"), day, self.draft)
            ]
        event = self.project.of_redcap(EVENT)
        if event and len(kinds) == 1 and (beside := self.project.day_of_event(kinds[0])):
            self.looks_up = True
            record = quoted(self.project.record.header)
            look = f'file = "record", key = {record}, value = {quoted(beside.header)}, same = {quoted(event.header)}'
            return [
                f'{name} = {{ from = {record}, formats = ["iso"], lookup = {{ {look} }} }} # is it that day?'
            ]
        where = (
            ", ".join("/".join(filter(None, kind)) for kind in kinds) if self.project.named else "some lines"
        )
        self.draft.missing.append(f"{name}: no day stands in {where or 'the lines'}; {HOW_TO_DATE}")
        return [f'# {name} = "…" # MISSING: {HOW_TO_DATE}']


def _listed(words: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, words))}]"


@dataclass
class _Course:
    """The entry of courses: one per record, from the event that holds the first visit."""

    writing: _Writing

    def lines(self) -> list[str]:
        """The lines of the entry."""
        project, draft = self.writing.project, self.writing.draft
        matched = matched_columns(EPISODES, [project.record, *project.fields])
        first = self._first_visit(matched)
        matched = {**matched, "episode_id": project.record, "patient_id": project.record}
        matched |= {"first_visit_date": first} if first else {}
        matched |= {"site": group} if (group := project.of_redcap(GROUP)) and "site" not in matched else {}
        kinds = project.in_every_arm((project.kinds(first) if first else list(project.lines))[0])
        lines = self.writing.entry("episodes", EPISODES, kinds, first or project.record)
        for spec in EPISODES.columns:
            if spec.name in matched:
                lines += self._column(spec, matched[spec.name], kinds)
            elif spec.required:
                lines += lacking_lines(spec, draft)
                lines += (
                    [f"#   if it is the same for all: {usual}"]
                    if (usual := SAME_FOR_ALL.get(spec.name))
                    else []
                )
        return lines

    def _first_visit(self, matched: dict[str, Seen]) -> Seen | None:
        """The column that is called so, else the first days of the export's first kind of line."""
        project = self.writing.project
        called = matched.get("first_visit_date")
        taken = {column.place for name, column in matched.items() if name != "first_visit_date"}
        first = next(iter(project.lines), None)
        days = (
            c for c in project.fields if holds_days(c) and first in project.kinds(c) and c.place not in taken
        )
        return called if called and project.kinds(called) else next(days, None)

    def _column(self, spec: ColumnSpec, column: Seen, kinds: Sequence[Kind]) -> list[str]:
        """One column; what another event holds is looked up there."""
        lines = column_lines(spec, column, self.writing.draft)
        held_in = self.writing.project.kinds(column)
        if not held_in or set(held_in) & set(kinds):
            return lines
        self.writing.looks_up = True
        record, source = quoted(self.writing.project.record.header), quoted(column.header)
        look = f'from = {record}, lookup = {{ file = "record", key = {record}, value = {source} }}'
        if f"from = {source}" in lines[0]:
            return [lines[0].replace(f"from = {source}", look, 1), *lines[1:]]
        return [lines[0].replace(f"= {source}", f"= {{ {look} }}", 1), *lines[1:]]


def _score_columns(project: Project) -> list[Seen]:
    """Columns that look like scores, without the items of a questionnaire whose total is there."""
    found = [
        column
        for column in project.fields
        if SCORE_WORDS.search(plain(column.header).replace("_", " "))
        and column.filled
        and all(re.fullmatch(r"\d{1,3}(\.\d+)?", text) for text in column.filled)
    ]
    whole = {instrument_of(column) for column in found if not ITEM.fullmatch(column.header)}
    return [c for c in found if not (ITEM.fullmatch(c.header) and instrument_of(c) in whole)]


def _scores(writing: _Writing) -> list[str]:
    """An entry for the scores of the same lines and day, one row of the melt for each score."""
    project, lines = writing.project, []
    groups: dict[tuple[int, tuple[Kind, ...]], list[Seen]] = {}
    for column in _score_columns(project):
        kinds = tuple(project.kinds(column))
        day = project.day_of(column, kinds)
        groups.setdefault((day.place if day else -1, kinds), []).append(column)
    for number, ((place, kinds), columns) in enumerate(groups.items(), start=1):
        name = "scores" if number == 1 else f"scores_{number}"
        day = project.columns[place] if place >= 0 else None
        lines += writing.entry(name, SCORES, kinds, columns[0])
        lines += [f"episode_id = {quoted(project.record.header)}", *writing.day("scored_on", day, kinds)]
        for column in columns:
            lines += [
                "",
                f"[[files.{name}.melt]]",
                f"[files.{name}.melt.columns]",
                *_score(column, writing.draft),
            ]
    return lines


def _score(column: Seen, draft: Draft) -> Iterator[str]:
    """One row of the melt: value, scale, and for pain what it was asked about."""
    scale = instruments()[instrument_of(column)]
    yield from column_lines(as_scored(SCORES.column("value"), {"value": column}), column, draft)
    yield f'instrument = {{ const = "{scale.code}" }} # {scale.name}: is it?'
    if scale.measures_pain:
        asked = context_of(column.header.replace("_", " "))
        yield f'context = {{ const = "{asked}" }} # what was asked about: is it?'


def _running(writing: _Writing) -> list[str]:
    """The entry of running reports, if a column looks like the answer."""
    project = writing.project
    matched = matched_columns(RUNNING, [c for c in project.fields if not holds_days(c)])
    status = matched.get("status")
    if status is None or not (kinds := project.kinds(status)):
        return []
    day = project.day_of(status, kinds)
    lines = writing.entry("running", RUNNING, kinds, status)
    lines.append(f"episode_id = {quoted(project.record.header)}")
    lines += writing.day("reported_on", day, kinds)
    for name, column in matched.items():
        if name not in ("episode_id", "patient_id", "reported_on") and set(project.kinds(column)) <= set(
            kinds
        ):
            lines += column_lines(RUNNING.column(name), column, writing.draft)
    return [*lines, 'source = { const = "patient_form" }']


def _visits(writing: _Writing) -> list[str]:
    """The entry of appointments, if treatments are ticked: one per line that has a tick or its day."""
    project = writing.project
    name = next((name for name in project.checkboxes if TICKED_TREATMENTS.search(plain(name))), None)
    if name is None:
        return []
    ticks = project.checkboxes[name]
    kinds = list(dict.fromkeys(kind for column in ticks for kind in project.kinds(column)))
    if not kinds:
        return []
    day = project.day_of(ticks[0], kinds)
    lines = writing.entry("visits", VISITS, kinds, day or ticks[0])
    lines.append(f"episode_id = {quoted(project.record.header)}")
    lines += writing.day("visit_date", day, kinds)
    return [*lines, *_ticked(name, ticks, writing.draft)]


def _ticked(name: str, ticks: Sequence[Seen], draft: Draft) -> list[str]:
    """Columns to tick as a list: words that are ours are matched, codes have to be."""
    spec = VISITS.column("treatments")
    codes = [tick_of(column.header) for column in ticks]
    words = {code: our_word(spec, code) or ("" if code.startswith("_") else "…") for code in codes}
    inside = ", ".join(f"{quoted(code)} = {quoted(word)}" for code, word in words.items())
    line = f'treatments = {{ from = {quoted(name)}, parse = "checkboxes", map = {{ {inside} }} }}'
    if "…" not in words.values():
        return [line]
    draft.missing.append("treatments: put our word for each code into map, an empty one for none of ours")
    return [f"# {line}", f"#   allowed: {', '.join(spec.codes)}"]
