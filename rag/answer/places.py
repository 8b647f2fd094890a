"""Provinces of China with the names people use for them, so that a question finds the essays of its own place.

But: only provinces. Cities and counties are learned from the essays' own titles (see `rag.answer.names`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Full name, short name, and the one-character abbreviations, the official one first.
_PROVINCES = (
    ("北京市", "北京", "京"),
    ("天津市", "天津", "津"),
    ("上海市", "上海", "沪申"),
    ("重庆市", "重庆", "渝"),
    ("河北省", "河北", "冀"),
    ("山西省", "山西", "晋"),
    ("辽宁省", "辽宁", "辽"),
    ("吉林省", "吉林", "吉"),
    ("黑龙江省", "黑龙江", "黑"),
    ("江苏省", "江苏", "苏"),
    ("浙江省", "浙江", "浙"),
    ("安徽省", "安徽", "皖"),
    ("福建省", "福建", "闽"),
    ("江西省", "江西", "赣"),
    ("山东省", "山东", "鲁"),
    ("河南省", "河南", "豫"),
    ("湖北省", "湖北", "鄂"),
    ("湖南省", "湖南", "湘"),
    ("广东省", "广东", "粤"),
    ("海南省", "海南", "琼"),
    ("四川省", "四川", "川蜀"),
    ("贵州省", "贵州", "黔贵"),
    ("云南省", "云南", "滇云"),
    ("陕西省", "陕西", "陕秦"),
    ("甘肃省", "甘肃", "甘陇"),
    ("青海省", "青海", "青"),
    ("台湾省", "台湾", "台"),
    ("内蒙古自治区", "内蒙古", "蒙"),
    ("广西壮族自治区", "广西", "桂"),
    ("西藏自治区", "西藏", "藏"),
    ("宁夏回族自治区", "宁夏", "宁"),
    ("新疆维吾尔自治区", "新疆", "新"),
    ("香港特别行政区", "香港", "港"),
    ("澳门特别行政区", "澳门", "澳"),
)
_SHORT = {short: short for _, short, _ in _PROVINCES} | {full: short for full, short, _ in _PROVINCES}
_ONE_CHARACTER = {letter: short for _, short, letters in _PROVINCES for letter in letters}


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text: its short name, and where it stands."""

    name: str
    start: int
    end: int


@cache
def _name_pattern() -> re.Pattern[str]:
    names = sorted(_SHORT, key=len, reverse=True)
    return re.compile("|".join(names))


# One character stands for a province only beside another one (苏浙两省) or before 省 (苏省): 京, 新 or 台 alone
# are parts of too many other words.
_PAIR = re.compile(rf"(?<![一-鿿])[{''.join(_ONE_CHARACTER)}]{{2,4}}(?=[两二三四省]|[0-9]{{4}}|今|去|的|各|谁|$)")
_ONE = re.compile(rf"(?<![一-鿿])([{''.join(_ONE_CHARACTER)}])(?=[省][^略])")


def find_places(text: str) -> list[PlaceMention]:
    """Provinces named in a folded text, in order of position; each mention once, full names before short ones."""
    found = [PlaceMention(_SHORT[match[0]], match.start(), match.end()) for match in _name_pattern().finditer(text)]
    letters = [match.start() + i for match in _PAIR.finditer(text) for i in range(len(match[0]))]
    letters += [match.start(1) for match in _ONE.finditer(text)]
    for at in dict.fromkeys(letters):
        if not any(mention.start <= at < mention.end for mention in found):
            found.append(PlaceMention(_ONE_CHARACTER[text[at]], at, at + 1))
    return sorted(found, key=lambda mention: mention.start)


# 北川县, 青岚市: a name of two or three characters with its rank. 全市, 城市 and the like are no names.
_RANKED = re.compile(r"(?<![一-鿿])(?:在|请问|关于)?([一-鿿]{2,3}?)(?:市|县|州|旗|自治区)(?![场区民级长政直委域])")
_NO_NAMES = re.compile(r"[全本我各每哪该某城都县乡省这那两三几多大小中]|什么|哪个|所有|其他|直辖|地级")


def find_ranked_places(text: str) -> tuple[str, ...]:
    """Names of towns, counties and prefectures at the head of a word of a folded text, without their rank."""
    return tuple(dict.fromkeys(name for name in _RANKED.findall(text) if not _NO_NAMES.search(name)))
