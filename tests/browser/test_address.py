"""Without sign-in the dashboard is for this machine only."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from browser import served


def other_addresses() -> list[str]:
    """Addresses by which this machine can be reached, other than 127.0.0.1."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; 192.0.2.0/24 is for documentation
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    if sys.platform == "linux":
        found.add("127.0.0.2")  # answers too where a server listens everywhere
    return sorted(found - {"127.0.0.1", "0.0.0.0"})


def test_the_server_listens_on_127_0_0_1_only(address_of: Callable[[str], str]):
    port = urlsplit(address_of("big")).port
    socket.create_connection(("127.0.0.1", port), timeout=2).close()
    others = other_addresses()
    assert others
    for address in others:
        with pytest.raises(OSError):  # noqa: PT011 - refused or out of reach, as the system words it
            socket.create_connection((address, port), timeout=2).close()


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "::"])
def test_another_address_is_refused_with_the_remedy(tmp_path, address: str):
    done = served.run("dashboard", "--address", address, url=f"sqlite:///{tmp_path}/none.db", exit_code=2)
    assert "Without sign-in the dashboard listens on this machine only" in done.stderr
    assert "docs/deploy.md" in done.stderr
