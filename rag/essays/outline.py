"""One source text becomes its essays, each with sections, lists and the debris of the page it was copied from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from rag.essays.boundaries import (
    EssaySpan,
    clean_title,
    find_labelled_title,
    is_title_line,
    shorten_first_line,
    split_essays,
)
from rag.essays.byline import read_byline, read_signature
from rag.essays.dates import find_date
from rag.essays.debris import find_debris
from rag.essays.headings import find_candidates, skip_markup
from rag.essays.labels import match_label
from rag.essays.lines import split_lines
from rag.essays.points import find_lists
from rag.essays.sections import build_sections, choose_headings
from rag.records import Essay, HeadingMark, Outline, SourceText, Span


def outline_essays(source: SourceText) -> tuple[Outline, ...]:
    """The essays of a source text in order, at least one if the text is not blank.

    Law: their texts tile the source text; each `essay.text` begins at `source_start`.
    """
    if not source.text.strip():
        return ()
    spans = split_essays(source.text)
    return tuple(_outline_essay(source, span, is_only=len(spans) == 1) for span in spans)


def _outline_essay(source: SourceText, span: EssaySpan, *, is_only: bool) -> Outline:
    text = source.text[span.start : span.end]
    marks = [
        HeadingMark(mark.start - span.start, mark.end - span.start, mark.level)
        for mark in source.headings
        if span.start <= mark.start < span.end
    ]
    title_line = Span(span.title_line.start - span.start, span.title_line.end - span.start) if span.title_line else None
    debris = find_debris(text)
    if title_line and title_line.start > 0:
        debris = _add_page_head(text, title_line.start, debris)
    lines = _leave_out(split_lines(text), debris)
    title, top = _find_title(source, text, lines, marks, span.title, title_line, is_only=is_only)
    under_title = [line for line in lines if line.start >= top]
    byline = read_byline(text, under_title)
    signature = read_signature(text, lines)
    essay = _make_essay(
        source,
        span.start,
        text,
        title=title,
        author=(source.author.strip() if is_only else "") or byline.author or signature.author or source.author.strip(),
        date=_choose_date(source.date if is_only else "", byline.date, signature.date),
    )
    headings = choose_headings(text, under_title, find_candidates(text, under_title, _drop_title(marks, top)))
    sections = build_sections(essay.id, len(text), headings)
    tail = min([signature.start if signature.author or signature.date else len(text), *_trailing(text, debris)])
    return Outline(essay, sections, find_lists(text, sections, tail), debris)


def _add_page_head(text: str, end: int, debris: tuple[Span, ...]) -> tuple[Span, ...]:
    """What stands above the first of several essays is the page's own title and date: evidence for nothing.

    Sentences there may say something and stay.
    """
    head = [
        line for line in split_lines(text, 0, end) if not any(stop in text[line.start : line.end] for stop in "。！？")
    ]
    outside = [line for line in head if not any(span.start <= line.start < span.end for span in debris)]
    return tuple(sorted([*debris, *outside], key=lambda span: span.start))


def _leave_out(lines: Sequence[Span], debris: Sequence[Span]) -> list[Span]:
    """The lines that are not debris as a whole."""
    kept: list[Span] = []
    i = 0
    for line in lines:
        while i < len(debris) and debris[i].end <= line.start:
            i += 1
        if i == len(debris) or not (debris[i].start <= line.start and line.end <= debris[i].end):
            kept.append(line)
    return kept


def _find_title(
    source: SourceText,
    text: str,
    lines: Sequence[Span],
    marks: Sequence[HeadingMark],
    announced: str,
    title_line: Span | None,
    *,
    is_only: bool,
) -> tuple[str, int]:
    """The title, and where the text below it begins."""
    below = [line for line in lines if not title_line or line.start > title_line.start]
    labelled, label_line = find_labelled_title(text, below)
    if label_line is not None:
        return announced or labelled, label_line.end
    has_title_line = len(below) > 1 and is_title_line(text, below[0]) and not _heads_section(text, below[0], marks)
    if announced and title_line:
        # The essay's own title may stand under the one that announces it; a byline must not be taken for it.
        is_repeated = has_title_line and not read_byline(text, below[:1]).author
        return announced, below[0].end if is_repeated else title_line.end
    own = clean_title(text[below[0].start : below[0].end]) if has_title_line else ""
    given = " ".join(source.title.split()) if is_only else ""
    title = given or own or shorten_first_line(text, below)
    return title or PurePath(source.source.partition("#")[0]).stem or "无题", below[0].end if own else 0


def _heads_section(text: str, line: Span, marks: Sequence[HeadingMark]) -> bool:
    """True for a marked first line that is one section among others, rather than the title over all.

    It is the title if no other mark is of its level, or if the others have labels (一、) and it has none.
    """
    level = next((mark.level for mark in marks if mark.start == line.start), 0)
    others = [mark for mark in marks if mark.level <= level and mark.start != line.start]
    return any(match_label(text, skip_markup(text, mark.start), mark.end) is None for mark in others)


def _drop_title(marks: Sequence[HeadingMark], top: int) -> list[HeadingMark]:
    """The marks without that of the title line: a title is no section."""
    return [mark for mark in marks if mark.start >= top]


def _trailing(text: str, debris: Sequence[Span]) -> list[int]:
    """Where the debris begins that ends the text, if it ends with debris."""
    end = len(text.rstrip())
    starts: list[int] = []
    for span in reversed(debris):
        if text[span.end : end].strip():
            break
        starts = [span.start]
        end = span.start
    return starts


def _choose_date(given: str, top: str, bottom: str) -> str:
    return (find_date(given) if given else "") or bottom or top


def _make_essay(source: SourceText, start: int, text: str, *, title: str, author: str, date: str) -> Essay:
    # A file name may hold bytes that are no UTF-8.
    identity = f"{source.source}\0{start}\0{text}".encode(
        "utf-8", "surrogatepass"
    )  # a file name may hold bytes that are no UTF-8
    return Essay(
        id=hashlib.sha256(identity).hexdigest()[:16],
        title=title,
        author=author,
        date=date,
        text=text,
        source=source.source,
        source_start=start,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
