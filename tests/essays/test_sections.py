import pytest
from outlines import headings, outline

from rag.essays.markdown import find_headings
from rag.essays.outline import outline_essays
from rag.records import HeadingMark, SourceText

BODY = "这里是正文，说明事情的经过。还有一句。\n"


def test_every_level_in_use() -> None:
    labels = ["第一编 总论", "第一章 绪论", "第一节 缘起", "一、背景", "（一）国内", "1. 城市", "（1）东部", "①沿海"]
    text = "大书\n" + "".join(f"{label}\n{BODY}" for label in labels)
    # A lone number of the three lowest kinds is no chain, so each gets a second item.
    text += f"②内地\n{BODY}（2）西部\n{BODY}2．农村\n{BODY}(二)国外\n{BODY}二、意义\n{BODY}"
    assert headings(outline(text)) == [
        (1, "第一编 总论"), (2, "第一章 绪论"), (3, "第一节 缘起"), (4, "一、背景"), (5, "（一）国内"), (6, "1. 城市"),
        (7, "（1）东部"), (8, "①沿海"), (8, "②内地"), (7, "（2）西部"), (6, "2．农村"),
        (5, "(二)国外"), (4, "二、意义"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("（一）产业升级见效。工业增长很快，投资增加。", "（一）产业升级见效", "工业增长很快，投资增加。"),
        (
            "一、抓制度,营造环境 环境要靠制度来保证。二者缺一不可。",
            "一、抓制度,营造环境",
            "环境要靠制度来保证。二者缺一不可。",
        ),
        ("一、2024 年“学 习”工作 回顾。很好。", "一、2024 年“学 习”工作", "回顾。很好。"),
        ("一、为什么读书？因为要明理。", "一、为什么读书？", "因为要明理。"),
        ("一、总体要求：坚持学习，坚持思考。不断进步。", "一、总体要求：", "坚持学习，坚持思考。不断进步。"),
    ],
)
def test_headings_that_run_into_their_text(line: str, name: str, rest: str) -> None:
    text = f"题目\n{line}\n二、结尾\n{BODY}" if line[0] == "一" else f"题目\n{line}\n（二）结尾\n{BODY}"
    section = outline(text).sections[1]
    assert section.path == (name.rstrip("："),)
    assert text[section.body_start :].lstrip().startswith(rest)
    assert text[section.start : section.body_start].strip().rstrip("。") == name


def test_a_very_long_heading_is_cut_at_a_comma() -> None:
    text = "题目\n一、" + "，".join(["抓好学习教育工作"] * 12) + "。然后做事。\n二、结尾\n" + BODY
    found = outline(text)
    assert headings(found) == [(1, "一、" + "，".join(["抓好学习教育工作"] * 6)), (1, "二、结尾")]
    assert text[found.sections[1].body_start :].startswith("抓好学习教育工作，")


def test_a_heading_wrapped_over_two_lines_is_one() -> None:
    text = f"题目\n一、当前基层单位学习教育\n\n存在的主要问题\n\n(一)时间少\n{BODY}(二)办法少\n{BODY}"
    found = outline(text)
    assert headings(found) == [(1, "一、当前基层单位学习教育存在的主要问题"), (2, "(一)时间少"), (2, "(二)办法少")]
    section = found.sections[1]
    assert text[section.start : section.body_start] == "一、当前基层单位学习教育\n\n存在的主要问题\n\n"


def test_a_short_line_under_a_heading_is_not_drawn_into_it() -> None:
    paragraph = BODY.strip() * 3 + "\n"
    text = f"题目\n李明\n一、主要的措施和办法\n加强领导\n{paragraph}落实责任\n{paragraph}二、结尾\n{BODY}"
    assert headings(outline(text)) == [(1, "一、主要的措施和办法"), (1, "二、结尾")]


def test_the_rest_of_a_heading_may_stand_alone_over_a_paragraph() -> None:
    paragraph = "作风建设不能只有批评，没有表扬，批评是为了改正，表扬是为了鼓励，两样都不能少，缺一样都做不好工作。\n"
    text = (
        f"题目\n\n一、重在检查,把问题找准\n\n{paragraph}\n二、重在激励,让实干的人\n\n不吃亏\n\n{paragraph}\n{paragraph}"
    )
    assert headings(outline(text)) == [(1, "一、重在检查,把问题找准"), (1, "二、重在激励,让实干的人不吃亏")]


def test_an_empty_section_at_a_cut_off_end() -> None:
    text = f"题目\n一、职能\n{BODY}（一）甲\n{BODY}（二）乙"
    last = outline(text).sections[-1]
    assert (last.path, last.body_start, last.end) == (("一、职能", "（二）乙"), len(text), len(text))


