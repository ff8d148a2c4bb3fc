"""The list of people behind a count says of each why they are in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import load_tables, make_episode
from sqlalchemy import Engine

from dashboard.access import Reader
from dashboard.people import list_people
from sql.cohort import Cohort, Scope
from sql.queries.people_lists import PeopleList

TOO_LATE = "later than the last contact (day 0): not counted in the curve; correct the last contact"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"return_to_run_date": "2024-01-13"}, f"back running on day 5, which is {TOO_LATE}"),
        (
            {"stopped_date": "2024-01-13", "stopped_reason": "surgery"},
            f"stopped on day 5: surgery, which is {TOO_LATE}",
        ),
        ({"last_contact_date": "2024-01-18"}, "no discharge recorded; last contact on day 10"),
    ],
)
def test_why_somebody_is_missing_at_week_12(engine: Engine, tmp_path: Path, cells: dict[str, str], why: str):
    newest = make_episode("E2", first_visit_date="2024-12-01")  # so that the data reach beyond week 12
    load_tables(
        engine,
        tmp_path / "files",
        episodes=[make_episode(**{"last_contact_date": "", **cells}), newest],
    )
    listed = list_people(
        engine,
        Reader("owner"),
        Scope("clinic"),
        Cohort(),
        PeopleList("missing", "running_week_12"),
        at=datetime.now(UTC),
    )
    assert [person.why for person in listed.people] == [why]
