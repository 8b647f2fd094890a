"""A static embedding, read from its sentence-transformers folder without PyTorch.

The vector of a text is the mean of its pieces' vectors, which needs no more than a table. Importing
sentence-transformers and loading the model took 6 seconds of processor time, this 0.4; the vectors are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.errors import ModelError


class StaticModel:
    """A table with a row for every piece of text that its tokenizer knows."""

    def __init__(self, tokenizer: Tokenizer, table: np.ndarray) -> None:
        self._tokenizer = tokenizer
        self._table = table
        self.dimension = int(table.shape[1])

    @classmethod
    def load(cls, folder: Path) -> StaticModel:
        """Read `tokenizer.json` and `model.safetensors`: `embeddings` (pieces, dimension), perhaps times `weights`.

        Raises ModelError if the files are missing or damaged.
        """
        try:
            held = load_file(folder / "model.safetensors")
            table = held["embeddings"].astype(np.float32)
            if "weights" in held:
                table *= held["weights"].astype(np.float32)[:, None]
            tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, LookupError, SafetensorError) as exc:
            raise ModelError(f"the encoder {folder} can't be loaded: {exc}", hint="install the package again") from exc
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(tokenizer, table)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Means of the pieces' vectors (n, dimension), float32; zeros for a text without a piece."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for i, encoding in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            if encoding.ids:
                self._table[encoding.ids].mean(axis=0, out=vectors[i])
        return vectors
