"""Train the embedded encoder: one vector for each piece of a word, from open Chinese text, on two cores.

    train_encoder.py TRAIN_DIR --out FOLDER [--thesaurus DIR] [--reports DIR] [--questions DIR] [--news] [--seed S]

TRAIN_DIR holds cmrc2018_train.jsonl.gz, csl.jsonl.gz, laws.jsonl.gz and, for --news, news.jsonl.gz. Two texts that
belong together are drawn together, each against the others of its batch. The result is an ordinary
sentence-transformers folder; the same inputs, options and versions give the same vectors.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from encoder_pairs import (
    Pair,
    cmrc_pairs,
    csl_pairs,
    law_pairs,
    news_pairs,
    own_pairs,
    report_pairs,
    thesaurus_pairs,
)
from encoder_pieces import train_tokenizer
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

from rag.essays.text import fold
from rag.search.encoder import FOLDED_MARK

VOCABULARY = 40_000
TOKENIZER_CHARACTERS = 8_000_000
DIMENSION = 256
BATCH = 512
TEMPERATURE = 0.05
DROPPED = 0.3  # pieces left out of a text at random, so that no pair hangs on one of them
LEARNING_RATE = 0.01


class Bags:
    """The pieces of many texts, one text after another; unknown ones left out."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        bags = [np.array([number for number in encoding.ids if number], dtype=np.int64) for encoding in encodings]
        self.sizes = np.array([len(bag) for bag in bags])
        self._bags = bags

    def take(self, chosen: np.ndarray, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Pieces of the chosen texts, some dropped, and where each text begins: the input of an EmbeddingBag."""
        bags = [self._bags[i] for i in chosen]
        sizes = self.sizes[chosen]
        pieces = np.concatenate(bags)
        kept = rng.random(len(pieces)) >= DROPPED
        starts = np.cumsum(sizes) - sizes
        kept[starts] |= np.add.reduceat(kept, starts) == 0  # never all of them
        owners = np.repeat(np.arange(len(bags)), sizes)[kept]
        return torch.from_numpy(pieces[kept]), torch.from_numpy(np.searchsorted(owners, np.arange(len(bags))))

    def count(self, n_pieces: int) -> np.ndarray:
        """How often each piece occurs."""
        return np.bincount(np.concatenate(self._bags), minlength=n_pieces)


def train_vectors(tokenizer: Tokenizer, sources: Sequence[Sequence[Pair]], steps: int, seed: int) -> np.ndarray:
    """Vectors (pieces, DIMENSION), float32, that bring the two texts of a pair together.

    A batch is drawn from one source, as often as the square root of its size: among texts of the same kind a pair is
    harder to find.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    pairs = [pair for source in sources for pair in source]
    asked = Bags(tokenizer, [fold(pair.asked) for pair in pairs])
    found = Bags(tokenizer, [fold(pair.found) for pair in pairs])
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(pair.group, len(numbers)) for pair in pairs])
    is_usable = (asked.sizes > 0) & (found.sizes > 0)
    ends = np.cumsum([len(source) for source in sources])
    usable = [part[is_usable[part]] for part in np.split(np.arange(len(pairs)), ends[:-1])]
    share = np.sqrt([len(source) for source in usable])
    bag = start_vectors(asked.count(tokenizer.get_vocab_size()) + found.count(tokenizer.get_vocab_size()))
    optimiser = torch.optim.Adam(bag.parameters(), lr=LEARNING_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
    for step in range(steps):
        source = usable[rng.choice(len(usable), p=share / share.sum())]
        chosen = rng.choice(source, min(BATCH, len(source)), replace=False)
        left = torch.nn.functional.normalize(bag(*asked.take(chosen, rng)))
        right = torch.nn.functional.normalize(bag(*found.take(chosen, rng)))
        loss = contrast(left, right, torch.from_numpy(groups[chosen]))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step}: loss {loss.item() / 2:.3f}", flush=True)
    weights: np.ndarray = bag.weight.detach().numpy()
    return weights


