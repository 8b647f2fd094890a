"""Train the embedded encoder: a static embedding of subword pieces, from open Chinese text, on two cores.

    train_encoder.py TRAIN_DIR --out FOLDER [--reports DIR] [--news] [--questions DIR] [--steps N] [--seed S]

TRAIN_DIR holds cmrc2018_train.jsonl.gz, csl.jsonl.gz, laws.jsonl.gz and news.jsonl.gz. Pairs that belong together
(question and passage, title and abstract, heading and article, a sentence and the text it was taken from) are pulled
together, each against all others of its batch. The result is an ordinary sentence-transformers folder.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from rag.essays.text import fold, split_sentences

Pair = tuple[str, str]

VOCABULARY = 40_000
LONGEST_PIECE = 4
DIMENSION = 256
BATCH = 512
TEMPERATURE = 0.05
PASSAGE = 260  # characters, about a passage of the library


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a .jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def window(text: str, at: int, rng: random.Random) -> str:
    """About a passage's length of text around an offset, begun anywhere before it."""
    start = max(0, at - rng.randrange(PASSAGE // 2 + 1))
    return text[start : start + PASSAGE]


def take_sentence(text: str, title: str, rng: random.Random) -> Pair | None:
    """A sentence, and the text around it without it (inverse cloze); None if the text is too short."""
    spans = [s for s in split_sentences(text) if 12 <= s.end - s.start <= 120]
    if len(spans) < 3:
        return None
    chosen = rng.choice(spans)
    around = text[max(0, chosen.start - PASSAGE // 2) : chosen.start] + text[chosen.end : chosen.end + PASSAGE // 2]
    return text[chosen.start : chosen.end], f"{title}\n{around}"


def cmrc_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Questions with their passages and sentences; sentences with their paragraphs."""
    for row in read_rows(train / "cmrc2018_train.jsonl.gz"):
        text, title = row["context"], row["title"]
        spans = split_sentences(text)
        for qa in row["qas"]:
            at = qa["answers"][0]["answer_start"]
            yield qa["question"], f"{title}\n{window(text, at, rng)}"
            sentence = next((s for s in spans if s.start <= at < s.end), None)
            if sentence is not None:
                yield qa["question"], f"{title}\n{text[sentence.start : sentence.end]}"
        for _ in range(2):
            pair = take_sentence(text, title, rng)
            if pair:
                yield pair


def law_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Headings with their articles, articles with the next one, parts of an article with each other."""
    for row in read_rows(train / "laws.jsonl.gz"):
        articles = [a for a in row["articles"] if len(a["text"]) >= 30]
        for first, second in zip(articles, articles[1:], strict=False):
            kind = rng.randrange(4)
            if kind == 0:
                yield f"{row['title']} {first['chapter']}", first["text"][:PASSAGE]
            elif kind == 1:
                yield first["text"][:PASSAGE], f"{row['title']}\n{second['text'][:PASSAGE]}"
            elif kind == 2 and len(first["text"]) >= 80:
                half = len(first["text"]) // 2
                yield first["text"][:half][-80:], f"{row['title']} {first['chapter']}\n{first['text'][half:][:PASSAGE]}"


def other_pairs(train: Path, reports: Path | None, rng: random.Random, *, news: bool) -> Iterator[Pair]:
    """Titles and keywords with abstracts; sentences of reports and, if asked for, of news with what stands around."""
    for row in read_rows(train / "csl.jsonl.gz"):
        yield row["target"], row["abstract"][:PASSAGE]
        yield from filter(None, [take_sentence(row["abstract"], "", rng)])
    for path in sorted(reports.glob("*.txt")) if reports else []:
        text = path.read_text(encoding="utf-8")
        for _ in range(120):
            start = rng.randrange(max(1, len(text) - 600))
            yield from filter(None, [take_sentence(text[start : start + 600], path.stem, rng)])
    if news:
        for number, row in enumerate(read_rows(train / "news.jsonl.gz")):
            if number % 2 == 0:
                yield from filter(None, [take_sentence(row["text"][:900], "", rng)])


def own_pairs(questions: Path | None, train: Path, rng: random.Random) -> Iterator[Pair]:
    """Questions written for this project, with the passages that answer them."""
    if questions is None:
        return
    texts: dict[tuple[str, str], Any] = {}
    for name in ("laws.jsonl.gz", "news.jsonl.gz"):
        for row in read_rows(train / name):
            texts[name, row["id"]] = row
    for path in sorted(questions.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            source = texts.get((row["file"], row["ref"]))
            if not row["answerable"] or source is None:
                continue
            article = source["articles"][row["article"]] if "article" in row else None
            text = article["text"] if article else source["text"]
            asked = " ".join([*row.get("history", []), row["question"]])
            start, _ = row.get("spans", [[row.get("start", 0), 0]])[0]
            for _ in range(3):
                yield asked, f"{source['title']}\n{window(text, start, rng)}"


def train_tokenizer(texts: list[str]) -> Tokenizer:
    """Unigram pieces of at most LONGEST_PIECE characters over folded text; digits one by one."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Replace("\n", " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation("removed"), pre_tokenizers.Digits(individual_digits=False)]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY, max_piece_length=LONGEST_PIECE, special_tokens=["[UNK]"], unk_token="[UNK]", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode_bags(tokenizer: Tokenizer, texts: list[str]) -> list[np.ndarray]:
    """The pieces of each text, unknown ones left out."""
    unknown = tokenizer.token_to_id("[UNK]")
    bags = []
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        ids = np.array(encoding.ids, dtype=np.int64)
        bags.append(ids[ids != unknown] if len(ids) else ids)
    return bags


def to_bag(bags: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pieces of several texts one after another, and where each begins: the input of an EmbeddingBag."""
    offsets = np.concatenate([[0], np.cumsum([len(bag) for bag in bags])[:-1]])
    return torch.from_numpy(np.concatenate(bags)), torch.from_numpy(offsets)


def train(tokenizer: Tokenizer, pairs: list[Pair], steps: int, seed: int) -> torch.Tensor:
    """Piece vectors (vocabulary, DIMENSION) that bring the two texts of a pair together."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    left = encode_bags(tokenizer, [fold(a) for a, _ in pairs])
    right = encode_bags(tokenizer, [fold(b) for _, b in pairs])
    usable = np.array([i for i in range(len(pairs)) if len(left[i]) and len(right[i])])
    counts = np.bincount(np.concatenate([*left, *right]), minlength=tokenizer.get_vocab_size())
    # Frequent pieces start short, as in smooth inverse frequency: they say little about what a text is on.
    scale = torch.from_numpy(1e-3 / (1e-3 + counts / counts.sum())).float().unsqueeze(1)
    bag = torch.nn.EmbeddingBag(tokenizer.get_vocab_size(), DIMENSION, mode="mean", sparse=True)
    with torch.no_grad():
        bag.weight.copy_(torch.randn_like(bag.weight) * 0.1 * scale)
    optimiser = torch.optim.SparseAdam(list(bag.parameters()), lr=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
    target = torch.arange(BATCH)
    for step in range(steps):
        chosen = rng.choice(usable, BATCH, replace=False)
        a = torch.nn.functional.normalize(bag(*to_bag([left[i] for i in chosen])))
        b = torch.nn.functional.normalize(bag(*to_bag([right[i] for i in chosen])))
        scores = a @ b.T / TEMPERATURE
        loss = (torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(scores.T, target)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
    return bag.weight.detach()


def main() -> None:
    """Gather the pairs, train the pieces, train the vectors, save the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reports", type=Path, help="folder of work reports, .txt")
    parser.add_argument("--questions", type=Path, help="folder of this project's training questions")
    parser.add_argument("--news", action="store_true", help="also sentences of news")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    pairs = [
        *cmrc_pairs(options.train, rng),
        *law_pairs(options.train, rng),
        *other_pairs(options.train, options.reports, rng, news=options.news),
        *own_pairs(options.questions, options.train, rng),
    ]
    rng.shuffle(pairs)
    print(f"{len(pairs)} pairs", flush=True)
    sample = [fold(b) for _, b in pairs[:: max(1, len(pairs) // 30_000)]]
    tokenizer = train_tokenizer([piece for text in sample for piece in re.split(r"[，。；：、？！\n]", text)])
    print(f"{tokenizer.get_vocab_size()} pieces", flush=True)
    weights = train(tokenizer, pairs, options.steps, options.seed)
    unknown = tokenizer.token_to_id("[UNK]")
    weights[unknown] = 0.0
    static = StaticEmbedding(tokenizer, embedding_weights=weights.half().float().numpy())
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    model.half().save(str(options.out))


if __name__ == "__main__":
    main()
