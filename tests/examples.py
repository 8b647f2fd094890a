"""Essays and questions typed for the tests, and the law that every answer keeps."""

import json
from pathlib import Path
from typing import Any

import numpy as np

NIGHT_SCHOOL = """石桥镇夜校工作总结

一、基本情况
石桥镇夜校开办两年，现有学员312人，开设课程14门。夜校每周二、周四晚上开课。
二、主要做法
一是课程由居民点单，每个季度调整一次。二是教师从退休职工中聘请，每课时补贴80元。三是教室借用学校闲置场地，没有新建一间。
"""
FERRY = """关于渡口改造的建议

一、渡口现状
青石渡口建于1987年，现有渡船3条，每天往返26班，主要运送上学的孩子和赶集的老人。
二、改造意见
建议把木质栈桥换成钢结构栈桥，预算460万元，工期8个月。
"""
LEARNERS = "石桥镇夜校现有学员多少人？"  # 312人
FERRIES = "青石渡口现有几条渡船？"  # 渡船3条


def write_essay(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows), encoding="utf-8")
    return path


def check_laws(row: dict[str, Any], texts: dict[str, str]) -> None:
    """The laws of an answer as a line of JSON: every quote stands where it says, every statement has one."""
    numbers = [citation["number"] for citation in row["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in row["citations"]:
        assert texts[citation["essay_id"]][citation["start"] : citation["end"]] == citation["quote"] != ""
    for passage in row["passages"]:
        assert texts[passage["essay_id"]][passage["start"] : passage["end"]] == passage["text"]
    assert len(row["passages"]) <= 20
    assert all(statement["text"] and statement["citations"] for statement in row["statements"])
    assert {n for statement in row["statements"] for n in statement["citations"]} == set(numbers)
    assert bool(row["statements"]) is (row["refusal"] is None)


def make_model(folder: Path, dimension: int) -> Path:
    """A sentence-transformers model in a folder: each character has a vector of this many numbers, drawn by chance."""
    # Imported here: they take seconds, and few tests need them.
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split

    characters = sorted(set(NIGHT_SCHOOL + FERRY) - set("\n"))
    vocabulary = {character: i for i, character in enumerate(["[UNK]", *characters])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106  no password
    tokenizer.pre_tokenizer = Split("", "isolated")
    weights = np.random.default_rng(0).normal(size=(len(vocabulary), dimension)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(str(folder))
    return folder
