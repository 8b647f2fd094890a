"""The one facade: open a library, add essays to it, remove them, ask it.

Everything a page or a command shows comes from here. The encoder and the search index are opened when they are first
needed: they take seconds, and a list of the essays needs neither.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.answer.answerer import Answerer, check_question
from rag.answer.extract import EmbeddedWriter
from rag.answer.suggest import suggest_questions
from rag.errors import InputError, ModelError, RagError
from rag.essays.outline import outline_essays
from rag.essays.passages import split_passages
from rag.essays.read import find_files, read_file
from rag.library.catalogue import Catalogue
from rag.library.conversations import Conversations
from rag.library.doctor import examine_essays
from rag.progress import Progress, ignore_progress
from rag.records import Answer, Essay, EssayHead, Hit, Outline
from rag.search.encoder import load_encoder
from rag.search.index import Index
from rag.search.retrieve import Retriever
from rag.settings import EMBEDDED_ENCODER, Settings

ENCODER_SETTING = "encoder"
_SUGGESTED_FROM = 8  # essays that the example questions are made from
_RACES = 5  # times that essays may go while a question is being answered
_TRIED = 40  # questions tried to find those that have an answer


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be added. `message` names it and says why; `hint` says what to do."""

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


@dataclass(frozen=True, slots=True)
class _Search:
    index: Index
    retriever: Retriever


