import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.search.fusion import COVERAGE_SHARE, LEXICAL_SHARE, VECTOR_SHARE, Coverage, fuse, repeats
from rag.search.thesaurus import Expansion


def test_signals_add_up_by_their_shares() -> None:
    assert fuse(1.0, 0.0, 0.0) == LEXICAL_SHARE
    assert fuse(0.0, 1.0, 0.0) == VECTOR_SHARE
    assert fuse(0.0, 0.0, 1.0) == COVERAGE_SHARE
    assert fuse(0.5, 0.5, 0.5) == pytest.approx(0.5 * (LEXICAL_SHARE + VECTOR_SHARE + COVERAGE_SHARE))
    assert fuse(0.5, -1.0, 0.5) == fuse(0.5, 0.0, 0.5)


def test_coverage_is_the_share_of_weight_that_stands_in_the_text() -> None:
    coverage = Coverage({"石桥": 3.0, "桥长": 1.0}, [])
    assert coverage.measure("河上有石桥。") == 0.75
    assert coverage.measure("桥长三丈。") == 0.25
    assert coverage.measure("石桥长三丈。") == 1.0
    assert coverage.measure("木船。") == 0.0
    assert Coverage({}, []).measure("石桥") == 0.0


def test_an_equivalent_counts_by_its_weight_for_every_pair_of_its_word() -> None:
    expansion = Expansion("掏腰包", (("自费", 0.8), ("自行承担", 0.5)))
    coverage = Coverage({"掏腰": 2.0, "腰包": 1.0, "旅行": 1.0}, [expansion])
    assert coverage.measure("自费旅行") == pytest.approx((0.8 * 3.0 + 1.0) / 4.0)
    assert coverage.measure("旅行的花费自行承担") == pytest.approx((0.5 * 3.0 + 1.0) / 4.0)
    assert coverage.measure("自费，也就是自行承担") == pytest.approx(0.8 * 3.0 / 4.0)
    assert coverage.measure("掏腰包旅行，自费") == 1.0


@given(
    st.dictionaries(st.sampled_from(["石桥", "桥长", "河上", "一丈"]), st.floats(0.1, 9.0)), st.text("石桥长河上一丈")
)
def test_coverage_lies_between_0_and_1_and_grows_with_the_text(rarity: dict[str, float], text: str) -> None:
    coverage = Coverage(rarity, [Expansion("石桥", (("河上", 0.7),))])
    assert 0.0 <= coverage.measure(text) <= coverage.measure(text + "河上") <= 1.0 + 1e-9


@pytest.mark.parametrize(
    ("n_own", "n_shared", "n_better", "expected"),
    [
        (10, 9, 10, True),
        (10, 8, 10, False),
        (10, 10, 19, True),
        (10, 10, 20, False),
        (19, 10, 10, True),
        (20, 10, 10, False),
    ],
)
def test_a_repetition_shares_nine_tenths_and_is_not_half_as_long(
    n_own: int, n_shared: int, n_better: int, expected: bool
) -> None:
    own = frozenset(f"共{n}" for n in range(n_shared)) | frozenset(f"己{n}" for n in range(n_own - n_shared))
    better = frozenset(f"共{n}" for n in range(n_shared)) | frozenset(f"彼{n}" for n in range(n_better - n_shared))
    assert repeats(own, better) is expected
