import json
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import numpy as np
import pytest
from fakes import LetterEncoder, make_outline
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rag.errors import LibraryError, ModelError
from rag.library.catalogue import Catalogue
from rag.library.database import DATABASE_NAME
from rag.progress import ignore_progress
from rag.records import Passage
from rag.search.index import BATCH, Index, embedded_text

NOBODY = 65534


def put(catalogue: Catalogue, file: str, *sentences: str) -> str:
    """A file of one essay, each sentence a passage; returns the essay's id."""
    outline, passages = make_outline(Path(file).stem, *sentences, file=file)
    with catalogue.replacing(file, "x") as writer:
        writer.add(outline, passages)
    return outline.essay.id


def rows(index: Index) -> list[int]:
    return sorted(index.generation.vectors.rows().tolist())


def find(index: Index, word: str) -> list[int]:
    return sorted(row for row, _ in index.generation.lexical.search({word: 1.0}, {}, 100))


def generations(library: Path) -> list[str]:
    return sorted(path.name for path in (library / "index").glob("gen-*"))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.open(tmp_path, create=True)


def test_what_is_embedded_is_title_path_and_text() -> None:
    passage = Passage("e", ("一、石桥", "（一）来历"), 0, 5, "河上有桥。")
    assert embedded_text("桥", passage) == "桥\n一、石桥\n（一）来历\n河上有桥。"


