"""Chinese words and character pairs for search, always of folded text.

Words come from jieba's dictionary in search mode without its guessing of unknown words: names it does not know fall
apart into characters, and the character pairs find them again. In this mode rjieba, jieba's Rust port, gives exactly
the same words about ten times faster (tested over real essays); it does the bulk at indexing, jieba the questions.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache

import jieba
import rjieba

from rag.essays.text import fold
from rag.settings import make_cache_folder

jieba.setLogLevel(logging.ERROR)


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _list_words(
    """
    的 了 和 与 及 或 在 是 有 为 对 等 也 都 就 而 并 且 但 这 那 其 之 以 于 从 到 把 被 让 使 由 向 个 们 着 过 地
    得 所 将 又 还 很 更 最 我们 他们 你们 它们 我 你 他 她 它 一个 一些 一种 这个 那个 这些 那些 以及 并且 或者 因此
    所以 如果 但是 而且 同时 进行 可以 能够 通过 请 请问 呢 吗 吧 啊 呀 哦 嘛 a an the of to in is are and or
    """
)
QUESTION_WORDS = _list_words(
    """
    什么 哪些 哪个 哪里 哪儿 哪位 哪 谁 多少 几 几个 多大 多高 多长 多久 多远 怎么 怎样 如何 为什么 为何 何时 何地 何
    是否 有没有 是不是 分别 怎么样 怎么办 多 时候 啥 为啥 咋 咋样 咋办 呢 吗 what who when where why how which
    """
)
_TOKEN = re.compile(r"[0-9a-z]+(?:[.\-][0-9a-z]+)*%?|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")


@cache
def _dictionary() -> jieba.Tokenizer:
    # jieba keeps a marshalled cache of its dictionary; in a shared /tmp anyone could have put it there.
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(make_cache_folder())
    tokenizer.initialize()
    return tokenizer


def _keep(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in STOP_WORDS and word[0].isalnum()]


def search_words(text: str) -> list[str]:
    """Words of a text for the index, in order, repeats kept; stop words, punctuation and white space left out."""
    return _keep(rjieba.cut_for_search(fold(text), hmm=False))


def question_words(question: str) -> list[str]:
    """Words of a question, as `search_words` of the same text, by jieba itself."""
    return _keep(list(_dictionary().cut_for_search(fold(question), HMM=False)))


def content_words(question: str) -> list[str]:
    """Words of a question that say what it is about: each once, question words and single characters left out."""
    words = dict.fromkeys(word for word in question_words(question) if word not in QUESTION_WORDS)
    return [word for word in words if len(word) > 1 or not "\u3400" <= word <= "\u9fff"] or list(words)


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, in order, repeats kept; numbers and Latin words are kept whole.

    A run of one Chinese character gives that character: "5A级景区" -> 5a, 级景, 景区; "歼" -> 歼.
    """
    pairs: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if "0" <= token[0] <= "z" or len(token) == 1:
            pairs.append(token)
        else:
            pairs += [token[i : i + 2] for i in range(len(token) - 1)]
    return pairs
