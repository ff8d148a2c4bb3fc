"""About how many rows a file has, before it is read."""

import gzip

import pandas as pd
from builders import make_score, write_table

from etl.readers import rows_about


def test_text_tells_by_its_lines_and_parquet_by_its_footer(tmp_path):
    path = write_table(tmp_path / "scores.csv", [make_score(f"E{n}") for n in range(7)])
    assert rows_about(path) == 8
    pd.DataFrame({"a": range(5)}).to_parquet(tmp_path / "scores.parquet")
    assert rows_about(tmp_path / "scores.parquet") == 5


def test_others_tell_nothing(tmp_path):
    (tmp_path / "scores.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    (tmp_path / "scores.xlsx").write_bytes(b"PK")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    for name in ("scores.csv.gz", "scores.xlsx", "broken.parquet"):
        assert rows_about(tmp_path / name) is None
