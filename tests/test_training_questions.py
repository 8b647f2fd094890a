"""The training questions: a question without its answer's place, or one that a test set asks, spoils every weight."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "check_training.py"
SPEC = importlib.util.spec_from_file_location("check_training", SCRIPT)
check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check)

LAW = {
    "id": "t1",
    "question": "几天内办？",
    "type": "number",
    "answerable": True,
    "file": "laws.jsonl.gz",
    "ref": "law-7",
    "article": 2,
    "start": 4,
    "end": 7,
}


def test_every_question_has_the_fields_of_its_kind():
    faults = [
        f"{where}: {fault}"
        for where, question in check.read_questions(check.QUESTIONS)
        for fault in check.find_field_faults(question)
    ]
    assert faults == []


def test_no_id_or_question_is_used_twice_or_asked_by_a_test_set():
    questions = [question for _, question in check.read_questions(check.QUESTIONS)]
    assert list(check.find_repeats(questions, check.TEST_SETS)) == []


@pytest.mark.parametrize(("name", "least"), [("laws", 900), ("samples", 350)])
def test_sets_are_large_and_hold_every_kind(name, least):
    rows = [row for where, row in check.read_questions(check.QUESTIONS) if where.startswith(f"questions-{name}.")]
    assert len(rows) >= least
    assert {row["type"] for row in rows} == check.TYPES
    share = sum(not row["answerable"] for row in rows) / len(rows)
    assert 0.15 <= share <= 0.25


def test_spans_of_the_sample_essays_lie_in_their_texts(tmp_path):
    numbered = [(where, row) for where, row in check.read_questions(check.QUESTIONS) if where.startswith("questions-s")]
    texts = check.read_texts([row for _, row in numbered], tmp_path)
    assert [(where, fault) for where, row in numbered for fault in check.find_place_faults(row, texts)] == []


def test_every_span_lies_in_its_text(shared):
    numbered = list(check.read_questions(check.QUESTIONS))
    texts = check.read_texts([row for _, row in numbered], shared / "data" / "train")
    assert [(where, fault) for where, row in numbered for fault in check.find_place_faults(row, texts)] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "quantity"}, "unknown type or register"),
        ({"register": "slang"}, "unknown type or register"),
        ({"answerable": False}, "answerable does not agree with the type"),
        ({"question": " 几天内办？"}, "blank or untrimmed question"),
        ({"type": "followup"}, "a follow-up without history"),
        ({"type": "cross_essay"}, "a comparison with one side"),
        ({"type": "list"}, "a list without spans"),
        ({"start": 7}, "no span, or an empty one"),
        ({"file": "news.jsonl.gz"}, "laws have an article, other files have none"),
        ({"file": "cmrc2018_train.jsonl.gz"}, "unknown file cmrc2018_train.jsonl.gz"),
        ({"type": "unanswerable", "answerable": False}, "an answer to an unanswerable question"),
    ],
)
def test_a_faulty_question_is_named(change, fault):
    assert fault in list(check.find_field_faults({**LAW, **change}))


def test_a_sound_question_has_no_faults():
    assert list(check.find_field_faults(LAW)) == []


@pytest.mark.parametrize(("text", "sound"), [("应当在三日内办结", True), ("应当在三", False), ("应当在三　 \n", False)])
def test_a_span_must_lie_in_its_text_and_hold_more_than_blanks(text, sound):
    texts = {("laws.jsonl.gz", "law-7", 2): text}
    assert (list(check.find_place_faults(LAW, texts)) == []) is sound


def test_repeats_are_named():
    faults = list(check.find_repeats([LAW, LAW], check.TEST_SETS))
    assert faults == ["id t1 is used 2 times", "asked 2 times: ('几天内办？', ())"]
