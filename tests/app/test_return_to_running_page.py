"""Return to running: the curve by group, the table under it, and how sure we are."""

from __future__ import annotations

import pytest
from app.driver import Visit, figure, said, summary_of

from dashboard.names import group_label

STATES = ("at_risk", "returned", "stopped", "censored")


def table_rows(app) -> list[list[str]]:
    """The numbers of the table under the curve, four rows a group."""
    return [trace["text"] for trace in figure(app)["data"] if trace.get("mode") == "text"]


@pytest.mark.parametrize("by", ["condition", "symptom_duration", "earlier_episodes", "site"])
def test_the_table_under_the_curve_has_everybody_at_every_tick(visit: Visit, stores, by: str):
    summary = summary_of(stores["big"], by=by)
    rows = table_rows(visit("big", "return to running", by=by))
    assert len(rows) == 4 * len(summary.groups)
    for number, group in enumerate(summary.groups):
        columns = list(zip(*rows[4 * number : 4 * number + 4], strict=True))
        assert [sum(int(cell.replace(",", "")) for cell in column) for column in columns] == [
            group.episodes
        ] * 7


def test_the_table_has_the_days_of_the_verdicts(visit: Visit, stores):
    group = summary_of(stores["big"]).groups[0]
    app = visit("big", "return to running")
    axis = figure(app)["layout"]["xaxis"]
    assert axis["ticktext"] == ["0", "4", "8", "12", "16", "20", "26"]
    for day in (56, 84, 182):
        place = axis["tickvals"].index(day)
        state = group.curve.state_at(day)
        assert [row[place] for row in table_rows(app)[:4]] == [str(getattr(state, name)) for name in STATES]


@pytest.mark.parametrize(
    ("by", "title"),
    [
        ("none", "Half of runners were back by day {0} ({1:.1f} weeks)"),
        (
            "symptom_duration",
            "Half were back by day {0} with symptoms for up to 6 weeks, by day {2} with symptoms",
        ),
        ("site", "Half were back by day {0} at harbour, by day {2} at north"),
    ],
)
def test_the_title_names_the_first_and_the_last_group(visit: Visit, stores, by: str, title: str):
    summary = summary_of(stores["big"], by=None if by == "none" else by)
    days = sorted(group.median.value_days for group in summary.groups if group.group != "unknown")
    found = visit("big", "return to running", by=by).header[0].value
    assert found.startswith(title.format(days[0], days[0] / 7, days[-1]))


def test_small_groups_are_named_but_not_drawn(visit: Visit):
    words = said(visit("small", "return to running"))
    assert "In the curve: PFPS 69, ITBS 15." in words
    assert "Not drawn, too few people: PFPS and ITBS, Other knee." in words


def test_the_test_says_whether_groups_differ_and_whom_it_left_out(visit: Visit, stores):
    test = summary_of(stores["big"], by="symptom_duration").test
    words = said(visit("big", "return to running", by="symptom_duration"))
    assert test.p < 0.001
    assert "Groups by symptom duration differ more than chance would explain" in words
    assert f"χ² = {test.statistic:.2f}, {test.df} df, p < 0.001; left out: not known" in words


def test_figures_as_a_table(visit: Visit, stores):
    summary = summary_of(stores["big"])
    table = visit("big", "return to running").table[0].value
    assert list(table["started"]) == [str(group.started) for group in summary.groups]
    for day, column in ((56, "back by week 8"), (84, "back by week 12"), (182, "back by month 6")):
        horizons = [group.back_by_day(day) for group in summary.groups]
        expected = [f"{100 * h.value:.0f}\xa0% ({100 * h.low:.0f}–{100 * h.high:.0f})" for h in horizons]
        assert [cell.removesuffix(", too few still followed") for cell in table[column]] == expected


def test_how_sure_are_we(visit: Visit, stores):
    summary = summary_of(stores["big"])
    app = visit("big", "return to running")
    table = app.table[1].value
    pfps = next(item for item in summary.groups[0].certainty if item.day == 84)
    assert list(table.iloc[0])[1:6] == [
        f"{100 * share:.0f}\xa0%"
        for share in (pfps.value, pfps.known_state, pfps.worst, pfps.best, pfps.with_late_reports)
    ]
    excluded = summary.excluded
    assert (
        f"Left out of the curve: later course of the same person ({excluded.later_episode}), "
        f"another goal than running ({excluded.other_goal}), goal not known ({excluded.goal_unknown}), "
        f"already running at the first visit ({excluded.already_running})."
    ) in said(app)


def test_published_figures_stand_only_beside_the_conditions_they_are_about(visit: Visit):
    def marks(by: str, **choices: str) -> set[str]:
        traces = figure(visit("big", "return to running", by=by, **choices))["data"]
        return {trace["name"] for trace in traces if trace.get("mode") == "markers"}

    assert marks("condition") == {"pfps-6-months", "itbs-3-weeks", "itbs-8-weeks", "itbs-6-months-cohort"}
    assert marks("symptom_duration") == set()
    assert marks("symptom_duration", condition="pfps") == {"pfps-6-months"}


def test_sites_of_several_clinics_carry_the_clinic(visit: Visit, stores):
    groups = [group.group for group in summary_of(stores["two_clinics"], by="site").groups]
    assert groups == ["east/main", "west/main"]
    app = visit("two_clinics", "return to running", by="site")
    labels = [note["text"] for note in figure(app)["layout"]["annotations"]]
    assert [f"<b>{group_label(name)}</b>" in labels for name in groups] == [True, True]
    assert app.selectbox(key="site").options == ["All sites", "east/main", "west/main"]
    assert "site main" in said(visit("two_clinics", "return to running", site="east/main"))
