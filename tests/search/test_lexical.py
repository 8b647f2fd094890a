import math
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.records import Passage
from rag.search.lexical import BODY_PAIRS, BODY_WORDS, HEAD_WORDS, MOST_TERMS, LexicalIndex, analyse_passage
from rag.search.lexical import PassageTerms as Terms


def terms(row: int, words: str, *, pairs: str = "", head: str = "", essay: str = "e") -> Terms:
    return Terms(row, essay, words, pairs, head, "")


def make_index(*added: Terms, folder: Path | None = None) -> LexicalIndex:
    index = LexicalIndex(folder)
    index.change(added)
    return index


def bm25(n_passages: int, n_with_term: int, frequency: int, length: int, mean_length: float) -> float:
    """Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75 and the factor k1 + 1."""
    rarity = math.log(1 + (n_passages - n_with_term + 0.5) / (n_with_term + 0.5))
    return rarity * frequency * 2.2 / (frequency + 1.2 * (1 - 0.75 + 0.75 * length / mean_length))


def test_a_passage_is_cut_into_words_and_pairs_of_text_and_head() -> None:
    passage = Passage("e1", ("一、石桥", "来历"), 0, 6, "河上有石桥。")
    assert analyse_passage(7, "桥", passage) == Terms(
        7, "e1", "河 上 石桥", "河上 上有 有石 石桥", "桥 一 石桥 来历", "桥 一 石桥 来历"
    )


def test_scores_are_bm25() -> None:
    index = make_index(terms(1, "桥 河"), terms(2, "桥 桥 桥 山"), terms(3, "海 天 云"))
    mean = (2 + 4 + 3) / 3
    found = index.search({"桥": 1.0}, {}, 10)
    assert found == [
        (2, pytest.approx(BODY_WORDS * bm25(3, 2, 3, 4, mean), rel=1e-5)),
        (1, pytest.approx(BODY_WORDS * bm25(3, 2, 1, 2, mean), rel=1e-5)),
    ]


def test_fields_and_terms_add_up_by_their_weights() -> None:
    index = make_index(terms(1, "桥", pairs="石桥", head="河"), terms(2, "山", pairs="高山", head="地"))
    one = bm25(2, 1, 1, 1, 1.0)
    expected = one * (0.5 * BODY_WORDS + 2.0 * HEAD_WORDS + 1.0 * BODY_PAIRS)
    assert index.search({"桥": 0.5, "河": 2.0}, {"石桥": 1.0}, 10) == [(1, pytest.approx(expected, rel=1e-5))]


def test_ties_stand_in_order_of_row_and_k_bounds_them() -> None:
    index = make_index(*(terms(row, "桥") for row in (5, 3, 9, 1)))
    assert [row for row, _ in index.search({"桥": 1.0}, {}, 10)] == [1, 3, 5, 9]
    assert len(index.search({"桥": 1.0}, {}, 2)) == 2


def test_within_keeps_to_essays_and_leaves_scores_alone() -> None:
    index = make_index(terms(1, "桥", essay="a"), terms(2, "桥 河", essay="b"), terms(3, "桥 桥", essay="c"))
    everything = dict(index.search({"桥": 1.0}, {}, 10))
    assert dict(index.search({"桥": 1.0}, {}, 10, {"a", "c"})) == {1: everything[1], 3: everything[3]}
    assert index.search({"桥": 1.0}, {}, 10, {"none"}) == []
    many = {f"e{n}" for n in range(20_000)}
    assert [row for row, _ in index.search({"桥": 1.0}, {}, 10, {*many, "b"})] == [2]


def test_nothing_in_a_question_is_syntax() -> None:
    index = make_index(terms(1, "桥 AND 河"), terms(2, "words:桥"))
    for term in ("桥 AND", "words:桥*", '"', "(", "*", "NOT", "/.*/", "\x00", "x" * 100_000):
        assert index.search({term: 1.0}, {term: 1.0}, 10) == (
            [(2, pytest.approx(math.log(2), rel=0.2))] if term == "words:桥" else []
        )
    assert index.search({}, {}, 10) == []
    assert LexicalIndex().search({"桥": 1.0}, {}, 10) == []


def test_a_term_too_long_for_the_index_harms_no_other() -> None:
    index = make_index(terms(1, "x" * 200_000 + " 桥"))
    assert [row for row, _ in index.search({"桥": 1.0}, {}, 10)] == [1]


def test_removed_passages_are_gone_and_added_ones_there() -> None:
    index = make_index(*(terms(row, "桥") for row in range(1, 6)))
    index.change([terms(6, "桥"), terms(7, "河")], removed=[2, 4, 99])
    assert len(index) == 5
    assert [row for row, _ in index.search({"桥": 1.0}, {}, 10)] == [1, 3, 5, 6]
    assert index.rarity(["河"]) == {"河": pytest.approx(math.log(1 + 4.5 / 1.5))}


def test_rarity_takes_the_commoner_of_word_and_pair() -> None:
    index = make_index(terms(1, "石桥", pairs="石桥"), terms(2, "石", pairs="石桥"), terms(3, "河", pairs="河"))
    assert index.rarity(["石桥", "河", "无"]) == {
        "石桥": pytest.approx(math.log(1 + 1.5 / 2.5)),
        "河": pytest.approx(math.log(1 + 2.5 / 1.5)),
        "无": pytest.approx(math.log(1 + 3.5 / 0.5)),
    }


def test_of_a_long_question_the_rarest_terms_that_are_there_count() -> None:
    common = [f"常{n}" for n in range(MOST_TERMS)]
    index = make_index(terms(1, " ".join(common)), terms(2, " ".join(common)), terms(3, "桥"))
    absent = {f"无{n}": 1.0 for n in range(MOST_TERMS)}
    found = index.search({**dict.fromkeys(common, 1.0), **absent, "桥": 1.0}, {}, 10)
    assert sorted(row for row, _ in found) == [1, 2, 3]
    weighty = {**dict.fromkeys(common, 100.0), "桥": 1.0}
    assert sorted(row for row, _ in index.search(weighty, {}, 10)) == [1, 2]


def test_an_index_on_disk_is_the_same_when_opened_again(tmp_path: Path) -> None:
    first = make_index(terms(1, "桥 河"), terms(2, "桥"), folder=tmp_path / "lexical")
    again = LexicalIndex.open(tmp_path / "lexical")
    assert len(again) == 2
    assert again.search({"桥": 1.0}, {}, 10) == first.search({"桥": 1.0}, {}, 10)


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    index = make_index(terms(1, "桥"), folder=tmp_path / "lexical")

    def broken() -> object:
        yield terms(2, "桥")
        raise LibraryError("broken off")

    with pytest.raises(LibraryError, match="broken off"):
        index.change(broken(), removed=[1])  # type: ignore[arg-type]
    assert [row for row, _ in index.search({"桥": 1.0}, {}, 10)] == [1]
    index.change([terms(3, "桥")])
    assert [row for row, _ in LexicalIndex.open(tmp_path / "lexical").search({"桥": 1.0}, {}, 10)] == [1, 3]


def test_damaged_lists_of_files_are_told(tmp_path: Path) -> None:
    make_index(terms(1, "桥"), folder=tmp_path / "lexical")
    (tmp_path / "lexical" / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(LibraryError, match="the word index can't be opened"):
        LexicalIndex.open(tmp_path / "lexical")
