"""Which enumeration a question asks for: points, or the headings under a section, by the words that lead in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.question import Question
from rag.answer.rank import Term, share_met
from rag.essays.text import fold, split_clauses, split_sentences
from rag.records import Outline, PointList, Section, Span

SHORT_HEAD = 30
HEADING_LEADS = 0.85


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list that may be what is asked for. `items` are the spans of its points or headings, in order.

    `coverage` is the share of the question met by its lead-in, headings and title; `lead` the folded lead-in alone.
    """

    outline: Outline
    section: tuple[str, ...]
    lead: str
    head: Span
    items: tuple[Span, ...]
    coverage: float
    score: float


def _heading_lists(outline: Outline) -> Iterator[tuple[Section, list[Section]]]:
    """Sections with at least two sections right under them, each with these."""
    parents: list[Section] = []
    children: dict[Section, list[Section]] = {}
    for section in outline.sections:
        while parents and parents[-1].end <= section.start and parents[-1].level > 0:
            parents.pop()
        if parents:
            children.setdefault(parents[-1], []).append(section)
        parents.append(section)
    for parent, found in children.items():
        if len(found) > 1:
            yield parent, found


def _trim_span(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _lead_of_section(outline: Outline, section: Section, first_child: Section) -> tuple[str, Span]:
    """What leads into the headings of a section: its own heading and the last sentence before the first of them."""
    text = outline.essay.text
    before = split_sentences(text, section.body_start, first_child.start)[-1:]
    heading = section.path[-1] if section.path else ""
    if before and len(heading) < 60:
        lead = text[before[0].start : before[0].end]
        return heading + "\n" + lead, before[0]
    return heading, _trim_span(text, section.start, section.body_start)


def _rate(question: Question, n_items: int, lead_share: float, head_share: float) -> float:
    score = lead_share + 0.4 * head_share
    if question.count:
        score += 0.35 if question.count == n_items else -0.35
    return score


def find_lists(question: Question, terms: Sequence[Term], outlines: Sequence[Outline]) -> list[ListFound]:
    """Lists of these essays that share words with the question in what leads into them, best first.

    Ties by order of the outlines, then of position. `terms` are the bigrams of the question.
    """
    found: list[ListFound] = []
    for outline in outlines:
        text = outline.essay.text
        title = fold(outline.essay.title)
        for points in outline.lists:
            lead = fold(text[_begin_lead(text, points) : points.head_end])
            headings = fold(" ".join(points.section))
            items = tuple(_trim_span(text, point.start, point.end) for point in points.points)
            found.append(_found(question, terms, outline, points.section, lead, headings, title, _head(points), items))
        for parent, children in _heading_lists(outline):
            words, head = _lead_of_section(outline, parent, children[0])
            items = tuple(_trim_span(text, child.start, child.body_start) for child in children)
            above = fold(" ".join(parent.path[:-1]))
            found.append(_found(question, terms, outline, parent.path, fold(words), above, title, head, items))
    return sorted((one for one in found if one.coverage > 0), key=lambda one: -one.score)


def _begin_lead(text: str, points: PointList) -> int:
    """Where the words that lead in begin: a short head (议事分为五个步骤:) is understood from the one before it."""
    if points.head_end - points.head_start >= SHORT_HEAD or points.head_start == 0:
        return points.head_start
    before = split_sentences(text, max(0, points.head_start - 2 * SHORT_HEAD), points.head_start)
    return before[-1].start if before else points.head_start


def _head(points: PointList) -> Span:
    return Span(points.head_start, points.head_end)


# A heading that says by itself what is asked for leads to the answer; its list of neighbours is not the answer.
_NAMES_THE_ASKED = 0.75


def _found(
    question: Question,
    terms: Sequence[Term],
    outline: Outline,
    section: tuple[str, ...],
    lead: str,
    headings: str,
    title: str,
    head: Span,
    items: tuple[Span, ...],
) -> ListFound:
    # The heading right above leads in too, though less surely than the words right before the list.
    near = fold(section[-1]) if section else ""
    lead_share = max(share_met(terms, lead), HEADING_LEADS * share_met(terms, near + "\n" + lead))
    whole = share_met(terms, "\n".join((title, headings, lead)))
    score = _rate(question, len(items), lead_share, whole)
    text = outline.essay.text
    if any(
        share_met(terms, fold(text[item.start : min(item.end, item.start + 60)])) > _NAMES_THE_ASKED for item in items
    ):
        score -= 0.5
    return ListFound(outline, section, lead, head, items, whole, score)


def shorten_item(outline: Outline, item: Span, limit: int) -> Span:
    """The part of an item that says what it is: its first sentence, cut after whole clauses to about `limit`.

    At least one clause stays, however long.
    """
    text = outline.essay.text
    sentence = split_sentences(text, item.start, item.end)[0]
    end = sentence.start
    for clause in split_clauses(text, sentence.start, sentence.end):
        if end > sentence.start and clause.end - sentence.start > limit:
            break
        end = clause.end
    while end > sentence.start and text[end - 1] in "，,；;：: \n":
        end -= 1
    return Span(sentence.start, end)
