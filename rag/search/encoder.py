"""Texts become unit vectors: the embedded static model, or any other of sentence-transformers.

The embedded model ships with the package and needs no network. Any other is looked for on disk first (a folder, or a
model downloaded before) and only then on the hub.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.essays.text import fold
from rag.settings import EMBEDDED_ENCODER

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EMBEDDED_FOLDER = Path(__file__).parent.parent / "models" / "static-zh-256"
BATCH = 256


class Encoder:
    """One model. `fingerprint` tells which weights made a vector; `dimension` is the length of every vector."""

    def __init__(self, name: str, model: SentenceTransformer, fingerprint: str, *, folds: bool) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self._folds = folds  # the embedded model was trained on folded text
        self._question_prompt = next((p for p in ("query", "question") if p in model.prompts), None)
        self.dimension = int(model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (n, dimension), float32, of length 1; a text without a single known piece gives zeros."""
        return self._encode(texts, None)

    def encode_question(self, question: str) -> np.ndarray:
        """The vector (dimension,) of a question, with the model's own prompt for questions if it has one."""
        vector: np.ndarray = self._encode([question], self._question_prompt)[0]
        return vector

    def _encode(self, texts: Sequence[str], prompt_name: str | None) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        plain = [fold(text) for text in texts] if self._folds else list(texts)
        try:
            vectors = self._model.encode(
                plain, batch_size=BATCH, prompt_name=prompt_name, show_progress_bar=False, convert_to_numpy=True
            )
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"the encoder {self.name} failed: {exc}", hint="choose another --encoder") from exc
        vectors = np.nan_to_num(np.asarray(vectors, dtype=np.float32))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit


def load_encoder(name: str = EMBEDDED_ENCODER) -> Encoder:
    """The encoder of this name: EMBEDDED_ENCODER, a folder, or a model of the hub.

    Raises ModelError if there is no such model, or it can't be loaded without the network.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    is_embedded = name == EMBEDDED_ENCODER
    place = EMBEDDED_FOLDER if is_embedded else Path(name).expanduser()
    if place.is_dir():
        return Encoder(name, _load(str(place), name, local=True), _fingerprint(place), folds=is_embedded)
    if is_embedded or place.is_absolute() or name.startswith((".", "~")):
        raise ModelError(f"there is no encoder in {place}", hint="name the folder of a sentence-transformers model")
    try:
        model = _load(name, name, local=True)
    except ModelError:
        model = _load(name, name, local=False)
    return Encoder(name, model, f"{name}:{model.get_embedding_dimension()}", folds=False)


def _load(place: str, name: str, *, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer  # takes seconds: not for commands that need no vectors

    try:
        return SentenceTransformer(place, device="cpu", local_files_only=local).float()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as exc:
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        raise ModelError(
            f"the encoder {name} can't be loaded: {reason}",
            hint="name the folder of a sentence-transformers model, or connect to the network once to fetch it",
        ) from exc


def _fingerprint(folder: Path) -> str:
    """A name for the weights in a folder that changes when they do: 16 hex digits over every weight file."""
    digest = hashlib.sha256()
    weights = sorted(path for path in folder.rglob("*") if path.suffix in {".safetensors", ".bin"})
    for path in (*weights, *sorted(folder.rglob("tokenizer.json"))):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
