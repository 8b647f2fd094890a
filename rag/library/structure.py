"""An outline as plain data, the form in which the database keeps it, and back.

The form: `{"sections": [[heading, level, start, body_start, end], …], "lists": [[section, head_start, head_end,
[[label, number, start, end], …]], …], "debris": [[start, end], …]}`; `section` counts into `sections`.
"""

from __future__ import annotations

from typing import Any

from rag.records import Essay, Outline, Point, PointList, Section, Span


def pack_outline(outline: Outline) -> dict[str, Any]:
    """The structure of an outline as JSON data."""
    numbers = {section.path: number for number, section in reversed(list(enumerate(outline.sections)))}
    return {
        "sections": [[s.path[-1] if s.path else "", s.level, s.start, s.body_start, s.end] for s in outline.sections],
        "lists": [
            [
                numbers.get(points.section, 0),
                points.head_start,
                points.head_end,
                [[p.label, p.number, p.start, p.end] for p in points.points],
            ]
            for points in outline.lists
        ],
        "debris": [[span.start, span.end] for span in outline.debris],
    }


def find_path(rows: list[list[Any]], number: int) -> tuple[str, ...]:
    """The path of one section of packed data, as `unpack_sections` has it; far less work than unpacking them all."""
    path: list[str] = []
    level = rows[number][1] + 1
    for heading, above, *_ in reversed(rows[: number + 1]):
        if above < level:
            level = above
            if above:
                path.append(heading)
    return tuple(reversed(path))


def unpack_sections(essay_id: str, rows: list[list[Any]]) -> tuple[Section, ...]:
    """The sections of packed data; a level is the depth, so the path can be put together from the levels above."""
    sections: list[Section] = []
    above: list[Section] = []
    for heading, level, start, body_start, end in rows:
        while above and above[-1].level >= level:
            above.pop()
        path = (*above[-1].path, heading) if above else ()
        section = Section(essay_id, path, level, start, body_start, end)
        sections.append(section)
        above.append(section)
    return tuple(sections)


def unpack_outline(essay: Essay, data: dict[str, Any]) -> Outline:
    """The outline of an essay from packed data."""
    sections = unpack_sections(essay.id, data["sections"])
    lists = []
    for number, head_start, head_end, rows in data["lists"]:
        path = sections[number].path
        points = tuple(Point(essay.id, path, label, n, start, end) for label, n, start, end in rows)
        lists.append(PointList(essay.id, path, head_start, head_end, points))
    return Outline(essay, sections, tuple(lists), tuple(Span(start, end) for start, end in data["debris"]))
