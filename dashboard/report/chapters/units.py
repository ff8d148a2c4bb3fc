"""Therapists beside what is expected for patients like theirs: for the clinic's owner, for reflection, no ranking."""

from __future__ import annotations

from dashboard.report.content import Block, Cell, Chapter, Column, FunnelChart, Paragraph, Table
from dashboard.report.results import ReportResults
from dashboard.sections.units import Mix, Units, UnitsBy
from dashboard.stats.funnel import MIN_EPISODES, Z_95, Z_998, Funnel, FunnelPoint, funnel_limits
from dashboard.unit_words import (
    LIMITS_OF_THE_COMPARISON,
    TABLE_NOTE,
    chance_sentence,
    funnel_caption,
    funnel_title,
    position_words,
    reflection_sentence,
)

STEPS = 60
MOST_NAMED = 16


def units_chapter(results: ReportResults) -> Chapter | None:
    """The funnel of therapists; None for every other reader than the owner."""
    units: Units | None = results.found["units"]
    if units is None or results.shared or not units.by_therapist.mixes:
        return None
    found = units.by_therapist
    blocks: list[Block] = [Paragraph(reflection_sentence(units))]
    if found.funnel is not None:
        if found.plotted >= 2:
            chart = _chart(found, found.funnel)
            blocks += [chart, _limits(chart)]
        blocks.append(_table(found, found.funnel))
    blocks += [Paragraph(text, "note") for text in (chance_sentence(found), LIMITS_OF_THE_COMPARISON) if text]
    return Chapter("therapists", "Therapists, for reflection", tuple(blocks))


def _chart(found: UnitsBy, funnel: Funnel) -> FunnelChart:
    points = [point for point in funnel.points if point.plotted is not None]
    widest = max((point.unit.n_effective or 0.0 for point in points), default=0.0) * 1.1
    smallest = min((point.unit.n_effective or 0.0 for point in points), default=0.0)
    first = max(MIN_EPISODES * 0.8, smallest / 2)
    sizes = tuple(first + (max(widest, first + 1) - first) * step / STEPS for step in range(STEPS + 1))
    limits = []
    for words, z in (("95 %", Z_95), ("99.8 %", Z_998)):
        bounds = [funnel_limits(funnel.centre, n, z, funnel.tau2) for n in sizes]
        limits.append((words, sizes, tuple(low for low, _ in bounds), tuple(high for _, high in bounds)))
    title, sentence = funnel_title(found), funnel_caption(found)
    named = len(points) <= MOST_NAMED
    if not named:
        sentence += " Only those beyond the limits are named; the table has all."
    return FunnelChart(
        name="therapists_funnel",
        title=title,
        sentence=sentence,
        alt=f"{title}. {sentence} The numbers stand in the table below.",
        points=tuple(
            (
                point.unit.unit if named or point.signal else "",
                point.unit.n_effective or 0.0,
                point.plotted or 0.0,
                point.signal,
            )
            for point in points
        ),
        centre=funnel.centre,
        limits=tuple(limits),
        x_title="people the figure rests on",
        table="therapists",
        limits_table="therapists_limits",
    )


def _limits(chart: FunnelChart) -> Table:
    """What the lines of the funnel rest on: one row for each size."""
    columns = (
        Column("people", chart.x_title, "number", "how many people a figure would rest on"),
        *(
            Column(
                f"{side}_{words.removesuffix(' %')}".replace(".", "_"), f"{side} {words}", "share", meaning
            )
            for words, *_ in chart.limits
            for side, meaning in (
                ("lower", f"lower limit of chance, {words}"),
                ("upper", f"upper limit, {words}"),
            )
        ),
        Column("centre", "all together", "share", "share back by week 12 of all of them"),
    )
    sizes = chart.limits[0][1]
    edges = [edge for _, _, low, high in chart.limits for edge in (low, high)]
    rows = tuple((size, *(edge[at] for edge in edges), chart.centre) for at, size in enumerate(sizes))
    return Table("therapists_limits", "Limits of the funnel", columns, rows, on_paper="no")


def _table(found: UnitsBy, funnel: Funnel) -> Table:
    columns = (
        Column(
            "therapist", "therapist", "text", "the therapist of the first visit, in the order of the codes"
        ),
        Column("people", "people", "count", "people first seen at least 12 weeks before the data end"),
        Column("back", "back by week 12", "share", "share back by week 12, from the therapist's own curve"),
        Column("low", "low", "share", "lower 95 % limit", "back"),
        Column("high", "high", "share", "upper 95 % limit", "back"),
        Column("expected", "expected", "share", "what all reached with patients of the same case mix"),
        Column("ratio", "observed ÷ expected", "ratio", "above 1 is more than expected"),
        Column("ratio_low", "low", "ratio", "lower 95 % limit", "ratio"),
        Column("ratio_high", "high", "ratio", "upper 95 % limit", "ratio"),
        Column("position", "against chance", "text", "only beyond 99.8 % is a signal"),
        Column(
            "rests_on",
            "people the figure rests on",
            "number",
            "how many in effect stand behind it",
            on_paper=False,
        ),
        Column(
            "drawn_at", "drawn at", "share", "where the mark stands: all together × ratio", on_paper=False
        ),
        Column("long_symptoms", "symptoms over 4 months", "share", "of those of whom it is known"),
        Column("high_pain", "pain 7–10 at the start", "share", "of those of whom it is known"),
    )
    mixes = {mix.unit: mix for mix in found.mixes}
    rows = tuple(_row(point, mixes[point.unit.unit]) for point in funnel.points)
    return Table("therapists", "Observed and expected", columns, rows, note=TABLE_NOTE)


def _row(point: FunnelPoint, mix: Mix) -> tuple[Cell, ...]:
    unit = point.unit
    return (
        unit.unit, unit.episodes, unit.value, unit.low, unit.high, unit.expected,
        point.ratio, point.ratio_low, point.ratio_high, position_words(point), unit.n_effective,
        point.plotted, mix.long_symptoms, mix.high_pain,
    )  # fmt: skip
