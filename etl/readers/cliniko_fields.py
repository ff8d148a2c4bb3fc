"""The fields of one Cliniko record that may leave the reader, as text by column.

What may leave is listed, not what may not: codes, stamps, numbers, yes and no, and words from closed lists.
Names, contact details, notes and typed answers stay behind unless a mapping asks for the column by name.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from etl.readers.plain import decimal_text

Json = Any
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LINK = re.compile(r"/([a-z_]+)/([0-9A-Za-z-]+)(?:\?[^/]*)?$")
_SEX = re.compile(r"female|male|other|unknown|not specified", re.IGNORECASE)
# Words that a clinic chose for its own use, not for a patient.
_CLINIC_WORDS = {
    "appointment_types": {"name", "category"},
    "businesses": {"time_zone"},
    "patient_forms": {"name"},
    "treatment_notes": {"title"},
}
_FLAGS = ("arrived", "patient_arrived", "did_not_arrive", "closed", "draft", "cancellation_reason", "sex")
_CHOICES = ("radiobuttons", "checkboxes")


class Flat:
    """A record's cells by column. `left_behind` is true if a text was not let through."""

    def __init__(self, kind: str, record: dict[str, Json], wanted: frozenset[str]) -> None:
        self._kind = kind
        self._wanted = {_plain(name) for name in wanted}
        self._words = _CLINIC_WORDS.get(kind, set())
        self.cells: dict[str, str] = {}
        self.left_behind = False
        for name, value in record.items():
            self._add(name, value)

    def _add(self, name: str, value: Json) -> None:
        match value:
            case None if self._is_column(name):
                self.cells[name] = ""
            case bool():
                self.cells[name] = "true" if value else "false"
            case int():
                self.cells[name] = str(value)
            case Decimal():
                self.cells[name] = decimal_text(value)
            case str():
                self._add_text(name, value)
            case dict() if name in ("content", "custom_fields"):
                self._add_answers(value, closed=name == "content")
            case dict():
                self._add_link(name, value)
            case list():
                self._add_list(name, value)

    def _is_column(self, name: str) -> bool:
        """Whether an empty field is a column all the same: mostly empty ones must not come and go."""
        known = name in self._words or name in _FLAGS or _plain(name) in self._wanted
        return known or name.endswith(("_at", "_date"))

    def _add_text(self, name: str, text: str) -> None:
        if self._may_leave(name, text) or (not text and self._is_column(name)):
            self.cells[name] = text
        else:
            self.left_behind = self.left_behind or bool(text)

    def _may_leave(self, name: str, text: str) -> bool:
        if name == "id":
            return bool(_CODE.fullmatch(text))
        if name.endswith(("_at", "_date")):
            return bool(_STAMP.fullmatch(text))
        safe_sex = name == "sex" and bool(_SEX.fullmatch(text))
        return safe_sex or name in self._words or _plain(name) in self._wanted

    def _add_link(self, name: str, value: dict[str, Json]) -> None:
        """{"links": {"self": ".../patients/82"}} as patient_id 82; a link to a list says nothing."""
        kind, code = linked_record(value.get("links"))
        if kind and name != "links" and kind not in ("v1", "v2"):
            self.cells[f"{name}_id"] = code

    def _add_list(self, name: str, values: list[Json]) -> None:
        if name.endswith("_ids"):
            self.cells[name] = ";".join(str(v) for v in values if _CODE.fullmatch(str(v)))
        elif _plain(name) in self._wanted:
            numbers = [v.get("number") for v in values if isinstance(v, dict)]
            self.cells[name] = ";".join(n for n in numbers if isinstance(n, str))
        else:
            self.left_behind = self.left_behind or bool(values)

    def _add_answers(self, content: dict[str, Json], *, closed: bool) -> None:
        """Questions of a note or form: ticked words, and typed ones if asked for. Own fields of a patient."""
        for section in _dicts(content.get("sections")):
            for question in (*_dicts(section.get("questions")), *_dicts(section.get("fields"))):
                name = " ".join(str(question.get("name", "")).split())
                asked_for = _plain(name) in self._wanted
                if question.get("type") in _CHOICES and (closed or asked_for):
                    self.cells[self._free(name, section)] = _ticked(question, with_other=asked_for)
                elif asked_for:
                    typed = question.get("answer", question.get("value"))
                    self.cells[self._free(name, section)] = typed if isinstance(typed, str) else ""
                else:
                    self.left_behind = True

    def _free(self, name: str, section: dict[str, Json]) -> str:
        """The question as column; with its section before it, or a number behind, where that is taken."""
        longer = f"{section.get('name', '')}: {name}"
        names = (name, longer, *(f"{longer} ({n})" for n in range(2, 1000)))
        return next(candidate for candidate in names if candidate not in self.cells)


def _ticked(question: dict[str, Json], *, with_other: bool) -> str:
    """Chosen answers with `;` between; what was typed beside "other" only if asked for."""
    options = (*_dicts(question.get("answers")), *_dicts(question.get("options")))
    words = [str(option.get("value", option.get("name", ""))) for option in options if option.get("selected")]
    other = question.get("other")
    if isinstance(other, dict) and other.get("selected"):
        words.append(str(other.get("value", "other")) if with_other else "other")
    return ";".join(words)


def linked_record(links: Json) -> tuple[str, str]:
    """Kind and code at the end of a link to one record; ("", "") for any other link."""
    address = links.get("self") if isinstance(links, dict) else None
    found = _LINK.search(address) if isinstance(address, str) else None
    return (found[1], found[2]) if found and any(map(str.isdigit, found[2])) else ("", "")


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _plain(name: str) -> str:
    """Names as mappings compare them."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
