"""What the evidence lacks: whether it is enough to answer, and if not, what is missing, in the reader's words.

The best sentence is held against the question: is the subject there, the place, the year, the kind of thing asked for?
The limits were chosen on development questions; see docs/results/refusal.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.question import Question
from rag.answer.rank import Candidate, Terms

# Share of the question (by rarity) that the best sentence with its headings, or its passage, must meet.
SENTENCE_SHARE = 0.34
PASSAGE_SHARE = 0.45
# One word that carries this share of the question may not be missing from the passage altogether.
ESSENTIAL_SHARE = 0.40


def _context(candidate: Candidate) -> str:
    return candidate.view.head + "\n" + candidate.view.folded


def missing_words(terms: Terms, candidate: Candidate) -> tuple[str, ...]:
    """Words of the question that neither the passage nor its headings hold, the rarest first."""
    context = _context(candidate)
    absent = [(word.share, word.text) for word in terms.words if not word.met_by(context)]
    return tuple(word for _, word in sorted(absent, reverse=True))


def _crossed(best: Candidate) -> str:
    """What to say when the essay has the plan where the result is asked for, or the other way round."""
    is_plan = "目标" in _context(best) or "预期" in _context(best)
    return "文中只有计划或目标的数字，没有所问年份的实际数字。" if is_plan else "文中只有已经完成的数字，没有所问年份的计划数字。"


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
    if question.kind == "number" and best.feature("tense") < 0:
        return _crossed(best)
    in_sentence = max(best.feature("bigrams_with_context"), best.feature("bigrams_with_head"))
    in_passage = best.feature("bigrams_passage")
    missing = missing_words(terms, best)
    if in_sentence < SENTENCE_SHARE or in_passage < PASSAGE_SHARE:
        named = "、".join(f"“{word}”" for word in missing[:3])
        return f"最接近的段落没有提到{named}。" if named else "最接近的段落与问题只有少数字词相同。"
    if missing and max(word.share for word in terms.words if word.text == missing[0]) >= ESSENTIAL_SHARE and in_passage < 0.7:
        return f"最接近的段落没有提到“{missing[0]}”。"
    if question.kind == "number" and best.feature("fit_number") == 0 and best.feature("bigrams_sentence") < 0.6:
        return "找到了相关的段落，但其中没有所问的数字。"
    return ""
