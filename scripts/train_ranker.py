"""Fit the weights of the sentence ranker: rag/models/sentence-ranker/weights.json.

    train_ranker.py TRAIN_DIR --out WEIGHTS.json [--questions N] [--seed S]

TRAIN_DIR holds cmrc2018_train.jsonl.gz (paragraphs with questions) and laws.jsonl.gz (other text to search among).
Every paragraph becomes an essay of a library made for the purpose; every question is searched in it as a reader's
would be; a sentence is right if it holds the answer and stands in the question's own paragraph. The loss is the
listwise softmax over the sentences found for one question, with a small pull towards PRIOR.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rag.answer.evidence import view_passages
from rag.answer.question import parse_question
from rag.answer.rank import FEATURES, measure_sentences, weigh_terms
from rag.chatbot import Chatbot
from rag.essays.text import fold
from rag.settings import EVIDENCE_LIMIT, Settings

PULL = 2e-3
# Where encyclopaedia questions say little (they hardly ever ask for lists, reasons or plans), the weights stay near these.
PRIOR = {
    "fit_list": 1.5,
    "fit_why": 1.0,
    "fit_how": 0.5,
    "fit_definition": 1.5,
    "years": 1.2,
    "tense": 0.8,
    "is_line": -1.0,
}
STEPS = 400


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def write_essays(train: Path, target: Path, n_laws: int) -> list[tuple[str, str, list[str]]]:
    """Write the paragraphs as essays; returns (question, essay title, answers) of every question."""
    questions = []
    with target.open("w", encoding="utf-8") as out:
        for number, row in enumerate(read_rows(train / "cmrc2018_train.jsonl.gz")):
            essay = {"id": f"p{number}", "title": row["title"], "text": row["context"]}
            out.write(json.dumps(essay, ensure_ascii=False) + "\n")
            for qa in row["qas"]:
                questions.append((qa["question"], f"p{number}", [a["text"] for a in qa["answers"]]))
        for number, row in enumerate(read_rows(train / "laws.jsonl.gz")):
            if number >= n_laws:
                break
            text = "\n".join(article["text"] for article in row["articles"])[:20_000]
            if text.strip():
                out.write(json.dumps({"id": f"law{number}", "title": row["title"], "text": text}) + "\n")
    return questions


def collect(chatbot: Chatbot, questions: list[tuple[str, str, list[str]]]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Features (n, d) and labels (n,) of the sentences found for each question that has a right one among them."""
    sources = {head.id: head.source.rpartition("#")[2] for head in chatbot.list_essays()}
    features, labels = [], []
    for text, essay, answers in questions:
        question = parse_question(text)
        views = view_passages(chatbot.find_passages(question.asked or question.text, EVIDENCE_LIMIT), lambda _: "")
        found = measure_sentences(question, weigh_terms(question, chatbot.weigh), views, lambda _: "")
        wanted = [fold(answer) for answer in answers]
        right = np.array(
            [
                sources[view.passage.essay_id] == essay and any(answer in sentence.folded for answer in wanted)
                for view, sentence, _ in found
            ]
        )
        if right.any() and not right.all():
            features.append(np.array([row for _, _, row in found]))
            labels.append(right.astype(np.float64))
    return features, labels


def fit(features: list[np.ndarray], labels: list[np.ndarray], seed: int) -> np.ndarray:
    """Weights (d,) that put the right sentences first."""
    torch.manual_seed(seed)
    sizes = torch.tensor([len(rows) for rows in features])
    x = torch.tensor(np.concatenate(features))
    y = torch.tensor(np.concatenate(labels))
    group = torch.repeat_interleave(torch.arange(len(features)), sizes)
    prior = torch.tensor([PRIOR.get(name, 0.0) for name in FEATURES], dtype=torch.float64)
    weights = prior.clone().requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=0.1)
    n = len(features)
    for _ in range(STEPS):
        scores = x @ weights
        highest = torch.full((n,), -1e9, dtype=torch.float64).scatter_reduce(0, group, scores, "amax")
        powers = torch.exp(scores - highest[group])
        total = torch.zeros(n, dtype=torch.float64).index_add(0, group, powers)
        right = torch.zeros(n, dtype=torch.float64).index_add(0, group, powers * y)
        loss = -torch.log(right / total + 1e-12).mean() + PULL * (weights - prior).square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    fitted: np.ndarray = weights.detach().numpy()
    return fitted


def rate_first(features: list[np.ndarray], labels: list[np.ndarray], weights: np.ndarray) -> float:
    """Share of questions whose best sentence is right."""
    return float(np.mean([y[np.argmax(x @ weights)] for x, y in zip(features, labels, strict=True)]))


def main() -> None:
    """Train, report on a tenth kept apart, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        essays = Path(scratch) / "essays.jsonl"
        questions = write_essays(options.train, essays, n_laws=400)
        random.Random(options.seed).shuffle(questions)
        with Chatbot.open(Settings(Path(scratch) / "library", "")) as chatbot:
            chatbot.add([essays])
            features, labels = collect(chatbot, questions[: options.questions])
    kept = len(features) // 10
    weights = fit(features[kept:], labels[kept:], options.seed)
    print(
        f"{len(features)} questions; right sentence first: train {rate_first(features[kept:], labels[kept:], weights):.3f},"
        f" kept apart {rate_first(features[:kept], labels[:kept], weights):.3f}"
    )
    named = {name: round(float(weight), 3) for name, weight in zip(FEATURES, weights, strict=True)}
    options.out.write_text(json.dumps({"weights": named}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
