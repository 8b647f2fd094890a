"""Pairs of texts that belong together, for training the embedded encoder.

Question and passage, title and abstract, heading and article, a sentence and what stood around it, a spoken word and
its written equivalents.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.essays.text import split_sentences

PASSAGE = 260  # characters, about a passage of the library


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that belong together. Pairs of one group are not told apart: each may answer the other's question."""

    asked: str
    found: str
    group: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def window(text: str, at: int, rng: random.Random) -> str:
    """About a passage's length of text around an offset, begun anywhere before it."""
    start = max(0, at - rng.randrange(PASSAGE // 2 + 1))
    return text[start : start + PASSAGE]


def take_sentence(text: str, title: str, group: str, rng: random.Random) -> Iterator[Pair]:
    """A sentence, and the text around it without it (inverse cloze); nothing if the text is too short."""
    spans = [span for span in split_sentences(text) if 12 <= span.end - span.start <= 120]
    if len(spans) >= 3:
        chosen = rng.choice(spans)
        before = text[max(0, chosen.start - PASSAGE // 2) : chosen.start]
        after = text[chosen.end : chosen.end + PASSAGE // 2]
        yield Pair(text[chosen.start : chosen.end], f"{title}\n{before}{after}", group)


def cmrc_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Questions with their passages and sentences; sentences with their paragraphs."""
    for number, row in enumerate(read_rows(train / "cmrc2018_train.jsonl.gz")):
        text, title, group = row["context"], row["title"], f"cmrc-{number}"
        spans = split_sentences(text)
        for qa in row["qas"]:
            at = qa["answers"][0]["answer_start"]
            yield Pair(qa["question"], f"{title}\n{window(text, at, rng)}", group)
            sentence = next((span for span in spans if span.start <= at < span.end), None)
            if sentence is not None:
                yield Pair(qa["question"], f"{title}\n{text[sentence.start : sentence.end]}", group)
        for _ in range(4):
            yield from take_sentence(text, title, group, rng)


def law_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Headings with their articles, articles with the next one, the halves of an article with each other."""
    for row in read_rows(train / "laws.jsonl.gz"):
        title = row["title"]
        articles = [article for article in row["articles"] if len(article["text"]) >= 30]
        for number, (first, second) in enumerate(itertools.pairwise(articles)):
            chapter, text = first["chapter"], first["text"]
            kind, half = rng.randrange(4), min(len(text) // 2, PASSAGE)
            if kind == 0:
                yield Pair(f"{title} {chapter}", text[:PASSAGE], f"{row['id']}-{chapter}")
            elif kind == 1:
                yield Pair(text[:PASSAGE], f"{title}\n{second['text'][:PASSAGE]}", f"{row['id']}-{number}")
            elif kind == 2 and len(text) >= 80:
                yield Pair(
                    text[half - 40 : half],
                    f"{title}\n{chapter}\n{text[half : half + PASSAGE]}",
                    f"{row['id']}-{number}",
                )


def csl_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Titles and keywords with abstracts; sentences with the abstracts they are from."""
    for number, row in enumerate(read_rows(train / "csl.jsonl.gz")):
        yield Pair(row["target"].replace("_", " "), row["abstract"][:PASSAGE], f"csl-{number}")
        yield from take_sentence(row["abstract"], "", f"csl-{number}", rng)


def report_pairs(reports: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences of reports with what stands around them."""
    for path in sorted(reports.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for number in range(120):
            start = rng.randrange(max(1, len(text) - 600))
            yield from take_sentence(text[start : start + 600], path.stem, f"{path.stem}-{number}", rng)


def news_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Sentences of news with what stands around them; every second article."""
    for number, row in enumerate(read_rows(train / "news.jsonl.gz")):
        if number % 2 == 0:
            yield from take_sentence(row["text"][:900], "", f"news-{number}", rng)


def own_pairs(questions: Path, train: Path, files: Sequence[str], rng: random.Random) -> Iterator[Pair]:
    """Questions written for this project, with the passages of these files that answer them."""
    texts = {(name, row["id"]): row for name in files for row in read_rows(train / name)}
    for path in sorted(questions.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            source = texts.get((row["file"], row["ref"]))
            if not row["answerable"] or source is None:
                continue
            article = (
                source["articles"][row["article"]] if "article" in row else {"chapter": "", "text": source["text"]}
            )
            asked = " ".join([*row.get("history", []), row["question"]])
            for _ in range(3):
                passage = window(article["text"], row["start"], rng)
                yield Pair(asked, f"{source['title']}\n{article['chapter']}\n{passage}", f"{row['file']}-{row['ref']}")


def thesaurus_pairs(thesaurus: Path) -> Iterator[Pair]:
    """Spoken, short and English words with the written words that the project's thesaurus gives for them."""
    for path in sorted(thesaurus.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            word, equivalents, _ = line.split("\t")
            yield Pair(word, equivalents.replace("、", " "), word)
