"""Essays are cut into passages: whole sentences of one section, about 250 and at most 400 characters."""

from __future__ import annotations

import re

from rag.essays.text import split_sentences
from rag.records import Outline, Passage, Section, Span
from rag.settings import PASSAGE_LIMIT, PASSAGE_TARGET

# Shorter than this a passage says too little to be found by; it joins a neighbour where it fits.
_SHORTEST = 40
_SEMICOLON = re.compile(r"[；;]")
_COMMA = re.compile(r"[，,、：:]")


def split_passages(outline: Outline) -> tuple[Passage, ...]:
    """The passages of an essay in reading order.

    Law: `essay.text[start:end] == text`; each lies in one section, none overlaps another or is blank, and together
    they hold every character but white space, debris and headings that have a line for themselves.
    """
    text = outline.essay.text
    point_starts = {point.start for found in outline.lists for point in found.points}
    passages: list[Passage] = []
    debris = list(outline.debris)
    n_past = 0
    for section, body in _own_bodies(text, outline.sections):
        while n_past < len(debris) and debris[n_past].end <= body.start:
            n_past += 1
        for clean in _subtract(body, debris, n_past):
            for span in _pack(text, clean, point_starts):
                passages.append(
                    Passage(section.essay_id, section.path, span.start, span.end, text[span.start : span.end])
                )
    return tuple(passages)


def _own_bodies(text: str, sections: tuple[Section, ...]) -> list[tuple[Section, Span]]:
    """Each section with the text that stands under it and under none of its children, in reading order.

    A heading that runs into its text belongs to that text: half a line proves little.
    """
    bodies: list[tuple[Section, Span]] = []
    for i, section in enumerate(sections):
        end = min(section.end, sections[i + 1].start) if i + 1 < len(sections) else section.end
        heading = text[section.start : section.body_start]
        has_own_line = "\n" in heading[len(heading.rstrip()) :] or section.body_start >= len(text)
        start = section.body_start if has_own_line or not section.path else section.start
        if start < end:
            bodies.append((section, Span(start, end)))
    return bodies


def _subtract(body: Span, debris: list[Span], first: int) -> list[Span]:
    """`body` without the debris in it. `debris[first:]` are the spans that may touch it."""
    clean: list[Span] = []
    start = body.start
    for span in debris[first:]:
        if span.start >= body.end:
            break
        if start < span.start:
            clean.append(Span(start, span.start))
        start = max(start, span.end)
    if start < body.end:
        clean.append(Span(start, body.end))
    return clean


def _pack(text: str, body: Span, point_starts: set[int]) -> list[Span]:
    """Sentences packed into spans near the target; a paragraph or a point rather begins a new one."""
    packed: list[Span] = []
    start = end = -1
    for sentence in split_sentences(text, body.start, body.end):
        for piece in _cut_long(text, sentence):
            if start < 0:
                start = piece.start
            elif _begins_new(text, start, end, piece, point_starts):
                packed.append(Span(start, end))
                start = piece.start
            end = piece.end
    if start >= 0:
        packed.append(Span(start, end))
    return _join_short(packed)


def _begins_new(text: str, start: int, end: int, piece: Span, point_starts: set[int]) -> bool:
    n_now, n_then = end - start, piece.end - start
    if n_then > PASSAGE_LIMIT:
        return True
    if piece.start in point_starts or "\n" in text[end : piece.start]:
        return (n_then > PASSAGE_TARGET and n_now >= _SHORTEST) or n_now >= PASSAGE_TARGET // 2
    return n_then > PASSAGE_TARGET and PASSAGE_TARGET - n_now < n_then - PASSAGE_TARGET


def _join_short(packed: list[Span]) -> list[Span]:
    """Passages too short to stand alone join the one before, else the one after, where the two fit together."""
    joined: list[Span] = []
    for span in packed:
        is_short = span.end - span.start < _SHORTEST or (joined and joined[-1].end - joined[-1].start < _SHORTEST)
        if joined and is_short and span.end - joined[-1].start <= PASSAGE_LIMIT:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _cut_long(text: str, sentence: Span) -> list[Span]:
    """The sentence, in pieces if it is over the limit: after a semicolon, else a comma, else wherever the limit is."""
    pieces: list[Span] = []
    start = sentence.start
    while sentence.end - start > PASSAGE_LIMIT:
        cut = _find_cut(text, start, start + PASSAGE_LIMIT)
        pieces.append(_strip(text, start, cut))
        start = cut
        while start < sentence.end and text[start].isspace():
            start += 1
    pieces.append(Span(start, sentence.end))
    return pieces


def _find_cut(text: str, start: int, limit: int) -> int:
    """The last good place to cut in the second half of `[start, limit)`, else `limit`."""
    for pattern in (_SEMICOLON, _COMMA):
        cuts = [match.end() for match in pattern.finditer(text, start + PASSAGE_TARGET // 4, limit)]
        if cuts:
            return cuts[-1]
    return limit


def _strip(text: str, start: int, end: int) -> Span:
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
