from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from rag.library.conversations import Conversation, Turn
from rag.records import Answer, Citation, EssayHead, Hit, NearestSection, Passage, Refusal, Statement, Why
from rag.web.lists import render_conversations, render_empty_library, render_library, render_welcome
from rag.web.render import render_evidence, render_plain, render_turn
from rag.web.wording import CHINESE, ENGLISH

EVIL = '<img src=x onerror="alert(1)">\'</script>'


def cite(number: int, section: tuple[str, ...] = ("一、石桥",), **fields: str) -> Citation:
    given = {"essay_id": "e1", "essay_title": "桥", "quote": "一座石桥。", "support": "supported"} | fields
    return Citation(number=number, section=section, start=3, end=8, **given)


HIT = Hit(Passage("e1", ("一、石桥",), 0, 8, "河上有一座石橋。"), "桥", 2.0, Why(1, None, ("石桥", "河")))
ANSWER = Answer(
    question="有几座桥？",
    statements=(Statement("一座石桥。", (1,)), Statement("一座木桥。", (2, 3))),
    citations=(cite(1), cite(2, ("二、木桥",)), cite(3, ("二、木桥",), support="partial")),
    passages=(HIT,),
    refusal=None,
    seconds=0.0123,
    understood="有几座桥？",
)
REFUSED = replace(
    ANSWER,
    statements=(),
    citations=(),
    refusal=Refusal("没有提到月亮。", (NearestSection("e1", "桥", ("一、石桥", "（一）来历")),)),
)


def marks(html: str) -> list[str]:
    return re.findall(r'class="cite [a-z]+" data-n="([0-9]+)"', html)


def test_a_statement_is_followed_by_its_numbered_marks():
    html = render_turn(Turn(7, ANSWER), CHINESE)
    assert re.findall(r'<p class="statement">(.*?)<span', html) == ["一座石桥。", "一座木桥。"]
    assert marks(html) == ["1", "2", "3"]
    assert 'data-essay="e1"' in html
    assert 'data-start="3" data-end="8"' in html
    assert 'aria-label="引用 1：《桥》 › 一、石桥"' in html
    assert "引文只支持这句话的一部分" in html


def test_citations_of_one_section_share_a_source_line():
    html = render_turn(Turn(7, ANSWER), CHINESE)
    assert re.findall(r'<span class="numbers">(.*?)</span>', html) == ["1", "2, 3"]
    run = replace(ANSWER, statements=(Statement("桥。", (1, 2, 3)),), citations=(cite(1), cite(2), cite(3)))
    assert re.findall(r'<span class="numbers">(.*?)</span>', render_turn(Turn(7, run), CHINESE)) == ["1–3"]


def test_a_turn_that_is_still_growing_shows_only_so_many_statements_and_no_actions():
    html = render_turn(Turn(7, ANSWER), CHINESE, n_shown=1)
    assert marks(html) == ["1"]
    assert "retry" not in html
    assert "sources" not in html


def test_a_stopped_turn_keeps_what_was_shown_and_says_so():
    html = render_turn(Turn(7, ANSWER, n_shown=1), CHINESE)
    assert marks(html) == ["1"]
    assert '<p class="stopped">已停止</p>' in html
    assert "1 处引用" in html
    assert "stopped" not in render_turn(Turn(7, ANSWER, n_shown=2), CHINESE)


def test_a_refusal_gives_its_reason_and_places_but_no_citation():
    html = render_turn(Turn(7, REFUSED), CHINESE)
    assert '<p class="verdict">未找到依据</p><p class="reason">没有提到月亮。</p>' in html
    assert 'data-path="[&quot;一、石桥&quot;, &quot;（一）来历&quot;]"' in html
    assert marks(html) == []
    assert "处引用" not in html
    assert "No evidence found" in render_turn(Turn(7, REFUSED), ENGLISH)


def test_the_understood_question_is_shown_only_when_it_is_another():
    assert "understood" not in render_turn(Turn(7, ANSWER), CHINESE)
    followed = replace(ANSWER, question="那木桥呢？", understood="有几座木桥？")
    assert '<p class="understood">理解为：有几座木桥？</p>' in render_turn(Turn(7, followed), CHINESE)


