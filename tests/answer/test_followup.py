"""Follow-ups made whole, each by hand."""

import pytest

from rag.answer.followup import resolve_followup

PLACES = ("江苏", "浙江", "辽宁")


@pytest.mark.parametrize(
    ("previous", "question", "whole"),
    [
        ("江苏2024年开了多少列班列?", "那浙江呢？", "浙江2024年开了多少列班列?"),
        ("江苏和浙江的增速分别是多少", "辽宁呢？", "辽宁的增速分别是多少"),
        ("江苏今年的粮食目标是多少?", "去年呢？", "江苏去年的粮食目标是多少?"),
        ("江苏2024年带动了多少台家电以旧换新?", "促消费活动办了多少场？", "江苏2024年促消费活动办了多少场?"),
        ("江苏新增了多少座公园?", "什么叫楼宇党建？", "江苏什么叫楼宇党建?"),
        ("图书馆怎么管理?", "机关党建工作的主要职能和任务有哪些？", "机关党建工作的主要职能和任务有哪些？"),
        ("", "那浙江呢？", "那浙江呢？"),
    ],
)
def test_whole_question(previous: str, question: str, whole: str) -> None:
    assert resolve_followup(question, previous, PLACES).text == whole


@pytest.mark.parametrize(
    ("question", "item"),
    [
        ("那第二点呢？", 2),
        ("第三个是什么", 3),
        ("最后一条呢", -1),
        ("第十项职能具体是什么？", 10),
        ("第二篇的作者是谁？", 0),
    ],
)
def test_item_of_the_last_list(question: str, item: int) -> None:
    assert resolve_followup(question, "要处理好哪四方面的关系？", PLACES).item == item


def test_pronoun_leans_on_what_came_before() -> None:
    resolved = resolve_followup("他们是怎么做的？", "昌明州采取了哪些措施？", PLACES)
    assert resolved.leans
    assert resolved.text == "昌明州采取了 措施 他们是怎么做的?"
