"""Example questions for an empty chat, made from the library's own headings and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.records import Outline

_LABEL = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百0-9]+[编章节部分篇]*|[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|[(（]?[0-9]{1,2}[)）、.．]|[①-⑳]|#+)\s*[、.．:：]?\s*"
)
_LONGEST_TOPIC = 24
_SHORTEST_TOPIC = 4


def _topic(heading: str) -> str:
    """The heading without its label and its last stop; its first clause if it is long; "" if nothing fit is left."""
    topic = _LABEL.sub("", heading).strip().rstrip("。.:：;；")
    if len(topic) > _LONGEST_TOPIC:
        topic = re.split(r"[，,；;。:： ]", topic)[0]
    return topic if _SHORTEST_TOPIC <= len(topic) <= _LONGEST_TOPIC else ""


def _questions_of(outline: Outline) -> Iterator[str]:
    for points in outline.lists:
        topic = _topic(points.section[-1]) if points.section else ""
        if topic and len(points.points) > 2:
            yield f"“{topic}”包括哪几点？"
    for section in outline.sections[1:]:
        topic = _topic(section.path[-1])
        if topic:
            yield f"关于“{topic}”，文章怎么说？"
    if outline.essay.author:
        yield f"《{outline.essay.title}》的作者是谁？"


def suggest_questions(outlines: Sequence[Outline]) -> Iterator[str]:
    """Questions about these essays, one of each in turn, none twice."""
    rounds = [_questions_of(outline) for outline in outlines]
    seen: set[str] = set()
    while rounds:
        for questions in list(rounds):
            question = next(questions, None)
            if question is None:
                rounds.remove(questions)
            elif question not in seen:
                seen.add(question)
                yield question
