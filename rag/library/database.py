"""The library's SQLite file: opening it, its tables, its errors.

`library.sqlite3` lies in the library's folder. It runs in WAL mode with synchronous=FULL: a transaction that was
acknowledged survives a crash, and readers are not held up by a writer. A folder that can't be written is opened for
reading alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, create_engine, event, exc, text

from rag.errors import LibraryError

DATABASE_NAME = "library.sqlite3"
SCHEMA_VERSION = "1"
BUSY_SECONDS = 15

METADATA = MetaData()
SETTINGS = Table("settings", METADATA, Column("key", String, primary_key=True), Column("value", String, nullable=False))
COUNTER = Table("counter", METADATA, Column("name", String, primary_key=True), Column("value", Integer, nullable=False))


def _prepare(connection: Any, _: Any) -> None:  # noqa: ANN401  the driver's own connection
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def library_errors(folder: Path) -> Iterator[None]:
    """Turn the errors of the database into LibraryError with what to do about them."""
    try:
        yield
    except exc.OperationalError as error:
        reason = str(error.orig)
        if "locked" in reason or "busy" in reason:
            raise LibraryError(
                f"the library {folder} is being changed by another program",
                hint="wait until it has finished, then try again",
            ) from error
        if "readonly" in reason:
            raise LibraryError(
                f"the library {folder} can't be written", hint="check the folder's permissions, or choose another --library"
            ) from error
        if "full" in reason:
            raise LibraryError("the disk is full", hint="free some space, then try again; nothing was lost") from error
        raise LibraryError(f"the library {folder} can't be used: {reason}", hint="rag doctor --repair") from error
    except exc.DatabaseError as error:
        raise LibraryError(
            f"the library's database is damaged: {error.orig}",
            hint=f"put a copy of {DATABASE_NAME} back into {folder}, or add the essays to a new library",
        ) from error


def _check_folder(folder: Path, *, create: bool) -> Path:
    file = folder / DATABASE_NAME
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file, not a library folder", hint="name a folder: --library DIR")
    if not file.exists():
        if not create:
            raise LibraryError(f"there is no library in {folder}", hint="add essays first: rag add FILE_OR_FOLDER")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"the library folder {folder} can't be made: {error.strerror}",
                hint="choose another folder: --library DIR",
            ) from error
        if not os.access(folder, os.W_OK):
            raise LibraryError(f"the library folder {folder} can't be written", hint="choose another: --library DIR")
    return file


def open_database(folder: Path, *, create: bool) -> Engine:
    """The engine of the library in this folder, its tables made if they are missing and it can be written.

    Raises LibraryError: no library and not `create`, a file instead of a folder, not writable, damaged, or made by a
    newer version.
    """
    file = _check_folder(folder, create=create)
    is_writable = os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))
    if is_writable:
        engine = create_engine(f"sqlite:///{file}")
    else:
        engine = create_engine(f"sqlite:///file:{file}?mode=ro&immutable=1&uri=true")
    event.listen(engine, "connect", _prepare)
    with library_errors(folder):
        if is_writable:
            with engine.begin() as connection:
                connection.execute(text("PRAGMA journal_mode=WAL"))
            METADATA.create_all(engine)
        _check_schema(engine, folder, is_writable=is_writable)
    return engine


def _check_schema(engine: Engine, folder: Path, *, is_writable: bool) -> None:
    with engine.begin() as connection:
        row = connection.execute(SETTINGS.select().where(SETTINGS.c.key == "schema_version")).first()
        if row is None and is_writable:
            connection.execute(SETTINGS.insert().values(key="schema_version", value=SCHEMA_VERSION))
            connection.execute(COUNTER.insert().values(name="version", value=0))
        elif row is None or row.value != SCHEMA_VERSION:
            made_by = "nothing known" if row is None else f"schema {row.value}"
            raise LibraryError(
                f"the library {folder} was made by {made_by}, this program knows schema {SCHEMA_VERSION}",
                hint="use the version of the program that made it",
            )


def read_version(connection: Connection) -> int:
    """A number that is another one after every change of the essays."""
    return int(connection.execute(COUNTER.select().where(COUNTER.c.name == "version")).one().value)


def raise_version(connection: Connection) -> None:
    """Count one more change of the essays."""
    connection.execute(COUNTER.update().where(COUNTER.c.name == "version").values(value=COUNTER.c.value + 1))
