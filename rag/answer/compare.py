"""Questions about several places or years at once, taken apart into one question for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.names import Side
from rag.answer.question import Question, parse_question
from rag.essays.text import fold

_JOIN = "和与及跟同、对比"
_MEASURED = re.compile(
    r"更|哪个?(?:省|市|地方|地区)?[^，。]{0,4}[高低大小多少长短快慢]|谁|增速|目标|浓度|多少|产量|总量|差[别距异]|对比|比较|相比"
)
_COMPARING = re.compile(
    r"(?:有(?:什么|何|啥))?(?:差别|差距|差异|不同|区别)|对比一?下?|比较一?下?|相比|谁|哪个?(?:省|市|地方|地区)?(?=[^，。]{0,2}[高低大小多长短快慢])|更?[高低大小多长短快慢](?=[?？]?$)|两[省市地者县]|三[省市地者县]|分别|各自|各"
)


_YEARS = re.compile(r"(?:19|20)[0-9]{2}年")


def split_years(text: str, sides: Sequence[Side]) -> tuple[Side, ...]:
    """The years a folded question sets side by side (对比2023年和2024年), each a side; else none."""
    years = tuple(dict.fromkeys(_YEARS.findall(text)))
    if len(years) < 2 or not (_COMPARING.search(text) or re.search(rf"{years[0]}[{_JOIN}]{years[1]}", text)):
        return ()
    essays = frozenset(essay for side in sides for essay in side.essays)
    return tuple(Side(year, essays) for year in years)


def split_sides(question: str, sides: Sequence[Side]) -> list[tuple[Side, Question]]:
    """For each place, in the order of the question, the place and the question about it alone."""
    text = fold(question)
    rest = text
    for side in sides:
        rest = re.sub(rf"[{_JOIN}]?{re.escape(side.name)}(?:省|市|县|区)?", "", rest)
    measured = _MEASURED.search(text) is not None
    rest = _COMPARING.sub("", rest).strip(_JOIN + "的，, ")
    parsed = parse_question(rest)
    if measured and parsed.kind in ("fact", "who", "list", "where"):
        parsed = replace(parsed, kind="number")
    return [(side, _about(side, parsed)) for side in sides]


def _about(side: Side, parsed: Question) -> Question:
    """The question about one side; a year belongs to the question itself, a place to the choice of essays."""
    if not _YEARS.fullmatch(side.name):
        return parsed
    return replace(parsed, years=(int(side.name[:4]),), asked=f"{side.name} {parsed.asked}", relative_year=None)