@pytest.mark.parametrize(
    "text",
    [
        "题目\n有下列情形之一的：\n（一）不读书的；\n（二）不写作的；\n（三）不讨论的。\n",
        "题目\n名词解释\n1.学习：指读书、听讲和练习。很重要。\n2.练习：指反复地做。也重要。\n",
        "题目\n1.5万人读书。\n2.5万人写作。\n",
        "题目\n甲\t一、乙\t丙\n一、甲\t乙\t丙\n二、甲\t乙\t丙\n",
        "题目\n一、二、三产业融合发展。很好。\n",
        "①许多年以前，人们已经知道读书有用，这不用多说，大家都懂。可是做起来难。\n②后来，人们又知道写作更加有用，这也不用多说。可是做起来更难。\n",
        "（1）今年雨多！去年雨少。\n（2）明年呢？谁也不知道。\n（3）等着看。看了再说。\n",
        "题目\n三、这一句话是从别处抄来的。前后都没有别的。\n",
    ],
)
def test_lines_that_only_look_like_headings(text: str) -> None:
    assert headings(outline(text)) == []


def test_numbers_inside_the_items_of_a_list_in_words_are_no_headings() -> None:
    text = "题目\n一、做法\n一是抓学习。\n（1）读书。多读好书。\n（2）听讲。多听好课。\n二是抓落实。\n"
    assert headings(outline(text)) == [(1, "一、做法")]


def test_numbers_may_go_on_through_sections_and_restart() -> None:
    text = f"题目\n一、甲\n1.一\n{BODY}2.二\n{BODY}二、乙\n3.三\n{BODY}4.四\n{BODY}附件1\n一、丙\n{BODY}二、丁\n{BODY}"
    assert [name for _, name in headings(outline(text))] == [
        "一、甲", "1.一", "2.二", "二、乙", "3.三", "4.四", "附件1", "一、丙", "二、丁",
    ]  # fmt: skip


def test_a_table_of_contents_is_no_section() -> None:
    text = f"题目\n目录\n一、甲 1\n二、乙 2\n\n一、甲\n{BODY}二、乙\n{BODY}"
    found = outline(text)
    assert headings(found) == [(1, "一、甲"), (1, "二、乙")]
    assert found.sections[1].start == text.index(f"一、甲\n{BODY}")


def test_traditional_characters() -> None:
    found = outline(f"論讀書\n第一編 總論\n{BODY}第一節 緣起\n{BODY}首先，讀書。其次，寫作。最後，討論。總之，學習。\n")
    assert headings(found) == [(1, "第一編 總論"), (2, "第一節 緣起")]
    assert [point.label for point in found.lists[0].points] == ["首先", "其次", "最後"]


def test_markdown_headings() -> None:
    text = f"# 论读书\n\n## 一、目的\n{BODY}### 明理\n{BODY}1. 第一件\n2. 第二件\n\n## 二、方法\n{BODY}"
    (found,) = outline_essays(SourceText("/a.md", text, find_headings(text)))
    assert found.essay.title == "论读书"
    assert headings(found) == [(1, "一、目的"), (2, "明理"), (1, "二、方法")]
    assert [point.label for point in found.lists[0].points] == ["1.", "2."]


def test_several_marks_of_the_highest_level_are_sections() -> None:
    text = f"# 目的\n{BODY}# 方法\n{BODY}"
    (found,) = outline_essays(SourceText("/论读书.md", text, find_headings(text)))
    assert headings(found) == [(1, "目的"), (1, "方法")]


def test_word_styles_give_labels_their_level() -> None:
    text = f"论读书\n（一）目的\n{BODY}一、细节\n{BODY}（二）方法\n{BODY}"
    mark = HeadingMark(text.index("（一）"), text.index("（一）") + 5, 1)
    (found,) = outline_essays(SourceText("/a.docx", text, (mark,), title="论读书"))
    assert headings(found) == [(1, "（一）目的"), (2, "一、细节"), (1, "（二）方法")]


def test_a_missing_number_does_not_break_the_chain() -> None:
    text = f"题目\n一、甲\n{BODY}三、丙\n{BODY}六、己\n{BODY}"
    assert headings(outline(text)) == [(1, "一、甲"), (1, "三、丙")]


def test_a_short_line_before_a_number_that_goes_on_is_no_rest_of_a_heading() -> None:
    text = (
        f"题目\n一、甲方面的主要工作\n1.甲\n{BODY}2.乙\n{BODY}二、乙方面的主要工作\n另起一行\n3.丙\n{BODY}4.丁\n{BODY}"
    )
    assert headings(outline(text))[3] == (1, "二、乙方面的主要工作")
