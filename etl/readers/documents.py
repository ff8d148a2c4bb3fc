"""JSON files: FHIR, or pages of the Cliniko API. Which, their beginning says."""

from __future__ import annotations

import re
from pathlib import Path

from etl.readers import Format, Part
from etl.readers.text import find_encoding, open_text

_BEGINNING = 1 << 16
_FHIR = re.compile(r'"resourceType"\s*:')


def document_parts(path: Path, declared: Format) -> list[Part]:
    """The parts of a JSON document.

    Raises
    ------
    FileStop
        if it is neither, or no JSON at all.
    """
    with open_text(path, find_encoding(path)) as file:
        beginning = file.read(_BEGINNING)
    if _FHIR.search(beginning):
        from etl.readers.fhir import fhir_parts

        return fhir_parts([path], declared)
    from etl.readers.cliniko import cliniko_parts

    return cliniko_parts(path, declared)