class Chatbot:
    """A library that can be asked. Safe to use from several threads; open it with `Chatbot.open`."""

    def __init__(self, catalogue: Catalogue, encoder_name: str, progress: Progress) -> None:
        self._catalogue = catalogue
        self._encoder_name = encoder_name
        self._progress = progress
        self._changing = threading.Lock()
        self._opening = threading.Lock()
        self._opened: _Search | None = None
        self._answerer = Answerer(catalogue, self.find_passages, self.weigh, EmbeddedWriter())
        self.conversations = Conversations(catalogue.engine)

    @classmethod
    def open(
        cls, settings: Settings, *, create: bool = True, search: bool = True, progress: Progress = ignore_progress
    ) -> Self:
        """Open the library, making an empty one if there is none and `create` says so.

        Its index is brought up to date if a crash left it behind: now, or without `search` when it is first needed.
        Raises LibraryError or ModelError.
        """
        catalogue = Catalogue.open(settings.library, create=create)
        try:
            remembered = catalogue.setting(ENCODER_SETTING)
            name = settings.encoder or remembered or EMBEDDED_ENCODER
            if remembered and name != remembered:
                raise ModelError(
                    f"the library's vectors were made by the encoder {remembered!r}, not {name!r}",
                    hint=f"leave --encoder out, or change the library's encoder: rag reindex --encoder {name}",
                )
            chatbot = cls(catalogue, name, progress)
            if search:
                chatbot._search()
        except RagError:
            catalogue.close()
            raise
        return chatbot

    def _search(self) -> _Search:
        """The search side, opened at the first call."""
        with self._opening:
            if self._opened is None:
                encoder = load_encoder(self._encoder_name)
                try:
                    index = Index.open(self._catalogue.folder, self._catalogue, encoder, self._progress)
                except ModelError:
                    if self._encoder_name != EMBEDDED_ENCODER:
                        raise
                    # The library wants the embedded encoder, of which this version of the package has another one.
                    index = Index.rebuild(self._catalogue.folder, self._catalogue, encoder, self._progress)
                self._opened = _Search(index, Retriever(self._catalogue, index, encoder))
            return self._opened

    @classmethod
    def reindex(cls, settings: Settings, progress: Progress = ignore_progress) -> int:
        """Build the index anew, with another encoder if `settings` name one; returns how many passages it holds."""
        with Catalogue.open(settings.library, create=False) as catalogue:
            name = settings.encoder or catalogue.setting(ENCODER_SETTING) or EMBEDDED_ENCODER
            encoder = load_encoder(name)
            # Remembered first: if building is cut off, the next start finishes it with the encoder that was chosen.
            catalogue.set_setting(ENCODER_SETTING, name)
            return len(Index.rebuild(settings.library, catalogue, encoder, progress).generation.vectors)

    @classmethod
    def examine(
        cls, settings: Settings, *, repair: bool, progress: Progress = ignore_progress
    ) -> tuple[list[str], list[str]]:
        """What is wrong with the library, in words: what was mended, and what remains.

        With `repair` an unsound search index is made anew; essays can't be mended, only added again.
        """
        with Catalogue.open(settings.library, create=False) as catalogue:
            remaining = examine_essays(catalogue)
            encoder = load_encoder(settings.encoder or catalogue.setting(ENCODER_SETTING) or EMBEDDED_ENCODER)
            found = Index.examine(settings.library, catalogue, encoder)
            if found and repair:
                Index.rebuild(settings.library, catalogue, encoder, progress)
                return found, remaining + Index.examine(settings.library, catalogue, encoder)
        return [], remaining + found

    def close(self) -> None:
        """Let the library go."""
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, paths: Sequence[Path], progress: Progress = ignore_progress) -> AddReport:
        """Add files and folders; a file that was added before is replaced if it has changed, else skipped.

        A bad file is reported and does not stop the rest. What is acknowledged is on disk.
        """
        search = self._search()  # first: without an encoder nothing is added
        files: dict[Path, None] = {}
        failed: list[FailedFile] = []
        for path in paths:
            try:
                files |= dict.fromkeys(file.resolve() for file in find_files([path]))
            except InputError as error:
                failed.append(FailedFile(str(path), str(error), error.hint))
        n_added = n_unchanged = 0
        notes: list[str] = []
        with self._changing:
            if not self._catalogue.setting(ENCODER_SETTING):
                self._catalogue.set_setting(ENCODER_SETTING, self._encoder_name)
            for done, path in enumerate(files, start=1):
                try:
                    added = self._add_file(path, notes, progress)
                except InputError as error:
                    failed.append(FailedFile(str(path), str(error), error.hint))
                except OSError as error:
                    failed.append(
                        FailedFile(str(path), f"{path}: {error.strerror}", "check that you may read the file")
                    )
                else:
                    n_unchanged += added is None
                    n_added += added or 0
                progress("read", done, len(files))
            search.index.update(self._catalogue, progress)
        return AddReport(n_added, n_unchanged, tuple(failed), tuple(notes))

    def _add_file(self, path: Path, notes: list[str], progress: Progress) -> int | None:
        """How many essays the file held; None if it is unchanged."""
        if not path.is_file():
            raise InputError(f"{path}: not a file", hint="name a file, or a folder to add all files in it")
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if self._catalogue.file_sha256(str(path)) == sha256:
            return None
        warnings: list[str] = []
        with self._catalogue.replacing(str(path), sha256) as writer:
            for source in read_file(path):
                warnings += [f"{source.source}: {warning}" for warning in source.warnings]
                for outline in outline_essays(source):
                    writer.add(outline, split_passages(outline))
                if writer.n_added % 1_000 == 999:
                    progress("essays", writer.n_added, None)
            if not writer.n_added:
                raise InputError(f"{path}: there is no text in it", hint="add a file that holds an essay")
        notes += warnings
        if writer.n_repeated:
            notes.append(f"{path}: {writer.n_repeated} essays stand in it twice and were kept once")
        notes += self._catalogue.describe_copies(str(path))
        return writer.n_added

    def remove(self, *, essay_id: str | None = None, source: str | None = None) -> int:
        """Remove one essay, or all that came from a file or folder; returns how many. They never answer again.

        Raises InputError if there is nothing to remove.
        """
        with self._changing:
            if essay_id is not None:
                n_removed = int(self._catalogue.remove_essay(essay_id))
            else:
                named = source or ""
                n_removed = self._catalogue.remove_source(named) or self._catalogue.remove_source(_resolve(named))
            if not n_removed:
                named = repr(source if essay_id is None else essay_id)
                raise InputError(
                    f"the library holds nothing from {named}", hint="rag list --json shows ids and sources"
                )
            if self._opened is None:
                Index.drop_removed(self._catalogue.folder, self._catalogue)
            else:
                self._opened.index.update(self._catalogue)
        return n_removed

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer with its proof, or a refusal; see `Answerer.answer`."""
        check_question(question)  # before the encoder is loaded
        index = self._search().index
        for _ in range(_RACES):
            index.refresh()
            version = self._catalogue.version
            try:
                return self._answerer.answer(question, history)
            except InputError:
                if version == self._catalogue.version:
                    raise
                # An essay was removed between finding it and reading it: the question is asked anew, of what is left.
        return self._answerer.answer(question, history)

    def find_passages(self, question: str, k: int, within: frozenset[str] | None = None) -> list[Hit]:
        """The k best passages for a question, best first; `within` keeps to these essays."""
        return self._search().retriever.find_passages(question, k, within=within or ())

    def weigh(self, terms: Sequence[str]) -> dict[str, float]:
        """How rare each term is in the library; higher is rarer."""
        return self._search().index.generation.lexical.rarity(terms)

    def list_essays(self) -> list[EssayHead]:
        """All essays without their texts, in the order they were added."""
        return self._catalogue.essays()

    def read_essay(self, essay_id: str) -> Essay:
        """One essay. Raises InputError if the library does not hold it."""
        return self._catalogue.essay(essay_id)

    def read_outline(self, essay_id: str) -> Outline:
        """One essay with its structure. Raises InputError if the library does not hold it."""
        return self._catalogue.outline(essay_id)

    def iter_essays(self) -> Iterator[Essay]:
        """All essays with their texts, in the order they were added."""
        return self._catalogue.iter_essays()

    def suggest_questions(self, n: int = 6) -> list[str]:
        """Example questions from the library's own headings, each of which has an answer; at most n."""
        heads = self.list_essays()
        step = max(1, len(heads) // _SUGGESTED_FROM)
        outlines = [self.read_outline(head.id) for head in heads[::step][:_SUGGESTED_FROM]]
        good: list[str] = []
        for tried, question in enumerate(suggest_questions(outlines)):
            if len(good) == n or tried == _TRIED:
                break
            if self.ask(question).refusal is None:
                good.append(question)
        return good


def _resolve(path: str) -> str:
    """The absolute form in which a source is kept; `file.jsonl#id` keeps its id."""
    file, mark, row = path.partition("#")
    return str(Path(file).expanduser().resolve()) + mark + row
