"""Memory stays flat in the file's length: four times the rows take no more."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from part_reading import only_part

from etl.readers import cliniko, delimited, fhir, parquet, plain_blocks


def write(folder: Path, ending: str, rows: int) -> Path:
    path = folder / f"{rows}{ending}"
    match ending:
        case ".csv":
            path.write_text("a,b\n" + "".join(f"E{n},{n % 11}\n" for n in range(rows)))
        case ".parquet":
            pq.write_table(
                pa.table({"a": [f"E{n}" for n in range(rows)], "b": [n % 11 for n in range(rows)]}), path
            )
        case ".ndjson":
            record = (
                '{"resourceType": "Observation", "id": "O%d", "code": {"coding": [{"code": "72514-3"}]}}\n'
            )
            path.write_text("".join(record % n for n in range(rows)))
        case _:
            records = ",\n".join(f'{{"id": {n}}}' for n in range(rows))
            path.write_text(f'{{"attendees": [{records}]}}')
    return path


def peak(path: Path) -> int:
    tracemalloc.start()
    reader = only_part(path).open()
    reader.header()
    assert sum(len(chunk.lines) for chunk in reader.chunks()) == int(path.stem)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".ndjson", ".json"])
def test_four_times_the_rows_take_no_more_memory(tmp_path, monkeypatch, ending):
    for module in (cliniko, delimited, fhir, parquet):
        monkeypatch.setattr(module, "CHUNK_ROWS", 2_000)
    monkeypatch.setattr(plain_blocks, "BLOCK_BYTES", 16_000)
    peak(write(tmp_path, ending, 10))  # imports
    assert peak(write(tmp_path, ending, 24_000)) < 1.3 * peak(write(tmp_path, ending, 6_000))
