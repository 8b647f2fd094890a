"""Lines that may be headings, and where a heading ends that runs into its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.essays.labels import ENCLOSED_NUMERALS, RANKS, match_label
from rag.records import HeadingMark, Span

_LONGEST_NAME = 80
_LONGEST_LINE = 60
_FIRST_MARKS = frozenset("第附(（*_零〇一二三四五六七八九十百两0123456789０１２３４５６７８９" + ENCLOSED_NUMERALS)
_TITLED_KINDS = frozenset(("volume", "part", "annex", "chapter", "unit"))
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*|(?<=[\u3400-\u9fff])\.(?!\d)")
_GAP = re.compile(r"(?<=[\u3400-\u9fff”》）)])[^\S\n]+(?=[\u3400-\u9fff“《（(])")
_COLON = re.compile(r"[:：]")
# Bounded, so that a line of opening marks without closing ones is not read once for each of them.
_QUOTED = re.compile(r"“[^“”\n]{0,200}”|《[^《》\n]{0,200}》|（[^（）\n]{0,200}）|\([^()\n]{0,200}\)")
_TABLE = re.compile(r"\t|\s\|\s| {3}\S{1,40} {3}")
_MARKUP = re.compile(r"^(?:#{1,6}\s*)|(?<!\s)\s+#+$|\*\*|__")
_HASHES = re.compile(r"#{1,6}\s*")
_CONTINUES = re.compile(r"[\u3400-\u9fff0-9A-Za-z“”《》、]{2,25}$")
_SHORT_REST = 12
_PARAGRAPH = 40
_BEGINS_INSIDE = re.compile(r"[的和与及并中存]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that may be a heading. `[start, name_end)` is its name; the text under it begins at `body_start`.

    `rank` grows with depth; `runs_in`: text follows on the same line; `is_sentence`: it reads like an item of a
    list; `is_marked`: the file format says that it is a heading.
    """

    start: int
    name_end: int
    body_start: int
    name: str
    kind: str
    rank: int
    number: int
    line: int
    runs_in: bool = False
    is_sentence: bool = False
    is_marked: bool = False


def find_candidates(text: str, lines: list[Span], marks: Sequence[HeadingMark]) -> list[Heading]:
    """The lines that begin with a label or that the format marks, in order. Which are headings is for `sections`."""
    marked = {mark.start: mark for mark in marks}
    rank_of = dict(RANKS)
    for mark in marks:
        label = match_label(text, skip_markup(text, mark.start), mark.end)
        if label:
            rank_of[label.kind] = mark.level
    candidates: list[Heading] = []
    for i, line in enumerate(lines):
        if line.start in marked:
            candidates.append(_read_marked(text, lines, i, marked[line.start]))
        elif text[line.start] in _FIRST_MARKS:
            heading = _read_labelled(text, lines, i, rank_of)
            if heading:
                candidates.append(heading)
    return candidates


def skip_markup(text: str, start: int) -> int:
    """Where the words of a heading line begin, after the `#` of Markdown."""
    match = _HASHES.match(text, start)
    return match.end() if match else start


def _next_start(text: str, lines: list[Span], i: int) -> int:
    return lines[i + 1].start if i + 1 < len(lines) else len(text)


def _read_marked(text: str, lines: list[Span], i: int, mark: HeadingMark) -> Heading:
    line = lines[i]
    name = re.sub(r"\s+", " ", _MARKUP.sub("", text[line.start : line.end])).strip()
    label = match_label(text, skip_markup(text, line.start), line.end)
    kind, number = (label.kind, label.number) if label else ("", 0)
    return Heading(line.start, line.end, _next_start(text, lines, i), name, kind, mark.level, number, i, is_marked=True)


def _read_labelled(text: str, lines: list[Span], i: int, rank_of: dict[str, int]) -> Heading | None:
    line = lines[i]
    label = match_label(text, line.start, line.end)
    if label is None or label.number == 0 or _TABLE.search(text, label.end, line.end):
        return None
    if label.end >= line.end and label.kind not in _TITLED_KINDS:
        return None
    sentence = _SENTENCE_END.search(text, label.end, line.end)
    rank = rank_of[label.kind]
    if sentence is None or sentence.end() == line.end:
        return _read_standalone(text, lines, i, label.kind, label.number, rank)
    name_end, body_start = _cut_name(text, label.end, sentence, label.kind)
    is_sentence = "；" in text[line.start : name_end]
    if label.kind in ("digit", "digit bracket", "enclosed"):
        is_long = name_end - line.start > _LONGEST_NAME
        is_sentence = is_sentence or is_long or _is_definition(text, label.end, name_end)
    if name_end - line.start > _LONGEST_NAME:
        name_end = body_start = _cut_at_comma(text, line.start, name_end)
    name = _MARKUP.sub("", text[line.start : name_end]).rstrip("，,、；;:： ")
    return Heading(line.start, name_end, body_start, name, label.kind, rank, label.number, i, True, is_sentence)


