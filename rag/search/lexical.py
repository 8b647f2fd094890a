"""BM25 over words and character pairs, by tantivy: which passages share the rare words of a question.

A passage is four fields, cut into terms beforehand and joined by spaces: words and pairs of its own text, words and
pairs of its head (essay title and section path). A question is a disjunction of term queries built as objects, never a
query text, so nothing in a question can be read as syntax.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import tantivy

from rag.errors import LibraryError
from rag.records import Passage
from rag.search.words import bigrams, search_words

# Weights of the four fields, and how many terms of a question count: chosen on development questions.
BODY_WORDS, BODY_PAIRS, HEAD_WORDS, HEAD_PAIRS = 1.0, 0.7, 0.5, 0.35
MOST_TERMS = 32
WRITER_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """What the index knows of a passage: its row, its essay, the terms of its text and of its head."""

    row: int
    essay_id: str
    words: str
    pairs: str
    head_words: str
    head_pairs: str


def analyse_passage(row: int, title: str, passage: Passage) -> PassageTerms:
    """The terms of one passage."""
    head = "\n".join((title, *passage.section))
    return PassageTerms(
        row,
        passage.essay_id,
        " ".join(search_words(passage.text)),
        " ".join(bigrams(passage.text)),
        " ".join(search_words(head)),
        " ".join(bigrams(head)),
    )


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("essay", tokenizer_name="raw", index_option="basic")
    for name in ("words", "pairs", "head_words", "head_pairs"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """The terms of all passages, on disk in a folder of its own, or in memory if none is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._schema = _build_schema()
        by_blanks = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        try:
            if folder is None:
                self._index = tantivy.Index(self._schema)
            elif folder.is_dir() and tantivy.Index.exists(str(folder)):
                self._index = tantivy.Index.open(str(self._make_lockable(folder)))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(self._schema, path=str(folder))
            self._index.register_tokenizer("whitespace", by_blanks)
            # What a search sees changes when this object says so, not when a thread of tantivy's notices a new file.
            self._index.config_reader("Manual")
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as exc:
            raise LibraryError(f"the word index can't be opened: {exc}", hint="rag doctor --repair") from exc

    def _make_lockable(self, folder: Path) -> Path:
        """The folder, or one of links to its files if it can't be written: tantivy makes a lock file even to read."""
        if os.access(folder, os.W_OK):
            return folder
        mirror = Path(tempfile.mkdtemp(prefix="wenzheng-"))
        weakref.finalize(self, shutil.rmtree, mirror, ignore_errors=True)
        for path in folder.iterdir():
            if not path.name.endswith(".lock"):
                (mirror / path.name).symlink_to(path.absolute())
        return mirror

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in this folder; an empty one if there is none. Raises LibraryError if it can't be read."""
        return cls(folder)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def change(self, added: Iterable[PassageTerms], removed: Collection[int] = ()) -> None:
        """Add and remove passages, all at once. Raises LibraryError if it can't be written."""
        try:
            writer = self._index.writer(WRITER_BYTES, 1)
            if removed:
                # Not by term: tantivy-py makes a signed term of a number, which matches nothing in this field.
                writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "row", list(removed)))
            for terms in added:
                document = tantivy.Document()
                document.add_unsigned("row", terms.row)
                document.add_text("essay", terms.essay_id)
                for name in ("words", "pairs", "head_words", "head_pairs"):
                    document.add_text(name, getattr(terms, name))
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        except (ValueError, OSError) as exc:
            raise LibraryError(f"the word index can't be written: {exc}", hint="rag doctor --repair") from exc
        self._searcher = self._index.searcher()

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """How rare each term is among the passages, as BM25 has it: ln(1 + (N - n + 0.5) / (n + 0.5)), never below 0.

        N is the number of passages, n how many have the term as a word or as a pair, whichever is more.
        """
        counts = {term: self._count(term) for term in terms}
        return {term: math.log(1 + (len(self) - n + 0.5) / (n + 0.5)) for term, n in counts.items()}

    def search(
        self, words: Mapping[str, float], pairs: Mapping[str, float], k: int, within: Collection[str] = ()
    ) -> list[tuple[int, float]]:
        """The k best passages as (row, score), best first, ties by row.

        `words` and `pairs` are those of the question, each with a weight; only the MOST_TERMS that tell most of either
        count, and none that no passage has. `within` keeps to these essays.
        """
        clauses = [
            clause
            for terms, body, head in (
                (words, ("words", BODY_WORDS), ("head_words", HEAD_WORDS)),
                (pairs, ("pairs", BODY_PAIRS), ("head_pairs", HEAD_PAIRS)),
            )
            for term, weight in self._rarest(terms)
            for clause in (self._term(*body, term, weight), self._term(*head, term, weight))
        ]
        if not clauses:
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, clause) for clause in clauses])
        if within:
            chosen = tantivy.Query.term_set_query(self._schema, "essay", sorted(within))
            limited = tantivy.Query.const_score_query(chosen, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, limited)])
        hits = self._searcher.search(query, k, count=False).hits
        rows: list[Any] = self._searcher.fast_field_values("row", [address for _, address in hits])
        found = [(row, float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _rarest(self, terms: Mapping[str, float]) -> list[tuple[str, float]]:
        if len(terms) <= MOST_TERMS:
            return list(terms.items())
        known = [term for term in terms if self._count(term)]
        rarity = self.rarity(known)
        return [(term, terms[term]) for term in sorted(known, key=lambda t: (-rarity[t] * terms[t], t))[:MOST_TERMS]]

    def _count(self, term: str) -> int:
        """How many passages have the term as a word or as a pair of their text, whichever is more."""
        counts = (self._searcher.doc_freq(field, term) for field in ("pairs", "words"))
        return min(max(counts), len(self))  # tantivy counts removed passages until it tidies up

    def _term(self, field: str, boost: float, term: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, field, term, "freq")
        return tantivy.Query.boost_query(query, boost * weight)
