"""Checks every law that the database can break: hashes, spans, nesting of sections."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from rag.library.catalogue import Catalogue
from rag.records import Outline


def examine_essays(catalogue: Catalogue) -> list[str]:
    """What is wrong with the essays kept, one sentence each; empty if all is well."""
    problems = catalogue.check_database()
    for head in catalogue.essays():
        problems += [f"essay {head.id} 《{head.title}》: {problem}" for problem in _examine(catalogue.outline(head.id))]
    for row, _, passage in catalogue.iter_passages():
        if not passage.text.strip():
            problems.append(f"passage {row} of essay {passage.essay_id} is blank")
    return problems


def _examine(outline: Outline) -> list[str]:
    essay = outline.essay
    problems = []
    if hashlib.sha256(essay.text.encode("utf-8", "surrogatepass")).hexdigest() != essay.sha256:
        problems.append("the text is not the one that was added (its hash differs)")
    length = len(essay.text)
    if any(not 0 <= s.start <= s.body_start <= s.end <= length for s in outline.sections):
        problems.append("a section lies outside the text")
    for points in outline.lists:
        spans = [(point.start, point.end) for point in points.points]
        if spans != sorted(spans) or any(end > start for (_, end), (start, _) in pairwise(spans)):
            problems.append("the points of a list overlap")
    return problems
