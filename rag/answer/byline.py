"""Questions about an essay itself: who wrote it and when. Answered by the line of the essay that says so."""

from __future__ import annotations

import re

from rag.answer.question import Question
from rag.essays.text import fold
from rag.records import Outline, Span

_AUTHOR = re.compile(
    r"作者|谁写的?|谁撰写|谁执笔|是谁[的作]|谁作的|哪[位个][^，。]{0,8}(?:写|作|撰)的?|谁的(?:文章|报告|讲话)|署名|谁作(?:了|政府|这)|出自谁"
)
_DATE = re.compile(
    r"(?:文章|报告|这篇|本文|该文|这份|篇).{0,12}(?:什么时候|何时|哪一?[年天日]|日期|时间)|落款(?:的?(?:日期|时间))|写于|成文|(?:什么时候|何时|哪一?[年天日]|几月).{0,4}(?:写|发表|作的|完成的|撰)|写作(?:时间|日期)"
)
_SIGNATURE = re.compile(
    r"落款|署名(?:单位|机关)|发文(?:单位|机关)|(?:哪个|什么)(?:单位|机关|部门)(?:写|发|印发|起草|撰写)"
)
_STOPS = "。！？；!?;…"
_LONGEST_SIGNATURE = 40
_FRONT = 400
_BACK = 200


def asks_author(question: Question) -> bool:
    """True if the question asks who wrote or delivered an essay."""
    return _AUTHOR.search(question.text) is not None


def asks_signature(question: Question) -> bool:
    """True if the question asks which body signed an essay."""
    return not asks_date(question) and _SIGNATURE.search(question.text) is not None


def asks_date(question: Question) -> bool:
    """True if the question asks when an essay was written or delivered."""
    return not asks_author(question) and _DATE.search(question.text) is not None


def _line_around(text: str, at: int) -> Span:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def find_author_line(outline: Outline) -> Span | None:
    """The line near the top or the end of the essay that names its author; None if it names none."""
    essay = outline.essay
    if not essay.author:
        return None
    at = essay.text.find(essay.author, 0, _FRONT)
    if at < 0:
        at = essay.text.rfind(essay.author, max(0, len(essay.text) - _BACK))
    return _line_around(essay.text, at) if at >= 0 else None


def find_date_line(outline: Outline) -> Span | None:
    """The line near the end or the top of the essay that tells its date; None if it tells none."""
    essay = outline.essay
    if not essay.date:
        return None
    numbers = [int(part) for part in essay.date.split("-")]
    written = [f"(?:0?{number}|{_spell_number(number)})" for number in numbers]
    pattern = re.compile("[年月.\\-/]".join(written) + "(?![0-9])")
    folded = fold(essay.text)
    spots = [match.start() for match in pattern.finditer(folded)]
    near = [at for at in spots if at >= len(folded) - _BACK] or [at for at in spots if at < _FRONT]
    return _line_around(essay.text, near[0]) if near else None


def find_signature_line(outline: Outline) -> Span | None:
    """The line at the end of the essay that names who signed it: short, without a stop, before the date."""
    date = find_date_line(outline)
    text = outline.essay.text
    end = date.start if date is not None and date.start > len(text) - _BACK else len(text)
    for _ in range(3):
        end = len(text[:end].rstrip())
        line = _line_around(text, max(0, end - 1))
        words = text[line.start : line.end]
        if 3 < len(words) <= _LONGEST_SIGNATURE and words[-1] not in _STOPS and line.start > len(text) // 2:
            return line
        if len(words) > _LONGEST_SIGNATURE:
            return None
        end = line.start
    return None


def _spell_number(number: int) -> str:
    """A pattern for the number in Chinese: digits one by one for a year (二〇二四), else as spoken (十二, 二十一)."""
    digits = "〇一二三四五六七八九"
    if number > 99:
        return "".join("[〇零○]" if d == "0" else digits[int(d)] for d in str(number))
    tens, ones = divmod(number, 10)
    spoken = ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")
    return spoken or "零"
