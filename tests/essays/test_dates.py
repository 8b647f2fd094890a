import pytest

from rag.essays.dates import find_date, parse_date_line


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("2008年3月29日", "2008-03-29"),
        ("（2011年7月9日）", "2011-07-09"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二○一九年十二月三十一日", "2019-12-31"),
        ("2022-12-06", "2022-12-06"),
        ("2022/1/6 08:30", "2022-01-06"),
        ("发布时间：2023.5.4", "2023-05-04"),
        ("2024年3月", "2024-03"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("2023年2月30日", ""),
        ("2008年3月29日召开会议", ""),
        ("电话：010-12345678", ""),
    ],
)
def test_date_lines(line: str, iso: str) -> None:
    assert parse_date_line(line) == iso


def test_first_real_date_in_a_sentence() -> None:
    assert find_date("编号2024，2023年13月1日有误，2025年1月15日在大会上") == "2025-01-15"
    assert find_date("没有日期") == ""