def test_the_copied_text_numbers_statements_and_sources():
    assert render_plain(ANSWER, 2, CHINESE) == (
        "问：有几座桥？\n答：一座石桥。[1]\n一座木桥。[2][3]\n\n出处：\n"
        "[1] 桥 › 一、石桥：“一座石桥。”\n[2] 桥 › 二、木桥：“一座石桥。”\n[3] 桥 › 二、木桥：“一座石桥。”"
    )
    assert render_plain(REFUSED, 0, CHINESE) == "问：有几座桥？\n答：未找到依据。没有提到月亮。"
    html = render_turn(Turn(7, ANSWER), CHINESE)
    copied = re.search(r'data-text="([^"]*)"', html)
    assert copied is not None
    assert unescape(copied[1]) == render_plain(ANSWER, 2, CHINESE)


def test_evidence_says_why_and_marks_the_matched_words_in_either_script():
    html = render_evidence(ANSWER, CHINESE)
    assert "<b>河</b>上有一座<b>石橋</b>。" in html
    assert "词语检索第 1 位" in html
    assert "语义检索" not in html
    assert "word search #1" in render_evidence(ANSWER, ENGLISH)


def test_evidence_marks_the_synonym_that_was_found():
    hit = replace(HIT, why=Why(None, 3, ("渡口→石桥",)))
    html = render_evidence(replace(ANSWER, passages=(hit,)), CHINESE)
    assert "河上有一座<b>石橋</b>。" in html
    assert "<b>渡口→石桥</b>" in html


def test_a_turn_that_could_not_be_kept_carries_its_evidence():
    assert "石橋" in render_turn(Turn(0, ANSWER), CHINESE)
    assert "石橋" not in render_turn(Turn(7, ANSWER), CHINESE)


def evil_answer() -> Answer:
    return Answer(
        question=EVIL,
        statements=(Statement(EVIL, (1,)),),
        citations=(cite(1, (EVIL,), essay_id=EVIL, essay_title=EVIL, quote=EVIL),),
        passages=(Hit(Passage(EVIL, (EVIL,), 0, 9, EVIL + "onerror"), EVIL, 1.0, Why(1, 2, ("onerror", EVIL))),),
        refusal=None,
        seconds=0.0,
        understood=EVIL + "？",
    )


@pytest.mark.parametrize(
    "html",
    [
        render_turn(Turn(1, evil_answer()), CHINESE),
        render_turn(Turn(0, evil_answer()), ENGLISH),
        render_turn(
            Turn(1, replace(REFUSED, question=EVIL, refusal=Refusal(EVIL, (NearestSection(EVIL, EVIL, (EVIL,)),)))),
            CHINESE,
        ),
        render_evidence(evil_answer(), CHINESE),
        render_conversations([Conversation(EVIL, EVIL, 0.0)], CHINESE),
        render_welcome([EVIL], CHINESE),
        render_library([EssayHead(EVIL, EVIL, EVIL, EVIL, EVIL, 5, 1)], 9, CHINESE),
    ],
)
def test_markup_from_outside_never_becomes_markup(html):
    tags = set(re.findall(r"<([a-zA-Z]+)", html))
    assert not tags & {"img", "script"}
    # What is left between tags and in double-quoted attributes holds no quotation mark or bracket of the intruder.
    bare = re.sub(r'"[^"<>]*"', '""', html)
    assert re.fullmatch(r"(?:[^<>\"]|</?[a-z0-9]+(?: [a-z-]+=\"\"| hidden)*>)*", bare)


def test_the_library_lists_so_many_essays_and_counts_the_rest():
    heads = [EssayHead(f"e{n}", f"文{n}", "", "", "/a", 1200, 0) for n in range(5)]
    html = render_library(heads, 2, CHINESE)
    assert re.findall(r'<span class="title">(.*?)</span>', html) == ["文0", "文1"]
    assert "共 5 篇文章" in html
    assert "另有 3 篇" in html
    assert "1,200 字" in html


def test_an_empty_library_says_how_to_add_essays():
    assert "rag add" in render_empty_library(CHINESE)
    assert "rag add" in render_empty_library(ENGLISH)
