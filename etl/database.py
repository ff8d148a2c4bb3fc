"""How loads use the database: a connection of their own, and no database message ever shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sql.engine import StoreError, keep_more_pages


@contextmanager
def own_connection(engine: Engine) -> Iterator[Connection]:
    """A connection that is closed for good afterwards, and its temporary tables with it."""
    with engine.connect() as connection:
        connection.detach()
        keep_more_pages(connection)
        yield connection


@contextmanager
def database_errors(outcome: str) -> Iterator[None]:
    """Database messages may hold row values: they are replaced by our own. `outcome`: "Nothing was loaded"."""
    try:
        yield
    except IntegrityError:
        raise StoreError(
            f"The store refused a row that passed every check. {outcome}; please report it."
        ) from None
    except OperationalError as error:
        if "locked" in str(error.orig):
            raise StoreError(f"A load holds the store. {outcome}; try again when it is done.") from None
        raise StoreError(f"The database stopped (disk full, or connection lost). {outcome}.") from None
    except DBAPIError:
        raise StoreError(f"The database refused. {outcome}; please report it.") from None
