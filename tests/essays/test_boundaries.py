import pytest

from rag.essays.boundaries import split_essays
from rag.essays.outline import outline_essays
from rag.records import SourceText


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("第一篇：读书", "第二篇：写作"),
        ("第1篇 读书", "第2篇 写作"),
        ("【第一篇】读书", "【第二篇】写作"),
        ("【第1篇：读书】", "【第2篇：写作】"),
        ("篇一：读书", "篇二：写作"),
        ("范文1：读书", "范文2：写作"),
        ("读书 篇1", "写作 篇2"),
        ("# 第一篇：读书", "# 第二篇：写作"),
        ("文章标题：读书", "文章标题：写作"),
    ],
)
def test_essays_are_told_apart(first: str, second: str) -> None:
    text = f"网页\n2020-01-01\n\n{first}\n\n读书使人明理。\n\n{second}\n\n写作使人准确。\n"
    found = outline_essays(SourceText("/a.txt", text))
    assert [(o.essay.title, o.essay.date) for o in found] == [("读书", ""), ("写作", "")]
    assert found[0].essay.source_start == 0
    assert found[1].essay.source_start == text.index(second)
    assert "".join(o.essay.text for o in found) == text


@pytest.mark.parametrize(
    "text",
    [
        "第一篇：只有一篇\n正文。",
        "第二篇：没有第一\n正文。\n第三篇：也没有\n正文。",
        "第一篇：甲\n正文。\n第三篇：丙\n正文。",
        "全书共两篇。第一篇：甲。\n第二篇：乙是另一篇，写得很长。\n",
        "目录\n第一篇：甲\n第二篇：乙\n",
    ],
)
def test_what_is_no_row_of_essays_stays_one(text: str) -> None:
    assert len(split_essays(text)) == 1


def test_a_table_of_contents_opens_no_essay() -> None:
    text = "第一篇：甲\n第二篇：乙\n\n第一篇：甲\n甲的正文。\n第二篇：乙\n乙的正文。"
    starts = [span.start for span in split_essays(text)]
    assert starts == [0, text.rindex("第二篇")]


def test_the_head_of_the_page_is_kept_but_is_no_evidence() -> None:
    text = "网页\n2020-01-01\n这里有两篇文章。\n第一篇：甲\n甲的正文。\n第二篇：乙\n乙的正文。"
    first, _ = outline_essays(SourceText("/a.txt", text))
    assert [text[span.start : span.end] for span in first.debris] == ["网页", "2020-01-01"]
