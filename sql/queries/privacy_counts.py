"""How far people stand out: sizes of the groups that share age band, sex, condition and site (k-anonymity)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from sql.cohort import Scope
from sql.schema import episode_outcome

GROUPED_BY = ("age_band", "sex", "condition", "site")


@dataclass(frozen=True)
class PrivacyCounts:
    """episodes and groups in scope; smallest: size of the smallest group (the k of k-anonymity), None without any;
    alone: groups of one; below_k: episodes in groups smaller than the k asked about.
    """

    episodes: int
    groups: int
    smallest: int | None
    alone: int
    below_k: int


def privacy_counts(connection: Connection, scope: Scope, k: int) -> PrivacyCounts:
    """Group sizes within the reader's scope, each clinic for itself. Unknown counts as a value like any other."""
    columns = [episode_outcome.c[name] for name in ("clinic", *GROUPED_BY)]
    question = select(func.count()).select_from(episode_outcome).where(scope.condition()).group_by(*columns)
    sizes = [row[0] for row in connection.execute(question)]
    return PrivacyCounts(
        episodes=sum(sizes),
        groups=len(sizes),
        smallest=min(sizes, default=None),
        alone=sizes.count(1),
        below_k=sum(size for size in sizes if size < k),
    )
