"""Whether the evidence answers the question, and if not, what it lacks, in the reader's words.

The best sentence and what stands around it are measured against the question; the measures are weighed into a
probability that it answers. Below the limit the answer is a refusal. Weights and limit were fitted by
`scripts/train_judge.py`; docs/results/refusal.md tells on what, and at which cost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.answer.question import Question
from rag.answer.rank import Candidate, Terms

MEASURES = (
    "score",
    "margin",
    "bigrams_with_head",
    "bigrams_with_context",
    "bigrams_passage",
    "words_with_head",
    "words_passage",
    "exact_passage",
    "largest_missing",
    "n_missing",
    "fit_near",
    "fits",
    "retrieval",
    "support",
    "n_terms",
    "is_number",
    "is_list",
    "is_open",
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights of the measures, what they are before weighing, and the least probability that counts as an answer."""

    weights: np.ndarray
    bias: float
    limit: float

    def rate(self, measures: Sequence[float]) -> float:
        """The probability that the best sentence answers the question."""
        return 1.0 / (1.0 + math.exp(-float(self.weights @ np.asarray(measures)) - self.bias))


@cache
def load_judge() -> Judge:
    """The judge that ships with the package."""
    path = Path(__file__).parent.parent / "models" / "evidence-judge" / "weights.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    return Judge(np.array([data["weights"][name] for name in MEASURES]), data["bias"], data["limit"])


def _context(candidate: Candidate) -> str:
    return candidate.view.head + "\n" + candidate.view.folded


def missing_words(terms: Terms, candidate: Candidate) -> tuple[tuple[str, float], ...]:
    """Words of the question that neither the passage nor its headings hold, with their shares, the largest first."""
    context = _context(candidate)
    absent = [(-word.share, word.text) for word in terms.words if not word.met_by(context)]
    return tuple((text, -share) for share, text in sorted(absent))


def measure_evidence(question: Question, terms: Terms, candidates: Sequence[Candidate]) -> tuple[float, ...]:
    """The measures of the best of at least one candidate, in the order of MEASURES."""
    best = candidates[0]
    context = _context(best)
    others = [c.score for c in candidates[1:] if c.view is not best.view or c.sentence.index != best.sentence.index]
    missing = missing_words(terms, best)
    same_passage = [c for c in candidates[:6] if c.view is best.view]
    return (
        best.score / 10,
        (best.score - others[0]) / 5 if others else 0.5,
        best.feature("bigrams_with_head"),
        best.feature("bigrams_with_context"),
        best.feature("bigrams_passage"),
        best.feature("words_with_head"),
        sum(word.met_by(context) for word in terms.words),
        sum(term.share for term in terms.bigrams if term.text in context),
        missing[0][1] if missing else 0.0,
        len(missing) / max(1, len(terms.words)),
        best.feature("fit_near"),
        sum(best.feature(f"fit_{kind}") for kind in ("number", "who", "when", "where", "list", "definition")),
        best.view.hit.score,
        len(same_passage) / 6,
        math.log(1 + len(terms.bigrams)) / 3,
        float(question.kind == "number"),
        float(question.kind == "list"),
        float(question.kind in ("why", "how", "definition", "check")),
    )


def find_gap(question: Question, terms: Terms, candidates: Sequence[Candidate], places: Sequence[str]) -> str:
    """Why the evidence does not answer the question, or "" if it does.

    `candidates` are best first; `places` are named in the question and stand for no essay of the library.
    """
    if not candidates or not terms.bigrams:
        return "文库里没有找到与这个问题有关的段落。"
    best = candidates[0]
    for place in places:
        if place not in _context(best):
            return f"文库里没有找到关于“{place}”的相关内容。"
    told = _context(best)
    if question.years and not any(str(year) in told for year in question.years):
        return f"文中没有提到{'、'.join(f'{year}年' for year in question.years)}的情况。"
    if question.kind == "number":
        if best.feature("tense") < 0:
            return _tell_crossed(best)
        if best.feature("fit_number") == 0:
            return "找到了相关的段落，但其中没有所问的数字。"
    judge = load_judge()
    if judge.rate(measure_evidence(question, terms, candidates)) >= judge.limit:
        return ""
    return _tell_missing(question, terms, best)


def _tell_crossed(best: Candidate) -> str:
    """What to say when the essay has the plan where the result is asked for, or the other way round."""
    is_plan = any(word in _context(best) for word in ("目标", "预期", "计划"))
    if is_plan:
        return "文中只有计划或目标的数字，没有所问年份的实际数字。"
    return "文中只有已经完成的数字，没有所问年份的计划数字。"


def _tell_missing(question: Question, terms: Terms, best: Candidate) -> str:
    missing = [word for word, _ in missing_words(terms, best)][:3]
    if missing:
        return f"最接近的段落没有提到{'、'.join(f'“{word}”' for word in missing)}。"
    return "找到了相关的段落，但其中没有一句话能回答这个问题。"
