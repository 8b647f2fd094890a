"""Questions to train on, and the library they are asked of.

Two kinds: encyclopaedia questions with their paragraphs (cmrc2018_train), and the questions written for this project
(data/training) on laws, news and the sample essays. All texts go into one library, so that every question is searched
among texts of several styles.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.chatbot import Chatbot
from rag.records import Passage

PROJECT = Path(__file__).parent.parent
SAMPLES = "data/essays/"
LONGEST_LAW = 60_000  # characters


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the essay it is about (`essay`: the id of its row, or the name of its file) and its answer.

    `spans` hold the answer in the row's text, or in the file's text if `essay` is a file; none if the question has no
    answer.
    """

    question: str
    essay: str
    spans: tuple[tuple[int, int], ...]
    is_own: bool


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def gather(train: Path, target: Path, n_open: int, seed: int) -> list[Case]:
    """Write the texts to `target` as .jsonl; returns the cases in random order.

    `n_open` is how many of the encyclopaedia questions to take; the project's own questions without history all count.
    """
    rng = random.Random(seed)  # noqa: S311  nothing secret
    open_cases: list[Case] = []
    own = [json.loads(line) for path in sorted(PROJECT.glob("data/training/*.jsonl")) for line in path.open("rb")]
    wanted = {row["ref"] for row in own}
    starts: dict[str, list[int]] = {}
    with target.open("w", encoding="utf-8") as out:

        def write(name: str, title: str, text: str) -> None:
            out.write(json.dumps({"id": name, "title": title, "text": text}, ensure_ascii=False) + "\n")

        for number, row in enumerate(read_rows(train / "cmrc2018_train.jsonl.gz")):
            write(f"p{number}", row["title"], row["context"])
            for qa in row["qas"]:
                spans = tuple(_find_all(row["context"], {a["text"] for a in qa["answers"]}))
                open_cases.append(Case(qa["question"], f"p{number}", spans, is_own=False))
        for row in read_rows(train / "laws.jsonl.gz"):
            texts = [article["text"] for article in row["articles"]]
            if row["id"] in wanted or (rng.random() < 0.1 and sum(map(len, texts)) < LONGEST_LAW):
                starts[row["id"]] = [0]
                for text in texts:
                    starts[row["id"]].append(starts[row["id"]][-1] + len(text) + 1)
                write(row["id"], row["title"], "\n".join(texts))
        for row in read_rows(train / "news.jsonl.gz"):
            if row["id"] in wanted or rng.random() < 0.02:
                write(row["id"], row["title"], row["text"])
    rng.shuffle(open_cases)
    cases = open_cases[:n_open] + [_own_case(row, starts) for row in own if not row.get("history")]
    rng.shuffle(cases)
    return cases


def _find_all(text: str, answers: set[str]) -> Iterator[tuple[int, int]]:
    for answer in sorted(answers):
        at = text.find(answer)
        while at >= 0:
            yield at, at + len(answer)
            at = text.find(answer, at + 1)


def _own_case(row: dict[str, Any], starts: dict[str, list[int]]) -> Case:
    """A case of data/training; its offsets, if within an article of a law, moved into the text of the law."""
    spans = row.get("spans") or ([[row["start"], row["end"]]] if "start" in row else [])
    moved = starts[row["ref"]][row["article"]] if "article" in row and row["ref"] in starts else 0
    essay = row["file"] if row["file"].startswith(SAMPLES) else row["ref"]
    answered = tuple((start + moved, end + moved) for start, end in spans) if row["answerable"] else ()
    return Case(row["question"], essay, answered, is_own=True)


def locate_essays(chatbot: Chatbot) -> dict[str, tuple[str, int]]:
    """For each essay of the library: the name a case knows it by, and where it begins in that text."""
    places = {}
    for essay in chatbot.iter_essays():
        name = essay.source.rpartition("#")[2] if "#" in essay.source else SAMPLES + Path(essay.source).name
        places[essay.id] = (name, essay.source_start)
    return places


def answers_case(case: Case, passage: Passage, start: int, end: int, places: dict[str, tuple[str, int]]) -> bool:
    """True if the sentence `[start, end)` of the passage's essay holds an answer of the case, or most of a long one."""
    name, moved = places[passage.essay_id]
    if name != case.essay:
        return False
    for first, last in case.spans:
        shared = min(end + moved, last) - max(start + moved, first)
        if shared >= min(last - first, 0.5 * (last - first) + 4):
            return True
    return False
