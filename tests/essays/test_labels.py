import pytest

from rag.essays.labels import match_label, parse_numeral


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35),
     ("一百零三", 103), ("二〇", 20), ("12", 12), ("１２", 12),
     ("⑫", 12), ("⑵", 2), ("㈢", 3)],
)  # fmt: skip
def test_numerals_have_their_value(numeral: str, value: int) -> None:
    assert parse_numeral(numeral) == value


@pytest.mark.parametrize(
    ("line", "kind", "number", "label"),
    [
        ("第三章 总则", "chapter", 3, "第三章 "),
        ("第二节　范围", "unit", 2, "第二节　"),
        ("第一部分：背景", "part", 1, "第一部分："),
        ("第十编", "volume", 10, "第十编"),
        ("附件2 名词解释", "annex", 2, "附件2 "),
        ("一、背景", "han", 1, "一、"),
        ("十一. 其他", "han", 11, "十一. "),
        ("（二）做法", "han bracket", 2, "（二）"),
        ("(三)、做法", "han bracket", 3, "(三)、"),
        ("1. 做法", "digit", 1, "1. "),
        ("2、做法", "digit", 2, "2、"),
        ("3．做法", "digit", 3, "3．"),
        ("1.2024年工作回顾", "digit", 1, "1."),
        ("（4）做法", "digit bracket", 4, "（4）"),
        ("⑤做法", "enclosed", 5, "⑤"),
    ],
)
def test_labels_are_known_by_their_shape(line: str, kind: str, number: int, label: str) -> None:
    found = match_label(line, 0, len(line))
    assert found is not None
    assert (found.kind, found.number, line[: found.end]) == (kind, number, label)


@pytest.mark.parametrize(
    "line",
    [
        "1.5万人参加",
        "2024.3.5",
        "一二三产业",
        "一、二、三产业融合",
        "第一章的内容很多",
        "第一次会议",
        "10月召开会议",
        "背景",
        "",
    ],
)
def test_numbers_in_running_text_are_no_labels(line: str) -> None:
    assert match_label(line, 0, len(line)) is None
