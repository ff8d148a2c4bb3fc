"""Pages: process time of every section and every question of a page, nothing cached, on a network of five tables."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from sqlalchemy import Connection, Engine, select

from perf.care_files import AS_OF, BUSY_THERAPIST, write_network

REPEATS = 3
CLINIC = "main"
Ask = Callable[[Connection], object]


def sections() -> dict[str, Ask]:
    """What each page of outcomes asks for, everybody and without filters."""
    from dashboard.question import ask
    from dashboard.sections.completeness import completeness_section
    from dashboard.sections.follow_up import follow_up_section
    from dashboard.sections.intake_periods import intake_periods_section
    from dashboard.sections.pain_scales import PainOf, pain_section
    from dashboard.sections.quality import quality_section
    from dashboard.sections.relapse import relapse_section
    from dashboard.sections.retention import retention_section
    from dashboard.sections.treatment import treatment_section
    from dashboard.sections.trends import trends_section
    from dashboard.sections.units import units_section
    from dashboard.sections.visits import visits_section
    from dashboard.summary import outcome_summary
    from sql.cohort import Cohort, Scope
    from sql.queries.score_rows import AskedScale

    scope, cohort = Scope("clinic"), Cohort()
    built: dict[str, Callable[..., object]] = {
        "Return to running: does it last?": relapse_section,
        "Return to running: by intake": intake_periods_section,
        "Return to running: where we lose people": retention_section,
        "Return to running: how sure?": follow_up_section,
        "Pain and function: one scale": PainOf(AskedScale("NPRS", "usual_week")),
        "Trends": trends_section,
        "Therapists and sites": units_section,
        "Assessment and treatment": treatment_section,
        "Assessment and treatment: visits": visits_section,
        "Data: completeness": completeness_section,
        "Data: records to check": quality_section,
        "JSON only: every scale of pain": pain_section,
    }

    def asked(build: Callable[..., object]) -> Ask:
        return lambda connection: build(connection, ask(connection, scope, cohort))

    summary = {
        "Overview": lambda connection: outcome_summary(connection, scope, cohort, by="condition"),
    }
    return {**summary, **{name: asked(build) for name, build in built.items()}}


def patients(connection: Connection) -> dict[str, Ask]:
    """What the pages about patients ask for, for the therapist with about 400 open episodes."""
    from dashboard.patients.alike import alike, expected_range
    from dashboard.patients.asking import questions
    from dashboard.patients.caseload import caseload
    from dashboard.patients.clinic_rules import clinic_rules
    from dashboard.patients.own_figures import own_figures
    from sql.cohort import Scope
    from sql.queries.caseload import token_of_code
    from sql.queries.episode import episode_record
    from sql.schema import episode

    own = (CLINIC, BUSY_THERAPIST)
    scope, owner = Scope("clinic", own=own), Scope("clinic")
    rules = clinic_rules(connection, CLINIC, AS_OF)
    if rules is None:
        raise SystemExit("nothing is loaded")
    found = caseload(connection, scope, rules, own).standings
    token, code = found[0].case.token, found[0].case.short_code
    first = connection.scalar(select(episode.c.condition).where(episode.c.token == token)) or "pfps"
    return {
        f"Caseload, {len(found)} open episodes": lambda c: caseload(c, scope, rules, own),
        "To ask": lambda c: questions(c, scope, rules, own),
        "Own figures": lambda c: own_figures(c, scope, rules, own),
        "Search": lambda c: token_of_code(c, scope, code),
        "Patient": lambda c: episode_record(c, scope, token),
        "Patient: outlook": lambda c: alike(c, owner, CLINIC, first, "usual_week"),
        "Patient: expected range": lambda c: expected_range(
            c, owner, CLINIC, first, "up_to_4_months", "usual_week"
        ),
    }


def entry(engine: Engine) -> float:
    """Process seconds of saving one score from the patient page."""
    from dashboard.patients.caseload import caseload
    from dashboard.patients.clinic_rules import clinic_rules
    from sql.cohort import Scope
    from sql.engine import reading, writing
    from sql.writes.clinic_entry import write_score
    from sql.writes.journal import Writing

    with reading(engine) as connection:
        rules = clinic_rules(connection, CLINIC, AS_OF)
        if rules is None:
            raise SystemExit("nothing is loaded")
        case = caseload(connection, Scope("clinic"), rules, (CLINIC, BUSY_THERAPIST)).standings[-1].case
    began = process_time()
    with writing(engine) as connection:
        journal = Writing(CLINIC, case.episode_id, "owner", datetime.now(UTC))
        write_score(connection, journal, "usual_week", 4, AS_OF)
    return process_time() - began


def measure(url: str) -> dict[str, float]:
    """Median process seconds of each question, on a connection of its own, as the dashboard's process asks them."""
    from sql.engine import open_engine, reading
    from sql.scale_courses import prepare_courses

    engine = open_engine(url)
    began = process_time()
    prepare_courses(engine)
    result = {"Preparing once after a load": process_time() - began}
    with reading(engine) as connection:
        asks = {**sections(), **patients(connection)}
    gc.freeze()  # as dashboard/pages/parts/readers.py does
    for name, question in asks.items():
        times = []
        for _ in range(REPEATS):
            with reading(engine) as connection:
                began = process_time()
                question(connection)
                times.append(process_time() - began)
        result[name] = median(times)
    return {**result, "Patient: saving a score": entry(engine)}


def load(folder: Path, url: str, episodes: int) -> None:
    """Make the network and load it."""
    from etl.load import LoadRequest
    from etl.load import load as load_files
    from etl.sources import find_sources
    from sql.store import create_or_upgrade

    write_network(folder, episodes=episodes)
    report = load_files(create_or_upgrade(url), LoadRequest(find_sources([folder]), today=AS_OF, as_of=AS_OF))
    if report.status != "loaded" or report.rejected:
        raise SystemExit(f"the load was not clean: {report.status}, {report.rejected} rejected")


def in_a_process(folder: Path, url: str, episodes: int) -> dict[str, float]:
    """Load and measure in a process of its own, as the other tables are."""
    done = subprocess.run(
        [sys.executable, "-m", "perf.pages", str(folder), url, str(episodes)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    _, name, address, number = sys.argv
    if int(number):
        load(Path(name), address, int(number))
    print(json.dumps(measure(address)))
