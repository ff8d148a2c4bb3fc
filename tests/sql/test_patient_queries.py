"""Lists of patients and their flags, recomputed in plain Python from the rows of the files, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from builders import Row, fresh_file, load_tables, make_episode, make_running, make_score, rows_of
from sqlalchemy import Connection, Engine, text

from dashboard.patients.asking import questions
from dashboard.patients.caseload import caseload
from dashboard.patients.clinic_rules import ClinicRules, clinic_rules
from dashboard.patients.own_figures import own_figures
from dashboard.patients.rule_people import list_under_rule
from dashboard.patients.rule_shares import rule_shares
from sql.cohort import Cohort, Scope
from sql.engine import open_engine, reading
from sql.queries import alike_counts as alike_query
from sql.queries import caseload as caseload_query
from sql.queries import episode as episode_query
from sql.queries import own_counts as own_query
from sql.queries import to_ask as to_ask_query
from sql.queries.audit_lines import audit_lines
from sql.queries.caseload import token_of_code, tokens_of_number

DAY = date(2024, 12, 31)
MINE = ("main", "T1")
OWN = Scope("sharing", clinics=("main",), own=MINE)
OWNER = Scope("clinic")
RETURNED = ("running_without_pain", "back_to_usual")
Files = tuple[list[Row], list[Row], list[Row]]


@pytest.fixture(scope="module")
def files() -> Files:
    chance = random.Random(7)
    episodes = [invented(f"E{n}", chance) for n in range(160)]
    scores, running = [], []
    for e in episodes:
        first = date.fromisoformat(e["first_visit_date"])
        for offset in sorted({0, *(chance.randrange(0, 320) for _ in range(chance.randrange(6)))}):
            on = first + timedelta(offset)
            if on <= DAY and chance.random() < 0.9:
                value = chance.randrange(11)
                scores.append(make_score(e["episode_id"], scored_on=on.isoformat(), value=str(value)))
        for offset in sorted({chance.randrange(1, 330) for _ in range(chance.randrange(5))}):
            on = first + timedelta(offset)
            if on <= DAY:
                status = chance.choice(
                    ["not_running", "running_with_pain", *RETURNED, "running_without_pain"]
                )
                running.append(make_running(e["episode_id"], reported_on=on.isoformat(), status=status))
    return episodes, scores, running


def invented(code: str, chance: random.Random) -> Row:
    first = DAY - timedelta(chance.randrange(400))
    discharged = chance.random() < 0.4
    left = min(first + timedelta(chance.randrange(20, 120)), DAY).isoformat() if discharged else ""
    stopped = chance.random() < 0.1
    flag = chance.random() < 0.1
    return make_episode(
        code,
        patient_id=f"P{code}",
        first_visit_date=first.isoformat(),
        therapist=chance.choice(["T1", "T1", "T2"]),
        goal=chance.choice(["running", "running", "running", "gym"]),
        discharge_date=left,
        discharge_reason=chance.choice(["goals_met", "lost_to_follow_up", "other"]) if discharged else "",
        stopped_date=first.isoformat() if stopped else "",
        stopped_reason=chance.choice(["surgery", "moved_away"]) if stopped else "",
        red_flag="night_pain" if flag else "",
        red_flag_cleared_date=chance.choice(["", first.isoformat()]) if flag else "",
        last_contact_date=min(first + timedelta(chance.randrange(200)), DAY).isoformat(),
    )


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, files: Files
) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("patients")
    if request.param == "sqlite":
        url = fresh_file(folder / "store.db", request.getfixturevalue("sqlite_template"))
    else:
        server = request.getfixturevalue("postgresql_server")
        server.create("rtr_patients", template=request.getfixturevalue("postgresql_template"))
        url = server.address("rtr_patients")
    engine = open_engine(url)
    report = load_tables(
        engine,
        folder / "files",
        episodes=files[0],
        scores=files[1],
        running=files[2],
        request={"as_of": DAY},
    )
    assert report.exit_code == 0
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        server.drop("rtr_patients")


def rules(connection: Connection) -> ClinicRules:
    found = clinic_rules(connection, "main", DAY)
    assert found is not None
    return found


# --- the lists in plain Python --------------------------------------------------------------------------------------


class Naive:
    """One episode of the files, counted by hand in days since its first visit."""

    def __init__(self, e: Row, files: Files) -> None:
        self.e, self.first = e, date.fromisoformat(e["first_visit_date"])
        mine = [row for row in files[1] if row["episode_id"] == e["episode_id"]]
        told = [row for row in files[2] if row["episode_id"] == e["episode_id"]]
        self.scores = [(self.on(row["scored_on"]), float(row["value"])) for row in mine]
        self.told = [(self.on(row["reported_on"]), row["status"]) for row in told]
        self.day = (DAY - self.first).days
        self.left = self.on(e["discharge_date"]) if e["discharge_date"] else None
        lost = e["discharge_reason"] == "lost_to_follow_up"
        contacts = [0, self.on(e["last_contact_date"]), *(day for day, _ in self.scores + self.told)]
        self.last = max([*contacts, *([self.left] if self.left is not None and not lost else [])])
        self.flag = bool(e["red_flag"]) and not e["red_flag_cleared_date"]
        self.back: int | None = None
        self.pain: int | None = None
        for day, status in self.told:
            if status in RETURNED and (self.back is None or self.pain is not None):
                self.back, self.pain = day, None
            elif status == "running_with_pain" and self.back is not None and self.pain is None:
                self.pain = day

    def on(self, day: str) -> int:
        return (date.fromisoformat(day) - self.first).days

    @property
    def is_listed(self) -> bool:
        heard_of = self.last >= self.day - 84 or self.flag
        return self.left is None and not self.e["stopped_date"] and heard_of

    def answered(self, since: int) -> bool:
        return any(day >= since for day, _ in self.told)

    def scored(self, since: int) -> bool:
        return any(day >= since for day, _ in self.scores)

    def checkpoint(self) -> tuple[str, int, int] | None:
        points = (("week 26", 182, 168), ("week 12", 84, 56), ("week 6", 42, 28))
        return next((point for point in points if self.day >= point[1]), None)

    def rule(self) -> str:
        if self.flag:
            return "red_flag"
        if self.back is not None:
            return self.rule_after_return(self.back)
        first = [value for day, value in self.scores if 0 <= day <= 7][:1]
        before = [value for day, value in self.scores if day == 0]
        baseline = (before or first or [None])[0]
        late = [value for day, value in self.scores if day >= 28]
        last_day = max((day for day, _ in self.scores), default=-1)
        if (
            baseline is not None
            and baseline >= 2
            and self.day >= 42
            and last_day >= 28
            and baseline - late[-1] < 2
        ):
            return "no_change"
        values = [value for _, value in self.scores]
        if len(values) >= 3 and values[-1] - values[-2] >= 2 and values[-2] - values[-3] >= 2:
            return "rising"
        point = self.checkpoint()
        if point and not self.scored(point[2]):
            return "score_due"
        if point and not self.answered(point[2]):
            return "running_due"
        if self.day - self.last >= 21:
            return "silent"
        return "watch" if self.day > 84 else "nothing_due"

    def rule_after_return(self, back: int) -> str:
        if self.pain is not None:
            return "pain_again"
        if self.day - back < 14:
            return "newly_back"
        name, due = ("check_6_months", 182) if self.day - back >= 182 else ("check_14_days", 14)
        if not self.answered(back + due):
            return name
        return "silent" if self.day - self.last >= 21 else "sustained"

    def question(self) -> tuple[str, int] | None:
        if self.e["stopped_date"] or self.e["goal"] != "running":
            return None
        found = self.question_after_return(self.back) if self.back is not None else self.question_before()
        return found if found and self.day - found[1] <= 365 else None

    def question_before(self) -> tuple[str, int] | None:
        if self.e["discharge_reason"] == "goals_met" and not self.answered((self.left or 0) + 1):
            return "goals_met", self.left or 0
        point = self.checkpoint()
        if point is None or (self.scored(point[2]) and self.answered(point[2])):
            return None
        return point[0].replace(" ", "_"), point[1]

    def question_after_return(self, back: int) -> tuple[str, int] | None:
        if self.pain is not None or self.day - back < 14:
            return None
        code, days = ("after_6_months", 182) if self.day - back >= 182 else ("after_14_days", 14)
        return None if self.answered(back + days) else (code, back + days)


@pytest.fixture(scope="module")
def naive(files: Files) -> list[Naive]:
    return [Naive(e, files) for e in files[0]]


# --- flags and questions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("therapist", ["T1", "T2"])
def test_every_flag_is_what_the_files_say(store, naive, therapist):
    with reading(store) as connection:
        found = caseload(connection, OWNER, rules(connection), ("main", therapist))
    expected = {
        one.e["episode_id"]: one.rule() for one in naive if one.is_listed and one.e["therapist"] == therapist
    }
    assert {one.case.episode_id: one.rule for one in found.standings} == expected
    assert len(expected) > 15


def test_the_people_under_a_rule_are_those_counted_and_the_look_is_in_the_audit(store, naive):
    """Every row of the rules' shares opens as many people as it says, the latest first visit first."""
    with reading(store) as connection:
        asked = rules(connection)
        shares = rule_shares(connection, OWNER, asked)
    assert shares.open == sum(one.is_listed for one in naive)
    for key, n in shares.leading.items():
        listed = list_under_rule(store, "owner", OWNER, asked, key, at=datetime(2024, 12, 31, 9))
        assert (listed.total, len(listed.people)) == (n, n), key
        firsts = [datetime.strptime(person.first_visit, "%d %B %Y") for person in listed.people]  # noqa: DTZ007
        assert firsts == sorted(firsts, reverse=True)
        with reading(store) as connection:
            line = audit_lines(connection, "main")[0]
        assert (line.action, line.subject, line.rows) == ("people_listed", f"caseload:{key[1]}", n)


