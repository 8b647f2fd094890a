"""Which essay and which year a question means, and what could answer it: each worked out by hand."""

import pytest

from rag.answer.byline import find_author_line, find_date_line, find_signature_line
from rag.answer.compare import split_sides, split_years
from rag.answer.expected import count_series, rate_fit
from rag.answer.names import NameIndex, Side, find_description
from rag.answer.places import find_ranked_places
from rag.answer.question import parse_question
from rag.answer.when import rate_tense, rate_years
from rag.records import Essay, EssayHead, Outline, Section

HEADS = [
    EssayHead("a", "2025年东湾县政府工作报告", "顾明远", "2025-01-08", "/x/东湾.txt", 900, 4),
    EssayHead("b", "2025年西岭县政府工作报告", "贺春来", "2025-01-09", "/x/西岭.txt", 900, 4),
    EssayHead("c", "关于读书会的几点体会", "沈知秋", "2023-04-23", "/x/三篇.txt", 900, 0),
    EssayHead("d", "老街改造见闻", "", "", "/x/三篇.txt", 900, 0),
    EssayHead("e", "东湾印象", "", "", "/x/散文.txt", 900, 0),
]


@pytest.mark.parametrize(
    ("question", "essays"),
    [
        ("东湾的粮食产量", {"a"}),
        ("东湾和西岭谁高", {"a", "b"}),
        ("《老街改造见闻》讲了什么", {"d"}),
        ("《读书会》讲了什么", {"c"}),
        ("沈知秋怎么看", {"c"}),
        ("第二篇讲什么", {"d"}),
        ("第二篇里沈知秋怎么说", {"d"}),
        ("北川的粮食产量", set()),
    ],
)
def test_named_essays(question: str, essays: set[str]) -> None:
    assert NameIndex.build(HEADS).find_essays(question) == essays


def test_a_place_counts_only_where_titles_form_a_family() -> None:
    assert set(NameIndex.build(HEADS).places) == {"东湾", "西岭"}
    assert set(NameIndex.build(HEADS[2:]).places) == set()


def test_words_that_only_name_an_essay_are_taken_out() -> None:
    index = NameIndex.build(HEADS)
    assert index.strip_names("东湾县的粮食产量").strip() == "的粮食产量"
    assert index.strip_names("《老街改造见闻》里的进度").strip() == "里的进度"
    assert find_description("敦州那篇文章写于哪一天") == "敦州"
    assert find_description("粮食产量是多少") == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("北川县2024年粮食产量", ("北川",)),
        ("全县粮食产量", ()),
        ("城市更新怎么做", ()),
        ("在临沧市有几所学校", ("临沧",)),
    ],
)
def test_ranked_places(text: str, names: tuple[str, ...]) -> None:
    assert find_ranked_places(text) == names


def test_a_comparison_is_one_question_for_each_side() -> None:
    sides = (Side("东湾", frozenset("a")), Side("西岭", frozenset("b")))
    parts = split_sides("东湾和西岭2024年谁的粮食产量更高？", sides)
    assert [(side.name, part.kind, part.years) for side, part in parts] == [
        ("东湾", "number", (2024,)),
        ("西岭", "number", (2024,)),
    ]
    assert all("西岭" not in part.asked and "东湾" not in part.asked for _, part in parts)
    years = split_years("对比2023年和2024年的粮食产量", ())
    assert [side.name for side in years] == ["2023年", "2024年"]
    assert split_years("2023年的粮食产量", ()) == ()


@pytest.mark.parametrize(
    ("asked", "sentence", "headings", "rating"),
    [
        ({2024}, "2024年增长5%。", "", 1.0),
        ({2024}, "去年增长5%。", "", 1.0),
        ({2024}, "增长5%。", "一、2024年工作回顾", 1.0),
        ({2024}, "增长5%。", "二、2025年工作安排", -1.0),
        ({2024}, "2022年增长5%。", "", -0.5),
        ({2024}, "增长5%。", "", 0.0),
        (set(), "2022年增长5%。", "", 0.0),
    ],
)
def test_years_agree(asked: set[int], sentence: str, headings: str, rating: float) -> None:
    assert rate_years(frozenset(asked), sentence, headings, "2025-01-08") == rating


def test_a_plan_is_no_result() -> None:
    result = parse_question("2024年完成了多少？")
    assert rate_tense(result, frozenset({2024}), "增长5%。", "二、2025年主要目标", "2025-01-08") == -1.0
    assert rate_tense(result, frozenset({2024}), "增长5%。", "一、2024年工作回顾", "2025-01-08") == 1.0
    assert rate_tense(result, frozenset(), "增长5%。", "三、保障", "") == 0.0


@pytest.mark.parametrize(
    ("question", "text", "fit"),
    [
        ("多少万辆汽车？", "生产汽车168.4万辆", 1.0),
        ("多少万辆汽车？", "增长94.5%", 0.5),
        ("多少万辆汽车？", "汽车产业发展很快", 0.0),
        ("哪三类环境？", "市场、法治、数字环境", 1.0),
        ("哪四类环境？", "市场、法治、数字环境", 0.8),
        ("什么是“三张清单”？", '"三张清单"是指权力、责任和负面清单', 1.0),
    ],
)
def test_fit(question: str, text: str, fit: float) -> None:
    assert rate_fit(parse_question(question), text) == fit


@pytest.mark.parametrize(
    ("text", "n"), [("细胞、基因和算力", 3), ("甲、乙、丙、丁", 4), ("一句话", 1), ("甲、乙，丙、丁、戊", 3)]
)
def test_count_series(text: str, n: int) -> None:
    assert count_series(text) == n


@pytest.mark.parametrize("written", ["2011年7月29日", "二〇一一年七月二十九日", "2011-07-29", "2011.7.29"])
def test_signature_and_date_are_lines_at_the_end(written: str) -> None:
    text = f"关于效能的思考\n杨立言\n{'正文很长。' * 40}\n\n温河县机关工委\n\n{written}\n"
    essay = Essay("x", "关于效能的思考", "杨立言", "2011-07-29", text, "f", 0, "")
    outline = Outline(essay, (Section("x", (), 0, 0, 0, len(text)),), ())
    lines = [find_author_line(outline), find_date_line(outline), find_signature_line(outline)]
    assert [text[line.start : line.end] for line in lines if line] == ["杨立言", written, "温河县机关工委"]


def test_an_essay_without_signature_has_none() -> None:
    text = "标题\n" + "正文很长，说了许多话，没有落款，也没有日期，最后一句也是这么长的一句话而已。\n" * 3
    outline = Outline(Essay("x", "标题", "", "", text, "f", 0, ""), (Section("x", (), 0, 0, 0, len(text)),), ())
    assert (find_author_line(outline), find_date_line(outline), find_signature_line(outline)) == (None, None, None)
