"""The pieces that the embedded encoder cuts a text into: words and parts of words, chosen by how often they occur."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

LONGEST_PIECE = 4  # characters; Latin words and numbers may be longer
LONGEST_LATIN = 16
LEAST_SEEN = 10  # a piece of more than one character must occur this often
RUN = re.compile(r"[0-9]+|[a-z]+|[^\W0-9a-z_]+")


def count_pieces(texts: Sequence[str]) -> dict[str, int]:
    """Every run of up to LONGEST_PIECE characters, and every Latin word and number, with how often it was seen.

    All characters of GB 2312 are there, so that a character the training text lacks still has a vector of its own.
    """
    runs = [run for text in texts for run in RUN.findall(text)]
    codes = np.frombuffer(" ".join(runs).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    codes[codes > 0xFFFF] = ord(" ")
    counts = {bytes(pair).decode("gb2312"): 1 for pair in _gb2312()}
    for n in range(1, LONGEST_PIECE + 1):
        length = max(0, len(codes) - n + 1)
        parts = [codes[i : i + length] for i in range(n)]
        whole = np.logical_and.reduce([part != ord(" ") for part in parts])
        keys = sum(part << np.uint64(16 * i) for i, part in enumerate(parts))
        for key, seen in zip(*np.unique(np.asarray(keys)[whole], return_counts=True), strict=True):
            if n == 1 or seen >= LEAST_SEEN:
                counts["".join(chr((int(key) >> 16 * i) & 0xFFFF) for i in range(n))] = int(seen)
    words: dict[str, int] = defaultdict(int)
    for run in runs:
        if LONGEST_PIECE < len(run) <= LONGEST_LATIN and run.isascii():
            words[run] += 1
    return counts | {word: seen for word, seen in words.items() if seen >= LEAST_SEEN}


def _gb2312() -> Iterator[tuple[int, int]]:
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF - 5 * (high == 0xD7)):  # the last five places of row 0xD7 are empty
            yield high, low


def build_tokenizer(counts: dict[str, int]) -> Tokenizer:
    """The likeliest cut of a text into these pieces (unigram); punctuation and white space are left out."""
    total = sum(counts.values())
    pieces = [(piece, float(np.log(seen / total))) for piece, seen in sorted(counts.items())]
    tokenizer = Tokenizer(models.Unigram([("[UNK]", -30.0), *pieces], 0, False))
    # One search for what is kept is a third faster than removing what is not and then cutting off digits and Latin.
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(RUN.pattern), "removed", invert=True)
    return tokenizer


def train_tokenizer(texts: Sequence[str], vocabulary: int) -> Tokenizer:
    """Cut the texts, count the pieces used, keep the commonest, and again until `vocabulary` of them are left.

    The trainer of the tokenizers package took more than ten minutes for the same text, and its pieces depend on the
    order in which its threads finish.
    """
    counts = count_pieces(texts)
    n_single = sum(len(piece) == 1 for piece in counts)
    while len(counts) > max(n_single, vocabulary - 1):  # one place is for what is unknown
        tokenizer = build_tokenizer(counts)
        used: np.ndarray = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
        for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
            np.add.at(used, encoding.ids, 1)
        seen = {piece: max(1, int(used[number])) for piece, number in tokenizer.get_vocab().items() if number}
        kept = max(vocabulary - 1, len(counts) // 2) - n_single
        longer = sorted((-n, piece) for piece, n in seen.items() if len(piece) > 1)[: max(0, kept)]
        counts = {piece: n for piece, n in seen.items() if len(piece) == 1} | {piece: -n for n, piece in longer}
    return build_tokenizer(counts)
