"""Real files, outside the project: essays copied from a web page, and work reports of thirteen provinces."""

import re
from pathlib import Path

import pytest
from outlines import head, headings

from rag.essays.outline import outline_essays
from rag.essays.passages import split_passages
from rag.essays.read import find_files, read_file
from rag.records import Outline, PointList


@pytest.fixture(scope="module")
def party_building(shared: Path) -> tuple[Outline, ...]:
    (source,) = read_file(shared / "essays" / "关于机关党建工作思考.txt")
    return outline_essays(source)


@pytest.fixture(scope="module")
def reports(shared: Path) -> dict[str, Outline]:
    found: dict[str, Outline] = {}
    for path in find_files([shared / "essays" / "gov_reports"]):
        (source,) = read_file(path)
        (found[path.stem.removeprefix("2025年").removesuffix("政府工作报告")],) = outline_essays(source)
    return found


def sizes(found: Outline) -> list[tuple[str, str, int]]:
    """(end of the head, first label, number of points) of each list."""
    return [(head(found, each)[-7:], each.points[0].label, len(each.points)) for each in found.lists]


def beginnings(found: Outline, which: PointList, n: int) -> list[str]:
    return [found.essay.text[point.start : point.start + n] for point in which.points]


def test_five_essays(party_building: tuple[Outline, ...]) -> None:
    assert [(o.essay.title, o.essay.author, o.essay.date) for o in party_building] == [
        ("关于机关党建工作思考", "鲁鸿武", "2008-03-29"),
        ("关于做好市委机关党建工作的思考", "", ""),
        ("关于机关党建的调研与思考", "", ""),
        ("关于机关党建服务机关效能的几点思考", "杨立成", "2011-07-29"),
        ("关于公安机关思想政治工作的思考", "", ""),
    ]


def test_every_heading_is_a_section(party_building: tuple[Outline, ...]) -> None:
    labels = [[(level, name[: 2 if level == 1 else 3]) for level, name in headings(found)] for found in party_building]
    assert labels == [
        [],
        [(1, "一、"), (1, "二、"), (2, "1、加"), (2, "2、切"), (1, "三、"), (1, "四、")],
        [(1, "一、"), (2, "(一)"), (2, "(二)"), (2, "(三)")],
        [(1, "一、"), (1, "二、"), (1, "三、")],
        [(1, "一、"), (2, "(一)"), (2, "(二)"), (2, "(三)"), (2, "(四)"), (1, "二、"), (2, "(一)"), (2, "(二)")],
    ]
    names = [name for found in party_building for _, name in headings(found)]
    assert "一、当前基层公安机关思想政治教育存在的主要问题" in names
    assert "二、抓制度建设,营造机关党员干部的效能环境" in names
    assert "(一)机关党建工作的职能" in names
    cut_off = party_building[2].sections[-1]
    assert party_building[2].essay.text[cut_off.body_start : cut_off.end] == ""


def test_every_list_is_found(party_building: tuple[Outline, ...]) -> None:
    assert [sizes(found) for found in party_building] == [
        [("四方面的关系:", "一是", 4), ("创新工作机制.", "一是", 3)],
        [("取了三条措施:", "一是", 3), ("新,常抓不懈。", "一是", 3), ("取了以下措施:", "一是", 5),
         ("推进各项工作:", "一是", 4), ("得了一定实效:", "一是", 3)],
        [("务有以下十项:", "一是", 10), ("所不能代替的。", "一是", 3)],
        [("需靠制度来保证", "一要", 2), ("", "首先", 2)],
        [],
    ]  # fmt: skip


def test_where_points_end(party_building: tuple[Outline, ...]) -> None:
    first, second, third, fourth, _ = party_building
    ends = [first.essay.text[each.points[-1].start : each.points[-1].end][-9:] for each in first.lists]
    assert ends == ["坚强有力的组织保障。", "工作责任书有机结合,"] or ends == [
        "强有力的组织保障。",
        "作责任书有机结合,",
    ]
    assert beginnings(third, third.lists[0], 6)[7:] == ["八是做好统战", "九是领导机关", "十是按照党组"]
    practical = second.lists[3]
    assert second.essay.text[practical.points[-1].end :].startswith("总之")
    for each in fourth.lists:
        assert all("\n" in fourth.essay.text[point.start : point.end] for point in each.points[1:])
    assert fourth.essay.text[fourth.lists[-1].points[-1].end :].strip().startswith("温泉县")


def test_the_page_is_no_evidence(party_building: tuple[Outline, ...]) -> None:
    debris = [[found.essay.text[span.start : span.end][:4] for span in found.debris] for found in party_building]
    assert debris == [["关于机关", "2022"], [], [], [], ["上一篇:", "本站热搜"]]
    evidence = "".join(passage.text for found in party_building for passage in split_passages(found))
    assert "2022-12-06" not in evidence
    assert "鲁鸿武" in evidence
    assert "2011年7月29日" in evidence


def test_reports_have_their_speakers(reports: dict[str, Outline]) -> None:
    assert {name: (found.essay.author, found.essay.date[5:]) for name, found in reports.items()} == {
        "上海市": ("龚正", "01-15"), "安徽省": ("王清宪", "01-20"), "山东省": ("周乃翔", "01-20"),
        "广东省": ("王伟中", "01-15"), "江苏省": ("许昆林", "01-19"), "河北省": ("王正谱", "01-13"),
        "河南省": ("王凯", "01-18"), "浙江省": ("刘捷", "01-14"), "湖北省": ("李殿勋", "01-16"),
        "甘肃省": ("任振鹤", "01-20"), "福建省": ("赵龙", "01-13"), "辽宁省": ("李乐成", "01-16"),
        "陕西省": ("赵刚", "01-16"),
    }  # fmt: skip
    assert all(found.essay.title == f"2025年{name}政府工作报告" for name, found in reports.items())


def test_every_numbered_line_of_the_reports_is_a_section(reports: dict[str, Outline]) -> None:
    numbered = re.compile(r"(?m)^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）).*$")
    for found in reports.values():
        lines = [re.split("。", line)[0].strip() for line in numbered.findall(found.essay.text)]
        names = [name for _, name in headings(found) if name[0] in "一二三四五六七八九十（"]
        assert names == lines


def test_lists_of_the_reports(reports: dict[str, Outline]) -> None:
    assert [n for _, label, n in sizes(reports["广东省"]) if label == "一是"][:1] == [9]
    assert [n for _, label, n in sizes(reports["广东省"]) if label == "1."] == [18]
    gansu = reports["甘肃省"]
    eight = next(each for each in gansu.lists if each.section[0].startswith("三") and len(each.points) == 8)
    assert beginnings(gansu, eight, 4)[0] == "一是聚焦"
    assert not any("各位代表" in gansu.essay.text[point.start : point.end] for point in eight.points)
    assert [(label, n) for _, label, n in sizes(reports["湖北省"])] == [("——", 5), ("一是", 5)]
