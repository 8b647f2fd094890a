"""The library's SQLite file: opening it, its settings, its errors.

`library.sqlite3` lies in the library's folder. It runs in WAL mode with synchronous=FULL: a transaction that was
acknowledged survives a crash, and readers are not held up by a writer. A folder that can't be written is opened for
reading alone.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    exc,
    select,
)

from rag.errors import LibraryError

DATABASE_NAME = "library.sqlite3"
SCHEMA_VERSION = "1"
BUSY_SECONDS = 60  # moving the essays of a big file into the library took 20 on a busy machine
_WAL_LIMIT = 64 << 20  # bytes; a big addition may need more, which is given back afterwards

METADATA = MetaData()
SETTINGS = Table("settings", METADATA, Column("key", String, primary_key=True), Column("value", String, nullable=False))
# One row for every change of the essays ever made. The versions are random, so that a library that was put back from a
# copy and then changed otherwise never has a version in common with what came after that copy.
CHANGES = Table(
    "changes", METADATA, Column("number", Integer, primary_key=True), Column("version", Integer, index=True)
)


@contextmanager
def library_errors(folder: Path) -> Iterator[None]:
    """Turn the errors of the database into LibraryError with what to do about them."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _explain(folder, error) from error


def _explain(folder: Path, error: exc.DBAPIError) -> LibraryError:
    reason = str(error.orig)
    if "malformed" in reason or "not a database" in reason or "disk image" in reason:
        return LibraryError(
            f"the library's database is damaged: {reason}",
            hint=f"put a copy of {DATABASE_NAME} back into {folder}, or add the essays to a new library",
        )
    if "locked" in reason or "busy" in reason:
        return LibraryError(
            f"the library {folder} is being changed by another program",
            hint="wait until it has finished, then try again",
        )
    if "readonly" in reason:
        return LibraryError(
            f"the library {folder} can't be written",
            hint="check the folder's permissions, or choose another --library",
        )
    if "full" in reason:
        return LibraryError("the disk is full", hint="free some space, then try again; nothing was lost")
    return LibraryError(f"the library {folder} can't be used: {reason}", hint="rag doctor tells what is wrong with it")


def open_database(folder: Path, *, create: bool) -> Engine:
    """The engine of the library in this folder, its tables made if they are missing and it can be written.

    Raises LibraryError: no library and not `create`, a file instead of a folder, not writable, damaged, or made by a
    newer version.
    """
    folder = folder.absolute()
    try:
        file = _check_folder(folder, create=create)
    except OSError as error:
        raise LibraryError(
            f"the library folder {folder} can't be used: {error.strerror}", hint="choose another folder: --library DIR"
        ) from error
    is_writable = os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))
    engine = _open_writing(file) if is_writable else _open_reading(file)
    try:
        with library_errors(folder):
            if is_writable:
                _make_tables(engine)
            _check_schema(engine, folder)
    except LibraryError:
        engine.dispose()
        raise
    return engine


def _check_folder(folder: Path, *, create: bool) -> Path:
    file = folder / DATABASE_NAME
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file, not a library folder", hint="name a folder: --library DIR")
    if not file.exists():
        if not create:
            raise LibraryError(f"there is no library in {folder}", hint="add essays first: rag add FILE_OR_FOLDER")
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise LibraryError(f"the library folder {folder} can't be written", hint="choose another: --library DIR")
    return file


def _open_writing(file: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(file)))

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "foreign_keys=ON",
            "synchronous=FULL",
            f"journal_size_limit={_WAL_LIMIT}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", prepare)
    return engine


def _open_reading(file: Path) -> Engine:
    """An engine for a file or folder that may not be written.

    SQLite can share such a file with a writer only while the writer's index of its log is there to be read. Without
    it, and with nothing left in the log, the file is complete in itself and is read as one that never changes.
    """
    plain = f"{file.as_uri()}?mode=ro"
    log = file.with_name(file.name + "-wal")

    def connect() -> sqlite3.Connection:
        try:
            connection = _connect_reading(plain)
            connection.execute("SELECT count(*) FROM sqlite_master").close()
        except sqlite3.OperationalError:
            if log.exists() and log.stat().st_size:
                raise
            connection = _connect_reading(plain + "&immutable=1")
        return connection

    return create_engine(URL.create("sqlite", database=str(file)), creator=connect)


def _connect_reading(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def _make_tables(engine: Engine) -> None:
    """Make the tables that are missing, in one transaction: two programs may open a new library at once."""
    if _has_tables(engine):
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        METADATA.create_all(connection)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO settings (key, value) VALUES ('schema_version', ?)", (SCHEMA_VERSION,)
        )
        connection.commit()


def _table_names(connection: Connection) -> set[str]:
    rows: Any = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def _has_tables(engine: Engine) -> bool:
    with engine.connect() as connection:
        return set(METADATA.tables) <= _table_names(connection)


def _check_schema(engine: Engine, folder: Path) -> None:
    with engine.connect() as connection:
        row = None
        if SETTINGS.name in _table_names(connection):
            row = connection.execute(SETTINGS.select().where(SETTINGS.c.key == "schema_version")).first()
    if row is None or row.value != SCHEMA_VERSION:
        made_by = "nothing known" if row is None else f"schema {row.value}"
        raise LibraryError(
            f"the library {folder} was made by {made_by}, this program knows schema {SCHEMA_VERSION}",
            hint="use the version of the program that made it",
        )


def read_version(connection: Connection) -> int:
    """A number that is another one after every change of the essays; 0 before the first."""
    newest = select(CHANGES.c.version).order_by(CHANGES.c.number.desc()).limit(1)
    return int(connection.execute(newest).scalar() or 0)


def has_version(connection: Connection, version: int) -> bool:
    """True if the essays had this version once, or have it now."""
    known = select(CHANGES.c.number).where(CHANGES.c.version == version)
    return version == 0 or connection.execute(known).first() is not None


def raise_version(connection: Connection) -> None:
    """Give the essays a new version."""
    connection.execute(CHANGES.insert().values(version=1 + secrets.randbelow(2**62)))
