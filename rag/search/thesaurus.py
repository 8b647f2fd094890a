"""A bridge between spoken and written Chinese: words of a question with those an essay may use instead.

The lists lie in `rag/models/thesaurus`, one entry a line: word, equivalents in order of closeness joined by 、, weight.
They were written for this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.essays.text import fold

_FOLDER = Path(__file__).parent.parent / "models" / "thesaurus"
_LISTS = ("abbreviations.tsv", "spoken.tsv", "synonyms.tsv", "terms_en.tsv")
_LATER = 0.93  # each further equivalent counts this much less than the one before it
_MOST = 8  # equivalents of one word


@dataclass(frozen=True, slots=True)
class Expansion:
    """A word of a question and what may stand for it in an essay, each with a weight between 0 and 1."""

    word: str
    equivalents: tuple[tuple[str, float], ...]


@cache
def _entries() -> tuple[dict[str, dict[str, float]], int]:
    """Equivalents by word, and the length of the longest word. A word of several lists has the equivalents of all."""
    entries: dict[str, dict[str, float]] = {}
    for name in _LISTS:
        path = _FOLDER / name
        if not path.exists():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            word, equivalents, weight = line.split("\t")
            known = entries.setdefault(fold(word), {})
            for place, equivalent in enumerate(equivalents.split("、")):
                known.setdefault(fold(equivalent), float(weight) * _LATER**place)
    return entries, max(map(len, entries), default=0)


def expand_question(question: str) -> list[Expansion]:
    """The words of a question that the thesaurus knows, in order, the longest first where they overlap.

    Latin entries must stand alone: `r` is not found in `covers`.
    """
    entries, longest = _entries()
    text = fold(question)
    found: list[Expansion] = []
    at = 0
    while at < len(text):
        for end in range(min(len(text), at + longest), at + 1, -1):
            word = text[at:end]
            if word in entries and not _cuts_latin(text, at, end):
                ranked = sorted(entries[word].items(), key=lambda item: (-item[1], item[0]))[:_MOST]
                found.append(Expansion(word, tuple(ranked)))
                at = end
                break
        else:
            at += 1
    return found


def _cuts_latin(text: str, start: int, end: int) -> bool:
    """True if the span begins or ends within a Latin word or a number."""

    def inside(left: int) -> bool:
        return 0 < left < len(text) and _is_latin(text[left - 1]) and _is_latin(text[left])

    return inside(start) or inside(end)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
