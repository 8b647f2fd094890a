"""The embedded model read without PyTorch gives the vectors that sentence-transformers gives."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from examples import FERRY, NIGHT_SCHOOL

from rag.errors import ModelError
from rag.search.encoder import EMBEDDED_FOLDER, load_encoder
from rag.search.static import StaticModel

TEXTS = [NIGHT_SCHOOL, FERRY, "學習", "a", "", "\n", "🙂", "2024年增长5.8%。" * 300]


def test_vectors_and_fingerprint_are_those_of_sentence_transformers() -> None:
    ours, theirs = load_encoder(), load_encoder(str(EMBEDDED_FOLDER))
    assert ours.encode(TEXTS) == pytest.approx(theirs.encode(TEXTS), abs=1e-6)
    assert ours.encode_question("夜校有多少学员？") == pytest.approx(
        theirs.encode_question("夜校有多少学员？"), abs=1e-6
    )
    assert ours.fingerprint == theirs.fingerprint


def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    model = StaticModel.load(EMBEDDED_FOLDER)
    together = model.encode(TEXTS)
    assert all(np.array_equal(model.encode([text])[0], vector) for text, vector in zip(TEXTS, together, strict=True))
    assert not together[4:6].any()


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_file_that_is_missing_or_damaged(file: str, tmp_path: Path) -> None:
    folder = shutil.copytree(EMBEDDED_FOLDER, tmp_path / "model")
    (folder / file).unlink()
    with pytest.raises(ModelError, match="can't be loaded"):
        StaticModel.load(folder)
    (folder / file).write_bytes(b"\xff\xfe" * 9)
    with pytest.raises(ModelError, match="can't be loaded"):
        StaticModel.load(folder)
