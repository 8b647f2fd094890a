"""Stand-ins whose every result can be worked out by hand: an encoder that counts letters, outlines typed in."""

import hashlib
from collections.abc import Sequence

import numpy as np

from rag.records import Essay, Outline, Passage, Point, PointList, Section, Span

LETTERS = "甲乙丙丁"


class LetterEncoder:
    """The vector of a text counts 甲 乙 丙 丁 in it, brought to length 1: "甲甲乙" -> (2, 1, 0, 0) / √5."""

    def __init__(self, letters: str = LETTERS) -> None:
        self.name = self.fingerprint = f"letters-{letters}"
        self.dimension = len(letters)
        self.n_encoded = 0
        self._letters = letters

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.n_encoded += len(texts)
        counts = np.array([[text.count(letter) for letter in self._letters] for text in texts], dtype=np.float32)
        counts = counts.reshape(len(texts), self.dimension)
        lengths = np.linalg.norm(counts, axis=1, keepdims=True)
        return np.divide(counts, lengths, out=np.zeros_like(counts), where=lengths > 0)

    def encode_question(self, question: str) -> np.ndarray:
        return self.encode([question])[0]


def make_outline(
    title: str, *sentences: str, file: str = "/books/a.txt", heading: str = "一、总论", author: str = "", date: str = ""
) -> tuple[Outline, tuple[Passage, ...]]:
    """An essay of one section under a heading, each sentence a passage; its first two sentences are a list."""
    text = heading + "\n" + "".join(sentences)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    key = hashlib.sha256(f"{file}\0{title}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    essay = Essay(key, title, author, date, text, file, 0, sha256)
    path = (heading,)
    passages = []
    start = len(heading) + 1
    for sentence in sentences:
        passages.append(Passage(key, path, start, start + len(sentence), sentence))
        start += len(sentence)
    sections = (
        Section(key, (), 0, 0, 0, len(text)),
        Section(key, path, 1, 0, len(heading) + 1, len(text)),
    )
    points = tuple(Point(key, path, f"第{n}", n, p.start, p.end) for n, p in enumerate(passages[:2], start=1))
    lists = (PointList(key, path, 0, len(heading), points),) if len(points) > 1 else ()
    return Outline(essay, sections, lists, (Span(0, 1),)), tuple(passages)
