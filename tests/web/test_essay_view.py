from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from rag.essays.outline import outline_essays
from rag.records import Outline, SourceText
from rag.web.essay_view import Place, find_heading, find_section, render_essay, render_outline

TEXT = """石桥记
陈一鸣

一、来历
　　石桥修于明代，
长二十丈。桥上有三件事物：一是石狮，二是碑，三是亭。

（一）石狮。共有十二只。
二、现状
游人不断🌉，桥面平整。
"""


def outline_text(text: str) -> Outline:
    return outline_essays(SourceText(source="/a.txt", text=text))[0]


def text_content(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def marked(html: str, number: int) -> str:
    parts = re.findall(r'<mark data-n="([0-9 ]+)">(.*?)</mark>', html, flags=re.DOTALL)
    return text_content("".join(inner for numbers, inner in parts if str(number) in numbers.split()))


def test_headings_paragraphs_and_title_become_their_own_elements():
    html = render_essay(outline_text(TEXT))
    assert re.findall(r"<h3[^>]*>(.*?)<", html) == ["石桥记"]
    assert re.findall(r'<h4 class="heading level-1" id="(section-[0-9])">(.*?)<', html) == [
        ("section-1", "一、来历"),
        ("section-3", "二、现状"),
    ]
    # A heading that runs into its text stays in its paragraph.
    assert '<p id="section-2"><strong class="runin">（一）石狮。</strong>共有十二只。' in html
    assert '<b class="label">一是</b>石狮' in html


def test_a_place_is_marked_in_code_points_even_after_an_emoji():
    outline = outline_text(TEXT)
    start = outline.essay.text.index("桥面平整")
    html = render_essay(outline, [Place(4, start, start + 4)])
    assert '🌉，<mark data-n="4">桥面平整</mark>。' in html


def test_overlapping_places_are_each_marked_whole():
    outline = outline_text(TEXT)
    text = outline.essay.text
    first, second = text.index("石桥修于"), text.index("明代")
    html = render_essay(outline, [Place(1, first, first + 8), Place(12, second, text.index("一是"))])
    assert marked(html, 1) == text[first : first + 8]
    assert marked(html, 12) == text[second : text.index("一是")]
    assert marked(html, 2) == ""


def test_markup_in_an_essay_is_shown_not_obeyed():
    text = '<script>alert(1)</script>\n\n一、<img src=x onerror="alert(2)">\n正文 & <b>粗</b>。\n'
    outline = outline_text(text)
    for html in (render_essay(outline, [Place(1, 0, 8)]), render_outline(outline)):
        assert "<script" not in html
        assert "<img" not in html
    assert text_content(render_essay(outline)) == outline.essay.text


ESSAYS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "一、来历",
                "（一）石狮。共有十二只。",
                "# 标题",
                "",
                "　　",
                "1．小节",
                "二、现状",
                "一是甲；二是乙；三是丙。",
                "上一篇：某文",
            ]
        ),
        st.text(alphabet="桥水，。；“”<>&\"' 　\tab1🌉\U00020000", max_size=90),
    ),
    min_size=1,
    max_size=14,
).map("\n".join)


@given(ESSAYS.filter(str.strip), st.lists(st.tuples(st.integers(0, 300), st.integers(1, 120)), max_size=5))
def test_the_text_content_is_the_essay_and_each_mark_holds_exactly_its_characters(text, spans):
    outline = outline_text(text)
    essay = outline.essay.text
    places = [Place(number, start, start + length) for number, (start, length) in enumerate(spans, start=1)]
    html = render_essay(outline, places)
    assert text_content(html) == essay
    for place in places:
        assert marked(html, place.number) == essay[place.start : place.end]


def test_the_deepest_section_of_a_character_is_found():
    outline = outline_text(TEXT)
    text = outline.essay.text
    assert find_section(outline, text.index("明代")).path == ("一、来历",)
    assert find_section(outline, text.index("十二只")).path == ("一、来历", "（一）石狮")
    assert find_section(outline, text.index("游人")).path == ("二、现状",)
    assert find_section(outline, 0).path == ()


def test_a_path_leads_to_its_section_or_to_the_nearest_one_above():
    outline = outline_text(TEXT)
    assert find_heading(outline, ("一、来历", "（一）石狮")) == 2
    assert find_heading(outline, ("二、现状", "（九）没有")) == 3
    assert find_heading(outline, ("没有",)) == 0
    assert find_heading(outline, ()) == 0


def test_the_outline_names_every_heading_in_order():
    html = render_outline(outline_text(TEXT))
    assert re.findall(r'data-anchor="(section-[0-9])">(.*?)<', html) == [
        ("section-1", "一、来历"),
        ("section-2", "（一）石狮"),
        ("section-3", "二、现状"),
    ]
    assert render_outline(outline_text("只有一句话。")) == ""
