"""The one facade: open a library, add essays to it, remove them, ask it.

Everything a page or a command shows comes from here.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.answer.answerer import Answerer
from rag.answer.extract import EmbeddedWriter
from rag.answer.suggest import suggest_questions
from rag.errors import InputError, LibraryError
from rag.essays.outline import outline_essays
from rag.essays.passages import split_passages
from rag.essays.read import find_files, read_file
from rag.library.catalogue import Catalogue, EssayHead
from rag.library.conversations import Conversations
from rag.progress import Progress, ignore_progress
from rag.records import Answer, Essay, Outline
from rag.search.encoder import Encoder, load_encoder
from rag.search.index import Index
from rag.search.retrieve import Retriever
from rag.settings import EMBEDDED_ENCODER, Settings


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be added, and why."""

    path: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the files named to `Chatbot.add`. `notes` tell what looked odd but was kept."""

    n_added: int
    n_unchanged: int
    failed: tuple[FailedFile, ...]
    notes: tuple[str, ...]


class Chatbot:
    """A library that can be asked. Safe to use from several threads; open it with `Chatbot.open`."""

    def __init__(self, catalogue: Catalogue, index: Index, encoder: Encoder) -> None:
        self._catalogue = catalogue
        self._index = index
        self._encoder = encoder
        self._lock = threading.RLock()
        retriever = Retriever(catalogue, index, encoder)
        self._answerer = Answerer(
            catalogue,
            lambda question, k, within: retriever.find_passages(question, k, within=within),
            index.weigh_terms,
            EmbeddedWriter(),
        )
        self.conversations = Conversations(catalogue.engine)

    @classmethod
    def open(cls, settings: Settings, *, create: bool = True) -> Self:
        """Open the library, making an empty one if there is none and `create` says so.

        Its index is brought up to date first if a crash left it behind. Raises LibraryError or ModelError.
        """
        catalogue = Catalogue.open(settings.library, create=create)
        remembered = catalogue.setting(ENCODER_SETTING)
        name = settings.encoder or remembered or EMBEDDED_ENCODER
        if remembered and name != remembered:
            catalogue.close()
            raise ModelError(
                f"the library's vectors were made by the encoder {remembered!r}, not {name!r}",
                hint=f"leave --encoder out, or change the library's encoder: rag reindex --encoder {name}",
            )
        encoder = load_encoder(name)
        index = Index.open(settings.library, catalogue, encoder)
        if not remembered and create:
            catalogue.set_setting(ENCODER_SETTING, name)
        return cls(catalogue, index, encoder)
