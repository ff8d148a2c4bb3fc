"""Writes the generated parts of the documentation: `python -m tests.docs.generate` (or `make docs`).

A generated part stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; the rest is by hand.
test_docs.py fails where a part no longer says what the code does.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a module, without pytest's pythonpath

from validation import difference_words, held

from dashboard.cli import build_parser, main
from dashboard.definitions import DEFINITIONS, definition
from dashboard.sections.catalogue import SECTIONS
from etl.contract import MEASURES, TABLES, ColumnSpec, TableSpec
from etl.date_formats import SIGN_MEANINGS
from etl.errors import FILE_RULES, ROW_RULES, WARNINGS, Rule
from etl.mapping import (
    PARSE_MEANINGS,
    ColumnRule,
    FileRule,
    FilterRule,
    FormatRule,
    LinkPair,
    LinkRule,
    LookupRule,
    Mapping,
    MeltRule,
)
from etl.parse import EARLIEST_DATE
from etl.sample import write_sample
from sql import reference
from sql.schema import metadata
from sql.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGED_METHODS = ROOT / "dashboard" / "methods.md"
PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

EXAMPLE_COMMAND = "return-to-run summary --condition itbs --by earlier_episodes --days 84 --json"

KINDS = {
    "key": "code",
    "code": "word",
    "codes": "words",
    "date": "date",
    "partial_date": "date, month or year",
    "number": "number",
    "integer": "whole number",
}
# What an empty cell means where the contract's own default does not say it all.
EMPTY_CELLS = {
    ("episodes", "goal"): "unknown: counted, but not in the curve",
    ("scores", "context"): "`usual_week` for pain scales, none for function scales",
    ("running", "since"): "the day of the answer",
}


def write_parts() -> list[Path]:
    """Bring every generated part up to date; returns the files that changed."""
    parts = all_parts()
    changed = []
    for path in documents():
        text = path.read_text(encoding="utf-8")
        new = with_parts(text, parts)
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            changed.append(path)
    if methods_copy_is_stale():
        PACKAGED_METHODS.write_bytes((DOCS / "methods.md").read_bytes())
        changed.append(PACKAGED_METHODS)
    return changed


def methods_copy_is_stale() -> bool:
    """Whether the copy of docs/methods.md that the wheel carries says something else."""
    return (
        not PACKAGED_METHODS.exists() or PACKAGED_METHODS.read_bytes() != (DOCS / "methods.md").read_bytes()
    )


def documents() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def with_parts(text: str, parts: dict[str, str]) -> str:
    """The text with its generated parts renewed."""
    return PART.sub(lambda found: f"{found[1]}\n{parts[found[2]].strip()}\n\n{found[3]}", text)


def all_parts() -> dict[str, str]:
    """Every generated part by name."""
    with TemporaryDirectory() as folder:
        example = summary_example(Path(folder))
    return {**light_parts(), "summary-example": f"```json\n{example.strip()}\n```"}


def light_parts() -> dict[str, str]:
    """The parts that need no store."""
    return {
        "commands": commands(),
        "settings": settings(),
        "input-files": input_files(),
        "scales": scales(),
        "store": "\n\n".join(store_table(table) for table in metadata.sorted_tables),
        "file-rules": rules(FILE_RULES.values()),
        "row-rules": rules(ROW_RULES.values()),
        "warnings": rules(WARNINGS.values()),
        "mapping-keys": mapping_keys(),
        "mapping-parse": words_table("word", "how the text is read", PARSE_MEANINGS),
        "mapping-dates": words_table("sign", "what stands there", SIGN_MEANINGS),
        "benchmarks": benchmarks(),
        "numbers": numbers(),
        "validation": validation(),
    }


def subparsers() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Every subcommand with its one-line help and its parser."""
    parser = build_parser()
    group = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    helps = {choice.dest: choice.help or "" for choice in group._choices_actions}
    return {name: (helps[name], sub) for name, sub in group.choices.items()}


def options_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """A command's arguments and options, without --help."""
    return [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]


def commands() -> str:
    """A section per subcommand: usage, then what each argument and option does."""
    sections = []
    for name, (says, parser) in subparsers().items():
        actions = options_of(parser)
        usage = " ".join(["return-to-run", name, *map(_usage, actions)])
        rows = [(f"`{_spelled(action)}`", _meaning(action)) for action in actions]
        table = markdown_table(("argument or option", "what it does"), rows)
        sections.append(f"## {name}\n\n{_sentence(says)}\n\n```\n{usage}\n```\n\n{table}")
    return "\n\n".join(sections)


def _usage(action: argparse.Action) -> str:
    if not action.option_strings:
        name = _metavar(action)
        return {"?": f"[{name}]", "+": f"{name} [{name} …]"}.get(str(action.nargs), name)
    return f"[{_spelled(action)}]"


