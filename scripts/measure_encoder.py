"""Measure an encoder: how often it finds the right text, alone and together with the words, and how fast it is.

    measure_encoder.py SET... [--encoder NAME_OR_PATH] [--essays PATH]

A SET is a folder with questions.jsonl and essays.jsonl; without essays.jsonl, --essays names the files. A question that
has `essay_id` looks for that essay, by its best passage; one with `gold_quotes` looks for a passage that holds one of
them. Questions with a history and unanswerable ones are left out. Printed: recall@1, recall@5 and MRR of the vectors
alone; recall@1 / recall@5 of the words alone and with the vectors added at several weights.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.essays.outline import outline_essays
from rag.essays.passages import split_passages
from rag.essays.read import find_files, read_file
from rag.records import Passage
from rag.search.encoder import Encoder, load_encoder
from rag.search.index import embedded_text
from rag.search.lexical import LexicalIndex, analyse_passage
from rag.search.words import bigrams, question_words
from rag.settings import EMBEDDED_ENCODER

WEIGHTS = (0.2, 0.4, 0.7, 1.0)  # of the cosine, beside a word score whose best passage has 1
POOL = 100


class Haystack:
    """Passages of some files with their titles and the id that a row of a .jsonl file has."""

    def __init__(self, path: Path) -> None:
        self.passages: list[Passage] = []
        self.titles: list[str] = []
        self.owners: list[str] = []
        for file in find_files([path]):
            for source in read_file(file):
                for outline in outline_essays(source):
                    for passage in split_passages(outline):
                        self.passages.append(passage)
                        self.titles.append(outline.essay.title)
                        self.owners.append(source.source.partition(f"{file.name}#")[2] or file.name)

    def gold(self, question: dict[str, str], quotes: Sequence[str]) -> np.ndarray:
        """Which passages are right, bool (n,)."""
        if "essay_id" in question:
            return np.array([owner == question["essay_id"] for owner in self.owners])
        return np.array([any(quote in passage.text for quote in quotes) for passage in self.passages])


def rank_of_best(scores: np.ndarray, gold: np.ndarray, owners: np.ndarray) -> int:
    """Place of the best right passage, from 1, each essay counted once where whole essays are looked for."""
    better = scores > scores[gold].max()
    return 1 + len(np.unique(owners[better]))


def word_scores(index: LexicalIndex, question: str, n: int) -> np.ndarray:
    """Word scores (n,), the best one 1, those not found 0."""
    words, pairs = dict.fromkeys(question_words(question), 1.0), dict.fromkeys(bigrams(question), 1.0)
    scores = np.zeros(n)
    for row, score in index.search(words, pairs, POOL):
        scores[row] = score
    unit: np.ndarray = scores / max(scores.max(), 1e-9)
    return unit


def measure_set(folder: Path, essays: Path, encoder: Encoder) -> str:
    """One line of a Markdown table."""
    stack = Haystack(essays)
    index = LexicalIndex()
    pairs = list(zip(stack.titles, stack.passages, strict=True))
    index.change([analyse_passage(row, title, passage) for row, (title, passage) in enumerate(pairs)])
    vectors = encoder.encode([embedded_text(title, passage) for title, passage in pairs])
    numbers = np.arange(len(pairs))
    alone: list[int] = []
    words: list[int] = []
    fused: dict[float, list[int]] = {weight: [] for weight in WEIGHTS}
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["answerable"] or row.get("history"):
            continue
        gold = stack.gold(row, row.get("gold_quotes", ()))
        if not gold.any():
            continue
        owners = np.unique(stack.owners, return_inverse=True)[1] if "essay_id" in row else numbers
        cosine = vectors @ encoder.encode_question(row["question"])
        lexical = word_scores(index, row["question"], len(pairs))
        alone.append(rank_of_best(cosine, gold, owners))
        words.append(rank_of_best(lexical, gold, owners))
        for weight in WEIGHTS:
            fused[weight].append(rank_of_best(lexical + weight * cosine, gold, owners))
    ranks = np.array(alone)
    cells = [f"{np.mean(ranks <= 1):.3f}", f"{np.mean(ranks <= 5):.3f}", f"{np.mean(1 / ranks):.3f}"]
    for found in (words, *fused.values()):
        cells.append(f"{np.mean(np.array(found) <= 1):.3f} / {np.mean(np.array(found) <= 5):.3f}")
    return f"| {folder.name} | {len(pairs)} | {len(ranks)} | " + " | ".join(cells) + " |"


def measure_speed(encoder: Encoder, texts: Sequence[str]) -> str:
    """Passages a second by the clock and by the time of one core, and the median time of a question."""
    encoder.encode(texts[:100])
    best, work = float("inf"), float("inf")
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        encoder.encode(texts)
        best, work = min(best, time.perf_counter() - start), min(work, time.process_time() - used)
    seconds = []
    for text in texts[:300]:
        start = time.perf_counter()
        encoder.encode_question(text[:20])
        seconds.append(time.perf_counter() - start)
    return (
        f"{len(texts) / best:.0f} passages/s, {len(texts) / work:.0f} per second of one core; "
        f"a question {1000 * statistics.median(seconds):.2f} ms"
    )


def main() -> None:
    """Print a Markdown table and a line on speed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--encoder", default=EMBEDDED_ENCODER)
    parser.add_argument("--essays", type=Path, help="the files, for sets without essays.jsonl")
    options = parser.parse_args()
    encoder = load_encoder(options.encoder)
    print("| set | passages | questions | R@1 | R@5 | MRR | words |", *(f"+ {w} |" for w in WEIGHTS))
    print("|---|" + "---:|" * (6 + len(WEIGHTS)))
    places = [own if (own := folder / "essays.jsonl").is_file() else options.essays for folder in options.sets]
    for folder, essays in zip(options.sets, places, strict=True):
        print(measure_set(folder, essays, encoder), flush=True)
    stack = Haystack(places[0])
    texts = [embedded_text(title, p) for title, p in zip(stack.titles, stack.passages, strict=True)]
    print(measure_speed(encoder, (texts * (4_000 // max(1, len(texts)) + 1))[:4_000]))


if __name__ == "__main__":
    main()
