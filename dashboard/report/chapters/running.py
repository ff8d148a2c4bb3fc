"""How soon people are back running: the curve, its table, the quoted figures, and how sure we are."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.captions import curve_caption, curve_title, sureness_caption
from dashboard.group_summary import GroupSummary
from dashboard.names import CONDITION_SHORT, group_label, group_name
from dashboard.report.chapters.cells import (
    GROUP,
    IN_CURVE,
    MEDIAN,
    STARTED,
    group_cells,
    horizon_cells,
    horizon_columns,
    median_cell,
    share,
)
from dashboard.report.chapters.headline import main_groups
from dashboard.report.content import (
    Block,
    Cell,
    Chapter,
    Column,
    CurveChart,
    Heading,
    Line,
    Mark,
    Paragraph,
    Table,
)
from dashboard.report.palette import CONDITION_COLOURS, TEXT, colours
from dashboard.report.results import ReportResults
from dashboard.stats.disclosure import proportion_withheld, shown_count
from dashboard.stats.survival import Curve, too_few_followed
from dashboard.summary import OutcomeSummary
from dashboard.verdicts import benchmarks
from dashboard.wording import WITHHELD, claim_of, count_words, groups_drawn, horizon_to_read, time_words

LAST_DAY = 182
TICKS = (0, 28, 56, 84, 112, 140, 182)
STATES = {
    "at_risk": "still followed, not back",
    "returned": "back running",
    "stopped": "stopped",
    "censored": "not followed further",
}
SURENESS_DAY = 84


def running_chapter(results: ReportResults) -> Chapter:
    """The curve by condition with everything that belongs to it."""
    summary = results.outcomes
    if summary.everybody.started == 0:
        return Chapter("running", "Back running", (Paragraph("Nobody started in these twelve months."),))
    blocks: list[Block] = [
        _curve_or_reason(summary),
        *([states_table(summary)] if groups_drawn(main_groups(summary)) else []),
        horizons_table(summary),
        curve_table(summary, "curve"),
        Heading("Beside the quoted figures"),
        _verdicts(summary),
        Heading("How sure are we?"),
        *_sureness(summary),
    ]
    return Chapter("running", "Back running", tuple(blocks))


def _curve_or_reason(summary: OutcomeSummary) -> Block:
    """The chart, or why there is none."""
    chart = curve_chart(summary, "curve")
    return chart if chart.lines else Paragraph(f"**{chart.title}.** {chart.sentence}")


def curve_chart(summary: OutcomeSummary, name: str) -> CurveChart:
    """The curves of a summary's groups, with the quoted figures of the conditions that are drawn."""
    groups = main_groups(summary) if summary.by == "condition" else summary.groups
    drawn = groups_drawn(groups)
    colour = colours([group.group for group in summary.groups])
    compared = [g.group for g in drawn] if summary.by == "condition" else []
    title, sentence = curve_title(summary, groups), curve_caption(groups, compared)
    return CurveChart(
        name=name,
        title=title,
        sentence=sentence,
        alt=f"{title}. {sentence} The numbers stand in the table below.",
        lines=tuple(_line(group, colour[group.group]) for group in drawn),
        marks=tuple(mark for condition in compared for mark in _marks(condition)),
        table=f"{name}_by_week",
        ticks=TICKS,
    )


def _line(group: GroupSummary, colour: str) -> Line:
    """The steps from day 0 to the last day drawn or followed; without anybody left it stays to the end."""
    curve = group.curve
    assert curve is not None  # noqa: S101 - only drawn groups come here
    end = last_drawn(curve)
    days = sorted({0, *(day for day in curve.day if day <= end), end})
    value = [curve.value_at(day) for day in days]
    bands = [curve.band_at(day) for day in days]
    return Line(
        group_label(group.group),
        colour,
        tuple(days),
        tuple(value),
        tuple(one if low is None else low for one, (low, _) in zip(value, bands, strict=True)),
        tuple(one if high is None else high for one, (_, high) in zip(value, bands, strict=True)),
        tuple(too_few_followed(curve, day) for day in days),
    )


def last_drawn(curve: Curve) -> int:
    """The last day up to which a curve is drawn."""
    followed = curve.follow_up_days or 0
    return LAST_DAY if curve.is_finished(followed) else min(LAST_DAY, followed)


def _marks(condition: str) -> list[Mark]:
    return [
        Mark(
            row.horizon_from_days, row.horizon_to_days, row.value, row.ci_low, row.ci_high,
            CONDITION_COLOURS.get(condition, TEXT),
        )
        for row in benchmarks().values()
        if row.condition == condition
        and row.unit == "proportion"
        and row.compare == "verdict"
        and row.horizon_to_days <= LAST_DAY
    ]  # fmt: skip


