"""What an answer to each kind of question looks like, so that a sentence can be asked whether it holds one."""

from __future__ import annotations

import re

from rag.answer.question import Kind, Question

_HAN_NUMBER = "[一二三四五六七八九十百千万亿两零〇半]"
_NUMBER = re.compile(
    rf"[0-9][0-9.,]*(?:%|‰|[一-鿿])?|{_HAN_NUMBER}+(?:个|项|条|点|次|名|人|年|月|日|天|倍|成|种|家|座|处|元|亩|斤|吨|米|公里|岁|届|位|部|篇|册|卷|万|亿)"
    rf"|百分之{_HAN_NUMBER}+|{_HAN_NUMBER}+分之{_HAN_NUMBER}+"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文鲁温习"
)
_SIGNS: dict[Kind, re.Pattern[str]] = {
    "number": _NUMBER,
    "who": re.compile(
        rf"[一-鿿]·[一-鿿]|由[^，。,;；]{{2,24}}(?:担任|负责|牵头|主持|兼任|组成|作)|(?:主席|书记|市长|省长|县长|院士|教授|导演|总统|先生|女士|同志|作家|诗人|皇帝|将军|校长|部长|主任|由)[{_SURNAMES}][一-鿿]{{1,2}}"
        rf"|[{_SURNAMES}][一-鿿]{{1,2}}(?:主席|书记|市长|省长|县长|院士|教授|导演|总统|先生|女士|同志|说|指出|认为|提出|担任|是|,|，|、)"
    ),
    "when": re.compile(
        rf"(?:[0-9]{{2,4}}|{_HAN_NUMBER}{{2,4}})年|[0-9一二三四五六七八九十]+月|世纪|年代|[0-9]+日|时期|星期|期间"
    ),
    "where": re.compile(r"省|市|县|区|国|州|镇|村|岛|山|河|路|街|位于|地处|地带|港|湾|城|洲|寺|馆|园|校|院"),
    "list": re.compile(
        r"、[^、，。；,;]{1,24}(?:、|和|以及|与|及)|[^、，。；,;]{2,12}(?:、|和)[^、，。；,;]{2,12}|一是|第一|首先|其一|[(（][1一][)）]"
    ),
    "why": re.compile(
        r"因为|由于|因此|所以|原因|为了|导致|致使|在于|是因|旨在|以便|否则|使得|考虑|既|为的是|缘于|源于|因而|从而"
    ),
    "how": re.compile(
        r"通过|采取|加强|推进|推动|措施|实施|建立|完善|坚持|开展|加快|健全|落实|扩大|组织|制定|运用|利用|用好"
    ),
    "definition": re.compile(r"是指|指的是|指|即|称为|所谓|是一[种个项]|意思|就是|包括|“[^”]{1,20}”(?:为|是)|:"),
}


def has_sign(kind: Kind, text: str) -> bool:
    """True if the text holds something that could answer a question of this kind; True for kinds without a sign."""
    pattern = _SIGNS.get(kind)
    return pattern is None or pattern.search(text) is not None


def _with_unit(unit: str) -> re.Pattern[str]:
    """A number followed by the unit: 万辆 also takes 3.2万多辆; 亿斤 does not take 万斤."""
    scale = re.match(r"[百千万亿]*", unit)
    scales, bare = (unit[: scale.end()], unit[scale.end() :]) if scale else ("", unit)
    middle = rf"[百千万亿多余几]*{re.escape(bare)}" if bare else ""
    strict = rf"[多余几]*{re.escape(scales)}[多余几]*{re.escape(bare)}"
    return re.compile(rf"(?:[0-9][0-9.,]*|{_HAN_NUMBER}+)(?:{strict}{'|' + middle if middle else ''})")


_SERIES = re.compile(r"[^，。；：,;:\s]*、[^，。；：,;:\s]*")


def count_series(text: str) -> int:
    """How many items the longest series of a folded text has (细胞、基因和算力 has 3); 1 if there is none."""
    longest = 1
    for run in _SERIES.findall(text):
        items = run.count("、") + 1
        last = run.rsplit("、", 1)[-1]
        longest = max(longest, items + bool(re.search(r".[和与及].", last)))
    return longest


def _defines(question: Question, text: str) -> bool:
    """True if the text says what an asked term is: the term, perhaps in quotation marks, then 是, 指 or a colon."""
    terms = re.findall(r'"([^"]{1,20})"', question.text) or question.asked.split()
    return any(re.search(rf'{re.escape(term)}"?(?:,|，)?(?:是|指|即|为|就是|:|,包括)', text) for term in terms)


def rate_fit(question: Question, text: str) -> float:
    """How well a folded text fits what is asked for: 1 the asked unit, 0.5 the asked kind of thing, 0 neither."""
    if question.unit and _with_unit(question.unit).search(text):
        return 1.0
    if question.kind == "definition" and _defines(question, text):
        return 1.0
    if question.kind == "list":
        n_items = count_series(text)
        if question.count and n_items == question.count:
            return 1.0
        if n_items > 2:
            return 0.8
    if question.kind in ("definition", "list"):
        return 0.4 if has_sign(question.kind, text) else 0.0
    if question.kind in _SIGNS:
        fits = has_sign(question.kind, text)
        return (0.5 if question.unit else 1.0) if fits else 0.0
    return 0.5
