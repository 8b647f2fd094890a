"""Kinds, units, counts and years of questions, each read off by hand."""

import pytest

from rag.answer.places import find_places
from rag.answer.question import parse_question, read_count


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("青岚市去年新建了多少公里绿道？", "number"),
        ("绿化覆盖率是多少？", "number"),
        ("文章的作者是谁？", "who"),
        ("哪位同志负责这项工作？", "who"),
        ("图书馆什么时候开馆？", "when"),
        ("改造是哪一年完成的？", "when"),
        ("新校区建在哪里？", "where"),
        ("要处理好哪几方面的关系？", "list"),
        ("存在哪些问题？", "list"),
        ("采取了什么措施？", "list"),
        ("为什么要开展阅读活动？", "why"),
        ("怎样提高办事效率？", "how"),
        ("什么是“三张清单”？", "definition"),
        ("窗口周末上班吗？", "check"),
        ("老街改造有什么进展", "fact"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    assert parse_question(question).kind == kind


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("新增多少万辆汽车？", "万辆"),
        ("产粮多少亿斤？", "亿斤"),
        ("有多少城中村？", ""),
        ("开行几列班列？", "列"),
        ("覆盖率是多少？", ""),
    ],
)
def test_unit(question: str, unit: str) -> None:
    assert parse_question(question).unit == unit


@pytest.mark.parametrize(("word", "number"), [("四", 4), ("十", 10), ("十二", 12), ("两", 2), ("7", 7), ("百", 0)])
def test_read_count(word: str, number: int) -> None:
    assert read_count(word) == number


def test_count_of_items() -> None:
    assert parse_question("有哪四个突破？").count == 4
    assert parse_question("十项职能分别是什么").count == 10


def test_years_and_tense() -> None:
    past = parse_question("2023年完成了多少？")
    assert (past.years, past.tense) == ((2023,), "done")
    planned = parse_question("今年的目标是多少？")
    assert (planned.years, planned.relative_year, planned.tense) == ((), 0, "planned")


def test_asked_is_what_is_left_without_asking_phrases() -> None:
    assert parse_question("請問機關黨建的職能有哪些？").asked == "机关党建的职能"


def test_places_by_full_short_and_one_character_names() -> None:
    assert [p.name for p in find_places("江苏省和浙江的比较")] == ["江苏", "浙江"]
    assert [p.name for p in find_places("苏浙两省的增速")] == ["江苏", "浙江"]
    assert [p.name for p in find_places("辽宁今年的计划")] == ["辽宁"]
    assert find_places("京剧和新台阶") == []
