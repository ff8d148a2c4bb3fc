"""Return to running: the curve by group, the table under it, and how sure we are."""

from __future__ import annotations

import re

import pytest
from app.driver import Visit, by_group, figure, said, section_of, summary_of, table_with

from dashboard import recovery_words
from dashboard.names import CLASS_NAMES, group_label, group_name
from dashboard.pages.parts import panels
from dashboard.sections.follow_up import follow_up_section
from dashboard.sections.intake_periods import intake_periods_section
from dashboard.sections.relapse import relapse_section
from dashboard.sections.retention import retention_section
from dashboard.wording import time_words
from sql.cohort import Audience

TURNED = ("figures by group", "of those who started")
STATES = ("at_risk", "returned", "stopped", "censored")


def table_rows(app) -> list[list[str]]:
    """The numbers of the table under the curve, four rows a group."""
    return [trace["text"] for trace in figure(app)["data"] if trace.get("mode") == "text"]


@pytest.mark.parametrize("by", ["condition", "symptom_duration", "earlier_episodes", "site"])
def test_the_table_under_the_curve_has_everybody_at_every_tick(look: Visit, stores, by: str):
    summary = summary_of(stores["big"], by=by)
    rows = table_rows(look("big", "return to running", by=by))
    assert len(rows) == 4 * len(summary.groups)
    for number, group in enumerate(summary.groups):
        columns = list(zip(*rows[4 * number : 4 * number + 4], strict=True))
        assert [sum(int(cell.replace(",", "")) for cell in column) for column in columns] == [
            group.episodes
        ] * 7


def test_the_table_has_the_days_of_the_verdicts(look: Visit, stores):
    group = summary_of(stores["big"]).groups[0]
    app = look("big", "return to running")
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
def test_the_title_names_the_first_and_the_last_group(look: Visit, stores, by: str, title: str):
    summary = summary_of(stores["big"], by=None if by == "none" else by)
    days = sorted(group.median.value_days for group in summary.groups if group.group != "unknown")
    found = look("big", "return to running", by=by).header[0].value
    assert found.startswith(title.format(days[0], days[0] / 7, days[-1]))


def test_small_groups_are_named_but_not_drawn(look: Visit):
    words = said(look("small", "return to running"))
    assert "In the curve: PFPS 69, ITBS 15." in words
    assert "Not drawn, too few people: PFPS and ITBS, Other knee." in words


def test_the_test_says_whether_groups_differ_and_whom_it_left_out(look: Visit, stores):
    test = summary_of(stores["big"], by="symptom_duration").test
    words = said(look("big", "return to running", by="symptom_duration"))
    assert test.p < 0.001
    assert "by symptom duration more than chance would explain" in words
    assert "do not differ" not in words
    assert f"χ² = {test.statistic:.2f}, {test.df} df, p < 0.001; left out: not known" in words


def test_figures_as_a_table(look: Visit, stores):
    summary = summary_of(stores["big"])
    table = by_group(look("big", "return to running"), "figures by group")
    assert list(table["started"]) == [str(group.started) for group in summary.groups]
    for day, column in ((56, "back by week 8"), (84, "back by week 12"), (182, "back by month 6")):
        horizons = [group.back_by_day(day) for group in summary.groups]
        expected = [f"{100 * h.value:.0f} % ({100 * h.low:.0f}–{100 * h.high:.0f})" for h in horizons]
        assert [cell.removesuffix(", too few still followed") for cell in table[column]] == expected


def test_how_sure_are_we(look: Visit, stores):
    summary = summary_of(stores["big"])
    app = look("big", "return to running")
    table = by_group(app, "back by week 12").loc["PFPS"]
    pfps = next(item for item in summary.groups[0].certainty if item.day == 84)
    assert table.iloc[0] == str(summary.groups[0].episodes)
    assert list(table)[1:6] == [
        f"{100 * share:.0f} %"
        for share in (pfps.value, pfps.known_state, pfps.worst, pfps.best, pfps.with_late_reports)
    ]
    excluded = summary.excluded
    assert (
        f"Left out of the curve: later course of the same person ({excluded.later_episode}), "
        f"another goal than running ({excluded.other_goal}), goal not known ({excluded.goal_unknown}), "
        f"already running at the first visit ({excluded.already_running})."
    ) in said(app)


