"""The labels that number headings and items: 第三章, 一、, （二）, 3., (4), ⑤.

A label is known by its shape alone; whether its line is a heading or an item is decided in `headings`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGIT_OF = {**{mark: value for value, mark in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0, "两": 2}
HAN_NUMERAL = "[一二三四五六七八九十百零〇两]{1,5}"
_NUMERAL = rf"(?:{HAN_NUMERAL}|[0-9０-９]{{1,3}})"
_ENCLOSED = {chr(first + i): i + 1 for first, n in ((0x2460, 20), (0x2474, 20), (0x3220, 10)) for i in range(n)}
ENCLOSED_NUMERALS = "".join(_ENCLOSED)

# Ranks leave room for the levels a file format declares (Word, Markdown), which lie below 10.
RANKS = {
    "volume": 10, "part": 20, "annex": 20, "chapter": 30, "unit": 40,
    "han": 50, "han bracket": 60, "digit": 70, "digit bracket": 80, "enclosed": 90,
}  # fmt: skip
_KIND_OF_UNIT = {"编": "volume", "篇": "volume", "部分": "part", "章": "chapter", "节": "unit"} | {
    "編": "volume",
    "節": "unit",
}

# A digit after `1.` means a decimal number or a date, except where a year begins the heading (1.2024年工作回顾).
_NO_DECIMAL = r"(?!\d)|(?=(?:19|20)\d\d\s*年)"
_AFTER = r"(?:[^\S\n]|[、.．])*"
_LABEL = re.compile(
    r"(?P<lead>\*\*\s*|__\s*)?(?:"
    rf"第\s*(?P<ordinal>{_NUMERAL})\s*(?P<unit>编|編|篇|部分|章|节|節)(?=[\s:：、.．]|[^的中内里有是和]|$)(?:{_AFTER}[:：]?{_AFTER})"
    rf"|附\s*[件录表]\s*(?P<annex>{_NUMERAL})(?:(?:[^\S\n]|[:：、.．])+|$)"
    rf"|(?P<han>{HAN_NUMERAL})(?:、(?!{HAN_NUMERAL}[、产])|[.．])[^\S\n]*"
    rf"|[(（]\s*(?P<han_bracket>{HAN_NUMERAL})\s*[)）]{_AFTER}"
    rf"|(?P<digit>[0-9０-９]{{1,3}})(?:[.．、](?:{_NO_DECIMAL}))[^\S\n]*"
    rf"|[(（]\s*(?P<digit_bracket>[0-9０-９]{{1,3}})\s*[)）]{_AFTER}"
    rf"|(?P<enclosed>[{ENCLOSED_NUMERALS}]){_AFTER})"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the beginning of a line; `end` is where the words after it begin."""

    kind: str
    number: int
    end: int


def parse_numeral(numeral: str) -> int:
    """The value of 十二, 一百零三, 二〇, 12, １２ or ⑫; 0 where it is none."""
    if numeral in _ENCLOSED:
        return _ENCLOSED[numeral]
    if numeral.isdecimal():
        return int(numeral)
    if not any(unit in numeral for unit in "十百"):
        return int("".join(str(_DIGIT_OF.get(mark, 0)) for mark in numeral) or "0")
    total = digit = 0
    for mark in numeral:
        if mark in "十百":
            total += (digit or 1) * (10 if mark == "十" else 100)
            digit = 0
        else:
            digit = _DIGIT_OF.get(mark, 0)
    return total + digit


def match_label(text: str, start: int, end: int) -> Label | None:
    """The label with which `text[start:end]` begins, or None."""
    match = _LABEL.match(text, start, end)
    if match is None:
        return None
    kind = match.lastgroup or ""
    for name in ("ordinal", "annex", "han", "han_bracket", "digit", "digit_bracket", "enclosed"):
        if match.group(name) is not None:
            kind = _KIND_OF_UNIT[match.group("unit")] if name == "ordinal" else name.replace("_", " ")
            return Label(kind, parse_numeral(match.group(name)), match.end())
    return None
