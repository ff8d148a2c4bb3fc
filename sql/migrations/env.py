"""Runs migrations on the connection that sql/store.py hands over, inside its transaction."""

from alembic import context

from sql.schema import metadata


def run() -> None:
    """Upgrade within the caller's transaction; the caller holds the write lock and commits."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
