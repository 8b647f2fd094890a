"""What Markdown says about a text: headings and front matter. The text itself stays as it is."""

from __future__ import annotations

import re

from rag.records import HeadingMark

_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t\u3000]+\S.*|[ \t\u3000]*(?=[^\s#]).*)")
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z\u3400-\u9fff]+)[ \t]*[:：][ \t]*(.+?)[ \t]*$", re.MULTILINE)
_FIELD_NAMES = {"title": "title", "author": "author", "date": "date", "标题": "title", "作者": "author", "日期": "date"}
_LONGEST_FRONT_MATTER = 5_000


def find_headings(text: str) -> tuple[HeadingMark, ...]:
    """The lines that begin with one to six `#`, outside fenced code. A mark bounds the line, its `#` included."""
    marks: list[HeadingMark] = []
    fence = ""
    position = 0
    for line in text.split("\n"):
        opening = _FENCE.match(line)
        if fence:
            fence = "" if opening and opening.group(1).startswith(fence) else fence
        elif opening:
            fence = opening.group(1)
        else:
            heading = _HEADING.fullmatch(line)
            if heading and line.strip("# \t\u3000"):
                start = position + heading.start(1)
                marks.append(HeadingMark(start, position + len(line.rstrip()), len(heading.group(1))))
        position += len(line) + 1
    return tuple(marks)


def read_front_matter(text: str) -> dict[str, str]:
    """title, author and date of the block between two `---` at the top; empty where there is none."""
    block = _FRONT_MATTER.match(text[:_LONGEST_FRONT_MATTER])
    if block is None:
        return {}
    fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(block.group(1))}
    return {_FIELD_NAMES[name]: value for name, value in fields.items() if name in _FIELD_NAMES}
