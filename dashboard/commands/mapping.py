"""`suggest`, `preset` and `form-kit`: how another system's export becomes our tables."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.commands.arguments import Commands
from dashboard.deployment import Deployment
from dashboard.terminal import Terminal


def add_suggest(commands: Commands) -> None:
    """Declare the arguments of `suggest`."""
    parser = commands.add_parser(
        "suggest", help="draft a mapping from a file's headers and the shapes of its values"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="one export of another system")
    parser.add_argument(
        "--table",
        choices=("episodes", "running", "scores", "visits", "assessments", "appointments"),
        help="what a row of it is (default: what fits the headers best)",
    )
    parser.set_defaults(run=suggest)


def add_preset(commands: Commands) -> None:
    """Declare the arguments of `preset`."""
    parser = commands.add_parser(
        "preset", help="show the mappings that come with the program, or one of them"
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the one to show; save it with > my.toml to change it"
    )
    parser.set_defaults(run=preset)


def add_form_kit(commands: Commands) -> None:
    """Declare the arguments of `form-kit`."""
    parser = commands.add_parser(
        "form-kit", help="write the questions for patients, for Google Forms, Microsoft Forms and paper"
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write to; made if missing")
    parser.add_argument("--codes", type=Path, metavar="FILE", help="the patients' codes, one a line")
    parser.add_argument(
        "--link", metavar="URL", help="the form's pre-filled link, with CODE where the code goes"
    )
    parser.set_defaults(run=form_kit)


def suggest(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Draft a mapping; no value of the file is in it."""
    from etl.suggest import suggest_mapping

    with TemporaryDirectory() as folder:
        terminal.write(suggest_mapping(arguments.file, Path(folder), arguments.table).rstrip())
    return 0


def preset(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """List the presets, or print one."""
    from etl.mapping_file import preset_names, preset_text

    terminal.write(preset_text(arguments.name).rstrip() if arguments.name else "\n".join(preset_names()))
    return 0


def form_kit(arguments: argparse.Namespace, _deployment: Deployment, terminal: Terminal) -> int:
    """Write the form kit."""
    from etl.form_kit import write_form_kit

    written = write_form_kit(arguments.folder, link=arguments.link, codes=arguments.codes)
    terminal.say(f"Written to {arguments.folder}: {', '.join(path.name for path in written)}.")
    return 0
