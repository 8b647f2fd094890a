"""A small library of made-up essays, opened once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.chatbot import Chatbot
from rag.settings import Settings

REPORT = """2025年{place}县政府工作报告
2025年1月8日在{place}县第十八届人民代表大会第四次会议上
县长 {author}
各位代表：
现在，我代表县人民政府，向大会报告工作。
一、2024年工作回顾
去年，全县生产总值增长{growth}%，粮食产量{grain}万吨。新建改造农村公路{road}公里，城镇新增就业{jobs}人。
（一）公共服务更加便利。建成口袋公园{parks}座，累计达到{total}座。新增公办幼儿园{schools}所。
二、2025年工作安排
今年的主要预期目标是：全县生产总值增长{target}%左右，城镇新增就业{wanted}人以上。
（一）改善营商环境。重点推进市场、法治、数字三类环境提升行动。
"""
ESSAY = """关于读书会的几点体会
沈知秋
读书会办了三年，社区里的人气旺了起来。我认为，办好读书会要处理好以下三个关系：
一是处理好荐书与选书的关系。荐书要给理由，选书要留余地，每月由读者投票选出两本。
二是处理好领读与共读的关系。领读人只提问题，不下结论，让每个人都开口。
三是处理好线上与线下的关系。线上打卡贵在坚持，线下见面贵在真诚。
为什么读书会能坚持下来？因为每次活动都留出半小时自由交谈，参加的人觉得有收获。
沈知秋 2023年4月23日
"""


@pytest.fixture(scope="session")
def chatbot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatbot]:
    folder = tmp_path_factory.mktemp("essays")
    eastern = {"place": "东湾", "author": "顾明远", "growth": "6.1", "grain": "48.2", "road": "120", "jobs": "5200"}
    eastern |= {"parks": "12", "total": "61", "schools": "4", "target": "6.5", "wanted": "5500"}
    western = {"place": "西岭", "author": "贺春来", "growth": "5.4", "grain": "31.7", "road": "86", "jobs": "3100"}
    western |= {"parks": "7", "total": "35", "schools": "2", "target": "5.5", "wanted": "3300"}
    for values in (eastern, western):
        path = folder / f"2025年{values['place']}县政府工作报告.txt"
        path.write_text(REPORT.format(**values), encoding="utf-8")
    (folder / "读书会.txt").write_text(ESSAY, encoding="utf-8")
    with Chatbot.open(Settings(Path(tmp_path_factory.mktemp("library")) / "lib", "")) as opened:
        opened.add([folder])
        yield opened
