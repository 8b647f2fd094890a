"""Who wrote an essay and when, read where essays say it: under the title, or in the signature at the end.

A wrong author is worse than none: a name counts only in one of the forms below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.essays.dates import find_date, parse_date_line
from rag.essays.labels import match_label
from rag.essays.names import close_up, is_lone_name, is_person_name
from rag.records import Span

_OFFICE = (
    r"(?:副|代|常务副)?(?:总书记|秘书长|书记|省长|市长|州长|县长|区长|镇长|乡长|部长|局长|厅长|处长|科长|行长|院长|校长|所长|会长|"
    r"理事长|董事长|总经理|经理|主席|主任|检察长|司长|队长|站长|组长|政委|教授|研究员|讲师|教师|老师|记者|通讯员|专员|干事|总理|委员)"
)
_ORGANISATION = (
    r"(?:委员会|政府|工会|支部|党委|党组|党校|工委|市委|县委|省委|区委|部|局|厅|院|所|处|科|大学|中学|小学|学校|"
    r"中心|公司|集团|办公室|协会|学会|报社|组|室|队|站|馆|分局|编辑部)"
)
_NAME = r"[\u3400-\u9fff]{2,4}?"
_NAMED = r"[\u3400-\u9fff·](?:[\u3400-\u9fff·、,，]|[^\S\n]){0,40}"

_LABELLED = re.compile(
    rf"(?:^|[(（【\[\s|｜])(?:作者|撰文|撰稿人?|执笔人?|主笔|报告人|主讲人|讲话人|演讲人|作\s+者)\s*[:：/／]\s*(?P<names>{_NAMED})"
)
_AUTHOR_IS = re.compile(r"[(（]\s*作者\s*(?P<name>[\u3400-\u9fff]{2,4}?)\s*(?:系|为|[,，])")
_SLASHED = re.compile(
    r"^(?:文|图文|记者|本报记者|通讯员|本报通讯员)\s*[/／|｜:：丨]?\s*(?P<names>[\u3400-\u9fff](?:[\u3400-\u9fff、]|[^\S\n]){1,30})$"
)
_OFFICE_NAME = re.compile(
    rf"^[^。！？；，,:：]{{0,40}}(?:{_OFFICE}|{_ORGANISATION})[^\S\n]+(?P<name>[\u3400-\u9fff]{{2,4}}|[\u3400-\u9fff][^\S\n]{{1,3}}[\u3400-\u9fff])$"
)
_REPORTS = re.compile(
    rf"{_OFFICE}[^\S\n]*(?P<name>{_NAME})(?:同志)?[^\S\n]*(?=所?作[\u3400-\u9fff]{{0,8}}(?:报告|讲话|发言)|在[^。]{{2,60}}(?:上|会议)[^。]{{0,8}}(?:报告|讲话|发言|致辞))"
)
_REPORTS_AFTER = re.compile(
    rf"(?:^|[日\s—–\-)）])(?P<name>{_NAME})(?:同志)?{_OFFICE}(?=所?作|在[^。]{{2,60}}(?:报告|讲话|发言|致辞))"
)
_BRACKETED = re.compile(r"^[(（]\s*(?P<name>[\u3400-\u9fff]{2,4}|[\u3400-\u9fff][^\S\n]{1,3}[\u3400-\u9fff])\s*[)）]$")
_ANONYMOUS = frozenset(
    ("佚名", "未知", "匿名", "不详", "网络", "管理员", "本站", "小编", "原创", "无名氏", "网友", "转载", "来源")
)

_OCCASION = re.compile(r"(?:上|会议|大会)(?:的|$)|报告|讲话|发言|通过")
_SOURCE_LINE = re.compile(r"^[(（]?(?:来\s*源|发布|发表|时\s*间|日\s*期|作\s*者|编\s*辑)")
_GREETING = re.compile(r"^(?:尊敬的|各位|同志们|老师们|同学们|朋友们|女士们|大家好|你们好)")
_ORGANISATION_LINE = re.compile(rf"^[^。！？；，,:：\s]{{2,30}}{_ORGANISATION}$")
_FRONT_LINES = 8
_FRONT_LINE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Byline:
    """Author and date as found, each "" if not; `[start, end)` bounds the lines that say it."""

    author: str
    date: str
    start: int
    end: int


def find_author(line: str) -> str:
    """The author that a line names in one of the accepted forms, else ""."""
    labelled = _LABELLED.search(line)
    if labelled:
        return _clean_names(labelled.group("names"), trusted=True)
    slashed = _SLASHED.match(line)
    if slashed:
        return _clean_names(slashed.group("names"), trusted=False)
    for pattern in (_AUTHOR_IS, _OFFICE_NAME, _BRACKETED, _REPORTS, _REPORTS_AFTER):
        for match in pattern.finditer(line):
            if is_person_name(match.group("name")):
                return close_up(match.group("name"))
    return ""


def read_byline(text: str, lines: list[Span]) -> Byline:
    """Author and date in the lines under the title; they end at the first heading, greeting or paragraph.

    `lines` are those after the title, in order.
    """
    author = date = ""
    start = end = lines[0].start if lines else 0
    for i, line in enumerate(lines[:_FRONT_LINES]):
        words = text[line.start : line.end]
        if len(words) > _FRONT_LINE_LENGTH or _GREETING.match(words) or match_label(text, line.start, line.end):
            break
        found_author = find_author(words) or (close_up(words) if i < 3 and is_lone_name(words) else "")
        found_date = parse_date_line(words)
        if not found_date and (found_author or _OCCASION.search(words) or _SOURCE_LINE.match(words)):
            found_date = find_date(words)
        if not found_author and not found_date and ("。" in words or len(words) > 60):
            break
        author, date = author or found_author, date or found_date
        if found_author or found_date or _SOURCE_LINE.match(words):
            end = line.end
    return Byline(author, date, start, end)


def read_signature(text: str, lines: list[Span]) -> Byline:
    """Author and date in the last lines: a date, an organisation, an office with a name, a name alone.

    `start` is where the signature begins: the end of the last line where there is none.
    """
    author = date = ""
    start = end = lines[-1].end if lines else 0
    for i, line in enumerate(reversed(lines[-4:])):
        words = text[line.start : line.end]
        if len(words) > 60 or line.start == lines[0].start or match_label(text, line.start, line.end):
            break
        found_date = parse_date_line(words) or _find_date_at_end(words)
        found_author = find_author(words) or (close_up(words) if _stands_apart(text, words, line, date) else "")
        if not found_date and not found_author and not (i > 0 and date and _ORGANISATION_LINE.match(words)):
            break
        author, date = author or found_author, date or found_date
        start = line.start
    return Byline(author, date, start, end)


def _stands_apart(text: str, words: str, line: Span, date: str) -> bool:
    """True for a name that has its line for itself, after the last sentence or over the date."""
    before = text[: line.start].rstrip()[-1:] if is_lone_name(words) else ""
    return before != "" and (date != "" or before in "。！？”）)…")


def _find_date_at_end(words: str) -> str:
    """The date of "敦煌市总工会 2008年3月29日": an organisation or a name, white space, a date."""
    parts = words.split(maxsplit=1)
    if len(parts) < 2 or not (_ORGANISATION_LINE.match(parts[0]) or is_person_name(parts[0])):
        return ""
    return parse_date_line(parts[1])


def _clean_names(names: str, *, trusted: bool) -> str:
    """The names of a list as written, up to the first word that is none; `trusted` accepts pen names."""
    kept: list[str] = []
    closed_up = re.sub(
        r"(?:(?<=^)|(?<=[、,，]))([\u3400-\u9fff])[^\S\n]{1,4}([\u3400-\u9fff])(?=$|[、,，])", r"\1\2", names.strip()
    )
    for name in re.split(r"[\s、,，]+", closed_up):
        is_pen_name = trusted and not kept and 2 <= len(name) <= 6 and name not in _ANONYMOUS
        if not is_person_name(name) and not is_pen_name:
            break
        kept.append(name)
    return "、".join(kept)
