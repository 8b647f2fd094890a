"""A draft becomes an answer: each quote is looked up in its essay, numbered, and what is not proven is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answer.support import check_support
from rag.records import Citation, Draft, Hit, NearestSection, Outline, Quote, Refusal, Statement

NEAREST_SHOWN = 3


def locate_quote(quote: Quote, text: str) -> tuple[int, int] | None:
    """Where the quote stands in the essay, exactly; None if it does not. A wrong offset is mended by a unique match."""
    if not quote.text:
        return None
    if text[quote.start : quote.end] == quote.text:
        return quote.start, quote.end
    at = text.find(quote.text)
    if at < 0 or text.find(quote.text, at + 1) >= 0:
        return None
    return at, at + len(quote.text)


def find_section(outline: Outline, at: int) -> tuple[str, ...]:
    """Path of the innermost section around an offset."""
    path: tuple[str, ...] = ()
    for section in outline.sections:
        if section.start > at:
            break
        if at < section.end:
            path = section.path
    return path


def cite_draft(
    draft: Draft, outline_of: Callable[[str], Outline]
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """The statements of a draft that are proven, with their citations, numbered from 1 in order of first use.

    A quote that is not in its essay, or does not support its statement, is dropped; so is a statement left without one.
    """
    statements: list[Statement] = []
    citations: dict[tuple[str, int, int], Citation] = {}
    for drafted in draft.statements:
        numbers: list[int] = []
        for quote in drafted.quotes:
            outline = outline_of(quote.essay_id)
            found = locate_quote(quote, outline.essay.text)
            support = check_support(drafted.text, quote.text)
            if found is None or support == "unsupported":
                continue
            key = (quote.essay_id, *found)
            if key not in citations:
                citations[key] = Citation(
                    number=len(citations) + 1,
                    essay_id=quote.essay_id,
                    essay_title=outline.essay.title,
                    section=find_section(outline, found[0]),
                    start=found[0],
                    end=found[1],
                    quote=outline.essay.text[found[0] : found[1]],
                    support=support,
                )
            numbers.append(citations[key].number)
        if numbers and drafted.text.strip():
            statements.append(Statement(drafted.text, tuple(dict.fromkeys(numbers))))
    return tuple(statements), tuple(citations.values())


def refuse(reason: str, hits: Sequence[Hit]) -> Refusal:
    """A refusal that names the sections where the search came nearest, each once, at most NEAREST_SHOWN."""
    nearest = dict.fromkeys(
        NearestSection(hit.passage.essay_id, hit.essay_title, hit.passage.section) for hit in hits[:10]
    )
    return Refusal(reason, tuple(nearest)[:NEAREST_SHOWN])
