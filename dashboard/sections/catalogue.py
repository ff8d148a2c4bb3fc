"""Every section by the name that it has in `summary --json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from dashboard.question import Asked

SECTIONS: dict[str, Callable[[Connection, Asked], dict[str, Any]]] = {}


def documents(connection: Connection, asked: Asked, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The sections of these names, as plain dicts and lists."""
    return {name: SECTIONS[name](connection, asked) for name in names}
