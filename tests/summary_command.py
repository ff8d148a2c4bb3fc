"""What `return-to-run summary --json` says, for tests that hold it against pages and reports."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

from dashboard.cli import main


def summary_json(url: str, *options: str) -> dict[str, Any]:
    """The answer of a store."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["summary", *options, "--json"], {"RETURN_TO_RUN_DATABASE_URL": url}) == 0
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer
