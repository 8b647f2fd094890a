"""What the tests of this room share: an outline of a text, and views of it that are short to compare with."""

from rag.essays.outline import outline_essays
from rag.records import Outline, PointList, SourceText


def outline(text: str, **said: str) -> Outline:
    (only,) = outline_essays(SourceText("/books/文章.txt", text, **said))
    return only


def headings(found: Outline) -> list[tuple[int, str]]:
    return [(section.level, section.path[-1]) for section in found.sections[1:]]


def points(found: Outline, which: PointList) -> list[tuple[str, str]]:
    """(label, text) of each point."""
    return [(point.label, found.essay.text[point.start : point.end]) for point in which.points]


def head(found: Outline, which: PointList) -> str:
    return found.essay.text[which.head_start : which.head_end]
