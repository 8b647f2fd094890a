"""The labels of enumerated items (一是 …, (1) …, —— …), and which of them belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.essays.labels import ENCLOSED_NUMERALS, parse_numeral
from rag.records import Span

_HAN = "[一二三四五六七八九十]{1,3}"
# A clause begins at the start of the text or after a stop, a bracket or white space.
_CLAUSE = r"(?<![^\s。；;：:，,、！!？?…（(\[【“”\"」）)》.])"
_NO_REFERENCE = r"(?![项款条目类])"


@dataclass(frozen=True, slots=True)
class Marker:
    """The label of an item. `[start, end)` is the label as written; `leads`: it begins its line."""

    start: int
    end: int
    family: str
    number: int
    leads: bool
    in_clause: bool = True


@dataclass(frozen=True, slots=True)
class _Family:
    """A way to number items. A text without any of `seconds` holds no such list: a cheap test first."""

    name: str
    pattern: re.Pattern[str]
    seconds: tuple[str, ...]
    is_clause_bound: bool = True


def _spell(name: str, pattern: str, *seconds: str) -> _Family:
    return _Family(name, re.compile(_CLAUSE + pattern), seconds)


_FAMILIES = (
    _spell("是", rf"(?P<n>{_HAN})(?:是|要|则是)", "二是", "二要", "二则"),
    *(_spell(verb, rf"(?P<n>{_HAN}){verb}(?![一二三四五六七八九十、])", f"二{verb}") for verb in "靠抓看讲"),
    _spell("第", rf"第(?P<n>{_HAN})(?=[，,、：:是要])", "第二"),
    _spell("首先", r"(?P<n>首先|其次|再次|再者|最[后後])(?!(?:一|的|由|被))", "其次", "最后", "最後", "再次"),
    _spell("其", rf"其(?P<n>{_HAN})(?=[，,、：:是]|[\u3400-\u9fff])", "其二"),
    _spell("一、", rf"(?P<n>{_HAN})、(?!{_HAN}[、产])", "二、"),
    _spell("1.", r"(?P<n>\d{1,2})[.．、](?!\d)[ \t]*", "2.", "2．", "2、"),
    _Family(
        "(一)", re.compile(rf"(?<![第至和及])[(（]\s*(?P<n>{_HAN})\s*[)）]{_NO_REFERENCE}"), ("二)", "二）"), False
    ),
    _Family(
        "(1)", re.compile(rf"(?<![第至和及])[(（]\s*(?P<n>\d{{1,2}})\s*[)）]{_NO_REFERENCE}"), ("2)", "2）"), False
    ),
    _Family("①", re.compile(rf"(?P<n>[{ENCLOSED_NUMERALS}])"), ("②", "⑵", "㈡"), False),
)
_ORDER_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 0, "最後": 0}
_BULLET = re.compile(r"(?P<dash>[—–―-]{2,}|—)(?=[^\s\d—–-]|\s\S|\d)|(?P<bullet>[•·●■◆▪▶►○□◇★]|[-*+](?=\s+\S))")
# After these `(1)` is a reference or part of a name, not the first item of a list.
_REFERS = frozenset("式图表见例注班栋级0123456789")


def group_markers(text: str, body: Span, lines: Sequence[Span]) -> list[list[Marker]]:
    """The lists of at least two items in `body`, in order of their first label. `lines` are the lines of the body."""
    lists: list[list[Marker]] = []
    line_starts = {line.start for line in lines}
    for family in _FAMILIES:
        if any(text.find(second, body.start, body.end) >= 0 for second in family.seconds):
            lists += _link(text, list(_find_markers(text, body, family, line_starts)))
    lists += _group_bullets(text, lines)
    return sorted((found for found in lists if len(found) > 1), key=lambda found: found[0].start)


def has_markers(text: str) -> bool:
    """False if `text` surely holds no list."""
    return any(second in text for family in _FAMILIES for second in family.seconds) or bool(_BULLET_LINE.search(text))


_BULLET_LINE = re.compile(r"(?:^|\n)[^\S\n]*[—–―•·●■◆▪▶►○□◇★*+-]")


def _find_markers(text: str, body: Span, family: _Family, line_starts: set[int]) -> list[Marker]:
    markers: list[Marker] = []
    for match in family.pattern.finditer(text, body.start, body.end):
        numeral = match.group("n")
        number = _ORDER_WORDS[numeral] if numeral in _ORDER_WORDS else parse_numeral(numeral)
        start = match.start()
        end = start + len(match.group().rstrip())
        in_clause = family.is_clause_bound or start == 0 or text[start - 1] not in _REFERS
        markers.append(Marker(start, end, family.name, number, start in line_starts, in_clause))
    return markers


def _link(text: str, markers: Sequence[Marker]) -> list[list[Marker]]:
    """Markers of one family in rows 1, 2, 3, …; a row inside an item of another is a row of its own.

    A label goes to the innermost open row that it continues, rather to one that stands as it does (at the
    beginning of a line or inside one); rows opened after that one are closed.
    """
    open_: list[list[Marker]] = []
    closed: list[list[Marker]] = []
    for marker in markers:
        if marker.number == 1:
            if not marker.in_clause:
                continue
            # Nothing continues a row of one item across so many later rows: kept short, the search stays linear.
            if len(open_) >= 8:
                closed.append(open_.pop(0))
            open_.append([marker])
            continue
        fitting = [i for i in range(len(open_)) if _continues(text, open_[i], marker)]
        if not fitting:
            continue
        alike = [i for i in fitting if open_[i][-1].leads == marker.leads]
        chosen = (alike or fitting)[-1]
        closed += open_[chosen + 1 :]
        del open_[chosen + 1 :]
        open_[chosen].append(marker)
    return [*closed, *open_]


def _continues(text: str, row: list[Marker], marker: Marker) -> bool:
    last = row[-1]
    if last.family == "首先":
        is_next = (marker.number or len(row) + 1) == len(row) + 1 or (marker.number == 3 and len(row) == 2)
        if row[-1].number == 0:
            return False
    else:
        is_next = marker.number == last.number + 1
    if not is_next:
        return False
    if marker.leads:
        return True
    # Inside a line the next item follows in the same paragraph, or in the next where a page has torn it in two.
    n_breaks = sum(1 for _ in re.finditer(r"\n\s*", text[last.start : min(marker.start, last.start + 3000)]))
    limit = 3 if last.leads else 1
    return n_breaks <= limit and marker.start - last.start <= 3000


def _group_bullets(text: str, lines: Sequence[Span]) -> list[list[Marker]]:
    """Paragraphs in a row that begin with the same dash or bullet; deeper ones between are a list of their own."""
    open_: list[tuple[str, int, list[Marker]]] = []
    lists: list[list[Marker]] = []
    for line in lines:
        match = _BULLET.match(text, line.start, line.end)
        indent = line.start - (text.rfind("\n", 0, line.start) + 1)
        if match is None:
            while open_ and open_[-1][1] >= indent:
                lists.append(open_.pop()[2])
            continue
        sign = "—" if match.group("dash") else match.group()
        while open_ and (open_[-1][1] > indent or (open_[-1][1] == indent and open_[-1][0] != sign)):
            lists.append(open_.pop()[2])
        if not open_ or open_[-1][1] < indent:
            open_.append((sign, indent, []))
        row = open_[-1][2]
        row.append(Marker(match.start(), match.end(), "bullet", len(row) + 1, True))
    return [*lists, *(row for _, _, row in open_)]