def test_the_files_show_every_rule(naive):
    rules_there = {one.rule() for one in naive if one.is_listed}
    assert rules_there >= {
        "red_flag", "no_change", "rising", "score_due", "running_due", "silent", "check_14_days", "newly_back",
        "pain_again", "watch", "nothing_due",
    }  # fmt: skip


def test_whom_to_ask_what_is_what_the_files_say(store, naive):
    with reading(store) as connection:
        found = questions(connection, OWNER, rules(connection))
    expected = {one.e["episode_id"]: one.question() for one in naive if one.question() is not None}
    start = {one.e["episode_id"]: one.first for one in naive}
    assert {
        one.case.episode_id: (one.code, (one.due - start[one.case.episode_id]).days) for one in found
    } == expected
    assert {code for code, _ in expected.values()} == {
        "week_6", "week_12", "week_26", "after_14_days", "after_6_months", "goals_met",
    }  # fmt: skip


def test_own_figures_are_what_the_files_say(store, naive):
    with reading(store) as connection:
        found = own_figures(connection, OWN, rules(connection), MINE)
    mine = [one for one in naive if one.e["therapist"] == "T1"]
    since = (DAY - date(2024, 12, 1)).days
    first_return = [min((d for d, s in one.told if s in RETURNED), default=None) for one in mine]
    assert found.new == sum(one.day <= since for one in mine)
    assert found.discharged == sum(one.left is not None and one.day - one.left <= since for one in mine)
    assert found.returned == sum(
        back is not None and one.day - back <= since for one, back in zip(mine, first_return, strict=True)
    )
    listed = [one for one in mine if one.is_listed]
    assert found.open == len(listed)
    assert found.both == sum(one.scored(one.day - 20) and one.answered(one.day - 20) for one in listed)


