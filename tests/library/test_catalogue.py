import sqlite3
import threading
from pathlib import Path

import pytest
from fakes import make_outline
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError, LibraryError
from rag.library.catalogue import Catalogue
from rag.library.database import DATABASE_NAME
from rag.library.doctor import examine_essays
from rag.records import Essay, EssayHead, Outline, Passage, Section

RIVER = make_outline("河", "河水清清。", "河上有桥。", file="/books/a.txt", author="王一", date="2008-03")
HILL = make_outline("山", "山高路远。", file="/books/a.txt")
SEA = make_outline("海", "海阔天空。", file="/books/sub/b.txt")
SKY = make_outline("天", "天高云淡。", file="/books_old/c.txt")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.open(tmp_path, create=True)


def put(catalogue: Catalogue, *outlines: tuple[Outline, tuple[Passage, ...]], sha256: str = "x") -> None:
    """Each file's essays replace what it held."""
    for file in dict.fromkeys(outline.essay.source.partition("#")[0] for outline, _ in outlines):
        with catalogue.replacing(file, sha256) as writer:
            for outline, passages in outlines:
                if outline.essay.source.partition("#")[0] == file:
                    writer.add(outline, passages)


def titles(catalogue: Catalogue) -> list[str]:
    return [head.title for head in catalogue.essays()]


def test_what_was_added_is_read_back_the_same(catalogue: Catalogue) -> None:
    put(catalogue, RIVER, HILL, SEA)
    outline, passages = RIVER
    assert catalogue.essays()[0] == EssayHead(outline.essay.id, "河", "王一", "2008-03", "/books/a.txt", 15, 1)
    assert [catalogue.outline(o.essay.id) for o, _ in (RIVER, HILL, SEA)] == [RIVER[0], HILL[0], SEA[0]]
    assert list(catalogue.iter_essays()) == [RIVER[0].essay, HILL[0].essay, SEA[0].essay]
    assert catalogue.passage_rows() == [1, 2, 3, 4]
    assert list(catalogue.iter_passages()) == [
        (1, "河", passages[0]),
        (2, "河", passages[1]),
        (3, "山", HILL[1][0]),
        (4, "海", SEA[1][0]),
    ]
    assert catalogue.titled_passages([4, 2, 99]) == {2: ("河", passages[1]), 4: ("海", SEA[1][0])}
    assert catalogue.rows_of({outline.essay.id, SEA[0].essay.id, "no such"}) == [1, 2, 4]


def test_passages_can_be_read_from_the_middle_on(catalogue: Catalogue) -> None:
    put(catalogue, RIVER, HILL)
    assert [row for row, _, _ in catalogue.iter_passages(after=1)] == [2, 3]
    assert list(catalogue.iter_passages(after=3)) == []


