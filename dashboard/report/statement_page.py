"""The outcome statement on its one page: the result, the figures, and how to read them."""

from __future__ import annotations

from dashboard.group_summary import GroupSummary
from dashboard.names import CONDITION_NAMES, group_phrase
from dashboard.report.chapters.cells import count, share
from dashboard.report.chapters.headline import estimate_cells, period_words
from dashboard.report.content import Cell, Chapter, Column, Cover, Document, Paragraph, Table
from dashboard.report.statement import DAY, LATER_DAY, LEAST_KNOWN, SIDES, Statement
from dashboard.sections.retention import EVERYBODY
from dashboard.sections.visits import VisitsResult
from dashboard.stats.disclosure import MIN_CURVE
from dashboard.summary import OutcomeSummary
from dashboard.wording import WITHHELD, interval_words, long_date, percent, time_words


def statement_document(made: Statement) -> Document:
    """The statement as a document of one page."""
    summary = made.summary
    condition = CONDITION_NAMES[made.request.condition]
    who = f"runners {group_phrase(made.request.condition)}".strip()
    sites = f" · {', '.join(f'site {code}' for code in made.request.sites)}" if made.request.sites else ""
    cover = Cover(
        title="Outcome statement",
        clinic=f"{made.brand.name}{sites}",
        period=f"First visits {period_words(summary)}",
        audience=f"for publication: rounded figures, nothing about fewer than {summary.k} people",
        sample=summary.facts.sample,
        data_words=f"Data as of {long_date(summary.as_of)}. Valid until {long_date(made.valid_until)}.",
        footer=(
            f"data as of {long_date(summary.as_of)} · valid until {long_date(made.valid_until)} · Return to "
            f"Run {made.program_version}"
        ),
        accent=made.brand.accent,
        logo=made.brand.logo,
    )
    blocks = (
        Paragraph(_result_words(made, who), "finding"),
        _figures(made),
        Paragraph(f"**What is counted.** The first run that counts: {summary.definition}."),
        Paragraph(
            f"**Who is counted.** All {who} whose goal was running, with a first visit in these twelve months: "
            "of each the first course of care. Everybody who came is in, however long they stayed; people with "
            "a sign of something more serious and people who were already running are not."
        ),
        Paragraph(_estimated_words(made)),
        Paragraph(
            "**What it does not say.** It describes those who came to this clinic. It does not say what brought "
            "them back, nor what another person can expect, and it cannot be set beside another clinic's figure: "
            "people and definitions differ. Counts are rounded so that no single person stands out."
        ),
        Paragraph(
            "**Sources.** The clinic's own records, as of the day above. Method: Aalen and Johansen 1978, Scand J Stat "
            "5:141–150. Made with Return to Run, whose definitions and program are open."
        ),
    )
    return Document(cover, summary.as_of, (Chapter("statement", f"Back to running: {condition}", blocks),))


def _estimated_words(made: Statement) -> str:
    text = (
        "**How it is estimated.** From the first visit, as cumulative incidence with a 95 % interval "
        "(Aalen and Johansen 1978). Who was last heard of in week 5 counts as not back until then, and is "
        "neither a success nor a failure after it. Who gave up running, had surgery or another injury stays "
        "in the number."
    )
    if made.in_words:
        text += f" Of fewer than {MIN_CURVE} people no percentage is given: more than half, or fewer, is said only "
        text += "where the whole interval lies on that side."
    return text


def _result_words(made: Statement, who: str) -> str:
    summary, group = made.summary, made.group
    if made.in_words:
        return _words_of_few(made, who)
    text = f"Of about {group.episodes} {who} who came, {_estimate(summary, group, DAY)} were back by week 12"
    if isinstance(estimate_cells(summary, group, LATER_DAY)[0], float):
        text += f" and {_estimate(summary, group, LATER_DAY)} by month 6"
    return f"{text}. For {_known_words(summary, group)} it is known whether they were back at week 12."


def _known_words(summary: OutcomeSummary, group: GroupSummary) -> str:
    """A statement is refused where few are known, so a share that is withheld is that of nearly everybody."""
    known = group.back_by_day(DAY).known
    return f"all but fewer than {summary.k}" if known is None else percent(known)


def _words_of_few(made: Statement, who: str) -> str:
    known = f"For at least {percent(LEAST_KNOWN)} it is known whether they were."
    came = f"About {made.group.episodes} {who} came"
    if made.in_words in SIDES:
        return f"{came}; **{made.in_words}** were back by week 12. {known}"
    return f"{came}; they are {made.in_words} were back by week 12. {known}"


def _figures_of_few(made: Statement) -> list[tuple[Cell, ...]]:
    back = made.in_words if made.in_words in SIDES else "too few people to say"
    return [
        (f"back running by {time_words(DAY)}", back, None, None),
        (f"back running by {time_words(LATER_DAY)}", WITHHELD, None, None),
    ]


def _estimate(summary: OutcomeSummary, group: GroupSummary, day: int) -> str:
    value, low, high = estimate_cells(summary, group, day)
    if not isinstance(value, float):
        return "not shown"
    limits = interval_words(low, high) if isinstance(low, float) and isinstance(high, float) else ""
    return f"an estimated **{percent(value)}** {limits}".strip()


def _figures(made: Statement) -> Table:
    summary, group = made.summary, made.group
    columns = (
        Column("measure", "measure", "text", "what is counted"),
        Column("value", "figure", "share", "the figure"),
        Column("low", "low", "share", "lower 95 % limit", "value"),
        Column("high", "high", "share", "upper 95 % limit", "value"),
    )
    started = count(group.episodes, summary.k)
    known: Cell = share(group.back_by_day(DAY).known, shared=True) or _known_words(summary, group)
    if made.in_words:
        known = f"at least {percent(LEAST_KNOWN)}"
    rows: list[tuple[Cell, ...]] = [
        ("people who started", f"{started:,}" if isinstance(started, int) else started, None, None),
        ("of whom it is known at week 12", known, None, None),
        *(_figures_of_few(made) if made.in_words else _figures_of_many(summary, group)),
    ]
    rows.append(("visits until then (middle half of people)", _visits(made.visits), None, None))
    return Table(
        "statement",
        "The figures",
        columns,
        tuple(rows),
        note="" if made.in_words else "In brackets the 95 % interval.",
    )


def _figures_of_many(summary: OutcomeSummary, group: GroupSummary) -> list[tuple[Cell, ...]]:
    half = group.median.value_days
    return [
        *(
            (f"back running by {time_words(day)}", *estimate_cells(summary, group, day))
            for day in (DAY, LATER_DAY)
        ),
        ("half were back by", "not reached" if half is None else f"day {half}", None, None),
    ]


def _visits(result: VisitsResult) -> str:
    """Median and quartiles of visits until the return, "3 (2–5)"."""
    found = next((item for item in result.to_return if item.group == EVERYBODY), None)
    if not result.recorded or found is None or found.median is None:
        return "not recorded or too few"
    return f"{found.median:g} ({found.lower:g}–{found.upper:g})"
