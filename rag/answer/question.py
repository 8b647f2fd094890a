"""What a question asks for: its kind, the quantity, the years, how many items.

Everything is read off the words of the question; nothing here looks at an essay.
But: these are rules over surface forms. A question that none of them knows is a "fact" question, which is answered
by the sentence that shares most with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.essays.text import fold

Kind = Literal["number", "who", "when", "where", "list", "why", "how", "definition", "check", "fact"]
Tense = Literal["done", "planned", "open"]

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_COUNT = r"([0-9]{1,2}|十?[一二两三四五六七八九十])"
_ITEM = r"(?:个|项|条|点|方面|种|类|大|处|座|件|步|句|位|名|家|款|本|部|批|届|支|所|道|层|重|组)"

_LIST = re.compile(
    rf"哪些|哪几|有些什么|分别|各是|各有|依次|逐条|列出|列举|[有是]几{_ITEM}|几{_ITEM}(?:方面|内容|关系|要求|问题|任务|措施|做法)"
    rf"|哪{_COUNT}{_ITEM}|哪{_COUNT}(?!年|天|月|日|次|名|位)|(?:包括|包含|涵盖|涉及).{{0,4}}什么|{_COUNT}{_ITEM}[^，。？?]{{0,12}}(?:是什么|指什么|是啥|有啥)"
    r"|(?:措施|做法|任务|要求|问题|职能|职责|原则|内容|建议|对策)(?:有|是|都)?(?:什么|啥|哪)"
    r"|(?:什么|啥)(?:措施|举措|做法|任务|要求|问题|职能|职责|原则|建议|对策)"
)
_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("why", re.compile(r"为什么|为何|为啥|(?<![条个种点大])(?<!哪些)原因|缘由|凭什么|凭啥|何以|怎么会|何故|理由")),
    ("definition", re.compile(r"什么是|是什么意思|啥意思|指的?是?什么|[是指]指哪|何谓|含义|定义|什么叫|叫做什么意思|是怎么回事")),  # noqa: E501
    ("who", re.compile(r"谁|哪位|哪个人|哪名|何人|作者|什么人|哪一位")),
    ("when", re.compile(r"什么时候|啥时候|何时|哪一?年|哪一?天|几月|几号|哪一?日|什么日期|何年|什么时间|多会儿|几几年|哪个年|年份")),  # noqa: E501
    ("list", _LIST),
    ("how", re.compile(r"怎么(?!样的)|如何|怎样(?!的)|咋|什么(?:办法|方式|方法|途径|手段)|有何(?:措施|做法|办法)")),
    ("number", re.compile(r"多少|几(?![乎何])|多大|多高|多长|多久|多远|多重|多快|比例|百分之|占比|金额|[率速量额值](?:是|为|达|呢|$|[?？])|降多|增多")),  # noqa: E501
    ("where", re.compile(r"哪里|在哪|哪儿|何地|什么地方|何处|位于|哪个?(?:省|市|县|区|国|城市|国家|地方|地区|州|镇|村)")),  # noqa: E501
    ("check", re.compile(r"是不是|是否|有没有|能不能|会不会|可不可以|对不对|吗[?？]?$")),
)  # fmt: skip

_ASKED_UNIT = re.compile(
    r"(?:多少|几)((?:[百千万亿]{1,2})?(?:平方公里|平方千米|立方米|平方米|微克|标准箱|标箱|千瓦时|千瓦|人次|班次|公里|千米|公斤|公顷|个百分点"
    r"|美元|港元|欧元|小时|分钟|个月|元|斤|吨|亩|米|列|辆|户|人|名|家|座|处|所|件|项|个|条|台|场|次|期|年|月|天|日|岁|届|位|间|套|艘|架"
    r"|部|本|篇|首|种|类|支|枚|倍|成|级|分|秒|度|字|张|万|亿)|[百千万亿]{1,2})"
)
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:年|\b)")
_PLANNED = re.compile(r"目标|计划|打算|预期|力争|准备|安排|要[^求素点]|将|拟|今年|明年|未来|下一步|争取")
_DONE = re.compile(r"去年|上年|过去|已经|实现了|完成了|达到了|了多少|了几|成效|回顾|当年|[^为除]了[?？]?$")

# Phrases that ask, rather than say what is asked about. Longest first, so that 是什么意思 goes before 什么.
ASKING = re.compile(
    r"哪些|哪里|哪儿|"
    rf"哪{_COUNT}?{_ITEM}?(?:方面|方向|地方|内容|单位)?|"
    r"今年|去年|上年|本年|明年|前年|现在|目前|当前|计划|打算|准备|力争|预期|预计|要达到|达到|完成了|实现了|"
    r"所?说的|讲的|谈到?|提到的?|提出的?|怎样的|怎么样的|"
    r"请问|请告诉我|请介绍一?下?|介绍一?下|请?说一?说|谈一?谈|我想知道|想问一?下|帮我|文[中章里]|文中|报告[里中]|根据(?:文章|材料|报告)|"
    r"是什么意思|什么意思|指的是什么|指的?是?什么|是指什么|是指哪里|是什么样的|什么样的|什么是|是什么|为什么|为何|为啥|凭什么|"
    rf"有哪些|是哪些|哪些|有哪几|哪几|哪里|哪儿|哪一[年天个位种家]|哪[年天]|哪|有几{_ITEM}|"
    r"什么时候|什么地方|什么|多少|多大|多高|多长|多久|多远|怎么样|怎么办|怎么做|怎么|怎样|如何|几[个项条点种类大]?|谁|"
    r"是不是|是否|有没有|能不能|分别是?|各是|各有|依次|具体|到底|究竟|一共|总共|的话|呢|吗|吧|啊|呀|了吗|[?？!！。，,、；;：:“”\"'‘’（）()]"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood.

    `text` is folded; `asked` is what is left of it without the phrases that only ask. `unit` is the unit asked for
    (多少亿斤 -> 亿斤) or "". `count` is how many items are asked for (哪四个 -> 4) or 0. `years` are those named.
    `relative_year` is how far 今年 (0), 去年 (-1), 明年 (+1) lie from the essay's own year; None if none is named.
    `tense` tells a result from a plan.
    """

    text: str
    kind: Kind
    asked: str
    unit: str = ""
    count: int = 0
    years: tuple[int, ...] = ()
    relative_year: int | None = None
    tense: Tense = "open"


