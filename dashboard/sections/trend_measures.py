"""What is followed over time: ten measures, each with its period, its maturity and the direction that is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.stats.control_chart import Better

Kind = Literal["count", "share", "share back", "median"]


@dataclass(frozen=True)
class Measure:
    """One series.

    kind: a `count` of people, a `share` of people or visits, the `share back` of a curve, or a `median`.
    of: what its denominator counts. A period is mature `mature_days` after its last day. `outcome` measures
    join small months into quarters or half-years.
    """

    name: str
    kind: Kind
    of: Literal["people", "visits"]
    better: Better
    mature_days: int
    outcome: bool = False

    @property
    def of_scores(self) -> bool:
        """Whether it is the share of people who gave a score."""
        return self.name in ("baseline_score", "score_at_6_weeks", "score_at_12_weeks")

    @property
    def in_per_cent(self) -> bool:
        """Whether values lie between 0 and 1."""
        return self.kind in ("share", "share back")


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("intake", "count", "people", "neither", 0),
        Measure("back_by_12_weeks", "share back", "people", "higher", 84, outcome=True),
        Measure("pain_change", "median", "people", "lower", 84, outcome=True),
        Measure("baseline_score", "share", "people", "higher", 7),
        Measure("score_at_6_weeks", "share", "people", "higher", 42),
        Measure("score_at_12_weeks", "share", "people", "higher", 84),
        Measure("known_at_12_weeks", "share", "people", "higher", 84),
        Measure("known_at_26_weeks", "share", "people", "higher", 182),
        Measure("did_not_attend", "share", "visits", "lower", 0),
        Measure("cancelled", "share", "visits", "lower", 0),
    )
}
