"""From a question to an answer: made whole, understood, steered to its essays, searched, written, proven."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.answer.cite import cite_draft, refuse
from rag.answer.compare import split_sides, split_years
from rag.answer.evidence import Shelf, view_passages
from rag.answer.extract import Evidence, Writer, asks_essay_itself, quote_span
from rag.answer.followup import Resolved, resolve_followup
from rag.answer.names import NameIndex, find_description, unknown_places
from rag.answer.question import Question, parse_question
from rag.answer.rank import Weigh, rank_sentences, weigh_terms
from rag.errors import InputError
from rag.essays.text import fold, split_sentences
from rag.library.catalogue import Catalogue
from rag.records import Answer, Draft, Hit, Span
from rag.settings import EVIDENCE_LIMIT, QUESTION_LIMIT

FindPassages = Callable[[str, int, frozenset[str] | None], list[Hit]]

EDGE = 300  # characters at either end of an essay where bylines and signatures stand
DESCRIBED_HITS = 10
ITEM_LIMIT = 300  # characters of one item shown in full
HISTORY_LIMIT = 8  # earlier questions that can matter to a follow-up
_NO_SIDE = "没有找到可引用的依据"


@dataclass(frozen=True, slots=True)
class _Written:
    draft: Draft
    hits: list[Hit]


class Answerer:
    """Answers questions about one library. `find` searches it, `weigh` tells how rare words are in it."""

    def __init__(self, catalogue: Catalogue, find: FindPassages, weigh: Weigh, writer: Writer) -> None:
        self._catalogue = catalogue
        self._find = find
        self._weigh = weigh
        self._writer = writer
        self._shelf = Shelf(catalogue)
        self._names = NameIndex()
        self._dates: dict[str, str] = {}
        self._names_version: int | None = None

    def answer(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer, or a refusal. `history` holds the earlier questions of the chat, oldest first.

        Raises InputError for a blank question or one longer than QUESTION_LIMIT characters.
        """
        started = time.perf_counter()
        asked = check_question(question)
        self._notice_changes()
        previous, resolved = self._resolve(asked, history)
        answer = None
        if resolved.item:
            answer = self._answer_item(question, resolved, previous)
        if answer is None:
            answer = self._answer_whole(question, resolved, previous)
        return replace(answer, seconds=time.perf_counter() - started)

    def _notice_changes(self) -> None:
        version = self._catalogue.version
        self._shelf.refresh(version)
        if version != self._names_version:
            heads = self._catalogue.essays()
            self._names = NameIndex.build(heads)
            self._dates = {head.id: head.date for head in heads}
            self._names_version = version

    def _resolve(self, question: str, history: Sequence[str]) -> tuple[str, Resolved]:
        """The last question of the history made whole ("" if none), and this one made whole with it."""
        places = sorted(self._names.places, key=len, reverse=True)
        previous = ""
        for earlier in history[-HISTORY_LIMIT:]:
            if not earlier.strip():
                continue
            whole = resolve_followup(earlier, previous, places)
            previous = previous if whole.item else whole.text
        return previous, resolve_followup(question, previous, places)

    def _answer_item(self, question: str, resolved: Resolved, previous: str) -> Answer | None:
        """The item of the last list that is asked for, in full; None if the last answer has no such item."""
        before = self._answer_whole(previous, Resolved(previous), "")
        at = resolved.item - 1 if resolved.item > 0 else len(before.statements) - 1
        if not 0 <= at < len(before.statements) or len(before.statements) < 2:
            return None
        number = before.statements[at].citations[0]
        citation = before.citations[number - 1]
        outline = self._shelf.outline(citation.essay_id)
        ends = [p.end for points in outline.lists for p in points.points if p.start <= citation.start < p.end]
        ends += [section.end for section in outline.sections[1:] if section.start == citation.start]
        span = _whole_sentences(outline.essay.text, citation.start, max(citation.end, min(ends, default=0)))
        understood = f"{previous.rstrip('?？')}：第{at + 1}项"
        return self._finish(question, understood, Draft((quote_span(outline, span),)), list(before.passages))

    def _answer_whole(self, question: str, resolved: Resolved, previous: str) -> Answer:
        text = fold(resolved.text)
        sides = self._names.find_sides(text)
        ordinals = self._names.find_ordinal_sides(text)
        if len(sides) < 2 <= len(ordinals):
            sides = ordinals
        if len(sides) < 2:
            sides = split_years(text, sides) or sides
        if len(sides) > 1:
            parts = [self._write(part, side.essays, ()) for side, part in split_sides(resolved.text, sides)]
            statements = tuple(s for part in parts for s in part.draft.statements[:1])
            missing = [side.name for side, part in zip(sides, parts, strict=True) if not part.draft.statements]
            reason = f"{'、'.join(missing)}：{_NO_SIDE}。" if missing else ""
            hits = [hit for pair in zip(*(part.hits for part in parts), strict=False) for hit in pair]
            return self._finish(question, resolved.text, Draft(statements, reason), hits[:EVIDENCE_LIMIT])
        parsed = replace(parse_question(text), asked=parse_question(self._names.strip_names(text)).asked)
        described = self._find_described(find_description(text))
        essays = self._names.find_essays(text) or described
        unknown = unknown_places(text, sides)
        if not essays and resolved.leans:
            essays = self._essays_before(previous)
        written = self._write(parsed, essays, unknown)
        if not written.draft.statements and essays and not described and not self._names.names_one(text):
            # A place may also be spoken of outside its family of reports; then it must stand beside the answer.
            elsewhere = self._write(parsed, frozenset(), (*unknown, *(side.name for side in sides)))
            written = elsewhere if elsewhere.draft.statements else written
        return self._finish(question, resolved.text, written.draft, written.hits)

    def _find_described(self, words: str) -> frozenset[str]:
        """Essays that begin or end with these words near: the byline or signature tells where they come from."""
        if not words:
            return frozenset()
        found = set()
        for hit in self._find(words, DESCRIBED_HITS, None):
            length = len(self._shelf.outline(hit.passage.essay_id).essay.text)
            is_edge = hit.passage.start < EDGE or hit.passage.end > length - EDGE
            if words in fold(hit.passage.text) and is_edge:
                found.add(hit.passage.essay_id)
        return frozenset(found)

    def _essays_before(self, previous: str) -> frozenset[str]:
        """The essays that the previous answer cites."""
        before = self._answer_whole(previous, Resolved(previous), "")
        return frozenset(citation.essay_id for citation in before.citations[:1])

    def _write(self, question: Question, essays: frozenset[str], unknown: tuple[str, ...]) -> _Written:
        query = question.asked if len(question.asked) > 1 else question.text
        hits = self._find(query, EVIDENCE_LIMIT, essays or None)
        terms = weigh_terms(question, self._weigh)
        candidates = rank_sentences(question, terms, view_passages(hits, self._date_of), self._date_of)
        about_essay = asks_essay_itself(question)
        evidence = Evidence(
            terms=terms,
            candidates=candidates,
            outline_of=self._shelf.outline,
            essays=essays if about_essay else frozenset(),
            unknown_places=unknown,
        )
        return _Written(self._writer.write(question, evidence), hits)

    def _date_of(self, essay_id: str) -> str:
        return self._dates.get(essay_id, "")

    def _finish(self, question: str, understood: str, draft: Draft, hits: list[Hit]) -> Answer:
        statements, citations = cite_draft(draft, self._shelf.outline)
        refusal = None if statements else refuse(draft.refusal_reason or "没有找到能够证明的答案。", hits)
        return Answer(
            question=question,
            statements=statements,
            citations=citations,
            passages=tuple(hits),
            refusal=refusal,
            seconds=0.0,
            understood=understood,
        )


def _whole_sentences(text: str, start: int, end: int) -> Span:
    """The sentences of `text[start:end]` from the first on that fit into ITEM_LIMIT characters; one at least."""
    sentences = split_sentences(text, start, end)
    fitting = [sentence.end for sentence in sentences if sentence.end - start <= ITEM_LIMIT]
    return Span(start, fitting[-1] if fitting else sentences[0].end)


def check_question(question: str) -> str:
    """The question without white space around it. Raises InputError if it is blank, far too long or no text."""
    asked = question.strip()
    if any("\ud800" <= mark <= "\udfff" for mark in asked):  # bytes that were no UTF-8, or half a pair of UTF-16
        raise InputError("the question holds characters that are no text", hint="type it in UTF-8")
    if not asked:
        raise InputError("the question is empty", hint="type a question about the essays")
    if len(asked) > QUESTION_LIMIT:
        raise InputError(
            f"the question has {len(asked):,} characters, at most {QUESTION_LIMIT:,} are allowed",
            hint="ask about one thing at a time; add long texts to the library instead",
        )
    return asked
