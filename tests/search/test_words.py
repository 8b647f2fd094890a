import json
from pathlib import Path

import jieba
import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from rag.essays.text import fold
from rag.search.words import QUESTION_WORDS, STOP_WORDS, bigrams, content_words, question_words, search_words

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("中国人民共和大数据的党建第一二三十年月日，。！“”（）、：…—〇①Ⅳ㎡℃ \n\tabcXYZ019.%+#&_-/"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("绿水青山", ["绿水", "水青", "青山"]),
        ("山", ["山"]),
        ("一、山水，田", ["一", "山水", "田"]),
        ("2286家", ["2286", "家"]),
        ("ＰＭ2.5达标", ["pm2.5", "达标"]),
        ("5A级景区", ["5a", "级景", "景区"]),
        ("歼-35A首飞", ["歼", "35a", "首飞"]),
        ("增长5.3%左右", ["增长", "5.3%", "左右"]),
        ("漢語", ["汉语"]),
        ("  \n，。", []),
        ("", []),
    ],
)
def test_bigrams_are_pairs_within_a_run(text: str, pairs: list[str]) -> None:
    assert bigrams(text) == pairs


@given(st.text(alphabet="山水田园，。 ", max_size=30))
def test_a_run_of_n_characters_has_n_minus_one_pairs_and_a_single_one_itself(text: str) -> None:
    runs = text.translate(dict.fromkeys(map(ord, "，。 "), "\n")).split()
    expected = []
    for run in runs:
        expected += [run] if len(run) == 1 else [run[i] + run[i + 1] for i in range(len(run) - 1)]
    assert bigrams(text) == expected


def test_words_come_in_search_mode_without_stop_words_and_punctuation() -> None:
    expected = ["中国", "科学", "学院", "科学院", "中国科学院", "计算", "计算所"]
    assert search_words("我们在中国科学院的计算所。") == expected
    assert question_words("我们在中国科学院的计算所？") == expected
    assert search_words("ＧＤＰ增长5%，《漢語》") == ["gdp", "增长", "5", "汉语"]
    assert search_words("，。！ \n") == []


def test_content_words_leave_questions_and_single_characters_out() -> None:
    assert content_words("机关党建工作的重点是什么？") == ["机关", "党建", "工作", "重点"]
    assert content_words("桥有多长") == ["桥"]
    assert content_words("什么是GDP") == ["gdp"]
    assert content_words("是什么？") == []


def test_no_word_both_stops_and_is_looked_up() -> None:
    assert all(word == fold(word) and word.strip() for word in STOP_WORDS | QUESTION_WORDS)
    assert {"的", "我们"} <= STOP_WORDS
    assert {"什么", "多少", "哪些", "怎么"} <= QUESTION_WORDS
    assert not {"工作", "发展", "重点"} & (STOP_WORDS | QUESTION_WORDS)


@given(MIXED)
def test_both_makes_of_jieba_cut_any_text_alike(text: str) -> None:
    assert question_words(text) == search_words(text)


def test_both_makes_of_jieba_cut_real_essays_alike(shared: Path) -> None:
    tokenizer = jieba.Tokenizer()
    tokenizer.cache_file = None
    texts = [path.read_text(encoding="utf-8") for path in sorted((shared / "essays" / "gov_reports").glob("*.txt"))]
    for name in ("cmrc_trial", "webqa"):
        for file in ("essays.jsonl", "questions.jsonl"):
            lines = (shared / "data" / "dev" / name / file).read_text(encoding="utf-8").splitlines()
            texts += [row.get("text") or row["question"] for row in map(json.loads, lines)]
    assert len(texts) > 1_500
    for text in map(fold, texts):
        assert rjieba.cut_for_search(text, hmm=False) == list(tokenizer.cut_for_search(text, HMM=False))
        assert question_words(text) == search_words(text)
