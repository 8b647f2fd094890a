"""Questions about several places at once, taken apart into one question for each place."""

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
    return [(side, parsed) for side in sides]
