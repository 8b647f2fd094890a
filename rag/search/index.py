"""Both indexes as one published generation on disk, always to be rebuilt from the catalogue.

    index/current               the name of the published generation
    index/gen-000007/lexical/   tantivy
    index/gen-000007/vectors    FAISS
    index/gen-000007/manifest.json

A generation is written aside, flushed to disk and then published by replacing `current` in one step; a crash leaves
the old one in force, and the next opening sees that it is behind the catalogue and brings it up to date.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from rag.errors import LibraryError, ModelError
from rag.library.catalogue import Catalogue
from rag.progress import Progress, ignore_progress
from rag.records import Passage
from rag.search.lexical import LexicalIndex, PassageTerms, analyse_passage
from rag.search.vectors import VectorIndex

FORMAT = 1
BATCH = 2_000  # passages encoded at a time


class PassageEncoder(Protocol):
    """What the index needs of an encoder: see `rag.search.encoder`."""

    @property
    def fingerprint(self) -> str:
        """Which model made a vector."""

    @property
    def dimension(self) -> int:
        """Length of its vectors."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (n, dimension), float32."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself."""

    format: int
    encoder: str
    dimension: int
    n_passages: int
    vectors_sha256: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of both indexes; never changed once published."""

    name: str
    lexical: LexicalIndex
    vectors: VectorIndex


def embedded_text(title: str, passage: Passage) -> str:
    """What stands for a passage in vector space: the essay's title and the section path before the text."""
    return "\n".join((title, *passage.section, passage.text))


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Index:
    """The published generation of one library. Searches go on undisturbed while an update builds the next."""

    def __init__(self, folder: Path, encoder: PassageEncoder, generation: Generation) -> None:
        self._folder = folder
        self._encoder = encoder
        self.generation = generation

    @classmethod
    def open(
        cls, library: Path, catalogue: Catalogue, encoder: PassageEncoder, progress: Progress = ignore_progress
    ) -> Self:
        """The index of a library, rebuilt where it is missing or damaged and brought up to date where it is behind.

        Raises ModelError if its vectors were made by another encoder.
        """
        folder = library / "index"
        generation = _load(folder, encoder)
        if generation is None:
            generation = Generation("", LexicalIndex(), VectorIndex(encoder.dimension))
        index = cls(folder, encoder, generation)
        index.update(catalogue, progress)
        return index

    @classmethod
    def rebuild(cls, library: Path, catalogue: Catalogue, encoder: PassageEncoder, progress: Progress) -> Self:
        """Forget what there is and build the index from the catalogue."""
        folder = library / "index"
        (folder / "current").unlink(missing_ok=True)
        return cls.open(library, catalogue, encoder, progress)

    @classmethod
    def examine(cls, library: Path, catalogue: Catalogue, encoder: PassageEncoder) -> list[str]:
        """What is wrong with the published index, one sentence each; empty if it is sound and up to date."""
        generation = _load(library / "index", encoder)
        if generation is None:
            return ["the search index is missing or damaged"]
        wanted, held = set(catalogue.passage_rows()), set(generation.vectors.rows().tolist())
        problems = []
        if wanted - held:
            problems.append(f"{len(wanted - held)} passages are missing from the search index")
        if held - wanted:
            problems.append(f"{len(held - wanted)} passages of removed essays are still in the search index")
        return problems

    def update(self, catalogue: Catalogue, progress: Progress = ignore_progress) -> None:
        """Bring the index to the state of the catalogue and publish it."""
        wanted = catalogue.passage_rows()
        held = set(self.generation.vectors.rows().tolist())
        added = sorted(set(wanted) - held)
        removed = sorted(held - set(wanted))
        if not added and not removed and self.generation.name:
            return
        try:
            self.generation = self._build(catalogue, added, removed, progress)
        except OSError as exc:
            raise LibraryError(
                f"the search index can't be written: {exc.strerror}",
                hint="check free space and permissions; the essays are safe, the index is mended at the next start",
            ) from exc

    def refresh(self) -> bool:
        """Take up a generation that another process has published; True if there was one."""
        try:
            name = (self._folder / "current").read_text(encoding="ascii").strip()
        except OSError:
            return False
        if name == self.generation.name:
            return False
        generation = _load(self._folder, self._encoder)
        if generation is None:
            return False
        self.generation = generation
        return True

    def _build(
        self, catalogue: Catalogue, added: Sequence[int], removed: Collection[int], progress: Progress
    ) -> Generation:
        folder = _fresh_folder(self._folder)
        if self.generation.name:
            _link_folder(self._folder / self.generation.name / "lexical", folder / "lexical")
        lexical = LexicalIndex.open(folder / "lexical")
        vectors = self.generation.vectors.copy()
        vectors.remove(removed)
        lexical.change(self._analyse(catalogue, added, vectors, progress), removed)
        if len(lexical) != len(vectors):
            raise LibraryError("the two search indexes disagree", hint="rag doctor --repair")
        vectors.save(folder / "vectors")
        manifest = Manifest(
            FORMAT, self._encoder.fingerprint, vectors.dimension, len(vectors), _hash_file(folder / "vectors")
        )
        (folder / "manifest.json").write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        _publish(self._folder, folder)
        return Generation(folder.name, lexical, vectors)

    def _analyse(
        self, catalogue: Catalogue, added: Sequence[int], vectors: VectorIndex, progress: Progress
    ) -> Iterator[PassageTerms]:
        """The terms of the added passages; their vectors are put into `vectors` on the way, a batch at a time."""
        if not added:
            return
        wanted = set(added)
        rows: list[int] = []
        texts: list[str] = []
        done = 0
        for row, title, passage in catalogue.iter_passages(after=added[0] - 1):
            if row not in wanted:
                continue
            rows.append(row)
            texts.append(embedded_text(title, passage))
            yield analyse_passage(row, title, passage)
            if len(rows) == BATCH:
                vectors.add(np.array(rows), self._encoder.encode(texts))
                done += len(rows)
                progress("index", done, len(added))
                rows.clear()
                texts.clear()
        if rows:
            vectors.add(np.array(rows), self._encoder.encode(texts))
        progress("index", len(added), len(added))


