"""Check the training questions: data/training/questions-*.jsonl.

    check_training.py SHARED_TRAIN_DIR [--questions DIR]

SHARED_TRAIN_DIR holds laws.jsonl.gz and news.jsonl.gz, whose texts are not part of the project; the sample essays
are. Every line must have the fields of its kind, ids and questions must be unique over all files and absent from the
test sets, and every span must lie inside its text and hold more than white space. Faults go to standard error, one a
line; the exit code is 1 if there are any. The format is described in data/training/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "data" / "training"
TEST_SETS = ROOT / "tests" / "questions"
ESSAYS = "data/essays/"
ROWS = ("laws.jsonl.gz", "news.jsonl.gz")
TYPES = frozenset(
    {"factoid", "number", "list", "definition", "how", "why", "who", "when"}
    | {"paraphrase", "followup", "cross_essay", "unanswerable"}
)
REGISTERS = frozenset({"typo", "traditional", "abbreviation"})
REQUIRED = frozenset({"id", "question", "type", "answerable", "file", "ref"})
OPTIONAL = frozenset({"history", "register", "article", "start", "end", "spans", "also"})
PLACE = frozenset({"file", "ref", "start", "end"})

Row = dict[str, Any]


def read_questions(folder: Path) -> Iterator[tuple[str, Row]]:
    """(FILE:LINE, question) of every line, files in order of their names."""
    for path in sorted(folder.glob("questions-*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.name}:{number}", json.loads(line)


def read_essay(path: Path) -> str:
    """A sample essay as its offsets count it: decoded, newlines normalised; a Word file's paragraphs, no tables."""
    if path.suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def list_places(question: Row) -> list[Row]:
    """The places a question points to: its own first, then those under `also`."""
    return [question, *question.get("also", [])]


def find_field_faults(question: Row) -> Iterator[str]:
    """What is wrong with the fields of one question, without its text."""
    names = set(question)
    if names - REQUIRED - OPTIONAL or REQUIRED - names:
        yield f"fields are {sorted(names)}"
        return
    if question["type"] not in TYPES or question.get("register", "typo") not in REGISTERS:
        yield "unknown type or register"
    if question["answerable"] is not (question["type"] != "unanswerable"):
        yield "answerable does not agree with the type"
    asked = [question["question"], *question.get("history", [])]
    if any(not text or text != text.strip() for text in asked):
        yield "blank or untrimmed question"
    if question["type"] == "followup" and not question.get("history"):
        yield "a follow-up without history"
    if question["type"] == "cross_essay" and not {"spans", "also"} & set(question):
        yield "a comparison with one side"
    yield from find_span_field_faults(question)


def find_span_field_faults(question: Row) -> Iterator[str]:
    """What is wrong with the fields that say where the answer stands."""
    if not question["answerable"]:
        if {"start", "end", "spans", "also"} & set(question):
            yield "an answer to an unanswerable question"
        return
    for place in list_places(question):
        if PLACE - set(place) or not 0 <= place["start"] < place["end"]:
            yield "no span, or an empty one"
        elif not (place["file"] in ROWS or place["file"].startswith(ESSAYS)):
            yield f"unknown file {place['file']}"
        elif ("article" in place) is not (place["file"] == "laws.jsonl.gz"):
            yield "laws have an article, other files have none"
    if question["type"] == "list" and not {"spans", "also"} & set(question):
        yield "a list without spans"


def find_repeats(questions: list[Row], test_sets: Path) -> Iterator[str]:
    """Ids used twice, questions asked twice, and questions that a test set asks."""
    for name, count in Counter(question["id"] for question in questions).items():
        if count > 1:
            yield f"id {name} is used {count} times"
    asked = Counter((question["question"], tuple(question.get("history", ()))) for question in questions)
    for key, count in asked.items():
        if count > 1:
            yield f"asked {count} times: {key}"
    for path in sorted(test_sets.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            test = json.loads(line)
            if (test["question"], tuple(test.get("history", ()))) in asked:
                yield f"{test['id']} of {path.name} is a training question"


def read_texts(questions: list[Row], train: Path) -> dict[tuple[str, str, int | None], str]:
    """The texts pointed to, by (file, ref, article); a sample essay's by (file, "", None)."""
    wanted = {(place["file"], place["ref"]) for question in questions for place in list_places(question)}
    texts: dict[tuple[str, str, int | None], str] = {}
    for name in sorted({file for file, _ in wanted}):
        if name.startswith(ESSAYS):
            texts[name, "", None] = read_essay(ROOT / name)
            continue
        with gzip.open(train / name, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if (name, row["id"]) not in wanted:
                    continue
                if "text" in row:
                    texts[name, row["id"], None] = row["text"]
                for number, article in enumerate(row.get("articles", [])):
                    texts[name, row["id"], number] = article["text"]
    return texts


def find_place_faults(question: Row, texts: dict[tuple[str, str, int | None], str]) -> Iterator[str]:
    """What is wrong with the spans of one question, looked up in its texts."""
    for place in list_places(question):
        essay = place["file"].startswith(ESSAYS)
        text = texts.get((place["file"], "" if essay else place["ref"], place.get("article")))
        if text is None or (essay and place["ref"].replace(" ", "") not in text.replace(" ", "")):
            yield f"no text for {place['file']} {place['ref']} {place.get('article', '')}"
            continue
        spans = place.get("spans", [])
        if "start" in place:
            spans = [*spans, [place["start"], place["end"]]]
        if any(not 0 <= start < end <= len(text) or not text[start:end].strip() for start, end in spans):
            yield f"a span is blank or outside its text: {spans}"


def main() -> int:
    """Check every file; prints the number of questions of each kind."""
    parser = argparse.ArgumentParser(description="Check the training questions.")
    parser.add_argument("train", type=Path, metavar="SHARED_TRAIN_DIR")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, metavar="DIR")
    options = parser.parse_args()
    numbered = list(read_questions(options.questions))
    questions = [question for _, question in numbered]
    faults = [f"{where}: {fault}" for where, question in numbered for fault in find_field_faults(question)]
    if not faults:
        texts = read_texts(questions, options.train)
        faults = [f"{where}: {fault}" for where, question in numbered for fault in find_place_faults(question, texts)]
        faults.extend(find_repeats(questions, TEST_SETS))
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    kinds = Counter(question["type"] for question in questions)
    print(f"{len(questions)} questions:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
