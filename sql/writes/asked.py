"""Write down that a patient was asked, and what came of it."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from sql.schema import asked
from sql.writes.journal import Writing, move_version

TAKEN_BACK = "taken_back"
RESULTS = ("answered", "no_reply", "declined", TAKEN_BACK)
"""What came of asking; `taken_back` says that the line before it was tapped by mistake."""


def write_asked(connection: Connection, writing: Writing, question: str, result: str) -> None:
    """One attempt; "answered" goes with an entry of the answer itself.

    Raises
    ------
    ValueError
        if the result is none of RESULTS.
    """
    if result not in RESULTS:
        raise ValueError(f"the result is one of {', '.join(RESULTS)}")
    connection.execute(
        insert(asked).values(**writing.columns(connection, asked), question=question, result=result)
    )
    move_version(connection, writing.clinic)
