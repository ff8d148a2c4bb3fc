"""The load that was put together on the Import page: checked without a trace, then loaded, both databases."""

from __future__ import annotations

import gc
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from builders import load_tables, make_episode, make_score, rows_of, write_clinic

from dashboard.import_plan import Chosen, Plan, check, run
from dashboard.import_workspace import Workspace
from etl.errors import UsageError
from etl.pseudonym import Pseudonyms
from sql.engine import open_engine, reading
from sql.queries.loads import loads
from sql.schema import metadata

TODAY = date(2024, 12, 31)
ANSWERS = "Code;When;Pain\nP1;08.01.2024;6\nP1;09.02.2024;3\nP9;09.02.2024;3\n"
MATCH = """about = "answers"
[files.scores]
match = "*"
table = "scores"
format = { delimiter = ";" }
without_course = "leave_out"
[files.scores.columns]
patient_id = "Code"
scored_on = { from = "When", formats = ["%d.%m.%Y"] }
value = "Pain"
instrument = { const = "NPRS" }
context = { const = "usual_week" }
"""


class Upload(io.BytesIO):
    """A file as the browser sends it."""

    def __init__(self, name: str, content: bytes | str) -> None:
        super().__init__(content.encode() if isinstance(content, str) else content)
        self.name = name


def uploads(folder: Path) -> list[Upload]:
    return [Upload(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def workspace_of(*files: Upload) -> Workspace:
    workspace = Workspace()
    workspace.take_in(files)
    return workspace


def plan_of(workspace: Workspace, **more) -> Plan:
    chosen = tuple(
        Chosen(item, "as it is") if item.tables else Chosen(item, "mapping", "answers", MATCH)
        for item in workspace.items([])
    )
    return Plan(chosen, "main", TODAY, **more)


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = open_engine(url)
    with reading(engine) as connection:
        rows = {
            name: sorted(map(repr, connection.execute(table.select())))
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return rows


def test_what_is_new_updated_and_unchanged_is_counted_and_nothing_is_written(store_url, engine, tmp_path):
    load_tables(
        engine, tmp_path / "before", episodes=[make_episode("E1", patient_id="P1"), make_episode("E2")]
    )
    before = everything(store_url)
    folder = write_clinic(
        tmp_path / "now",
        episodes=[make_episode("E1", patient_id="P1"), make_episode("E2", side="left"), make_episode("E3")],
    )
    workspace = workspace_of(*uploads(folder), Upload("answers.csv", ANSWERS))
    outcome = check(store_url, plan_of(workspace), workspace.scratch, today=TODAY)
    assert outcome.loadable
    counts = {
        f.name: (f.rows_read, f.inserted, f.updated, f.unchanged, f.rejected, f.filtered)
        for f in outcome.report.files
    }
    # side is a column that the store had no value for: E1 and E3 stay empty, E2 changes
    assert counts == {"episodes.csv": (3, 1, 1, 1, 0, 0), "answers.csv": (3, 2, 0, 0, 0, 1)}
    assert everything(store_url) == before
    done = run(store_url, plan_of(workspace), workspace.scratch, lambda _name, _rows, _of: None, today=TODAY)
    assert done.report.status == "loaded"
    assert rows_of(engine, "score", "episode_id", "value") == [("E1", 3.0), ("E1", 6.0)]
    with reading(engine) as connection:
        assert [load.load_number for load in loads(connection, "main")] == [2, 1]


def test_checking_makes_no_store(tmp_path):
    url = f"sqlite:///{tmp_path / 'none.db'}"
    workspace = workspace_of(*uploads(write_clinic(tmp_path / "in", episodes=[make_episode()])))
    assert check(url, plan_of(workspace), workspace.scratch, today=TODAY).loadable
    assert not (tmp_path / "none.db").exists()


def test_too_many_refused_rows_are_seen_before_and_loaded_only_if_allowed(store_url, engine, tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode("E1"), make_episode("E2", condition="flu")])
    workspace = workspace_of(*uploads(folder))
    plan = plan_of(workspace)
    outcome = check(store_url, plan, workspace.scratch, today=TODAY)
    assert outcome.loadable
    assert outcome.too_many_refused
    refused = run(store_url, plan, workspace.scratch, lambda _n, _r, _of: None, today=TODAY)
    assert refused.report.status == "refused"
    allowed = run(store_url, plan.allowing(1.0), workspace.scratch, lambda _n, _r, _of: None, today=TODAY)
    assert (allowed.report.status, allowed.report.rejected) == ("loaded", 1)


def test_what_cannot_be_loaded_says_why(tmp_path):
    url = f"sqlite:///{tmp_path / 'none.db'}"
    workspace = workspace_of(*uploads(write_clinic(tmp_path / "in", scores=[make_score()])))
    outcome = check(url, plan_of(workspace), workspace.scratch, today=TODAY)
    assert not outcome.loadable
    assert outcome.error.startswith("The clinic's first load needs episodes")


def test_sample_and_real_files_are_no_one_load(tmp_path):
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    (folder / "manifest.json").write_text('{"sample": true, "as_of": "2024-10-31"}')
    workspace = workspace_of(*uploads(folder))
    assert workspace.manifest_day() == date(2024, 10, 31)
    assert plan_of(workspace).sources(workspace.scratch).sample
    workspace.take_in(
        [Upload("episodes.csv", (folder / "episodes.csv").read_bytes())]
    )  # another folder: no manifest
    with pytest.raises(UsageError, match="Sample data and real data"):
        plan_of(workspace).sources(workspace.scratch)


def test_a_zip_is_taken_apart_and_a_mapping_among_the_files_is_used(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("export/answers.csv", ANSWERS)
    workspace = workspace_of(
        Upload("all.zip", content.getvalue()), Upload("ours.toml", MATCH), Upload("no.toml", "x")
    )
    (item,) = workspace.items([])
    assert [(fit.mapping.kind, fit.mapping.name) for fit in item.fits] == [("given", "ours")]
    assert workspace.faults[0].startswith("given no: not TOML")


def test_names_of_files_lead_nowhere(tmp_path):
    workspace = workspace_of(
        Upload("../../evil.csv", "a,b\n1,2\n"),
        Upload("c:\\x\\evil.csv", "a,b\n"),
        Upload("x" * 300 + ".csv", "a"),
    )
    assert all(workspace.folder in path.resolve().parents for path in workspace.paths)
    assert len({*workspace.paths}) == 3


def test_the_files_are_removed_when_they_are_not_needed_any_more():
    workspace = workspace_of(Upload("a.csv", "a,b\n1,2\n"))
    folder = workspace.folder
    assert folder.stat().st_mode & 0o077 == 0
    workspace.close()
    assert not folder.exists()
    forgotten = workspace_of(Upload("a.csv", "a,b\n1,2\n"))
    folder = forgotten.folder
    del forgotten
    gc.collect()
    assert not folder.exists()


def test_another_key_or_day_is_another_plan(tmp_path):
    workspace = workspace_of(Upload("answers.csv", ANSWERS))
    one = plan_of(workspace)
    assert one.fingerprint == plan_of(workspace).fingerprint
    assert one.fingerprint != plan_of(workspace, repairs_dates=True).fingerprint
    assert one.fingerprint != plan_of(workspace, pseudonyms=Pseudonyms(b"k" * 32)).fingerprint
