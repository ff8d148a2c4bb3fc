"""Pain and function in words: names of scales, what each chart found, how to read it, and what trials say."""

from __future__ import annotations

from dashboard.names import CONTEXT_NAMES
from dashboard.question import too_few_words
from dashboard.sections.pain_scales import PainSection
from dashboard.stats.benchmark import Benchmark
from dashboard.stats.disclosure import MIN_CURVE
from dashboard.stats.pain import FEWEST_FOR_QUARTILES
from dashboard.stats.pain_shown import ChangeShown, RespondersShown, ShareShown
from dashboard.verdicts import benchmarks
from dashboard.wording import PER_CENT, count_words, interval_words, is_few, percent
from sql.queries.score_rows import AskedScale
from sql.reference import instruments

MINUS = "\N{MINUS SIGN}"
MAIN_WINDOW = 1
"""The window of weeks 8 to 12, by when runners are promised to be back."""
FEWEST_WEEKS = 2
"""One week alone is no course."""
TRIAL_ROWS = ("pfps-pain-4-6-weeks", "pfps-pain-8-12-weeks")


def scale_label(asked: AskedScale) -> str:
    """ "Pain in a usual week (NPRS)"; function scales by their code and name."""
    if asked.context:
        return (
            f"Pain {CONTEXT_NAMES.get(asked.context, asked.context.replace('_', ' '))} ({asked.instrument})"
        )
    name = instruments()[asked.instrument].name
    return f"{asked.instrument} · {name}"


def short_label(section: PainSection) -> str:
    """What was scored, to begin a sentence with."""
    asked = section.asked
    if asked.context:
        return f"Pain {CONTEXT_NAMES.get(asked.context, asked.context.replace('_', ' '))}"
    return asked.instrument


def range_words(section: PainSection) -> str:
    """ "0 to 10, lower is better"."""
    scale = section.scale
    return f"{scale.low:g} to {scale.high:g}, {scale.better} is better"


def points(value: float) -> str:
    """One decimal, with a true minus sign, and no minus before 0.0."""
    words = f"{abs(value):.1f}"
    return f"{MINUS}{words}" if value < 0 and float(words) else words


def change_words(change: ChangeShown) -> str:
    """ "−2.1 (−2.4 to −1.9)", or why there is none."""
    if change.mean is None:
        return "not shown" if change.withheld else "nobody scored"
    if change.low is None or change.high is None:
        return points(change.mean)
    return f"{points(change.mean)} ({points(change.low)} to {points(change.high)})"


def share_words(share: ShareShown) -> str:
    """ "62 % (55–68)", or why there is none."""
    if share.value is None:
        return "not shown" if share.withheld else "nobody"
    return f"{percent(share.value)} {interval_words(share.low, share.high)}"


def main_change(section: PainSection) -> ChangeShown | None:
    """The change that the title is about: weeks 8 to 12 if there is a figure, else the first that has one."""
    ordered = [*section.changes[MAIN_WINDOW : MAIN_WINDOW + 1], *section.changes]
    return next((change for change in ordered if change.low is not None), None)


def change_title(section: PainSection) -> str:
    """How much scores changed."""
    change = main_change(section)
    if change is None or change.mean is None or change.low is None or change.high is None:
        return f"{short_label(section)}: too few scores to say how it changed"
    when = f"by {change.window.name}"
    if change.low <= 0 <= change.high:
        return f"{short_label(section)}: no clear change {when}"
    verb, sizes = (
        ("fell", (-change.high, -change.low)) if change.mean < 0 else ("rose", (change.low, change.high))
    )
    limits = f"({points(sizes[0])} to {points(sizes[1])})"
    return f"{short_label(section)} {verb} by {points(abs(change.mean))} points {limits} {when}"


def change_caption(section: PainSection) -> str:
    """How to read the changes, with n and those without a score."""
    if not any(change.mean is not None for change in section.changes):
        return too_few_sentence(section)
    k = section.k
    parts = [f"{change.window.name}: {_missing_words(change, k)}" for change in section.changes]
    return (
        f"Mean change of those scored at the start and in the window, with 95{PER_CENT} intervals; n under each. "
        f"Missing scores are never filled in. Of {count_words(section.started, k)} who started: {'; '.join(parts)}."
    )


def _missing_words(change: ChangeShown, k: int) -> str:
    """Who has no score in a window: those without one, and those whose weeks are not over."""
    counts = {"without a score": change.without_score, "not that far yet": change.not_over}
    missing = [f"{count_words(n, k)} {words}" for words, n in counts.items() if n != 0]
    return ", ".join(missing) or "nobody missing"


def start_sentence(section: PainSection) -> str:
    """Where people start from."""
    start, k = section.baseline, section.k
    if section.withheld:
        return "How many were scored at the start is not shown."
    if start.mean is None:
        return f"Scored at the start: {count_words(start.scored, k)} of {count_words(section.started, k)}."
    spread = "" if start.sd is None else f" (SD {points(start.sd)})"
    return (
        f"At the start **{points(start.mean)}**{spread} on a scale of {range_words(section)}; "
        f"{count_words(start.scored, k)} of {count_words(section.started, k)} who started were scored then."
    )


