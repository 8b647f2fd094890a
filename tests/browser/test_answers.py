"""Asking, and checking the proof of every sentence."""

from __future__ import annotations

import pytest
from page_essays import NOTES, REPORT
from playwright.sync_api import Page, expect

LIST_QUESTION = "2025年要办好哪十二件实事？"
FACT_QUESTION = "石桥镇粮食总产量达到多少？"


def marked_text(page: Page) -> str:
    return page.evaluate(
        "[...document.querySelectorAll('.reader mark.current')].map(mark => mark.textContent).join('')"
    )


def is_in_sight(page: Page) -> bool:
    return page.evaluate(
        """() => {
            const mark = document.querySelector('.reader mark.current').getClientRects()[0];
            const reader = document.querySelector('.reader').getBoundingClientRect();
            return mark.top >= reader.top && mark.bottom <= reader.bottom;
        }"""
    )


def test_every_citation_opens_its_essay_and_lights_up_exactly_its_quote(visits, server, ask):
    page = visits.open(server)
    ask(page, LIST_QUESTION)
    assert page.locator(".statement").count() == 12
    marks = page.locator(".cite")
    assert [mark.inner_text() for mark in marks.all()] == [str(n) for n in range(1, 13)]
    for mark in marks.all():
        mark.click()
        quote = mark.get_attribute("data-quote")
        expect(page.locator(".position")).to_have_text(f"引用 {mark.inner_text()} / 12")
        assert marked_text(page) == quote
        start, end = (int(mark.get_attribute(f"data-{edge}") or -1) for edge in ("start", "end"))
        assert REPORT[start:end] == quote
        assert is_in_sight(page)
    # The essay shown is the essay that was added, character for character.
    assert page.evaluate("document.querySelector('.reader').textContent") == REPORT
    expect(page.locator(".head .title")).to_have_text("石桥镇2024年工作报告")
    expect(page.locator(".head .path")).to_have_text("三、2025年的重点任务")


def test_a_quote_after_an_emoji_is_marked_exactly(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    mark = page.locator(".cite").first
    mark.click()
    quote = mark.get_attribute("data-quote") or ""
    assert "3.2万吨" in quote
    assert marked_text(page) == quote
    assert REPORT[int(mark.get_attribute("data-start") or -1) :].startswith(quote)


def test_the_first_citation_is_open_as_soon_as_the_answer_is_there(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    page.wait_for_selector(".reader mark.current")
    assert marked_text(page) == page.locator(".cite").first.get_attribute("data-quote")


def test_keys_reach_every_citation(visits, server, ask):
    page = visits.open(server)
    ask(page, LIST_QUESTION)
    page.wait_for_selector(".reader mark.current")
    third = page.locator(".cite").nth(2)
    third.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".position")).to_have_text("引用 3 / 12")
    assert marked_text(page) == third.get_attribute("data-quote")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".position")).to_have_text("引用 4 / 12")
    assert page.evaluate("document.activeElement.dataset.n") == "4"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".position")).to_have_text("引用 2 / 12")
    expect(page.locator(".cite[aria-current]")).to_have_text("2")
    # Arrow keys in the question box move the caret, not the citation; the slash key leads to the box.
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.press("ArrowRight")
    expect(page.locator(".position")).to_have_text("引用 2 / 12")


def test_buttons_walk_to_the_previous_and_next_citation(visits, server, ask):
    page = visits.open(server)
    ask(page, LIST_QUESTION)
    page.wait_for_selector(".reader mark.current")
    expect(page.locator(".trail .previous")).to_be_disabled()
    page.click(".trail .next")
    expect(page.locator(".position")).to_have_text("引用 2 / 12")
    assert marked_text(page) == page.locator(".cite").nth(1).get_attribute("data-quote")
    page.locator(".cite").nth(11).click()
    expect(page.locator(".trail .next")).to_be_disabled()


def test_evidence_says_why_it_was_found_and_leads_to_its_passage(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    page.wait_for_selector(".reader mark.current")
    page.click(".why summary")
    first = page.locator(".evidence li").first
    expect(first.locator(".reasons")).to_contain_text("词语检索第")
    expect(first.locator(".excerpt b").first).to_be_visible()
    first.locator(".passage").click()
    start, end = (int(first.locator(".passage").get_attribute(f"data-{edge}") or -1) for edge in ("start", "end"))
    expect(page.locator(".trail")).to_be_hidden()
    assert marked_text(page) == REPORT[start:end]


def test_the_outline_leads_to_a_heading(visits, server, ask):
    page = visits.open(server)
    ask(page, LIST_QUESTION)
    page.wait_for_selector(".reader mark.current")
    page.click(".contents")
    assert page.locator(".outline .jump").all_inner_texts() == [
        "一、过去一年的工作",
        "（一）民生",
        "二、存在的困难",
        "三、2025年的重点任务",
    ]
    page.locator(".outline .jump").nth(1).click()
    expect(page.locator(".outline")).to_be_hidden()
    expect(page.locator(".reader #section-2")).to_be_in_viewport()


def test_a_refusal_looks_like_none_and_leads_to_the_nearest_sections(visits, server, ask):
    page = visits.open(server)
    ask(page, "木星有多少颗卫星？")
    expect(page.locator(".refusal .verdict")).to_have_text("未找到依据")
    expect(page.locator(".refusal .reason")).not_to_be_empty()
    assert page.locator(".cite").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.refusal')).borderStyle") == "dashed"
    place = page.locator(".refusal .place").first
    if place.count():
        place.click()
        expect(page.locator(".head .title")).to_have_text(place.locator(".title").inner_text())


def test_a_follow_up_is_answered_and_shows_how_it_was_understood(visits, server, ask):
    page = visits.open(server)
    ask(page, "当前主要有哪三个困难？")
    ask(page, "那第二点呢？")
    last = page.locator(".turn").nth(1)
    expect(last.locator(".understood")).to_be_visible()
    expect(last.locator(".statement").first).to_contain_text("灌溉渠道老化")


def test_an_essay_that_is_gone_still_shows_what_was_quoted(visits, server, ask):
    page = visits.open(server)
    ask(page, "旧灯塔每晚几点亮灯？")
    quote = page.locator(".cite").first.get_attribute("data-quote")
    server.remove("灯塔.txt")
    page.reload()
    page.locator(".cite").first.click()
    expect(page.locator(".gone")).to_contain_text("已不在文库中")
    expect(page.locator(".gone blockquote")).to_have_text(quote or "")


def test_an_example_question_is_asked_with_a_click(visits, server):
    page = visits.open(server)
    example = page.locator(".example").first
    question = example.inner_text()
    example.click()
    page.wait_for_selector(".turn .foot")
    expect(page.locator(".turn .question")).to_have_text(question)
    assert page.locator(".refusal").count() == 0


def test_the_shelf_opens_an_essay_to_read(visits, server):
    page = visits.open(server)
    page.locator(".shelf-list .place", has_text="茶山访谈手记").click()
    expect(page.locator(".head .title")).to_have_text("茶山访谈手记")
    assert page.evaluate("document.querySelector('.reader').textContent") == NOTES


@pytest.mark.parametrize("question", ["   ", "桥" * 1001])
def test_a_question_that_cannot_be_asked_is_explained_and_kept(visits, server, question):
    page = visits.open(server)
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(".notice .what")).to_have_text(
        "请先写下问题。" if not question.strip() else "问题太长：最多 1,000 个字。"
    )
    assert page.input_value("#question") == question
    assert page.locator(".turn").count() == 0
