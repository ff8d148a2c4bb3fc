"""Where this installation's store and server are: from the environment, else from return-to-run.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from sql.engine import DEFAULT_URL

FILE_NAME = "return-to-run.toml"
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8501
LAST_PORT = 65535
MAPPINGS_FOLDER = "return-to-run-mappings"
PREFIX = "RETURN_TO_RUN_"


class DeploymentError(Exception):
    """The environment or the file cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Deployment:
    """Database address, and the address and port on which the dashboard listens."""

    database_url: str = DEFAULT_URL
    address: str = LOOPBACK
    port: int = DEFAULT_PORT

    @property
    def mappings_folder(self) -> Path:
        """Where the Import page saves matches: beside a SQLite store, else in the working folder."""
        _, _, file = self.database_url.partition("sqlite:///")
        return (Path(file).parent if file and file != ":memory:" else Path()) / MAPPINGS_FOLDER


def read_deployment(environ: Mapping[str, str], folder: Path | None = None) -> Deployment:
    """RETURN_TO_RUN_DATABASE_URL, _ADDRESS and _PORT, else the file's database_url, address and port.

    Raises
    ------
    DeploymentError
        if the file or a value cannot be read.
    """
    path = (folder or Path.cwd()) / FILE_NAME
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise DeploymentError(f"{FILE_NAME} is not valid TOML. It holds lines like: port = 8501") from None
    known = {"database_url", "address", "port"}
    unknown = sorted(set(values) - known)
    if unknown:
        raise DeploymentError(
            f"{FILE_NAME}: {unknown[0]!r} is not known; there are {', '.join(sorted(known))}."
        )
    for name in known:
        if PREFIX + name.upper() in environ:
            values[name] = environ[PREFIX + name.upper()]
    port = str(values.get("port", DEFAULT_PORT))
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= LAST_PORT):
        raise DeploymentError(f"The port must be a whole number from 1 to {LAST_PORT}.")
    return Deployment(
        str(values.get("database_url", DEFAULT_URL)), str(values.get("address", LOOPBACK)), int(port)
    )


def is_loopback(address: str | None) -> bool:
    """True only for addresses that no other machine can reach."""
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


NO_SIGN_IN = (
    "Without sign-in the dashboard listens on this machine only. "
    "Start it on 127.0.0.1: return-to-run dashboard. How to reach it from other machines: docs/deploy.md."
)
