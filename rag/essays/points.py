"""Enumerated points: where each begins and ends, and which words announce the list."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rag.essays.labels import HAN_NUMERAL, parse_numeral
from rag.essays.lines import split_lines
from rag.essays.markers import Marker, group_markers, has_markers
from rag.essays.text import split_sentences
from rag.records import Point, PointList, Section, Span

_ANNOUNCES = re.compile(r"[：:]$|以下|如下|下列|下面|[几多数]\s*(?:个|大|项|条|点|种|类|件|方面)")
_COUNTS = re.compile(
    rf"({HAN_NUMERAL}|\d{{1,2}})\s*(?:个|大|项|条|点|种|类|件|道|步|句|层|重|方面|[\u3400-\u9fff](?=[”」]))"
)
_CLOSES = re.compile(
    r"[总總]之|总的(?:来说|来看|说来|看来)|总而言之|综上|通过(?:这些|以上|上述)|(?:以上|上述)[几这两三四五六七八九十各种都就是]"
    r"|这(?:些|[几两三四五六七八九十][个条项点])(?:措施|做法|举措|问题|工作|活动|成绩|成果|经验|办法|制度|方面|特点|要求|关系|目标|任务|因素|原因)"
)
_CLOSING_PARAGRAPH = re.compile(
    r"[总總]之|总的(?:来说|来看)|总而言之|综上|(?:以上|上述)|各位(?:代表|领导|同志|委员|来宾)|同志们|让我们|通过(?:这些|以上|上述)|一年来|过去[的一]|在肯定|我们(?:也|还)?(?:清醒|要看到)"
)
_OPENERS = "(（[【〔"
_CLOSERS = ")）]】〕"
_NEXT_LOOK = 12
# Bounds that keep a text made to be slow from being slow; no list of an essay comes near them.
_MOST_PARAGRAPHS = 40
_LONGEST_BRACKET = 5_000


def find_lists(text: str, sections: Sequence[Section], tail: int) -> tuple[PointList, ...]:
    """The lists of an essay in order of start. `tail` is where the signature begins, which belongs to no point."""
    if not has_markers(text):
        return ()
    lists: list[PointList] = []
    for i, section in enumerate(sections):
        end = min(section.end, tail, sections[i + 1].start if i + 1 < len(sections) else len(text))
        body = Span(section.body_start, end)
        if body.start < body.end:
            lists += _find_in_body(text, section, body)
    return tuple(sorted(lists, key=lambda found: (found.points[0].start, -found.points[-1].end)))


def _find_in_body(text: str, section: Section, body: Span) -> list[PointList]:
    lines = split_lines(text, body.start, body.end)
    rows = group_markers(text, body, lines)
    if not rows:
        return []
    sentences = split_sentences(text, body.start, body.end)
    reader = _BodyReader(text, section, body, lines, sentences, rows)
    return [reader.read_list(row, _find_limit(rows, row, body.end)) for row in rows]


def _find_limit(rows: Sequence[Sequence[Marker]], row: Sequence[Marker], end: int) -> int:
    """Where the item around this list ends: at the next label of a list that began before it."""
    first, last = row[0].start, row[-1].start
    limit = end
    position = bisect_right(rows, first, key=lambda other: other[0].start) - 1
    for other in rows[max(0, position - _NEXT_LOOK) : position]:
        if other[0].start < first:
            after = bisect_right(other, last, key=lambda marker: marker.start)
            if after < len(other):
                limit = min(limit, other[after].start)
    return limit


class _BodyReader:
    """Reads the lists of one section's own body; holds its lines, its sentences and where the labels stand."""

    def __init__(
        self,
        text: str,
        section: Section,
        body: Span,
        lines: Sequence[Span],
        sentences: Sequence[Span],
        rows: Sequence[Sequence[Marker]],
    ) -> None:
        self._text = text
        self._section = section
        self._body = body
        self._lines = lines
        self._sentences = sentences
        self._first_labels = {row[0].start for row in rows if row[0].leads}
        self._labels = sorted(marker.start for row in rows for marker in row)

    def read_list(self, row: Sequence[Marker], limit: int) -> PointList:
        """The list with exact spans; its last point ends before `limit`."""
        ends = [self._strip(marker.start) for marker in row[1:]]
        ends.append(self._find_last_end(row, ends, limit))
        points = tuple(
            Point(
                self._section.essay_id,
                self._section.path,
                self._text[marker.start : marker.end],
                number,
                marker.start,
                max(end, marker.end),
            )
            for number, (marker, end) in enumerate(zip(row, ends, strict=True), 1)
        )
        head = self._find_head(row[0], len(row))
        return PointList(self._section.essay_id, self._section.path, head.start, head.end, points)

    def _strip(self, end: int) -> int:
        while end > self._body.start and self._text[end - 1].isspace():
            end -= 1
        return end

    def _sentence_at(self, position: int) -> int:
        """The index of the sentence that holds `position`."""
        return max(0, bisect_right(self._sentences, position, key=lambda sentence: sentence.start) - 1)

    def _find_last_end(self, row: Sequence[Marker], ends: Sequence[int], limit: int) -> int:
        """Where the last point ends: with its bracket, its sentence, its paragraph, or as its neighbours do."""
        last = row[-1]
        closed = self._find_closing_bracket(row)
        if closed is not None:
            limit = min(limit, closed)
        n_paragraphs = [self._count_lines(marker.start, end) for marker, end in zip(row, ends, strict=False)]
        is_heading_like = last.leads and self._ends_open(last)
        if last.leads and (is_heading_like or sum(n > 1 for n in n_paragraphs) * 2 > len(n_paragraphs)):
            return self._end_of_paragraphs(
                last, limit, _MOST_PARAGRAPHS if is_heading_like else max([2, *n_paragraphs])
            )
        first = self._sentence_at(last.start)
        if not last.leads and all(self._is_one_sentence(marker, end) for marker, end in zip(row, ends, strict=False)):
            return self._strip(min(self._sentences[first].end, limit))
        return self._end_of_paragraph(first, limit)

    def _count_lines(self, start: int, end: int) -> int:
        return (
            bisect_right(self._lines, end - 1, key=lambda line: line.start)
            - bisect_right(self._lines, start, key=lambda line: line.start)
            + 1
        )

    def _ends_open(self, marker: Marker) -> bool:
        """True if the item's line is like a heading: short, without a stop at its end."""
        line = self._lines[bisect_right(self._lines, marker.start, key=lambda line: line.start) - 1]
        return line.end - line.start <= 60 and self._text[line.end - 1] not in "。；;！？!?…，,、.”）)"

    def _is_one_sentence(self, marker: Marker, end: int) -> bool:
        sentence = self._sentences[self._sentence_at(marker.start)]
        return sentence.end >= end

    def _end_of_paragraph(self, first: int, limit: int) -> int:
        """The end of the paragraph, or of the last sentence before one that sums up the list."""
        end = self._sentences[first].end
        for i in range(first + 1, len(self._sentences)):
            sentence = self._sentences[i]
            if sentence.start >= limit or "\n" in self._text[end : sentence.start]:
                break
            if _CLOSES.match(self._text, sentence.start):
                break
            end = sentence.end
        return self._strip(min(end, limit))

    def _end_of_paragraphs(self, last: Marker, limit: int, most: int) -> int:
        """The end of the item's paragraphs: at most `most`, before one that closes the section."""
        first = bisect_right(self._lines, last.start, key=lambda line: line.start) - 1
        end = self._lines[first].end
        for line in self._lines[first + 1 : first + most]:
            if line.start >= limit or line.start in self._first_labels:
                break
            if _CLOSING_PARAGRAPH.match(self._text, line.start):
                break
            end = line.end
        return self._strip(min(end, limit))

    def _find_closing_bracket(self, row: Sequence[Marker]) -> int | None:
        """The bracket that closes the one opened just before the list, if it stands after the last label."""
        before = self._strip(row[0].start)
        if before <= self._body.start or self._text[before - 1] not in _OPENERS:
            return None
        depth = 1
        for position in range(row[0].start, min(self._body.end, row[-1].start + _LONGEST_BRACKET)):
            mark = self._text[position]
            depth += (mark in _OPENERS) - (mark in _CLOSERS)
            if depth == 0:
                return position if position > row[-1].start else None
        return None

    def _find_head(self, first: Marker, n_points: int) -> Span:
        """The words that announce the list: in the same paragraph whatever stands before it, else what says so."""
        index = self._sentence_at(first.start)
        sentence = self._sentences[index]
        # A list inside an item is announced by the words of that item.
        position = bisect_left(self._labels, first.start) - 1
        start = max(sentence.start, self._labels[position] if position >= 0 else 0)
        lead = self._trim_lead(start, first.start)
        if lead is not None:
            return lead
        if index > 0:
            before = self._sentences[index - 1]
            words = self._text[before.start : before.end]
            counts = [parse_numeral(match.group(1)) for match in _COUNTS.finditer(words)]
            if not first.leads or _ANNOUNCES.search(words) or n_points in counts:
                return before
            return Span(first.start, first.start)
        heading_end = self._section.start + len(self._text[self._section.start : self._section.body_start].rstrip())
        if self._section.start < heading_end:
            return Span(self._section.start, heading_end)
        return Span(first.start, first.start)

    def _trim_lead(self, start: int, end: int) -> Span | None:
        """`[start, end)` without white space and opening brackets at its end; None if no words are left."""
        while end > start and (self._text[end - 1].isspace() or self._text[end - 1] in _OPENERS):
            end -= 1
        return Span(start, end) if any(mark.isalnum() for mark in self._text[start:end]) else None
