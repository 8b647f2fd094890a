"""Offset-safe Chinese text: sentence and clause spans, folding for comparison.

Nothing here changes a text; every function returns offsets into it, or a folded copy of exactly the same length,
so that an offset found in the copy is an offset into the original.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

from rag.records import Span

CLOSERS = "”’」』）)】》〉］]〕｝}"
_CLOSER = re.escape(CLOSERS)
_CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

# A stop ends a sentence together with the closers after it. `？》` is the end of a title, not of a sentence. A
# half-width full stop counts after a Chinese character or a closer (typed by people who never switch punctuation),
# or after a Latin word and before white space; never in 2.5 or a.com. `?` and `!` inside a web address do not count.
_STOP = re.compile(
    rf"(?:[。！？…]+|(?<=[{_CJK}{_CLOSER}%％])[.!?]+|(?<=[A-Za-z0-9][A-Za-z0-9])[.!?]+(?=[\s{_CLOSER}\"']|$)|(?<=[^\x21-\x7e])[!?]+)"
    rf"(?!》)[{_CLOSER}。！？!?…]*"
)
# The look-behind keeps a long run of blanks without a newline from being tried from each of its characters.
_NEWLINES = re.compile(r"(?<![ \t\u3000])[ \t\u3000]*\n\s*")
_CLAUSE_STOP = re.compile(rf"[，；;：:—]+[{_CLOSER}]*|(?<![0-9]),|,(?![0-9])|\n+")

# A line at least this long that stops in mid-sentence was broken by the page it was copied from, not by its author.
_WRAPPED_LINE = 40
_LINE_LABEL = re.compile(
    r"\s*(?:第[一二三四五六七八九十百零〇0-9]{1,4}|[(（]?[一二三四五六七八九十]{1,3}[)）、.．是要]|[(（]?[0-9]{1,3}[)）、.．]"
    r"|[①-⑳]|[#>*·•—-]|[一其首再最][是要一二三四五先次后])"
)


@cache
def _folding_table() -> dict[int, str]:
    """One character to one character: full width to half width, upper case to lower, traditional to simplified."""
    table: dict[int, str] = {}
    for code in [*range(0x80, 0x3400), *range(0xF900, 0x10000)]:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1 and plain != chr(code) and not plain.isspace():
            table[code] = plain
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code).lower()
    han = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(han)).split("\n")
    table |= {ord(old): new for old, new in zip(han, simplified, strict=True) if old != new and len(new) == 1}
    for quotes, plain in (("“”„‟〝〞「」『』", '"'), ("‘’‚‛", "'")):
        table |= {ord(quote): plain for quote in quotes}
    table[0x3000] = " "
    return table


def fold(text: str) -> str:
    """A copy for comparison, of the same length: width, case, script and quotation marks folded.

    Law: `len(fold(text)) == len(text)`; folding twice changes nothing.
    """
    return text.translate(_folding_table())


def is_han(character: str) -> bool:
    """True for a Chinese character."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _is_wrapped(text: str, line_start: int, newline: int, next_line: int, end: int) -> bool:
    """True if the newline breaks a sentence: a long line without a stop goes on in the next, which has no label."""
    if newline - line_start < _WRAPPED_LINE or next_line >= end:
        return False
    before, after = text[newline - 1], text[next_line]
    if not (is_han(before) or before in "，,、") or not (is_han(after) or after in "，,、。“《"):
        return False
    return not _LINE_LABEL.match(text, next_line)


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Sentences of `text[start:end]` in order, white space around them left out.

    A sentence ends at a stop with the quotation marks and brackets that close after it, or at the end of its line;
    a line that was wrapped in mid-sentence goes on.
    Law: every character that is not white space is in exactly one sentence.
    """
    end = len(text) if end is None else end
    cuts: list[int] = [match.end() for match in _STOP.finditer(text, start, end)]
    line_start = start
    for match in _NEWLINES.finditer(text, start, end):
        if not _is_wrapped(text, line_start, match.start(), match.end(), end):
            cuts.append(match.end())
        line_start = match.end()
    cuts.append(end)
    sentences: list[Span] = []
    begin = start
    for cut in sorted(cuts):
        if cut <= begin:
            continue
        span = _trim(text, begin, cut)
        if span is not None:
            sentences.append(span)
        begin = cut
    return sentences


def split_clauses(text: str, start: int, end: int) -> list[Span]:
    """Clauses of `text[start:end]` in order: runs that end at a comma, semicolon, colon or dash, which they keep."""
    clauses: list[Span] = []
    begin = start
    for match in _CLAUSE_STOP.finditer(text, start, end):
        span = _trim(text, begin, match.end())
        if span is not None:
            clauses.append(span)
        begin = match.end()
    rest = _trim(text, begin, end)
    return [*clauses, rest] if rest is not None else clauses
