"""The chat itself: stopping, retrying, copying, keys, conversations, languages, widths, and nothing from elsewhere."""

from __future__ import annotations

from playwright.sync_api import Page, expect

LIST_QUESTION = "2025年要办好哪十二件实事？"
FACT_QUESTION = "石桥镇粮食总产量达到多少？"


def list_names(page: Page) -> list[str]:
    return page.locator(".conversations .open").all_inner_texts()


def test_an_answer_grows_and_can_be_stopped(visits, server):
    page = visits.open(server)
    page.fill("#question", LIST_QUESTION)
    page.press("#question", "Enter")
    page.wait_for_selector(".statement")
    page.click(".composer .stop")
    expect(page.locator(".stopped")).to_have_text("已停止")
    n_shown = page.locator(".statement").count()
    assert 0 < n_shown < 12
    expect(page.locator(".facts")).to_contain_text(f"{n_shown} 处引用")
    page.reload()
    expect(page.locator(".stopped")).to_be_visible()
    assert page.locator(".statement").count() == n_shown


def test_retry_replaces_the_answer(visits, server):
    page = visits.open(server)
    page.fill("#question", LIST_QUESTION)
    page.press("#question", "Enter")
    page.wait_for_selector(".statement")
    page.click(".composer .stop")
    page.wait_for_selector(".stopped")
    page.click(".retry")
    expect(page.locator(".statement")).to_have_count(12)
    expect(page.locator(".stopped")).to_have_count(0)
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)
    assert page.locator(".statement").count() == 12


