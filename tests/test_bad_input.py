"""Whatever a person may hand in: each gets a clear message, and nothing is lost."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Commands
from examples import FERRIES, FERRY, LEARNERS, NIGHT_SCHOOL, make_model, write_essay, write_rows

from rag.library.database import DATABASE_NAME


@pytest.fixture
def essays(tmp_path: Path) -> Path:
    """A folder with one good essay, about the night school."""
    folder = tmp_path / "essays"
    folder.mkdir()
    write_essay(folder, "夜校.txt", NIGHT_SCHOOL)
    return folder


# Questions


@pytest.mark.parametrize("question", ["", "   ", "\u3000\n\t"])
def test_blank_question(rag: Commands, essays: Path, question: str) -> None:
    rag("add", essays)
    assert rag("ask", question) == (2, "", "error: the question is empty\nhint: type a question about the essays\n")


def test_question_of_ten_thousand_characters(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    code, out, err = rag("ask", "夜" * 10_000)
    assert (code, out) == (2, "")
    assert err.startswith("error: the question has 10,000 characters, at most 1,000 are allowed\nhint: ask about one")
    assert "312人" in rag.say(LEARNERS + "请说明。" * 246)  # 997 characters are not too many


@pytest.mark.parametrize(
    "question", ["🙂", "🙂🚀👍🏽🇨🇳", "？！……", "What is the capital of France?", "東京の人口は何人ですか"]
)
def test_question_that_nothing_answers_is_refused(rag: Commands, essays: Path, question: str) -> None:
    rag("add", essays)
    answer = rag.ask(question)
    assert answer["statements"] == []
    assert answer["refusal"]["reason"]


@pytest.mark.parametrize(
    "question",
    [
        "校",
        "1",
        "How many learners does the night school have?",
        "夜間学校の生徒は何人ですか",
        LEARNERS.replace("现", "現"),
    ],
)
def test_odd_question_gets_an_answer_or_a_refusal(rag: Commands, essays: Path, question: str) -> None:
    rag("add", essays)
    answer = rag.ask(question)
    assert answer["question"] == question
    assert [hit["essay_title"] for hit in answer["passages"]][:1] in ([], ["石桥镇夜校工作总结"])


def test_script_in_a_question_stays_a_question(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    question = f"<script>alert(1)</script>{LEARNERS}' OR 1=1 --"
    answer = rag.ask(question)
    assert answer["question"] == question
    assert "312人" in answer["statements"][0]["text"]


@pytest.mark.parametrize(
    "question", ['"', "AND OR NOT", "text:(夜校", "夜校~2^", "/夜校/", "*", "[a TO b]", "+ - && ||"]
)
def test_marks_of_a_query_language_mean_nothing(rag: Commands, essays: Path, question: str) -> None:
    rag("add", essays)
    assert rag.ask(question)["question"] == question


# Files


def test_bad_files_in_a_folder_do_not_stop_the_rest(rag: Commands, essays: Path) -> None:
    (essays / "空.txt").write_bytes(b"")
    (essays / "白.md").write_text(" \n\u3000\n", encoding="utf-8")
    (essays / "图.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (essays / "假.docx").write_text("这不是 Word 文件", encoding="utf-8")
    (essays / "断.txt").symlink_to(essays / "没有.txt")
    (essays / "坏.jsonl").write_text('{"id": "1", "title": "", "text": "好"}\n{"id": 2, "te', encoding="utf-8")
    write_essay(essays, "渡口.txt", FERRY)
    code, out, err = rag("add", essays)
    assert (code, out) == (1, "2 essays added, 0 files unchanged, 6 files failed\n")
    errors = dict(line.removeprefix("error: ").split(": ", 1) for line in err.splitlines() if line.startswith("error"))
    assert errors == {
        str(essays / "空.txt"): "the file is empty",
        str(essays / "白.md"): "there is no text in it",
        str(essays / "图.txt"): "not a text file",
        str(essays / "假.docx"): "not a Word file (.docx), or damaged",
        str(essays / "没有.txt"): "not a file",
        f"{essays / '坏.jsonl'}, line 2": "not JSON",
    }
    assert err.count("hint: ") == 6
    assert sorted(rag.titles()) == ["关于渡口改造的建议", "石桥镇夜校工作总结"]
    assert "312人" in rag.say(LEARNERS)
    assert rag("add", essays / "空.txt", essays / "图.txt")[0] == 2


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read")
def test_file_that_cannot_be_read(rag: Commands, essays: Path) -> None:
    (essays / "内存.txt").symlink_to("/proc/self/mem")  # not even root can read its first byte
    code, out, err = rag("add", essays)
    assert (code, out) == (1, "1 essays added, 0 files unchanged, 1 files failed\n")
    assert err.startswith(f"error: /proc/{os.getpid()}/mem: Input/output error\nhint: ")


def test_what_is_no_file(rag: Commands, essays: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管.txt")
    code, _, err = rag("add", tmp_path / "管.txt", tmp_path / "无.txt", essays / "夜校.txt", "/dev/null")
    assert code == 1
    assert err == (
        f"error: {tmp_path / '无.txt'}: no such file or folder\nhint: Check the path, or quote it if it has spaces.\n"
        f"error: {tmp_path / '管.txt'}: not a file\nhint: name a file, or a folder to add all files in it\n"
        "error: /dev/null: not a file\nhint: name a file, or a folder to add all files in it\n"
    )
    assert rag.titles() == ["石桥镇夜校工作总结"]


def test_same_essay_in_two_files_is_kept_twice_with_a_note(rag: Commands, essays: Path) -> None:
    shutil.copy(essays / "夜校.txt", essays / "副本.txt")
    code, out, err = rag("add", essays)
    assert (code, out) == (0, "2 essays added, 0 files unchanged, 0 files failed\n")
    title, copy = "石桥镇夜校工作总结", essays / "副本.txt"
    assert err == f"note: {essays / '夜校.txt'}: 《{title}》 has the same text as {copy}; both are kept\n"
    assert rag("add", essays)[1:] == ("0 essays added, 2 files unchanged, 0 files failed\n", "")
    # The answer says it once, and is still there when one of the two goes.
    assert rag.say(LEARNERS).count("312人") == 1
    rag("remove", "--source", essays / "副本.txt")
    assert rag.say(LEARNERS).count("312人") == 1


def test_same_row_twice(rag: Commands, tmp_path: Path) -> None:
    row = {"id": "a", "title": "夜校", "text": NIGHT_SCHOOL}
    path = write_rows(tmp_path / "rows.jsonl", row, row, row)
    code, out, err = rag("add", path)
    assert (code, out) == (0, "1 essays added, 0 files unchanged, 0 files failed\n")
    assert err == f"note: {path}: 2 essays stand in it twice and were kept once\n"
    write_rows(path, row, row | {"text": FERRY})
    code, _, err = rag("add", path)
    assert code == 2
    assert err.startswith(f"error: {path}, line 2: the id 'a' was used before\nhint: ")
    assert "312人" in rag.say(LEARNERS)  # the rows of before are still there


def test_two_essays_of_one_title(rag: Commands, tmp_path: Path) -> None:
    rows = [{"id": "a", "title": "工作总结", "text": NIGHT_SCHOOL}, {"id": "b", "title": "工作总结", "text": FERRY}]
    rag("add", write_rows(tmp_path / "rows.jsonl", *rows))
    ids = {essay["source"][-1]: essay["id"] for essay in rag.export()}
    assert set(ids) == {"a", "b"}
    assert {c["essay_id"] for c in rag.ask(LEARNERS)["citations"]} == {ids["a"]}
    assert {c["essay_id"] for c in rag.ask(FERRIES)["citations"]} == {ids["b"]}


def test_markup_in_an_essay_is_text(rag: Commands, tmp_path: Path) -> None:
    text = "一、情况\n<script>alert('x')</script>夜校学员登记为312人，<b>教室</b>&nbsp;14间。\n"
    row = {"id": "1", "title": "<img src=x onerror=alert(1)>夜校登记", "text": text}
    rag("add", write_rows(tmp_path / "rows.jsonl", row))
    assert [(essay["title"], essay["text"]) for essay in rag.export()] == [(row["title"], text)]
    answer = rag.ask("夜校学员登记为多少人？")
    assert "312人" in answer["statements"][0]["text"]
    assert answer["citations"][0]["essay_title"] == row["title"]


def test_half_a_pair_of_utf16_in_a_row(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rows = [{"id": "1", "title": "", "text": FERRY}, {"id": "2", "title": "", "text": "夜校\ud800"}]
    path = write_rows(tmp_path / "rows.jsonl", *rows)
    code, out, err = rag("add", path, essays)
    assert (code, out) == (1, "1 essays added, 0 files unchanged, 1 files failed\n")
    assert err.startswith(f'error: {path}, line 2: "text" holds characters that are no text\n')
    assert rag.titles() == ["石桥镇夜校工作总结"]


# Changes


def test_removed_essay_never_answers_again(rag: Commands, essays: Path) -> None:
    write_essay(essays, "渡口.txt", FERRY)
    rag("add", essays)
    assert "3条" in rag.say(FERRIES)
    assert rag("remove", "--source", essays / "渡口.txt") == (0, "1 essays removed\n", "")
    answer = rag.ask(FERRIES)
    assert answer["statements"] == []
    assert {hit["essay_title"] for hit in answer["passages"]} <= {"石桥镇夜校工作总结"}
    assert rag("doctor") == (0, "the library is sound\n", "")
    rag("add", essays)
    assert "3条" in rag.say(FERRIES)


def test_changed_file_replaces_what_it_held(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    write_essay(essays, "夜校.txt", NIGHT_SCHOOL.replace("312人", "498人"))
    assert rag("add", essays) == (0, "1 essays added, 0 files unchanged, 0 files failed\n", "")
    assert "498人" in rag.say(LEARNERS)
    assert [essay["text"].count("312人") for essay in rag.export()] == [0]


def test_file_that_turned_bad_leaves_its_essays(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    (essays / "夜校.txt").write_bytes(b"\x00\x01\x02" * 99)
    assert rag("add", essays)[0] == 2
    assert "312人" in rag.say(LEARNERS)


# The library


def test_library_that_is_a_file(rag: Commands, essays: Path) -> None:
    rag.library.write_text("my notes", encoding="utf-8")
    for command in (("add", essays), ("list",), ("ask", LEARNERS)):
        code, out, err = rag(*command)
        assert (code, out) == (2, "")
        assert err == f"error: {rag.library} is a file, not a library folder\nhint: name a folder: --library DIR\n"
    assert rag.library.read_text(encoding="utf-8") == "my notes"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that not even root can write")
def test_library_where_nothing_can_be_made(rag: Commands, essays: Path) -> None:
    code, out, err = rag("add", essays, "--library", "/proc/self/library")
    assert (code, out) == (2, "")
    assert err.startswith("error: the library folder /proc/self/library can't be used: ")
    assert err.endswith("\nhint: choose another folder: --library DIR\n")


def lock_folder(folder: Path) -> list[str]:
    """Make a folder read-only; returns what is to be written before a command for that."""
    if os.geteuid():
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        return []
    # Permissions do not bind root, but a read-only mount does, seen by the command alone.
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    before = ["unshare", "--mount", "sh", "-c", mount, str(folder)]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*before, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("root can't make a read-only mount here")
    return before


def test_read_only_library_answers_but_does_not_change(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays)
    files = {path: path.read_bytes() for path in rag.library.rglob("*") if path.is_file()}
    before = lock_folder(rag.library)

    def run(*arguments: object) -> tuple[int, str, str]:
        command = [*before, sys.executable, "-m", "rag", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        return done.returncode, done.stdout, done.stderr

    code, out, err = run("ask", LEARNERS)
    assert (code, err) == (0, "")
    assert "312人" in out
    assert run("list")[1].count("\n") == 1
    for change in (("add", write_essay(tmp_path, "渡口.txt", FERRY)), ("remove", "--source", essays)):
        code, out, err = run(*change)
        assert (code, out) == (2, "")
        assert err == (
            f"error: the library {rag.library} can't be written\n"
            "hint: check the folder's permissions, or choose another --library\n"
        )
    assert {path: path.read_bytes() for path in rag.library.rglob("*") if path.is_file()} == files


def test_damaged_database_is_reported_and_left_alone(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    file = rag.library / DATABASE_NAME
    file.write_bytes(b"not a database at all" * 500)
    before = file.read_bytes()
    for command in (("add", essays), ("list",), ("ask", LEARNERS), ("doctor", "--repair"), ("reindex",)):
        code, out, err = rag(*command)
        assert (code, out) == (2, "")
        assert err.startswith("error: the library's database is damaged: ")
        assert f"hint: put a copy of {DATABASE_NAME} back into {rag.library}, " in err
    assert file.read_bytes() == before


def test_library_of_a_newer_version_is_left_alone(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    with sqlite3.connect(rag.library / DATABASE_NAME) as connection:
        connection.execute("UPDATE settings SET value = '99' WHERE key = 'schema_version'")
    connection.close()
    for command in (("add", essays), ("list",), ("ask", LEARNERS), ("doctor", "--repair")):
        code, out, err = rag(*command)
        assert (code, out) == (2, "")
        assert "was made by schema 99, this program knows schema 1\nhint: use the version of the program" in err


@pytest.mark.parametrize(
    "lost", ["index", "index/current", "index/*/vectors", "index/*/lexical", "index/*/manifest.json"]
)
def test_lost_index_is_made_anew(rag: Commands, essays: Path, lost: str) -> None:
    rag("add", essays)
    for path in rag.library.glob(lost):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    code, out, _ = rag("doctor")
    assert (code, out) == (1, "problem: the search index is missing or damaged\n")
    assert "312人" in rag.say(LEARNERS)
    assert rag("doctor") == (0, "the library is sound\n", "")


def test_doctor_mends_a_damaged_index(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    (vectors,) = rag.library.glob("index/*/vectors")
    vectors.write_bytes(b"\x00" * vectors.stat().st_size)
    assert rag("doctor", "--repair")[:2] == (
        0,
        "mended: the search index is missing or damaged\nthe library is sound\n",
    )
    assert rag("doctor") == (0, "the library is sound\n", "")


def test_crash_between_the_essays_and_their_index(rag: Commands, essays: Path, tmp_path: Path) -> None:
    """The index is put back to what it was before an addition and a removal, as a crash would leave it."""
    rag("add", essays)
    shutil.copytree(rag.library / "index", tmp_path / "before")
    rag("remove", "--source", essays)
    rag("add", write_essay(tmp_path, "渡口.txt", FERRY))
    shutil.rmtree(rag.library / "index")
    shutil.copytree(tmp_path / "before", rag.library / "index")
    n = 3  # passages of either essay: its title, its two sections
    assert rag("doctor")[:2] == (
        1,
        f"problem: {n} passages are missing from the search index\n"
        f"problem: {n} passages of removed essays are still in the search index\n",
    )
    assert rag.ask(LEARNERS)["statements"] == []
    assert "3条" in rag.say(FERRIES)
    assert rag("doctor") == (0, "the library is sound\n", "")


# Encoders


def test_encoder_that_is_not_there(rag: Commands, essays: Path, tmp_path: Path) -> None:
    code, out, err = rag("add", essays, "--encoder", tmp_path / "none")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: there is no encoder in {tmp_path / 'none'}\nhint: name the folder of a ")
    assert rag.titles() == []
    assert rag("add", essays)[0] == 0  # the embedded one serves


def test_folder_that_is_no_encoder(rag: Commands, essays: Path) -> None:
    code, out, err = rag("add", essays, "--encoder", essays)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: the encoder {essays} can't be loaded: ")
    assert rag.titles() == []


def test_two_encoders_are_never_mixed(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays)
    small = make_model(tmp_path / "small", 32)
    for command in (("add", write_essay(tmp_path, "渡口.txt", FERRY)), ("ask", FERRIES)):
        code, out, err = rag(*command, "--encoder", small)
        assert (code, out) == (2, "")
        assert err == (
            f"error: the library's vectors were made by the encoder 'embedded', not '{small}'\n"
            f"hint: leave --encoder out, or change the library's encoder: rag reindex --encoder {small}\n"
        )
    assert rag("reindex", "--encoder", small) == (0, "3 passages indexed\n", "")
    assert rag("add", tmp_path / "渡口.txt")[0] == 0  # the library remembers its encoder
    assert "312人" in rag.say(LEARNERS)
    assert "3条" in rag.say(FERRIES)


def test_encoder_that_was_moved_or_exchanged(rag: Commands, essays: Path, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 32)
    assert rag("add", essays, "--encoder", model)[0] == 0
    shutil.rmtree(model)
    assert rag("ask", LEARNERS)[2].startswith(f"error: there is no encoder in {model}\n")
    assert rag.titles() == ["石桥镇夜校工作总结"]  # what needs no vectors still works
    make_model(model, 16)
    code, _, err = rag("ask", LEARNERS)
    assert code == 2
    assert err.startswith("error: the library's vectors were made by another encoder: ")
    assert ", 32 numbers each, where this one is " in err
    assert ", 16\nhint: vectors of two encoders can't be mixed: " in err
    assert rag("reindex")[:2] == (0, "3 passages indexed\n")
    assert "312人" in rag.say(LEARNERS)
    shutil.rmtree(model)
    assert rag("remove", "--source", essays)[:2] == (0, "1 essays removed\n")
    assert rag("reindex", "--encoder", "embedded")[:2] == (0, "0 passages indexed\n")


def test_embedded_encoder_of_another_version_of_the_package(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    (manifest,) = rag.library.glob("index/*/manifest.json")
    said = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(said | {"encoder": "0123456789abcdef:256"}), encoding="utf-8")
    assert "312人" in rag.say(LEARNERS)
    assert rag("doctor") == (0, "the library is sound\n", "")


# The page


def test_port_that_is_taken(library: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "rag", "serve", "--port", str(port), "--library", str(library)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: port {port} of 127.0.0.1 can't be used\nhint: choose another: --port PORT\n"


@pytest.mark.parametrize("port", ["-1", "0", "70000", "ten", "７８６０x", "9" * 5_000])
def test_port_that_is_none(rag: Commands, port: str) -> None:
    code, out, err = rag("serve", f"--port={port}")
    assert (code, out) == (2, "")
    assert err == (
        f"error: argument --port: {port!r} is no port; a port is a number from 1 to 65535\nhint: rag serve --help\n"
    )


def test_json_of_every_answer_is_one_line(rag: Commands, tmp_path: Path) -> None:
    text = "一、情况\n夜校学员\u2028登记为312人，\x85教室14间。\n"
    rag("add", write_rows(tmp_path / "rows.jsonl", {"id": "1", "title": "夜校登记", "text": text}))
    out = rag("ask", "夜校学员登记为多少人？", "--json")[1]
    assert out.count("\n") == 1
    assert json.loads(out)["passages"][0]["text"] in text