def read_count(word: str) -> int:
    """The number a count word says: 四 -> 4, 十二 -> 12, 10 -> 10; 0 if it says none."""
    if word.isdigit():
        return int(word)
    if word.startswith("十"):
        return 10 + _DIGITS.get(word[1:], 0)
    return _DIGITS.get(word, 0)


def _find_count(text: str) -> int:
    for pattern in (rf"哪{_COUNT}", rf"{_COUNT}{_ITEM}"):
        match = re.search(pattern, text)
        if match:
            return read_count(match[1])
    return 0


def _find_relative_year(text: str) -> int | None:
    for word, shift in (("今年", 0), ("本年", 0), ("去年", -1), ("上年", -1), ("前年", -2), ("明年", 1)):
        if word in text:
            return shift
    return None


def _find_tense(text: str) -> Tense:
    if _DONE.search(text):
        return "done"
    return "planned" if _PLANNED.search(text) else "open"


def parse_question(question: str) -> Question:
    """What the question asks for. Its kind is that of the first rule that knows it."""
    text = fold(question).strip()
    kind: Kind = next((kind for kind, pattern in _RULES if pattern.search(text)), "fact")
    unit = _ASKED_UNIT.search(text)
    return Question(
        text=text,
        kind=kind,
        asked=" ".join(ASKING.sub(" ", text).split()),
        unit=unit[1] if unit and kind == "number" else "",
        count=_find_count(text) if kind in ("list", "definition") else 0,
        years=tuple(dict.fromkeys(int(year) for year in _YEAR.findall(text))),
        relative_year=_find_relative_year(text),
        tense=_find_tense(text),
    )
