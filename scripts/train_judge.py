"""Fit the judge of evidence: rag/models/evidence-judge/weights.json.

    train_judge.py TRAIN_DIR --out WEIGHTS.json [--questions N] [--limit P] [--seed S]

Half of the encyclopaedia paragraphs of TRAIN_DIR are put into a library made for the purpose, with all texts of the
project's own questions (see `training_data.py`). A question is answerable if the ranker puts a right sentence first;
the same question with every sentence that holds the answer taken away is a near-miss; a question on a paragraph left
out, or written to have no answer, is unanswerable. Questions that have an answer but a wrong sentence first are left
out: neither verdict would be right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from training_data import PROJECT, Case, answers_case, gather, locate_essays

from rag.answer.evidence import view_passages
from rag.answer.gap import MEASURES, measure_evidence
from rag.answer.question import parse_question
from rag.answer.rank import rank_sentences, weigh_terms
from rag.chatbot import Chatbot
from rag.settings import EVIDENCE_LIMIT, Settings

STEPS = 1500
PULL = 1e-3
# How much a case counts: near-misses made by taking the answer away are cheap to make and less like real questions.
COUNTS = {"answerable": 1.0, "left out": 1.0, "near-miss": 0.5, "written": 2.0}


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


def collect(chatbot: Chatbot, cases: Sequence[Case], left_out: set[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures (n, d), labels (n,): 1 answerable, 0 not, and how much each counts (n,)."""
    places = locate_essays(chatbot)
    dates = {head.id: head.date for head in chatbot.list_essays()}
    rows, labels, counts = [], [], []
    for case in cases:
        question = parse_question(case.question)
        terms = weigh_terms(question, chatbot.weigh)
        query = question.asked if len(question.asked) > 1 else question.text
        views = view_passages(chatbot.find_passages(query, EVIDENCE_LIMIT), lambda e: dates[e])
        candidates = rank_sentences(question, terms, views, lambda e: dates[e])
        if not candidates or not terms.bigrams:
            continue
        right = [answers_case(case, c.view.passage, c.sentence.start, c.sentence.end, places) for c in candidates]
        rest = [c for c, is_right in zip(candidates, right, strict=True) if not is_right]
        if case.essay in left_out or not case.spans:
            found = [(candidates, 0.0, COUNTS["left out" if case.spans else "written"])]
        else:
            found = [(candidates, 1.0, COUNTS["answerable"])] if right[0] else []
            found += [(rest, 0.0, COUNTS["near-miss"])] if rest and any(right) else []
        for chosen, label, count in found:
            rows.append(measure_evidence(question, terms, chosen))
            labels.append(label)
            counts.append(count)
    return np.array(rows), np.array(labels), np.array(counts)


def fit(rows: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (d,) and bias of a logistic regression in which both verdicts count the same."""
    x, y, share = torch.tensor(rows), torch.tensor(labels), torch.tensor(counts)
    share = torch.where(y > 0, share / share[y > 0].sum(), share / share[y == 0].sum()) * len(rows) / 2
    weights = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weights], lr=0.05)
    for _ in range(STEPS):
        scores = x @ weights[:-1] + weights[-1]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, share)
        loss = losses + PULL * weights[:-1].square().sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    fitted: np.ndarray = weights.detach().numpy()
    return fitted[:-1], float(fitted[-1])


def main() -> None:
    """Train, report on a tenth kept apart, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--limit", type=float, default=0.2, help="least probability that counts as an answer")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cases = gather(options.train, Path(scratch) / "all.jsonl", options.questions, options.seed)
        left_out = keep_half(Path(scratch) / "all.jsonl", Path(scratch) / "essays.jsonl")
        with Chatbot.open(Settings(Path(scratch) / "library", "")) as chatbot:
            chatbot.add([Path(scratch) / "essays.jsonl", PROJECT / "data" / "essays"])
            rows, labels, counts = collect(chatbot, cases, left_out)
    kept = len(rows) // 10
    weights, bias = fit(rows[kept:], labels[kept:], counts[kept:])
    rated = rows[:kept] @ weights + bias
    right, wrong = rated[labels[:kept] > 0], rated[labels[:kept] == 0]
    area = float((right[:, None] > wrong[None, :]).mean())
    print(f"{len(rows)} cases, {labels.mean():.2f} answerable; area under the curve on the tenth kept apart {area:.3f}")
    named = {name: round(float(weight), 3) for name, weight in zip(MEASURES, weights, strict=True)}
    data = {"weights": named, "bias": round(bias, 3), "limit": options.limit}
    options.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
