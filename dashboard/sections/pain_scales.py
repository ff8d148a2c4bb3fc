"""Pain and function for one audience: exact results through the gate, by scale, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.sections.pain import ResponderRow, ScaleResult, exact_results, scale_list
from dashboard.stats.disclosure import MIN_EXTREME
from dashboard.stats.pain import RecoveryWeek, Scale
from dashboard.stats.pain_shown import (
    CENTILES,
    ChangeShown,
    Gate,
    MeanShown,
    RespondersShown,
    ShareShown,
    WeekShown,
    baseline_shown,
    change_shown,
    share_shown,
    week_shown,
)
from sql.queries.score_rows import AskedScale


@dataclass(frozen=True)
class PainSection:
    """One scale's results for one audience; None and `withheld` are what may not be shown.

    `started` are the people of the recovery curve, None for fewer than `k` of them. `withheld` is True where
    nothing at all may be shown, because the filters leave too few people outside.
    """

    asked: AskedScale
    name: str
    scale: Scale
    k: int
    shared: bool
    started: int | None
    baseline: MeanShown
    changes: tuple[ChangeShown, ...]
    responders: tuple[RespondersShown, ...]
    weeks: tuple[WeekShown, ...]
    withheld: bool = False


@dataclass(frozen=True)
class PainOf:
    """`PainOf(scale)(connection, asked)` answers for one scale; its name keeps cached answers apart."""

    scale: AskedScale

    @property
    def __name__(self) -> str:
        return f"pain_of:{self.scale.instrument}:{self.scale.context}"

    def __call__(self, connection: Connection, asked: Asked) -> PainSection:
        """The results of the scale."""
        return _results(connection, asked, [self.scale], self.scale)[0]


def pain_section(connection: Connection, asked: Asked) -> tuple[PainSection, ...]:
    """The results of every scale in use, most used first."""
    return _results(connection, asked, scale_list(connection, asked), None)


def _results(
    connection: Connection, asked: Asked, scales: Iterable[AskedScale], one: AskedScale | None
) -> tuple[PainSection, ...]:
    exact = exact_results(connection, asked, asked.cohort, scales, one)
    whole = exact
    if asked.shared and asked.cohort.filters:
        whole = exact_results(connection, asked, asked.cohort.without_filters(), exact, one)
    return tuple(_shown(asked, exact[scale], whole[scale]) for scale in exact)


def _shown(asked: Asked, exact: ScaleResult, whole: ScaleResult) -> PainSection:
    """What the audience may see; `whole` is the same without filters."""
    if asked.shared:
        exact = replace(exact, weeks=_weeks_to_share(asked, exact))
    few = asked.shared and 0 < exact.started < MIN_EXTREME
    gate = Gate(asked.k if asked.shared else None, asked.hidden, few)
    weeks_of_all = {week.week: week.scored for week in whole.weeks}
    changes = tuple(
        change_shown(gate, part.window, part.change, part.not_over, all_.change.n, exact.scale)
        for part, all_ in zip(exact.windows, whole.windows, strict=True)
    )

    both = {part.window: part.change.n for part in exact.windows}
    responders = tuple(
        _responders(gate, part, all_, exact.baseline.scored, both[part.window])
        for part, all_ in zip(exact.responders, whole.responders, strict=True)
    )
    return PainSection(
        exact.asked,
        exact.name,
        exact.scale,
        asked.k,
        asked.shared,
        gate.count(exact.started),
        baseline_shown(gate, exact.baseline, whole.baseline.scored, exact.scale),
        changes,
        responders,
        tuple(week_shown(gate, week, weeks_of_all[week.week]) for week in exact.weeks),
        withheld=asked.hidden,
    )


def _weeks_to_share(asked: Asked, exact: ScaleResult) -> tuple[RecoveryWeek, ...]:
    """Those that 20 people or more have got to: of fewer, a week that is missing would say that nobody scored."""
    return () if asked.hidden else tuple(week for week in exact.weeks if week.started >= MIN_EXTREME)


def _responders(
    gate: Gate, row: ResponderRow, whole: ResponderRow, at_start: int, both: int
) -> RespondersShown:
    """The three shares have one numerator: where those scored are too few, the others would tell of them.

    Whom a threshold leaves out are some of those scored `at_start`, and whom it does not, some of those scored in
    `both`. Where one of the two numbers is of few people, the other would tell of them.
    """
    of_scored, of_started, of_over = (
        share_shown(gate, getattr(row, name), getattr(whole, name).denominator)
        for name in ("of_scored", "of_started", "of_over")
    )
    if gate.hides_nobody(row.of_scored.denominator, both):
        of_scored = ShareShown(None, None, None, None, None, withheld=True)
    if of_scored.withheld:
        of_started, of_over = (replace(of_scored, denominator=x.denominator) for x in (of_started, of_over))
    tells = of_scored.denominator is None or gate.hides_nobody(row.excluded, at_start)
    excluded = None if tells else gate.count(row.excluded)
    return RespondersShown(row.window, row.threshold, excluded, of_scored, of_started, of_over)


def pain_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Baseline, change and centiles of every scale, for `summary --json`."""
    return {"scales": [_scale(section) for section in pain_section(connection, asked)]}


def responders_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Who changed by each threshold until each window, for `summary --json`."""
    return {"rows": [row for section in pain_section(connection, asked) for row in _rows(section)]}


def _scale(section: PainSection) -> dict[str, Any]:
    start = section.baseline
    return {
        "instrument": section.asked.instrument,
        "context": section.asked.context,
        "better": section.scale.better,
        "withheld": section.withheld,
        "started": section.started,
        "baseline": {
            "scored": start.scored,
            "without_score": start.without_score,
            "mean": start.mean,
            "sd": start.sd,
            "withheld": start.withheld,
        },
        "windows": [_change(change) for change in section.changes],
        "weeks": [_week(week) for week in section.weeks],
    }


def _change(change: ChangeShown) -> dict[str, Any]:
    names = ("scored", "without_score", "not_over", "baseline_mean", "later_mean")
    return {
        "first_day": change.window.first_day,
        "last_day": change.window.last_day,
        **{name: getattr(change, name) for name in names},
        "change": {name: getattr(change, name) for name in ("mean", "low", "high", "se")},
        "withheld": change.withheld,
    }


def _week(week: WeekShown) -> dict[str, Any]:
    names = ("week", "scored", "still", "started", *(f"p{p}" for p in CENTILES), "drawn", "withheld")
    return {name: getattr(week, name) for name in names}


def _rows(section: PainSection) -> Iterable[dict[str, Any]]:
    for row in section.responders:
        yield {
            "instrument": section.asked.instrument,
            "context": section.asked.context,
            "threshold": row.threshold.threshold,
            "kind": row.threshold.kind,
            "first_day": row.window.first_day,
            "last_day": row.window.last_day,
            "excluded": row.excluded,
            **{name: vars(getattr(row, name)) for name in ("of_scored", "of_started", "of_over")},
            "population": row.threshold.population,
            "source": row.threshold.source,
            "verified": row.threshold.verified,
        }
