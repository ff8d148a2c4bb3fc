"""FHIR files as resources, and the ids, references and dateTimes in them.

Patient and Practitioner resources are never read: of a reference only the id is kept, and of a reference that
searches (Patient?identifier=…) nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from etl.errors import FileStop
from etl.readers.fhir_codes import at, each, word
from etl.readers.json_stream import document_of, items_of, lines_of

Json = Any
_READ_BUNDLES = {"collection", "transaction", "batch", "searchset", "document", "message", ""}
_NOT_MEANT = {"entered-in-error", "refuted", "cancelled", "planned", "waitlist"}
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True)
class Resource:
    """A resource with its line and the ids by which others may refer to it."""

    line: int
    body: dict[str, Json]
    ids: frozenset[str]

    @property
    def kind(self) -> str:
        """Like Condition."""
        return word(self.body.get("resourceType"))

    @property
    def id(self) -> str:
        """The resource's own id, else that of its entry."""
        own = word(self.body.get("id"))
        return own if own in self.ids else min(self.ids, default="")


def resources_of(path: Path) -> Iterator[Resource]:
    """The resources of a bundle, of a file with one resource, or of an ndjson file.

    Raises
    ------
    FileStop
        if it is not JSON, or a bundle of a type that holds no records.
    """
    if path.suffix.lower() == ".json":
        yield from _of_document(path)
        return
    for line, document in lines_of(path):
        yield from _of_value(line, document)


def _of_document(path: Path) -> Iterator[Resource]:
    top: dict[str, Json] = {}
    for item in items_of(path):
        if item.key == "entry":
            yield from _of_entry(item.line, item.value)
        elif item.key == "":
            yield from _of_value(item.line, item.value)
        elif isinstance(item.value, str):
            top[item.key] = item.value
    if top.get("resourceType") == "Bundle":
        _check_bundle(top)
    elif top:
        yield from _of_value(1, document_of(path))


def _of_value(line: int, value: Json) -> Iterator[Resource]:
    if at(value, "resourceType") == "Bundle":
        _check_bundle(value)
        for entry in each(value.get("entry")):
            yield from _of_entry(line, entry)
    elif word(at(value, "resourceType")):
        yield Resource(line, value, _ids(value.get("id")))


def _of_entry(line: int, entry: Json) -> Iterator[Resource]:
    body = at(entry, "resource")
    if isinstance(body, dict) and at(entry, "search", "mode") != "outcome":
        yield Resource(line, body, _ids(body.get("id"), id_in(entry.get("fullUrl"))))


def _ids(*found: Json) -> frozenset[str]:
    return frozenset(text for text in map(word, found) if _ID.fullmatch(text))


def _check_bundle(bundle: dict[str, Json]) -> None:
    if word(bundle.get("type")) not in _READ_BUNDLES:
        raise FileStop("bundle_type")


def id_in(reference: Json) -> str:
    """The id at the end of a reference or address; "" for one that searches."""
    text = word(reference).split("/_history/")[0]
    last = re.split("[/:]", text)[-1]
    return last if "?" not in text and _ID.fullmatch(last) else ""


def subject_of(body: Json) -> str:
    """The patient's id."""
    return id_in(at(body, "subject", "reference") or at(body, "patient", "reference"))


def is_meant(body: Json) -> bool:
    """False for what was entered in error, refuted, or never began."""
    verification = [word(c.get("code")) for c in each(at(body, "verificationStatus", "coding"))]
    return not {word(at(body, "status")), *verification} & _NOT_MEANT


def day_of(stamp: Json, zone: tzinfo | None) -> str:
    """The day of a dateTime: as written, or in the clinic's time zone if declared. YYYY and YYYY-MM stay."""
    text = word(stamp)
    if not _STAMP.match(text):
        return text
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text[:10]
    return (moment.astimezone(zone) if zone and moment.tzinfo else moment).date().isoformat()
