"""From a question to the passages that may answer it: two searches, one ranking, near-duplicates left out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from rag.essays.text import fold
from rag.library.catalogue import Catalogue
from rag.records import Hit, Passage, Why
from rag.search.fusion import Coverage, fuse, repeats
from rag.search.generation import Generation
from rag.search.index import Index
from rag.search.thesaurus import Expansion, expand_question
from rag.search.words import bigrams, content_words, question_words, search_words

POOL = 60  # candidates of each search: with 30 the same passages came first, with 100 no others
CACHED = 4_096  # passages kept in memory, folded
EXPANSION_WEIGHT = 0.6  # of an equivalent's own weight, beside 1 for the words of the question itself


class QuestionEncoder(Protocol):
    """What retrieval needs of an encoder."""

    def encode_question(self, question: str) -> np.ndarray:
        """The unit vector (dimension,) of one question."""


@dataclass(frozen=True, slots=True)
class _Found:
    passage: Passage
    title: str
    folded: str  # title, section path and text


@dataclass(frozen=True, slots=True)
class _Scored:
    found: _Found
    score: float
    lexical_rank: int | None
    vector_rank: int | None


class Retriever:
    """Finds passages of one library; safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, index: Index, encoder: QuestionEncoder) -> None:
        self._index = index
        self._encoder = encoder
        self._catalogue = catalogue
        self._shelf = _Shelf(catalogue)

    def find_passages(self, question: str, k: int = 20, *, within: Collection[str] = ()) -> list[Hit]:
        """The k best passages, best first, ties by (essay_id, start); `within` keeps to these essays."""
        generation = self._index.generation
        expansions = expand_question(question)
        lexical = self._search_words(generation, question, expansions, within)
        rows = np.array(self._catalogue.rows_of(within), dtype=np.int64) if within else None
        vector = generation.vectors.search(self._encoder.encode_question(question), POOL, rows)
        vector = [(row, score) for row, score in vector if score > 0]  # a question without a known word is near nothing
        coverage = Coverage(generation.lexical.rarity(list(dict.fromkeys(bigrams(question)))), expansions)
        words = content_words(question)
        return [
            Hit(
                one.found.passage,
                one.found.title,
                one.score,
                Why(one.lexical_rank, one.vector_rank, _explain(question, words, expansions, one.found.folded)),
            )
            for one in _drop_repeated(self._score(lexical, vector, coverage), k)
        ]

    def _search_words(
        self, generation: Generation, question: str, expansions: Sequence[Expansion], within: Collection[str]
    ) -> list[tuple[int, float]]:
        words = weigh_terms(question_words(question), expansions, search_words)
        pairs = weigh_terms(bigrams(question), expansions, bigrams)
        return generation.lexical.search(words, pairs, POOL, within)

    def _score(
        self, lexical: Sequence[tuple[int, float]], vector: Sequence[tuple[int, float]], coverage: Coverage
    ) -> list[_Scored]:
        lexical_ranks = {row: rank for rank, (row, _) in enumerate(lexical, start=1)}
        vector_ranks = {row: rank for rank, (row, _) in enumerate(vector, start=1)}
        lexical_scores, vector_scores = dict(lexical), dict(vector)
        best = max(lexical_scores.values(), default=0.0) or 1.0
        scored = []
        for row, found in self._shelf.take(lexical_ranks | vector_ranks).items():
            score = fuse(
                lexical_scores.get(row, 0.0) / best, vector_scores.get(row, 0.0), coverage.measure(found.folded)
            )
            scored.append(_Scored(found, score, lexical_ranks.get(row), vector_ranks.get(row)))
        return sorted(scored, key=lambda one: (-one.score, one.found.passage.essay_id, one.found.passage.start))


class _Shelf:
    """Passages by row, the latest ones kept at hand for as long as the essays stay as they are."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._kept: dict[int, _Found] = {}
        self._version = -1

    def take(self, rows: Iterable[int]) -> dict[int, _Found]:
        """The passages of these rows; rows that the catalogue no longer holds are left out."""
        version = self._catalogue.version
        with self._lock:
            if version != self._version:  # what was removed may not be found here
                self._kept.clear()
                self._version = version
            taken = {row: self._kept[row] for row in rows if row in self._kept}
        missing = [row for row in rows if row not in taken]
        read = {
            row: _Found(passage, title, fold("\n".join((title, *passage.section, passage.text))))
            for row, (title, passage) in (self._catalogue.titled_passages(missing) if missing else {}).items()
        }
        with self._lock:
            if version == self._version:
                self._kept |= read
                for row in list(self._kept)[: len(self._kept) - CACHED]:
                    del self._kept[row]
        return taken | read


def weigh_terms(
    terms: Sequence[str], expansions: Sequence[Expansion], cut: Callable[[str], list[str]]
) -> dict[str, float]:
    """The terms of the question with weight 1, those of its equivalents with less."""
    weights = dict.fromkeys(terms, 1.0)
    for expansion in expansions:
        for equivalent, weight in expansion.equivalents:
            for term in cut(equivalent):
                weights[term] = max(weights.get(term, 0.0), weight * EXPANSION_WEIGHT)
    return weights


def _explain(question: str, words: Sequence[str], expansions: Sequence[Expansion], folded: str) -> tuple[str, ...]:
    """Words of the question that the passage holds, as they stand there, then equivalents: 掏腰包→自费."""
    folded_question = fold(question)

    def quote(word: str) -> str:
        at = folded_question.find(word)
        return question[at : at + len(word)]

    matched = [quote(word) for word in words if word in folded]
    for expansion in expansions:
        if expansion.word not in folded:
            met = next((other for other, _ in expansion.equivalents if other in folded), None)
            matched += [f"{quote(expansion.word)}→{met}"] if met else []
    return tuple(matched)


def _drop_repeated(scored: Sequence[_Scored], k: int) -> list[_Scored]:
    """The first k that do not repeat a better one."""
    kept: list[_Scored] = []
    seen: list[frozenset[str]] = []
    for one in scored:
        if len(kept) == k:
            break
        text = one.found.folded[-len(one.found.passage.text) :]
        pairs = frozenset(map("".join, pairwise(text))) or frozenset((text,))
        if not any(repeats(pairs, better) for better in seen):
            kept.append(one)
            seen.append(pairs)
    return kept
