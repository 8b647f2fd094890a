import os
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.essays.read import find_files, read_file


def test_folders_are_walked_and_named_files_taken(tmp_path: Path) -> None:
    for name in [
        "b.txt",
        "a.md",
        "c.DOCX",
        "~$c.docx",
        "d.pdf",
        ".hidden.txt",
        "sub/e.jsonl.gz",
        ".git/f.txt",
        "sub/g.gz",
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_files([tmp_path / "sub", tmp_path, tmp_path / "d.pdf"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["sub/e.jsonl.gz", "a.md", "b.txt", "c.DOCX", "d.pdf"]


def test_a_missing_path_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        find_files([tmp_path / "x"])
    assert caught.value.hint


def test_only_newlines_are_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("甲\r\n乙\r丙\n\u2028丁\x85\t戊　\n".encode("utf-8-sig"))
    (source,) = read_file(path)
    assert source.text == "甲\n乙\n丙\n\u2028丁\x85\t戊　\n"
    assert source.source == str(path)


def test_markdown_keeps_its_text_and_tells_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.MD"
    text = "---\ntitle: 题目\nauthor: 李明\ndate: 2024-05-01\n---\n# 一、目的\n正文。\n"
    path.write_text(text, encoding="gb18030")
    (source,) = read_file(path)
    assert (source.text, source.title, source.author, source.date) == (text, "题目", "李明", "2024-05-01")
    assert [text[mark.start : mark.end] for mark in source.headings] == ["# 一、目的"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t", "no text"),
        ("a.txt", b"\x00\x01\x02\x03binary", "not a text file"),
        ("a.docx", b"text", "not a Word file"),
        ("a.jsonl", b"{}", "line 1"),
        ("a.pdf", b"%PDF", "this kind of file"),
    ],
)
def test_bad_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        list(read_file(path))
    assert name in str(caught.value)
    assert caught.value.hint


def test_missing_large_and_forbidden_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(read_file(tmp_path / "a.txt"))
    large = tmp_path / "large.txt"
    large.touch()
    os.truncate(large, 50_000_001)
    with pytest.raises(InputError, match="too large"):
        list(read_file(large))
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(InputError, match="not a file"):
        list(read_file(folder))
    if os.geteuid() != 0:  # root may read everything
        large.chmod(0)
        os.truncate(tmp_path / "large.txt", 10)
        with pytest.raises(InputError, match="may not read"):
            list(read_file(large))