def test_an_index_holds_the_passages_of_the_catalogue(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲甲乙。", "丙。")
    index = Index.open(tmp_path, catalogue, LetterEncoder())
    assert rows(index) == [1, 2]
    assert (find(index, "丙"), find(index, "丁")) == ([2], [])
    assert index.generation.vectors.search(np.array([1.0, 0.0, 0.0, 0.0]), 2) == [
        (1, pytest.approx(2 / 5**0.5, abs=1e-3)),
        (2, pytest.approx(0.0, abs=1e-3)),
    ]


def test_an_empty_library_has_an_empty_index(tmp_path: Path, catalogue: Catalogue) -> None:
    index = Index.open(tmp_path, catalogue, LetterEncoder())
    assert rows(index) == []
    assert generations(tmp_path) == ["gen-000001"]
    assert rows(Index.open(tmp_path, catalogue, LetterEncoder())) == []


def test_only_what_is_new_is_encoded(tmp_path: Path, catalogue: Catalogue) -> None:
    encoder = LetterEncoder()
    put(catalogue, "/a.txt", *["甲。"] * (BATCH + 1))
    done: list[tuple[str, int, int | None]] = []
    index = Index.open(tmp_path, catalogue, encoder, lambda *step: done.append(step))
    assert done == [("index", BATCH, BATCH + 1), ("index", BATCH + 1, BATCH + 1)]
    assert encoder.n_encoded == BATCH + 1
    put(catalogue, "/b.txt", "乙。")
    index.update(catalogue)
    assert encoder.n_encoded == BATCH + 2
    assert (find(index, "乙"), len(rows(index))) == ([BATCH + 2], BATCH + 2)
    before = generations(tmp_path)
    assert rows(Index.open(tmp_path, catalogue, encoder)) == rows(index)
    index.update(catalogue)
    assert (encoder.n_encoded, generations(tmp_path)) == (BATCH + 2, before)


def test_what_is_removed_or_replaced_answers_no_more(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。", "乙。")
    put(catalogue, "/b.txt", "丙。")
    index = Index.open(tmp_path, catalogue, LetterEncoder())
    put(catalogue, "/a.txt", "丁。")
    catalogue.remove_source("/b.txt")
    index.update(catalogue)
    for opened in (index, Index.open(tmp_path, catalogue, LetterEncoder())):
        assert rows(opened) == [4]
        assert [find(opened, word) for word in "甲乙丙丁"] == [[], [], [], [4]]


def test_a_crash_before_publication_is_made_good_at_the_next_opening(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。")
    Index.open(tmp_path, catalogue, LetterEncoder())

    class FailingEncoder(LetterEncoder):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            raise ModelError(f"no power for {len(texts)}")

    put(catalogue, "/b.txt", "乙。")
    with pytest.raises(ModelError, match="no power for 1"):
        Index.open(tmp_path, catalogue, FailingEncoder())
    assert generations(tmp_path) == ["gen-000001", "gen-000002"]
    assert (tmp_path / "index" / "current").read_text(encoding="ascii") == "gen-000001"
    assert find(Index.open(tmp_path, catalogue, LetterEncoder()), "乙") == [2]
    assert generations(tmp_path) == ["gen-000003"]


@pytest.mark.parametrize(
    "damage", ["vectors", "manifest.json", "lexical/meta.json", ".term", ".idx", "gone", "current"]
)
def test_a_damaged_index_is_made_anew(tmp_path: Path, catalogue: Catalogue, damage: str) -> None:
    put(catalogue, "/a.txt", "甲。", "乙。")
    generation = tmp_path / "index" / Index.open(tmp_path, catalogue, LetterEncoder()).generation.name
    if damage == "gone":
        shutil.rmtree(tmp_path / "index")
    elif damage == "current":
        (tmp_path / "index" / "current").write_text("gen-../../etc", encoding="ascii")
    else:
        (file,) = [path for path in generation.rglob("*") if str(path).endswith(damage)]
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    assert Index.examine(tmp_path, catalogue, LetterEncoder()) == ["the search index is missing or damaged"]
    encoder = LetterEncoder()
    index = Index.open(tmp_path, catalogue, encoder)
    assert (encoder.n_encoded, rows(index), find(index, "乙")) == (2, [1, 2], [2])
    assert Index.examine(tmp_path, catalogue, encoder) == []


def test_the_doctor_counts_what_is_missing_and_too_much(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。", "乙。")
    Index.open(tmp_path, catalogue, LetterEncoder())
    put(catalogue, "/b.txt", "丙。", "丁。", "甲。")
    catalogue.remove_source("/a.txt")
    assert Index.examine(tmp_path, catalogue, LetterEncoder()) == [
        "3 passages are missing from the search index",
        "2 passages of removed essays are still in the search index",
    ]


def test_a_database_put_back_from_a_copy_gets_an_index_of_its_own(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue:
        put(catalogue, "/a.txt", "甲。")
    copy = (tmp_path / DATABASE_NAME).read_bytes()
    with Catalogue.open(tmp_path, create=False) as catalogue:
        put(catalogue, "/b.txt", "乙。")
        Index.open(tmp_path, catalogue, LetterEncoder())
    (tmp_path / DATABASE_NAME).write_bytes(copy)
    with Catalogue.open(tmp_path, create=False) as catalogue:
        put(catalogue, "/c.txt", "丙。")
        assert Index.examine(tmp_path, catalogue, LetterEncoder()) == ["the search index was made from other essays"]
        index = Index.open(tmp_path, catalogue, LetterEncoder())
        assert [find(index, word) for word in "甲乙丙"] == [[1], [], [2]]


def test_vectors_of_two_encoders_are_never_mixed(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。")
    index = Index.open(tmp_path, catalogue, LetterEncoder())
    other = LetterEncoder("甲乙")
    with pytest.raises(
        ModelError, match=r"by another encoder: letters-甲乙丙丁, 4 numbers each, .* is letters-甲乙, 2"
    ) as caught:
        Index.open(tmp_path, catalogue, other)
    assert caught.value.hint.endswith("make all anew with rag reindex")
    assert Index.rebuild(tmp_path, catalogue, other, ignore_progress).generation.vectors.dimension == 2
    with pytest.raises(ModelError, match="by another encoder"):
        index.refresh()


def test_a_reader_takes_up_what_another_program_published(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。")
    reader = Index.open(tmp_path, catalogue, LetterEncoder())
    assert reader.refresh() is False
    writer = Index.open(tmp_path, catalogue, LetterEncoder())
    put(catalogue, "/b.txt", "乙。")
    writer.update(catalogue)
    assert find(reader, "甲") == [1]  # the generation it holds works on though its folder is gone
    assert find(reader, "乙") == []
    assert reader.refresh() is True
    assert (find(reader, "甲"), find(reader, "乙")) == ([1], [2])


def _add_one(library: Path, name: str) -> None:
    with Catalogue.open(library, create=True) as catalogue:
        for n in range(3):
            put(catalogue, f"/{name}{n}.txt", f"{name}。")
            Index.open(library, catalogue, LetterEncoder())


def test_programs_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_add_one, args=(tmp_path, name)) for name in "甲乙丙"]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    with Catalogue.open(tmp_path, create=False) as catalogue:
        encoder = LetterEncoder()
        index = Index.open(tmp_path, catalogue, encoder)
        assert encoder.n_encoded == 0
        assert rows(index) == catalogue.passage_rows()
        assert [len(find(index, name)) for name in "甲乙丙"] == [3, 3, 3]


def _find_as_other(library: Path, answer: SimpleQueue) -> None:
    with tempfile.TemporaryDirectory() as elsewhere, Catalogue.open(Path(elsewhere), create=True) as catalogue:
        Index.open(Path(elsewhere), catalogue, LetterEncoder())  # loads what nobody may not read
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    with Catalogue.open(library, create=False) as catalogue:
        answer.put(find(Index.open(library, catalogue, LetterEncoder()), "甲"))


def test_a_library_that_can_not_be_written_can_be_searched() -> None:
    library = Path(tempfile.mkdtemp())
    with Catalogue.open(library, create=True) as catalogue:
        put(catalogue, "/a.txt", "甲。")
        Index.open(library, catalogue, LetterEncoder())
    folders = [library, *(path for path in library.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    process = context.Process(target=_find_as_other, args=(library, answer))
    process.start()
    process.join()
    for folder in folders:
        folder.chmod(0o755)
    shutil.rmtree(library)
    assert process.exitcode == 0
    assert answer.get() == [1]


def test_an_index_that_can_not_be_written_says_so(tmp_path: Path, catalogue: Catalogue) -> None:
    put(catalogue, "/a.txt", "甲。")
    (tmp_path / "index").write_text("in the way", encoding="utf-8")
    with pytest.raises(LibraryError, match="the search index can't be written") as caught:
        Index.open(tmp_path, catalogue, LetterEncoder())
    assert caught.value.hint.startswith("check free space and permissions; the essays are safe")


def test_a_manifest_of_another_format_counts_as_missing(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "index" / Index.open(tmp_path, catalogue, LetterEncoder()).generation.name / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**manifest, "format": 1}), encoding="utf-8")
    assert Index.examine(tmp_path, catalogue, LetterEncoder()) == ["the search index is missing or damaged"]


def test_a_held_lock_goes_with_its_holder(tmp_path: Path, catalogue: Catalogue) -> None:
    Index.open(tmp_path, catalogue, LetterEncoder())
    holder = sqlite3.connect(tmp_path / "index" / "lock", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    holder.close()
    put(catalogue, "/a.txt", "甲。")
    assert find(Index.open(tmp_path, catalogue, LetterEncoder()), "甲") == [1]


class IndexFollowsCatalogue(RuleBasedStateMachine):
    """Whatever is added, replaced, removed and reopened, the index finds exactly what the catalogue holds."""

    def __init__(self) -> None:
        super().__init__()
        self.library = Path(tempfile.mkdtemp())
        self.catalogue = Catalogue.open(self.library, create=True)
        self.index = Index.open(self.library, self.catalogue, LetterEncoder())
        self.held: dict[str, str] = {}

    @rule(
        file=st.sampled_from(["/a.txt", "/b.txt", "/c.txt"]),
        letters=st.text(alphabet="甲乙丙丁", min_size=1, max_size=4),
    )
    def add(self, file: str, letters: str) -> None:
        put(self.catalogue, file, *(f"{letter}。" for letter in letters))
        self.held[file] = letters
        self.index.update(self.catalogue)

    @rule(file=st.sampled_from(["/a.txt", "/b.txt", "/c.txt"]))
    def remove(self, file: str) -> None:
        self.catalogue.remove_source(file)
        self.held.pop(file, None)
        self.index.update(self.catalogue)

    @rule()
    def reopen(self) -> None:
        encoder = LetterEncoder()
        self.index = Index.open(self.library, self.catalogue, encoder)
        assert encoder.n_encoded == 0

    @invariant()
    def finds_what_is_there(self) -> None:
        everything = "".join(self.held.values())
        assert [len(find(self.index, letter)) for letter in "甲乙丙丁"] == [everything.count(n) for n in "甲乙丙丁"]
        assert rows(self.index) == self.catalogue.passage_rows()

    def teardown(self) -> None:
        self.catalogue.close()
        shutil.rmtree(self.library)


TestIndexFollowsCatalogue = IndexFollowsCatalogue.TestCase
TestIndexFollowsCatalogue.settings = settings(max_examples=6, stateful_step_count=8, deadline=None)
