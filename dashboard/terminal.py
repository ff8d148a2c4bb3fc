"""What the command line shows: tables, progress, errors. Never a cell of anybody's data."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from dashboard.load_tables import changed_words, noted, progress_words
from etl.errors import RULES, Problem
from etl.load import FileReport, LoadReport, Progress

if TYPE_CHECKING:
    from dashboard.group_summary import GroupSummary
    from dashboard.summary import OutcomeSummary
    from etl.rollback import RollbackReport
    from sql.queries.loads import Load, Reject
    from sql.queries.privacy_counts import PrivacyCounts
    from sql.settings import SettingChange, SettingSpec

MOST_RULES_SHOWN = 10
MOST_PLACES_SHOWN = 3
QUIET_SECONDS = 1.0
PIPED_WIDTH = 140


class Terminal:
    """Standard output for results, standard error for progress and errors."""

    def __init__(self) -> None:
        width = None if sys.stdout.isatty() else PIPED_WIDTH
        self._out = Console(file=sys.stdout, soft_wrap=not sys.stdout.isatty(), highlight=False, width=width)
        self._err = Console(file=sys.stderr, soft_wrap=True, highlight=False)

    def say(self, text: str) -> None:
        """One line for the user."""
        self._out.print(escape(text))

    def write(self, text: str) -> None:
        """Text for programs, exactly as it is."""
        sys.stdout.write(text + "\n")

    def error(self, text: str) -> None:
        """What went wrong and what to do."""
        self._err.print(f"[bold red]Error:[/] {escape(text)}")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A line per file with rows, rate and time left, and what comes after; only for what takes over a second."""
        began = perf_counter()
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[words]}"), TimeElapsedColumn(),
        )  # fmt: skip
        bars = Bars(*columns, console=self._err, transient=True, disable=not self._err.is_terminal)
        tasks: dict[str, tuple[TaskID, float]] = {}
        read: Counter[str] = Counter()

        def told(name: str, rows: int, of: int | None) -> None:
            read[name] += rows
            now = perf_counter()
            if now - began < QUIET_SECONDS:
                return
            if name not in tasks:
                bars.start()
                tasks[name] = bars.add_task(escape(name), total=None, words=""), began if not tasks else now
            task, since = tasks[name]
            bars.update(task, words=progress_words(read[name], of, now - since))

        try:
            yield told
        finally:
            bars.stop()

    def load_report(self, report: LoadReport) -> None:
        """What happened per file, what was refused and why, and what to do next."""
        self._out.print(_file_table(report))
        for file in report.files:
            if file.stopped_by:
                self._stopped(file)
        for where, warning in noted(report, {}):
            self._out.print(
                f"[yellow]Note[/] {escape(where)}: {RULES[warning.rule].says}. {RULES[warning.rule].remedy}"
            )
        self._problems([problem for file in report.files for problem in file.problems])
        for note in report.notes:
            self._out.print(f"[yellow]Note[/] {escape(note)}")
        self._out.print(escape(_headline(report)))

    def _stopped(self, file: FileReport) -> None:
        problem = file.stopped_by
        assert problem is not None  # noqa: S101 - the caller looked
        rule = RULES[problem.rule]
        detail = f" ({file.stop_detail})" if file.stop_detail else ""
        self._out.print(f"[bold red]Stopped[/] {escape(str(problem) + detail)}. {rule.remedy}")

    def _problems(self, problems: list[Problem]) -> None:
        """Refused rows by rule, the most frequent first."""
        by_rule = [
            (rule, list(places))
            for rule, places in groupby(sorted(problems, key=lambda p: p.rule), key=lambda p: p.rule)
        ]
        by_rule.sort(key=lambda entry: -len(entry[1]))
        for name, places in by_rule[:MOST_RULES_SHOWN]:
            rule = RULES[name]
            self._out.print(f"[bold]{len(places)} × {escape(rule.says)}.[/] {escape(rule.remedy)}")
            for place in places[:MOST_PLACES_SHOWN]:
                self._out.print(f"    {escape(_place(place))}")
            if len(places) > MOST_PLACES_SHOWN:
                self._out.print(f"    and {len(places) - MOST_PLACES_SHOWN} more")
        if len(by_rule) > MOST_RULES_SHOWN:
            self._out.print(
                f"{len(by_rule) - MOST_RULES_SHOWN} more kinds of problems: see --json for all of them."
            )

    def load_json(self, report: LoadReport) -> None:
        """The same for programs."""
        self.write(json.dumps(load_document(report), indent=2, ensure_ascii=False))

    def loads(self, clinic: str, loads: Sequence[Load], privacy: PrivacyCounts, k: int) -> None:
        """A line per load, newest first; below, how far people stand out."""
        if not loads:
            self.say(f"Clinic {clinic!r} has no loads yet. Load files: return-to-run load PATH")
            return
        table = Table(show_edge=False)
        for head in ("load", "on", "as of", "status", "new", "updated", "refused", "open"):
            words = head in ("on", "as of", "status")
            table.add_column(head, justify="left" if words else "right", no_wrap=head != "status")
        for load in loads:
            table.add_row(*_load_row(load))
        self._out.print(table)
        if privacy.smallest is not None:
            self.say(
                f"By age band, sex, condition and site: {privacy.groups} groups, the smallest of {privacy.smallest}; "
                f"{privacy.below_k} of {privacy.episodes} episodes are in a group of fewer than {k}."
            )

    def loads_json(self, clinic: str, loads: Sequence[Load], privacy: PrivacyCounts) -> None:
        """The same for programs, with every file."""
        document = {
            "schema": 1,
            "clinic": clinic,
            "loads": [asdict(load) for load in loads],
            "privacy": asdict(privacy),
        }
        self.write(json.dumps(document, indent=2, ensure_ascii=False, default=lambda day: day.isoformat()))

    def rejects(self, rejects: Sequence[Reject]) -> None:
        """Refused places by rule, with the remedy."""
        if not rejects:
            self.say("No refused rows are open.")
            return
        self._problems(
            [Problem(f"load {r.load_number}, {r.file}", r.line, r.column, r.rule, r.shape) for r in rejects]
        )
        self.say("All of them: --csv FILE or --json. After the cause is gone: return-to-run replay N")

    def rollback(self, report: RollbackReport) -> None:
        """What taking a load back did."""
        deleted, restored = report.deleted.total(), report.restored.total()
        stands = f"data to {report.as_of.isoformat()}" if report.as_of else "no load is left"
        self.say(
            f"Load {report.load_number} was taken back: {deleted:,} rows deleted, {restored:,} restored; {stands}."
        )

    def rollback_json(self, report: RollbackReport) -> None:
        """The same for programs."""
        document = {
            "schema": 1,
            "clinic": report.clinic,
            "load_number": report.load_number,
            "deleted": dict(report.deleted),
            "restored": dict(report.restored),
            "outcomes_derived": report.outcomes_derived,
            "as_of": report.as_of and report.as_of.isoformat(),
        }
        self.write(json.dumps(document, indent=2))

    def settings(self, rows: Sequence[tuple[SettingSpec, str, list[SettingChange]]]) -> None:
        """Settings with their value, since when, and what they mean."""
        table = Table("setting", "value", "since", "meaning", show_edge=False)
        for spec, value, history in rows:
            since = history[-1].valid_from.isoformat() if history else "default"
            table.add_row(spec.name, escape(spec.words_for(value)), since, spec.meaning)
        self._out.print(table)

    def summary(self, summary: OutcomeSummary) -> None:
        """A summary as a table and its verdicts."""
        from dashboard import recovery_words, wording
        from dashboard.verdicts import benchmarks

        audience = wording.audience_words(summary)
        self._out.print(f"[bold]Back running[/] · data to {wording.long_date(summary.as_of)} · {audience}")
        heads = [
            "group",
            "started",
            *(f"back by {wording.time_words(day)}" for day in summary.days),
            "half were back by",
        ]
        table = Table(*heads, show_edge=False)
        for group in summary.groups:
            table.add_row(*_summary_row(group, summary))
        self._out.print(table)
        if sentence := recovery_words.test_sentence(summary):
            self._out.print(sentence)
        if summary.definition_changed_on:
            changed = wording.long_date(summary.definition_changed_on)
            self._out.print(f"[yellow]Note[/] What counts as a return was changed on {changed}.")
        for verdict in summary.verdicts:
            if benchmarks()[verdict.benchmark_id].compare == "verdict":
                self._out.print(f"[bold]{verdict.verdict}[/] · {escape(verdict.reason)}")
        self._out.print(f"A return is: {escape(summary.definition)}.")


