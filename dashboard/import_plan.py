"""What is to be loaded and how: from the choices made for each file to a checked load, and to the load itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from dashboard.import_columns import column_words
from dashboard.load_tables import ColumnWords
from etl.errors import LoadError
from etl.identifiers import shown_file_name
from etl.load import MOST_REJECTED, LoadReport, LoadRequest, Progress, load
from etl.mapping_file import parse_mapping
from etl.pseudonym import Pseudonyms
from etl.recognise import Item
from etl.sources import Sources, canonical_sources, find_sources, together
from sql.engine import StoreError, store_exists, using
from sql.store import create_or_upgrade, open_store


@dataclass(frozen=True)
class Chosen:
    """How one file is read: as it is, or through the text of a mapping.

    save_as: the name to save it under. beside: other files that the mapping looks into.
    """

    item: Item
    way: Literal["as it is", "mapping"]
    name: str = ""
    text: str = ""
    save_as: str = ""
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A load that could be made."""

    chosen: tuple[Chosen, ...]
    clinic: str
    as_of: date
    pseudonyms: Pseudonyms | None = None
    most_rejected: float = MOST_REJECTED
    repairs_dates: bool = False

    @property
    def fingerprint(self) -> str:
        """Another one for another plan."""
        key = self.pseudonyms.fingerprint if self.pseudonyms else ""
        words = [self.clinic, self.as_of.isoformat(), key, str(self.repairs_dates)]
        words += [
            f"{one.item.path}|{one.item.sheet}|{one.way}|{one.text}|{one.beside}" for one in self.chosen
        ]
        return sha256("\x1f".join(words).encode()).hexdigest()

    def allowing(self, most_rejected: float) -> Plan:
        """The same load, with another share of rows that may be refused."""
        return replace(self, most_rejected=most_rejected)

    def sources(self, scratch: Path) -> Sources:
        """The files to read.

        Raises
        ------
        LoadError
            if a file cannot be read as chosen.
        """
        found = []
        ready = [one.item.path for one in self.chosen if one.way == "as it is"]
        if ready:
            found.append(canonical_sources(list(dict.fromkeys(ready)), scratch))
        for name, text, paths in self._by_mapping():
            pseudonym = self.pseudonyms.pseudonymise if self.pseudonyms else None
            mapping = parse_mapping(text.encode(), name)
            found.append(find_sources(paths, scratch, mapping=mapping, pseudonym=pseudonym))
        return self._named_as_shown(together(found))

    def column_words(self, sources: Sources) -> ColumnWords:
        """What the page calls our columns in the report of these files; those read as they are have our names."""
        words: dict[tuple[str, str], str] = {}
        for name, text, paths in self._by_mapping():
            mapping, _ = parse_mapping(text.encode(), name)
            for source in sources.files:
                if source.path in paths:
                    words |= column_words(source, mapping)
        return words

    def _named_as_shown(self, sources: Sources) -> Sources:
        """A file whose own name may hold a person's is called in the report as on the page."""
        names = {one.item.path: one.item.name for one in self.chosen}
        files = [
            replace(source, name=f"{names[source.path]} ({source.table})")
            if source.path in names and shown_file_name(source.name) != source.name
            else source
            for source in sources.files
        ]
        return replace(sources, files=tuple(files))

    def _by_mapping(self) -> list[tuple[str, str, list[Path]]]:
        """Name, text and files of each mapping: one mapping may need several files."""
        groups: dict[str, tuple[str, str, list[Path]]] = {}
        for one in self.chosen:
            if one.way == "mapping":
                _, _, paths = groups.setdefault(one.text, (one.name or "the match", one.text, []))
                paths += [path for path in (one.item.path, *one.beside) if path not in paths]
        return list(groups.values())


@dataclass(frozen=True)
class Outcome:
    """What a load did or would do; or why it cannot be. columns: what the page calls our columns in the report."""

    report: LoadReport | None = None
    error: str = ""
    columns: ColumnWords = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(file.rows_read for file in self.report.files) if self.report else 0

    @property
    def too_many_refused(self) -> bool:
        """Whether more rows are refused than is usual."""
        return self.report is not None and self.report.rejected > MOST_REJECTED * self.read

    @property
    def loadable(self) -> bool:
        """Whether something would be loaded."""
        return self.report is not None and self.report.status == "checked"


def check(url: str, plan: Plan, scratch: Path, *, today: date) -> Outcome:
    """The real load in a transaction that is rolled back: nothing is written, and no store is made."""
    with TemporaryDirectory(prefix="return-to-run-import-") as folder:
        there = store_exists(url)
        address = url if there else f"sqlite:///{Path(folder) / 'check.db'}"
        try:
            sources = plan.sources(scratch)
            request = _request(plan, sources, today, check_only=True)
            with using(open_store(address) if there else create_or_upgrade(address)) as engine:
                return Outcome(load(engine, request), columns=plan.column_words(sources))
        except (LoadError, StoreError) as error:
            return Outcome(error=str(error))


def run(url: str, plan: Plan, scratch: Path, progress: Progress, *, today: date) -> Outcome:
    """The load.

    Raises
    ------
    StoreError
        if the database refuses.
    """
    try:
        sources = plan.sources(scratch)
        request = _request(plan, sources, today, check_only=False)
        with using(create_or_upgrade(url)) as engine:
            return Outcome(load(engine, request, progress), columns=plan.column_words(sources))
    except LoadError as error:
        return Outcome(error=str(error))


def _request(plan: Plan, sources: Sources, today: date, *, check_only: bool) -> LoadRequest:
    only_proposed = plan.as_of == today and sources.as_of is None
    return LoadRequest(
        sources,
        today=today,
        clinic=plan.clinic,
        as_of=None if only_proposed else plan.as_of,
        most_rejected=1.0 if check_only else plan.most_rejected,
        check_only=check_only,
        pseudonyms=plan.pseudonyms,
        repairs_dates=plan.repairs_dates,
    )
