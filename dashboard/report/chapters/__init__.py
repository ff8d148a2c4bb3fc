"""The chapters of a report in their order; each is a function from results to a Chapter, or None without one."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.report.chapters.came import came_chapter
from dashboard.report.chapters.definitions import definitions_chapter
from dashboard.report.chapters.groups import groups_chapter
from dashboard.report.chapters.headline import headline_chapter
from dashboard.report.chapters.pain import pain_chapter
from dashboard.report.chapters.records import records_chapter
from dashboard.report.chapters.running import running_chapter
from dashboard.report.chapters.staying import staying_chapter
from dashboard.report.chapters.trends import trends_chapter
from dashboard.report.chapters.units import units_chapter
from dashboard.report.content import Chapter
from dashboard.report.results import ReportResults

CHAPTERS: tuple[Callable[[ReportResults], Chapter | None], ...] = (
    headline_chapter,
    came_chapter,
    running_chapter,
    pain_chapter,
    staying_chapter,
    trends_chapter,
    groups_chapter,
    units_chapter,
    records_chapter,
    definitions_chapter,
)
