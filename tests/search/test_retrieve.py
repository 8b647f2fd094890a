import math
import threading
from pathlib import Path

import numpy as np
import pytest
from fakes import LetterEncoder, make_outline

from rag.library.catalogue import Catalogue
from rag.records import Hit
from rag.search import retrieve
from rag.search.fusion import COVERAGE_SHARE, LEXICAL_SHARE, VECTOR_SHARE
from rag.search.index import Index
from rag.search.retrieve import EXPANSION_WEIGHT, Retriever, weigh_terms
from rag.search.thesaurus import Expansion
from rag.search.words import search_words


class Library:
    """A library of essays typed in, with everything that searches it."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue.open(folder, create=True)
        self.encoder = LetterEncoder()
        self.index = Index.open(folder, self.catalogue, self.encoder)
        self.retriever = Retriever(self.catalogue, self.index, self.encoder)

    def put(self, title: str, *sentences: str, file: str = "") -> str:
        outline, passages = make_outline(title, *sentences, file=file or f"/{title}.txt")
        with self.catalogue.replacing(file or f"/{title}.txt", "x") as writer:
            writer.add(outline, passages)
        self.index.update(self.catalogue)
        return outline.essay.id


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def texts(hits: list[Hit]) -> list[str]:
    return [hit.passage.text for hit in hits]


def test_a_score_is_the_sum_of_its_three_signals(library: Library) -> None:
    key = library.put("桥", "石桥很长。", "木船甲，乙。")
    hits = library.retriever.find_passages("石桥甲")
    assert texts(hits) == ["石桥很长。", "木船甲，乙。"]
    rarities = library.index.generation.lexical.rarity(["石桥", "桥甲"])
    covered = rarities["石桥"] / sum(rarities.values())
    assert hits[0].score == pytest.approx(LEXICAL_SHARE + COVERAGE_SHARE * covered, abs=1e-6)
    lexical = dict(library.index.generation.lexical.search({"石桥": 1.0, "甲": 1.0}, {"石桥": 1.0, "桥甲": 1.0}, 10))
    expected = LEXICAL_SHARE * lexical[2] / lexical[1] + VECTOR_SHARE / math.sqrt(2)
    assert hits[1].score == pytest.approx(expected, abs=1e-3)
    assert (hits[0].passage.essay_id, hits[0].essay_title) == (key, "桥")


def test_each_hit_says_why(library: Library) -> None:
    library.put("桥", "石桥很长。", "木船甲乙。", "山高路远。")
    hits = library.retriever.find_passages("甲方的石橋有多長？")
    assert [(hit.passage.text, hit.why.lexical_rank, hit.why.vector_rank) for hit in hits] == [
        ("石桥很长。", 1, None),
        ("木船甲乙。", None, 1),
    ]
    assert hits[0].why.matched == ("石橋",)  # as it stands in the question, though the essay writes 石桥


def test_the_head_of_a_passage_counts_too(library: Library) -> None:
    library.put("江苏报告", "列车开行两千列。")
    library.put("上海报告", "列车开行三千列。")
    assert texts(library.retriever.find_passages("上海列车开行多少列？", 1)) == ["列车开行三千列。"]
    assert texts(library.retriever.find_passages("江苏列车开行多少列？", 1)) == ["列车开行两千列。"]


def test_within_keeps_to_essays(library: Library) -> None:
    first, second = library.put("甲文", "石桥甲。"), library.put("乙文", "石桥乙。")
    assert {hit.passage.essay_id for hit in library.retriever.find_passages("石桥甲")} == {first, second}
    for within in (frozenset({second}), [second, "none"]):
        assert texts(library.retriever.find_passages("石桥甲", within=within)) == ["石桥乙。"]
    assert library.retriever.find_passages("石桥甲", within={"none"}) == []


def test_k_bounds_the_hits_and_ties_stand_in_order_of_essay_and_start(library: Library) -> None:
    keys = [library.put(title, "石桥春天。", "石桥秋天。") for title in "左右中"]
    hits = library.retriever.find_passages("石桥", 20)
    assert [(hit.passage.essay_id, hit.passage.start) for hit in hits] == sorted(
        (hit.passage.essay_id, hit.passage.start) for hit in hits
    )
    assert {hit.passage.essay_id for hit in hits} <= set(keys)
    assert len({hit.score for hit in hits}) == 1
    assert library.retriever.find_passages("石桥", 1) == hits[:1]


def test_the_same_passage_again_is_left_out(library: Library) -> None:
    text = "城南的石桥建于明代，长三十丈，宽二丈，桥下有九个桥洞。"
    library.put("原文", text)
    library.put("转载", text.replace("，长", ",长"))
    library.put("别文", "城南的石桥如今只许行人通过。")
    found = texts(library.retriever.find_passages("城南石桥长多少丈？"))
    assert len(found) == 2
    assert found[1] == "城南的石桥如今只许行人通过。"


def test_what_was_removed_is_not_found_even_before_the_index_follows(library: Library) -> None:
    key = library.put("桥", "石桥很长。")
    library.put("船", "石桥下有船。")
    assert len(library.retriever.find_passages("石桥")) == 2
    library.catalogue.remove_essay(key)
    assert texts(library.retriever.find_passages("石桥")) == ["石桥下有船。"]


def test_spoken_words_find_written_ones_and_say_so(library: Library) -> None:
    library.put("旅行", "旅客自费的部分不予报销。")
    library.put("天气", "明日有雨。")
    hits = library.retriever.find_passages("掏腰包的能报销吗")
    assert texts(hits) == ["旅客自费的部分不予报销。"]
    assert hits[0].why.matched == ("报销", "掏腰包→自费")


def test_terms_of_an_equivalent_count_less_than_those_of_the_question() -> None:
    expansions = [Expansion("掏腰包", (("自费", 0.8), ("自费的旅行", 0.5))), Expansion("旅行", (("出行", 0.9),))]
    assert weigh_terms(["掏腰包", "旅行", "旅行"], expansions, search_words) == {
        "掏腰包": 1.0,
        "旅行": 1.0,
        "自费": pytest.approx(0.8 * EXPANSION_WEIGHT),
        "出行": pytest.approx(0.9 * EXPANSION_WEIGHT),
    }


@pytest.mark.parametrize("question", ["", " \n", "？！", "🙂🙂", "AND OR * (", "的了和", "xyzzy", "\x00"])
def test_a_question_without_words_finds_nothing(library: Library, question: str) -> None:
    library.put("桥", "石桥甲。")
    assert library.retriever.find_passages(question) == []


def test_an_empty_library_finds_nothing(library: Library) -> None:
    assert library.retriever.find_passages("石桥甲") == []


def test_a_pasted_text_is_answered_like_a_question(library: Library) -> None:
    library.put("桥", "石桥很长。")
    noise = "".join(chr(0x4E00 + 7 * n) for n in range(400))
    assert texts(library.retriever.find_passages(noise + "石桥" + noise)) == ["石桥很长。"]


def test_several_threads_find_the_same(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieve, "CACHED", 3)
    for n in range(12):
        library.put(f"第{n}篇", f"石桥第{n}座，建于第{n}年。")
    expected = [texts(library.retriever.find_passages(f"第{n}座石桥")) for n in range(12)]
    found: list[list[list[str]]] = []

    def ask() -> None:
        found.append([texts(library.retriever.find_passages(f"第{n}座石桥")) for n in range(12)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(3):
        library.catalogue.set_setting("encoder", str(n))
        library.put("别处", f"海上无桥，只有船{n}。")
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_the_encoder_sees_the_question_as_asked(library: Library) -> None:
    asked: list[str] = []

    class Listener(LetterEncoder):
        def encode_question(self, question: str) -> np.ndarray:
            asked.append(question)
            return super().encode_question(question)

    library.put("桥", "石桥甲。")
    Retriever(library.catalogue, library.index, Listener()).find_passages("石橋 甲？")
    assert asked == ["石橋 甲？"]
