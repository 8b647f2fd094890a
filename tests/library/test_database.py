import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from fakes import make_outline
from sqlalchemy import text

from rag.errors import LibraryError
from rag.library.catalogue import Catalogue
from rag.library.database import DATABASE_NAME, open_database

NOBODY = 65534


def test_a_missing_library_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="there is no library") as caught:
        open_database(tmp_path / "none", create=False)
    assert caught.value.hint == "add essays first: rag add FILE_OR_FOLDER"
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_library_folder(tmp_path: Path) -> None:
    file = tmp_path / "library"
    file.write_text("essay", encoding="utf-8")
    with pytest.raises(LibraryError, match="is a file, not a library folder"):
        open_database(file, create=True)
    with pytest.raises(LibraryError, match="can't be used: Not a directory"):
        open_database(file / "inside", create=True)
    with pytest.raises(LibraryError, match="can't be used: File name too long"):
        open_database(tmp_path / ("x" * 300), create=True)
    assert file.read_text(encoding="utf-8") == "essay"


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"not a database" * 1_000)
    with pytest.raises(LibraryError, match="the library's database is damaged") as caught:
        open_database(tmp_path, create=True)
    assert caught.value.hint.startswith(f"put a copy of {DATABASE_NAME} back")


def test_pages_overwritten_are_found_when_they_are_read(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue, catalogue.replacing("/a.txt", "x") as writer:
        for n in range(200):
            writer.add(*make_outline(f"第{n}篇", "很长的一句话。" * 50))
    file = tmp_path / DATABASE_NAME
    content = bytearray(file.read_bytes())
    content[8_192:] = b"\xff" * (len(content) - 8_192)
    file.write_bytes(content)
    with pytest.raises(LibraryError, match="damaged"), Catalogue.open(tmp_path, create=False) as catalogue:
        list(catalogue.iter_essays())


def test_a_library_of_another_make_is_left_alone(tmp_path: Path) -> None:
    Catalogue.open(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as raw:
        raw.execute("UPDATE settings SET value = '99' WHERE key = 'schema_version'")
    raw.close()
    with pytest.raises(LibraryError, match="was made by schema 99, this program knows schema 1"):
        open_database(tmp_path, create=True)


def test_a_commit_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    engine = open_database(tmp_path, create=True)
    with engine.connect() as connection:
        said = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert said == ["wal", 2]
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.parametrize("name", ["a?mode=ro", "50%25 #1", "文库 甲"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Catalogue.open(tmp_path / name, create=True) as catalogue:
        catalogue.set_setting("encoder", "甲")
    assert (tmp_path / name / DATABASE_NAME).exists()
    with Catalogue.open(tmp_path / name, create=False) as catalogue:
        assert catalogue.setting("encoder") == "甲"


def test_a_library_locked_by_another_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.library.database.BUSY_SECONDS", 0)
    catalogue = Catalogue.open(tmp_path, create=True)
    raw = sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="is being changed by another program") as caught:
        catalogue.set_setting("encoder", "甲")
    assert caught.value.hint == "wait until it has finished, then try again"
    assert catalogue.setting("encoder") == ""
    raw.close()
    catalogue.set_setting("encoder", "甲")
    assert catalogue.setting("encoder") == "甲"


def _open_and_set(folder: Path, key: str, together: Barrier) -> None:
    for n in range(8):
        together.wait(60)
        with Catalogue.open(folder / str(n), create=True) as catalogue:
            catalogue.set_setting(key, "set")


def test_programs_that_make_the_same_library_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    started = [context.Process(target=_open_and_set, args=(tmp_path, key, together)) for key in "甲乙丙"]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    for n in range(8):
        with Catalogue.open(tmp_path / str(n), create=False) as catalogue:
            assert [catalogue.setting(key) for key in "甲乙丙"] == ["set"] * 3


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user can reach; pytest's own can't be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _read_as_other(library: Path, answer: SimpleQueue) -> None:
    """Open, read and try to write as a user who may not write here: nobody if we are root, else ourselves."""
    with tempfile.TemporaryDirectory() as elsewhere:
        Catalogue.open(Path(elsewhere), create=True).close()  # loads what nobody may not read
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    said: list[object] = []
    try:
        with Catalogue.open(library, create=True) as catalogue:
            said.append([head.title for head in catalogue.essays()])
            catalogue.set_setting("encoder", "甲")
    except LibraryError as error:
        said += [str(error), error.hint]
    answer.put(said)


def read_as_other(library: Path) -> list[object]:
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    process = context.Process(target=_read_as_other, args=(library, answer))
    process.start()
    process.join()
    assert process.exitcode == 0
    said: list[object] = answer.get()
    return said


@pytest.mark.parametrize("is_open_elsewhere", [False, True])
def test_a_library_that_can_not_be_written_can_be_read(public_folder: Path, is_open_elsewhere: bool) -> None:
    library = public_folder / "a ?%library"
    catalogue = Catalogue.open(library, create=True)
    with catalogue.replacing("/a.txt", "x") as writer:
        writer.add(*make_outline("河", "河水清清。"))
    if not is_open_elsewhere:
        catalogue.close()
    library.chmod(0o555)
    assert read_as_other(library) == [
        ["河"],
        f"the library {library} can't be written",
        "check the folder's permissions, or choose another --library",
    ]
    catalogue.close()
    library.chmod(0o755)


def test_a_folder_that_can_not_be_written_gets_no_library(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    new = public_folder / "new"
    assert read_as_other(public_folder) == [
        f"the library folder {public_folder} can't be written",
        "choose another: --library DIR",
    ]
    assert read_as_other(new) == [
        f"the library folder {new} can't be used: Permission denied",
        "choose another folder: --library DIR",
    ]
