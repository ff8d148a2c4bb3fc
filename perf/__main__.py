"""`python -m perf [--episodes N] [--scores N] [--postgresql URL | --pages N]`: the tables of docs/performance.md."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from perf import loading, pages, questions, reports
from perf.files import write_clinic


def main() -> None:
    """Make the files, load them each way, ask the questions, print."""
    parser = argparse.ArgumentParser(prog="python -m perf")
    parser.add_argument("--episodes", type=int, default=200_000)
    parser.add_argument("--scores", type=int, default=2_000_000)
    parser.add_argument(
        "--postgresql",
        metavar="URL",
        nargs="?",
        const="",
        help="load into PostgreSQL as well: an empty database, or without one the server of the test tools",
    )
    parser.add_argument(
        "--pages",
        metavar="EPISODES",
        type=int,
        help="only the table of pages, on a network of so many episodes with visits, assessments and reports",
    )
    options = parser.parse_args()
    if options.pages:
        with TemporaryDirectory() as name:
            _print_pages(Path(name), options.pages)
        return
    with TemporaryDirectory() as name, _empty_database(options.postgresql) as postgresql:
        folder = Path(name)
        write_clinic(folder / "files", episodes=options.episodes, scores=options.scores)
        print(
            f"{options.episodes:,} episodes, {options.scores:,} scores; Python {platform.python_version()}\n"
        )
        urls = {"SQLite": f"sqlite:///{folder / 'ours.db'}"}
        if postgresql:
            urls["PostgreSQL"] = postgresql
        _print_loads(folder / "files", urls)
        print("\n| question | store | milliseconds |\n|---|---|---|")
        for store, url in urls.items():
            for question, seconds in questions.measure(url).items():
                print(f"| {question} | {store} | {1000 * seconds:.0f} |")
        print("\n| report | seconds |\n|---|---|")
        for name, seconds in reports.measure(urls["SQLite"], folder).items():
            print(f"| {name} | {seconds:.1f} |")


def _print_pages(folder: Path, episodes: int) -> None:
    """Every section and question of a page, nothing cached."""
    print(f"{episodes:,} episodes, five tables; Python {platform.python_version()}\n")
    print("| page | milliseconds |\n|---|---|")
    found = pages.in_a_process(folder / "network", f"sqlite:///{folder / 'network.db'}", episodes)
    for name, seconds in found.items():
        print(f"| {name} | {1000 * seconds:.0f} |")


def _print_loads(files: Path, urls: Mapping[str, str]) -> None:
    """How long each way takes, and what our own way's time goes into."""
    print(
        "| store | way | seconds | process seconds | under the lock | rows a second | memory, MB | ratio "
        "| preparing pages once afterwards |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    steps = {}
    for store, url in urls.items():
        bare_url = url.replace("ours.db", "bare.db")
        bare = loading.measure("pandas", files, bare_url)
        own = loading.measure("ours", files, url)
        ways = [("pandas read_csv + to_sql", bare), ("return-to-run load", own)]
        if store == "SQLite":
            ways.append(("Python's csv + sqlite3", loading.measure("python", files, bare_url)))
        for way, result in ways:
            seconds = result["seconds"]
            locked = f"{result['locked_seconds']:.1f} ({100 * result['locked_seconds'] / seconds:.0f} %)"
            prepared = f"{result['preparing_seconds']:.1f}" if "preparing_seconds" in result else ""
            print(
                f"| {store} | {way} | {seconds:.1f} | {result['process_seconds']:.1f} | "
                f"{locked if way == 'return-to-run load' else ''} | {result['rows'] / seconds:,.0f} | "
                f"{result['megabytes']:.0f} | {bare['seconds'] / seconds:.2f} | {prepared} |"
            )
        steps[store] = own["steps"]
    print("\n| a load's seconds go into | store | seconds |\n|---|---|---|")
    for store, seconds_of in steps.items():
        for step, seconds in sorted(seconds_of.items(), key=lambda pair: -pair[1]):
            print(f"| {step} | {store} | {seconds:.1f} |")


@contextmanager
def _empty_database(given: str | None) -> Iterator[str | None]:
    """The database to use: none, the one given, or one on a server that is started for it."""
    if given != "":
        yield given
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from postgresql_server import running_server

    with running_server() as server:
        server.create("bench")
        yield server.address("bench")
        server.drop("bench")


if __name__ == "__main__":
    main()
