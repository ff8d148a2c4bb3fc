"""Completeness, quality, loads and privacy -> rows of tables and the sentences beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.record_names import MEASURE_NAMES, RULE_WORDS
from dashboard.sections.completeness import Completeness, CompletenessRow, Known
from dashboard.sections.quality import Quality
from dashboard.tables import Row
from dashboard.wording import WITHHELD, count_words, is_few, long_date, percent
from sql.queries.loads import Load
from sql.queries.privacy_counts import PrivacyCounts

STATUS_WORDS = {"loaded": "loaded", "refused": "refused, nothing kept", "rolled_back": "taken back"}


def known_words(known: Known, k: int) -> str:
    """71 % · 15 of 21, or why there is no share."""
    if known.due == 0:
        return "none due yet"
    if known.due is None:
        return f"fewer than {k} people" if known.known is None else ""
    if known.share is None or known.known is None:
        return f"{WITHHELD} · {known.due:,} due"
    return f"{percent(known.share)} · {known.known:,} of {known.due:,}"


def cell_words(known: Known, k: int) -> str:
    """71 % of 21, or 3 of 4: short enough that a tablet shows every column."""
    if known.due == 0:
        return "not yet"
    if known.share is None or known.known is None or known.due is None:
        return known_words(known, k)
    return (
        f"{known.known:,} of {known.due:,}"
        if is_few(known.due)
        else f"{percent(known.share)} of {known.due:,}"
    )


def heat_rows(rows: Sequence[CompletenessRow], head: str, k: int) -> list[Row]:
    """A row per month or therapist, a column per measure."""
    return [
        {
            head: row.name,
            "started": count_words(row.started, k),
            **{MEASURE_NAMES[known.measure]: cell_words(known, k) for known in row.measures},
        }
        for row in rows
    ]


def completeness_title(result: Completeness) -> str:
    """The finding: the running status at week 12, and what is known least."""
    week_12 = result.everybody.of("running_week_12")
    known = [measure for measure in result.everybody.measures if measure.share is not None]
    if week_12.share is None or not known:
        return "Too little has come due to say how complete the records are"
    weakest = min(known, key=lambda measure: measure.share or 0.0)
    title = f"Of {percent(week_12.share)} it is known at week 12 whether they run"
    if weakest.measure == "running_week_12":
        return f"{title}: the weakest of the five"
    return f"{title}; known least: {MEASURE_NAMES[weakest.measure].lower()}, {percent(weakest.share or 0.0)}"


def completeness_sentence(as_of: date) -> str:
    """How to read the cells."""
    return (
        f"Each cell: the share known of those whose day had come by {long_date(as_of)}. "
        "People in the curve, by month of the first visit."
    )


def quality_rows(result: Quality, k: int) -> list[Row]:
    """A row per rule that found something, the most frequent first; withheld ones at the end."""
    found = sorted(result.found.items(), key=lambda item: -(item[1] or 0))
    return [
        {"what": RULE_WORDS[name][0], "people": count_words(count, k), "what to do": RULE_WORDS[name][1]}
        for name, count in found
        if count != 0
    ]


def quality_title(result: Quality) -> str:
    """The finding: how many rules found something."""
    if result.episodes is None:
        return "Too few records to say"
    found = [count for count in result.found.values() if count != 0]
    if not found:
        return f"Nothing suspicious in {result.episodes:,} records"
    return f"{len(found)} of {len(result.found)} checks found something in {result.episodes:,} records"


def load_rows(found: Sequence[Load]) -> list[Row]:
    """A row per load, the newest first."""
    return [
        {
            "loaded on": f"{long_date(load.finished_at.date())}, {load.finished_at:%H:%M} UTC",
            "load": str(load.load_number),
            "data until": long_date(load.as_of),
            "result": STATUS_WORDS[load.status],
            "files": str(len(load.files)),
            "rows read": f"{load.total('rows_read'):,}",
            "new": f"{load.total('inserted'):,}",
            "changed": f"{load.total('updated'):,}",
            "unchanged": f"{load.total('unchanged'):,}",
            "refused": f"{load.total('rejected'):,}",
            "left out": f"{load.total('filtered') + load.total('duplicate'):,}",
        }
        for load in found
    ]


def file_rows(load: Load) -> list[Row]:
    """A row per file of one load."""
    return [
        {
            "file": file.name,
            "table": file.table,
            "result": "already loaded" if file.skipped else file.stopped_by or "read",
            "rows read": f"{file.rows_read:,}",
            "new": f"{file.inserted:,}",
            "changed": f"{file.updated:,}",
            "unchanged": f"{file.unchanged:,}",
            "refused": f"{file.rejected:,}",
            "twice": f"{file.duplicate:,}",
            "left out": f"{file.filtered:,}",
        }
        for file in load.files
    ]


def privacy_sentence(counts: PrivacyCounts, k: int) -> str:
    """How far people stand out by age band, sex, condition and site."""
    if counts.smallest is None:
        return "Nothing is stored yet."
    return (
        f"By age band, sex, condition and site the {counts.episodes:,} episodes fall into {counts.groups:,} "
        f"groups; the smallest has {counts.smallest:,}. {counts.alone:,} stand alone in theirs and "
        f"{counts.below_k:,} are in groups smaller than {k}: whoever knows these four things of such a person "
        "could find them in a list. Keep lists and files within the clinic; share figures to share only."
    )
