import gzip
import itertools
import json
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.essays.jsonl import read_rows
from rag.records import SourceText


def test_rows_become_source_texts(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl"
    rows = [
        {"id": "a", "title": " 题目 ", "text": "甲\r\n乙\r丙\u2028丁", "author": "李明", "date": "2024-05-01"},
        {"id": 7, "title": None, "text": "正文"},
        {"id": "空", "title": "空", "text": " \n"},
    ]
    path.write_text("\ufeff" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert list(read_rows(path)) == [
        SourceText(f"{path}#a", "甲\n乙\n丙\u2028丁", title="题目", author="李明", date="2024-05-01"),
        SourceText(f"{path}#7", "正文"),
    ]


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl.gz"
    good = json.dumps({"id": "1", "title": "", "text": "好"}).encode() + b"\n"
    path.write_bytes(gzip.compress(good + b"{broken\n"))
    assert [row.text for row in itertools.islice(read_rows(path), 1)] == ["好"]
    with pytest.raises(InputError, match="line 2: not JSON"):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[1]", "not a JSON object"),
        (b'{"id": "1"}', '"text" is missing'),
        (b'{"text": "x"}', '"id" is missing'),
        (b'{"id": true, "text": "x"}', '"id" is missing'),
        (b'{"id": "1", "text": "\\u0000"}', "no text"),
        (b'{"id": "1", "text": "\\ud800"}', "no text"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"id": "0", "text": "x"}', "used before"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: bytes, said: str) -> None:
    path = tmp_path / "essays.jsonl"
    path.write_bytes(b'{"id": "0", "title": "", "text": "y"}\n' + line + b"\n")
    with pytest.raises(InputError, match=f"line 2: .*{said}") as caught:
        list(read_rows(path))
    assert caught.value.hint


def test_cut_off_gzip_data(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"id": "1", "text": "字" * 999}).encode())[:-9])
    with pytest.raises(InputError, match="gzip"):
        list(read_rows(path))
