"""The sentences an answer may be made of: the passages found, taken apart, each sentence with what stands around it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.essays.text import fold, split_sentences
from rag.library.catalogue import Catalogue
from rag.records import Hit, Outline, Passage, Span


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


def cut_sentences(passage: Passage, folded: str) -> tuple[Sentence, ...]:
    """The sentences of a passage in order, with offsets into the essay."""
    return tuple(
        Sentence(
            start=passage.start + span.start,
            end=passage.start + span.end,
            text=passage.text[span.start : span.end],
            folded=folded[span.start : span.end],
            index=index,
        )
        for index, span in enumerate(split_sentences(passage.text))
    )


def view_passages(hits: Sequence[Hit]) -> list[PassageView]:
    """The hits in their order, rank counted from 0."""
    views = []
    for rank, hit in enumerate(hits):
        folded = fold(hit.passage.text)
        head = fold(" ".join((hit.essay_title, *hit.passage.section)))
        views.append(PassageView(hit, rank, head, folded, cut_sentences(hit.passage, folded)))
    return views


@dataclass(slots=True)
class Shelf:
    """Outlines of the essays last read, so that the essay under discussion is not loaded for every question.

    Entries are dropped when the library changes (`version`).
    """

    catalogue: Catalogue
    size: int = 64
    _outlines: OrderedDict[str, Outline] = field(default_factory=OrderedDict)
    _version: int = -1

    def outline(self, essay_id: str) -> Outline:
        """The essay with its structure. Raises InputError if the library does not hold it."""
        version = self.catalogue.version
        if version != self._version:
            self._outlines.clear()
            self._version = version
        found = self._outlines.get(essay_id)
        if found is None:
            found = self._outlines[essay_id] = self.catalogue.outline(essay_id)
            if len(self._outlines) > self.size:
                self._outlines.popitem(last=False)
        else:
            self._outlines.move_to_end(essay_id)
        return found


def slice_text(outline: Outline, span: Span) -> str:
    """The characters of a span of the essay."""
    return outline.essay.text[span.start : span.end]
