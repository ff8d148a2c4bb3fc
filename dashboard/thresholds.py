"""The clinic's thresholds for the words on the caseload."""

from __future__ import annotations

from sqlalchemy import Connection

from dashboard.stats.status import Thresholds
from sql.settings import setting_value


def status_thresholds(connection: Connection, clinic: str) -> Thresholds:
    """What the rules of dashboard/stats/status.py count with, as the clinic has set it."""

    def points(name: str) -> float:
        return float(setting_value(connection, clinic, f"status_{name}"))

    def days(name: str) -> int:
        return int(setting_value(connection, clinic, f"status_{name}"))

    return Thresholds(
        change_points=points("change_points"),
        change_from_day=days("change_from_day"),
        change_by_day=days("change_by_day"),
        least_baseline=points("least_baseline"),
        rise_points=points("rise_points"),
        silent_days=days("silent_days"),
        sustained_days=days("sustained_days"),
        later_check_days=days("later_check_days"),
        watch_after_day=days("watch_after_day"),
    )
