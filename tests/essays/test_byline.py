import pytest
from outlines import outline

from rag.essays.byline import find_author

BODY = "\n\n读书使人明理，写作使人准确，讨论使人机敏。\n"


@pytest.mark.parametrize(
    ("lines", "author", "date"),
    [
        ("某市总工会党支部书记 周大山", "周大山", ""),
        ("陈小云\n2020年5月4日", "陈小云", "2020-05-04"),
        ("作者：李明 来源：晨报", "李明", ""),
        ("文/张三丰", "张三丰", ""),
        ("（2024年3月）\n某省省长\u00a0王大中", "王大中", "2024-03"),
        ("——2025年1月15日在某省第十四届人民代表大会上\n某省代省长 李 明", "李明", "2025-01-15"),
        ("2025年1月20日在大会上某省人民政府省长 周乃山作政府工作报告", "周乃山", "2025-01-20"),
        ("----2025年1月15日孙正市长在某市人民代表大会会议的政府工作报告", "孙正", "2025-01-15"),
        ("——2025年1月16日省长 李乐天在某省人民代表大会第三次会议上的讲话", "李乐天", "2025-01-16"),
        ("发布时间：2022-12-06 作者：佚名", "", "2022-12-06"),
        ("来源：晨报", "", ""),
        ("高质量", "", ""),
        ("方圆", "", ""),
        ("某市第三中学语文组 许明", "许明", ""),
        ("中共某县委副书记、县长  顾长河", "顾长河", ""),
        ("某县教育局", "", ""),
        ("作者：李明、王小华", "李明、王小华", ""),
    ],
)
def test_bylines_under_the_title(lines: str, author: str, date: str) -> None:
    essay = outline(f"论读书\n{lines}{BODY}").essay
    assert (essay.title, essay.author, essay.date) == ("论读书", author, date)


@pytest.mark.parametrize(
    ("lines", "author", "date"),
    [
        ("2008年3月29日", "", "2008-03-29"),
        ("某县机关党工委\n\n2011年7月29日", "", "2011-07-29"),
        ("某县机关党工委 2011年7月29日", "", "2011-07-29"),
        ("陈小云\n二〇二四年三月五日", "陈小云", "2024-03-05"),
        ("（作者：李明）", "李明", ""),
        ("（李明）", "李明", ""),
        ("陈小云", "陈小云", ""),
        ("会议于2008年3月29日召开。", "", ""),
    ],
)
def test_signatures_at_the_end(lines: str, author: str, date: str) -> None:
    essay = outline(f"论读书{BODY}{lines}\n").essay
    assert (essay.author, essay.date) == (author, date)


def test_what_the_format_says_comes_first_and_the_signature_before_the_page() -> None:
    text = f"论读书\n2022-12-06{BODY}2008年3月29日\n"
    assert outline(text).essay.date == "2008-03-29"
    said = outline(text, title="别的题目", author="王小华", date="2001-02-03T10:00:00Z").essay
    assert (said.title, said.author, said.date) == ("别的题目", "王小华", "2001-02-03")


@pytest.mark.parametrize(
    "line", ["提高市委 领导水平", "省长强调，各地要抓落实", "书记 工作方法", "作者：佚名", "文化建设"]
)
def test_lines_that_name_no_author(line: str) -> None:
    assert find_author(line) == ""


def test_a_byline_ends_at_the_greeting() -> None:
    essay = outline(
        "在大会上的讲话\n各位代表：\n李明\n2020年5月4日\n读书使人明理。\n写作使人准确。\n讨论使人机敏。\n"
    ).essay
    assert (essay.author, essay.date) == ("", "")