def _spelled(action: argparse.Action) -> str:
    if not action.option_strings:
        return _metavar(action)
    name = ", ".join(action.option_strings)
    return name if action.nargs == 0 else f"{name} {_metavar(action)}"


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None and action.option_strings:
        return "WORD"
    return action.dest.upper()


def _meaning(action: argparse.Action) -> str:
    says = action.help or ""
    if action.choices is None:
        return _sentence(says)
    default = f" (default `{action.default}`)" if isinstance(action.default, str) else ""
    words = f"One of {', '.join(f'`{choice}`' for choice in action.choices)}{default}."
    return words if says == ", ".join(action.choices) else f"{_sentence(says)} {words}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def settings() -> str:
    """The table of what a clinic decides."""
    rows = []
    for spec in SETTINGS.values():
        values = ", ".join(f"`{word}`" for word in spec.words)
        if spec.low is not None:
            number = "number" if spec.kind == "tenths" else "whole number"
            values = f"{number} from {spec.low} to {spec.high}"
        values = {"colour": "`#rrggbb`", "logo": "image"}.get(spec.kind, values)
        default = f"`{spec.default}`" if spec.default else "empty"
        rows.append((f"`{spec.name}`", values or "text", default, _sentence(spec.meaning)))
    return markdown_table(("setting", "value", "default", "meaning"), rows)


MAPPING_TABLES = {
    "the file": Mapping,
    "files.NAME": FileRule,
    "files.NAME.format": FormatRule,
    "files.NAME.columns.COLUMN": ColumnRule,
    "files.NAME.columns.COLUMN.lookup": LookupRule,
    "files.NAME.filters": FilterRule,
    "files.NAME.melt": MeltRule,
    "files.NAME.link": LinkRule,
    "files.NAME.link.email, files.NAME.link.phone": LinkPair,
}


def mapping_keys() -> str:
    """The keys of a mapping file, from its models."""
    rows = [
        (place if first else "", f"`{field.alias or name}`", _sentence(field.description or ""))
        for place, model in MAPPING_TABLES.items()
        for first, (name, field) in zip([True] + [False] * 99, model.model_fields.items(), strict=False)
    ]
    return markdown_table(("in", "key", "meaning"), rows)


def words_table(head: str, says: str, words: dict[str, str]) -> str:
    """Words and what they mean."""
    return markdown_table(
        (head, says), [(f"`{word}`", _sentence(meaning)) for word, meaning in words.items()]
    )


def input_files() -> str:
    """A section per input file, from the import contract."""
    return "\n\n".join(_input_file(table) for table in TABLES.values())


def _input_file(table: TableSpec) -> str:
    rows = [_input_column(table, spec) for spec in table.columns]
    columns = markdown_table(("column", "needed", "kind", "allowed", "meaning", "empty cell"), rows)
    key = ", ".join(f"`{name}`" for name in ("clinic", *table.key))
    about = [_sentence(table.meaning), f"Row key: {key}."]
    if table.contact_date:
        attended = ", if the visit was attended" if table.name == "visits" else ""
        about.append(f"`{table.contact_date}` is a contact{attended}.")
    return f"### {table.name}.csv\n\n{' '.join(about)}\n\n{columns}"


def _input_column(table: TableSpec, spec: ColumnSpec) -> tuple[str, ...]:
    allowed, meaning = _allowed(table, spec), _sentence(spec.meaning)
    return f"`{spec.name}`", _required(table, spec), KINDS[spec.kind], allowed, meaning, _empty(table, spec)


def _required(table: TableSpec, spec: ColumnSpec) -> str:
    if table.by_patient and spec.name in ("episode_id", "patient_id"):
        return "one of the two"
    return "yes" if spec.required else "no"


def _allowed(table: TableSpec, spec: ColumnSpec) -> str:
    if (table.name, spec.name) == ("scores", "value"):
        return "the range of the scale, see [scales](#scales-and-measures)"
    if (table.name, spec.name) == ("assessments", "value"):
        return "the range of the measure, see [measures](#scales-and-measures)"
    if spec.codes:
        words = ", ".join(f"`{code}`" for code in spec.codes)
        return f"{words}; several with `;` between" if spec.kind == "codes" else words
    if spec.kind == "key":
        return "up to 64 letters, digits and `_ . : -`"
    if spec.kind == "date":
        return f"`YYYY-MM-DD`, {EARLIEST_DATE} to the as-of day"
    if spec.kind == "partial_date":
        return "`YYYY-MM-DD`, `YYYY-MM` or `YYYY`"
    return f"{spec.low:g} to {spec.high:g}" if spec.low is not None and spec.high is not None else "any"


