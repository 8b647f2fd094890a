"""One source text may hold several essays: where each begins and what its title is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.essays.dates import parse_date_line
from rag.essays.labels import HAN_NUMERAL, match_label, parse_numeral
from rag.essays.lines import split_lines
from rag.essays.text import is_han
from rag.records import Span

_NUMERAL = rf"(?:{HAN_NUMERAL}|[0-9０-９]{{1,3}})"
_MARKS = r"(?:#{1,6}\s+)?(?:\*\*)?"
_ESSAY_LINE = re.compile(
    rf"{_MARKS}(?:"
    rf"[【\[(（〔]\s*(?:第\s*(?P<a>{_NUMERAL})\s*篇|(?:范文|篇)\s*(?P<b>{_NUMERAL}))\s*[】\])）〕]\s*[:：]?\s*(?P<title1>.*)"
    rf"|[【\[]\s*(?:第\s*(?P<c>{_NUMERAL})\s*篇|篇\s*(?P<d>{_NUMERAL}))\s*[:：]\s*(?P<title2>[^】\]]*)[】\]]"
    rf"|第\s*(?P<e>{_NUMERAL})\s*篇\s*(?:[:：.．、]|\s|$)\s*(?P<title3>.*)"
    rf"|(?:范文|篇)\s*(?P<f>{_NUMERAL})\s*(?:[:：.．、]|\s|$)\s*(?P<title4>.*)"
    rf"|(?P<title5>\S.{{1,38}}?)[\s(（]*篇\s*(?P<g>{_NUMERAL})[)）]?)(?:\*\*)?"
)
_TITLE_LABEL = re.compile(r"(?:文章)?(?:标题|题目)\s*[:：]\s*(?P<title>\S.*)")
_LONGEST_TITLE = 60
_SOURCE_LABEL = re.compile(r"(?:来\s*源|作\s*者|编辑|发布|时间|日期|摘要|关键词)\s*[:：]")
_FIRST_CLAUSE = re.compile(r"[。！？；，,;!?：:]")
_SHORT_TITLE = 30
_DATELINE = re.compile(
    r"(?:原标题[:：]\s*)?[^。！？，]{0,24}\d\s*日?\s*[^。！？，]{0,6}(?:电|讯|消息|报道)(?:\s*[(（][^)）]{0,30}[)）])?[\s，,：:]+"
)
_SALUTATION = re.compile(r"尊敬的|各位|同志们|同学们|老师们|朋友们|女士们|大家好")
_WRAPPED_LINE = 35


@dataclass(frozen=True, slots=True)
class EssaySpan:
    """One essay's part of a source text. `title` and `title_line` are of the line that announces it, if one does."""

    start: int
    end: int
    title: str = ""
    title_line: Span | None = None


@dataclass(frozen=True, slots=True)
class _Announcement:
    line: Span
    number: int
    title: str
    has_body: bool


def split_essays(text: str) -> list[EssaySpan]:
    """The essays of a text in order; what stands before the first belongs to it. One, unless two or more are announced.

    Law: the spans tile the text.
    """
    announced = _find_numbered(text) if "篇" in text or "范文" in text else []
    if not announced and text.count("文章标题") > 1:
        announced = _find_titled(text)
    if not announced:
        return [EssaySpan(0, len(text))]
    starts = [0, *(found.line.start for found in announced[1:]), len(text)]
    return [EssaySpan(starts[i], starts[i + 1], found.title, found.line) for i, found in enumerate(announced)]


