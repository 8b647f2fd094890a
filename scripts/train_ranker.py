"""Fit the weights of the sentence ranker: rag/models/sentence-ranker/weights.json.

    train_ranker.py TRAIN_DIR --out WEIGHTS.json [--questions N] [--seed S]

TRAIN_DIR holds cmrc2018_train.jsonl.gz, laws.jsonl.gz and news.jsonl.gz; see `training_data.py`. Every question is
searched as a reader's would be; a sentence is right if it holds the answer in the question's own text. The loss is the
listwise softmax over the sentences found for one question, with a small pull towards PRIOR.
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
from rag.answer.question import parse_question
from rag.answer.rank import FEATURES, measure_sentences, weigh_terms
from rag.chatbot import Chatbot
from rag.settings import EVIDENCE_LIMIT, Settings

PULL = 2e-3
# What the questions at hand say little of (they are about few dated reports and few lists) stays near these weights.
PRIOR = {
    "fit_list": 1.5,
    "fit_why": 1.0,
    "fit_how": 0.5,
    "fit_definition": 2.5,
    "years": 1.2,
    "tense": 0.8,
    "is_line": -1.0,
}
STEPS = 500
OWN_WEIGHT = 1.5  # a question of our own counts this much beside one of the encyclopaedia


def collect(chatbot: Chatbot, cases: Sequence[Case]) -> list[tuple[np.ndarray, np.ndarray, bool]]:
    """(features (n, d), labels (n,), is_own) for each question that has a right sentence among those found."""
    places = locate_essays(chatbot)
    dates = {head.id: head.date for head in chatbot.list_essays()}
    groups = []
    for case in cases:
        question = parse_question(case.question)
        query = question.asked if len(question.asked) > 1 else question.text
        views = view_passages(chatbot.find_passages(query, EVIDENCE_LIMIT), lambda e: dates[e])
        terms = weigh_terms(question, chatbot.weigh)
        found = measure_sentences(question, terms, views, lambda e: dates[e])
        right = np.array([answers_case(case, v.passage, s.start, s.end, places) for v, s, _ in found], dtype=np.float64)
        if right.any() and not right.all():
            groups.append((np.array([row for _, _, row in found]), right, case.is_own))
    return groups


def fit(groups: Sequence[tuple[np.ndarray, np.ndarray, bool]], seed: int) -> np.ndarray:
    """Weights (d,) that put the right sentences first."""
    torch.manual_seed(seed)
    n = len(groups)
    x = torch.tensor(np.concatenate([rows for rows, _, _ in groups]))
    y = torch.tensor(np.concatenate([labels for _, labels, _ in groups]))
    group = torch.repeat_interleave(torch.arange(n), torch.tensor([len(rows) for rows, _, _ in groups]))
    importance = torch.tensor([OWN_WEIGHT if is_own else 1.0 for _, _, is_own in groups], dtype=torch.float64)
    prior = torch.tensor([PRIOR.get(name, 0.0) for name in FEATURES], dtype=torch.float64)
    weights = prior.clone().requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=0.1)
    for _ in range(STEPS):
        scores = x @ weights
        highest = torch.full((n,), -1e9, dtype=torch.float64).scatter_reduce(0, group, scores, "amax")
        powers = torch.exp(scores - highest[group])
        total = torch.zeros(n, dtype=torch.float64).index_add(0, group, powers)
        right = torch.zeros(n, dtype=torch.float64).index_add(0, group, powers * y)
        losses = -torch.log(right / total + 1e-12)
        loss = (losses * importance).sum() / importance.sum() + PULL * (weights - prior).square().sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    fitted: np.ndarray = weights.detach().numpy()
    return fitted


def rate_first(groups: Sequence[tuple[np.ndarray, np.ndarray, bool]], weights: np.ndarray) -> float:
    """Share of questions whose best sentence is right."""
    return float(np.mean([labels[np.argmax(rows @ weights)] for rows, labels, _ in groups]))


def main() -> None:
    """Train, report on a tenth kept apart, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=2500, help="encyclopaedia questions to take")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        essays = Path(scratch) / "essays.jsonl"
        cases = gather(options.train, essays, options.questions, options.seed)
        with Chatbot.open(Settings(Path(scratch) / "library", "")) as chatbot:
            chatbot.add([essays, PROJECT / "data" / "essays"])
            groups = collect(chatbot, cases)
    kept = len(groups) // 10
    weights = fit(groups[kept:], options.seed)
    for name, chosen in (("encyclopaedia", False), ("own", True)):
        apart = [group for group in groups[:kept] if group[2] == chosen]
        asked = sum(case.is_own == chosen and bool(case.spans) for case in cases)
        found = sum(group[2] == chosen for group in groups)
        print(f"{name}: {asked} answerable, {found} with the right sentence among those found;", end=" ")
        print(f"right first on the {len(apart)} kept apart: {rate_first(apart, weights):.3f}")
    named = {name: round(float(weight), 3) for name, weight in zip(FEATURES, weights, strict=True)}
    options.out.write_text(json.dumps({"weights": named}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
