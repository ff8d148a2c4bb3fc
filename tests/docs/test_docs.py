"""The documentation says what the program does."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from math import isclose
from pathlib import Path

import generate
import pytest
from generate import DOCS, PART, ROOT

from dashboard.cli import DATABASE, USAGE, main
from dashboard.deployment import Deployment
from dashboard.group_summary import CLASSES, RMST_DAYS
from dashboard.names import CLASS_NAMES
from dashboard.stats import benchmark, disclosure, log_rank, survival
from dashboard.summary import HORIZONS_DAYS
from etl.contract import TABLES
from etl.errors import RULES, IdentifiersFound, LoadError, UsageError
from etl.load import MOST_REJECTED
from etl.mapping_file import parse_mapping, preset_names
from etl.merge import EARLIEST_BEFORE_FIRST_VISIT_DAYS
from etl.parse import EARLIEST_DATE
from sql.schema import metadata
from sql.settings import SETTINGS

PAGES = generate.documents()
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SAFE = ("sample", "load", "summary", "setting")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def part_of(name: str, part: str) -> str:
    found = {match[2]: match[0] for match in PART.finditer(text_of(name))}
    return found[part]


# --- generated parts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_generated_parts_are_not_stale(page):
    text = page.read_text(encoding="utf-8")
    parts = generate.light_parts() | {"summary-example": kept_example(text)}
    assert generate.with_parts(text, parts) == text, "run: make docs"


def test_the_wheel_carries_the_methods_as_they_are_here():
    assert not generate.methods_copy_is_stale(), "run: make docs"


def test_every_number_says_its_source_and_what_it_cannot_say():
    entries = {name: generate.definition(name) for name in generate.DEFINITIONS}
    assert [name for name, entry in entries.items() if not (entry.source and entry.cannot_say)] == []


def kept_example(text: str) -> str:
    """The example is compared number by number elsewhere: last digits may differ between machines."""
    return next((m[0].split("\n", 1)[1].rsplit("\n", 1)[0] for m in PART.finditer(text)
                 if m[2] == "summary-example"), "")  # fmt: skip


def test_every_generated_part_stands_on_a_page():
    placed = [match[2] for page in PAGES for match in PART.finditer(page.read_text(encoding="utf-8"))]
    assert sorted(placed) == sorted([*generate.light_parts(), "summary-example"])


# --- nothing is left undocumented


def test_every_command_and_option_is_documented():
    commands = part_of("docs/cli.md", "commands")
    for name, (_, parser) in generate.subparsers().items():
        section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", commands, re.MULTILINE | re.DOTALL)
        assert section, f"command {name}"
        for action in generate.options_of(parser):
            for word in action.option_strings or [action.metavar or action.dest.upper()]:
                assert f"`{word}" in section[1], f"{name} {word}"
                assert action.help, f"{name} {word} has no help"


def test_every_command_stands_in_the_readme():
    for name in generate.subparsers():
        assert f"return-to-run {name}" in text_of("README.md"), name


def test_every_page_stands_in_the_readme():
    titles = re.findall(r'title="([^"]+)"', text_of("streamlit_app.py"))
    rows = re.findall(r"^\| ([^|]+?)(?: \(from a list\))? \|", text_of("README.md"), re.MULTILINE)
    assert len(titles) > 12
    assert [title for title in titles if title not in rows] == []


def test_the_exit_codes_are_those_of_the_program():
    documented = set(map(int, re.findall(r"^\| (\d+) \|", text_of("docs/cli.md"), re.MULTILINE)))
    assert documented == {
        0,
        1,
        UsageError.exit_code,
        USAGE,
        LoadError.exit_code,
        IdentifiersFound.exit_code,
        DATABASE,
        130,
    }


def test_every_input_column_is_documented():
    page = part_of("docs/data-dictionary.md", "input-files")
    for table in TABLES.values():
        section = re.search(rf"^### {table.name}\.csv$(.*?)(?=^### |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, table.name
        for column in table.columns:
            assert f"| `{column.name}` |" in section[1], f"{table.name}.{column.name}"
            assert all(f"`{word}`" in section[1] for word in column.codes), f"{table.name}.{column.name}"
        assert f"`{table.name}.csv`" in text_of("docs/import.md")


def test_the_needed_columns_of_episodes_are_those_the_import_page_names():
    sentence = re.search(
        r"`episodes.csv` needs four\s+columns: (.*?)\.", text_of("docs/import.md"), re.DOTALL
    )
    assert sentence
    assert tuple(re.findall(r"`(\w+)`", sentence[1])) == TABLES["episodes"].required


def test_every_table_and_column_of_the_store_is_documented():
    page = part_of("docs/data-dictionary.md", "store")
    for table in metadata.tables.values():
        section = re.search(rf"^### {table.name}$(.*?)(?=^### |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, table.name
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name} has no comment"
            assert f"| `{column.name}` |" in section[1], f"{table.name}.{column.name}"


def test_every_rule_and_setting_is_documented():
    rules, settings = text_of("docs/import.md"), part_of("docs/cli.md", "settings")
    assert [name for name in RULES if f"| `{name}` |" not in rules] == []
    assert [name for name in SETTINGS if f"| `{name}` |" not in settings] == []


def test_every_preset_is_documented():
    page = text_of("docs/import.md")
    assert [name for name in preset_names() if f"`{name}`" not in page] == []


def test_the_mapping_of_the_import_page_is_one():
    found = re.findall(r"^```toml\n(.*?)^```", text_of("docs/import.md"), re.MULTILINE | re.DOTALL)
    redcap, planned, example = found
    mapping, _ = parse_mapping(example.encode(), "the example")
    assert [rule.table for rule in mapping.files.values()] == ["visits", "scores"]
    scores, visits = redcap.split("[files.visits]", 1)
    mapping, _ = parse_mapping(f"{scores}{planned}\n[files.visits]{visits}".encode(), "REDCap")
    assert [rule.table for rule in mapping.files.values()] == [None, "episodes", "scores", "visits"]
    assert mapping.files["scores"].melt[2].columns["scored_on"].plus_days == 42


def test_every_choice_of_an_installation_is_documented():
    page = text_of("docs/deploy.md")
    for name, default in vars(Deployment()).items():
        row = f"| `RETURN_TO_RUN_{name.upper()}` | `{name}` | `{default}` |"
        assert row in page, name


def test_every_class_of_what_became_is_defined():
    page = text_of("docs/methods.md")
    words = {name: CLASS_NAMES[name].split(" (")[0] for name in CLASSES}
    assert [word for word in words.values() if f"| {word} |" not in page] == []


def test_the_readme_repeats_what_make_does():
    makefile, readme = text_of("Makefile"), text_of("README.md")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert [name for name in targets if f"make {name}" not in readme] == []
    for recipe in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "pytest -n 2"):
        assert re.search(rf"^\t.*{re.escape(recipe)}$", makefile, re.MULTILINE), recipe
        assert len(re.findall(rf"^\.venv.*{re.escape(recipe)}$", readme, re.MULTILINE)) == 2, recipe


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("docs/methods.md", f"at risk ÷ S(t) < {survival.MIN_FOLLOWED}."),
        ("docs/methods.md", "By default days {}, {} and {}.".format(*HORIZONS_DAYS)),
        ("docs/methods.md", f"A stop counts as not running to day {RMST_DAYS}."),
        ("docs/methods.md", f"Groups with fewer than {log_rank.MIN_RETURNS} returns are left out"),
        ("docs/methods.md", f"interval is at most {100 * benchmark.WIDEST_INTERVAL:.0f} points wide"),
        ("docs/methods.md", f"rounded to the nearest {disclosure.ROUND_TO}"),
        ("docs/methods.md", f"Under {disclosure.MIN_CURVE} in the curve"),
        ("docs/methods.md", f"only from {disclosure.MIN_EXTREME} people"),
        ("docs/methods.md", f"setting `k`, by default {SETTINGS['k'].default}."),
        ("docs/methods.md", f"more than {SETTINGS['in_care_days'].default} days before the as-of day"),
        ("docs/privacy.md", f'read "fewer than {SETTINGS["k"].default}"'),
        ("docs/import.md", f"If more than {100 * MOST_REJECTED:g} % of all rows are refused"),
        ("docs/import.md", f"not more than {EARLIEST_BEFORE_FIRST_VISIT_DAYS} days after the row's date"),
        ("docs/data-dictionary.md", EARLIEST_DATE),
        ("docs/deploy.md", f"<http://127.0.0.1:{Deployment().port}>"),
    ],
)  # fmt: skip
def test_numbers_in_prose_are_those_of_the_code(page, sentence):
    assert sentence.replace("\n", " ") in text_of(page).replace("\n", " ")


def test_the_sample_has_as_many_wrong_rows_as_the_readme_says(sample_clinic):
    store = sample_clinic["RETURN_TO_RUN_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT count(*) FROM reject").fetchone() == (12,)
    assert "Twelve rows of the sample are wrong on purpose" in text_of("README.md").replace("\n", " ")


# --- the JSON


def test_every_field_of_the_json_is_documented_and_no_other(sample_clinic):
    document = answer(generate.EXAMPLE_COMMAND, sample_clinic)
    documented = re.findall(r"^\| `([\w.\[\]]+)` \|", text_of("docs/summary-json.md"), re.MULTILINE)
    assert documented == list(paths_of(document))


def paths_of(document: object, prefix: str = "") -> Iterator[str]:
    """Every field with its path, once: `groups[].became.lost`."""
    if isinstance(document, list):
        if document and isinstance(document[0], dict):
            yield from paths_of(document[0], prefix + "[]")
    elif isinstance(document, dict):
        for name, value in document.items():
            path = f"{prefix}.{name}" if prefix else name
            yield path
            yield from paths_of(value, path)


def test_all_groups_and_days_have_the_same_fields(sample_clinic):
    for audience in ("clinic", "sharing"):
        groups = answer(f"return-to-run summary --by condition --for {audience} --json", sample_clinic)[
            "groups"
        ]
        assert len({tuple(paths_of(group)) for group in groups}) == 1
        assert {tuple(day) for group in groups for day in group["back_by"]} == {
            ("day", "value", "low", "high", "se", "at_risk", "known", "too_few")
        }


def test_the_example_is_what_the_command_prints(sample_clinic):
    page = text_of("docs/summary-json.md")
    assert generate.EXAMPLE_COMMAND in page
    printed = flat(generate.without_sections(answer(generate.EXAMPLE_COMMAND, sample_clinic)))
    shown = flat(json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1]))
    assert list(shown) == list(printed), "run: make docs"
    assert [path for path in shown if not alike(shown[path], printed[path])] == [], "run: make docs"


def answer(command: str, environ: dict[str, str]) -> dict[str, object]:
    """What a command with --json answers."""
    return json.loads(generate.printed(shlex.split(command)[1:], environ))


def alike(one: object, other: object) -> bool:
    """Equal, numbers up to the last digits."""
    numbers = isinstance(one, float) and isinstance(other, float)
    return isclose(one, other, rel_tol=1e-9) if numbers else one == other


def flat(document: object, prefix: str = "") -> dict[str, object]:
    """Every value by its full path."""
    if isinstance(document, dict):
        return {k: v for name, value in document.items() for k, v in flat(value, f"{prefix}.{name}").items()}
    if isinstance(document, list):
        return {k: v for n, value in enumerate(document) for k, v in flat(value, f"{prefix}[{n}]").items()}
    return {prefix: document}


# --- links, images, commands


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_images_lead_somewhere(page):
    broken = []
    for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.is_file() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors_of(page: Path) -> set[str]:
    """The anchors that a viewer makes of the headings."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.M
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["README.md", "docs/import.md", "docs/summary-json.md"])
def test_the_commands_of_a_page_run_as_printed(page, tmp_path, monkeypatch, sample_clinic):
    monkeypatch.chdir(tmp_path)
    commands = [line for line in shell_lines(page) if is_safe(line)]
    assert commands
    environ = {} if any("return-to-run load" in line for line in commands) else sample_clinic
    for line in commands:
        expected = {0, 1} if "return-to-run load" in line else {0}
        assert run_line(line, environ) in expected, line


