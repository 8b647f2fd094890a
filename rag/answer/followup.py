"""Follow-ups: a short question made whole again from the questions before it in the same chat.

Three plain cases: another place or year ("那浙江呢?"), a place in the last list ("第二点呢?"), and words left out
("他们是怎么做的?", "那现在一共有多少座了?"). A question that stands by itself is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.question import ASKING, read_count
from rag.essays.text import fold

_ITEM = re.compile(
    r"第([一二三四五六七八九十]{1,2}|[0-9]{1,2})(?:个|点|条|项|方面|种|类|步|件|大点?|部分|要点)?(?:方面|关系|问题|职能|措施|突破|任务|原则|建议)?"
)
_LAST = re.compile(r"最后(?:一)?(?:个|点|条|项|方面|种|类|件)")
_ITEM_ONLY = re.compile(r"^(?:那|那么|请问|其中|还有|具体|说说|讲讲|展开|的)*$")
_POINTER = re.compile(
    r"他们|她们|它们|[他她它](?!们)|这些|那些|这个|那个|这样|上述|前面|刚才|该[一-鿿]|其中|这[几两三四]|对此|为此|这里|那里|此"
)
_OPENING = re.compile(r"^(?:那么?|还有|另外|然后|再|接着|以及)")
_ELLIPSIS = re.compile(r"呢[?？]?$")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年|今年|去年|前年|明年")
_YEAR_BEFORE = re.compile(r"上一?年|前一年|头一年")
_FILLER = re.compile(r"[那么呢的吗呀啊了?？,，。\s]|现在|目前|又|也|还|都|是|有|在|一共|总共")
_SHORT = 5  # characters of content: fewer than this ask nothing by themselves
_LONGEST_ELLIPSIS = 16  # more than this stand by themselves, whatever place was talked about before


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made whole. `item` is the place asked for in the last list (-1 the last), 0 if none is.

    `leans` is True if the question makes sense only with what came before: then the essay under discussion is meant.
    """

    text: str
    item: int = 0
    leans: bool = False


def _content(text: str) -> str:
    return _FILLER.sub("", ASKING.sub("", text))


def _find_item(text: str) -> int:
    match = _ITEM.search(text)
    rest = ""
    if match:
        rest = text[: match.start()] + text[match.end() :]
    elif _LAST.search(text):
        rest = _LAST.sub("", text)
    else:
        return 0
    rest = re.sub(
        r"怎么说的?|说的|讲的?|内容|意思|要求|展开|详细|介绍|关于|表现|做法|措施|情况|体现", "", _content(rest)
    )
    if not _ITEM_ONLY.match(rest):
        return 0
    return read_count(match[1]) if match else -1


def _names_in(text: str, names: Sequence[str]) -> list[str]:
    found = [(text.index(name), name) for name in names if name in text]
    return [name for _, name in sorted(found)]


def _swap(previous: str, old: Sequence[str], new: str) -> str:
    """The previous question about another place: the first old name replaced, the others dropped."""
    text = previous.replace(old[0], new)
    for name in old[1:]:
        text = re.sub(rf"[和与及跟同、]?{re.escape(name)}", "", text)
    return text


def resolve_followup(question: str, previous: str, places: Sequence[str]) -> Resolved:
    """The question made whole with the previous one of the chat, itself already whole ("" if there is none).

    `places` are the names that decide between essays of the library.
    """
    if not previous:
        return Resolved(question)
    text, before = fold(question).strip(), fold(previous)
    item = _find_item(text)
    if item:
        return Resolved(question, item=item, leans=True)
    here, there = _names_in(text, places), _names_in(before, places)
    rest = text
    for name in here:
        rest = rest.replace(name, "")
    content = _content(_YEAR.sub("", re.sub(r"[省市县]", "", rest)))
    leans = bool(_POINTER.search(text) or _OPENING.search(text) or _ELLIPSIS.search(text))
    if here:
        is_same_question = there and len(content) < _SHORT and (leans or len(content) <= 2)
        return Resolved(_ask_elsewhere(text, before, there, here[0], content) if is_same_question else question)
    return _complete(question, text, before, there, content, leans=leans)


def _ask_elsewhere(text: str, before: str, there: Sequence[str], place: str, content: str) -> str:
    """The previous question about another place (那浙江呢?), and perhaps of another year or measure (浙江的目标呢?)."""
    swapped = _swap(before, there, place)
    year = _YEAR.search(text)
    if year:
        swapped = _YEAR.sub(year[0], swapped, count=1)
    return swapped if not content or content in swapped else f"{swapped.rstrip('?？')} {content}?"


def _shift_year(text: str, before: str) -> str:
    """The previous question about the year before the one it names (那上一年呢?); "" if that is not what is asked."""
    named = re.search(r"(?:19|20)[0-9]{2}(?=年)", before)
    if not named or not _YEAR_BEFORE.search(text):
        return ""
    return before[: named.start()] + str(int(named[0]) - 1) + before[named.end() :]


def _complete(question: str, text: str, before: str, there: Sequence[str], content: str, *, leans: bool) -> Resolved:
    """A question that names no place, with what it leaves out taken from the previous one."""
    year = _YEAR.search(text)
    if leans and len(_YEAR_BEFORE.sub("", content)) < 2 and _shift_year(text, before):
        return Resolved(_shift_year(text, before))
    if not content and year and leans:
        return Resolved(_YEAR.sub(year[0], before, count=1) if _YEAR.search(before) else year[0] + before)
    if content and _ELLIPSIS.search(text) and not _POINTER.search(text):
        return Resolved(f"{_OPENING.sub('', text).rstrip('呢?？')} {_without_asking(before, there)}?", leans=True)
    if leans:
        return Resolved(f"{_without_asking(before, ())} {_OPENING.sub('', text)}", leans=True)
    if there and len(content) <= _LONGEST_ELLIPSIS:
        kept_year = _YEAR.search(before)
        return Resolved(there[0] + (kept_year[0] if kept_year and not year else "") + text, leans=True)
    if len(content) < _SHORT:
        return Resolved(f"{_without_asking(before, ())} {text}", leans=True)
    return Resolved(question)


def _without_asking(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return " ".join(ASKING.sub(" ", text).split())