def test_a_library_is_the_same_after_it_is_opened_again(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue:
        put(catalogue, RIVER)
        catalogue.set_setting("encoder", "甲")
    with Catalogue.open(tmp_path, create=False) as catalogue:
        assert catalogue.outline(RIVER[0].essay.id) == RIVER[0]
        assert catalogue.setting("encoder") == "甲"
        assert catalogue.setting("other") == ""


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_text_is_kept_to_the_character(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    essay = Essay("e", text, text, "", text, "/a.txt", 0, "")
    root = Section("e", (), 0, 0, 0, len(text))
    with Catalogue.open(tmp_path_factory.mktemp("library"), create=True) as catalogue:
        with catalogue.replacing("/a.txt", "x") as writer:
            writer.add(Outline(essay, (root,), ()), [Passage("e", (), 0, len(text), text)])
        assert catalogue.outline("e") == Outline(essay, (root,), ())
        assert catalogue.titled_passages([1]) == {1: (text, Passage("e", (), 0, len(text), text))}


def test_a_file_added_again_replaces_what_it_held_and_no_row_is_used_twice(catalogue: Catalogue) -> None:
    put(catalogue, RIVER, HILL, SEA)
    with catalogue.replacing("/books/a.txt", "y") as writer:
        writer.add(*HILL)
    assert (writer.n_added, writer.n_removed, writer.n_repeated) == (1, 2, 0)
    assert titles(catalogue) == ["海", "山"]
    assert catalogue.passage_rows() == [4, 5]
    assert catalogue.file_sha256("/books/a.txt") == "y"
    catalogue.remove_source("/books")
    put(catalogue, RIVER)
    assert catalogue.passage_rows() == [6, 7]


def test_an_essay_that_stands_twice_in_a_file_is_kept_once_and_counted(catalogue: Catalogue) -> None:
    with catalogue.replacing("/books/a.txt", "x") as writer:
        for outline in (RIVER, HILL, RIVER):
            writer.add(*outline)
    assert (writer.n_added, writer.n_repeated) == (2, 1)
    assert titles(catalogue) == ["河", "山"]


def test_more_essays_than_one_statement_takes_keep_their_order(catalogue: Catalogue) -> None:
    many = [make_outline(f"第{n}篇", f"第{n}句。", "又一句。", file=f"/many.jsonl#{n}") for n in range(1_203)]
    with catalogue.replacing("/many.jsonl", "x") as writer:
        for outline in many:
            writer.add(*outline)
    assert titles(catalogue) == [f"第{n}篇" for n in range(1_203)]
    found = list(catalogue.iter_passages())
    assert [row for row, _, _ in found] == list(range(1, 2_407))
    assert [passage for _, _, passage in found] == [passage for _, passages in many for passage in passages]
    assert catalogue.remove_source("/many.jsonl#700") == 1
    assert catalogue.remove_source("/many.jsonl") == 1_202


def test_a_failure_while_reading_leaves_the_library_as_it_was(catalogue: Catalogue) -> None:
    put(catalogue, RIVER)
    version = catalogue.version

    def fail() -> None:
        with catalogue.replacing("/books/a.txt", "y") as writer:
            writer.add(*HILL)
            raise InputError("broken off")

    with pytest.raises(InputError, match="broken off"):
        fail()
    assert titles(catalogue) == ["河"]
    assert (catalogue.file_sha256("/books/a.txt"), catalogue.version) == ("x", version)
    put(catalogue, SEA)
    assert titles(catalogue) == ["河", "海"]


def test_others_read_and_write_while_a_file_is_read(catalogue: Catalogue) -> None:
    put(catalogue, RIVER)
    with catalogue.replacing("/books/a.txt", "y") as writer:
        writer.add(*HILL)
        writer.flush()
        other = threading.Thread(target=put, args=(catalogue, SEA))
        other.start()
        other.join()
        assert titles(catalogue) == ["河", "海"]
    assert titles(catalogue) == ["海", "山"]


def test_every_change_of_the_essays_changes_the_version(catalogue: Catalogue) -> None:
    versions = [catalogue.version]
    for change in (
        lambda: put(catalogue, RIVER, HILL),
        lambda: catalogue.remove_essay(RIVER[0].essay.id),
        lambda: catalogue.remove_source("/books/a.txt"),
    ):
        change()
        versions.append(catalogue.version)
    assert len(set(versions)) == 4
    assert [catalogue.has_version(version) for version in versions] == [True] * 4
    assert not catalogue.has_version(versions[-1] + 1)
    catalogue.set_setting("encoder", "甲")
    list(catalogue.iter_passages())
    assert catalogue.version == versions[-1]


def test_one_essay_is_removed_and_its_file_counts_as_changed(catalogue: Catalogue) -> None:
    put(catalogue, RIVER, HILL)
    assert catalogue.remove_essay(RIVER[0].essay.id) is True
    assert catalogue.remove_essay(RIVER[0].essay.id) is False
    assert titles(catalogue) == ["山"]
    assert catalogue.passage_rows() == [3]
    assert catalogue.file_sha256("/books/a.txt") == ""
    assert catalogue.file_sha256("/books/none.txt") is None
    with pytest.raises(InputError, match="holds no essay"):
        catalogue.essay(RIVER[0].essay.id)
    with pytest.raises(InputError, match="holds no essay"):
        catalogue.outline("no such")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("/books/a.txt", ["海", "天"]),
        ("/books", ["天"]),
        ("/books/", ["天"]),
        ("/books/sub", ["河", "山", "天"]),
        ("/book", ["河", "山", "海", "天"]),
        ("/books%", ["河", "山", "海", "天"]),
        ("/books_old", ["河", "山", "海"]),
        ("%", ["河", "山", "海", "天"]),
        ("", ["河", "山", "海", "天"]),
        ("' OR 1=1 --", ["河", "山", "海", "天"]),
        ("/", []),
    ],
)
def test_a_source_is_a_file_or_a_folder_and_nothing_else(catalogue: Catalogue, source: str, left: list[str]) -> None:
    put(catalogue, RIVER, HILL, SEA, SKY)
    assert catalogue.remove_source(source) == 4 - len(left)
    assert titles(catalogue) == left
    assert examine_essays(catalogue) == []


