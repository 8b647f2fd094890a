from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from rag.errors import InputError
from rag.library.conversations import NAME_LIMIT, Conversations, shorten_name
from rag.library.database import open_database
from rag.library.stored_answer import pack_answer, unpack_answer
from rag.records import Answer, Citation, Hit, NearestSection, Passage, Refusal, Statement, Why

OWNER, OTHER = "a" * 48, "b" * 48

ANSWER = Answer(
    question="河上有几座桥？",
    statements=(Statement("一座石桥。", (1,)), Statement("一座木桥。", (1, 2))),
    citations=(
        Citation(1, "e1", "桥", ("一、石桥", "（一）来历"), 3, 8, "一座石桥。", "supported"),
        Citation(2, "e1", "桥", (), 8, 13, "一座木桥。", "partial"),
    ),
    passages=(
        Hit(Passage("e1", ("一、石桥",), 0, 13, "河上有一座石桥。一座木桥。"), "桥", 1.5, Why(1, None, ("桥", "河"))),
    ),
    refusal=None,
    seconds=0.25,
    understood="河上有几座桥",
)
REFUSED = Answer("月亮呢？", (), (), (), Refusal("没有提到月亮。", (NearestSection("e1", "桥", ("一、石桥",)),)), 0.5)


@pytest.fixture
def conversations(tmp_path: Path) -> Conversations:
    return Conversations(open_database(tmp_path, create=True))


def _ask(conversations: Conversations, owner: str, conversation: str, *questions: str) -> None:
    for question in questions:
        conversations.add_turn(owner, conversation, Answer(question, (), (), (), Refusal("", ()), 0.0))


@pytest.mark.parametrize("answer", [ANSWER, REFUSED])
def test_unpacking_gives_the_answer_that_was_packed(answer):
    assert unpack_answer(pack_answer(answer)) == answer


def test_turns_come_back_as_they_were_after_the_database_was_closed(tmp_path):
    engine = open_database(tmp_path, create=True)
    conversations = Conversations(engine)
    made = conversations.create_conversation(OWNER, "桥")
    first = conversations.add_turn(OWNER, made.id, ANSWER)
    second = conversations.add_turn(OWNER, made.id, REFUSED)
    engine.dispose()

    again = Conversations(open_database(tmp_path, create=False))
    assert again.list_turns(OWNER, made.id) == [first, second]
    assert [turn.answer for turn in again.list_turns(OWNER, made.id)] == [ANSWER, REFUSED]
    assert again.read_turn(OWNER, first.id) == first
    assert again.list_conversations(OWNER) == [conversations.list_conversations(OWNER)[0]]


def test_the_last_used_conversation_comes_first(conversations):
    ids = [conversations.create_conversation(OWNER, name).id for name in ("甲", "乙", "丙")]
    assert [each.name for each in conversations.list_conversations(OWNER)] == ["丙", "乙", "甲"]
    _ask(conversations, OWNER, ids[0], "问")
    assert [each.name for each in conversations.list_conversations(OWNER)] == ["甲", "丙", "乙"]


def test_questions_are_listed_oldest_first_up_to_a_turn(conversations):
    made = conversations.create_conversation(OWNER, "桥")
    _ask(conversations, OWNER, made.id, "一", "二", "三")
    third = conversations.list_turns(OWNER, made.id)[2].id
    assert conversations.list_questions(OWNER, made.id) == ["一", "二", "三"]
    assert conversations.list_questions(OWNER, made.id, before=third) == ["一", "二"]


def test_an_owner_finds_nothing_of_another(conversations):
    made = conversations.create_conversation(OWNER, "桥")
    turn = conversations.add_turn(OWNER, made.id, ANSWER)
    assert conversations.list_conversations(OTHER) == []
    for look in (
        lambda: conversations.list_turns(OTHER, made.id),
        lambda: conversations.list_questions(OTHER, made.id),
        lambda: conversations.read_turn(OTHER, turn.id),
        lambda: conversations.rename_conversation(OTHER, made.id, "偷"),
        lambda: conversations.delete_conversation(OTHER, made.id),
        lambda: conversations.add_turn(OTHER, made.id, ANSWER),
        lambda: conversations.replace_turn(OTHER, turn.id, REFUSED),
        lambda: conversations.stop_turn(OTHER, turn.id, 0),
    ):
        with pytest.raises(InputError):
            look()
    assert [each.name for each in conversations.list_conversations(OWNER)] == ["桥"]
    assert conversations.list_turns(OWNER, made.id) == [turn]


def test_the_database_does_not_hold_the_key(tmp_path):
    engine = open_database(tmp_path, create=True)
    Conversations(engine).create_conversation(OWNER, "桥")
    with engine.connect() as connection:
        owners = connection.execute(text("SELECT owner FROM conversations")).scalars().all()
    assert len(owners) == 1
    assert OWNER not in owners[0]


def test_deleting_takes_the_turns_along_and_leaves_the_others(conversations):
    gone = conversations.create_conversation(OWNER, "甲")
    kept = conversations.create_conversation(OWNER, "乙")
    turn = conversations.add_turn(OWNER, gone.id, ANSWER)
    other = conversations.add_turn(OWNER, kept.id, REFUSED)
    conversations.delete_conversation(OWNER, gone.id)
    assert [each.id for each in conversations.list_conversations(OWNER)] == [kept.id]
    with pytest.raises(InputError):
        conversations.read_turn(OWNER, turn.id)
    assert conversations.read_turn(OWNER, other.id) == other
    # The number of a deleted turn is not given to another.
    assert conversations.add_turn(OWNER, kept.id, ANSWER).id > other.id


def test_a_stopped_turn_remembers_how_far_it_was_shown_until_it_is_replaced(conversations):
    made = conversations.create_conversation(OWNER, "桥")
    turn = conversations.add_turn(OWNER, made.id, ANSWER)
    assert conversations.stop_turn(OWNER, turn.id, 1).n_shown == 1
    assert conversations.read_turn(OWNER, turn.id).n_shown == 1
    assert conversations.replace_turn(OWNER, turn.id, ANSWER).n_shown is None
    assert conversations.list_turns(OWNER, made.id) == [turn]


def test_a_name_is_one_line_and_not_blank(conversations):
    made = conversations.create_conversation(OWNER, "  第一行\n第二行  ")
    assert made.name == "第一行 第二行"
    with pytest.raises(InputError):
        conversations.rename_conversation(OWNER, made.id, " \n ")
    conversations.rename_conversation(OWNER, made.id, "<b>新</b>")
    assert [each.name for each in conversations.list_conversations(OWNER)] == ["<b>新</b>"]


@given(st.text())
def test_a_short_name_is_a_line_within_the_limit_and_short_names_stay(name):
    short = shorten_name(name)
    assert len(short) <= NAME_LIMIT
    assert "\n" not in short
    assert shorten_name(short) == short


def test_many_threads_may_write_at_once(conversations):
    made = conversations.create_conversation(OWNER, "桥")
    threads = [
        threading.Thread(target=_ask, args=(conversations, OWNER, made.id, f"{n}-1", f"{n}-2", f"{n}-3"))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = conversations.list_questions(OWNER, made.id)
    assert sorted(asked) == sorted(f"{n}-{i}" for n in range(6) for i in (1, 2, 3))
    for n in range(6):
        assert [question for question in asked if question.startswith(f"{n}-")] == [f"{n}-1", f"{n}-2", f"{n}-3"]
