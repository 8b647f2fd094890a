import json

from hypothesis import given
from hypothesis import strategies as st

from rag.library.structure import find_path, pack_outline, unpack_outline, unpack_sections
from rag.records import Essay, Outline, Point, PointList, Section, Span

ESSAY = Essay("e", "桥", "", "", "桥\n一、石桥\n（一）来历\n二、木桥\n", "/a.txt", 0, "")
SECTIONS = (
    Section("e", (), 0, 0, 0, 18),
    Section("e", ("一、石桥",), 1, 2, 7, 13),
    Section("e", ("一、石桥", "（一）来历"), 2, 7, 13, 13),
    Section("e", ("二、木桥",), 1, 13, 18, 18),
)
POINTS = (Point("e", ("二、木桥",), "一是", 1, 14, 15), Point("e", ("二、木桥",), "二是", 2, 15, 17))
OUTLINE = Outline(ESSAY, SECTIONS, (PointList("e", ("二、木桥",), 13, 14, POINTS),), (Span(0, 1),))


def test_an_outline_as_data_has_the_form_that_is_documented() -> None:
    assert pack_outline(OUTLINE) == {
        "sections": [
            ["", 0, 0, 0, 18],
            ["一、石桥", 1, 2, 7, 13],
            ["（一）来历", 2, 7, 13, 13],
            ["二、木桥", 1, 13, 18, 18],
        ],
        "lists": [[3, 13, 14, [["一是", 1, 14, 15], ["二是", 2, 15, 17]]]],
        "debris": [[0, 1]],
    }
    assert unpack_outline(ESSAY, json.loads(json.dumps(pack_outline(OUTLINE)))) == OUTLINE


def test_two_sections_of_one_name_keep_their_paths() -> None:
    same = (SECTIONS[0], SECTIONS[1], SECTIONS[2], Section("e", ("一、石桥",), 1, 13, 18, 18))
    assert unpack_outline(ESSAY, pack_outline(Outline(ESSAY, same, ()))) == Outline(ESSAY, same, ())


@given(st.lists(st.integers(1, 4), max_size=12))
def test_a_path_found_is_the_path_unpacked(depths: list[int]) -> None:
    rows = [["", 0, 0, 0, 9]]
    for number, depth in enumerate(depths):
        rows.append([f"第{number}节", min(depth, rows[-1][1] + 1), 0, 0, 9])
    unpacked = unpack_sections("e", rows)
    assert [find_path(rows, number) for number in range(len(rows))] == [section.path for section in unpacked]