def test_published_figures_stand_only_beside_the_conditions_they_are_about(look: Visit):
    def marks(by: str, **choices: str) -> set[str]:
        traces = figure(look("big", "return to running", by=by, **choices))["data"]
        return {trace["name"] for trace in traces if trace.get("mode") == "markers"}

    assert marks("condition") == {"pfps-6-months", "itbs-3-weeks", "itbs-8-weeks", "itbs-6-months-cohort"}
    assert marks("symptom_duration") == set()
    assert marks("symptom_duration", condition="pfps") == {"pfps-6-months"}


def test_sites_of_several_clinics_carry_the_clinic(look: Visit, stores):
    groups = [group.group for group in summary_of(stores["two_clinics"], by="site").groups]
    assert groups == ["east/main", "west/main"]
    app = look("two_clinics", "return to running", by="site")
    labels = [note["text"] for note in figure(app)["layout"]["annotations"]]
    assert [f"<b>{group_label(name)}</b>" in labels for name in groups] == [True, True]
    assert app.selectbox(key="site").options == ["All sites", "east/main", "west/main"]
    assert "site main" in said(look("two_clinics", "return to running", site="east/main"))


# --- the panels below the curve


def test_two_groups_have_their_difference_in_words(look: Visit, stores):
    summary = summary_of(stores["big"], by="earlier_episodes")
    words = said(look("big", "return to running", by="earlier_episodes"))
    assert "by earlier episodes more than chance would explain (Gray's test" in words
    assert words.index("Gray's test") < words.index("log-rank test")
    for item in summary.comparison.differences:
        points = abs(round(100 * item.value))
        assert f"{points} points {'more' if item.value > 0 else 'fewer'} are back" in words


def test_several_groups_have_a_table_of_differences(look: Visit, stores):
    summary = summary_of(stores["big"])
    table = table_with(look("big", "return to running"), "compared with").set_index("group")
    for item in summary.comparison.differences:
        cell = table.loc[group_name(item.group), f"difference by {time_words(item.day)}"]
        assert cell.startswith(f"{100 * item.value:+.0f} points (".replace("-", "−"))
        assert table.loc[group_name(item.group), "compared with"] == group_name(item.reference)


@pytest.mark.parametrize("audience", ["clinic", "sharing"])
def test_every_panel_says_what_its_section_says(look: Visit, stores, audience: Audience):
    app, url = look("big", "return to running", audience=audience), stores["big"]
    words = said(app)
    relapse = section_of(url, relapse_section, audience)
    assert recovery_words.relapse_title(relapse).replace("\xa0", " ") in words
    assert f"{relapse.fortnight.relapsed:,} of {relapse.fortnight.returned:,} who returned" in words
    stayed = section_of(url, retention_section, audience)
    last = stayed.groups[0].by_week[-1].share.value
    assert f"Of 100 who start, {100 * last:.0f} still come in week 12" in words
    shown = table_with(app, "visit 2")
    assert list(shown[""]) == [group_name(group.group) for group in stayed.groups]
    periods = section_of(url, intake_periods_section, audience).periods
    table = table_with(app, "first visit")
    assert list(table["first visit"]) == [recovery_words.period_words(period.share) for period in periods]
    assert list(table["complete"]) == ["yes" if period.share.mature else "not yet" for period in periods]
    known = section_of(url, follow_up_section, audience).known
    assert f"Of {known.denominator:,} who first came at least 12 weeks before the data end" in words
    assert "This is an association, not an effect" in words


