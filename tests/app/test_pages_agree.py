"""Sentence, tile, title and table of every page are the numbers that `summary --json` gives for the same question."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from app.driver import Visit, by_group, plain, said, table_with, tiles
from streamlit.testing.v1 import AppTest
from summary_command import summary_json

from dashboard.group_summary import CLASSES
from dashboard.wording import percent

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module", params=["big", "small"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def summary(store: str, stores: dict[str, str]) -> dict[str, Any]:
    """The answer as JSON, for the clinic."""
    return summary_json(stores[store], "--by", "condition")


def per_cent(share: float) -> str:
    return plain(percent(share))


def titles(app: AppTest) -> str:
    return plain("\n".join(header.value for header in app.header))


def condition(summary: dict[str, Any], name: str) -> dict[str, Any]:
    return next(group for group in summary["groups"] if group["group"] == name)


def by_day(group: dict[str, Any], day: int) -> dict[str, Any]:
    return next(horizon for horizon in group["back_by"] if horizon["day"] == day)


@pytest.mark.parametrize(("name", "short"), [("pfps", "PFPS"), ("itbs", "ITBS")])
def test_overview(look: Visit, store: str, summary, name: str, short: str):
    app, group = look(store), condition(summary, name)
    shown = tiles(app)
    for day, label in ((84, "week 12"), (182, "month 6")):
        assert shown[f"{short} · by {label}"][0] == per_cent(by_day(group, day)["value"])
    median = group["median_days"]["value"]
    assert shown[f"{short} · half by"][1].startswith(f"day {median} (")
    assert f"by day {median} with {short}" in titles(app)
    assert f"of {group['episodes']} runners with {short} are back" in said(app)
    assert f"{short} {group['episodes']}" in said(app)


def test_running_status_is_known_of_as_many_on_every_page(look: Visit, store: str, summary):
    known = next(
        m for m in summary["completeness"]["everybody"]["measures"] if m["measure"] == "running_week_12"
    )
    follow_up = summary["follow_up"]["known_at_84"]
    assert (follow_up["people"], follow_up["of"]) == (known["known"], known["due"])
    share = per_cent(known["share"])
    assert f"known of {share} of the {known['due']:,} who could be followed" in said(look(store))
    data = look(store, "data")
    assert tiles(data)["Running at week 12"] == (share, f"{known['known']:,} of {known['due']:,}")
    assert titles(data).startswith(f"Of {share} it is known at week 12")
    words = said(look(store, "return to running"))
    assert (
        f"Of {known['due']:,} who first came at least 12 weeks before the data end, it is known of" in words
    )
    assert f"it is known of {known['known']:,} ({share}) whether they were back by week 12" in words


@pytest.mark.parametrize("name", ["baseline_score", "week_6_score", "week_12_score", "running_week_26"])
def test_completeness(look: Visit, store: str, summary, name: str):
    labels = {
        "baseline_score": "Score at the start",
        "week_6_score": "Score at week 6",
        "week_12_score": "Score at week 12",
        "running_week_26": "Running at week 26",
    }
    known = next(m for m in summary["completeness"]["everybody"]["measures"] if m["measure"] == name)
    shown = tiles(look(store, "data"))[labels[name]]
    assert shown == (per_cent(known["share"]), f"{known['known']:,} of {known['due']:,}")


def test_the_curves_table(look: Visit, store: str, summary):
    table = by_group(look(store, "return to running"), "figures by group")
    for group, (_, row) in zip(summary["groups"], table.iterrows(), strict=True):
        assert row["started"] == f"{group['started']:,}"
        for day, label in ((56, "week 8"), (84, "week 12"), (182, "month 6")):
            found = by_day(group, day)
            if found["value"] is not None:
                assert row[f"back by {label}"].startswith(per_cent(found["value"]))
            assert row[f"known at {label}"] == per_cent(found["known"])


def test_pain_again(look: Visit, store: str, summary):
    app, relapse = look(store, "return to running"), summary["relapse"]
    found = relapse["within_14_days"]
    low, high = f"{100 * found['low']:.0f}", f"{100 * found['high']:.0f}"
    assert f"{low}–{high} %" in titles(app) or f"{low} % of those back" in titles(app)
    assert f"{found['relapsed']} of {found['returned']} who returned at least 14 days" in said(app)
    table = table_with(app, "pain again").set_index("since the return")
    for row in relapse["relapsed_by"]:
        if row["value"] is not None:
            assert table.loc[f"{row['days_after_return']} days", "pain again"].startswith(
                per_cent(row["value"])
            )


def test_intake_periods_and_the_trend_of_the_same(look: Visit, store: str, summary):
    table = table_with(look(store, "return to running"), "complete")
    for period, (_, row) in zip(summary["intake_periods"]["periods"], table.iterrows(), strict=True):
        assert row["in the curve"] == f"{period['started']:,}"
        if period["value"] is not None:
            assert row["back by week 12"].startswith(per_cent(period["value"]))
    trend = next(m for m in summary["trend"]["measures"] if m["measure"] == "back_by_12_weeks")
    app = look(store, "trends", measure="back_by_12_weeks")
    rows = table_with(app, "finding")
    for point, (_, row) in zip(trend["points"], rows.iterrows(), strict=True):
        if point["value"] is not None:
            assert row["Back running by week 12"] == per_cent(point["value"])
            assert row["people"] == f"{point['n']:,}"
    last = [point for point in trend["points"] if point["state"] == "counted"][-1]
    assert f"{per_cent(last['value'])} of {last['n']} people. Mean {per_cent(last['mean'])}" in said(app)


def test_pain_and_function(look: Visit, store: str, summary):
    app, scale = look(store, "pain and function"), summary["pain"]["scales"][0]
    start = scale["baseline"]
    assert f"{start['mean']:.1f}" in said(app)
    assert f"{start['scored']:,} of {scale['started']:,} who started were scored then" in said(app)
    table = table_with(app, "mean change (95 %)")
    for window, (_, row) in zip(scale["windows"], table.iterrows(), strict=True):
        assert row["scored at the start and then"] == f"{window['scored']:,}"
        assert row["without a score"] == f"{window['without_score']:,}"
        change = f"{window['change']['mean']:.1f}".replace("-", MINUS)
        assert row["mean change (95 %)"].startswith(change)


def test_assessment_and_treatment(look: Visit, store: str, summary):
    app, treatment = look(store, "assessment and treatment"), summary["treatment"]
    anything = next(row for row in treatment["assessed"] if row["measure"] == "anything")
    shown = tiles(app)
    assert f"**{treatment['people']:,}** people" in said(app)
    for label, share in (
        ("Assessed at the start", anything["at_start"]),
        ("Of these, again by week 12", anything["again"]),
    ):
        assert shown[label][0] == per_cent(share["value"])
        assert f"{share['numerator']:,} of {share['denominator']:,}" in shown[label][1]


def test_therapists(look: Visit, store: str, summary):
    by = next(found for found in summary["units"]["by"] if found["by"] == "therapist")
    table = table_with(look(store, "therapists and sites"), "expected").set_index("therapist")
    for unit in by["units"]:
        row = table.loc[unit["unit"]]
        assert row["people"] == f"{unit['episodes']:,}"
        assert row["back by week 12"].startswith(per_cent(unit["value"]))
    assert table.loc["everybody", "back by week 12"] == per_cent(by["centre"])
    assert by["episodes"] == summary["treatment"]["people"]


def drawn(app: AppTest, key: str) -> dict[str, dict[str, Any]]:
    """The traces of a chart by name; the solid and the dotted part of a line are one."""
    chart = next(chart for chart in app.get("plotly_chart") if chart.key == key)
    traces: dict[str, dict[str, Any]] = {}
    for trace in json.loads(chart.proto.spec)["data"]:
        known = traces.setdefault(trace["name"], {"x": [], "y": [], "text": []})
        for part in ("x", "y", "text"):
            known[part] += list(trace.get(part, ()))
    return traces


@pytest.mark.parametrize(
    ("page", "key"), [("overview", "overview_curve"), ("return to running", "recovery_curve")]
)
def test_the_curve_runs_through_the_figures(look: Visit, store: str, summary, page: str, key: str):
    lines = drawn(look(store, page), key)
    for group in summary["groups"]:
        line = lines.get({"pfps": "PFPS", "itbs": "ITBS"}.get(group["group"], ""))
        if line is None:
            assert group["group"] not in ("pfps", "itbs")
            continue
        for day in (56, 84, 182):
            height = [y for x, y in zip(line["x"], line["y"], strict=True) if x <= day][-1]
            assert height == pytest.approx(100 * by_day(group, day)["value"])


@pytest.mark.parametrize(("page", "key"), [("overview", "overview_became"), ("return to running", "became")])
def test_what_became_of_them(look: Visit, store: str, summary, page: str, key: str):
    app = look(store, page)
    classes = Counter[str]()
    for group in summary["groups"]:
        classes.update(group["became"])
    assert f"What became of the {classes.total():,} who started" in titles(app)
    chart = next(chart for chart in app.get("plotly_chart") if chart.key == key)
    notes = json.loads(chart.proto.spec)["layout"]["annotations"]
    figures = re.findall(r"<b>([\d,]+)</b>", " ".join(note["text"] for note in notes))
    assert [int(n.replace(",", "")) for n in figures] == [classes[name] for name in CLASSES if classes[name]]


def test_who_stays(look: Visit, store: str, summary):
    app, everybody = look(store, "return to running"), summary["retention"]["groups"][0]
    steps = [*everybody["by_visit"], *everybody["by_week"]]
    bars = drawn(app, "retention")["everybody"]
    assert bars["y"] == pytest.approx([100 * step["value"] for step in steps])
    assert [plain(text) for text in bars["text"]] == [per_cent(step["value"]) for step in steps]
    assert f"{100 * steps[-1]['value']:.0f} still come in week 12" in titles(app)


def last_value(row: Any) -> str:
    """Of the last value and its month, "61 % (Jul)", the value."""
    return str(row["last"]).partition(" (")[0]


def test_every_measure_of_the_trends(look: Visit, store: str, summary):
    table = table_with(look(store, "trends"), "variation").set_index("measure")
    assert len(table) == len(summary["trend"]["measures"]) == 10
    for measure, (_, row) in zip(summary["trend"]["measures"], table.iterrows(), strict=True):
        counted = [point for point in measure["points"] if point["state"] == "counted"]
        if not counted:
            assert row["last"] == "–"
        elif measure["kind"] in ("share", "share back"):
            assert last_value(row) == per_cent(counted[-1]["value"])
        else:
            assert float(last_value(row).replace(MINUS, "-")) == pytest.approx(counted[-1]["value"])


def test_improved_enough(look: Visit, store: str, summary):
    table = table_with(look(store, "pain and function"), "improved by")
    first = summary["pain"]["scales"][0]
    scale = (first["instrument"], first["context"])
    rows = [row for row in summary["responders"]["rows"] if (row["instrument"], row["context"]) == scale]
    for found, (_, row) in zip(rows, table.iterrows(), strict=True):
        assert row["scored"] == f"{found['of_scored']['denominator']:,}"
        assert row["left out"] == f"{found['excluded']:,}"
        for name, column in (
            ("of_scored", "of those scored"),
            ("of_over", "of all whose weeks are over"),
            ("of_started", "of all who started"),
        ):
            assert row[column].startswith(per_cent(found[name]["value"]))


def test_records_to_check(look: Visit, store: str, summary):
    app = look(store, "data", data_show="records")
    quality = summary["quality"]
    found = sorted((rule["episodes"] for rule in quality["rules"] if rule["episodes"]), reverse=True)
    assert list(table_with(app, "what to do")["people"]) == [f"{n:,}" for n in found]
    assert (
        f"{len(found)} of {len(quality['rules'])} checks found something in {quality['episodes']:,} records"
        in (titles(app))
    )


# --- to share ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(stores: dict[str, str]) -> dict[str, Any]:
    """The answer as JSON, to share: with whole per cents and withheld figures."""
    return summary_json(stores["big"], "--by", "symptom_duration", "--for", "sharing")


def count(n: int | None) -> str:
    return "fewer than 8" if n is None else f"{n:,}"


def test_to_share_the_tables_of_return_to_running(look: Visit, shared):
    app = look("big", "return to running", audience="sharing", by="symptom_duration")
    table = by_group(app, "figures by group")
    for group, (_, row) in zip(shared["groups"], table.iterrows(), strict=True):
        assert (row["started"], row["in the curve"]) == (count(group["started"]), count(group["episodes"]))
        for day, label in ((56, "week 8"), (84, "week 12"), (182, "month 6")):
            found = by_day(group, day)
            shown, known = row[f"back by {label}"], row[f"known at {label}"]
            assert shown.startswith("not shown" if found["value"] is None else per_cent(found["value"]))
            assert known == ("not shown" if found["known"] is None else per_cent(found["known"]))
    intake = table_with(app, "complete")
    for period, (_, row) in zip(shared["intake_periods"]["periods"], intake.iterrows(), strict=True):
        assert row["in the curve"] == count(period["started"])
        shown = row["back by week 12"]
        assert shown.startswith("–" if period["value"] is None else per_cent(period["value"]))
    sure = by_group(app, "back by week 12").T
    drawn = [group for group in shared["groups"] if group["certainty"][1]["worst"] is not None]
    assert len(drawn) == len(sure.columns) > 1
    for group, column in zip(drawn, sure.columns, strict=True):
        for name, row in (
            ("known_state", "only those whose state is known"),
            ("worst", "if nobody unknown were back"),
            ("best", "if everybody unknown were back"),
        ):
            share = group["certainty"][1][name]
            assert sure.loc[row, column] == ("–" if share is None else per_cent(share)), (
                group["group"],
                name,
            )


def test_to_share_pain_records_and_treatment(look: Visit, shared):
    app, scale = look("big", "pain and function", audience="sharing"), shared["pain"]["scales"][0]
    for window, (_, row) in zip(
        scale["windows"], table_with(app, "mean change (95 %)").iterrows(), strict=True
    ):
        assert row["scored at the start and then"] == count(window["scored"])
        assert row["without a score"] == count(window["without_score"])
    data = tiles(look("big", "data", audience="sharing"))
    for known in shared["completeness"]["everybody"]["measures"]:
        if known["share"] is not None:
            assert (per_cent(known["share"]), f"{known['known']:,} of {known['due']:,}") in data.values()
    treatment = look("big", "assessment and treatment", audience="sharing")
    assert f"**{shared['treatment']['people']:,}** people" in said(treatment)
    trends = table_with(look("big", "trends", audience="sharing"), "variation")
    for measure, (_, row) in zip(shared["trend"]["measures"], trends.iterrows(), strict=True):
        counted = [point for point in measure["points"] if point["state"] == "counted"]
        if counted and measure["kind"] in ("share", "share back"):
            assert last_value(row) == per_cent(counted[-1]["value"])