def _load(folder: Path, encoder: PassageEncoder) -> Generation | None:
    """The published generation; None if there is none or it is damaged."""
    try:
        name = (folder / "current").read_text(encoding="ascii").strip()
        manifest = Manifest(**json.loads((folder / name / "manifest.json").read_text(encoding="utf-8")))
        if not name.startswith("gen-") or manifest.format != FORMAT:
            return None
        if _hash_file(folder / name / "vectors") != manifest.vectors_sha256:
            return None
    except (OSError, ValueError, TypeError):
        return None
    if manifest.encoder != encoder.fingerprint:
        raise ModelError(
            f"the library's vectors were made by another encoder ({manifest.encoder}, {manifest.dimension} numbers each; "
            f"this one is {encoder.fingerprint}, {encoder.dimension})",
            hint="vectors of two encoders can't be mixed: choose the former one, or make all anew with rag reindex",
        )
    try:
        generation = Generation(
            name, LexicalIndex.open(folder / name / "lexical"), VectorIndex.load(folder / name / "vectors")
        )
    except LibraryError:
        return None
    sound = len(generation.lexical) == len(generation.vectors) == manifest.n_passages
    return generation if sound else None


def _fresh_folder(folder: Path) -> Path:
    """A new folder for the next generation, leftovers of a crash under its name removed."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.name[4:]) for path in folder.glob("gen-*") if path.name[4:].isdigit()]
    fresh = folder / f"gen-{max(numbers, default=0) + 1:06d}"
    fresh.mkdir()
    return fresh


def _link_folder(source: Path, target: Path) -> None:
    """The files of a published word index under a second name: tantivy never changes a file it has written.

    Its lists of files are replaced, not changed, so they may be linked too; its lock files are left behind.
    """
    target.mkdir()
    for path in source.iterdir():
        if path.name.endswith(".lock"):
            continue
        try:
            os.link(path, target / path.name)
        except OSError:
            shutil.copy2(path, target / path.name)


def _publish(folder: Path, fresh: Path) -> None:
    """Make the fresh generation the current one, durably, then remove the others."""
    for path in (*fresh.rglob("*"), fresh):
        _flush_to_disk(path)
    aside = folder / "current.new"
    aside.write_text(fresh.name, encoding="ascii")
    _flush_to_disk(aside)
    aside.replace(folder / "current")
    _flush_to_disk(folder)
    for path in folder.glob("gen-*"):
        if path.name != fresh.name:
            shutil.rmtree(path, ignore_errors=True)