def test_immature_periods_are_grey_and_open(look: Visit):
    app = look("big", "return to running")
    marks = {trace["name"]: trace["marker"]["symbol"] for trace in figure(app, 2)["data"]}
    assert marks == {"complete": "circle", "not complete yet": "circle-open"}


@pytest.mark.parametrize("store", ["tiny", "other"])
def test_without_visits_it_says_which_file_is_missing(look: Visit, store: str):
    app = look(store, "return to running")
    assert "Load visits.csv with the attended appointments." in said(app)
    assert "retention" not in {chart.key for chart in app.get("plotly_chart")}


@pytest.mark.parametrize("choices", [{"condition": "itbs"}, {"symptoms": "unknown"}, {"period": "6m"}, {}])
def test_to_share_no_small_number_stands_in_any_table_or_hover_text(look: Visit, choices):
    app = look("small", "return to running", audience="sharing", **choices)
    assert not app.exception
    tables = [table.value for table in app.table if "people followed" not in table.value.columns]  # no counts
    sizes = ("started", "in the curve", "people", "of them back", "still followed")
    counted = [(table, sizes) for table in tables]
    counted += [(by_group(app, corner), (*sizes, *CLASS_NAMES.values())) for corner in TURNED]
    for table, columns in counted:
        for column in columns:
            cells = table.get(column, [])
            assert all(
                cell in ("–", "0", "not shown")
                or "fewer than 8" in cell
                or int(cell.replace(",", "")) % 5 == 0
                for cell in cells
            )
    for number in range(len(app.get("plotly_chart"))):
        for trace in figure(app, number)["data"]:
            hover = " ".join(map(str, trace.get("text") or []))
            assert all(int(n) % 5 == 0 for n in re.findall(r"(\d+) in the curve", hover))


def test_what_belongs_together_stays_on_one_line():
    said = panels.unbroken("56 % (52–60), 226 of 533, a third of 12 by week 12; χ² = 12.71, 3 df, p < 0.001")
    assert said.replace("\N{WORD JOINER}", "") == (
        "56 % (52–60), 226~of~533, a third of 12 by week~12; χ²~=~12.71, 3~df, p~<~0.001".replace(
            "~", "\N{NO-BREAK SPACE}"
        )
    )


def test_a_reading_that_is_not_shared_is_no_row_of_dashes(look: Visit):
    exact, shared = (
        [
            cell
            for table in look("big", "return to running", **choice).table
            for cell in table.value.iloc[:, 0]
        ]
        for choice in ({}, {"audience": "sharing"})
    )
    assert "with late reports" in exact
    assert "if nobody unknown were back" in shared
    assert "with late reports" not in shared


def test_it_says_for_whom_a_condition_is_in_line_and_for_whom_not(look: Visit, stores):
    """Each group as if it alone had been asked about."""
    summary = summary_of(stores["big"], by="symptom_duration", conditions=("pfps",))
    durations = [group.group for group in summary.groups if group.group != "unknown"]
    for duration in durations:
        alone = summary_of(stores["big"], conditions=("pfps",), symptom_durations=(duration,))
        words = {v.benchmark_id: v.verdict for v in alone.verdicts if v.verdict != "not comparable"}
        found = {v.benchmark_id: v.verdict for v in summary.group_verdicts if v.group == duration}
        assert found == words
    text = said(look("big", "return to running", by="symptom_duration", condition="pfps"))
    assert "By week 12: Another clinic's article says more than half" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    for verdict in summary.group_verdicts:
        if verdict.benchmark_id == "pfps-8-12-weeks":
            assert re.search(rf"\*\*{verdict.verdict}\*\*: [^;]*{group_label(verdict.group)}", text)


@pytest.mark.parametrize("choices", [{"by": "symptom_duration"}, {"by": "none", "condition": "pfps"}])
def test_only_groups_of_one_condition_are_beside_what_is_quoted(look: Visit, choices: dict[str, str]):
    assert "For whom is it in line" not in said(look("big", "return to running", **choices))
