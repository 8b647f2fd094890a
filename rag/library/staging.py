"""The essays of one file on their way into the library.

They gather in temporary tables of the writer's own connection, which lock nothing and lie on disk, so that a file of
any size needs little memory; `publish` then moves them into the library, which takes a few seconds where reading the
file took a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert, literal_column, select

from rag.library.structure import pack_outline
from rag.library.tables import ESSAYS, PASSAGES, TEXTS
from rag.records import Outline, Passage

_BATCH = 500  # essays written in one statement


def _stage(table: Table) -> Table:
    columns = (Column(column.name, column.type) for column in table.columns)
    return Table(f"staged_{table.name}", MetaData(), *columns, prefixes=["TEMPORARY"])


_STAGED = {table: _stage(table) for table in (ESSAYS, TEXTS, PASSAGES)}


def storable(path: str) -> str:
    """The path as the database can keep it: a byte of a file name that is no UTF-8 becomes an escape."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


class FileWriter:
    """Takes the essays of one file.

    `n_added` counts its essays, `n_repeated` those given twice; `n_removed`, set at the end, those of the same file
    that they replaced.
    """

    def __init__(self, file: str, connection: Connection) -> None:
        self.n_added = 0
        self.n_repeated = 0
        self.n_removed = 0
        self._file = file
        self._connection = connection
        self._seen: set[str] = set()
        self._waiting: dict[Table, list[dict[str, Any]]] = {table: [] for table in _STAGED}
        for staged in _STAGED.values():
            staged.create(connection)

    def add(self, outline: Outline, passages: Sequence[Passage]) -> None:
        """Add one essay with its passages. The same id twice in one file counts once."""
        essay = outline.essay
        if essay.id in self._seen:
            self.n_repeated += 1
            return
        self._seen.add(essay.id)
        self.n_added += 1
        number = self.n_added
        sections = {section.path: i for i, section in reversed(list(enumerate(outline.sections)))}
        self._waiting[ESSAYS].append(
            {
                "number": number,
                "id": essay.id,
                "file": self._file,
                "source": storable(essay.source),
                "source_start": essay.source_start,
                "title": essay.title,
                "author": essay.author,
                "date": essay.date,
                "sha256": essay.sha256,
                "n_characters": len(essay.text),
                "n_sections": len(outline.sections) - 1,
            }
        )
        self._waiting[TEXTS].append({"essay": number, "text": essay.text, "structure": pack_outline(outline)})
        self._waiting[PASSAGES] += [
            {"essay": number, "section": sections.get(p.section, 0), "start": p.start, "end": p.end} for p in passages
        ]
        if len(self._waiting[ESSAYS]) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand what has gathered to the temporary tables."""
        for table, rows in self._waiting.items():
            if rows:
                self._connection.execute(insert(_STAGED[table]), rows)
            rows.clear()

    def publish(self) -> None:
        """Move everything into the library, within the transaction that is under way."""
        # Numbers are never used again, not even those of essays removed just now.
        newest = "SELECT seq FROM sqlite_sequence WHERE name = 'essays'"
        last = int(self._connection.exec_driver_sql(newest).scalar() or 0)
        for table, staged in _STAGED.items():
            key = "number" if table is ESSAYS else "essay"
            chosen = [(column + last).label(key) if name == key else column for name, column in staged.c.items()]
            in_order = select(*chosen).order_by(literal_column("rowid"))  # the order in which they were added
            self._connection.execute(insert(table).from_select(staged.c.keys(), in_order))
