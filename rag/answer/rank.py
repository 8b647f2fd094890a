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
from rag.answer.question import Kind, Question
from rag.answer.when import rate_tense, rate_years, years_asked
from rag.essays.text import CLOSERS
from rag.search.thesaurus import Expansion, expand_question
from rag.search.words import bigrams, content_words, question_words

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
    "fit_number",
    "fit_who",
    "fit_when",
    "fit_where",
    "fit_list",
    "fit_why",
    "fit_how",
    "fit_definition",
    "fit_near",
    "retrieval",
    "reciprocal_rank",
    "density",
    "is_short",
    "is_long",
    "is_asking",
    "is_first",
    "is_line",
    "years",
    "tense",
)
_STOPS = ("。", "!", "?", ";", ".", "…", "！", "？", "；")
_FITTED: tuple[Kind, ...] = ("number", "who", "when", "where", "list", "why", "how", "definition")


@dataclass(frozen=True, slots=True)
class Term:
    """A bigram or word of the question, its share of the question, and what may stand for it with a weight each."""

    text: str
    share: float
    equivalents: tuple[tuple[str, float], ...] = ()

    def met_by(self, text: str) -> float:
        """The share that a folded text meets: all of it by the term itself, less by an equivalent."""
        if self.text in text:
            return self.share
        return self.share * max((weight for other, weight in self.equivalents if other in text), default=0.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """The question's bigrams and words in order; the shares of each kind sum to 1."""

    bigrams: tuple[Term, ...]
    words: tuple[Term, ...]


def share_met(terms: Sequence[Term], text: str) -> float:
    """The share of the question that a folded text meets, between 0 and 1."""
    return sum(term.met_by(text) for term in terms)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with its features in the order of FEATURES."""

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


def _weigh(found: Sequence[str], expansions: Sequence[Expansion], weigh: Weigh) -> tuple[Term, ...]:
    unique = list(dict.fromkeys(found))
    equivalents: dict[str, dict[str, float]] = {}
    for expansion in expansions:
        for term in {expansion.word, *bigrams(expansion.word), *question_words(expansion.word)}:
            equivalents.setdefault(term, {}).update(expansion.equivalents)
    weights = weigh(unique)
    total = sum(weights.values()) or 1.0
    return tuple(Term(term, weights[term] / total, tuple(equivalents.get(term, {}).items())) for term in unique)


def weigh_terms(question: Question, weigh: Weigh) -> Terms:
    """The terms of what is asked about, or of the whole question if nothing is left without its asking phrases."""
    asked = question.asked if len(question.asked) > 1 else question.text
    expansions = expand_question(asked)
    return Terms(_weigh(bigrams(asked), expansions, weigh), _weigh(content_words(asked), expansions, weigh))


def _longest_run(terms: Sequence[Term], text: str) -> float:
    """Length of the longest run of consecutive question bigrams found in the text, as a share of all."""
    longest = run = 0
    for term in terms:
        run = run + 1 if term.text in text else 0
        longest = max(longest, run)
    return longest / len(terms) if terms else 0.0


def _near_fit(question: Question, terms: Sequence[Term], folded: str) -> float:
    """Best product of coverage and fit within one clause: the asked number beside the asked thing."""
    best = 0.0
    previous = ""
    for clause in folded.replace("；", "，").replace(";", "，").replace(",", "，").replace("、", "，").split("，"):
        fit = rate_fit(question, clause)
        if fit > 0:
            best = max(best, fit * share_met(terms, previous + clause))
        previous = clause
    return best


def measure_sentence(
    question: Question, terms: Terms, view: PassageView, sentence: Sentence, best_retrieval: float, essay_date: str
) -> tuple[float, ...]:
    """The features of one sentence, in the order of FEATURES."""
    pairs = terms.bigrams
    folded = sentence.folded
    fit = rate_fit(question, folded)
    before = view.sentences[sentence.index - 1].folded if sentence.index else ""
    own = share_met(pairs, folded)
    headed = share_met(pairs, view.head + "\n" + folded)
    in_passage = share_met(pairs, view.head + "\n" + view.folded)
    asked_years = years_asked(question, essay_date)
    return (
        own,
        headed,
        share_met(pairs, view.head + "\n" + before + "\n" + folded),
        in_passage,
        headed - share_met(pairs, view.head),
        share_met(terms.words, folded),
        share_met(terms.words, view.head + "\n" + folded),
        _longest_run(pairs, folded),
        *(fit if question.kind == kind else 0.0 for kind in _FITTED),
        _near_fit(question, pairs, folded),
        view.hit.score / best_retrieval if best_retrieval > 0 else 0.0,
        1.0 / (1 + view.rank),
        own / math.log(8 + len(folded)),
        float(len(folded) < 10),
        min(1.0, len(folded) / 200),
        float(folded.rstrip('"').endswith(("?", "？"))),
        float(sentence.index == 0),
        float(not folded.rstrip(CLOSERS + "\"'").endswith(_STOPS)),
        rate_years(asked_years, folded, view.head, essay_date),
        rate_tense(question, asked_years, folded, view.head, essay_date),
    )


@cache
def _load_weights() -> np.ndarray:
    path = Path(__file__).parent.parent / "models" / "sentence-ranker" / "weights.json"
    weights = json.loads(path.read_text(encoding="utf-8"))["weights"]
    return np.array([weights[name] for name in FEATURES])


def measure_sentences(
    question: Question, terms: Terms, views: Sequence[PassageView], date_of: Callable[[str], str]
) -> list[tuple[PassageView, Sentence, tuple[float, ...]]]:
    """Every sentence of the passages with its features, in order of the passages."""
    best = max((view.hit.score for view in views), default=0.0)
    return [
        (view, sentence, measure_sentence(question, terms, view, sentence, best, date_of(view.passage.essay_id)))
        for view in views
        for sentence in view.sentences
    ]


def rank_sentences(
    question: Question, terms: Terms, views: Sequence[PassageView], date_of: Callable[[str], str]
) -> list[Candidate]:
    """Every sentence of the passages, best first; ties by (essay_id, start). `date_of` gives an essay's date."""
    weights = _load_weights()
    candidates = [
        Candidate(view, sentence, features, float(weights @ features))
        for view, sentence, features in measure_sentences(question, terms, views, date_of)
    ]
    return sorted(candidates, key=lambda candidate: candidate.order)
