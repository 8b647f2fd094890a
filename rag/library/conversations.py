"""Conversations and their turns, kept in the library's database.

There are no accounts: whoever knows an owner key owns what was asked with it. The key is random and stays in the
reader's browser; the database holds only its hash, so that a copy of the database opens nobody's conversations.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, Float, ForeignKey, Integer, Row, String, Table, Text, select

from rag.errors import InputError
from rag.library.database import METADATA, library_errors
from rag.library.stored_answer import pack_answer, unpack_answer
from rag.records import Answer

NAME_LIMIT = 60

_CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("changed", Float, nullable=False),
)
_TURNS = Table(
    "turns",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("conversation", String, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("n_shown", Integer),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one owner. `changed` is when its last question was asked, in seconds since 1970."""

    id: str
    name: str
    changed: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer. `n_shown` counts the statements shown before the reader stopped; None for all."""

    id: int
    answer: Answer
    n_shown: int | None = None


def shorten_name(name: str) -> str:
    """A name on one line, at most NAME_LIMIT characters."""
    line = " ".join(name.split())
    return line if len(line) <= NAME_LIMIT else line[: NAME_LIMIT - 1] + "…"


def _hash_owner(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()


def _not_found() -> InputError:
    return InputError("there is no such conversation", hint="start a new one")


class Conversations:
    """The conversations of one library; safe to use from several threads.

    Every method takes the owner's key and sees nothing of other owners: what belongs to another is not there.
    Methods raise InputError for a conversation or turn that is not there, LibraryError if the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder = Path(engine.url.database or "").parent

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with library_errors(self._folder), self._engine.begin() as connection:
            yield connection

    def list_conversations(self, owner: str) -> list[Conversation]:
        """All conversations of the owner, the last used first."""
        query = (
            select(_CONVERSATIONS.c.id, _CONVERSATIONS.c.name, _CONVERSATIONS.c.changed)
            .where(_CONVERSATIONS.c.owner == _hash_owner(owner))
            .order_by(_CONVERSATIONS.c.changed.desc(), _CONVERSATIONS.c.id)
        )
        with self._begin() as connection:
            return [Conversation(row.id, row.name, row.changed) for row in connection.execute(query)]

    def create_conversation(self, owner: str, name: str) -> Conversation:
        """A new, empty conversation."""
        made = Conversation(secrets.token_urlsafe(12), shorten_name(name), time.time())
        row = {"id": made.id, "owner": _hash_owner(owner), "name": made.name, "changed": made.changed}
        with self._begin() as connection:
            connection.execute(_CONVERSATIONS.insert().values(row))
        return made

    def rename_conversation(self, owner: str, conversation_id: str, name: str) -> None:
        """Give it another name; raises InputError for a blank one."""
        if not name.strip():
            raise InputError("a conversation needs a name", hint="type a name")
        with self._begin() as connection:
            self._check_owner(connection, owner, conversation_id)
            connection.execute(
                _CONVERSATIONS.update().where(_CONVERSATIONS.c.id == conversation_id).values(name=shorten_name(name))
            )

    def delete_conversation(self, owner: str, conversation_id: str) -> None:
        """Delete it with all its turns."""
        with self._begin() as connection:
            self._check_owner(connection, owner, conversation_id)
            connection.execute(_CONVERSATIONS.delete().where(_CONVERSATIONS.c.id == conversation_id))

    def list_turns(self, owner: str, conversation_id: str) -> list[Turn]:
        """The turns of a conversation, oldest first."""
        with self._begin() as connection:
            self._check_owner(connection, owner, conversation_id)
            query = _TURNS.select().where(_TURNS.c.conversation == conversation_id).order_by(_TURNS.c.id)
            return [_read_turn(row) for row in connection.execute(query)]

    def list_questions(self, owner: str, conversation_id: str, *, before: int | None = None) -> list[str]:
        """The questions of a conversation, oldest first; only those before the turn `before`, if given."""
        query = select(_TURNS.c.question).where(_TURNS.c.conversation == conversation_id).order_by(_TURNS.c.id)
        if before is not None:
            query = query.where(_TURNS.c.id < before)
        with self._begin() as connection:
            self._check_owner(connection, owner, conversation_id)
            return list(connection.execute(query).scalars())

    def read_turn(self, owner: str, turn_id: int) -> Turn:
        """One turn."""
        with self._begin() as connection:
            return _read_turn(self._find_turn(connection, owner, turn_id))

    def add_turn(self, owner: str, conversation_id: str, answer: Answer) -> Turn:
        """Append a turn to a conversation, which becomes the last used."""
        with self._begin() as connection:
            self._check_owner(connection, owner, conversation_id)
            values = {"question": answer.question, "answer": pack_answer(answer), "n_shown": None}
            key = connection.execute(
                _TURNS.insert().values(conversation=conversation_id, **values)
            ).inserted_primary_key
            self._touch(connection, conversation_id)
        return Turn(int(key[0]) if key else 0, answer)

    def replace_turn(self, owner: str, turn_id: int, answer: Answer) -> Turn:
        """Put another answer in the place of a turn's answer."""
        with self._begin() as connection:
            row = self._find_turn(connection, owner, turn_id)
            values = {"question": answer.question, "answer": pack_answer(answer), "n_shown": None}
            connection.execute(_TURNS.update().where(_TURNS.c.id == turn_id).values(values))
            self._touch(connection, row.conversation)
        return Turn(turn_id, answer)

    def stop_turn(self, owner: str, turn_id: int, n_shown: int) -> Turn:
        """Remember that the reader stopped after `n_shown` statements."""
        with self._begin() as connection:
            row = self._find_turn(connection, owner, turn_id)
            connection.execute(_TURNS.update().where(_TURNS.c.id == turn_id).values(n_shown=max(0, n_shown)))
        return Turn(turn_id, unpack_answer(row.answer), max(0, n_shown))

    def _check_owner(self, connection: Connection, owner: str, conversation_id: str) -> None:
        query = select(_CONVERSATIONS.c.id).where(
            _CONVERSATIONS.c.id == conversation_id, _CONVERSATIONS.c.owner == _hash_owner(owner)
        )
        if connection.execute(query).first() is None:
            raise _not_found()

    def _find_turn(self, connection: Connection, owner: str, turn_id: int) -> Row[Any]:
        query = (
            select(_TURNS)
            .join(_CONVERSATIONS)
            .where(_TURNS.c.id == turn_id, _CONVERSATIONS.c.owner == _hash_owner(owner))
        )
        row = connection.execute(query).first()
        if row is None:
            raise _not_found()
        return row

    def _touch(self, connection: Connection, conversation_id: str) -> None:
        query = _CONVERSATIONS.update().where(_CONVERSATIONS.c.id == conversation_id)
        connection.execute(query.values(changed=time.time()))


def _read_turn(row: Row[Any]) -> Turn:
    return Turn(row.id, unpack_answer(row.answer), row.n_shown)
