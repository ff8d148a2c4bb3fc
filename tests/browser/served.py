"""The dashboard as its users start it: `return-to-run dashboard`, on a store of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

COMMAND = str(Path(sys.executable).with_name("return-to-run"))
STARTS_WITHIN_SECONDS = 30


def make_store(folder: Path, *, small: bool) -> str:
    """A store with the sample clinic, by the commands that users type."""
    url = f"sqlite:///{folder / 'clinic.db'}"
    run("sample", str(folder / "files"), *(["--small"] if small else []), url=url)
    run("load", str(folder / "files"), url=url, exit_code=1)  # a dozen rows are refused on purpose
    return url


def run(*arguments: str, url: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    environment = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": url}
    done = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done


@contextmanager
def running(url: str, folder: Path, *options: str) -> Iterator[str]:
    """The dashboard's address while it runs."""
    port = free_port()
    environment = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": url}
    with (folder / "dashboard.log").open("w") as log:
        process = subprocess.Popen(
            [COMMAND, "dashboard", "--port", str(port), *options],
            env=environment,
            cwd=folder,  # not the project's folder, whose config Streamlit would read anyway
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, folder / "dashboard.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # the command and the server it started
            process.wait(timeout=10)


def wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    give_up = monotonic() + STARTS_WITHIN_SECONDS
    while monotonic() < give_up and process.poll() is None:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (URLError, OSError):
            sleep(0.1)
    raise AssertionError(f"The dashboard did not start:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
