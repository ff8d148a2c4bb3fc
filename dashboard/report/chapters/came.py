"""Who came in the month, and what became of those who started in the twelve months."""

from __future__ import annotations

from dashboard.captions import became_caption, became_sentence, became_title, excluded_sentence
from dashboard.group_summary import GroupSummary
from dashboard.names import CLASS_NAMES, group_name
from dashboard.question import too_few_words
from dashboard.report.chapters.cells import GROUP, count, people, share
from dashboard.report.content import BarChart, Block, Cell, Chapter, Column, Heading, Paragraph, Table
from dashboard.report.month import Month
from dashboard.report.palette import CLASS_COLOURS
from dashboard.report.results import ReportResults
from dashboard.summary import OutcomeSummary
from dashboard.wording import WITHHELD, count_words


def came_chapter(results: ReportResults) -> Chapter:
    """Intake of the month beside the month to compare with; the six classes."""
    summary = results.outcomes
    blocks: list[Block] = [Heading(f"New in {results.month.words}"), _intake_words(results)]
    if results.came is not None:
        blocks.append(_intake_table(results))
    if summary.everybody.started == 0:
        blocks.append(Paragraph("Nobody started in these twelve months."))
    else:
        blocks += [*_bar(summary), *_lost_words(summary), _classes(summary)]
    if summary.everybody.started != 0 or any(n != 0 for n in vars(summary.excluded).values()):
        blocks.append(Paragraph(excluded_sentence(summary), "note"))
    return Chapter("came", "Who came, and what became of them", tuple(blocks))


def _intake_words(results: ReportResults) -> Paragraph:
    if results.asked.hidden:
        return Paragraph(f"How many came in this month is not shown. {too_few_words(results.k)}")
    if results.came is None:
        return Paragraph(
            "How many came in this month is not shown: beside the twelve months it would say how many few "
            "people came in the other months."
        )
    text = _intake_part(results.came, results.month, "started in")
    if results.came_before is not None:
        text += f"; {_intake_part(results.came_before, results.compared_month, 'in')}"
    end = (
        ": too few people to share a figure."
        if results.came.hidden
        else f". {excluded_sentence(results.came)}"
    )
    return Paragraph(text[:1].upper() + text[1:] + end)


def _intake_part(came: OutcomeSummary, month: Month, verb: str) -> str:
    if came.everybody.started is None:
        return f"how many {verb} {month.words} is {WITHHELD}"
    return f"**{came.everybody.started:,}** {verb} {month.words}"


def _intake_table(results: ReportResults) -> Table:
    summaries = [found for found in (results.came, results.came_before) if found is not None]
    months = (results.month, results.compared_month)
    names = {group.group for summary in (*summaries, results.outcomes) for group in summary.groups}
    columns = (
        GROUP,
        *(
            Column(f"started_{month}".replace("-", "_"), month.words, "count", "people who started in it")
            for month, _ in zip(months, summaries, strict=False)
        ),
        Column("started_12_months", "in the 12 months", "count", "people who started in the twelve months"),
    )
    order = [group.group for group in results.outcomes.groups]
    rows = tuple(
        (
            group_name(name),
            *(_started(summary, name) for summary in summaries),
            _started(results.outcomes, name),
        )
        for name in sorted(names, key=lambda name: (order.index(name) if name in order else 99, name))
    )
    return Table("intake", "Started, by condition", columns, rows)


def _started(summary: OutcomeSummary, name: str) -> Cell:
    group = next((group for group in summary.groups if group.group == name), None)
    return 0 if group is None else people(group.started)


def _bar(summary: OutcomeSummary) -> list[Block]:
    """The six classes as a bar; only words where none of them is large enough to be drawn."""
    became = summary.everybody.became
    if not any(vars(became).values()):
        return [Heading(became_title(summary)), Paragraph(became_caption(summary))]
    chart = BarChart(
        name="became",
        title=became_title(summary),
        sentence=became_caption(summary),
        alt=became_sentence(summary),
        parts=tuple(
            (words, getattr(became, name), CLASS_COLOURS[name]) for name, words in CLASS_NAMES.items()
        ),
        few=count_words(None, summary.k),
        table="became",
    )
    return [chart]


def _lost_words(summary: OutcomeSummary) -> list[Block]:
    """Where people are lost, in one sentence that says what would help; nothing where nobody is."""
    became, k = summary.everybody.became, summary.k
    if became.hidden or (became.lost == 0 and became.discharged_unrecorded == 0):
        return []
    text = (
        f"Of **{count_words(became.lost, k)} lost** and **{count_words(became.discharged_unrecorded, k)} "
        "discharged without a recorded return** nobody knows whether they run. One question to each would "
        "make every figure here surer."
    )
    return [Paragraph(text)]


def _classes(summary: OutcomeSummary) -> Table:
    groups = summary.groups_by_class
    columns = (
        GROUP,
        Column("started", "started", "count", "people who started in the twelve months"),
        *(Column(name, words, "count", f"of these: {words}") for name, words in CLASS_NAMES.items()),
        Column("share_lost", "share lost", "share", "lost, of those who started"),
    )
    rows = tuple(_class_row(summary, group) for group in groups)
    by = ", by condition" if len(groups) > 1 else ""
    return Table("became", f"The six classes{by}", columns, rows)


def _class_row(summary: OutcomeSummary, group: GroupSummary) -> tuple[Cell, ...]:
    shared = summary.audience == "sharing"
    lost, started = group.became.lost, group.started
    part = lost / started if lost is not None and started and not shared else None
    return (
        group_name(group.group),
        people(started),
        *(
            WITHHELD if group.became.hidden else count(getattr(group.became, name), summary.k)
            for name in CLASS_NAMES
        ),
        share(part, shared=shared),
    )