def _find_numbered(text: str) -> list[_Announcement]:
    """Lines that number essays, in runs 1, 2, 3, …; nothing stands between the lines of a table of contents."""
    lines = split_lines(text)
    found: list[_Announcement] = []
    for i, line in enumerate(lines):
        words = text[line.start : line.end]
        if len(words) > _LONGEST_TITLE + 10 or ("篇" not in words and "范文" not in words):
            continue
        match = _ESSAY_LINE.fullmatch(words)
        if match is None or words[-1] in "。；，,;":
            continue
        number = next(parse_numeral(match.group(name)) for name in "abcdefg" if match.group(name))
        title = next((match.group(f"title{n}") for n in range(1, 6) if match.group(f"title{n}")), "")
        following = text[lines[i + 1].start : lines[i + 1].end] if i + 1 < len(lines) else ""
        found.append(
            _Announcement(line, number, clean_title(title), bool(following) and not _ESSAY_LINE.fullmatch(following))
        )
    runs: list[list[_Announcement]] = []
    for announcement in found:
        if announcement.number == 1:
            runs.append([announcement])
        elif runs and announcement.number == runs[-1][-1].number + 1:
            runs[-1].append(announcement)
    return [a for run in runs if len(run) > 1 and any(item.has_body for item in run[:-1]) for a in run]


def _find_titled(text: str) -> list[_Announcement]:
    found: list[_Announcement] = []
    for line in split_lines(text):
        match = _TITLE_LABEL.fullmatch(text, line.start, min(line.end, line.start + _LONGEST_TITLE + 10))
        if match and match.end() == line.end:
            found.append(_Announcement(line, len(found) + 1, clean_title(match.group("title")), True))
    return found if len(found) > 1 else []


def clean_title(words: str) -> str:
    """A title line without the marks of its format: `#`, `**`, 《》 around the whole, white space at the ends."""
    title = re.sub(r"\s+", " ", re.sub(r"^#{1,6}\s+|\s+#+$|\*\*|__", "", words.strip())).strip()
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    return title


def find_labelled_title(text: str, lines: list[Span]) -> tuple[str, Span | None]:
    """The title that one of the first lines gives after "文章标题：", and that line; ("", None) where none does."""
    for line in lines[:6]:
        match = (
            _TITLE_LABEL.fullmatch(text, line.start, line.end) if line.end - line.start < _LONGEST_TITLE + 10 else None
        )
        if match:
            return clean_title(match.group("title")), line
    return "", None


def is_title_line(text: str, line: Span) -> bool:
    """True for a line that can be a title: short, no sentence, no label, no date, and words in it."""
    words = text[line.start : line.end]
    if len(words) > _LONGEST_TITLE or words[-1] in "。；，、：,;:" or "。" in words or _SOURCE_LABEL.match(words):
        return False
    if match_label(text, line.start, line.end) or parse_date_line(words) or words.count("，") + words.count(",") > 2:
        return False
    if _SALUTATION.match(words) or _is_hard_wrapped(text, line):
        return False
    return sum(is_han(mark) for mark in words) >= 2 or sum(mark.isalpha() for mark in words) >= 4


def _is_hard_wrapped(text: str, line: Span) -> bool:
    """True if the line below is as long: the first two lines of a paragraph with fixed width, not a title."""
    n_words = line.end - line.start
    newline = text.find("\n", line.end)
    after = text.find("\n", newline + 1) if newline >= 0 else -1
    return n_words >= _WRAPPED_LINE and after >= 0 and n_words - 5 <= after - newline <= n_words + 5


def shorten_first_line(text: str, lines: list[Span]) -> str:
    """The first sentence, or as many of its clauses as fit, at most 30 characters; "" for a text without words.

    A label (①) and a dateline (…8月16日电) before it are left out: a thousand news items begin with the same one.
    """
    for line in lines:
        label = match_label(text, line.start, line.end)
        words = text[label.end if label else line.start : min(line.end, line.start + 200)]
        dateline = _DATELINE.match(words)
        words = words[dateline.end() :] if dateline else words
        if not any(mark.isalnum() for mark in words):
            continue
        cuts = [match.start() for match in _FIRST_CLAUSE.finditer(words[: _SHORT_TITLE + 1])]
        cuts = [cut for cut in cuts if words.count("《", 0, cut) == words.count("》", 0, cut)]
        stop = next((cut for cut in cuts if words[cut] in "。！？!?"), None)
        if stop:
            return clean_title(words[:stop])
        if len(words) <= _SHORT_TITLE:
            return clean_title(words)
        return clean_title(words[: cuts[-1]] if cuts and cuts[-1] >= _SHORT_TITLE // 2 else words[:_SHORT_TITLE])
    return ""