def _summary_row(group: GroupSummary, summary: OutcomeSummary) -> list[str]:
    from dashboard import wording

    shares = [wording.group_share_words(group, day) for day in summary.days]
    return [
        group.group,
        wording.count_words(group.started, summary.k, few="started" in group.few),
        *shares,
        wording.WITHHELD if "median_days" in group.withheld else wording.median_words(group.median),
    ]


def _file_table(report: LoadReport) -> Table:
    table = Table(show_edge=False)
    for head in ("file", "rows", "new", "updated", "unchanged", "duplicate", "refused", "left out"):
        table.add_column(head, justify="left" if head == "file" else "right")
    for file in report.files:
        counts = (
            file.rows_read, file.inserted, file.updated, file.unchanged,
            file.duplicate, file.rejected, file.filtered,
        )  # fmt: skip
        shown = ["already loaded"] if file.skipped else [f"{count:,}" for count in counts]
        table.add_row(escape(file.name), *shown)
    return table


def _headline(report: LoadReport) -> str:
    took = f"{report.seconds:.1f} s"
    match report.status:
        case "loaded" if report.vanished:
            return (
                f"Load {report.load_number} done: {report.changed:,} rows new or updated, "
                f"{report.vanished.total():,} vanished rows deleted. {took}."
            )
        case "loaded" if not report.changed and not report.rejected:
            return f"Load {report.load_number}: nothing new, every row was already there. {took}."
        case "loaded":
            return f"Load {report.load_number} done: {changed_words(report)}. {took}."
        case "checked":
            would = changed_words(report, "would be new or updated", "would be refused")
            return f"Checked only, nothing was written: {would}. {took}."
        case "unchanged":
            return "Nothing to do: these files were loaded before, with the same content."
        case _:
            return "Nothing was loaded."


