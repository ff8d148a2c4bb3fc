"""What is asked, by whom, and whether it may be: the first step of every answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from sql.cohort import Cohort, Scope
from sql.engine import StoreError
from sql.queries.intake_counts import intake_counts
from sql.queries.months import ends_month, starts_month
from sql.queries.store_facts import StoreFacts, as_of, store_facts, therapists_besides
from sql.settings import setting_value

MOST_FILTERS_WHEN_SHARED = 2
FEWEST_OTHER_THERAPISTS = 3


class NotAllowed(Exception):
    """The question may not be answered for this reader; the message says what may."""


@dataclass(frozen=True)
class Asked:
    """A question that may be answered, with what every answer needs.

    `clinics` are those that the cohort and the scope leave; of several, the strictest k and the longest
    in_care_days hold.
    """

    scope: Scope
    cohort: Cohort
    facts: StoreFacts
    clinics: tuple[str, ...]
    as_of: date
    k: int
    in_care_days: int

    @property
    def shared(self) -> bool:
        """True if the figures are for readers who do not hold the record, so that small numbers are withheld."""
        return self.scope.audience == "sharing"

    @property
    def several_clinics(self) -> bool:
        """True if codes of sites and therapists need their clinic beside them."""
        return len(self.clinics) > 1


def ask(connection: Connection, scope: Scope, cohort: Cohort, by: str | None = None) -> Asked:
    """Check a question and gather what its answer needs.

    Raises
    ------
    NotAllowed
        if the audience may not ask it.
    StoreError
        if nothing was loaded for the clinics asked for.
    """
    facts = store_facts(connection, scope)
    clinics = tuple(code for code in facts.clinics if not cohort.clinics or code in cohort.clinics)
    day = as_of(connection, clinics)
    if day is None:
        raise StoreError("Nothing has been loaded for the clinics asked for. Run: return-to-run load FOLDER.")
    k = max(int(setting_value(connection, code, "k")) for code in clinics)
    in_care_days = max(int(setting_value(connection, code, "in_care_days")) for code in clinics)
    _check_allowed(connection, scope, cohort, by, k)
    return Asked(scope, cohort, facts, clinics, day, k, in_care_days)


def _check_allowed(connection: Connection, scope: Scope, cohort: Cohort, by: str | None, k: int) -> None:
    """What an audience that does not hold the record may not ask."""
    if scope.audience == "clinic" and scope.own is None:
        return
    if by == "therapist" or cohort.therapists:
        raise NotAllowed("Figures by therapist are for the clinic's owner only. Ask without the therapist.")
    if cohort.filters > MOST_FILTERS_WHEN_SHARED:
        raise NotAllowed("Figures to share take at most two filters beside the period. Remove one.")
    for bound, whole in ((cohort.first_visit_from, starts_month), (cohort.first_visit_to, ends_month)):
        if bound is not None and not whole(bound):
            raise NotAllowed(
                "Figures to share cover whole months. Start on a first and end on a last of a month."
            )
    if scope.own is not None:
        others, episodes = therapists_besides(connection, scope, cohort, scope.own)
        if others < FEWEST_OTHER_THERAPISTS or episodes < k:
            raise NotAllowed(
                "Clinic figures are shown to a therapist only if at least three colleagues, with at least "
                f"{k} episodes together, stand behind them. Choose a longer period or fewer filters."
            )


def everybody_in_period(connection: Connection, asked: Asked) -> int:
    """How many started in the same period and with the same goals, without the other filters."""
    cohort = asked.cohort
    whole = Cohort(
        first_visit_from=cohort.first_visit_from,
        first_visit_to=cohort.first_visit_to,
        goals=cohort.goals,
        all_episodes=cohort.all_episodes,
    )
    counts = intake_counts(connection, asked.scope, whole)
    return sum(n or 0 for n in (counts.in_curve, counts.red_flag, counts.already_running))
