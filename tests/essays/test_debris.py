import pytest
from outlines import outline

from rag.essays.debris import find_debris
from rag.essays.passages import split_passages


@pytest.mark.parametrize(
    "line",
    ["- 3 -", "第 3 页 共 9 页", "3 / 9", "上一篇：甲下一篇：乙", "本站热搜", "相关文章：", "责任编辑：李明",
     "（责任编辑：李明）",
     "点击查看更多", "返回顶部", "分享到：微信 微博", "版权所有 某网", "www.example.com", "Copyright 2020",
     "打印本页 关闭窗口",
     "首页 > 范文 > 总结", "字号：大 中 小", "扫一扫关注我们"],
)  # fmt: skip
def test_lines_of_the_page_are_kept_but_never_evidence(line: str) -> None:
    text = f"论读书\n\n读书使人明理。\n\n{line}\n\n写作使人准确。"
    found = outline(text)
    assert [text[span.start : span.end] for span in found.debris] == [line]
    assert found.essay.text == text
    assert all(line not in passage.text for passage in split_passages(found))


@pytest.mark.parametrize(
    "line",
    [
        "来源：晨报",
        "来源 : 晨报",
        "作者：李明",
        "2024年",
        "推荐他当代表",
        "热门专业是什么？",
        "第三页写着答案。",
        "相关部门要负责",
        "首页很重要",
        "1.5",
    ],
)
def test_lines_of_the_essay_are_no_debris(line: str) -> None:
    assert find_debris(f"论读书\n\n{line}\n\n写作使人准确。") == ()


def test_titles_of_other_pages_at_the_end_and_marks_inside_a_line() -> None:
    text = "论读书\n\n读书使人明理。（责任编辑：李明）\n\n相关阅读\n论写作\n论讨论"
    assert [text[span.start : span.end] for span in find_debris(text)] == [
        "（责任编辑：李明）",
        "相关阅读",
        "论写作",
        "论讨论",
    ]


def test_front_matter_is_no_evidence() -> None:
    text = "---\ntitle: 论读书\n---\n读书使人明理。"
    assert [passage.text for passage in split_passages(outline(text))] == ["读书使人明理。"]
