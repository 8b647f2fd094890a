"""The laws of the records, over essays made of headings, lists and debris, and over any text at all."""

import hashlib
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.essays.debris import find_debris
from rag.essays.markdown import find_headings
from rag.essays.outline import outline_essays
from rag.essays.passages import split_passages
from rag.records import Outline, SourceText
from rag.settings import PASSAGE_LIMIT

WORDS = st.text(alphabet="读书写作讨论学习工作的是要在和1一（）(“”、，,", min_size=1, max_size=30)
SENTENCE = st.builds(
    lambda words, stop: words + stop, WORDS, st.sampled_from(["。", "；", "！", "？”", ".", "：", "", " "])
)
LABEL = st.sampled_from(
    ["第一章 ", "第二章", "一、", "二、", "三、", "（一）", "(二)", "1.", "2、", "（1）", "(2)", "①", "②", "# ", "## ",
     "附件1 ", "一是", "二是", "三是", "首先", "其次", "最后", "——", "- ", "  - ", "第一篇：", "第二篇：", "作者：",
     "2024年5月4日", ""]
)  # fmt: skip
DEBRIS = st.sampled_from(["- 3 -", "上一篇：甲下一篇：乙", "本站热搜", "（责任编辑：李明）", "---\ntitle: 题\n---"])
LINE = st.one_of(
    st.builds(lambda label, sentences: label + "".join(sentences), LABEL, st.lists(SENTENCE, max_size=6)),
    st.builds(lambda label, words: label + words * 40, LABEL, WORDS),
    DEBRIS,
)
ESSAY = st.lists(LINE, min_size=1, max_size=25).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n", " \n　"]).map(lambda gap: gap.join(lines))
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")) | st.text(
    alphabet="一二三四是要、。（）()1.2①②—\n #-：篇第章　 \u2028\x85字"
)


def check(text: str) -> None:
    source = SourceText("/books/a.md", text, find_headings(text))
    outlines = outline_essays(source)
    assert "".join(found.essay.text for found in outlines) == (text if text.strip() else "")
    position = 0
    for found in outlines:
        essay = found.essay
        assert essay.source_start == position
        position += len(essay.text)
        identity = f"/books/a.md\0{essay.source_start}\0{essay.text}"
        assert essay.id == hashlib.sha256(identity.encode()).hexdigest()[:16]
        assert essay.sha256 == hashlib.sha256(essay.text.encode()).hexdigest()
        assert essay.title.strip()
        check_sections(found)
        check_lists(found)
        check_passages(found)


def check_sections(found: Outline) -> None:
    root, *others = found.sections
    text = found.essay.text
    assert (root.path, root.level, root.start, root.body_start, root.end) == ((), 0, 0, 0, len(text))
    around = [root]
    for section in others:
        assert section.essay_id == found.essay.id
        assert section.start <= section.body_start <= section.end
        assert section.level == len(section.path) >= 1
        while around[-1].level >= section.level:
            closed = around.pop()
            assert closed.end == section.start or section.start >= closed.end
        parent = around[-1]
        assert parent.path == section.path[:-1]
        assert parent.body_start <= section.start
        assert section.end <= parent.end
        around.append(section)
    starts = [section.start for section in others]
    assert starts == sorted(set(starts))
    # Children stand one after another up to the end of their parent, so that they and its own body tile it.
    for i, section in enumerate(found.sections):
        children = [s for s in found.sections[i + 1 :] if s.start < section.end and s.level == section.level + 1]
        for child, following in pairwise(children):
            assert child.end == following.start
        assert not children or children[-1].end == section.end


def check_lists(found: Outline) -> None:
    text = found.essay.text
    paths = {section.path: section for section in reversed(found.sections)}
    starts = [each.points[0].start for each in found.lists]
    assert starts == sorted(starts)
    for each in found.lists:
        assert len(each.points) >= 2
        assert each.section in paths
        assert 0 <= each.head_start <= each.head_end <= each.points[0].start
        assert [point.number for point in each.points] == list(range(1, len(each.points) + 1))
        end = 0
        for point in each.points:
            assert end <= point.start < point.end <= len(text)
            assert text.startswith(point.label, point.start)
            assert point.section == each.section
            assert not text[point.end - 1].isspace()
            end = point.end


def check_passages(found: Outline) -> None:
    text = found.essay.text
    covered = bytearray(len(text))
    end = 0
    for passage in split_passages(found):
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip()
        assert len(passage.text) <= PASSAGE_LIMIT
        assert end <= passage.start
        end = passage.end
        inside = [
            s for s in found.sections if s.path == passage.section and s.start <= passage.start and passage.end <= s.end
        ]
        assert inside
        children = [
            s for s in found.sections if s.level > inside[0].level and s.start < passage.end and passage.start < s.end
        ]
        assert not any(inside[-1].start <= s.start and s.end <= inside[-1].end for s in children)
        assert not any(span.start < passage.end and passage.start < span.end for span in found.debris)
        covered[passage.start : passage.end] = b"\1" * len(passage.text)
    for section in found.sections[1:]:
        heading = text[section.start : section.body_start]
        if "\n" in heading[len(heading.rstrip()) :] or section.body_start == len(text):
            covered[section.start : section.body_start] = b"\1" * len(heading)
    for span in found.debris:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    assert not [i for i, mark in enumerate(text) if not covered[i] and not mark.isspace()]


@settings(max_examples=300, deadline=None)
@given(ESSAY)
def test_laws_hold_for_structured_essays(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_laws_hold_for_any_text(text: str) -> None:
    check(text)


@given(ESSAY)
def test_debris_is_in_order_and_never_overlaps(text: str) -> None:
    spans = find_debris(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_odd_essays() -> None:
    for text in [
        "字",
        "。",
        "- 3 -",
        "本站热搜\n- 3 -",
        "# <script>alert(1)</script>\n<b>正文</b>",
        "一、\n二、\n三、",
        "\n\n　字\n",
    ]:
        check(text)
    check("".join(f"{n}、标题{n}\n正文。\n" for n in range(1, 1000)))
    check("\n".join(f"{'#' * (n % 6 + 1)} 标题{n}" for n in range(300)))
    many = "\n".join(f"# 标题{n}" for n in range(10_000))
    (found,) = outline_essays(SourceText("/a.md", many, find_headings(many)))
    assert len(found.sections) == 10_001
    assert split_passages(found) == ()
