"""Dates as essays write them, as ISO 8601."""

from __future__ import annotations

import re
from datetime import date

from rag.essays.labels import parse_numeral

_HAN_DIGIT = "[〇○零一二三四五六七八九]"
_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*(?:年\s*(?:(?P<month>\d{1,2})\s*月\s*(?:(?P<day>\d{1,2})\s*日)?)?"
    r"|[-/.](?P<month2>\d{1,2})[-/.](?P<day2>\d{1,2})(?!\d))"
    rf"|(?P<han_year>[一二]{_HAN_DIGIT}{{3}})年(?:(?P<han_month>[一二三四五六七八九十]{{1,2}})月(?:(?P<han_day>[一二三四五六七八九十]{{1,3}})日)?)?"
)
_DATE_LINE = re.compile(
    r"[(（\[【]?\s*(?:(?:发布|发表|更新|成文|印发|写作|撰写)?(?:时间|日期)\s*[:：]\s*)?(?P<date>\S.*?)"
    r"(?:\s+|T)?(?:\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?\s*(?:于\S{2,10})?[)）\]】]?"
)


def find_date(text: str) -> str:
    """The first date in `text` as "2008-03-29", "2008-03" or "2008"; "" where there is none."""
    for match in _DATE.finditer(text):
        iso = _write_iso(match)
        if iso:
            return iso
    return ""


def parse_date_line(line: str) -> str:
    """The date, if the line says nothing but a date (and a time of day, and that it is one); else ""."""
    outer = _DATE_LINE.fullmatch(line.strip()) if len(line) <= 60 else None
    inner = _DATE.fullmatch(outer.group("date")) if outer else None
    return _write_iso(inner) if inner else ""


def _write_iso(match: re.Match[str]) -> str:
    """ISO 8601 as far as the match goes; "" for a day that no calendar has."""
    if match.group("han_year"):
        year = parse_numeral(match.group("han_year").replace("○", "〇"))
        month, day = (parse_numeral(match.group(name) or "〇") for name in ("han_month", "han_day"))
    else:
        year = int(match.group("year"))
        month = int(match.group("month") or match.group("month2") or 0)
        day = int(match.group("day") or match.group("day2") or 0)
    try:
        whole = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7] if month else whole[:4]
