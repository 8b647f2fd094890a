"""The embedded writer: answers with sentences, points and lines of the essays, word for word.

It knows four shapes of answer: the line that names author or date, the whole list, the reason or the measures in a
few sentences of one passage, and the one sentence that holds the asked thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.byline import (
    asks_author,
    asks_date,
    asks_signature,
    find_author_line,
    find_date_line,
    find_signature_line,
)
from rag.answer.evidence import Sentence
from rag.answer.expected import has_sign, rate_fit
from rag.answer.gap import find_gap
from rag.answer.lists import ListFound, find_lists, shorten_item
from rag.answer.places import find_ranked_places
from rag.answer.question import Question
from rag.answer.rank import Candidate, Terms, share_met
from rag.essays.text import fold, split_clauses
from rag.records import Draft, DraftStatement, Outline, Quote, Span

ANSWER_BUDGET = 300  # characters of an answer that is not a list
LIST_BUDGET = 760  # and of one that is: ten points of seventy characters
LONG_SENTENCE = 120  # a longer one is cut to the clauses around the answer
CONCLUSIONS = ("因此", "所以", "因而", "为此", "故", "可见", "正因")
TOPIC_SENTENCE = 24
LEAST_ITEM = 36
ESSAYS_WITH_LISTS = 4  # essays of the best passages whose lists are looked through


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a writer may use. `candidates` are the ranked sentences of the passages found, best first.

    `essays` are those the question names (empty: none); `unknown_places` it names without the library having them.
    """

    terms: Terms
    candidates: Sequence[Candidate]
    outline_of: Callable[[str], Outline]
    essays: frozenset[str] = frozenset()
    unknown_places: tuple[str, ...] = ()


class Writer(Protocol):
    """Turns evidence into a draft. What it claims is checked afterwards, so a writer may err but not lie."""

    def write(self, question: Question, evidence: Evidence) -> Draft:
        """Statements with the quotes they come from, or the reason why there are none."""


def asks_essay_itself(question: Question) -> bool:
    """True if the question asks who wrote or signed an essay, or when."""
    return asks_author(question) or asks_date(question) or asks_signature(question)


def quote_span(outline: Outline, span: Span) -> DraftStatement:
    """A statement in the essay's own words."""
    text = outline.essay.text[span.start : span.end]
    return DraftStatement(" ".join(text.split("\n")), (Quote(outline.essay.id, span.start, span.end, text),))


class EmbeddedWriter:
    """The writer that needs no language model."""

    def write(self, question: Question, evidence: Evidence) -> Draft:
        """See Writer."""
        if asks_essay_itself(question):
            byline = self._write_byline(question, evidence)
            if byline.statements or byline.refusal_reason:
                return byline
        stranger = self._find_stranger(question, evidence)
        if stranger:
            return Draft(refusal_reason=f"文库里没有找到关于“{stranger}”的相关内容。")
        found = self._choose_list(question, evidence)
        if found is not None:
            return write_list(found)
        gap = find_gap(question, evidence.terms, evidence.candidates, evidence.unknown_places)
        if gap:
            return Draft(refusal_reason=gap)
        return self._write_sentences(question, evidence)

    def _find_stranger(self, question: Question, evidence: Evidence) -> str:
        """A town or county of the question that the best essay never mentions; "" if there is none."""
        names = find_ranked_places(question.text)
        if not names or not evidence.candidates:
            return ""
        text = fold(evidence.outline_of(evidence.candidates[0].view.passage.essay_id).essay.text)
        return next((name for name in names if name not in text), "")

    def _write_byline(self, question: Question, evidence: Evidence) -> Draft:
        """The line that names author, date or signing body; a refusal if a named essay has none."""
        find, lacking = find_author_line, "作者"
        if asks_date(question):
            find, lacking = find_date_line, "写作日期"
        elif asks_signature(question):
            find, lacking = find_signature_line, "落款"
        essays = sorted(evidence.essays) or list(
            dict.fromkeys(c.view.passage.essay_id for c in evidence.candidates[:1])
        )
        statements = []
        for essay_id in essays[:5]:
            outline = evidence.outline_of(essay_id)
            line = find(outline)
            if line is not None:
                statements.append(quote_span(outline, line))
        reason = f"所问的文章里没有写明{lacking}。" if evidence.essays and not statements else ""
        return Draft(tuple(statements), reason)

    def _choose_list(self, question: Question, evidence: Evidence) -> ListFound | None:
        if not evidence.candidates or evidence.unknown_places:
            return None
        best = evidence.candidates[0]
        essays = list(dict.fromkeys(c.view.passage.essay_id for c in evidence.candidates[:40]))[:ESSAYS_WITH_LISTS]
        found = find_lists(question, evidence.terms.bigrams, [evidence.outline_of(essay) for essay in essays])
        if not found:
            return None
        if question.kind == "list":
            return found[0] if _answers_list(question, found[0], best, evidence.terms) else None
        return _led_list(question, found, best, evidence)

    def _write_sentences(self, question: Question, evidence: Evidence) -> Draft:
        best = evidence.candidates[0]
        chosen = [best]
        if is_topic_sentence(question, best):
            chosen = _followers(best, evidence.candidates)
        elif question.kind == "why" and best.sentence.folded.startswith(CONCLUSIONS):
            chosen = _causes(best, evidence.candidates)
        elif question.kind in ("why", "how"):
            chosen = _companions(question, best, evidence.candidates)
        elif len(evidence.candidates) > 1 and question.kind != "check":
            chosen += _runner_up(question, best, evidence.candidates[1:])
        statements: list[DraftStatement] = []
        room = ANSWER_BUDGET
        for candidate in chosen:
            outline = evidence.outline_of(candidate.view.passage.essay_id)
            span = focus_sentence(question, evidence.terms, candidate.sentence, min(room, LONG_SENTENCE * 2))
            if statements and span.end - span.start > room:
                break
            room -= span.end - span.start
            statements.append(quote_span(outline, span))
        return Draft(tuple(statements))