def states_table(summary: OutcomeSummary) -> Table:
    """At each tick: still followed, back, stopped, not followed further; they add up to those in the curve."""
    columns = (
        Column("group", "group", "text", "the group of people"),
        Column("state", "at the end of week", "text", "what is known of them by then"),
        *(Column(f"day_{day}", str(day // 7), "count", f"people on day {day}") for day in TICKS),
    )
    rows = tuple(
        (group_label(group.group), words, *(_state(summary, group, day, state) for day in TICKS))
        for group in groups_drawn(main_groups(summary))
        for state, words in STATES.items()
    )
    return Table("states", "Behind the curve", columns, rows)


def _state(summary: OutcomeSummary, group: GroupSummary, day: int, state: str) -> Cell:
    assert group.curve is not None  # noqa: S101
    number = int(getattr(group.curve.state_at(day), state))
    if summary.audience != "sharing":
        return number
    shown = shown_count(number, summary.k)
    return count_words(None, summary.k) if shown is None else shown


def horizons_table(summary: OutcomeSummary, name: str = "horizons") -> Table:
    """Estimate, limits and known share per group and day."""
    shared = summary.audience == "sharing"
    rows = []
    for group in summary.groups:
        cells: list[Cell] = [*group_cells(group)]
        for day in summary.days:
            cells += horizon_cells(horizon_to_read(group, day) or group.back_by_day(day), shared=shared)
        rows.append((*cells, median_cell(group)))
    columns = (GROUP, STARTED, IN_CURVE, *horizon_columns(summary.days), MEDIAN)
    return Table(name, "Share back running", columns, tuple(rows))


def curve_table(summary: OutcomeSummary, name: str) -> Table:
    """The curve at the end of each week, a row per group and week: what the workbook's chart is drawn from."""
    columns = (
        GROUP,
        Column("day", "day", "days", "days since the first visit"),
        Column("week", "week", "whole", "weeks since the first visit"),
        Column("back", "back", "share", "estimated share back running"),
        Column("low", "low", "share", "lower 95 % limit of the band", "back"),
        Column("high", "high", "share", "upper 95 % limit of the band", "back"),
        *(Column(state, words, "count", f"people: {words}") for state, words in STATES.items()),
    )
    groups = main_groups(summary) if summary.by == "condition" else summary.groups
    rows = tuple(
        _week(summary, group, day)
        for group in groups_drawn(groups)
        if group.curve is not None
        for day in range(0, last_drawn(group.curve) + 1, 7)
    )
    return Table(f"{name}_by_week", "The curve, week by week", columns, rows, on_paper="no")


def _week(summary: OutcomeSummary, group: GroupSummary, day: int) -> tuple[Cell, ...]:
    curve, shared = group.curve, summary.audience == "sharing"
    assert curve is not None  # noqa: S101
    hidden = shared and proportion_withheld(curve.state_at(day).returned, curve.started, summary.k)
    figures: tuple[Cell, ...] = (WITHHELD, None, None)
    if not hidden:
        figures = tuple(share(one, shared=shared) for one in (curve.value_at(day), *curve.band_at(day)))
    states = (_state(summary, group, day, state) for state in STATES)
    return (group_label(group.group), day, day // 7, *figures, *states)


def _verdicts(summary: OutcomeSummary) -> Table:
    """Every quoted figure that gets a verdict, with the reason and the source."""
    shared = summary.audience == "sharing"
    rows = []
    for verdict in summary.verdicts:
        row = benchmarks()[verdict.benchmark_id]
        if row.compare != "verdict":
            continue
        cells = (verdict.value, verdict.low, verdict.high)
        rows.append(
            (
                CONDITION_SHORT[row.condition],
                time_words(row.horizon_to_days),
                claim_of(row),
                *(share(one, shared=shared) for one in cells),
                verdict.verdict,
                verdict.reason,
            )
        )
    columns = (
        Column("condition", "condition", "text", "the condition the figure is about"),
        Column("when", "by", "text", "the time at which both are read"),
        Column("quoted", "quoted", "text", "what the source says"),
        Column("value", "ours", "share", "the clinic's estimate"),
        Column("low", "low", "share", "lower 95 % limit", "value"),
        Column("high", "high", "share", "upper 95 % limit", "value"),
        Column("verdict", "verdict", "text", "the comparison in a word"),
        Column("reason", "why", "text", "the comparison in sentences", on_paper=False),
    )
    return Table(
        "verdicts",
        "Quoted figures",
        columns,
        tuple(rows),
        note=(
            "Verdicts are read every month and not adjusted for it: one surprise is not a trend. No source counts "
            "what we count; whom each counted, and from when, stands under Definitions and sources."
        ),
    )


def _sureness(summary: OutcomeSummary) -> Sequence[Block]:
    shared = summary.audience == "sharing"
    columns = (
        GROUP,
        Column("curve", "the curve", "share", "the curve's estimate"),
        Column("known_state", "only those known", "share", "returned, of those whose state is known"),
        Column("worst", "if all unknown were not back", "share", "returned, of all in the curve"),
        Column("best", "if all unknown were back", "share", "returned or not followed, of all in the curve"),
        Column(
            "with_late", "with late reports", "share", "the curve with returns dated after the last contact"
        ),
        Column("followed_days", "followed for, days", "days", "median days in view (reverse Kaplan-Meier)"),
    )
    rows = []
    for group in summary.groups:
        found = next((item for item in group.certainty if item.day == SURENESS_DAY), None)
        if found is None or group.curve is None:
            continue
        values = (found.value, found.known_state, found.worst, found.best, found.with_late_reports)
        shares = (share(value, shared=shared) for value in values)
        rows.append((group_name(group.group), *shares, found.follow_up_median_days))
    if not rows:
        return (Paragraph("Too few people to say."),)
    title = f"Back by {time_words(SURENESS_DAY)}, read in several ways"
    return (Table("sureness", title, columns, tuple(rows), note=sureness_caption(summary)),)
