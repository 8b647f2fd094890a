"""Both indexes of a library, kept in step with its catalogue.

The catalogue is the truth: what the index lacks is added, what it has too much is removed, and what is damaged or was
made from other essays is made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from rag.errors import LibraryError, ModelError
from rag.library.catalogue import Catalogue
from rag.progress import Progress, ignore_progress
from rag.records import Passage
from rag.search.generation import (
    Generation,
    Manifest,
    begin,
    hold_lock,
    load_published,
    make_empty,
    publish,
    read_manifest,
    read_name,
)
from rag.search.lexical import LexicalIndex, PassageTerms, analyse_passage
from rag.search.vectors import VectorIndex

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


def embedded_text(title: str, passage: Passage) -> str:
    """What stands for a passage in vector space: the essay's title and the section path before the text."""
    return "\n".join((title, *passage.section, passage.text))


@dataclass(frozen=True, slots=True)
class _NoEncoder:
    """Stands for the encoder of an index where nothing is to be encoded."""

    fingerprint: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        raise ModelError(f"{len(texts)} new passages need their encoder", hint="rag doctor --repair")


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

        Raises ModelError if its vectors were made by another encoder, LibraryError if it can't be written.
        """
        folder = library / "index"
        empty = make_empty(encoder.fingerprint, encoder.dimension)
        index = cls(folder, encoder, _load_fitting(folder, encoder) or empty)
        index.update(catalogue, progress)
        return index

    @classmethod
    def rebuild(cls, library: Path, catalogue: Catalogue, encoder: PassageEncoder, progress: Progress) -> Self:
        """Forget what there is and build the index from the catalogue."""
        (library / "index" / "current").unlink(missing_ok=True)
        return cls.open(library, catalogue, encoder, progress)

    @classmethod
    def examine(cls, library: Path, catalogue: Catalogue, encoder: PassageEncoder) -> list[str]:
        """What is wrong with the published index, one sentence each; empty if it is sound and up to date."""
        generation = _load_fitting(library / "index", encoder)
        if generation is None:
            return ["the search index is missing or damaged"]
        if not catalogue.has_version(generation.manifest.version):
            return ["the search index was made from other essays"]
        added, removed = _compare(catalogue, generation)
        problems = []
        if added:
            problems.append(f"{len(added)} passages are missing from the search index")
        if removed:
            problems.append(f"{len(removed)} passages of removed essays are still in the search index")
        return problems

    @classmethod
    def drop_removed(cls, library: Path, catalogue: Catalogue) -> None:
        """Take out of the published index what the catalogue no longer holds; this needs no encoder.

        An index that is missing, damaged or behind is left to the next opening, which has the encoder to mend it.
        """
        generation = load_published(library / "index")
        if generation is None or _compare(catalogue, generation)[0]:
            return
        manifest = generation.manifest
        with suppress(ModelError):  # essays may be added, or another encoder chosen, at this very moment
            cls(library / "index", _NoEncoder(manifest.encoder, manifest.dimension), generation).update(catalogue)

    def update(self, catalogue: Catalogue, progress: Progress = ignore_progress) -> None:
        """Bring the index to the state of the catalogue and publish it.

        Raises LibraryError if it can't be written: the essays are safe, and the next opening tries again.
        """
        if self._is_current(catalogue):
            return
        try:
            with hold_lock(self._folder):
                self.refresh()  # another program may have done it in the meantime
                if not self._is_current(catalogue):
                    self.generation = self._build(catalogue, progress)
        except (OSError, sqlite3.Error) as exc:
            raise LibraryError(
                f"the search index can't be written: {exc}",
                hint="check free space and permissions; the essays are safe, the index is mended at the next start",
            ) from exc

    def refresh(self) -> bool:
        """Take up a generation that another program has published; True if there was one.

        Raises ModelError if that program used another encoder.
        """
        name = read_name(self._folder)
        if not name or name == self.generation.name:
            return False
        generation = _load_fitting(self._folder, self._encoder)
        if generation is None:
            return False
        self.generation = generation
        return True

    def _is_current(self, catalogue: Catalogue) -> bool:
        generation = self.generation
        if not generation.name:
            return False
        version = catalogue.version
        if generation.manifest.version == version:
            return True
        return catalogue.has_version(generation.manifest.version) and _compare(catalogue, generation) == ([], [])

    def _build(self, catalogue: Catalogue, progress: Progress) -> Generation:
        encoder, former = self._encoder, self.generation
        version = catalogue.version  # read first: if essays come or go meanwhile, the next opening sees it
        if not catalogue.has_version(former.manifest.version):
            former = make_empty(encoder.fingerprint, encoder.dimension)
        added, removed = _compare(catalogue, former)
        folder = begin(self._folder, former)
        lexical = LexicalIndex.open(folder / "lexical")
        vectors = former.vectors.copy()
        vectors.remove(removed)
        lexical.change(self._analyse(catalogue, added, vectors, progress), removed)
        return publish(self._folder, folder, lexical, vectors, encoder=encoder.fingerprint, version=version)

    def _analyse(
        self, catalogue: Catalogue, added: Sequence[int], vectors: VectorIndex, progress: Progress
    ) -> Iterator[PassageTerms]:
        """The terms of the added passages; their vectors are put into `vectors` on the way, a batch at a time."""
        if not added:
            return
        wanted = set(added)
        rows: list[int] = []
        texts: list[str] = []
        n_done = 0
        for row, title, passage in catalogue.iter_passages(after=added[0] - 1):
            if row not in wanted:
                continue
            rows.append(row)
            texts.append(embedded_text(title, passage))
            yield analyse_passage(row, title, passage)
            if len(rows) == BATCH:
                vectors.add(np.array(rows), self._encoder.encode(texts))
                n_done += len(rows)
                progress("index", n_done, len(added))
                rows.clear()
                texts.clear()
        if rows:
            vectors.add(np.array(rows), self._encoder.encode(texts))
        progress("index", len(added), len(added))


def _compare(catalogue: Catalogue, generation: Generation) -> tuple[list[int], Collection[int]]:
    """Rows that the generation lacks, and rows that it has too much; both ascending."""
    wanted, held = set(catalogue.passage_rows()), set(generation.vectors.rows().tolist())
    return sorted(wanted - held), sorted(held - wanted)


def _load_fitting(folder: Path, encoder: PassageEncoder) -> Generation | None:
    """The published generation; None if there is none or it is damaged. Raises ModelError for another encoder's."""
    manifest = read_manifest(folder, read_name(folder))
    if manifest is not None:
        _check_encoder(manifest, encoder)
    generation = load_published(folder)
    if generation is not None:  # it may have been published since
        _check_encoder(generation.manifest, encoder)
    return generation


def _check_encoder(manifest: Manifest, encoder: PassageEncoder) -> None:
    if manifest.encoder != encoder.fingerprint:
        raise ModelError(
            f"the library's vectors were made by another encoder: {manifest.encoder}, {manifest.dimension} numbers "
            f"each, where this one is {encoder.fingerprint}, {encoder.dimension}",
            hint="vectors of two encoders can't be mixed: choose the former one, or make all anew with rag reindex",
        )
