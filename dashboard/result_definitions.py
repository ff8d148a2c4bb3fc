"""Which definition explains which result of `summary --json`: paths as in docs/summary-json.md."""

from __future__ import annotations

from collections.abc import Collection

RESULT_DEFINITIONS: dict[str, str] = {
    "cohort.excluded": "started",
    "groups[].started": "started",
    "groups[].episodes": "started",
    "groups[].late_reports": "late_reports",
    "groups[].returned": "clock",
    "groups[].stopped": "clock",
    "groups[].censored": "clock",
    "groups[].median_days": "median",
    "groups[].back_by": "back_by",
    "groups[].back_by[].at_risk": "at_risk",
    "groups[].back_by[].known": "not_followed",
    "groups[].back_by[].too_few": "too_few",
    "groups[].rmst_182_days": "rmst",
    "groups[].rmst": "rmst",
    "groups[].certainty": "certainty",
    "groups[].became": "classes",
    "gray": "groups",
    "test": "groups",
    "differences": "groups",
    "quantiles": "median",
    "benchmarks": "verdict",
    "group_benchmarks": "verdict",
    "treatment.people": "settled",
    "treatment.seen": "settled",
    "treatment.assessed": "assessed",
    "treatment.change_percent": "own_baseline",
    "treatment.given": "given",
    "treatment.components": "given",
    "treatment.matched": "matched",
    "treatment.landmark": "landmark",
    "treatment.relapse_by_rehabilitation": "landmark",
    "units.by[].episodes": "units",
    "units.by[].units": "expected_units",
    "units.by[].units[].plotted": "funnel",
    "units.by[].units[].limits_95": "funnel",
    "units.by[].units[].limits_998": "funnel",
    "units.by[].units[].position": "funnel",
    "units.by[].centre": "funnel",
    "units.by[].tau2": "funnel",
    "units.by[].plotted": "funnel",
    "units.by[].chance_beyond_95": "funnel",
    "units.by[].pain_change": "funnel",
    "units.by[].against_model": "against_model",
    "relapse.returned": "clock",
    "relapse.within_14_days": "relapse",
    "relapse.sustained_by": "sustained",
    "relapse.relapsed_by": "relapse",
    "relapse.running_without_pain": "running_on",
    "retention.groups": "retention",
    "visits.per_episode": "visits",
    "visits.to_return": "visits",
    "visits.engaged": "engaged",
    "intake_periods.periods": "back_by_12_weeks",
    "follow_up.median_days": "certainty",
    "follow_up.known_at_84": "certainty",
    "follow_up.baseline": "certainty",
    "follow_up.returns_on_visit_day": "certainty",
    "follow_up.detectable_points": "certainty",
    "pain.scales[].started": "started",
    "pain.scales[].baseline": "pain_scores",
    "pain.scales[].windows": "paired_change",
    "pain.scales[].weeks": "expected_recovery",
    "responders.rows": "responders",
    "trend.measures": "trend_limits",
    "trend.measures[].variation": "trend_rules",
    "trend.measures[].direction": "trend_rules",
    "trend.measures[].run_test": "trend_rules",
    "trend.measures[].target": "trend_target",
    "trend.measures[].assurance": "trend_target",
    "trend.measures[].suggested_rebase": "trend_rebase",
    "trend.measures[].rebases": "trend_rebase",
    "completeness": "completeness",
    "quality": "quality",
}


def definitions_of(names: Collection[str]) -> list[dict[str, str]]:
    """The entries of results in a document that has these names at its top."""
    return [
        {"result": path, "definition": name}
        for path, name in RESULT_DEFINITIONS.items()
        if _top(path) in names
    ]


def _top(path: str) -> str:
    return path.split(".", 1)[0].removesuffix("[]")
