"""A store with the sample clinic, for pages of the documentation that show its figures."""

from __future__ import annotations

import pytest

from dashboard.cli import main
from etl.sample import write_sample


@pytest.fixture(scope="session")
def sample_clinic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a store with the sample clinic."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "files")
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{folder / 'sample.db'}"}
    assert main(["load", str(folder / "files")], environ) == 1  # a few rows are wrong on purpose
    return environ
