"""The library's essays: what was added, from which file, with its structure and its passages.

One file is one transaction: all its essays replace what the file held before, or nothing changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, delete, func, select

from rag.errors import InputError
from rag.library.database import SETTINGS, has_version, library_errors, open_database, raise_version, read_version
from rag.library.staging import FileWriter, storable
from rag.library.structure import find_path, unpack_outline
from rag.library.tables import ESSAYS, FILES, PASSAGES, TEXTS
from rag.records import Essay, EssayHead, Outline, Passage

_BATCH = 500  # essays read at a time
_MOST_NAMED = 10_000  # ids in one statement; SQLite takes no more than 32,766 everywhere
_HEAD_COLUMNS = (
    ESSAYS.c.id,
    ESSAYS.c.title,
    ESSAYS.c.author,
    ESSAYS.c.date,
    ESSAYS.c.source,
    ESSAYS.c.n_characters,
    ESSAYS.c.n_sections,
)


class Catalogue:
    """All essays of one library. Open it with `Catalogue.open`; it may be used from several threads."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    @classmethod
    def open(cls, folder: Path, *, create: bool) -> Self:
        """Open the library in this folder; see `open_database` for what it raises."""
        return cls(open_database(folder, create=create), folder)

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with library_errors(self.folder), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with library_errors(self.folder), self.engine.begin() as connection:
            _take_write_lock(connection)
            yield connection

    @property
    def version(self) -> int:
        """Another number after every change."""
        with self._reading() as connection:
            return read_version(connection)

    def has_version(self, version: int) -> bool:
        """True if the essays have this version or once had it: what was made of them then can be brought up to date."""
        with self._reading() as connection:
            return has_version(connection, version)

    def setting(self, key: str) -> str:
        """A remembered choice; "" if none was made."""
        with self._reading() as connection:
            return connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.key == key)).scalar() or ""

    def set_setting(self, key: str, value: str) -> None:
        """Remember a choice."""
        with library_errors(self.folder), self.engine.begin() as connection:
            connection.execute(delete(SETTINGS).where(SETTINGS.c.key == key))
            connection.execute(SETTINGS.insert().values(key=key, value=value))

    def file_sha256(self, path: str) -> str | None:
        """The hash of the file when it was added; None if it never was, "" if some of its essays were removed since."""
        with self._reading() as connection:
            return connection.execute(select(FILES.c.sha256).where(FILES.c.path == storable(path))).scalar()

    @contextmanager
    def replacing(self, path: str, sha256: str) -> Iterator[FileWriter]:
        """Replace all essays of a file by those given to the writer, in one transaction when the block ends.

        Until then they are staged apart: others may read and write the library for as long as reading a big file
        takes. An exception in the block leaves the library as it was.
        """
        path = storable(path)
        with library_errors(self.folder), self.engine.connect() as connection:
            connection.detach()  # closed for good at the end, and what it staged with it
            writer = FileWriter(path, connection)
            yield writer
            writer.flush()
            connection.commit()
            _take_write_lock(connection)
            writer.n_removed = connection.execute(delete(ESSAYS).where(ESSAYS.c.file == path)).rowcount
            connection.execute(delete(FILES).where(FILES.c.path == path))
            connection.execute(FILES.insert().values(path=path, sha256=sha256))
            writer.publish()
            connection.commit()

    def remove_essay(self, essay_id: str) -> bool:
        """Remove one essay; False if there is none of this id. Its file counts as changed from now on."""
        with self._writing() as connection:
            file = connection.execute(select(ESSAYS.c.file).where(ESSAYS.c.id == essay_id)).scalar()
            if file is None:
                return False
            connection.execute(delete(ESSAYS).where(ESSAYS.c.id == essay_id))
            connection.execute(FILES.update().where(FILES.c.path == file).values(sha256=""))
            return True

    def remove_source(self, path: str) -> int:
        """Remove the essays of a file, of a row of a .jsonl file (PATH#ID), or of all files in a folder.

        Returns how many there were. The empty path names nothing, not everything.
        """
        if not path:
            return 0
        path = storable(path)
        folder = path.rstrip("/") + "/"
        with self._writing() as connection:
            in_folder = func.substr(ESSAYS.c.file, 1, len(folder)) == folder
            matches = (ESSAYS.c.file == path) | (ESSAYS.c.source == path) | in_folder
            files = connection.execute(select(ESSAYS.c.file).where(matches).distinct()).scalars().all()
            n_removed = connection.execute(delete(ESSAYS).where(matches)).rowcount
            for file in files:
                left = connection.execute(select(func.count()).where(ESSAYS.c.file == file)).scalar_one()
                if left:
                    connection.execute(FILES.update().where(FILES.c.path == file).values(sha256=""))
                else:
                    connection.execute(delete(FILES).where(FILES.c.path == file))
            return n_removed

    def essays(self) -> list[EssayHead]:
        """All essays without their texts, in the order they were added."""
        with self._reading() as connection:
            rows = connection.execute(select(*_HEAD_COLUMNS).order_by(ESSAYS.c.number))
            return [EssayHead(*row) for row in rows]

    def describe_copies(self, file: str) -> list[str]:
        """A note for each essay of this file whose text the library also has from elsewhere; at most ten."""
        other = ESSAYS.alias("other")
        chosen = (
            select(ESSAYS.c.title, ESSAYS.c.source, other.c.source)
            .join(other, (other.c.sha256 == ESSAYS.c.sha256) & (other.c.number < ESSAYS.c.number))
            .where(ESSAYS.c.file == storable(file))
            .order_by(ESSAYS.c.number)
            .limit(10)
        )
        with self._reading() as connection:
            return [
                f"{source}: 《{title}》 has the same text as {first}; both are kept"
                for title, source, first in connection.execute(chosen)
            ]

    def check_database(self) -> list[str]:
        """What SQLite itself finds wrong: damaged pages, rows without their parents."""
        with self._reading() as connection:
            damage = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check")
            orphans = [f"a row of {row[0]} has lost its parent" for row in broken]
        return damage + orphans

    def outline(self, essay_id: str) -> Outline:
        """One essay with its structure. Raises InputError if the library does not hold it."""
        row = self._read_essay(essay_id, select(ESSAYS, TEXTS.c.text, TEXTS.c.structure))
        return unpack_outline(_essay(row), row.structure)

    def essay(self, essay_id: str) -> Essay:
        """One essay. Raises InputError if the library does not hold it."""
        return _essay(self._read_essay(essay_id, select(ESSAYS, TEXTS.c.text)))

    def _read_essay(self, essay_id: str, chosen: Select[Any]) -> Row[Any]:
        with self._reading() as connection:
            row = connection.execute(chosen.join(TEXTS).where(ESSAYS.c.id == essay_id)).first()
        if row is None:
            raise InputError(f"the library holds no essay {essay_id}", hint="rag list shows the essays")
        return row

    def iter_essays(self) -> Iterator[Essay]:
        """All essays, in the order they were added, a few at a time."""
        with self._reading() as connection:
            chosen = select(ESSAYS, TEXTS.c.text).join(TEXTS).order_by(ESSAYS.c.number)
            for row in connection.execution_options(yield_per=_BATCH).execute(chosen):
                yield _essay(row)

    def titled_passages(self, rows: Sequence[int]) -> dict[int, tuple[str, Passage]]:
        """(essay title, passage) of these rows; rows that are gone are left out."""
        chosen = (
            select(PASSAGES.c.row, PASSAGES.c.section, PASSAGES.c.start, PASSAGES.c.end, ESSAYS.c.number)
            .add_columns(ESSAYS.c.id, ESSAYS.c.title)
            .join(ESSAYS, PASSAGES.c.essay == ESSAYS.c.number)
            .where(PASSAGES.c.row.in_(rows))
        )
        with self._reading() as connection:
            places = [tuple(place) for place in connection.execute(chosen)]
            texts = select(TEXTS.c.essay, TEXTS.c.text, TEXTS.c.structure)
            texts = texts.where(TEXTS.c.essay.in_({number for *_, number, _, _ in places}))
            read = {essay: (text, structure["sections"]) for essay, text, structure in connection.execute(texts)}
        found = {}
        for row, section, start, end, number, key, title in places:
            if number in read:  # it may have been removed between the two queries
                text, sections = read[number]
                found[row] = (title, Passage(key, find_path(sections, section), start, end, text[start:end]))
        return found

    def rows_of(self, essay_ids: Collection[str]) -> list[int]:
        """The passage rows of these essays, ascending."""
        chosen = select(PASSAGES.c.row).join(ESSAYS, PASSAGES.c.essay == ESSAYS.c.number)
        named = list(essay_ids)
        rows: list[int] = []
        with self._reading() as connection:
            for start in range(0, len(named), _MOST_NAMED):
                some = chosen.where(ESSAYS.c.id.in_(named[start : start + _MOST_NAMED]))
                rows += connection.execute(some).scalars()
        return sorted(rows)

    def passage_rows(self) -> list[int]:
        """The rows of all passages, ascending."""
        with self._reading() as connection:
            return list(connection.execute(select(PASSAGES.c.row).order_by(PASSAGES.c.row)).scalars())

    def iter_passages(self, after: int = 0) -> Iterator[tuple[int, str, Passage]]:
        """(row, essay title, passage) of all passages with a row above `after`, ascending, an essay at a time."""
        with self._reading() as connection:
            chosen = select(ESSAYS, TEXTS.c.text, TEXTS.c.structure).join(TEXTS).order_by(ESSAYS.c.number)
            first = select(PASSAGES.c.essay).where(PASSAGES.c.row > after).order_by(PASSAGES.c.row).limit(1)
            chosen = chosen.where(ESSAYS.c.number >= first.scalar_subquery())
            for row in connection.execution_options(yield_per=_BATCH).execute(chosen):
                sections = row.structure["sections"]
                own = select(PASSAGES).where(PASSAGES.c.essay == row.number).order_by(PASSAGES.c.row)
                for p in connection.execute(own):
                    if p.row > after:
                        text = row.text[p.start : p.end]
                        yield p.row, row.title, Passage(row.id, find_path(sections, p.section), p.start, p.end, text)


def _take_write_lock(connection: Connection) -> None:
    """Begin with a write: two that read first and write later can't both go on, and one would fail at its end."""
    raise_version(connection)


def _essay(row: Row[Any]) -> Essay:
    return Essay(row.id, row.title, row.author, row.date, row.text, row.source, row.source_start, row.sha256)
