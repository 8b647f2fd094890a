from outlines import outline

from rag.essays.passages import split_passages


def texts(text: str) -> list[str]:
    return [passage.text for passage in split_passages(outline(text))]


def test_title_and_byline_are_evidence_and_headings_of_their_own_line_are_not() -> None:
    body = "读书为了明理，也为了做事，更为了做人，这是前人一再说过的道理，我们今天还要再说一遍。"
    assert texts(f"论读书\n李明\n一、目的\n{body}\n二、方法\n") == ["论读书\n李明", body]


def test_a_heading_that_runs_into_its_text_stays_with_it() -> None:
    assert texts("题目\n（一）精读。书要精读。\n（二）多写。文要多写。\n") == [
        "题目",
        "（一）精读。书要精读。",
        "（二）多写。文要多写。",
    ]


def test_sentences_are_packed_near_the_target() -> None:
    sentence = "学" * 59 + "。"
    (section,) = {passage.section for passage in split_passages(outline(sentence * 9))}
    assert section == ()
    assert [len(words) for words in texts(sentence * 9)] == [240, 240, 60]


def test_a_paragraph_begins_a_new_passage_once_the_last_is_half_full() -> None:
    a, b, c = "甲" * 129 + "。", "乙" * 59 + "。", "丙" * 59 + "。"
    assert texts(f"{a}\n{b}\n{c}") == [a, f"{b}\n{c}"]
    assert texts(f"{a[-124:]}\n{b}\n{c}") == [f"{a[-124:]}\n{b}", c]


def test_a_point_begins_a_new_passage() -> None:
    lead, first, second = (
        "办法有两条：一是" + "读" * 100 + "。" + "书" * 60 + "。",
        "二是" + "写" * 90 + "。",
        "作" * 40 + "。",
    )
    assert texts(lead + first + second) == [lead, first + second]


def test_a_sentence_over_the_limit_is_cut_at_semicolons_then_commas_then_anywhere() -> None:
    semicolons = ("字" * 149 + "；") * 3 + "完。"
    assert [len(words) for words in texts(semicolons)] == [300, 152]
    commas = ("字" * 149 + "，") * 3 + "完。"
    assert [len(words) for words in texts(commas)] == [300, 152]
    assert [len(words) for words in texts("字" * 1000)] == [400, 400, 200]


def test_short_remains_join_a_neighbour() -> None:
    a = "甲" * 299 + "。"
    assert texts(f"{a}\n短。") == [f"{a}\n短。"]
    assert texts("短。\n\n" + "甲" * 398 + "。") == ["短。", "甲" * 398 + "。"]
