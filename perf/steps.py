"""What a load's seconds go into, from the clock around its statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

# The first word found in a statement says which step it belongs to.
STEPS = (
    ("VALUES", "staging"),
    ("episode_outcome", "outcomes"),
    ("running_answer", "outcomes"),
    ("score_facts", "outcomes"),
    ("visit_treatment", "outcomes"),
    ("INSERT INTO score ", "rows of scores"),
    ("ALTER TABLE score ", "rows of scores"),
    ("public.score ", "rows of scores"),
    ("INSERT INTO episode ", "rows of episodes and names"),
    ("ALTER TABLE episode ", "rows of episodes and names"),
    ("public.episode ", "rows of episodes and names"),
    ("ALTER TABLE patient ", "rows of episodes and names"),
    ("ON episode (", "rows of episodes and names"),
    ("INSERT INTO patient ", "rows of episodes and names"),
    ("INSERT INTO therapist ", "rows of episodes and names"),
    ("INSERT INTO site ", "rows of episodes and names"),
    ("ANALYZE", "statistics for the planner"),
    ("", "repeats, orphans and counts"),
)
COPYING = "reading, checking, on PostgreSQL copying to the stage, and commits"


@contextmanager
def clock(engine: Engine) -> Iterator[Counter[str]]:
    """Seconds by step, of the statements that the engine runs meanwhile."""
    seconds: Counter[str] = Counter()
    began = 0.0

    def start(*_: Any) -> None:
        nonlocal began
        began = perf_counter()

    def stop(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        step = next(step for word, step in STEPS if word in statement)
        seconds[step] += perf_counter() - began

    event.listen(engine, "before_cursor_execute", start)
    event.listen(engine, "after_cursor_execute", stop)
    yield seconds
    event.remove(engine, "before_cursor_execute", start)
    event.remove(engine, "after_cursor_execute", stop)
