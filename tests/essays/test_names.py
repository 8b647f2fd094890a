import pytest

from rag.essays.names import is_lone_name, is_person_name


@pytest.mark.parametrize(
    "name",
    ["李明", "王小华", "欧阳修远", "李 明", "艾力·买买提", "王伟中", "鲁鸿武", "李建国", "王学文", "顾长河", "葉知遠"],
)
def test_names(name: str) -> None:
    assert is_person_name(name)


@pytest.mark.parametrize(
    "words",
    [
        "安全",
        "张家口",
        "高质量",
        "李",
        "组织部",
        "王局长",
        "何以为家呢",
        "明天会更好",
        "Li Ming",
        "",
        "方案",
        "于会议",
        "王书记",
        "刘厅长",
        "习近平",
    ],
)
def test_words_that_only_begin_like_names(words: str) -> None:
    assert not is_person_name(words)


def test_two_characters_alone_need_a_plain_surname() -> None:
    assert is_lone_name("李明")
    assert is_lone_name("方 圆")
    assert is_lone_name("方小圆")
    assert is_person_name("方圆")
    assert not is_lone_name("方圆")
