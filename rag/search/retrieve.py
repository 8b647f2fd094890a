"""From a question to the passages that may answer it: two searches, one ranking, near-duplicates left out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.essays.text import fold
from rag.library.catalogue import Catalogue
from rag.records import Hit, Passage, Why
from rag.search.index import Index
from rag.search.thesaurus import Expansion, expand_question
from rag.search.words import bigrams, content_words, question_words, search_words

POOL = 100  # candidates of each search
CACHED = 4_096  # passages kept in memory, folded

# Shares of the three signals, each between 0 and 1: chosen on development questions, see docs/results/retrieval.md.
LEXICAL_SHARE, VECTOR_SHARE, COVERAGE_SHARE = 0.5, 0.2, 0.6
EXPANSION_WEIGHT = 0.6  # of an equivalent's own weight, beside 1 for the words of the question itself
SAME_TEXT = 0.9  # of the smaller passage's character pairs also in the better one: the same passage again


class QuestionEncoder(Protocol):
    """What retrieval needs of an encoder."""

    def encode_question(self, question: str) -> np.ndarray:
        """The unit vector (dimension,) of one question."""


@dataclass(frozen=True, slots=True)
class _Found:
    passage: Passage
    title: str
    folded: str  # head and text
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Scored:
    found: _Found
    score: float
    lexical_rank: int | None
    vector_rank: int | None


class Retriever:
    """Finds passages of one library."""

    def __init__(self, catalogue: Catalogue, index: Index, encoder: QuestionEncoder) -> None:
        self._catalogue = catalogue
        self._index = index
        self._encoder = encoder
        self._cache: OrderedDict[int, _Found] = OrderedDict()
        self._cache_version = -1

    def find_passages(self, question: str, k: int = 20, *, within: Collection[str] = ()) -> list[Hit]:
        """The k best passages, best first, ties by (essay_id, start); `within` keeps to these essays."""
        generation = self._index.generation
        words = list(dict.fromkeys(question_words(question)))
        pairs = list(dict.fromkeys(bigrams(question)))
        expansions = expand_question(question)
        lexical = generation.lexical.search(
            _add_equivalents(words, expansions, search_words), _add_equivalents(pairs, expansions, bigrams), POOL, within
        )
        rows_within = self._rows_of(within) if within else None
        vector = generation.vectors.search(self._encoder.encode_question(question), POOL, rows_within)
        rarity = generation.lexical.rarity(pairs)
        scored = self._score(lexical, vector, rarity, expansions)
        asked = content_words(question)
        return [
            Hit(
                one.found.passage,
                one.found.title,
                one.score,
                Why(one.lexical_rank, one.vector_rank, _explain(asked, expansions, one.found.folded)),
            )
            for one in _drop_repeated(scored, k)
        ]

    def _score(
        self,
        lexical: Sequence[tuple[int, float]],
        vector: Sequence[tuple[int, float]],
        rarity: dict[str, float],
        expansions: Sequence[Expansion],
    ) -> list[_Scored]:
        lexical_ranks = {row: rank for rank, (row, _) in enumerate(lexical, start=1)}
        vector_ranks = {row: rank for rank, (row, _) in enumerate(vector, start=1)}
        lexical_scores, vector_scores = dict(lexical), dict(vector)
        best = max((score for _, score in lexical), default=0.0)
        total = sum(rarity.values())
        others: dict[str, dict[str, float]] = {}
        for expansion in expansions:
            for pair in bigrams(expansion.word):
                others.setdefault(pair, {}).update(expansion.equivalents)
        scored = []
        for row, found in self._load([*lexical_ranks, *(row for row in vector_ranks if row not in lexical_ranks)]).items():
            met = sum(
                weight
                if pair in found.folded
                else weight * max((w for other, w in others.get(pair, {}).items() if other in found.folded), default=0.0)
                for pair, weight in rarity.items()
            )
            score = COVERAGE_SHARE * (met / total if total else 0.0)
            score += LEXICAL_SHARE * (lexical_scores.get(row, 0.0) / best if best else 0.0)
            score += VECTOR_SHARE * max(0.0, vector_scores.get(row, 0.0))
            scored.append(_Scored(found, score, lexical_ranks.get(row), vector_ranks.get(row)))
        return sorted(scored, key=lambda one: (-one.score, one.found.passage.essay_id, one.found.passage.start))

    def _load(self, rows: Sequence[int]) -> dict[int, _Found]:
        """The passages of these rows, in this order; rows that the catalogue no longer holds are left out."""
        version = self._catalogue.version
        if version != self._cache_version:  # what was removed may not be found in the cache
            self._cache.clear()
            self._cache_version = version
        missing = [row for row in rows if row not in self._cache]
        if missing:
            for row, (title, passage) in self._catalogue.titled_passages(missing).items():
                folded = fold("\n".join((title, *passage.section, passage.text)))
                self._cache[row] = _Found(passage, title, folded, frozenset(bigrams(passage.text)))
        loaded = {row: self._cache[row] for row in rows if row in self._cache}
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return loaded

    def _rows_of(self, essays: Collection[str]) -> np.ndarray:
        return np.array(self._catalogue.rows_of(essays), dtype=np.int64)


def _add_equivalents(
    terms: Sequence[str], expansions: Sequence[Expansion], cut: Callable[[str], list[str]]
) -> dict[str, float]:
    """The terms of the question with weight 1, those of its expansions with less."""
    weights = dict.fromkeys(terms, 1.0)
    for expansion in expansions:
        for equivalent, weight in expansion.equivalents:
            for term in cut(equivalent):
                weights[term] = max(weights.get(term, 0.0), weight * EXPANSION_WEIGHT)
    return weights


def _explain(asked: Sequence[str], expansions: Sequence[Expansion], folded: str) -> tuple[str, ...]:
    """Words of the question that the passage holds, then expansions it holds instead, as 掏腰包→自费."""
    matched = [word for word in asked if word in folded]
    for expansion in expansions:
        if expansion.word not in folded:
            met = next((other for other, _ in expansion.equivalents if other in folded), None)
            matched += [f"{expansion.word}→{met}"] if met else []
    return tuple(matched)


def _drop_repeated(scored: Sequence[_Scored], k: int) -> list[_Scored]:
    """The first k that do not repeat a better one."""
    kept: list[_Scored] = []
    for one in scored:
        if len(kept) == k:
            break
        if not any(_is_repeated(one.found, other.found) for other in kept):
            kept.append(one)
    return kept


def _is_repeated(found: _Found, better: _Found) -> bool:
    smaller = min(len(found.pairs), len(better.pairs))
    if smaller == 0:
        return found.passage.text == better.passage.text
    return len(found.pairs & better.pairs) >= SAME_TEXT * smaller and abs(len(found.pairs) - len(better.pairs)) < smaller
