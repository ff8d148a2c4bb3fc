"""OutcomeSummary -> JSON for programs. Schema 1, described in docs/summary-json.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dashboard.group_summary import CLASSES, GroupSummary
from dashboard.result_definitions import definitions_of
from dashboard.stats.difference import Difference
from dashboard.stats.disclosure import rounded, shown_count
from dashboard.stats.gray import GrayTest
from dashboard.stats.log_rank import LogRank
from dashboard.stats.survival import RestrictedMean
from dashboard.summary import OutcomeSummary

SCHEMA = 1


def as_json(summary: OutcomeSummary, sections: Mapping[str, Any] | None = None) -> str:
    """The summary and the sections as indented JSON text; shares of shared figures are whole per cent."""
    answer, parts = as_document(summary), sections or {}
    document = {**answer, "definitions": definitions_of({*answer, *parts}), **parts}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def as_document(summary: OutcomeSummary) -> dict[str, Any]:
    """The summary as plain dicts and lists."""
    digits = 2 if summary.audience == "sharing" else None
    cohort = summary.cohort
    return {
        "schema": SCHEMA,
        "as_of": summary.as_of.isoformat(),
        "audience": summary.audience,
        "definition": summary.definition,
        "definition_changed_on": summary.definition_changed_on and summary.definition_changed_on.isoformat(),
        "sample": summary.facts.sample,
        "cohort": {
            "clinics": list(cohort.clinics),
            "sites": list(cohort.sites),
            "therapists": list(cohort.therapists),
            "conditions": list(cohort.conditions),
            "first_visit_from": cohort.first_visit_from and cohort.first_visit_from.isoformat(),
            "first_visit_to": cohort.first_visit_to and cohort.first_visit_to.isoformat(),
            "goals": list(cohort.goals),
            "all_episodes": cohort.all_episodes,
            "excluded": {
                name: getattr(summary.excluded, name)
                for name in ("other_goal", "goal_unknown", "red_flag", "already_running", "later_episode")
            },
        },
        "by": summary.by,
        "groups": [_group(group, summary.days, digits) for group in summary.groups],
        "gray": _test("Gray", summary.comparison.gray, digits),
        "test": _log_rank(summary, digits),
        "stratified_by": summary.comparison.stratified_by,
        "differences": [_difference(item, digits) for item in summary.comparison.differences],
        "quantiles": [row for group in summary.groups for row in _quantiles(group)],
        "benchmarks": [
            {"id": v.benchmark_id, "group": v.group, "verdict": v.verdict, "reason": v.reason}
            for v in summary.verdicts
        ],
        "group_benchmarks": [
            {"id": v.benchmark_id, "group": v.group, "verdict": v.verdict} for v in summary.group_verdicts
        ],
        "withheld": [group.group for group in summary.groups if "started" in group.withheld],
    }


def _group(group: GroupSummary, days: tuple[int, ...], digits: int | None) -> dict[str, Any]:
    other_days = {f"back_by.{horizon.day}" for horizon in group.back_by if horizon.day not in days}
    return {
        "group": group.group,
        "started": group.started,
        "episodes": group.episodes,
        "late_reports": group.late_reports,
        "returned": group.returned,
        "stopped": group.stopped,
        "censored": group.censored,
        "median_days": {
            "value": group.median.value_days,
            "low": group.median.low_days,
            "high": group.median.high_days,
        },
        "back_by": [
            {
                "day": horizon.day,
                "value": rounded(horizon.value, digits),
                "low": rounded(horizon.low, digits),
                "high": rounded(horizon.high, digits),
                "se": rounded(horizon.se, digits),
                "at_risk": horizon.at_risk,
                "known": rounded(horizon.known, digits),
                "too_few": horizon.too_few,
            }
            for horizon in map(group.back_by_day, days)
        ],
        "rmst_182_days": _rmst(group.rmst, digits),
        "rmst": [{"day": item.horizon_days, **_rmst(item, digits)} for item in group.rmst_to(days)],
        "certainty": [_certainty(group, day, digits) for day in days],
        "became": {name: getattr(group.became, name) for name in CLASSES},
        "withheld": [name for name in group.withheld if name not in other_days],
    }


def _certainty(group: GroupSummary, day: int, digits: int | None) -> dict[str, Any]:
    """Null where the day may not be shared."""
    found = next((item for item in group.certainty if item.day == day), None)
    readings = ("value", "known_state", "worst", "best", "with_late_reports")
    return {"day": day, **{name: rounded(getattr(found, name, None), digits) for name in readings}}


def _rmst(item: RestrictedMean, digits: int | None) -> dict[str, float | None]:
    return {
        name: rounded(getattr(item, name), 1 if digits else None) for name in ("value", "low", "high", "se")
    }


def _quantiles(group: GroupSummary) -> list[dict[str, Any]]:
    return [
        {
            "group": group.group,
            "p": item.p,
            "value": item.value_days,
            "low": item.low_days,
            "high": item.high_days,
        }
        for item in group.quantiles
    ]


def _difference(item: Difference, digits: int | None) -> dict[str, Any]:
    figures = {name: rounded(getattr(item, name), digits) for name in ("value", "low", "high", "se")}
    return {
        "day": item.day,
        "group": item.group,
        "reference": item.reference,
        **figures,
        "too_few": item.too_few,
    }


def _test(name: str, test: GrayTest | LogRank | None, digits: int | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "name": name,
        "statistic": rounded(test.statistic, digits),
        "df": test.df,
        "p": rounded(test.p, digits),
        "left_out": list(test.left_out),
    }


def _log_rank(summary: OutcomeSummary, digits: int | None) -> dict[str, Any] | None:
    test = summary.test
    document = _test("log-rank", test, digits)
    if document is None or test is None:
        return None
    rows = zip(test.groups, test.observed, test.expected, strict=True)
    return {
        **document,
        "groups": [
            {
                "group": group,
                "observed": observed if digits is None else shown_count(observed, summary.k),
                "expected": rounded(expected, 0 if digits else None),
            }
            for group, observed, expected in rows
        ],
    }