def contrast(left: torch.Tensor, right: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """InfoNCE in both directions (van den Oord et al. 2018), summed; texts of one group are not told apart."""
    same = (groups[:, None] == groups[None, :]) & ~torch.eye(len(groups), dtype=torch.bool)
    scores = (left @ right.T / TEMPERATURE).masked_fill(same, -torch.inf)
    target = torch.arange(len(groups))
    forward = torch.nn.functional.cross_entropy(scores, target)
    return forward + torch.nn.functional.cross_entropy(scores.T, target)


def start_vectors(counts: np.ndarray) -> torch.nn.EmbeddingBag:
    """Random directions; frequent pieces start short (smooth inverse frequency, Arora et al. 2017), unknown at zero."""
    bag = torch.nn.EmbeddingBag(len(counts), DIMENSION, mode="mean")
    scale = 1e-3 / (1e-3 + counts / counts.sum())
    scale[0] = 0.0
    with torch.no_grad():
        bag.weight.copy_(torch.randn_like(bag.weight) * 0.1 * torch.from_numpy(scale).float().unsqueeze(1))
    return bag


def save_model(tokenizer: Tokenizer, weights: np.ndarray, out: Path) -> None:
    """A sentence-transformers folder whose weights are whole numbers of one byte with one scale a piece.

    `StaticEmbedding` reads this layout (`embeddings`, `weights`) and multiplies it out: a quarter of the size.
    """
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=weights), Normalize()], device="cpu"
    )
    model.save(str(out), create_model_card=False)
    scale = np.abs(weights).max(axis=1).clip(1e-12) / 127  # the floor is for pieces at zero
    rounded = np.rint(weights / scale[:, None]).astype(np.int8)
    save_file({"embeddings": rounded, "weights": scale.astype(np.float32)}, out / "model.safetensors")
    (out / "model.safetensors").chmod(0o644)  # save_file leaves it to its owner alone
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    (out / FOLDED_MARK).write_text("Fold texts by rag.essays.text.fold before they are encoded.\n", encoding="utf-8")


def seeded(seed: int) -> random.Random:
    """A source of chance of its own for each kind of pair: leaving one out does not change the others."""
    return random.Random(seed)  # noqa: S311 - to be repeated, not to be secret


def gather_pairs(options: argparse.Namespace) -> list[list[Pair]]:
    """The pairs of each source that was asked for."""
    seed = options.seed
    sources = [list(make(options.train, seeded(seed))) for make in (cmrc_pairs, law_pairs, csl_pairs)]
    if options.reports:
        sources.append(list(report_pairs(options.reports, seeded(seed))))
    if options.news:
        sources.append(list(news_pairs(options.train, seeded(seed))))
    if options.questions:
        files = ["laws.jsonl.gz", *(["news.jsonl.gz"] if options.news else [])]
        sources.append(list(own_pairs(options.questions, options.train, files, seeded(seed))))
    if options.thesaurus:
        sources.append(list(thesaurus_pairs(options.thesaurus)))
    return sources


def main() -> None:
    """Gather the pairs, learn the pieces, then their vectors, and save the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reports", type=Path, help="folder of work reports, .txt")
    parser.add_argument("--questions", type=Path, help="folder of this project's training questions")
    parser.add_argument("--thesaurus", type=Path, help="folder of this project's thesaurus")
    parser.add_argument("--news", action="store_true", help="also sentences of news")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)  # as fast as two here; five times as fast where another program keeps a core busy
    torch.use_deterministic_algorithms(True)
    sources = gather_pairs(options)
    print("pairs:", *(len(source) for source in sources), flush=True)
    texts = [fold(f"{pair.asked}\n{pair.found}") for source in sources for pair in source]
    share = min(1.0, TOKENIZER_CHARACTERS / sum(map(len, texts)))
    rng = seeded(options.seed)
    tokenizer = train_tokenizer([text for text in texts if rng.random() < share], options.vocabulary)
    print(f"{tokenizer.get_vocab_size()} pieces", flush=True)
    save_model(tokenizer, train_vectors(tokenizer, sources, options.steps, options.seed), options.out)


if __name__ == "__main__":
    main()