# --- whose patients -------------------------------------------------------------------------------------------------


def test_a_therapist_is_given_their_own_patients_only(store, naive):
    with reading(store) as connection:
        mine = caseload(connection, OWN, rules(connection))
        asked = questions(connection, OWN, rules(connection))
        others = caseload(connection, OWN, rules(connection), ("main", "T2"))
    assert {one.case.therapist for one in mine.standings} == {"T1"}
    assert {one.case.therapist for one in asked} == {"T1"}
    assert others.standings == ()


@pytest.mark.parametrize(
    "scope",
    [
        Scope("sharing", clinics=("main",), own=("main", "T2")),
        Scope("sharing"),
        Scope("clinic", clinics=("other",)),
        Scope("clinic", sites=("elsewhere",)),
    ],
)
def test_who_does_not_treat_a_patient_is_told_nothing_of_them(store, scope):
    token, code, patient = rows_of(store, "episode", "token", "short_code", "patient_id", therapist="T1")[0]
    with reading(store) as connection:
        assert episode_query.episode_record(connection, scope, token) is None
        assert token_of_code(connection, scope, code) is None
        assert tokens_of_number(connection, scope, patient) == []
        assert episode_query.episode_record(connection, OWN, token) is not None
        assert token_of_code(connection, OWN, code) == token
        assert tokens_of_number(connection, OWN, patient) == [token]


