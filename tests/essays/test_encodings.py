import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.essays.encodings import UnreadableBytesError, decode_text

SHORT = ["学习", "机关", "张三\n李四", "前言", "2024年工作总结", "一、改革，创新。", "联通"]


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_short_texts_come_out_right(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "big5", "gb18030"])
def test_traditional_text_and_utf16_without_a_mark(encoding: str) -> None:
    text = "各位同學：\n我們在這裡學習中文，時間是早上。\n"
    assert decode_text(text.encode(encoding))[0] == text


def test_utf16_files_with_either_mark() -> None:
    text = "第一章 总则\n本办法自发布之日起施行。"
    assert decode_text(b"\xff\xfe" + text.encode("utf-16-le")) == (text, "utf-16")
    assert decode_text(b"\xfe\xff" + text.encode("utf-16-be")) == (text, "utf-16")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01",
        bytes(range(256)),
        "机关\x00工作".encode(),
        b"\x7fELF\x02\x01\x01\x00",
    ],
)
def test_binary_data_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableBytesError):
        decode_text(raw)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_utf8_is_never_taken_for_another_encoding(text: str) -> None:
    assert decode_text(text.encode()) == (text, "utf-8")
