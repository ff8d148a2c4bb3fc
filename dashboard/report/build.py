"""Results -> the document that every format renders."""

from __future__ import annotations

from dashboard.report.chapters import CHAPTERS
from dashboard.report.chapters.headline import period_words
from dashboard.report.content import Cover, Document
from dashboard.report.results import ReportResults
from dashboard.wording import audience_words, long_date


def build(results: ReportResults) -> Document:
    """Every chapter that has something to say."""
    chapters = (chapter(results) for chapter in CHAPTERS)
    return Document(
        cover(results), results.asked.as_of, tuple(chapter for chapter in chapters if chapter is not None)
    )


def cover(results: ReportResults) -> Cover:
    """Title, period, audience and provenance."""
    as_of, loaded = results.asked.as_of, results.loaded_on
    scope = _scope_words(results)
    brand = results.brand
    return Cover(
        title=f"Outcome report, {results.month.words}",
        clinic=f"{brand.name}{scope}",
        period=f"First visits {period_words(results.outcomes)}",
        audience=audience_words(results.outcomes),
        sample=results.asked.facts.sample,
        data_words=f"Data as of {long_date(as_of)}. {_loads_words(results)}",
        footer=(
            f"{results.month.words} · data as of {long_date(as_of)}"
            + (f", loaded {long_date(loaded[-1])}" if loaded else "")
            + f" · Return to Run {results.program_version}"
        ),
        accent=brand.accent,
        logo=brand.logo,
    )


def _scope_words(results: ReportResults) -> str:
    from dashboard.names import CONDITION_SHORT

    asked = results.request
    parts = [f"site {code}" for code in asked.sites]
    parts += [f"only {CONDITION_SHORT.get(code, code)}" for code in asked.conditions]
    return f" · {', '.join(parts)}" if parts else ""


def _loads_words(results: ReportResults) -> str:
    """The days of the loads, the newest three by name."""
    days = [long_date(day) for day in results.loaded_on]
    if len(days) > 3:
        return f"Loaded on {len(days)} days, last on {', '.join(days[-3:])}."
    return f"Loaded on {', '.join(days)}."