def _read_standalone(text: str, lines: list[Span], i: int, kind: str, number: int, rank: int) -> Heading:
    """A heading that has its line for itself, or an item of a list that does; it may be wrapped over two lines."""
    line = lines[i]
    words = text[line.start : line.end]
    is_sentence = words[-1] in "；;，,：:、" or "；" in words or len(words) > _LONGEST_LINE
    if words[-1] in "。.！!" and len(words) > 40:
        is_sentence = True
    if is_sentence and len(words) > _LONGEST_LINE:
        end = _cut_at_comma(text, line.start, line.end)
        return Heading(
            line.start,
            end,
            end,
            words[: end - line.start].rstrip("，,、；;:： "),
            kind,
            rank,
            number,
            i,
            end < line.end,
            True,
        )
    if _is_wrapped(text, lines, i):
        rest = text[lines[i + 1].start : lines[i + 1].end]
        gap = " " if words[-1].isascii() and rest[0].isascii() else ""
        return Heading(
            line.start,
            lines[i + 1].end,
            _next_start(text, lines, i + 1),
            _MARKUP.sub("", words + gap + rest),
            kind,
            rank,
            number,
            i,
        )
    name = _MARKUP.sub("", words).rstrip("。.；;：:，, ")
    return Heading(line.start, line.end, _next_start(text, lines, i), name, kind, rank, number, i, False, is_sentence)


def _cut_name(text: str, start: int, sentence: re.Match[str], kind: str) -> tuple[int, int]:
    """Where the name ends and where the text begins: at a gap or colon outside quotation marks, else at the stop."""
    near = min(sentence.start(), start + 2 * _LONGEST_NAME)
    quoted = [match.span() for match in _QUOTED.finditer(text, start, min(sentence.end(), near + 200))]

    def is_outside(position: int) -> bool:
        return not any(begin < position < end for begin, end in quoted)

    for gap in _GAP.finditer(text, start, near):
        if gap.start() - start >= 4 and is_outside(gap.start()):
            return gap.start(), gap.end()
    colon = _COLON.search(text, start, near)
    if colon and kind in ("han", "han bracket") and 2 <= colon.start() - start <= 30 and is_outside(colon.start()):
        return colon.start(), colon.end()
    end = sentence.start() if sentence.group()[0] in "。." else sentence.end()
    return end, sentence.end()


def _is_definition(text: str, start: int, end: int) -> bool:
    """True for `“四旁”、“五边”：“四旁”为……`: a term, a colon and what it means."""
    colon = _COLON.search(text, start, end)
    return colon is not None and colon.end() < end


def _cut_at_comma(text: str, start: int, end: int) -> int:
    """The last comma within the length of a line; the whole where there is none."""
    cut = max(text.rfind("，", start + 4, start + _LONGEST_LINE), text.rfind(",", start + 4, start + _LONGEST_LINE))
    return cut + 1 if cut > 0 else min(end, start + _LONGEST_LINE)


def _is_wrapped(text: str, lines: list[Span], i: int) -> bool:
    """True if the next line carries on the heading of this line.

    It must be short, without a stop and a label of its own. Before a labelled line that is enough; before a
    paragraph it may as well be a heading without a label, so there it must begin in mid-phrase or be the only one.
    """
    if i + 2 > len(lines) - 1 or text[lines[i].end - 1] in "。.；;：:，,！!？?":
        return False
    line, rest, after = lines[i], lines[i + 1], lines[i + 2]
    n_rest = rest.end - rest.start
    if (
        n_rest > 25
        or line.end - line.start + n_rest > _LONGEST_LINE
        or not _CONTINUES.match(text, rest.start, rest.end)
    ):
        return False
    if match_label(text, rest.start, rest.end):
        return False
    own = match_label(text, line.start, line.end)
    if own is not None and own.kind in _TITLED_KINDS and own.end >= line.end:
        return True
    if line.end - line.start < 8 or text.startswith("#", rest.start):
        return False
    below = match_label(text, after.start, after.end)
    if below is not None and own is not None:
        return below.number == 1 and RANKS[below.kind] > RANKS[own.kind]
    if line.end - line.start >= 14 and _BEGINS_INSIDE.match(text, rest.start):
        return text.count("\n", line.end, rest.start) == 1
    return n_rest <= _SHORT_REST and after.end - after.start >= _PARAGRAPH and not _has_short_lines(text, lines, i + 2)


def _has_short_lines(text: str, lines: list[Span], first: int) -> bool:
    """True if another short line without a label and a stop stands nearby: the essay has headings of that kind."""
    for line in lines[max(0, first - 30) : first - 2] + lines[first : min(first + 30, len(lines) - 3)]:
        is_short = line.end - line.start <= _SHORT_REST and _CONTINUES.match(text, line.start, line.end)
        if is_short and match_label(text, line.start, line.end) is None:
            return True
    return False
