"""Answers, essays and questions as lines of JSON: the form in which other programs use the `rag` command.

The fields are a contract: nothing is renamed or left out, and what is added is added at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.records import Answer, Essay, EssayHead

_HINT = 'each line is {"id": "…", "question": "…"}, and may have "history": ["…"]'


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One line of a file of questions. `history` holds the earlier questions of the same chat, oldest first."""

    id: str
    question: str
    history: tuple[str, ...]


def read_questions(path: Path) -> Iterator[AskedQuestion | InputError]:
    """The questions of a .jsonl file in order; an InputError, not raised, for each line that holds none.

    Blank lines are passed over; a question without an id gets the number of its line. Raises OSError.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield _parse(number, line)
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                yield InputError(f"{path}, line {number}: not a question", hint=_HINT)


def _parse(number: int, line: bytes) -> AskedQuestion:
    row = json.loads(line.decode("utf-8-sig"))
    question, history = row["question"], row.get("history") or []
    if not isinstance(question, str) or not isinstance(history, list):
        raise TypeError
    if not all(isinstance(earlier, str) for earlier in history):
        raise TypeError
    return AskedQuestion(str(row.get("id", number)), question, tuple(history))


def dump_row(row: dict[str, Any]) -> str:
    """One line, without its newline. Chinese stays readable; what UTF-8 can't hold is escaped, as JSON allows."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def head_to_row(head: EssayHead) -> dict[str, Any]:
    """A line of `rag list --json`."""
    row = {"id": head.id, "title": head.title, "author": head.author, "date": head.date, "source": head.source}
    return row | {"characters": head.n_characters, "sections": head.n_sections}


def essay_to_row(essay: Essay) -> dict[str, Any]:
    """A line of `rag export`."""
    return {name: getattr(essay, name) for name in ("id", "title", "author", "date", "source", "text")}


def unanswered_to_row(asked: AskedQuestion, reason: str) -> dict[str, Any]:
    """The line for a question that can't be asked: a refusal that says why."""
    empty: dict[str, Any] = {"statements": [], "citations": [], "passages": []}
    refusal = {"reason": reason, "nearest": []}
    return {"id": asked.id, "question": asked.question, **empty, "refusal": refusal, "seconds": 0.0}


def answer_to_row(identifier: str, answer: Answer) -> dict[str, Any]:
    """The line for an answer. `seconds` and scores are rounded; everything else is as in the record."""
    return {
        "id": identifier,
        "question": answer.question,
        "statements": [{"text": s.text, "citations": list(s.citations)} for s in answer.statements],
        "citations": [
            {
                "number": c.number,
                "essay_id": c.essay_id,
                "essay_title": c.essay_title,
                "section": list(c.section),
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
                "support": c.support,
            }
            for c in answer.citations
        ],
        "passages": [
            {
                "essay_id": hit.passage.essay_id,
                "essay_title": hit.essay_title,
                "section": list(hit.passage.section),
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
                "score": round(hit.score, 4),
            }
            for hit in answer.passages
        ],
        "refusal": answer.refusal
        and {
            "reason": answer.refusal.reason,
            "nearest": [
                {"essay_id": n.essay_id, "essay_title": n.essay_title, "section": list(n.section)}
                for n in answer.refusal.nearest
            ],
        },
        "seconds": round(answer.seconds, 4),
    }
