"""What a passage found by two searches is worth, worked out from three signals between 0 and 1.

- lexical: its BM25 score, as a share of the best for this question;
- vector: the inner product of its vector and the question's;
- coverage: which of the question's character pairs stand in it or its head, the rare ones counting more. A word that
  stands there as an equivalent (自费 for 掏腰包) counts by the equivalent's weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.search.thesaurus import Expansion
from rag.search.words import bigrams

# Chosen on development questions, see docs/results/retrieval.md.
LEXICAL_SHARE, VECTOR_SHARE, COVERAGE_SHARE = 0.35, 0.13, 0.82
SAME_TEXT = 0.9  # of the smaller passage's character pairs also in the better one: the same passage again


def fuse(lexical: float, vector: float, coverage: float) -> float:
    """One score of the three signals; higher is better."""
    return LEXICAL_SHARE * lexical + VECTOR_SHARE * max(0.0, vector) + COVERAGE_SHARE * coverage


class Coverage:
    """The pairs of one question with their weights, to be looked up in many passages."""

    def __init__(self, rarity: Mapping[str, float], expansions: Sequence[Expansion]) -> None:
        """`rarity` tells how much each pair of the question counts."""
        self._rarity = rarity
        self._total = sum(rarity.values())
        self._equivalents: dict[str, dict[str, float]] = {}
        for expansion in expansions:
            for pair in bigrams(expansion.word):
                self._equivalents.setdefault(pair, {}).update(expansion.equivalents)

    def measure(self, folded: str) -> float:
        """The share of the question that stands in a folded text, by weight, between 0 and 1."""
        if not self._total:
            return 0.0
        met = 0.0
        for pair, weight in self._rarity.items():
            if pair in folded:
                met += weight
            elif pair in self._equivalents:
                met += weight * max((w for word, w in self._equivalents[pair].items() if word in folded), default=0.0)
        return met / self._total


def repeats(pairs: frozenset[str], better: frozenset[str]) -> bool:
    """True if a text with these character pairs says little that a text with those `better` ones does not.

    A short text is not a repetition of one twice as rich that happens to hold it.
    """
    smaller, larger = sorted((len(pairs), len(better)))
    return larger < 2 * smaller and len(pairs & better) >= SAME_TEXT * smaller
