"""A draft becomes an answer: what is not proven is dropped, whatever the writer claims."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.cite import cite_draft, find_section, locate_quote, refuse
from rag.records import Draft, DraftStatement, Essay, Hit, NearestSection, Outline, Passage, Quote, Section, Why

TEXT = "老街改造\n一、进度\n全街改造房屋86栋，已完工52栋。居民满意。\n二、经费\n共投入3200万元。居民满意。\n"


def make_outline(text: str = TEXT, essay_id: str = "e1") -> Outline:
    essay = Essay(essay_id, "老街改造", "", "", text, "a.txt", 0, hashlib.sha256(text.encode()).hexdigest())
    root = Section(essay_id, (), 0, 0, 0, len(text))
    first, second = text.index("一、"), text.index("二、")
    sections = (
        root,
        Section(essay_id, ("一、进度",), 1, first, first + 5, second),
        Section(essay_id, ("二、经费",), 1, second, second + 5, len(text)),
    )
    return Outline(essay, sections, ())


OUTLINE = make_outline()


def quote(words: str, at: int | None = None) -> Quote:
    start = TEXT.index(words) if at is None else at
    return Quote("e1", start, start + len(words), words)


def cite(*statements: DraftStatement):
    return cite_draft(Draft(statements), lambda _: OUTLINE)


def test_a_proven_statement_is_numbered_and_placed() -> None:
    statements, citations = cite(DraftStatement("已完工52栋", (quote("全街改造房屋86栋，已完工52栋。"),)))
    assert [(s.text, s.citations) for s in statements] == [("已完工52栋", (1,))]
    only = citations[0]
    assert (only.number, only.section, only.support) == (1, ("一、进度",), "supported")
    assert TEXT[only.start : only.end] == only.quote == "全街改造房屋86栋，已完工52栋。"


def test_the_same_quote_keeps_one_number() -> None:
    shared = quote("全街改造房屋86栋，已完工52栋。")
    other = quote("共投入3200万元。")
    statements, citations = cite(
        DraftStatement("已完工52栋", (shared,)),
        DraftStatement("共投入3200万元。", (other,)),
        DraftStatement("全街改造房屋86栋", (shared,)),
    )
    assert [s.citations for s in statements] == [(1,), (2,), (1,)]
    assert [c.number for c in citations] == [1, 2]


def test_an_invented_quote_a_wrong_number_and_a_bare_statement_are_dropped() -> None:
    statements, citations = cite(
        DraftStatement("已完工92栋", (quote("全街改造房屋86栋，已完工52栋。"),)),
        DraftStatement("居民十分满意", (Quote("e1", 3, 9, "居民十分满意"),)),
        DraftStatement("改造很成功", ()),
    )
    assert statements == ()
    assert citations == ()


def test_a_wrong_offset_is_mended_only_by_a_unique_match() -> None:
    assert locate_quote(Quote("e1", 0, 4, "3200"), TEXT) == (TEXT.index("3200"), TEXT.index("3200") + 4)
    assert locate_quote(Quote("e1", 0, 4, "居民满意。"), TEXT) is None
    assert locate_quote(Quote("e1", 0, 0, ""), TEXT) is None


def test_section_of_an_offset() -> None:
    assert find_section(OUTLINE, 0) == ()
    assert find_section(OUTLINE, TEXT.index("52")) == ("一、进度",)
    assert find_section(OUTLINE, TEXT.index("3200")) == ("二、经费",)


def test_a_refusal_names_each_section_once() -> None:
    why = Why(1, None, ())
    hits = [Hit(Passage("e1", path, 0, 1, "老"), "老街改造", 1.0, why) for path in (("一、进度",), ("一、进度",), ())]
    refusal = refuse("没有依据。", hits)
    assert refusal.nearest == (NearestSection("e1", "老街改造", ("一、进度",)), NearestSection("e1", "老街改造", ()))


@given(
    st.lists(
        st.tuples(
            st.text("老街改造52栋。，", max_size=8),
            st.integers(-5, 60),
            st.integers(-5, 60),
            st.text("改造栋元", max_size=4),
        ),
        max_size=6,
    )
)
def test_whatever_a_writer_claims_the_first_promise_holds(claims: list[tuple[str, int, int, str]]) -> None:
    drafted = [DraftStatement(said, (Quote("e1", start, end, words),)) for said, start, end, words in claims]
    statements, citations = cite(*drafted)
    for citation in citations:
        assert TEXT[citation.start : citation.end] == citation.quote != ""
    used = {number for statement in statements for number in statement.citations}
    assert all(statement.citations for statement in statements)
    assert used == {citation.number for citation in citations} == set(range(1, len(citations) + 1))