def test_a_record_holds_every_row_of_its_episode(store, files):
    token, code = rows_of(store, "episode", "token", "episode_id", therapist="T1")[3]
    with reading(store) as connection:
        record = episode_query.episode_record(connection, OWN, token)
    assert record is not None
    mine = [row for row in files[1] if row["episode_id"] == code]
    assert [(row.scored_on.isoformat(), row.value) for row in record.scores] == [
        (row["scored_on"], float(row["value"])) for row in mine
    ]
    assert len(record.reports) == sum(row["episode_id"] == code for row in files[2])


# --- people alike ---------------------------------------------------------------------------------------------------


def band(value: float | None) -> str:
    return "none" if value is None else "0-3" if value < 3.5 else "4-6" if value < 6.5 else "7-10"


def test_people_alike_are_counted_by_the_pain_of_their_first_visit(store, naive):
    with reading(store) as connection:
        rows = alike_query.alike_counts(connection, OWNER, Cohort(), "usual_week")
    found: dict[str, int] = {}
    for row in rows:
        found[row.pain_band] = found.get(row.pain_band, 0) + row.episodes
    expected: dict[str, int] = {}
    for one in naive:
        if one.e["goal"] != "running" or one.flag:
            continue
        early = [(day != 0, day, value) for day, value in one.scores if day <= 7]
        name = band(min(early)[2] if early else None)
        expected[name] = expected.get(name, 0) + 1
    assert found == expected


def test_one_score_per_person_and_week_enters_the_range(store, naive):
    with reading(store) as connection:
        rows, started = alike_query.score_weeks(connection, OWNER, Cohort(), "usual_week")
    people = [one for one in naive if one.e["goal"] == "running" and not one.flag]
    expected: dict[tuple[int, float], int] = {}
    for one in people:
        weeks: dict[int, tuple[int, float]] = {}
        for day, value in one.scores:
            week = day // 7
            if week <= 26:
                weeks[week] = min(weeks.get(week, (day, value)), (day, value))
        for week, (_, value) in weeks.items():
            expected[week, value] = expected.get((week, value), 0) + 1
    assert {(week, value): n for week, value, n in rows} == expected
    assert started == len(people)


def test_either_scale_from_0_to_10_will_do(engine, tmp_path):
    scores = [
        make_score("E1", instrument="VAS10", value="2"),
        make_score("E2", instrument="VAS10", value="2"),
        make_score("E2", instrument="NPRS", value="8"),
        make_score("E3", instrument="VAS100", value="50"),
    ]
    load_tables(engine, tmp_path, episodes=[make_episode(f"E{n}") for n in (1, 2, 3)], scores=scores)
    with reading(engine) as connection:
        bands = alike_query.alike_counts(connection, OWNER, Cohort(), "usual_week")
        weeks, started = alike_query.score_weeks(connection, OWNER, Cohort(), "usual_week")
    assert sorted(row.pain_band for row in bands for _ in range(row.episodes)) == ["0-3", "7-10", "none"]
    assert (sorted(weeks), started) == ([(0, 2.0, 1), (0, 8.0, 1)], 3)


# --- plans ----------------------------------------------------------------------------------------------------------


def plan(connection: Connection, question: object) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    words = str(question.compile(connection, compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
    explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql((explain + words).replace("%", "%%")))


def statements(connection: Connection) -> dict[str, tuple[object, str]]:
    days = rules(connection).ask_days
    return {
        "caseload": (
            caseload_query.statement(OWN, day=DAY, open_days=84, therapist=None),
            "ix_episode_open",
        ),
        "an owner's": (
            caseload_query.statement(OWNER, day=DAY, open_days=84, therapist=MINE),
            "ix_episode_open",
        ),
        "to ask": (
            to_ask_query.statement(OWN, day=DAY, days=days, therapist=None),
            "ix_episode_outcome_therapist",
        ),
        "own counts": (own_query.statement(OWN, MINE, DAY, DAY), "ix_episode_outcome_therapist"),
        "token": (episode_query.statement(OWNER, "0" * 32), ""),
    }


@pytest.mark.parametrize("name", ["caseload", "an owner's", "to ask", "own counts", "token"])
def test_no_list_reads_the_whole_clinic(store, name):
    with reading(store) as connection:
        question, index = statements(connection)[name]
        words = plan(connection, question)
    if store.dialect.name == "sqlite":
        assert index in words
        assert "SCAN episode" not in words
    elif name.endswith(("caseload", "owner's")):
        assert "Seq Scan on episode" not in words
