"""A store for tests of what a file says: that has nothing to do with the database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine


@pytest.fixture
def sqlite(sqlite_engine: Engine) -> Engine:
    """A migrated, empty store on SQLite."""
    return sqlite_engine
