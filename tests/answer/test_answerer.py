"""Questions a reader would ask of three short essays, and what must be in the answer."""

import pytest

from rag.chatbot import Chatbot
from rag.errors import InputError
from rag.records import Answer


def said(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("东湾县2024年粮食产量是多少？", "48.2万吨"),
        ("西岭县去年新建改造农村公路多少公里？", "86公里"),
        ("西岭今年城镇新增就业的目标是多少人？", "3300人以上"),
        ("東灣縣建成了多少座口袋公園？", "12座"),
        ("《2025年西岭县政府工作报告》是谁作的？", "贺春来"),
        ("《关于读书会的几点体会》的作者是谁？", "沈知秋"),
        ("《关于读书会的几点体会》写于什么时候？", "2023年4月23日"),
        ("读书会为什么能坚持下来？", "半小时自由交谈"),
        ("领读人应该怎么做？", "不下结论"),
        ("东湾要推进哪三类环境提升行动？", "市场、法治、数字"),
    ],
)
def test_the_fact_is_said(chatbot: Chatbot, question: str, fact: str) -> None:
    assert fact in said(chatbot.ask(question))


def test_a_list_comes_whole_in_order_one_statement_each(chatbot: Chatbot) -> None:
    answer = chatbot.ask("办好读书会要处理好哪三个关系？")
    assert [statement.text[:12] for statement in answer.statements] == [
        "一是处理好荐书与选书的关",
        "二是处理好领读与共读的关",
        "三是处理好线上与线下的关",
    ]
    assert [statement.citations for statement in answer.statements] == [(1,), (2,), (3,)]


def test_a_comparison_has_one_statement_for_each_side_from_its_own_essay(chatbot: Chatbot) -> None:
    answer = chatbot.ask("西岭和东湾2024年粮食产量分别是多少？")
    assert ["31.7" in answer.statements[0].text, "48.2" in answer.statements[1].text] == [True, True]
    assert [c.essay_title for c in answer.citations] == ["2025年西岭县政府工作报告", "2025年东湾县政府工作报告"]


@pytest.mark.parametrize(
    ("history", "question", "fact"),
    [
        (["东湾县2024年粮食产量是多少？"], "那西岭呢？", "31.7万吨"),
        (["东湾县2024年粮食产量是多少？", "那西岭呢？"], "新增公办幼儿园多少所？", "2所"),
        (["办好读书会要处理好哪三个关系？"], "那第二点呢？", "让每个人都开口"),
        (["办好读书会要处理好哪三个关系？", "那第二点呢？"], "最后一个呢？", "线下见面贵在真诚"),
        (["东湾县建成了多少座口袋公园？"], "那现在累计有多少座？", "61座"),
    ],
)
def test_a_followup_is_understood(chatbot: Chatbot, history: list[str], question: str, fact: str) -> None:
    assert fact in said(chatbot.ask(question, history))


@pytest.mark.parametrize(
    "question",
    [
        "北川县2024年粮食产量是多少？",
        "东湾县2021年粮食产量是多少？",
        "四川今年的经济增长目标是多少？",
        "量子纠缠的实验是谁做的？",
        "帮我写一封辞职信",
        "😀😀😀",
        "x",
        "《2025年东湾县政府工作报告》里说今天会下雪吗？",
    ],
)
def test_what_the_essays_do_not_hold_is_refused(chatbot: Chatbot, question: str) -> None:
    answer = chatbot.ask(question)
    assert answer.refusal is not None
    assert answer.refusal.reason
    assert (answer.statements, answer.citations) == ((), ())


@pytest.mark.parametrize("question", ["", "  \n", "问" * 10_000])
def test_a_blank_or_endless_question_is_an_error_with_a_hint(chatbot: Chatbot, question: str) -> None:
    with pytest.raises(InputError) as caught:
        chatbot.ask(question)
    assert caught.value.hint


def test_every_quote_stands_in_its_essay_and_every_statement_is_cited(chatbot: Chatbot) -> None:
    questions = ["东湾县去年做了什么？", "读书会怎么办？", "西岭的目标有哪些？", "口袋公园", "就业", "Who wrote it?"]
    for question in questions:
        answer = chatbot.ask(question)
        assert (answer.refusal is None) == bool(answer.statements)
        numbers = {number for statement in answer.statements for number in statement.citations}
        assert numbers == {citation.number for citation in answer.citations}
        assert all(statement.citations for statement in answer.statements)
        for citation in answer.citations:
            assert chatbot.read_essay(citation.essay_id).text[citation.start : citation.end] == citation.quote


def test_suggested_questions_have_answers(chatbot: Chatbot) -> None:
    suggested = chatbot.suggest_questions(4)
    assert len(suggested) >= 3
    assert all(chatbot.ask(question).refusal is None for question in suggested)
