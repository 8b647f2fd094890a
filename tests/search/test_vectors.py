from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryError, ModelError
from rag.search.vectors import VectorIndex

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
NORTH_EAST = [0.6, 0.8]


def make_index(vectors: dict[int, list[float]], dimension: int = 2) -> VectorIndex:
    index = VectorIndex(dimension)
    index.add(np.array(list(vectors)), np.array(list(vectors.values()), dtype=np.float32).reshape(-1, dimension))
    return index


def near(score: float) -> object:
    return pytest.approx(score, abs=1e-3)  # half precision


def test_the_nearest_come_first_with_their_inner_products() -> None:
    index = make_index({10: EAST, 20: NORTH, 30: NORTH_EAST})
    assert index.search(np.array(EAST), 5) == [(10, near(1.0)), (30, near(0.6)), (20, near(0.0))]
    assert index.search(np.array(NORTH), 1) == [(20, near(1.0))]


def test_ties_stand_in_order_of_row() -> None:
    index = make_index({9: EAST, 2: EAST, 5: EAST})
    assert [row for row, _ in index.search(np.array(EAST), 3)] == [2, 5, 9]


def test_within_keeps_to_rows() -> None:
    index = make_index({10: EAST, 20: NORTH, 30: NORTH_EAST})
    assert index.search(np.array(EAST), 5, np.array([20, 30, 77])) == [(30, near(0.6)), (20, near(0.0))]
    assert index.search(np.array(EAST), 5, np.array([], dtype=np.int64)) == []
    assert index.search(np.array(EAST), 5, np.array([77])) == []


def test_an_empty_index_finds_nothing() -> None:
    assert VectorIndex(2).search(np.array(EAST), 5) == []
    assert len(VectorIndex(2)) == 0


def test_removed_rows_are_gone_and_others_keep_their_vectors() -> None:
    index = make_index({10: EAST, 20: NORTH, 30: NORTH_EAST})
    index.remove([10, 99])
    assert index.rows().tolist() == [20, 30]
    assert index.search(np.array(EAST), 5) == [(30, near(0.6)), (20, near(0.0))]
    index.add(np.array([10]), np.array([NORTH], dtype=np.float32))
    assert index.search(np.array(NORTH), 5) == [(10, near(1.0)), (20, near(1.0)), (30, near(0.8))]


def test_a_copy_is_changed_alone() -> None:
    index = make_index({10: EAST})
    other = index.copy()
    other.add(np.array([20]), np.array([NORTH], dtype=np.float32))
    assert (index.rows().tolist(), other.rows().tolist()) == ([10], [10, 20])


def test_half_precision_finds_the_same_ten_of_a_thousand() -> None:
    random = np.random.default_rng(7)
    vectors = random.normal(size=(1_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = VectorIndex(64)
    index.add(np.arange(1_000), vectors)
    for question in vectors[:20]:
        exact = np.argsort(-(vectors @ question), kind="stable")[:10]
        assert len({row for row, _ in index.search(question, 10)} & set(exact.tolist())) >= 9


def test_a_file_gives_the_same_index_back(tmp_path: Path) -> None:
    index = make_index({10: EAST, 30: NORTH_EAST})
    index.remove([10])
    index.add(np.array([40]), np.array([EAST], dtype=np.float32))
    index.save(tmp_path / "vectors")
    again = VectorIndex.load(tmp_path / "vectors")
    assert (len(again), again.dimension, again.rows().tolist()) == (2, 2, [30, 40])
    assert again.search(np.array(EAST), 5) == index.search(np.array(EAST), 5)
    again.remove([30])
    assert again.rows().tolist() == [40]


def test_vectors_of_another_length_are_refused() -> None:
    index = make_index({10: EAST})
    with pytest.raises(ModelError, match="gives vectors of 3 numbers, the index has vectors of 2"):
        index.search(np.array([1.0, 0.0, 0.0]), 5)
    with pytest.raises(ModelError, match="gives vectors of 1 numbers, the index has vectors of 2"):
        index.add(np.array([1]), np.array([[1.0]], dtype=np.float32))


def test_files_that_hold_no_vectors_are_told(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_bytes(b"nothing of the kind")
    with pytest.raises(LibraryError, match="can't be read"):
        VectorIndex.load(tmp_path / "vectors")
    with pytest.raises(LibraryError, match="can't be read"):
        VectorIndex.load(tmp_path / "none")
    with pytest.raises(LibraryError, match="can't be written"):
        make_index({10: EAST}).save(tmp_path / "none" / "vectors")
