"""The question sets themselves: a wrong key fact or a moved span would make every figure measured with them wrong.

The files are decoded here with python-docx and plain codecs, not with the project's reader, so that a fault of the
reader shows as a failing question and not as a question set that agrees with it.
"""

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from docx import Document

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "data" / "essays"
PARTY_SETS = ["party_building.jsonl", "party_building_fresh.jsonl"]
SETS = [*PARTY_SETS, "samples.jsonl"]
TYPES = {
    "factoid",
    "number",
    "list",
    "definition",
    "how",
    "why",
    "who",
    "when",
    "paraphrase",
    "followup",
    "cross_essay",
    "unanswerable",
}
ENCODINGS = ("utf-8-sig", "gb18030")


def read_questions(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def read_plainly(path: Path) -> str:
    if path.suffix == ".docx":
        document = Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16").replace("\r\n", "\n")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path.name} is in none of {ENCODINGS}")


@pytest.mark.parametrize("name", SETS)
def test_every_question_has_the_fields_that_its_kind_needs(name):
    for question in read_questions(name):
        where = question["id"]
        assert question["type"] in TYPES, where
        assert question["answerable"] is (question["type"] != "unanswerable"), where
        assert question["question"] == question["question"].strip() != "", where
        evidence = question.get("gold_spans", question.get("gold_quotes"))
        assert bool(question["key_facts"]) is bool(evidence) is bool(question["source"]) is question["answerable"], (
            where
        )
        assert all(0 < len(fact) <= 15 for fact in question["key_facts"]), where
        assert len(set(question["key_facts"])) == len(question["key_facts"]), where
        assert ("history" in question) is (question["type"] == "followup") or question["type"] == "unanswerable", where


def test_ids_are_unique_over_all_sets():
    ids = Counter(question["id"] for name in SETS for question in read_questions(name))
    assert [name for name, n in ids.items() if n > 1] == []


def test_no_question_is_asked_twice():
    asked = Counter((q["question"], tuple(q.get("history", ()))) for name in SETS for q in read_questions(name))
    assert [question for question, n in asked.items() if n > 1] == []


@pytest.mark.parametrize(
    ("name", "least"), [("party_building.jsonl", 72), ("party_building_fresh.jsonl", 60), ("samples.jsonl", 60)]
)
def test_sets_are_large_and_hold_every_kind(name, least):
    kinds = Counter(question["type"] for question in read_questions(name))
    assert kinds.total() >= least
    assert set(kinds) == TYPES
    assert kinds["unanswerable"] >= 10


def test_sample_quotes_and_key_facts_stand_in_the_sample_essays():
    texts = {path.name: read_plainly(path) for path in SAMPLES.iterdir()}
    for question in read_questions("samples.jsonl"):
        held = [texts[source] for source in question["source"]]
        for quote in question["gold_quotes"]:
            assert sum(text.count(quote) for text in held) == 1, (question["id"], quote)
        for fact in question["key_facts"]:
            assert any(fact in quote for quote in question["gold_quotes"]), (question["id"], fact)
        for text in held:
            assert any(quote in text for quote in question["gold_quotes"]), question["id"]


@pytest.mark.parametrize("name", PARTY_SETS)
def test_key_facts_stand_inside_the_gold_spans(name, shared):
    for question in read_questions(name):
        for source in question["source"]:
            text = (shared / "essays" / source).read_text(encoding="utf-8")
            quotes = [text[start:end] for start, end in question["gold_spans"]]
            assert all(quote.strip() == quote != "" for quote in quotes), question["id"]
            for fact in question["key_facts"]:
                assert any(fact in quote for quote in quotes), (question["id"], fact)


def test_samples_carry_the_encodings_that_their_readme_promises():
    raw = {path.name: path.read_bytes() for path in SAMPLES.iterdir()}
    assert sum(content.startswith(b"\xef\xbb\xbf") for content in raw.values()) == 1
    assert sum(content.startswith(b"\xff\xfe") for content in raw.values()) == 1
    assert sum(path.suffix == ".docx" and zipfile.is_zipfile(path) for path in SAMPLES.iterdir()) == 1
    with pytest.raises(UnicodeDecodeError):
        raw["志愿服务参与度分析.txt"].decode("utf-8")
