"""What is asked, by whom, and whether it may be: the first step of every answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from dashboard.stats.disclosure import few_in_or_beside
from sql.cohort import Cohort, Scope
from sql.engine import StoreError
from sql.queries.filter_counts import filter_counts
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
    in_care_days hold. `hidden`: not a word may be said of the people asked about, because they are fewer than k, or
    those whom the filters leave out are.
    """

    scope: Scope
    cohort: Cohort
    facts: StoreFacts
    clinics: tuple[str, ...]
    as_of: date
    k: int
    in_care_days: int
    hidden: bool = False

    @property
    def shared(self) -> bool:
        """True if the figures are for readers who do not hold the record, so that small numbers are withheld."""
        return self.scope.audience == "sharing"

    @property
    def leaves_the_clinic(self) -> bool:
        """True if strangers may read the answer: a therapist's rounded figures stay among colleagues."""
        return self.shared and self.scope.own is None

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
    hidden = scope.audience == "sharing" and _gives_few_away(connection, scope, cohort, k)
    return Asked(scope, cohort, facts, clinics, day, k, in_care_days, hidden)


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


def too_few_words(k: int) -> str:
    """Why nothing is said of a question that is `hidden`, and what to do."""
    return (
        f"Too few people to share a figure: these filters leave fewer than {k}, or leave out fewer than {k}. "
        "Choose a longer period or other filters."
    )


def _gives_few_away(connection: Connection, scope: Scope, cohort: Cohort, k: int) -> bool:
    """Whether those asked about, or those beside them, are few: of all who started, or of those in the curve."""
    found = filter_counts(connection, scope, cohort)
    return any(
        few_in_or_beside(people, k)
        for people in ({row.met: row.started for row in found}, {row.met: row.in_curve for row in found})
    )
