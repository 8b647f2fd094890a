from __future__ import annotations

import re

import pytest

from rag.web.look import read_asset
from rag.web.wording import CHINESE, ENGLISH, find_wording


def test_both_languages_say_the_same_things_with_the_same_values():
    assert CHINESE.keys() == ENGLISH.keys()
    for key, words in CHINESE.items():
        assert re.findall(r"\{\w+\}", words) == re.findall(r"\{\w+\}", ENGLISH[key]), key


@pytest.mark.parametrize(
    ("language", "table"), [("zh-TW", CHINESE), ("en", ENGLISH), ("en-GB", ENGLISH), ("fr", CHINESE)]
)
def test_a_language_finds_its_table(language, table):
    assert find_wording(language) is table


def test_every_word_the_page_asks_for_is_there():
    frame = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', read_asset("chat.html")))
    scripts = "".join(read_asset(name) for name in ("frame.js", "essay.js", "chat.js", "conversations.js"))
    asked = frame | set(re.findall(r"words\.(\w+)", scripts)) | set(re.findall(r'say\("(\w+)"', scripts))
    assert len(frame) > 15
    assert asked - CHINESE.keys() == set()
