"""Lines of a text as spans: not blank, white space around them left out."""

from __future__ import annotations

import re

from rag.records import Span

_LINE = re.compile(r"\S[^\n]*")


def split_lines(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The lines of `text[start:end]` that are not blank, in order, without the white space around them."""
    end = len(text) if end is None else end
    lines: list[Span] = []
    for match in _LINE.finditer(text, start, end):
        line = match.group()
        lines.append(Span(match.start(), match.start() + len(line.rstrip())))
    return lines
