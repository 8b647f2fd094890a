"""Texts become unit vectors: the embedded static model, or any other of sentence-transformers.

The embedded model ships with the package and is read from disk alone. Any other is looked for as a folder, then among
the models downloaded before, and only then on the hub: so a model that is there needs no network, and without one a
missing model is an error after a few seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from rag.errors import ModelError
from rag.essays.text import fold
from rag.progress import Progress, ignore_progress
from rag.settings import EMBEDDED_ENCODER

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EMBEDDED_FOLDER = Path(__file__).parent.parent / "models" / "static-zh-256"
FOLDED_MARK = "folded.txt"  # in the folder of a model that was trained on folded text
STAGE = "encode"
BATCH = 32  # texts that a transformer takes at a time
STATIC_BATCH = 1_024  # a static model needs no padding, and shares the texts out among the cores
HUB_SECONDS = 5.0
QUESTION_PROMPTS = ("query", "question")
_WEIGHTS = {".safetensors", ".bin"}
_CHOOSE = "name the folder of a sentence-transformers model, or leave --encoder out for the embedded one"


class Encoder:
    """One model. `fingerprint` tells which weights made a vector; `dimension` is the length of every vector.

    Law: the vector of a text does not depend on the texts encoded with it (a transformer's differs in the last digits).
    """

    def __init__(self, name: str, model: SentenceTransformer, fingerprint: str, *, folds: bool) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self._folds = folds
        self._batch = STATIC_BATCH if type(model[0]).__name__ == "StaticEmbedding" else BATCH
        self._question_prompt = next((name for name in QUESTION_PROMPTS if model.prompts.get(name)), None)
        self.dimension = int(model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Vectors (n, dimension), float32, of length 1; zeros for a text without a piece that the model knows.

        A model trained on folded text gets it folded: width, case and script make no difference to its vectors.
        Raises ModelError if the model fails.
        """
        return self._encode(texts, None, progress or ignore_progress)

    def encode_question(self, question: str) -> np.ndarray:
        """The vector (dimension,) of a question, with the model's own prompt for questions if it has one."""
        vector: np.ndarray = self._encode([question], self._question_prompt, ignore_progress)[0]
        return vector

    def _encode(self, texts: Sequence[str], prompt_name: str | None, progress: Progress) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), STATIC_BATCH):
            batch = [fold(text) if self._folds else text for text in texts[start : start + STATIC_BATCH]]
            try:
                made = self._model.encode(
                    batch,
                    batch_size=self._batch,
                    prompt_name=prompt_name,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
            except (RuntimeError, ValueError, TypeError) as exc:
                raise ModelError(f"the encoder {self.name} failed: {_first_line(exc)}", hint=_CHOOSE) from exc
            vectors[start : start + len(batch)] = made
            progress(STAGE, start + len(batch), len(texts))
        return _to_unit(vectors)


def load_encoder(name: str = EMBEDDED_ENCODER) -> Encoder:
    """The encoder of this name: EMBEDDED_ENCODER, a folder, or a model of the hub.

    Raises ModelError if there is no such model, or it can't be loaded without a network and there is none.
    """
    is_embedded = name == EMBEDDED_ENCODER
    folder = EMBEDDED_FOLDER if is_embedded else Path(name).expanduser()
    if folder.is_dir():
        _check_json(folder)
        model = _load(str(folder), is_local=True)
        return Encoder(name, model, _fingerprint(folder, model), folds=(folder / FOLDED_MARK).is_file())
    if is_embedded:
        raise ModelError("the embedded encoder is missing", hint="install the package again")
    if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise ModelError(f"there is no encoder in {name}", hint=_CHOOSE)
    try:
        model = _load(name, is_local=True)
    except ModelError:
        _check_hub(name)
        model = _load(name, is_local=False)
    return Encoder(name, model, f"{name}:{model.get_embedding_dimension()}", folds=False)


def _load(place: str, *, is_local: bool) -> SentenceTransformer:
    """The model in a folder or of the hub, on the processor, in single precision. Code that it brings is not run."""
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer  # takes seconds: not for commands that need no vectors

    damages = (SafetensorError, RuntimeError, LookupError, TypeError, AttributeError, ImportError)
    failures: tuple[type[Exception], ...] = (*_hub_errors(), *damages)
    try:
        return SentenceTransformer(place, device="cpu", local_files_only=is_local, trust_remote_code=False).float()
    except failures as exc:
        raise ModelError(f"the encoder {place} can't be loaded: {_first_line(exc)}", hint=_CHOOSE) from exc


def _check_json(folder: Path) -> None:
    """Raises ModelError if a .json file is cut off: the tokenizers package has no error of its own to be told by."""
    for path in sorted(folder.rglob("*.json")):
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError) as exc:
            raise ModelError(f"the encoder {folder} can't be loaded: {path.name} is damaged", hint=_CHOOSE) from exc


def _check_hub(name: str) -> None:
    """Raises ModelError within seconds if the hub can't be reached or has no such model.

    Loading would try again and again, once for each file of the model.
    """
    from huggingface_hub import model_info
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        model_info(name, timeout=HUB_SECONDS)
    except RepositoryNotFoundError as exc:
        raise ModelError(f"there is no encoder {name}, neither here nor on the hub", hint=_CHOOSE) from exc
    except _hub_errors() as exc:
        raise ModelError(
            f"the encoder {name} is not on this computer, and the hub can't be reached",
            hint="connect to the network once to fetch it, or " + _CHOOSE,
        ) from exc


def _hub_errors() -> tuple[type[Exception], ...]:
    """What the hub's client raises; its own errors are OSError, but those of the HTTP package beneath it are not."""
    from huggingface_hub.errors import HfHubHTTPError

    return (ValueError, *cast("tuple[type[Exception], ...]", HfHubHTTPError.__bases__))


def _fingerprint(folder: Path, model: SentenceTransformer) -> str:
    """16 hex digits over all that decides a vector (weights, tokenizer, configuration), and the dimension.

    The same in whatever folder the files lie; a model card makes no difference.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix in _WEIGHTS | {".json", ".txt", ".model"}):
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{digest.hexdigest()[:16]}:{model.get_embedding_dimension()}"


def _to_unit(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1; rows without a length, or with one that is no number, become zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    is_sound = np.isfinite(lengths) & (lengths > 0)
    unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=is_sound)
    return unit


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
