import pytest
from outlines import head, outline, points


def only_list(text: str) -> tuple[str, list[tuple[str, str]]]:
    found = outline(text)
    assert len(found.lists) == 1
    return head(found, found.lists[0]), points(found, found.lists[0])


@pytest.mark.parametrize(
    "labels",
    [("一是", "二是", "三是"), ("一要", "二要", "三要"), ("第一", "第二", "第三"), ("首先", "其次", "再次"),
     ("首先", "其次", "最后"), ("其一", "其二", "其三"), ("(1)", "(2)", "(3)"), ("（一）", "（二）", "（三）"),
     ("①", "②", "③"), ("1.", "2.", "3."), ("一靠", "二靠", "三靠")],
)  # fmt: skip
def test_lists_inside_a_paragraph(labels: tuple[str, str, str]) -> None:
    comma = "，" if labels[0] in ("第一", "首先", "其一") else ""
    a, b, c = (f"{label}{comma}{what}" for label, what in zip(labels, ["读书；", "写作；", "讨论。"], strict=True))
    text = f"论学习\n人要学习。学习有以下三种办法：{a}{b}{c}大家都要努力。"
    assert only_list(text) == ("学习有以下三种办法：", [(labels[0], a), (labels[1], b), (labels[2], c)])


def test_items_of_several_sentences_last_until_the_paragraph_or_its_summary() -> None:
    first, second = "一是读书。书要精读。", "二是写作。写作要勤。"
    assert only_list(f"题\n办法有两条。{first}{second}\n下一段。")[1] == [("一是", first), ("二是", second)]
    assert only_list(f"题\n办法有两条。{first}{second}总之，要学。\n")[1] == [("一是", first), ("二是", second)]
    assert only_list(f"题\n办法有两条。{first}{second}通过这些措施，大有长进。\n")[1][1] == ("二是", second)


def test_paragraphs_with_several_paragraphs_under_them() -> None:
    text = (
        "题\n一、办法\n要做好以下两件事:\n\n一是读书。要精读。\n\n还要多读。\n\n二是写作\n\n写作要勤。\n\n文字要短。\n\n"
        "总之，要学。\n\n二、结尾\n没有了。\n"
    )
    lead, found = only_list(text)
    assert lead == "要做好以下两件事:"
    assert found == [("一是", "一是读书。要精读。\n\n还要多读。"), ("二是", "二是写作\n\n写作要勤。\n\n文字要短。")]


def test_single_paragraphs_end_with_themselves() -> None:
    text = "题\n一、办法\n一是读书。\n二是写作。\n各方面都有了进步。\n二、结尾\n没有了。\n"
    assert only_list(text) == ("一、办法", [("一是", "一是读书。"), ("二是", "二是写作。")])


def test_a_sentence_that_counts_the_items_announces_them() -> None:
    text = "题\n书里有{}个故事。\n一是铅笔。\n二是胶鞋。\n三是欠条。\n"
    assert only_list(text.format("三"))[0] == "书里有三个故事。"
    assert only_list(text.format("四"))[0] == ""


def test_no_head_where_nothing_announces() -> None:
    assert only_list("题\n今天天气很好。\n一是读书。\n二是写作。\n")[0] == ""


def test_a_list_in_brackets_ends_with_them() -> None:
    text = "题\n我们创新内容、创新机制. (一是创新内容,(如讲座)要活;二是创新机制;把两者结合,)把工作做好."
    assert only_list(text) == (
        "我们创新内容、创新机制.",
        [("一是", "一是创新内容,(如讲座)要活;"), ("二是", "二是创新机制;把两者结合,")],
    )


def test_lists_inside_items() -> None:
    text = "题\n做法是：一是读书，包括(1)古书；(2)今书。二是写作，包括(1)文章；(2)诗歌。"
    found = outline(text)
    assert [points(found, each) for each in found.lists] == [
        [("一是", "一是读书，包括(1)古书；(2)今书。"), ("二是", "二是写作，包括(1)文章；(2)诗歌。")],
        [("(1)", "(1)古书；"), ("(2)", "(2)今书。")],
        [("(1)", "(1)文章；"), ("(2)", "(2)诗歌。")],
    ]
    assert [head(found, each) for each in found.lists] == ["做法是：", "一是读书，包括", "二是写作，包括"]