def test_a_removed_file_is_forgotten_and_one_that_lost_a_row_counts_as_changed(catalogue: Catalogue) -> None:
    rows = [make_outline(name, f"{name}的正文。", file=f"/rows.jsonl#{name}") for name in "春夏"]
    put(catalogue, *rows, SEA)
    assert catalogue.remove_source("/rows.jsonl#春") == 1
    assert catalogue.file_sha256("/rows.jsonl") == ""
    assert catalogue.remove_source("/rows.jsonl#夏") == 1
    assert catalogue.file_sha256("/rows.jsonl") is None


def test_a_file_name_that_is_no_utf8_is_kept_with_an_escape(catalogue: Catalogue) -> None:
    odd = make_outline("怪", "怪名字。", file="/books/bad\udcff.txt")
    put(catalogue, odd)
    assert catalogue.file_sha256("/books/bad\udcff.txt") == "x"
    assert catalogue.essays()[0].source == "/books/bad\\udcff.txt"
    assert catalogue.remove_source("/books/bad\udcff.txt") == 1


def test_the_same_text_from_two_files_is_kept_and_told(catalogue: Catalogue) -> None:
    put(catalogue, RIVER, make_outline("河", "河水清清。", "河上有桥。", file="/books/copy.txt"))
    assert titles(catalogue) == ["河", "河"]
    assert catalogue.describe_copies("/books/a.txt") == []
    assert catalogue.describe_copies("/books/copy.txt") == [
        "/books/copy.txt: 《河》 has the same text as /books/a.txt; both are kept"
    ]


def test_more_essays_can_be_named_than_a_statement_takes(catalogue: Catalogue) -> None:
    put(catalogue, RIVER)
    named = [f"none{n}" for n in range(40_000)]
    assert catalogue.rows_of([*named, RIVER[0].essay.id]) == [1, 2]


def test_the_doctor_finds_a_changed_text_and_a_lost_parent(catalogue: Catalogue, tmp_path: Path) -> None:
    put(catalogue, RIVER, SEA)
    assert examine_essays(catalogue) == []
    with sqlite3.connect(tmp_path / DATABASE_NAME) as raw:
        raw.execute("UPDATE texts SET text = replace(text, '河', '湖') WHERE essay = 1")
        raw.execute("DELETE FROM files WHERE path LIKE '%b.txt'")
    raw.close()
    key = RIVER[0].essay.id
    assert examine_essays(catalogue) == [
        "a row of essays has lost its parent",
        f"essay {key} 《河》: the text is not the one that was added (its hash differs)",
    ]


def test_two_writers_at_once_wait_for_each_other(tmp_path: Path) -> None:
    Catalogue.open(tmp_path, create=True).close()
    failures: list[LibraryError] = []

    def write(name: str) -> None:
        with Catalogue.open(tmp_path, create=False) as own:
            for n in range(10):
                try:
                    put(own, make_outline(f"{name}{n}", "一句。", file=f"/{name}{n}.txt"))
                except LibraryError as error:
                    failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Catalogue.open(tmp_path, create=False) as catalogue:
        assert sorted(titles(catalogue)) == sorted(f"{name}{n}" for name in "甲乙丙" for n in range(10))


def test_a_copy_put_back_does_not_know_the_versions_that_came_after_it(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue:
        put(catalogue, RIVER)
    copy = (tmp_path / DATABASE_NAME).read_bytes()
    with Catalogue.open(tmp_path, create=False) as catalogue:
        put(catalogue, SEA)
        after = catalogue.version
    (tmp_path / DATABASE_NAME).write_bytes(copy)
    with Catalogue.open(tmp_path, create=False) as catalogue:
        put(catalogue, SKY)
        assert not catalogue.has_version(after)
