"""The sentences an answer may be made of: the passages found, taken apart, each sentence with what stands around it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rag.answer.when import years_told
from rag.essays.text import fold, split_sentences
from rag.library.catalogue import Catalogue
from rag.records import Hit, Outline, Passage, Span

PASSAGES_CACHED = 4_096  # cutting and folding twenty passages costs 4 ms; the same ones come up again in a chat


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage. `index` is its place in the passage; offsets are into the essay's text."""

    start: int
    end: int
    text: str
    folded: str
    index: int


@dataclass(frozen=True, slots=True)
class PassageView:
    """A hit, ready to be read: folded once, cut into sentences. `head` is the essay's title and the section path."""

    hit: Hit
    rank: int
    head: str
    folded: str
    sentences: tuple[Sentence, ...]

    @property
    def passage(self) -> Passage:
        """The passage itself."""
        return self.hit.passage


@lru_cache(maxsize=PASSAGES_CACHED)
def cut_sentences(passage: Passage) -> tuple[str, tuple[Sentence, ...]]:
    """The folded text of a passage and its sentences in order, with offsets into the essay."""
    folded = fold(passage.text)
    return folded, tuple(
        Sentence(
            start=passage.start + span.start,
            end=passage.start + span.end,
            text=passage.text[span.start : span.end],
            folded=folded[span.start : span.end],
            index=index,
        )
        for index, span in enumerate(split_sentences(passage.text))
    )


def view_passages(hits: Sequence[Hit], date_of: Callable[[str], str]) -> list[PassageView]:
    """The hits in their order, rank counted from 0. `date_of` gives an essay's date.

    The head also names the years that the headings speak of, or else the essay's own year and the one before:
    a report of 2025 tells of 2024 without saying so in every sentence.
    """
    views = []
    for rank, hit in enumerate(hits):
        folded, sentences = cut_sentences(hit.passage)
        date = date_of(hit.passage.essay_id)
        head = fold(" ".join((hit.essay_title, *hit.passage.section)))
        years = years_told(fold(" ".join(hit.passage.section)), date)
        if not years and date[:4].isdigit():
            years = frozenset({int(date[:4]), int(date[:4]) - 1})
        head += "".join(f" {year}年" for year in sorted(years))
        views.append(PassageView(hit, rank, head, folded, sentences))
    return views


@dataclass(slots=True)
class Shelf:
    """Outlines of the essays last read, so that the essay under discussion is not loaded for every question.

    `refresh` drops them when the library has changed. Safe to use from several threads.
    """

    catalogue: Catalogue
    size: int = 64
    _outlines: OrderedDict[str, Outline] = field(default_factory=OrderedDict)
    _version: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, version: int) -> None:
        """Forget everything if the library has changed since."""
        with self._lock:
            if version != self._version:
                self._outlines.clear()
                self._version = version

    def outline(self, essay_id: str) -> Outline:
        """The essay with its structure. Raises InputError if the library does not hold it."""
        with self._lock:
            version = self._version
            if essay_id in self._outlines:
                self._outlines.move_to_end(essay_id)
                return self._outlines[essay_id]
        outline = self.catalogue.outline(essay_id)
        with self._lock:
            if version == self._version:  # else it may be gone by now
                self._outlines[essay_id] = outline
                while len(self._outlines) > self.size:
                    self._outlines.popitem(last=False)
        return outline


def slice_text(outline: Outline, span: Span) -> str:
    """The characters of a span of the essay."""
    return outline.essay.text[span.start : span.end]