def test_a_list_that_restarts_is_a_new_one() -> None:
    text = "题\n优点是：一是快；二是好。缺点是：一是贵；二是少；三是远。"
    found = outline(text)
    assert [(head(found, each), len(each.points)) for each in found.lists] == [("优点是：", 2), ("缺点是：", 3)]


@pytest.mark.parametrize(
    ("sign", "label"),
    [("——", "——"), ("—— ", "——"), ("- ", "-"), ("* ", "*"), ("•", "•"), ("● ", "●"), ("1. ", "1."), ("（1）", "（1）")],
)
def test_lines_of_a_list(sign: str, label: str) -> None:
    signs = [sign, sign.replace("1", "2")]
    text = f"题\n有如下两条：\n{signs[0]}读书使人明理。\n{signs[1]}写作使人准确。\n其他不说。"
    lead, found = only_list(text)
    assert lead == "有如下两条："
    assert found == [(label, f"{signs[0]}读书使人明理。"), (label.replace("1", "2"), f"{signs[1]}写作使人准确。")]
    assert [point.number for point in outline(text).lists[0].points] == [1, 2]


def test_nested_bullets() -> None:
    text = "题\n有如下两条：\n- 读书\n  - 古书\n  - 今书\n- 写作\n"
    found = outline(text)
    assert [[words for _, words in points(found, each)] for each in found.lists] == [
        ["- 读书\n  - 古书\n  - 今书", "- 写作"],
        ["- 古书", "- 今书"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "题\n一是读书。没有第二条。",
        "题\n二是写作，三是讨论。",
        "题\n首先要读书。然后休息。",
        "题\n全国第一，世界第二。",
        "题\n依照第（一）项、第（二）项的规定办理。",
        "题\n增长1.5万，下降2.5万。",
        "题\n统一是好的，不二是对的。",
        "题\n——副题一行\n正文在此。",
    ],
)
def test_what_is_no_list(text: str) -> None:
    assert outline(text).lists == ()


def test_a_signature_belongs_to_no_point() -> None:
    text = "题\n一、办法\n首先要读书\n读书要精。\n其次要写作\n写作要勤。\n某县机关党工委\n2011年7月29日\n"
    assert only_list(text)[1] == [("首先", "首先要读书\n读书要精。"), ("其次", "其次要写作\n写作要勤。")]


def test_the_last_of_several_paragraphs_is_as_long_as_its_neighbours() -> None:
    text = "题\n一是读书。\n书要精读。\n二是写作。\n文要多写。\n今年春天雨水很多。\n"
    assert only_list(text)[1] == [("一是", "一是读书。\n书要精读。"), ("二是", "二是写作。\n文要多写。")]


def test_a_list_inside_the_paragraph_of_an_item_leaves_the_outer_one_whole() -> None:
    text = "题\n一是读书。读法有：一是精读；二是略读。\n二是写作。\n三是讨论。\n"
    found = outline(text)
    assert [[label for label, _ in points(found, each)] for each in found.lists] == [
        ["一是", "二是", "三是"],
        ["一是", "二是"],
    ]
    assert points(found, found.lists[1]) == [("一是", "一是精读；"), ("二是", "二是略读。")]


def test_a_reference_is_no_first_item() -> None:
    assert outline("题\n由式(1)可知，读书有用；由式(2)可知，写作有用。").lists == ()


def test_a_label_goes_to_the_list_that_stands_as_it_does() -> None:
    text = "题\n一是读书。读书之道，一是精读。\n二是写作。\n"
    assert only_list(text)[1] == [("一是", "一是读书。读书之道，一是精读。"), ("二是", "二是写作。")]