def _place(problem: Problem) -> str:
    column = f", column {problem.column}" if problem.column else ""
    shape = f" (looks like {problem.shape})" if problem.shape else ""
    return f"{problem.file}, line {problem.line}{column}{shape}"


def load_document(report: LoadReport) -> dict[str, object]:
    """What happened in a load, for programs."""
    return {
        "schema": 1,
        "clinic": report.clinic,
        "load_number": report.load_number,
        "status": report.status,
        "mode": report.mode,
        "replay_of": report.replay_of,
        "as_of": report.as_of.isoformat(),
        "exit_code": report.exit_code,
        "vanished": dict(report.vanished),
        "outcomes_derived": report.outcomes_derived,
        "seconds": round(report.seconds, 3),
        "locked_seconds": round(report.locked_seconds, 3),
        "files": [_file_document(file) for file in report.files],
        "notes": report.notes,
    }


def reject_document(reject: Reject) -> dict[str, object]:
    """A refused place with its rule, for programs."""
    rule = RULES[reject.rule]
    return {**asdict(reject), "says": rule.says, "remedy": rule.remedy}


def _load_row(load: Load) -> list[str]:
    status = load.status.replace("_", " ")
    if load.replay_of is not None:
        status += f", replay of {load.replay_of}"
    if load.mode == "snapshot":
        status += f", snapshot: {load.vanished:,} vanished"
    counts = [load.total(name) for name in ("inserted", "updated", "rejected")]
    still_open = load.open_rejects if load.status == "loaded" else 0
    return [
        str(load.load_number),
        f"{load.started_at:%Y-%m-%d}",
        load.as_of.isoformat(),
        status,
        *(f"{count:,}" for count in (*counts, still_open)),
    ]


def _file_document(file: FileReport) -> dict[str, object]:
    document = asdict(file)
    document["problems"] = [_problem_document(problem) for problem in file.problems]
    document["warnings"] = [_problem_document(warning) for warning in file.warnings]
    document["stopped_by"] = file.stopped_by and _problem_document(file.stopped_by)
    return document


def _problem_document(problem: Problem) -> dict[str, object]:
    rule = RULES[problem.rule]
    return {**asdict(problem), "says": rule.says, "remedy": rule.remedy}
