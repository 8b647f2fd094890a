"""Web debris: links to other pages, page numbers, share buttons. Kept in the text, never offered as evidence."""

from __future__ import annotations

import re

from rag.essays.lines import split_lines
from rag.records import Span

_SITE = (
    r"(?:https?://)?(?:www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|cn|net|org|gov|edu|info|cc)(?:\.cn)?(?:/\S*)?"
)

# Whole lines. What an essay says about itself (来源：…, 作者：…) is evidence and stays.
_DEBRIS_LINE = re.compile(
    r"(?:上|下)一(?:篇|页|条|章|节)(?:文章|新闻)?\s*[:：].*"
    r"|(?:上|下)一(?:篇|页|条|章)|(?:上一页|首页|尾页|末页)(?:\s*(?:\d+|\.{2,}|…|下一页|尾页|末页|首页|上一页))*"
    r"|(?:本站|全站|网站|今日|本周|本月|热门|最新|相关|推荐|精彩|猜你)(?:最新|热门|推荐|相关|精彩)?"
    r"(?:文章|阅读|推荐|搜索|链接|范文|标签|资讯|下载|排行榜?|热搜|喜欢)\s*[:：]?"
    r"|[(（\[【]?\s*(?:责任编辑|責任編輯|责编|本文编辑|网络编辑|编辑|校对|值班编辑|审核)\s*[:：/][^。！？]{0,30}[)）\]】]?"
    r"|[-—–－]+\s*\d{1,4}\s*[-—–－]+"
    r"|[-—–－]?\s*第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?\s*[-—–－]?|\d{1,4}\s*/\s*\d{1,4}|共\s*\d{1,4}\s*页|[Pp]age\s*\d+(?:\s*of\s*\d+)?"
    r"|(?:点击|点此|展开|加载|查看|阅读|下载)(?:这里|此处)?(?:查看|阅读|展开|下载|加载|进入)?(?:更多|全文|原文|全部|附件|详情)(?:内容|文章|评论|精彩)?[>》»…]*"
    r"|(?:返回|回到)(?:顶部|首页|上一页|列表|目录)|(?:打印|关闭|收藏)(?:本页|窗口|页面|本文)?(?:\s*(?:打印|关闭|收藏)(?:本页|窗口|页面|本文)?)*"
    r"|(?:一键)?分享(?:到|至)\s*[:：]?.{0,40}|(?:微信|微博)?扫一扫.{0,30}|(?:长按|扫描)(?:识别)?(?:上方|下方)?二维码.{0,20}"
    r"|字(?:号|体)\s*[:：]?\s*[\[【]?\s*[大中小][\s/|\]】大中小]*|我要(?:评论|留言|投稿|纠错)|(?:点赞|收藏|评论|转发|分享)(?:\s+(?:点赞|收藏|评论|转发|分享))*"
    r"|(?:您?(?:的)?(?:当前|现在)?(?:所在)?位置|导航)\s*[:：].{0,80}|首页\s*[>》»→/].{0,60}"
    r"|(?:©|Copyright\b|版权所有|版權所有|[^。]{0,20}ICP备).{0,100}|转载(?:请)?注明.{0,60}|(?:本文)?(?:地址|网址|链接)\s*[:：]\s*\S{0,200}|阅读(?:量|数|次数)?\s*[:：]\s*\d+|浏览(?:量|次数)?\s*[:：]\s*\d+.{0,4}"
    rf"|\S{{0,12}}\s*[(（]?{_SITE}[)）]?",
    re.IGNORECASE,
)
_LIST_OF_LINKS = re.compile(r"(?:上|下)一(?:篇|页|条)|(?:本站|热门|相关|推荐|最新|精彩|猜你)")
_IN_LINE = re.compile(
    r"[(（\[【]\s*(?:责任编辑|責任編輯|责编|编辑)\s*[:：][^)）\]】\n]{1,20}[)）\]】]|广告声明[:：]文内含有[^。\n]{0,160}。|点击(?:查看|阅读|展开)(?:更多|全文|原文)"
    r"|(?:查看更多)?责任编辑\s*[:：][^。\n]{0,12}\s*\Z|上一篇\s*[:：][^。\n]{0,80}下一篇\s*[:：][^。\n]{0,80}"
)
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(?:[A-Za-z_-]+[ \t]*:[^\n]*\n|[ \t]*-[^\n]*\n)+---[ \t]*(?:\n|$)")
_LONGEST = 220


def find_debris(text: str) -> tuple[Span, ...]:
    """Spans of debris in order, never touching a neighbour's characters; white space around them is left out."""
    spans: list[Span] = []
    front = _FRONT_MATTER.match(text)
    if front:
        spans.append(Span(front.start(), front.end()))
    lines = split_lines(text, front.end() if front else 0)
    spans += [line for line in lines if _is_debris(text, line)]
    spans += _find_trailing_links(text, lines)
    spans += [Span(match.start(), match.end()) for match in _IN_LINE.finditer(text)]
    return _merge(spans)


def _is_debris(text: str, line: Span) -> bool:
    if line.end - line.start > _LONGEST:
        return False
    return _DEBRIS_LINE.fullmatch(text, line.start, line.end) is not None


def _find_trailing_links(text: str, lines: list[Span]) -> list[Span]:
    """Titles of other pages under "上一篇：" or "相关文章", if nothing but such short lines follows to the end."""
    first = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        line = text[lines[i].start : lines[i].end]
        if len(line) > 40 or line[-1] in "。！；：" or "。" in line:
            break
        if _LIST_OF_LINKS.match(line) and _is_debris(text, lines[i]):
            first = i
    return lines[first:]


def _merge(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
