"""Which sentence of the evidence answers the question: features of each sentence, weighed into one score.

The weights were fitted by `scripts/train_ranker.py`; they ship in `rag/models/sentence-ranker`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.answer.evidence import PassageView, Sentence
from rag.answer.expected import rate_fit
from rag.answer.question import Question
from rag.answer.when import rate_tense, rate_years, years_asked
from rag.search.words import bigrams, content_words

Weigh = Callable[[Sequence[str]], dict[str, float]]  # how rare each term is in the library; higher is rarer

FEATURES = (
    "bigrams_sentence",
    "bigrams_with_head",
    "bigrams_with_context",
    "bigrams_passage",
    "bigrams_gain",
    "words_sentence",
    "words_with_head",
    "longest_run",
    "fit",
    "fit_near",
    "retrieval",
    "reciprocal_rank",
    "density",
    "is_short",
    "is_long",
    "is_asking",
    "is_first",
    "years",
    "tense",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The question's bigrams and words, each with its share of the question: the shares of each kind sum to 1."""

    bigrams: dict[str, float]
    words: dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer. `coverage` is the share of the question met by the sentence with its headings."""

    view: PassageView
    sentence: Sentence
    features: tuple[float, ...]
    score: float

    def feature(self, name: str) -> float:
        """One feature by name."""
        return self.features[FEATURES.index(name)]

    @property
    def order(self) -> tuple[float, str, int]:
        """Sort key: best first, ties by place."""
        return (-self.score, self.view.passage.essay_id, self.sentence.start)


def _shares(terms: Sequence[str], weigh: Weigh) -> dict[str, float]:
    weights = weigh(list(dict.fromkeys(terms)))
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def weigh_terms(question: Question, weigh: Weigh) -> Terms:
    """The terms of what is asked about, or of the whole question if nothing is left without its asking phrases."""
    asked = question.asked if len(question.asked) > 1 else question.text
    return Terms(_shares(bigrams(asked), weigh), _shares(content_words(asked), weigh))


def _met(shares: dict[str, float], text: str) -> float:
    return sum(share for term, share in shares.items() if term in text)


def _longest_run(terms: Sequence[str], text: str) -> float:
    """Length of the longest run of consecutive question bigrams found in the text, as a share of all."""
    longest = run = 0
    for term in terms:
        run = run + 1 if term in text else 0
        longest = max(longest, run)
    return longest / len(terms) if terms else 0.0


def _near_fit(question: Question, shares: dict[str, float], folded: str) -> float:
    """Best product of coverage and fit within one clause: the asked number beside the asked thing."""
    best = 0.0
    previous = ""
    for clause in folded.replace("；", "，").replace(";", "，").replace(",", "，").replace("、", "，").split("，"):
        fit = rate_fit(question, clause)
        if fit > 0:
            best = max(best, fit * _met(shares, previous + clause))
        previous = clause
    return best


def measure_sentence(
    question: Question, terms: Terms, view: PassageView, sentence: Sentence, best_retrieval: float, essay_date: str
) -> tuple[float, ...]:
    """The features of one sentence, in the order of FEATURES."""
    shares = terms.bigrams
    folded = sentence.folded
    before = view.sentences[sentence.index - 1].folded if sentence.index else ""
    own = _met(shares, folded)
    headed = _met(shares, view.head + "\n" + folded)
    in_passage = _met(shares, view.head + "\n" + view.folded)
    asked_years = years_asked(question, essay_date)
    return (
        own,
        headed,
        _met(shares, view.head + "\n" + before + "\n" + folded),
        in_passage,
        headed - _met(shares, view.head),
        _met(terms.words, folded),
        _met(terms.words, view.head + "\n" + folded),
        _longest_run(list(shares), folded),
        rate_fit(question, folded),
        _near_fit(question, shares, folded),
        view.hit.score / best_retrieval if best_retrieval > 0 else 0.0,
        1.0 / (1 + view.rank),
        own / math.log(8 + len(folded)),
        float(len(folded) < 10),
        min(1.0, len(folded) / 200),
        float(folded.rstrip('"').endswith(("?", "？"))),
        float(sentence.index == 0),
        rate_years(asked_years, folded, view.head, essay_date),
        rate_tense(question, asked_years, folded, view.head, essay_date),
    )


@cache
def _load_weights() -> np.ndarray:
    path = Path(__file__).parent.parent / "models" / "sentence-ranker" / "weights.json"
    weights = json.loads(path.read_text(encoding="utf-8"))["weights"]
    return np.array([weights[name] for name in FEATURES])


def rank_sentences(
    question: Question, views: Sequence[PassageView], weigh: Weigh, date_of: Callable[[str], str]
) -> list[Candidate]:
    """Every sentence of the passages, best first; ties by (essay_id, start). `date_of` gives an essay's date."""
    terms = weigh_terms(question, weigh)
    best = max((view.hit.score for view in views), default=0.0)
    weights = _load_weights()
    candidates = []
    for view in views:
        date = date_of(view.passage.essay_id)
        for sentence in view.sentences:
            features = measure_sentence(question, terms, view, sentence, best, date)
            candidates.append(Candidate(view, sentence, features, float(weights @ features)))
    return sorted(candidates, key=lambda candidate: candidate.order)
