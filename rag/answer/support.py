"""Does this quote support this statement? Numbers, dates, negation, names and wording, compared one by one.

But: it sees words, not meaning. What it lets through is said in the essay's own words; it cannot see that the
essay quotes an opinion only to refute it.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.essays.text import fold

Support = Literal["supported", "partial", "unsupported"]

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?[%‰]?")
_NEGATION = re.compile(
    r"不得|不能|不应|不要|不可|没有|并非|尚未|未能|禁止|严禁|绝不|毫不|不(?![仅但断同管论只过])|未(?!来)|无(?!线|论)|非(?!常|洲)"
)
_PUNCTUATION = re.compile(r"[\W_]+")
_ENOUGH = 0.9
_SOME = 0.6


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def check_support(statement: str, quote: str) -> Support:
    """The verdict on one statement beside one quote.

    "supported": the words of the statement stand in the quote in one run, or nearly all of its character pairs do
    with the same numbers and as much negation. "partial": most words and all numbers are there. Else "unsupported".
    """
    told, shown = fold(statement), fold(quote)
    said, source = _PUNCTUATION.sub("", told), _PUNCTUATION.sub("", shown)
    if not said or not source:
        return "unsupported"
    if said in source:
        return "supported"
    if not set(_NUMBER.findall(told)) <= set(_NUMBER.findall(shown)):
        return "unsupported"
    if len(_NEGATION.findall(told)) > len(_NEGATION.findall(shown)):
        return "unsupported"
    pairs = _pairs(said)
    share = len(pairs & _pairs(source)) / len(pairs)
    lost_negation = len(_NEGATION.findall(shown)) > 0 and len(_NEGATION.findall(told)) == 0 and share > _SOME
    if share >= _ENOUGH and not lost_negation:
        return "supported"
    return "partial" if share >= _SOME and not lost_negation else "unsupported"
