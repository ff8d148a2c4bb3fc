"""`dashboard`: open it on an existing store."""

from __future__ import annotations

import argparse
import os
import sys

from dashboard.commands.arguments import Commands, port
from dashboard.deployment import NO_SIGN_IN, Deployment, is_loopback
from dashboard.terminal import Terminal
from etl.errors import UsageError
from sql.engine import store_exists
from sql.store import open_store


def add_dashboard(commands: Commands) -> None:
    """Declare the arguments of `dashboard`."""
    parser = commands.add_parser("dashboard", help="open the dashboard")
    parser.add_argument("--port", type=port, help="port (default 8501)")
    parser.add_argument(
        "--address", help="address to listen on (default 127.0.0.1, the only one without sign-in)"
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="start without a store; the page Import makes it with the first load",
    )
    parser.set_defaults(run=dashboard)


def dashboard(arguments: argparse.Namespace, deployment: Deployment, terminal: Terminal) -> int:
    """Open the dashboard on an existing store."""
    address = arguments.address or deployment.address
    require_loopback(address)
    if not arguments.new or store_exists(deployment.database_url):
        open_store(deployment.database_url).dispose()
    port = arguments.port or deployment.port
    return run_dashboard(Deployment(deployment.database_url, address, port), terminal)


def run_dashboard(deployment: Deployment, terminal: Terminal) -> int:
    """Become Streamlit until it is stopped (on Windows: run it), so that no server outlives its command."""
    import subprocess
    from importlib.util import find_spec

    if _port_is_taken(deployment.address, deployment.port):
        raise UsageError(f"Port {deployment.port} is in use. Choose another one with --port.")
    spec = find_spec("streamlit_app")
    assert spec is not None  # noqa: S101 - installed with this package
    assert spec.origin is not None  # noqa: S101
    terminal.say(f"The dashboard is at http://{deployment.address}:{deployment.port} (stop it with Ctrl+C)")
    options = {
        "server.address": deployment.address,
        "server.port": deployment.port,
        "server.headless": "false" if _has_screen() else "true",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command_line = [sys.executable, "-P", "-m", "streamlit", "run", spec.origin, *arguments]
    environment = {**os.environ, "RETURN_TO_RUN_DATABASE_URL": deployment.database_url}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(sys.executable, command_line, environment)  # noqa: S606 - our own interpreter and arguments
    return subprocess.call(command_line, env=environment)  # noqa: S603


def require_loopback(address: str) -> None:
    """Without sign-in, only this machine may see the dashboard."""
    if not is_loopback(address):
        raise UsageError(NO_SIGN_IN)


def _has_screen() -> bool:
    """Whether a browser can be opened here."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _port_is_taken(address: str, port: int) -> bool:
    import socket

    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False
