"""Verdicts on statements beside quotes: what may pass, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.support import check_support

QUOTE = "全县新建口袋公园12个，绿化覆盖率达到41.5%，没有新增欠款。"


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("绿化覆盖率达到41.5%", "supported"),
        ("全縣新建口袋公園１２個", "supported"),
        ("全县新建口袋公园12个，没有新增欠款。", "supported"),
        ("绿化覆盖率达到43.5%", "unsupported"),
        ("全县新建口袋公园112个，绿化覆盖率达到41.5%，没有新增欠款。", "unsupported"),
        ("全县没有新建口袋公园12个，绿化覆盖率没有达到41.5%", "unsupported"),
        ("全县新建口袋公园12个，绿化覆盖率达到41.5%，新增欠款。", "unsupported"),
        ("图书馆周末照常开放", "unsupported"),
        ("", "unsupported"),
    ],
)
def test_verdict(statement: str, verdict: str) -> None:
    assert check_support(statement, QUOTE) == verdict


@given(st.text(alphabet="改革发展稳定就业，。；0123456789年月", min_size=1), st.data())
def test_words_of_the_quote_itself_are_supported(quote: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(quote) - 1))
    end = data.draw(st.integers(start + 1, len(quote)))
    statement = quote[start:end]
    expected = "supported" if any(c.isalnum() for c in statement) else "unsupported"
    assert check_support(statement, quote) == expected