def test_the_backup_of_the_deployment_page_is_a_whole_store(tmp_path, sample_clinic):
    store = sample_clinic["RETURN_TO_RUN_DATABASE_URL"].removeprefix("sqlite:///")
    shutil.copyfile(store, tmp_path / "return-to-run.db")
    (line,) = (line for line in shell_lines("docs/deploy.md") if "backup(" in line)
    program, *arguments = shlex.split(line)
    assert program == "python"
    subprocess.run([sys.executable, *arguments], cwd=tmp_path, check=True)
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        assert backup.execute("SELECT count(*) FROM episode").fetchone() == (900,)


def shell_lines(page: str) -> list[str]:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text_of(page), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def is_safe(line: str) -> bool:
    words = shlex.split(line)
    return words[0] == "return-to-run" and words[1] in SAFE


def run_line(line: str, environ: dict[str, str]) -> int:
    """Exit code of a command line; what it sends to a file with `>` must be JSON."""
    command, _, file_name = line.partition(" > ")
    argv = shlex.split(command)[1:]
    if not file_name:
        return main(argv, environ)
    assert answer(command, environ)["schema"] == 1
    return 0


# --- decisions


def test_every_decision_is_numbered_dated_and_listed():
    records = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
    index = text_of("docs/decisions/README.md")
    assert [int(path.name[:3]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert f"({path.name})" in index
        assert re.match(rf"# {path.name[:3]}\. .+\n\n\d{{4}}-\d\d-\d\d\n", text), path.name
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Why"], path.name
