"""Identifiers planted in every place appear nowhere: no output, error, report, table or byte of the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import Row, make_episode, make_score, write_clinic, write_table
from sqlalchemy import Engine, make_url

from dashboard.cli import main
from sql.engine import open_engine
from sql.schema import metadata

EMAIL = "zebedee.quill@planted.example"
PHONE = "07700 900461"
PLUS_PHONE = "+44 7700 900462"
POSTCODE = "ZE1 0QU"
HEALTH_NUMBER = "9434765919"
SPACED_HEALTH_NUMBER = "943 476 5870"
NAME = "Zebedee Quentin Quillfeather"
BIRTH = "1987-03-02"
PLANTED = (EMAIL, PHONE, PLUS_PHONE, POSTCODE, HEALTH_NUMBER, SPACED_HEALTH_NUMBER, NAME, BIRTH)
TRACES = (
    *PLANTED,
    *(text.replace(" ", "") for text in PLANTED),
    *(word.lower() for word in NAME.split()),
    *NAME.split(),
    "planted.example",
    "900461",
    "900462",
)
RANDOM = re.compile("[0-9a-f]{32,}")

Place = Callable[[Path, str], list[str]]
"""Writes files with a planted text and returns the arguments of `load`."""


def rows() -> list[Row]:
    return [make_episode(f"E{n}", patient_id=f"P{n}") for n in range(12)]


def in_column(column: str, *, many: bool = False) -> Place:
    def write(folder: Path, text: str) -> list[str]:
        episodes = rows()
        for number, row in enumerate(episodes):
            if number == 5 or many:
                row[column] = text
        write_clinic(folder, episodes=[{column: "", **row} for row in episodes])
        return [str(folder)]

    return write


def in_score_column(column: str) -> Place:
    def write(folder: Path, text: str) -> list[str]:
        scores = [make_score(f"E{n}") for n in range(12)]
        scores[4][column] = text
        write_clinic(folder, episodes=rows(), scores=[{"score_id": "", **row} for row in scores])
        return [str(folder)]

    return write


def in_header(folder: Path, text: str) -> list[str]:
    write_clinic(folder, episodes=[{**row, text: "x"} for row in rows()])
    return [str(folder)]


def in_header_twice(folder: Path, text: str) -> list[str]:
    write_clinic(folder, episodes=rows())
    content = (folder / "episodes.csv").read_text().splitlines()
    (folder / "episodes.csv").write_text("\n".join(f"{line},{text},{text}" for line in content))
    return [str(folder)]


def instead_of_a_header(folder: Path, text: str) -> list[str]:
    write_clinic(folder, episodes=rows())
    content = (folder / "episodes.csv").read_text().splitlines()
    content[0] = ",".join([text] * 8)
    (folder / "episodes.csv").write_text("\n".join(content))
    return [str(folder)]


def in_file_name(folder: Path, text: str) -> list[str]:
    folder.mkdir()
    return [str(write_table(folder / f"{text}.csv", rows()))]


def in_folder_name(folder: Path, text: str) -> list[str]:
    folder = folder / text
    folder.mkdir(parents=True)
    (folder / "other.csv").write_text("a,b\n1,2\n")
    return [str(folder)]


def in_a_broken_row(folder: Path, text: str) -> list[str]:
    write_clinic(folder, episodes=rows())
    with (folder / "episodes.csv").open("a") as file:
        file.write(f"{text},{text}\n")
    return [str(folder)]


def with_a_control_character(folder: Path, text: str) -> list[str]:
    return in_column("therapist")(folder, text + "\x07")


def in_manifest(folder: Path, text: str) -> list[str]:
    write_clinic(folder, episodes=rows())
    (folder / "manifest.json").write_text(f'{{"mode": "{text}"}}')
    return [str(folder)]


MAPPING = """
[files.visits]
match = ["*.csv"]
table = "episodes"
[files.visits.columns]
episode_id = {{ from = "id" }}
condition = {{ const = "pfps" }}
first_visit_date = {{ from = "day" }}
therapist = {{ {therapist} }}
site = {{ {site} }}
"""


def by_mapping(folder: Path, cells: list[Row], **columns: str) -> list[str]:
    folder.mkdir()
    write_table(folder / "export.csv", cells)
    rules = {"therapist": 'const = "T1"', "site": 'const = "main"', **columns}
    (folder / "my.toml").write_text(MAPPING.format(**rules))
    return [str(folder / "export.csv"), "--mapping", str(folder / "my.toml")]


def exported(text: str) -> list[Row]:
    cells = [{"id": f"E{n}", "day": "2024-01-08", "who": "Ann", "extra": ""} for n in range(12)]
    cells[5] |= {"who": text, "extra": text}
    return cells


def in_mapping_constant(folder: Path, text: str) -> list[str]:
    return by_mapping(folder, exported("x"), site=f'const = "{text}"')


def in_mapped_column(folder: Path, text: str) -> list[str]:
    return by_mapping(folder, exported(text), therapist='from = "who", map = { "Ann" = "T1" }')


def in_mapped_to(folder: Path, text: str) -> list[str]:
    return by_mapping(
        folder, exported("x"), therapist=f'from = "who", map = {{ "Ann" = "{text}", "x" = "T2" }}'
    )


def in_map_of_words(folder: Path, text: str) -> list[str]:
    return by_mapping(folder, exported("x"), therapist=f'from = "who", map = {{ "{text}" = "T 1" }}')


def in_unmapped_column(folder: Path, text: str) -> list[str]:
    return by_mapping(folder, exported(text))


def in_mapped_header(folder: Path, text: str) -> list[str]:
    cells = [{**row, text: "x"} for row in exported("Ann")]
    return by_mapping(folder, cells, therapist=f'from = "{text}"')


def in_mapping_file_name(folder: Path, text: str) -> list[str]:
    argv = by_mapping(folder, exported("Ann"))
    (folder / f"{text}.toml").write_text("[files")
    return [argv[0], "--mapping", str(folder / f"{text}.toml")]


PLACES: dict[str, Place] = {
    "episode_id": in_column("episode_id"),
    "patient_id": in_column("patient_id"),
    "every patient_id": in_column("patient_id", many=True),
    "therapist": in_column("therapist"),
    "site": in_column("site"),
    "condition": in_column("condition"),
    "age_band": in_column("age_band"),
    "onset_date": in_column("onset_date"),
    "weekly_km_before": in_column("weekly_km_before"),
    "unknown column": in_column("extra"),
    "unknown column throughout": in_column("extra", many=True),
    "score value": in_score_column("value"),
    "score_id": in_score_column("score_id"),
    "instrument": in_score_column("instrument"),
    "header": in_header,
    "header twice": in_header_twice,
    "no header": instead_of_a_header,
    "file name": in_file_name,
    "folder name": in_folder_name,
    "broken row": in_a_broken_row,
    "control character": with_a_control_character,
    "manifest": in_manifest,
    "mapping constant": in_mapping_constant,
    "mapped column": in_mapped_column,
    "result of a map": in_mapped_to,
    "word of a map": in_map_of_words,
    "unmapped column": in_unmapped_column,
    "mapped header": in_mapped_header,
    "name of the mapping": in_mapping_file_name,
}
# A date may stand in a date column and in a file's name, and nobody can tell that it is a birthday.
ALLOWED = {
    (place, BIRTH)
    for place in ("onset_date", "file name", "folder name", "name of the mapping", "word of a map")
}


def traces_in(text: str) -> list[str]:
    """Not within random tokens and hashes, where six digits stand by chance once in a thousand runs."""
    told = RANDOM.sub("", text)
    return [trace for trace in TRACES if trace in told]


def texts_of_store(url: str) -> str:
    """Every cell of every table, and on SQLite every byte of the file and its log."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = [str(row) for table in metadata.tables.values() for row in connection.execute(table.select())]
    engine.dispose()
    database = make_url(url).database
    if engine.dialect.name == "sqlite" and database:
        files = [Path(database), Path(database + "-wal")]
        found += [file.read_bytes().decode("latin-1") for file in files if file.exists()]
    return "\n".join(found)