def _answers_list(question: Question, found: ListFound, best: Candidate, terms: Terms) -> bool:
    """True if the list fits better than the best sentence, which may hold the series itself (北沿江、盐泰锡常宜…)."""
    lead = share_met(terms.bigrams, found.lead)
    own = best.feature("bigrams_sentence")
    count_fits = question.count == len(found.items)
    if _overlaps(best.sentence, found.head):
        return lead >= 0.25 or count_fits
    if rate_fit(question, best.sentence.folded) >= (1.0 if question.count else 0.8) and own > lead - 0.05:
        return False
    if any(_overlaps(best.sentence, item) for item in found.items):
        return lead >= 0.25 or count_fits
    if lead < 0.34 or found.coverage < (0.4 if count_fits else 0.5):
        return False
    return lead >= own - (0.3 if count_fits else 0.1)


def _led_list(question: Question, found: Sequence[ListFound], best: Candidate, evidence: Evidence) -> ListFound | None:
    """The list that the best sentence leads into, for questions that ask how, why or what without saying 哪些."""
    for one in found[:5]:
        if one.outline.essay.id != best.view.passage.essay_id or one.head.end <= one.head.start:
            continue
        if not _overlaps(best.sentence, one.head):
            continue
        asks_all = question.kind in ("how", "why", "definition") or question.count == len(one.items)
        ends_open = one.lead.rstrip().endswith((":", "："))
        if asks_all and ends_open and share_met(evidence.terms.bigrams, one.lead) >= 0.4:
            return one
    return None


def _overlaps(sentence: Sentence, span: Span) -> bool:
    return sentence.start < span.end and span.start < sentence.end


def write_list(found: ListFound) -> Draft:
    """One statement for each item, in order, each short enough that all of them fit."""
    room = max(LEAST_ITEM, LIST_BUDGET // len(found.items))
    return Draft(tuple(quote_span(found.outline, shorten_item(found.outline, item, room)) for item in found.items))


def is_topic_sentence(question: Question, best: Candidate) -> bool:
    """True for a short sentence that only names the subject (加力稳住楼市。) where measures or a series are asked."""
    return (
        question.kind in ("list", "how", "why", "definition")
        and len(best.sentence.text) <= TOPIC_SENTENCE
        and rate_fit(question, best.sentence.folded) < 0.5
        and best.sentence.index + 1 < len(best.view.sentences)
    )


def _followers(best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The topic sentence and the sentences after it in its passage, as many as the answer has room for."""
    wanted = range(best.sentence.index, best.sentence.index + 5)
    return sorted(
        (c for c in candidates if c.view is best.view and c.sentence.index in wanted), key=lambda c: c.sentence.start
    )


def _causes(best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The two sentences before one that only concludes (因此…), and itself."""
    wanted = range(best.sentence.index - 2, best.sentence.index + 1)
    return sorted(
        (c for c in candidates if c.view is best.view and c.sentence.index in wanted), key=lambda c: c.sentence.start
    )


def _companions(question: Question, best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence and up to two of the same passage that also fit the question, in order of the text."""
    same = [
        c
        for c in candidates[1:30]
        if c.view.passage is best.view.passage
        and has_sign(question.kind, c.sentence.folded)
        and (abs(c.sentence.index - best.sentence.index) == 1 or c.feature("bigrams_sentence") >= 0.3)
    ]
    return sorted([best, *same[:2]], key=lambda c: c.sentence.start)


def _runner_up(question: Question, best: Candidate, others: Sequence[Candidate]) -> list[Candidate]:
    """A second sentence only where it is nearly as good and not the same thing again."""
    for other in others[:3]:
        if best.score - other.score > 0.35:
            return []
        if other.sentence.folded not in best.sentence.folded and best.sentence.folded not in other.sentence.folded:
            return [other] if rate_fit(question, other.sentence.folded) > 0 else []
    return []


def focus_sentence(question: Question, terms: Terms, sentence: Sentence, limit: int) -> Span:
    """The sentence, or of a long one the run of whole clauses around those that answer, about `limit` characters."""
    whole = Span(sentence.start, sentence.end)
    wanted = limit if question.kind in ("list", "how", "why", "definition") else LONG_SENTENCE
    if len(sentence.text) <= wanted:
        return whole
    clauses = split_clauses(sentence.text, 0, len(sentence.text))
    runs = [
        (clauses[first].start, clauses[last].end)
        for first in range(len(clauses))
        for last in range(first, len(clauses))
        if first == last or clauses[last].end - clauses[first].start <= wanted
    ]
    start, end = max(runs, key=lambda run: _rate_run(question, terms, sentence.folded[run[0] : run[1]]))
    while end < len(sentence.text) and end > start and sentence.text[end - 1] in "，,；;、：:":
        end -= 1
    return Span(sentence.start + start, sentence.start + end)


def _rate_run(question: Question, terms: Terms, folded: str) -> float:
    """What a run of clauses meets of the question; of two that meet the same, the longer, which is easier to read."""
    return share_met(terms.bigrams, folded) + 0.4 * rate_fit(question, folded) + 0.001 * len(folded)
