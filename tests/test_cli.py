"""The contract of the `rag` command: its commands, its JSON, its exit codes, its errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Commands
from examples import FERRY, LEARNERS, NIGHT_SCHOOL, check_laws, write_essay


@pytest.fixture
def essays(tmp_path: Path) -> Path:
    folder = tmp_path / "essays"
    folder.mkdir()
    write_essay(folder, "夜校.txt", NIGHT_SCHOOL)
    write_essay(folder, "渡口.txt", FERRY)
    return folder


def read_rows(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_add_ask_list_export_remove(rag: Commands, essays: Path, tmp_path: Path) -> None:
    assert rag("add", essays) == (0, "2 essays added, 0 files unchanged, 0 files failed\n", "")
    assert rag("add", essays) == (0, "0 essays added, 2 files unchanged, 0 files failed\n", "")

    code, out, err = rag("list", "--json")
    heads = {row["title"]: row for row in read_rows(out)}
    assert (code, err, set(heads)) == (0, "", {"石桥镇夜校工作总结", "关于渡口改造的建议"})
    school = heads["石桥镇夜校工作总结"]
    assert set(school) == {"id", "title", "author", "date", "source", "characters", "sections"}
    assert school["source"] == str(essays / "夜校.txt")
    assert (school["characters"], school["sections"]) == (len(NIGHT_SCHOOL), 2)

    code, out, err = rag("export", "--out", tmp_path / "out.jsonl")
    assert (code, out, err) == (0, "", "")
    exported = read_rows((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert all(list(row) == ["id", "title", "author", "date", "source", "text"] for row in exported)
    assert {row["text"] for row in exported} == {NIGHT_SCHOOL, FERRY}
    assert list(tmp_path.glob("*.part")) == []

    code, out, err = rag("ask", LEARNERS, "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    answer = json.loads(out)
    assert list(answer) == ["id", "question", "statements", "citations", "passages", "refusal", "seconds"]
    assert (answer["question"], answer["refusal"]) == (LEARNERS, None)
    assert "312人" in answer["statements"][0]["text"]
    assert set(answer["statements"][0]) == {"text", "citations"}
    cited = answer["citations"][0]
    assert list(cited) == ["number", "essay_id", "essay_title", "section", "start", "end", "quote", "support"]
    assert (cited["essay_id"], cited["essay_title"], cited["section"]) == (
        school["id"],
        school["title"],
        ["一、基本情况"],
    )
    assert list(answer["passages"][0]) == ["essay_id", "essay_title", "section", "start", "end", "text", "score"]
    check_laws(answer, {row["id"]: row["text"] for row in exported})

    assert rag("remove", school["id"]) == (0, "1 essays removed\n", "")
    assert rag("remove", "--source", essays) == (0, "1 essays removed\n", "")
    assert rag("list") == (0, "", "")
    assert rag("doctor") == (0, "the library is sound\n", "")


def test_ask_in_words(rag: Commands, essays: Path) -> None:
    rag("add", essays / "夜校.txt")
    code, out, err = rag("ask", LEARNERS)
    assert (code, err) == (0, "")
    said, place = out.rstrip("\n").split("\n\n")
    assert "312人" in said
    assert said.endswith("[1]")
    assert place.startswith("[1] 石桥镇夜校工作总结 › 一、基本情况（")


def test_a_refusal_names_the_nearest_and_cites_nothing(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    code, out, _ = rag("ask", "量子计算机的纠错码是什么？", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["statements"] == answer["citations"] == []
    assert set(answer["refusal"]) == {"reason", "nearest"}
    assert answer["refusal"]["reason"]
    assert all(set(near) == {"essay_id", "essay_title", "section"} for near in answer["refusal"]["nearest"])
    assert rag("ask", "量子计算机的纠错码是什么？")[1].startswith("未找到依据：")


def test_batch_keeps_ids_order_and_history(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays)
    measures = "石桥镇夜校的主要做法有哪些？"
    rows = [
        {"id": "a", "question": LEARNERS},
        {"id": "b", "question": "那第二点呢？", "history": [measures]},
        {"id": "c", "question": "  "},
        {"question": measures},
    ]
    asked = tmp_path / "asked.jsonl"
    # A byte order mark, a blank line and no newline at the end: as editors leave them.
    asked.write_bytes(b"\xef\xbb\xbf" + "\n\n".join(json.dumps(row) for row in rows).encode())
    assert rag("ask", "--batch", asked, "--out", tmp_path / "answers.jsonl") == (0, "", "")
    answers = read_rows((tmp_path / "answers.jsonl").read_text(encoding="utf-8"))
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "7"]
    assert "退休职工" in "".join(s["text"] for s in answers[1]["statements"])
    assert "居民点单" not in "".join(s["text"] for s in answers[1]["statements"])
    assert answers[2]["refusal"] == {"reason": "the question is empty", "nearest": []}
    assert len(answers[3]["statements"]) == 3


def test_bad_lines_of_a_batch_are_named_and_the_rest_answered(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays)
    asked, answered = tmp_path / "asked.jsonl", tmp_path / "answers.jsonl"
    good = json.dumps({"id": "\ud800", "question": LEARNERS}).encode()
    bad = [b"not json", b'"a string"', b'{"id": "x"}', b'{"question": 7}', b'{"question": "?", "history": "x"}']
    bad += [b'{"question": "?", "history": [1]}', b"\xff\xfe", b"[" * 100_000, b'{"question": "\\udc00"}']
    asked.write_bytes(b"\n".join([*bad, good]))
    code, out, err = rag("ask", "--batch", asked, "--out", answered)
    assert (code, out) == (1, "")
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert errors == [f"error: {asked}, line {n}: not a question" for n in range(1, 9)]
    answers = read_rows(answered.read_text(encoding="utf-8"))
    assert [answer["id"] for answer in answers] == ["9", "\ud800"]
    assert answers[0]["refusal"]["reason"] == "the question holds characters that are no text"
    assert "312人" in answers[1]["statements"][0]["text"]
    asked.write_bytes(bad[0])
    assert rag("ask", "--batch", asked, "--out", answered)[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("add",),
        ("ask",),
        ("ask", "甲", "--batch", "in.jsonl"),
        ("ask", "--batch", "in.jsonl"),
        ("ask", "甲", "--out", "out.jsonl"),
        ("remove",),
        ("remove", "x", "--source", "y"),
        ("export",),
        ("list", "--yaml"),
        ("serve", "--port", "ten"),
    ],
)
def test_wrong_use_says_what_to_do(rag: Commands, arguments: tuple[str, ...]) -> None:
    code, _, err = rag(*arguments)
    assert code == 2
    lines = err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "hint"]
    assert lines[1].startswith("hint: rag")


@pytest.mark.parametrize("command", [("list",), ("ask", LEARNERS), ("export", "--out", "/dev/null"), ("remove", "x")])
def test_an_empty_machine_is_told_to_add_essays(rag: Commands, command: tuple[str, ...], tmp_path: Path) -> None:
    code, out, err = rag(*command)
    assert (code, out) == (2, "")
    assert err == (
        f"error: there is no library in {tmp_path / 'library'}\nhint: add essays first: rag add FILE_OR_FOLDER\n"
    )
    assert not (rag.library).exists()


def test_library_option_beats_the_environment(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays / "夜校.txt", "--library", tmp_path / "other")
    assert rag("list", "--library", tmp_path / "other")[1].count("\n") == 1
    assert rag("list")[0] == 2


def test_remove_of_what_is_not_there(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    hint = "hint: rag list --json shows ids and sources\n"
    assert rag("remove", "no-such-id") == (2, "", f"error: the library holds nothing from 'no-such-id'\n{hint}")
    assert rag("remove", "") == (2, "", f"error: the library holds nothing from ''\n{hint}")
    assert rag("remove", "--source", "") == (2, "", f"error: the library holds nothing from ''\n{hint}")
    assert rag("list")[1].count("\n") == 2


def test_export_that_fails_leaves_the_last_one(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays / "夜校.txt")
    code, _, err = rag("export", "--out", tmp_path / "no" / "out.jsonl")
    assert code == 2
    assert err.startswith("error: No such file or directory: ")
    rag("export", "--out", tmp_path / "out.jsonl")
    before = (tmp_path / "out.jsonl").read_bytes()
    (rag.library / "library.sqlite3").write_bytes(b"x" * 100_000)
    assert rag("export", "--out", tmp_path / "out.jsonl")[0] == 2
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_control_characters_do_not_reach_the_terminal(rag: Commands, tmp_path: Path) -> None:
    row = {"id": "1", "title": "夜校\x1b[31m红", "text": NIGHT_SCHOOL}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert rag("add", tmp_path / "rows.jsonl")[0] == 0
    assert "夜校\ufffd[31m红" in rag("list")[1]
    assert json.loads(rag("list", "--json")[1])["title"] == "夜校\x1b[31m红"


def run_process(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | environment,
        check=False,
    )


def test_module_is_the_command() -> None:
    done = run_process("-m", "rag", "--help")
    assert done.returncode == 0
    names = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ") and line[4] != " "]
    assert names == ["add", "remove", "list", "ask", "export", "reindex", "doctor", "serve"]


def test_what_needs_no_vectors_loads_no_encoder(rag: Commands, essays: Path, tmp_path: Path) -> None:
    rag("add", essays)
    essay_id = json.loads(rag("list", "--json")[1].splitlines()[0])["id"]
    commands = [["list"], ["export", "--out", os.devnull], ["remove", essay_id], ["ask", " "]]
    check = f"import sys; from rag.cli import main; print([main(c) for c in {commands!r}], 'torch' in sys.modules)"
    done = run_process("-c", check)
    assert done.stdout.splitlines()[-1] == "[0, 0, 0, 2] False"
    assert rag("doctor") == (0, "the library is sound\n", "")


def test_a_reader_that_leaves_and_bytes_that_are_no_text(rag: Commands, essays: Path) -> None:
    rag("add", essays)
    command = f"{sys.executable} -m rag list --json | head -c 1; {sys.executable} -m rag ask $'\\xff\\xfe'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert done.stdout == "{"
    assert done.stderr == "error: the question holds characters that are no text\nhint: type it in UTF-8\n"