@pytest.fixture
def _one_engine(engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command opens the store through the same engine: compiling its statements anew takes a third of a load."""

    def open_once(url: str) -> Engine:
        if url not in engines:
            engines[url] = open_engine(url)
        return engines[url]

    monkeypatch.setattr("sql.store.open_engine", open_once)


@pytest.mark.usefixtures("_one_engine")
@pytest.mark.parametrize("place", PLACES)
def test_what_is_planted_appears_nowhere(place, store_url, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    environ = {"RETURN_TO_RUN_DATABASE_URL": store_url}
    for number, text in enumerate(PLANTED):
        if (place, text) in ALLOWED:
            continue
        argv = PLACES[place](tmp_path / f"in{number}", text)
        for options in (["--check"], [], ["--json", "--max-rejected", "1"]):
            code = main(["load", *argv, *options], environ)
            assert code in (0, 1, 2, 3, 4), (place, text)
    for command in (
        ["loads"], ["loads", "--json"], ["rejects"], ["rejects", "--json"], ["rejects", "--csv", "rejects.csv"],
        ["replay", "1", "in0"], ["summary"],
    ):  # fmt: skip
        main(command, environ)
    shown = "".join(capfd.readouterr())
    assert traces_in(shown) == []
    assert traces_in(texts_of_store(store_url)) == []
    assert traces_in(Path("rejects.csv").read_text()) == []


@pytest.mark.parametrize("text", [EMAIL, PHONE, POSTCODE, NAME])
@pytest.mark.parametrize("place", ["episode_id", "patient_id", "therapist", "site", "score_id"])
def test_a_sure_identifier_in_a_code_column_is_exit_4(place, text, tmp_path):
    argv = PLACES[place](tmp_path / "in", text)
    assert main(["load", *argv], {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}) == 4


@pytest.mark.parametrize("text", PLANTED)
def test_an_inbox_with_planted_identifiers_reports_without_them(text, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    in_column("patient_id", many=True)(tmp_path / "inbox", text)
    assert main(["load", "--inbox", "inbox"], environ) == 4
    (report,) = Path("inbox/failed").rglob("report.json")
    assert traces_in(report.read_text()) == []
    assert traces_in("".join(capfd.readouterr())) == []
