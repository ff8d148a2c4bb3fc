"""What the clinic decides: names, defaults and the value that holds on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, select

from sql.schema import setting
from sql.setting_kinds import (
    colour_problem,
    logo_problem,
    logo_words,
    tenths_problem,
    text_problem,
    whole_problem,
)

Kind = Literal["text", "word", "whole", "tenths", "colour", "logo"]
STATUS_THRESHOLDS = "status thresholds"


@dataclass(frozen=True)
class SettingSpec:
    """A decision of the clinic.

    `words` are the allowed values, empty for free text; `low`/`high` bound a number. `changes` says what is
    different once the value holds; `group` is the heading under which settings stand together.
    """

    name: str
    default: str
    meaning: str
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    kind: Kind = "text"
    changes: str = ""
    group: str = "clinic"

    def problem_with(self, value: str) -> str | None:
        """Why a value cannot be taken, None if it can. An empty value takes an image or colour back."""
        if value == "" and self.kind in ("colour", "logo"):
            return None
        if self.words and value not in self.words:
            return f"{self.name} is one of {', '.join(self.words)}"
        problem = self._problem(value)
        return f"{self.name} {problem}" if problem else None

    def _problem(self, value: str) -> str | None:
        if self.kind == "colour":
            return colour_problem(value)
        if self.kind == "logo":
            return logo_problem(value)
        if self.low is not None and self.high is not None:
            bounded = tenths_problem if self.kind == "tenths" else whole_problem
            return bounded(value, self.low, self.high)
        return text_problem(value)

    def words_for(self, value: str) -> str:
        """The value for people: an image by its kind and size."""
        return logo_words(value) if self.kind == "logo" else value


def _points(name: str, default: str, meaning: str, low: int = 0) -> SettingSpec:
    return SettingSpec(
        name, default, meaning, low=low, high=10, kind="tenths", group=STATUS_THRESHOLDS, changes=_STATUSES
    )


def _days(name: str, default: str, meaning: str, high: int = 365) -> SettingSpec:
    return SettingSpec(
        name, default, meaning, low=1, high=high, kind="whole", group=STATUS_THRESHOLDS, changes=_STATUSES
    )


_STATUSES = "Words on the caseload change at once, for every open episode; no curve or share changes."
SETTINGS = {
    spec.name: spec
    for spec in (
        SettingSpec(
            "clinic_name",
            "",
            "name shown on pages and reports; empty, the clinic's code is shown",
            changes="Pages and reports show it from now on.",
        ),
        SettingSpec(
            "logo",
            "",
            "small PNG or SVG image for reports, as a data address; empty, there is none",
            kind="logo",
            changes="Reports made from now on carry it.",
        ),
        SettingSpec(
            "accent",
            "",
            "colour of headings in reports, like #0b6e75; empty, the product's own",
            kind="colour",
            changes="Reports made from now on use it; curves keep their colours, which stand for conditions.",
        ),
        SettingSpec(
            "definition",
            "20 minutes or 3 km without stopping for pain, pain 0 of 10 during the run and no worse next morning",
            "the first run that counts as a return to running",
            changes=(
                "Returns are recorded by it from that day on. Questions whose period covers the change say so, and "
                "their verdicts read not comparable."
            ),
        ),
        SettingSpec(
            "default_goal",
            "running",
            "goal of episodes whose file has no goal column",
            words=("running", "gym", "daily_life"),
            kind="word",
            changes="Loads from now on use it; episodes that are stored already keep their goal.",
        ),
        SettingSpec(
            "k",
            "8",
            "fewer people than this are never shown when figures are shared",
            low=5,
            high=50,
            kind="whole",
            changes="Shared figures are withheld by it at once. Exact figures for the clinic do not change.",
        ),
        SettingSpec(
            "in_care_days",
            "42",
            "days since the last contact within which a patient is still in care",
            low=7,
            high=365,
            kind="whole",
            changes="In care, lost and cannot be counted are decided anew at once; curves and shares do not change.",
        ),
        _points("status_change_points", "2", "points by which pain must have changed by the day below"),
        _days("status_change_from_day", "28", "first day of a score that can show the change"),
        _days("status_change_by_day", "42", "day from which no change means off track"),
        _points("status_least_baseline", "2", "least pain at the start for a change to be looked for"),
        _points("status_rise_points", "2", "points of each of two rises in a row that mean off track"),
        _days("status_silent_days", "21", "days without a word in open care after which to ask"),
        _days("status_sustained_days", "14", "days after a return on which to check it"),
        _days("status_later_check_days", "182", "days after a return on which to check it again", high=730),
        _days(
            "status_watch_after_day",
            "84",
            "day after which somebody not yet running is to be watched",
            high=730,
        ),
        _days(
            "status_open_days",
            "84",
            "days without a word after which an episode leaves the caseload",
            high=730,
        ),
        _days(
            "status_ask_within_days",
            "365",
            "days for which an unanswered question stays on To ask",
            high=3650,
        ),
        _days(
            "status_stale_days", "7", "age of the data in days from which flags that rest on time are greyed"
        ),
        SettingSpec(
            "engaged_share",
            "75",
            "per cent of the appointments of the first 28 days that an engaged patient attends",
            low=1,
            high=100,
            kind="whole",
            changes="The comparison of those who kept their appointments is counted anew at once.",
        ),
    )
}


@dataclass(frozen=True)
class SettingChange:
    """A value and the first day on which it holds."""

    valid_from: date
    value: str


def setting_value(connection: Connection, clinic: str, name: str, on: date | None = None) -> str:
    """The value that holds on a day (the latest of all without one), or the default."""
    changes = [
        change
        for change in setting_history(connection, clinic, name)
        if on is None or change.valid_from <= on
    ]
    return changes[-1].value if changes else SETTINGS[name].default


def setting_history(connection: Connection, clinic: str, name: str) -> list[SettingChange]:
    """Every value that was set, oldest first."""
    question = (
        select(setting.c.valid_from, setting.c.value)
        .where(setting.c.clinic == clinic, setting.c.name == name)
        .order_by(setting.c.valid_from)
    )
    return [SettingChange(row.valid_from, row.value) for row in connection.execute(question)]