def responder_title(section: PainSection) -> str:
    """Who changed enough, by the first threshold in the window of the other title."""
    row = _main_row(section)
    if not section.responders:
        return f"{section.asked.instrument}: no threshold for a change that matters is known"
    if row is None:
        return "Too few scores to say who changed enough"
    share, lowest = row.of_scored.value, row.of_over.value
    assert share is not None  # noqa: S101 - _main_row saw to it
    if is_few(row.of_scored.denominator):
        scored, improved = row.of_scored.denominator, row.of_scored.numerator
        return f"{improved} of the {scored} scored in {row.window.name} {threshold_words(row)}: too few for a share"
    finding = f"{percent(share)} of those scored in {row.window.name} {threshold_words(row)}"
    return finding if lowest is None else f"{finding}; {percent(lowest)} if nobody without a score did"


def responder_caption(section: PainSection) -> str:
    """How to read both shares, and who is excluded."""
    if not section.responders:
        return "The catalogue has no threshold for this scale, so nobody is called improved or not improved."
    main = _main_row(section)
    if main is None:
        return too_few_sentence(section)
    left_out = ", ".join(
        f"{left_out_words(row, section.k)} at {_needed(row.threshold.threshold, row.threshold.kind)}"
        for row in section.responders
        if row.window == main.window and row.excluded != 0
    )
    aside = f" Left out, because their start leaves no room for it: {left_out}." if left_out else ""
    return (
        "Filled: of the n scored. Open: of all whose weeks are over, as if nobody without a score had improved. "
        f"Lines are 95{PER_CENT} intervals. Each threshold stands for itself.{aside}"
    )


def left_out_words(row: RespondersShown, k: int) -> str:
    """How many a threshold leaves out; not shown where those scored are too few, as it would tell of them."""
    return count_words(row.excluded, k, few=row.of_scored.denominator is not None)


def threshold_words(row: RespondersShown) -> str:
    """What a threshold asks for: "improved by 2 points or more"."""
    return f"improved by {_needed(row.threshold.threshold, row.threshold.kind)} or more"


def threshold_label(row: RespondersShown) -> str:
    """Short, for an axis: "≥ 30 %"."""
    return f"≥ {_needed(row.threshold.threshold, row.threshold.kind)}"


def source_words(row: RespondersShown) -> str:
    """Where a threshold comes from and in whom it was found."""
    unsure = "" if row.threshold.verified else "; no study found"
    return f"{row.threshold.source}; {row.threshold.population}{unsure}"


def recovery_title(section: PainSection) -> str:
    """From where to where the middle score goes while most still score."""
    drawn = [week for week in section.weeks if week.drawn and week.p50 is not None]
    if len(drawn) < FEWEST_WEEKS:
        return "Too few scores to show the usual course"
    first, last = drawn[0], drawn[-1]
    return (
        f"The middle score goes from {first.p50:g} in week {first.week} to {last.p50:g} in week {last.week}"
    )


def recovery_caption(section: PainSection) -> str:
    """How to read the course; without one, why, and what to do."""
    drawn = [week for week in section.weeks if week.drawn]
    if len(drawn) < FEWEST_WEEKS:
        least = MIN_CURVE if section.shared else FEWEST_FOR_QUARTILES
        scored, started = (count_words(n, section.k) for n in (section.baseline.scored, section.started))
        return (
            f"A week is drawn from {least} scores on, while at least half of those who started still score. On "
            f"this scale {scored} of {started} were scored at the start. Ask everybody on it, at the first visit "
            "and in weeks 6 and 12; or filter for the condition it is meant for."
        )
    end = (
        f" Not drawn after week {drawn[-1].week}: under half of those who started still score, or too few that week."
        if drawn[-1].week < section.weeks[-1].week
        else ""
    )
    return (
        "Those still giving scores; people who recover stop scoring, so later weeks look worse than patients do. "
        f"Line: the middle score. Dark: the middle half. Light: 8 in 10, from 100 scores a week.{end}"
    )


def too_few_sentence(section: PainSection) -> str:
    """What is missing and how to get it."""
    if section.withheld:
        return too_few_words(section.k)
    scored = count_words(section.baseline.scored, section.k)
    return (
        f"A change needs a score at the start and one in {_windows(section)}: {scored} have the first. "
        "Ask at the first visit, in week 6 and in week 12, or choose a longer period or another scale."
    )


def trial_sentences() -> list[str]:
    """The difference between trial groups, in words only, with its caveat and the null effect on function."""
    early, late = (benchmarks()[name] for name in TRIAL_ROWS)
    return [
        f"In {early.population.split(';')[0]} of runner's knee, pain after strength exercise was "
        f"**{_difference(early)}** lower than after other care at 4–6 weeks, and **{_difference(late)}** lower at "
        "8–12 weeks (Morri 2025).",
        "That is a difference between two groups, both of which improved. It is not how much one patient's pain "
        "changes, and no target for it. Its certainty is low to very low.",
        "For function the same review found no difference: standardised mean difference 0.08 "
        f"({MINUS}0.07 to 0.24).",
    ]


def _difference(row: Benchmark) -> str:
    low, high = (abs(limit) for limit in (row.ci_high or 0.0, row.ci_low or 0.0))
    return f"{abs(row.value):.2f} points ({low:.2f} to {high:.2f}; {row.n} people)"


def _main_row(section: PainSection) -> RespondersShown | None:
    change = main_change(section)
    rows = [row for row in section.responders if row.of_scored.value is not None]
    same = [row for row in rows if change is not None and row.window == change.window]
    return next(iter([*same, *rows]), None)


def _needed(threshold: float, kind: str) -> str:
    return f"{threshold:g}{PER_CENT}" if kind == "percent" else f"{threshold:g} points"


def _windows(section: PainSection) -> str:
    names = [change.window.name for change in section.changes]
    return ", ".join(names[:-1]) + f" or {names[-1]}" if names else "a window"