def test_the_copied_text_has_statements_and_sources(visits, server, ask):
    page = visits.open(server, permissions=["clipboard-read", "clipboard-write"])
    ask(page, FACT_QUESTION)
    page.click(".copy")
    expect(page.locator(".copy")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    quote = page.locator(".cite").first.get_attribute("data-quote")
    assert copied.startswith(f"问：{FACT_QUESTION}\n答：")
    assert f"[1] 石桥镇2024年工作报告 › 一、过去一年的工作：“{quote}”" in copied


def test_enter_that_ends_a_composition_does_not_send(visits, server):
    page = visits.open(server)
    session = page.context.new_cdp_session(page)
    page.focus("#question")
    session.send("Input.imeSetComposition", {"text": "shiqiao", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    session.send("Input.insertText", {"text": "石桥"})
    # As Safari reports it: the composition has ended, and the key that ended it still comes.
    page.evaluate(
        """document.querySelector('#question').dispatchEvent(
            new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"""
    )
    page.evaluate(
        """document.querySelector('#question').dispatchEvent(
            new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert page.input_value("#question") == "石桥"
    assert page.locator(".turn").count() == 0
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("镇的粮食产量是多少？")
    assert page.input_value("#question") == "石桥\n镇的粮食产量是多少？"
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn .foot")
    assert page.input_value("#question") == ""


def test_conversations_survive_a_reload_and_a_restart(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    page.click(".side .new")
    assert page.locator(".turn").count() == 0
    ask(page, "手工炒茶最难的是什么？")
    ask(page, "木星有多少颗卫星？")
    assert list_names(page) == ["手工炒茶最难的是什么？", FACT_QUESTION]
    shown = page.locator(".turns").inner_text()

    page.reload()
    page.wait_for_selector(".turn .foot")
    assert page.locator(".turns").inner_text() == shown

    server.stop()
    server.start()
    page.reload()
    page.wait_for_selector(".turn .foot")
    assert page.locator(".turns").inner_text() == shown
    page.locator(".conversations .open").nth(1).click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".turn .question")).to_have_text(FACT_QUESTION)
    page.locator(".cite").first.click()
    expect(page.locator(".reader mark.current").first).to_be_visible()


def test_a_lost_server_is_explained_and_the_question_kept(visits, server):
    page = visits.open(server)
    server.stop()
    page.fill("#question", FACT_QUESTION)
    page.press("#question", "Enter")
    expect(page.locator(".notice .what")).to_contain_text("连不上服务")
    assert page.input_value("#question") == FACT_QUESTION
    server.start()
    page.reload()
    page.wait_for_selector(".frame.ready")
    assert page.input_value("#question") == FACT_QUESTION
    page.press("#question", "Enter")
    page.wait_for_selector(".turn .foot")
    expect(page.locator("#question")).to_have_value("")


def test_a_conversation_is_renamed_and_deleted(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    row = page.locator(".conversations li").first
    row.hover()
    row.locator(".rename").click()
    page.fill(".dialog input", '<img src=x onerror="window.hacked=7">')
    page.keyboard.press("Enter")
    expect(page.locator(".conversations .open")).to_have_text('<img src=x onerror="window.hacked=7">')
    row.hover()
    row.locator(".delete").click()
    expect(page.locator(".dialog p")).to_contain_text('<img src=x onerror="window.hacked=7">')
    page.click(".dialog .cancel")
    assert len(list_names(page)) == 1
    row.hover()
    row.locator(".delete").click()
    page.click(".dialog .confirm")
    expect(page.locator(".conversations .none")).to_be_visible()
    assert page.locator(".turn").count() == 0
    page.reload()
    page.wait_for_selector(".conversations .none")
    assert page.evaluate("window.hacked") is None


def test_two_readers_do_not_see_each_other(visits, server, ask):
    first, second = visits.open(server), visits.open(server)
    ask(first, FACT_QUESTION)
    second.reload()
    expect(second.locator(".conversations .none")).to_be_visible()
    # Not even with the conversation's name in hand.
    stolen = first.evaluate("localStorage.getItem('wenzheng.conversation')")
    second.evaluate("id => localStorage.setItem('wenzheng.conversation', id)", stolen)
    second.reload()
    second.wait_for_selector(".frame.ready")
    assert second.locator(".turn").count() == 0
    keys = {page.evaluate("localStorage.getItem('wenzheng.owner')") for page in (first, second)}
    assert len(keys) == 2
    assert all(len(key) == 48 for key in keys)


def test_markup_in_essays_and_questions_never_runs(visits, server, ask):
    page = visits.open(server)
    ask(page, '水准仪的视线高程是多少？<img src=x onerror="window.hacked=8"><script>window.hacked=9</script>')
    if not page.locator(".cite").count():
        ask(page, "水准仪的视线高程是多少米？")
    page.locator(".cite").first.click()
    page.wait_for_selector(".reader mark.current")
    for summary in page.locator(".why summary").all():
        summary.click()
    page.wait_for_selector(".evidence li")
    page.click(".contents")
    page.locator(".cite").first.hover()
    page.click(".shelf")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".frame :is(.turns, .pane, .side) :is(img, script, svg)").count() == 0
    expect(page.locator(".shelf-list")).to_contain_text("<img src=x onerror=")


def test_a_phone_shows_the_essay_as_a_sheet_and_never_scrolls_sideways(visits, server, ask):
    page = visits.open(server, width=375, height=812, has_touch=True, is_mobile=True)
    ask(page, LIST_QUESTION)
    widths = "[document.documentElement.scrollWidth, document.querySelector('.scroll').scrollWidth]"
    assert page.evaluate(widths) == [375, 375]
    mark = page.locator(".cite").nth(4)
    mark.tap()
    page.wait_for_selector(".reader mark.current")
    expect(page.locator(".pane")).to_be_in_viewport()
    expect(page.locator(".reader mark.current").first).to_be_in_viewport()
    assert page.locator(".pane").get_attribute("role") == "dialog"
    assert page.evaluate("document.querySelector('.reader').scrollWidth") <= 375
    assert page.evaluate("document.querySelector('.chat').inert")
    page.tap(".trail .next")
    expect(page.locator(".position")).to_have_text("引用 6 / 12")
    page.tap(".pane .close")
    expect(page.locator(".pane")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.n") == "5"
    assert not page.evaluate("document.querySelector('.chat').inert")
    page.tap(".menu")
    expect(page.locator(".side .new")).to_be_in_viewport()
    assert page.evaluate(widths) == [375, 375]


def test_english_by_the_browsers_language(visits, server, ask):
    page = visits.open(server, language="en-GB")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator(".welcome h2")).to_have_text("What would you like to know?")
    ask(page, "木星有多少颗卫星？")
    expect(page.locator(".refusal .verdict")).to_have_text("No evidence found")
    other = visits.open(server, language="fr-FR")
    expect(other.locator(".welcome h2")).to_have_text("想从文章里知道什么？")


def test_nothing_is_fetched_from_elsewhere(visits, server, ask):
    page = visits.open(server)
    ask(page, FACT_QUESTION)
    page.click(".why summary")
    page.wait_for_selector(".evidence li")
    page.wait_for_timeout(500)
    assert len(visits.requests) > 10
    assert [url for url in visits.requests if not url.startswith((server.url, "data:", "blob:" + server.url))] == []
    headers = page.request.get(server.url).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "script-src-attr 'none'" in headers["content-security-policy"]
    blocked = page.evaluate("fetch('https://example.com/').then(() => 'fetched', () => 'blocked')")
    assert blocked == "blocked"
    assert page.locator("footer:visible").count() == 0


def test_an_empty_library_says_how_to_begin(visits, empty_server):
    page = visits.open(empty_server)
    expect(page.locator(".welcome h2")).to_have_text("文库里还没有文章")
    expect(page.locator(".command")).to_contain_text("rag add")


def test_dark_mode_follows_the_system(visits, server):
    colours = []
    for scheme in ("light", "dark"):
        page = visits.open(server, color_scheme=scheme)
        colours.append(page.evaluate("getComputedStyle(document.querySelector('.frame')).backgroundColor"))
    assert colours == ["rgb(250, 249, 246)", "rgb(25, 24, 22)"]
