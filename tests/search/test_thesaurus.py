"""The shipped word lists keep their form, and a question finds its longest known words."""

from pathlib import Path

import pytest

import rag
from rag.essays.text import fold
from rag.search.thesaurus import expand_question

LISTS = sorted((Path(rag.__file__).parent / "models" / "thesaurus").glob("*.tsv"))


def test_the_lists_are_there_and_large_enough() -> None:
    assert [path.name for path in LISTS] == ["abbreviations.tsv", "spoken.tsv", "synonyms.tsv", "terms_en.tsv"]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in LISTS) >= 4_000


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_line_is_a_word_with_other_words_and_a_weight(path: Path) -> None:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert {len(row) for row in rows} == {3}
    words = [word for word, _, _ in rows]
    assert len({fold(word) for word in words}) == len(words)
    assert [word for word, others, _ in rows if word in others.split("、") or "" in others.split("、")] == []
    assert [word for word, _, weight in rows if not 0.1 <= float(weight) <= 1.0] == []


def test_the_longest_word_wins_and_latin_words_stand_alone() -> None:
    assert [expansion.word for expansion in expand_question("人均GDP")] == ["人均gdp"]
    assert "pm2.5" in [expansion.word for expansion in expand_question("PM2.5降到多少")]
    assert [e.word for e in expand_question("xgdpx")] == []


def test_closer_equivalents_weigh_more() -> None:
    weights = [weight for _, weight in expand_question("gdp")[0].equivalents]
    assert weights == sorted(weights, reverse=True)
    assert dict(expand_question("gdp")[0].equivalents)["地区生产总值"] == pytest.approx(0.95)
