"""Pain again to share: title, chart, caption and table say the same, whatever of it may be shown."""

from __future__ import annotations

from pathlib import Path

from builders import Row, load_tables
from sections.test_recovery_sections import SHARING, people
from sqlalchemy import Engine

from dashboard.charts.recovery_panels import relapse_figure
from dashboard.charts.theme import LIGHT
from dashboard.question import ask
from dashboard.recovery_tables import relapse_rows
from dashboard.recovery_words import relapse_caption, relapse_title
from dashboard.sections.relapse import RelapseResult, relapse_section
from sql.cohort import Cohort, Scope
from sql.engine import reading


def pain_again(engine: Engine, folder: Path, soon: int, later: int) -> RelapseResult:
    """60 are back on day 40: `soon` have pain after 5 days, `later` after 60; 40 are not back."""
    episodes: list[Row] = [
        *people(soon, "S", back=40, pain=45),
        *people(later, "L", back=40, pain=100),
        *people(60 - soon - later, "W", back=40),
        *people(40, "N"),
    ]
    assert load_tables(engine, folder / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        return relapse_section(connection, ask(connection, SHARING, Cohort()))


def test_a_share_that_the_table_has_is_in_the_title(engine: Engine, tmp_path: Path):
    """3 within a fortnight are withheld; 15 of 60 within 84 days are not."""
    result = pain_again(engine, tmp_path, 3, 12)
    assert result.fortnight.low is None
    cells = {row["since the return"]: row["pain again"] for row in relapse_rows(result)}
    assert cells["14 days"] == "not shown"
    assert cells["84 days"].startswith("25\N{NO-BREAK SPACE}%")
    assert relapse_title(result) == f"Pain again within 84 days of the return: {cells['84 days']}"
    assert relapse_figure(result.curve, LIGHT, shared_k=8).data
    assert relapse_caption(result).startswith("Within 14 days: too few people to show a share. The line:")


def test_nobody_asked_again_is_no_lack_of_returns(engine: Engine, tmp_path: Path):
    """40 are back and silent since: enough people, and no answer."""
    episodes = people(40, "S", back=40, seen=40)
    assert load_tables(engine, tmp_path / "files", episodes=episodes).status == "loaded"
    with reading(engine) as connection:
        result = relapse_section(connection, ask(connection, Scope("clinic"), Cohort()))
    assert (result.fortnight.returned, result.fortnight.known) == (40, 0)
    assert relapse_title(result) == "Does a return last? Nobody was asked again"


def test_without_a_share_in_the_table_there_is_no_line(engine: Engine, tmp_path: Path):
    """Of 60 only 5 ever have pain again."""
    result = pain_again(engine, tmp_path, 2, 3)
    assert {row["pain again"] for row in relapse_rows(result)} == {"not shown"}
    assert relapse_title(result) == "Does a return last? Too few to say"
    assert relapse_figure(result.curve, LIGHT, shared_k=8).data == ()
    assert relapse_caption(result).startswith("Too few people to show a share.")


def test_a_fortnight_that_may_be_shown_is_the_finding(engine: Engine, tmp_path: Path):
    result = pain_again(engine, tmp_path, 15, 0)
    assert relapse_title(result) == "25\N{NO-BREAK SPACE}% of those back had pain again within 14 days"
    assert relapse_figure(result.curve, LIGHT, shared_k=8).data
