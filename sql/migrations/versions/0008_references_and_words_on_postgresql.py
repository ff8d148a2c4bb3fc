"""On PostgreSQL large tables are checked for what they name by the statement, and text is compared byte by byte.

Revision ID: 0008

Foreign keys look up every row by itself: more than half of the time that a large load takes for its episodes. And
the database's language, which no code or word of the store has, makes each comparison in an index or sort dearer.
See docs/decisions/035-references-by-the-statement-and-text-by-bytes.md.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


class Reference(NamedTuple):
    """Rows of `child` name a row of `parent`: by `key`, which the parent calls `named`."""

    child: str
    parent: str
    key: tuple[str, ...]
    named: tuple[str, ...]

    @property
    def foreign_key(self) -> str:
        """What did this before."""
        return f"fk_{self.child}_{self.parent}"

    @property
    def written(self) -> str:
        """Function and triggers of the child."""
        return f"{self.child}_has_its_{self.parent}"

    @property
    def gone(self) -> str:
        """Function and triggers of the parent."""
        return f"{self.parent}_of_no_{self.child}"


EPISODE = ("clinic", "episode_id")
REFERENCES = (
    Reference("score", "episode", EPISODE, EPISODE),
    Reference("episode_outcome", "episode", EPISODE, EPISODE),
    Reference("episode", "patient", ("clinic", "patient_id"), ("clinic", "patient_id")),
    Reference("episode", "therapist", ("clinic", "therapist"), ("clinic", "code")),
    Reference("episode", "site", ("clinic", "site"), ("clinic", "code")),
    Reference("patient", "clinic", ("clinic",), ("code",)),
)
SCORES_BEFORE = import_module("sql.migrations.versions.0006_scores_are_referred_by_the_statement")
TABLES = (
    "clinic", "site", "therapist", "patient", "episode", "running_report", "score", "visit", "visit_treatment",
    "assessment", "episode_outcome", "setting", "annotation", "trend_target", "trend_rebase", "load_run", "load_file",
    "reject", "history", "audit", "entry", "asked", "seen",
)  # fmt: skip
"""Of the store so far; whatever else the database holds is left alone."""
FOREIGN_KEYS = [(r.foreign_key, r.child) for r in REFERENCES[1:]]
"""Scores have had none since migration 0006, whose triggers read an index once per row."""
IMPLIED = ("fk_episode_clinic", "episode")
"""An episode's therapist belongs to its clinic, and therapists to a clinic that is there."""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    _collate('"C"')
    SCORES_BEFORE.drop_triggers()
    for reference in REFERENCES:
        _check_by_the_statement(reference)
    for foreign_key, child in (*FOREIGN_KEYS, IMPLIED):
        op.drop_constraint(foreign_key, child)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for r in REFERENCES:
        op.execute(f"DROP FUNCTION {r.written}() CASCADE")
        op.execute(f"DROP FUNCTION {r.gone}() CASCADE")
    for r in REFERENCES[1:]:
        op.create_foreign_key(r.foreign_key, r.child, r.parent, list(r.key), list(r.named))
    op.create_foreign_key(*IMPLIED, "clinic", ["clinic"], ["code"])
    SCORES_BEFORE.make_triggers()
    _collate('"default"')


def _check_by_the_statement(r: Reference) -> None:
    """Rows that are added or deleted are asked about at once, those whose key is changed (few ever are) one by one.

    Counted, not asked for with EXISTS: for that PostgreSQL plans to find one row soon, and looks up row by row.
    """
    op.execute(_function(r.written, "NEW", "written", _nameless(r), f"a {r.child} without its {r.parent}"))
    op.execute(_function(r.gone, "OLD", "gone", _left_behind(r), f"a {r.parent} that a {r.child} names"))
    for event, table, function, rows in (
        ("INSERT", r.child, r.written, "REFERENCING NEW TABLE AS written FOR EACH STATEMENT"),
        (f"UPDATE OF {', '.join(r.key)}", r.child, r.written, "FOR EACH ROW"),
        ("DELETE", r.parent, r.gone, "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"),
        (f"UPDATE OF {', '.join(r.named)}", r.parent, r.gone, "FOR EACH ROW"),
    ):
        name = f"{function}_{event.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {rows} EXECUTE FUNCTION {function}()")


def _function(name: str, row: str, rows: str, wrong: str, message: str) -> str:
    """Raises the error of a foreign key if `wrong`, a condition on one row of `rows`, holds."""
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            found bigint;
        BEGIN
            IF TG_LEVEL = 'STATEMENT' THEN
                SELECT count(*) INTO found FROM {rows} WHERE {wrong};
            ELSE
                SELECT count(*) INTO found FROM (SELECT {row}.*) AS {rows} WHERE {wrong};
            END IF;
            IF found > 0 THEN
                RAISE foreign_key_violation USING MESSAGE = '{message}';
            END IF;
            RETURN NULL;
        END $$
    """  # noqa: S608 - names are ours


def _nameless(r: Reference) -> str:
    same = _same("p", r.named, "written", r.key)
    return f"written.{r.key[-1]} IS NOT NULL AND NOT EXISTS (SELECT FROM {r.parent} p WHERE {same})"


def _left_behind(r: Reference) -> str:
    there = _same("p", r.named, "gone", r.named)
    named = _same("c", r.key, "gone", r.named)
    missing = f"NOT EXISTS (SELECT FROM {r.parent} p WHERE {there})"
    return f"{missing} AND EXISTS (SELECT FROM {r.child} c WHERE {named})"


def _same(one: str, names: tuple[str, ...], other: str, others: tuple[str, ...]) -> str:
    return " AND ".join(f"{one}.{a} = {other}.{b}" for a, b in zip(names, others, strict=True))


def _collate(collation: str) -> None:
    """All text of the store: each table once, whose indexes are made again."""
    for table, columns in _texts():
        changes = (f"ALTER {name} TYPE {kind} COLLATE {collation}" for name, kind in columns)
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _texts() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    found = sa.inspect(op.get_bind())
    for table in TABLES:
        columns = found.get_columns(table)
        texts = [
            (c["name"], f"varchar({c['type'].length})") for c in columns if isinstance(c["type"], sa.String)
        ]
        if texts:
            yield table, texts
