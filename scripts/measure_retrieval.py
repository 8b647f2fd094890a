"""Measure which passages are found first, for several ways to weigh the signals.

    measure_retrieval.py --essays PATH... --questions FILE.jsonl [--beside PATH...] [--limit N]

The essays, and others beside them as a haystack, are put into a library made for the purpose. A passage is right if it
comes from the question's essay or source file and holds one of its answers (its key facts). Questions with a history
or without an answer are left out. Printed: the share of questions with a right passage first, and among five and
twenty, and the mean reciprocal rank; then the median time of a question.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.chatbot import Chatbot
from rag.essays.text import fold
from rag.records import Hit
from rag.search import fusion
from rag.search.retrieve import POOL
from rag.settings import Settings

# Names, and shares of the lexical score, the vector's and the coverage; None for reciprocal ranks, Cormack et al. 2009.
WAYS: dict[str, tuple[float, float, float] | None] = {
    "shipped": (fusion.LEXICAL_SHARE, fusion.VECTOR_SHARE, fusion.COVERAGE_SHARE),
    "BM25 alone": (1.0, 0.0, 0.0),
    "vectors alone": (0.0, 1.0, 0.0),
    "coverage alone": (0.0, 0.0, 1.0),
    "BM25 0.7, vectors 0.3": (0.7, 0.3, 0.0),
    "0.5, 0.2, 0.6": (0.5, 0.2, 0.6),
    "0.2, 0.1, 1.0": (0.2, 0.1, 1.0),
    "reciprocal ranks": None,
}
RANK_CONSTANT = 60


def read_questions(path: Path, limit: int) -> list[dict[str, Any]]:
    """The questions that have an answer and stand alone, at most `limit`, chosen with a fixed seed."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["answerable"] and not row.get("history")]
    random.Random(1).shuffle(rows)  # noqa: S311  a sample, not a secret
    return rows[:limit]


def is_right(question: dict[str, Any], hit: Hit, source: str) -> bool:
    """True if the passage comes from the right place and holds an answer."""
    name = Path(source).name
    if question.get("essay_id") and not name.endswith("#" + question["essay_id"]):
        return False
    if question.get("source") and not name.startswith(tuple(question["source"])):
        return False
    text = fold(hit.passage.text)
    return any(fold(answer) in text for answer in question.get("key_facts") or question["answers"])


def reciprocal(hit: Hit) -> float:
    """The sum of the reciprocal ranks of both searches."""
    ranks = (hit.why.lexical_rank, hit.why.vector_rank)
    return sum(1 / (RANK_CONSTANT + rank) for rank in ranks if rank is not None)


def measure(
    chatbot: Chatbot, questions: Sequence[dict[str, Any]], way: tuple[float, float, float] | None
) -> list[float]:
    """Shares first, among five and among twenty, the mean reciprocal rank, and the median milliseconds."""
    fusion.LEXICAL_SHARE, fusion.VECTOR_SHARE, fusion.COVERAGE_SHARE = way or (1.0, 1.0, 0.0)
    sources = {head.id: head.source for head in chatbot.list_essays()}
    ranks, times = [], []
    for question in questions:
        start = time.perf_counter()
        hits = chatbot.find_passages(question["question"], 2 * POOL)
        times.append(time.perf_counter() - start)
        if way is None:
            hits = sorted(hits, key=reciprocal, reverse=True)
        right = (n for n, hit in enumerate(hits, 1) if is_right(question, hit, sources[hit.passage.essay_id]))
        ranks.append(next(right, 1_000_000))
    shares = [sum(rank <= k for rank in ranks) / len(ranks) for k in (1, 5, 20)]
    return [*shares, sum(1 / rank for rank in ranks) / len(ranks), 1_000 * statistics.median(times)]


def main() -> None:
    """Build the library, measure each way, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--essays", type=Path, nargs="+", required=True)
    parser.add_argument("--beside", type=Path, nargs="*", default=[])
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300)
    options = parser.parse_args()
    questions = read_questions(options.questions, options.limit)
    with tempfile.TemporaryDirectory() as folder, Chatbot.open(Settings(Path(folder))) as chatbot:
        chatbot.add([*options.essays, *options.beside])
        print(f"{len(questions)} questions\n\n| | first | of 5 | of 20 | MRR | ms |\n|---|---:|---:|---:|---:|---:|")
        for name, way in WAYS.items():
            *shares, milliseconds = measure(chatbot, questions, way)
            print(f"| {name} | {' | '.join(f'{share:.3f}' for share in shares)} | {milliseconds:.0f} |")


if __name__ == "__main__":
    main()
