"""Ids turned into codes that only the holder of a key can make again: base32 of HMAC-SHA256."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Mapping
from pathlib import Path

from etl.errors import UsageError

KEY_VARIABLE = "RETURN_TO_RUN_KEY"
KEY_FILE_VARIABLE = "RETURN_TO_RUN_KEY_FILE"
SHORTEST_KEY = 32
FINGERPRINT_LENGTH = 16


class Pseudonyms:
    """Turns ids into codes under one key; the key itself is never shown.

    fingerprint: tells keys apart and says nothing of them. used: whether an id was turned yet.

    Raises
    ------
    UsageError
        if the key is shorter than 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < SHORTEST_KEY:
            raise UsageError(
                f"The key for pseudonyms has {len(key)} bytes; it needs {SHORTEST_KEY} or more. {HOW_TO_GIVE_A_KEY}"
            )
        self._key = key
        self.used = False
        self.fingerprint = self._code("return-to-run key fingerprint")[:FINGERPRINT_LENGTH]

    def __repr__(self) -> str:
        return f"Pseudonyms(fingerprint={self.fingerprint!r})"

    def pseudonymise(self, text: str) -> str:
        """The code of an id: 52 letters and digits, the same for the same id and key."""
        self.used = True
        return self._code(text.strip())

    def _code(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode(), "sha256")
        return b32encode(digest).decode().rstrip("=")


HOW_TO_GIVE_A_KEY = (
    f"Name its file with --key or {KEY_FILE_VARIABLE}. To make one: "
    'python -c "import secrets; print(secrets.token_hex(32))" > key.txt'
)


def read_pseudonyms(environ: Mapping[str, str], file: Path | None = None) -> Pseudonyms | None:
    """Pseudonyms under the key in `file`, else in RETURN_TO_RUN_KEY or the file of RETURN_TO_RUN_KEY_FILE, else None.

    A line end after the key is no part of it.

    Raises
    ------
    UsageError
        if both variables are set, the file cannot be read, or the key is too short.
    """
    text, named = environ.get(KEY_VARIABLE, ""), environ.get(KEY_FILE_VARIABLE, "")
    if file is None and text and named:
        raise UsageError(f"Set {KEY_VARIABLE} or {KEY_FILE_VARIABLE}, not both.")
    if file is None and text:
        return Pseudonyms(text.strip().encode())
    if file is None and not named:
        return None
    try:
        return Pseudonyms((file or Path(named)).read_bytes().rstrip(b"\r\n"))
    except OSError:
        raise UsageError("The key's file cannot be read. Check its path and permissions.") from None
