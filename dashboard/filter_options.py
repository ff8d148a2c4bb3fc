"""Which conditions and sites the filter bar offers: to share, none whose name would say that a few people came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.stats.disclosure import complement_withheld
from sql.cohort import Scope
from sql.queries.option_counts import option_counts
from sql.queries.store_facts import StoreFacts
from sql.settings import setting_value


@dataclass(frozen=True)
class FilterOptions:
    """Codes of conditions, and (clinic, code) of sites."""

    conditions: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]


def filter_options(connection: Connection, scope: Scope, facts: StoreFacts) -> FilterOptions:
    """All there are; to share, those alone that have k people or more and leave out none, or k or more.

    With any other no figure could be shared. So an option that is not there says nothing: there may be nobody, a few,
    or a few beside it.
    """
    if scope.audience == "clinic":
        return FilterOptions(facts.conditions, facts.sites)
    k = max((int(setting_value(connection, code, "k")) for code in facts.clinics), default=0)
    conditions, sites = Counter[str](), Counter[tuple[str, str]]()
    for row in option_counts(connection, scope):
        conditions[row.condition] += row.started
        sites[row.clinic, row.site] += row.started
    everybody = conditions.total()

    def may_be_offered(people: int) -> bool:
        return people >= k and not complement_withheld(everybody, people, k)

    return FilterOptions(
        tuple(code for code in facts.conditions if may_be_offered(conditions[code])),
        tuple(pair for pair in facts.sites if may_be_offered(sites[pair])),
    )
