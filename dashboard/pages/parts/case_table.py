"""The caseload as a table: chips with counts, columns, and what the last load changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.pages.parts.lists import ROW_HEIGHT
from dashboard.pages.parts.panels import note
from dashboard.patients import words
from dashboard.patients.caseload import ORDER, Caseload, Standing
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.wording import long_date

HEADER_HEIGHT = 38
MOST_ROWS_IN_SIGHT = 12
MOST_POINTS = 12

Chips = dict[str, tuple[str, list[Standing]]]


def title(waiting: int, total: int) -> str:
    """The finding of the page."""
    if not total:
        return "Nobody is on this list"
    who = (
        "Nobody needs" if not waiting else "One patient needs" if waiting == 1 else f"{waiting} patients need"
    )
    return f"{who} you today"


def nobody_words(total: int) -> str:
    """What to do where nobody is shown: another filter, if it would show somebody."""
    if total:
        return "Nobody here. Choose “All” to see everybody."
    return "This list has no open courses of care. New patients come with the next load."


def chips(found: Caseload) -> Chips:
    """Label and episodes of each filter: those that need something, each word that occurs, changed, all."""
    every = list(found.standings)
    result: Chips = {"needs": ("Needs you today", [one for one in every if one.needs_today])}
    for word in ORDER:
        if of_word := [one for one in every if one.word == word]:
            result[word] = (f"{words.SIGNS[word]} {word[0].upper()}{word[1:]}", of_word)
    if changed := [one for one in every if one.was is not None]:
        result["changed"] = ("Changed by the last load", changed)
    return {**result, "all": ("All", every)}


def rows(standings: Sequence[Standing], today: date, *, with_former: bool = False) -> list[dict[str, Any]]:
    """A table row for each episode."""
    return [
        {
            "Status": words.status_words(one),
            **({"Was": one.was} if with_former else {}),
            "Patient": one.case.short_code,
            "Why": words.short_why(one),
            "Week": one.week,
            "Pain": [score.value for score in one.line.scores][-MOST_POINTS:],
            "Now": words.now_words(one),
            "Condition": words.condition_words(one.case),
            "Last seen": words.near_date(words.last_seen(one.case), today),
        }
        for one in standings
    ]


def styled(table: pd.DataFrame, standings: Sequence[Standing]) -> Any:
    """Rows whose flag rests or stands on old data are greyed; the words say so too."""
    faint = [one.resting is not None or one.greyed for one in standings]
    if not any(faint):
        return table
    grey = {True: "color: #7A8B8F", False: ""}
    return table.style.apply(lambda _: [grey[pale] for pale in faint], subset=["Status", "Why"])


def columns(standings: Sequence[Standing]) -> dict[str, Any]:
    """Widths so that an iPad shows everything; only longer words of status push what is less needed to the right."""
    config = st.column_config
    return {
        "Status": config.TextColumn(width=status_width(standings)),
        "Was": config.TextColumn(width=96, help="The status before the last load"),
        "Patient": config.TextColumn(width=80),
        "Why": config.TextColumn(
            width=168, help="Which rule holds, and on what data; in full on the patient's page"
        ),
        "Week": config.NumberColumn(width=46, help="Week of care; 1 is the first"),
        "Pain": config.LineChartColumn(width=60, y_min=0, y_max=10, help="0 to 10, lower is better"),
        "Now": config.TextColumn(
            width=74, help="Latest score, 0 to 10, and points since the start; minus is better"
        ),
        "Condition": config.TextColumn(width=126),
        "Last seen": config.TextColumn(width=72),
    }


def status_width(standings: Sequence[Standing]) -> int:
    """Pixels for the longest status on the list: "back, check at 14 days" and "seen until" need more than a word."""
    longest = max(len(words.status_words(one)) for one in standings)
    return min(max(96, 18 + 6 * longest), 220)


def height(count: int) -> int:
    """Pixels for the rows in sight; more are scrolled to."""
    return HEADER_HEIGHT + ROW_HEIGHT * min(count, MOST_ROWS_IN_SIGHT) + 2


def what_changed(found: Caseload) -> None:
    """Which words the last load moved, in a sentence."""
    rules, changed = found.rules, [one for one in found.standings if one.was is not None]
    if rules.before is None:
        note("What changed since the last load: this is the first one, there is nothing to compare with.")
        return
    since = f"Since the load before (data to {long_date(rules.before[1])})"
    new = sum(one.case.load_number == rules.newest[0] for one in found.standings)
    moves = Counter(f"{one.was} → {one.word}" for one in changed)
    parts = [f"{count} × {move}" for move, count in moves.most_common()]
    note(f"{since}: {new} new on the list; " + ("; ".join(parts) if parts else "no status changed") + ".")


def rule_sentence(word: str, rules: ClinicRules) -> str:
    """What a word means, with the clinic's own numbers."""
    t = rules.thresholds
    meaning = {
        "red flag": "a sign that belongs into urgent assessment is recorded and not cleared.",
        "off track": (
            f"from day {t.change_by_day}: pain has not fallen by {t.change_points:g} points from the start to the "
            f"latest score of day {t.change_from_day} or later (start {t.least_baseline:g} or more); or two rises in "
            f"a row of {t.rise_points:g} or more."
        ),
        "pain again": "running with pain was told after a return.",
        "ask": (
            f"a score or the running question of week 6, 12 or 26 is missing; no word for {t.silent_days} days; or "
            f"no answer {t.sustained_days} or {t.later_check_days} days after a return."
        ),
        "watch": (
            f"past day {t.watch_after_day}, not running, and nobody has looked since. Half of PFPS is there by the "
            "benchmark itself."
        ),
        "back, check at 14 days": f"back for less than {t.sustained_days} days.",
        "on track": "none of these.",
    }[word]
    return f"**{words.SIGNS[word]} {word}:** {meaning}"
