from rag.essays.markdown import find_headings, read_front_matter
from rag.records import HeadingMark


def test_headings_outside_code() -> None:
    text = "# 题目\n\n正文 # 不是标题\n```\n# 注释\n```\n  ## 一、背景 ##\n#\n####### 七个\n#标题\n"
    marks = find_headings(text)
    assert [(text[mark.start : mark.end], mark.level) for mark in marks] == [
        ("# 题目", 1),
        ("## 一、背景 ##", 2),
        ("#标题", 1),
    ]
    assert marks[0] == HeadingMark(0, 4, 1)


def test_front_matter() -> None:
    assert read_front_matter('---\ntitle: "读书的方法"\nauthor: 李明\ntags: [a]\n日期：2024-05-01\n---\n正文') == {
        "title": "读书的方法",
        "author": "李明",
        "date": "2024-05-01",
    }
    assert read_front_matter("正文\n---\ntitle: 不是\n---\n") == {}
    assert read_front_matter("---\n正文没有结束") == {}
