"""Fit the judge of evidence: rag/models/evidence-judge/weights.json.

    train_judge.py TRAIN_DIR --out WEIGHTS.json [--questions N] [--limit P] [--seed S]

Half of the encyclopaedia paragraphs of TRAIN_DIR are put into a library made for the purpose. A question on one of
these is answerable if the ranker puts a right sentence first; the same question with every sentence that holds the
answer taken away is a near-miss; a question on a paragraph left out is unanswerable. Questions that are answerable but
have a wrong sentence first are left out: neither verdict would be right.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

import numpy as np
import torch
from train_ranker import write_essays

from rag.answer.evidence import view_passages
from rag.answer.gap import MEASURES, measure_evidence
from rag.answer.question import parse_question
from rag.answer.rank import rank_sentences, weigh_terms
from rag.chatbot import Chatbot
from rag.essays.text import fold
from rag.settings import EVIDENCE_LIMIT, Settings

STEPS = 1500
PULL = 1e-3


def keep_half(essays: Path, kept: Path) -> set[str]:
    """Write every second paragraph, and all else, to `kept`; returns the ids of the paragraphs left out."""
    left_out = set()
    with kept.open("w", encoding="utf-8") as out:
        for line in essays.read_text(encoding="utf-8").splitlines():
            name = json.loads(line)["id"]
            if name.startswith("p") and int(name[1:]) % 2:
                left_out.add(name)
            else:
                out.write(line + "\n")
    return left_out


def collect(
    chatbot: Chatbot, questions: list[tuple[str, str, list[str]]], left_out: set[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Measures (n, d) and labels (n,): 1 answerable, 0 not."""
    rows, labels = [], []
    for text, essay, answers in questions:
        question = parse_question(text)
        terms = weigh_terms(question, chatbot.weigh)
        query = question.asked if len(question.asked) > 1 else question.text
        views = view_passages(chatbot.find_passages(query, EVIDENCE_LIMIT), lambda _: "")
        candidates = rank_sentences(question, terms, views, lambda _: "")
        wanted = [fold(answer) for answer in answers]
        if not candidates or not terms.bigrams:
            continue
        if essay in left_out:
            rows.append(measure_evidence(question, terms, candidates))
            labels.append(0.0)
            continue
        if any(answer in candidates[0].sentence.folded for answer in wanted):
            rows.append(measure_evidence(question, terms, candidates))
            labels.append(1.0)
        rest = [c for c in candidates if not any(answer in c.sentence.folded for answer in wanted)]
        if rest:
            rows.append(measure_evidence(question, terms, rest))
            labels.append(0.0)
    return np.array(rows), np.array(labels)


def fit(rows: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (d,) and bias of a logistic regression in which both verdicts count the same."""
    x, y = torch.tensor(rows), torch.tensor(labels)
    share = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    weights = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=0.05)
    for _ in range(STEPS):
        scores = x @ weights[:-1] + weights[-1]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, share)
        loss = losses + PULL * weights[:-1].square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    fitted: np.ndarray = weights.detach().numpy()
    return fitted[:-1], float(fitted[-1])


def main() -> None:
    """Train, report on a tenth kept apart, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=3000)
    parser.add_argument("--limit", type=float, default=0.5, help="least probability that counts as an answer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        questions = write_essays(options.train, Path(scratch) / "all.jsonl", n_laws=400)
        left_out = keep_half(Path(scratch) / "all.jsonl", Path(scratch) / "essays.jsonl")
        random.Random(options.seed).shuffle(questions)
        with Chatbot.open(Settings(Path(scratch) / "library", "")) as chatbot:
            chatbot.add([Path(scratch) / "essays.jsonl"])
            rows, labels = collect(chatbot, questions[: options.questions], left_out)
    kept = len(rows) // 10
    weights, bias = fit(rows[kept:], labels[kept:])
    rated = rows[:kept] @ weights + bias
    right, wrong = rated[labels[:kept] > 0], rated[labels[:kept] == 0]
    area = float((right[:, None] > wrong[None, :]).mean())
    print(f"{len(rows)} cases, {labels.mean():.2f} answerable; area under the curve on the tenth kept apart {area:.3f}")
    named = {name: round(float(weight), 3) for name, weight in zip(MEASURES, weights, strict=True)}
    data = {"weights": named, "bias": round(bias, 3), "limit": options.limit}
    options.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
