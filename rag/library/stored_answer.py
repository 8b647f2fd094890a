"""An answer as plain data, the form in which a conversation keeps it, and back.

The form is the answer's own fields; sections, words and records stand as arrays and objects. Law: unpacking what was
packed gives an equal answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rag.records import Answer, Citation, Hit, NearestSection, Passage, Refusal, Statement, Why


def pack_answer(answer: Answer) -> dict[str, Any]:
    """The answer as JSON data."""
    return asdict(answer)


def unpack_answer(data: Mapping[str, Any]) -> Answer:
    """The answer that was packed."""
    refusal = data["refusal"]
    return Answer(
        question=data["question"],
        statements=tuple(Statement(row["text"], tuple(row["citations"])) for row in data["statements"]),
        citations=tuple(Citation(**{**row, "section": tuple(row["section"])}) for row in data["citations"]),
        passages=tuple(_unpack_hit(row) for row in data["passages"]),
        refusal=None if refusal is None else _unpack_refusal(refusal),
        seconds=data["seconds"],
        understood=data["understood"],
    )


def _unpack_hit(row: Mapping[str, Any]) -> Hit:
    passage, why = row["passage"], row["why"]
    return Hit(
        passage=Passage(**{**passage, "section": tuple(passage["section"])}),
        essay_title=row["essay_title"],
        score=row["score"],
        why=Why(why["lexical_rank"], why["vector_rank"], tuple(why["matched"])),
    )


def _unpack_refusal(row: Mapping[str, Any]) -> Refusal:
    nearest = tuple(
        NearestSection(place["essay_id"], place["essay_title"], tuple(place["section"])) for place in row["nearest"]
    )
    return Refusal(row["reason"], nearest)
