"""From a Typst source and values to a PDF that is the same on every machine."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib
import typst

FONT_FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""DejaVu Sans comes with Matplotlib; Typst has no sans of its own."""


def typeset(name: str, values: dict[str, Any]) -> bytes:
    """The PDF of a source of this package; the values reach it as JSON, so that nothing in them is markup."""
    source: Any = files("dashboard.sheets").joinpath(f"{name}.typ").read_bytes()
    made: Any = typst.compile(
        source,
        format="pdf",
        font_paths=[str(FONT_FOLDER)],
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values)},
        timestamp=0,
    )
    return bytes(made)
