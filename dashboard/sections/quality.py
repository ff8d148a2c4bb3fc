"""Impossible or suspicious records, by rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked
from dashboard.stats.disclosure import complement_withheld, proportion_withheld, shown_count
from sql.queries.quality_counts import quality_counts, selected_episodes


@dataclass(frozen=True)
class Quality:
    """Of `episodes` selected ones, how many each rule holds. None is a number too small to be shared."""

    episodes: int | None
    found: dict[str, int | None]
    definition: str = "quality"


def quality_section(connection: Connection, asked: Asked) -> Quality:
    """Every selected episode is looked at, whatever its goal and whether or not it is the person's first."""
    counts = quality_counts(connection, asked.scope, asked.cohort)
    exact = Quality(counts.episodes, {**counts.found})
    if not asked.shared:
        return exact
    if asked.hidden:
        return Quality(None, dict.fromkeys(exact.found))
    whole = selected_episodes(connection, asked.scope, asked.cohort.without_filters())
    return _shared(exact, whole, asked.k)


def quality_document(connection: Connection, asked: Asked) -> dict[str, Any]:
    """The section in `summary --json`."""
    return document(quality_section(connection, asked))


def document(result: Quality) -> dict[str, Any]:
    """The section as plain dicts and lists."""
    return {
        "definition": result.definition,
        "episodes": result.episodes,
        "rules": [{"rule": name, "episodes": count} for name, count in result.found.items()],
    }


def _shared(exact: Quality, unfiltered: int, k: int) -> Quality:
    """Rounded; withheld where those found, or those not found, are few, and all of it in a small clinic."""
    episodes = exact.episodes or 0
    shown = None if complement_withheld(unfiltered, episodes, k) else shown_count(episodes, k)
    found = {
        name: None
        if shown is None or proportion_withheld(count or 0, episodes, k)
        else shown_count(count or 0, k)
        for name, count in exact.found.items()
    }
    return replace(exact, episodes=shown, found=found)