def _empty(table: TableSpec, spec: ColumnSpec) -> str:
    special = EMPTY_CELLS.get((table.name, spec.name))
    if special:
        return special
    if table.by_patient and spec.name in ("episode_id", "patient_id"):
        return "the other one says whose row it is"
    if spec.filters_row:
        return "missing: the row is left out and counted"
    if spec.required:
        return "the row is refused"
    if spec.default is None:
        return "unknown"
    return "not given" if spec.default in ("", 0.0) else f"`{spec.default}`"


def scales() -> str:
    """Conditions, score scales and measures with their ranges."""
    conditions = [(f"`{c.code}`", c.words, ", ".join(c.icd10)) for c in reference.conditions().values()]
    instruments = [
        (
            f"`{i.code}`",
            i.name,
            f"{i.low:g} to {i.high:g}",
            "pain" if i.measures_pain else "function",
            i.better,
        )
        for i in reference.instruments().values()
    ]
    measures = [(f"`{name}`", f"{low:g} to {high:g}") for name, (low, high) in MEASURES.items()]
    return "\n\n".join(
        (
            markdown_table(("condition", "in words", "ICD-10"), conditions),
            markdown_table(("scale", "name", "range", "measures", "better is"), instruments),
            markdown_table(("measure", "range"), measures),
        )
    )


def store_table(table: Table) -> str:
    """A table of the store: its comment, its key, and every column."""
    keys = ", ".join(f"`{column.name}`" for column in table.primary_key.columns)
    rows = [
        (f"`{c.name}`", str(c.type), "" if c.nullable else "yes", _sentence(c.comment or ""))
        for c in table.columns
    ]
    columns = markdown_table(("column", "type", "never empty", "meaning"), rows)
    return f"### {table.name}\n\n{_sentence(table.comment or '')} Primary key: {keys}.\n\n{columns}"


def rules(found: Iterable[Rule]) -> str:
    """Rules with their meaning and remedy."""
    rows = [(f"`{rule.name}`", _sentence(rule.says), rule.remedy) for rule in found]
    return markdown_table(("rule", "what is wrong", "what to do"), rows)


def validation() -> str:
    """What was held against R, by the tests themselves."""
    rows = [
        (
            f"`{item.module}`",
            item.statistic,
            item.source,
            str(item.compared or item.cases),
            difference_words(item),
        )
        for item in held()
    ]
    heads = ("module of dashboard/stats", "what", "held against", "numbers", "largest difference")
    return markdown_table(heads, rows)


def numbers() -> str:
    """A section per number: what it is, its formula, its source, what it cannot say."""
    return "\n\n".join(_number(name) for name in DEFINITIONS)


def _number(name: str) -> str:
    entry = definition(name)
    parts = [f"### {entry.title}", f"`{name}`. {entry.text}"]
    labelled = (("Formula", entry.formula), ("Source", entry.source), ("Cannot say", entry.cannot_say))
    return "\n\n".join([*parts, *(f"**{label}.** {text}" for label, text in labelled if text)])


def benchmarks() -> str:
    """The shipped catalogue of published figures."""
    heads = (
        "row",
        "endpoint",
        "days",
        "figure",
        "people",
        "in whom",
        "clock",
        "compare",
        "evidence and source",
    )
    return markdown_table(heads, map(_benchmark, reference.rows("benchmarks")))


def _benchmark(row: dict[str, str]) -> tuple[str, ...]:
    days = "–".join(dict.fromkeys((row["horizon_from_days"], row["horizon_to_days"])))
    interval = f" ({row['ci_low']} to {row['ci_high']})" if row["ci_low"] else ""
    figure = f"{row['value']}{interval} {row['unit']}"
    people = row["n"] or "not known"
    source = ", ".join(filter(None, (row["citation"], row["doi_or_url"])))
    endpoint, evidence = f"{row['endpoint']}: {row['statistic']}", f"{row['evidence']}. {source}"
    asked = (row["population"], row["clock_start"], row["compare"])
    return f"`{row['id']}`", endpoint, days, figure, people, *asked, evidence


def summary_example(folder: Path) -> str:
    """What EXAMPLE_COMMAND prints on the sample clinic, without the sections."""
    write_sample(folder / "sample-clinic")
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{folder / 'example.db'}"}
    with chdir(folder):
        printed(["load", "sample-clinic"], environ)
        answer = json.loads(printed(shlex.split(EXAMPLE_COMMAND)[1:], environ))
    return json.dumps(without_sections(answer), indent=2, ensure_ascii=False)


def without_sections(document: dict[str, object]) -> dict[str, object]:
    """The answer itself; its sections are as long again, each, and the list of definitions says nothing new."""
    return {name: value for name, value in document.items() if name not in {*SECTIONS, "definitions"}}


def printed(argv: Sequence[str], environ: dict[str, str]) -> str:
    """What a command writes to standard output."""
    with redirect_stdout(StringIO()) as out:
        main(argv, environ)
    return out.getvalue()


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; bars within cells are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    for page in write_parts():
        print(f"renewed {page.relative_to(ROOT)}")  # noqa: T201
