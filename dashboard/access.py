"""Who reads: from a reader to the Scope of every question. Sign-in will make the same readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sql.cohort import Audience, Scope

Role = Literal["owner", "therapist"]


@dataclass(frozen=True)
class Reader:
    """A person in front of the dashboard. A therapist is (clinic, code)."""

    role: Role = "owner"
    therapist: tuple[str, str] | None = None

    @property
    def holds_the_record(self) -> bool:
        """Whether clinic figures may be exact: a therapist's colleagues' patients are not theirs."""
        return self.role == "owner"

    @property
    def label(self) -> str:
        """How the audit names the reader."""
        return self.role if self.therapist is None else f"{self.role} {self.therapist[1]}"


def scope_of(reader: Reader, audience: Audience) -> Scope:
    """What the reader's questions may reach. Clinic figures for a therapist are the shared ones."""
    if reader.role == "therapist" and reader.therapist is not None:
        clinic, _ = reader.therapist
        return Scope("sharing", clinics=(clinic,), own=reader.therapist)
    return Scope(audience)
