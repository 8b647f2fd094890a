"""From candidates to the section tree: which labelled lines are headings, and what stands under which."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rag.essays.headings import Heading
from rag.records import Section, Span

_TITLED_KINDS = frozenset(("volume", "part", "annex", "chapter", "unit"))
_SMALL_KINDS = frozenset(("digit", "digit bracket", "enclosed"))
_ITEM_OPENS = re.compile(r"[一首][是要先]|第一[，,、：:]|其一")
_ITEM_GOES_ON = re.compile(r"[二三四五六七八九十][是要]|第[二三四五六七八九十][，,、：:]|其[次二三四]|再次|最后")
_ROUNDS = 8
# A run-in heading of these kinds is short; numbers like ③ before long sentences count the paragraphs of a text.
_SHORT_KINDS = frozenset(("digit bracket", "enclosed"))
_SHORT_NAME = 25


@dataclass(slots=True)
class _Chain:
    """Candidates of one kind under one parent, numbered in a row, by their indices; `parent` is -1 for none."""

    items: list[int]
    parent: int


@dataclass(frozen=True, slots=True)
class _WordLists:
    """Lines where a list in words begins (一是) and goes on (二是), in order."""

    begin: tuple[int, ...]
    go_on: tuple[int, ...]

    def surround(self, top: int, first: int, end: int) -> bool:
        """True if such a list begins in lines `[top, first)` and goes on in `(first, end)`."""
        i, j = bisect_left(self.go_on, first + 1), bisect_left(self.begin, top)
        return i < len(self.go_on) and self.go_on[i] < end and j < len(self.begin) and self.begin[j] < first


def choose_headings(text: str, lines: Sequence[Span], candidates: Sequence[Heading]) -> list[Heading]:
    """The candidates that are headings, in order. A chain (1., 2., 3.) is accepted or refused as a whole.

    A refused item may have hidden the parent of others, hence the rounds; each is linear.
    """
    kept = list(candidates)
    if not kept:
        return kept
    word_lists = _WordLists(
        tuple(i for i, line in enumerate(lines) if _ITEM_OPENS.match(text, line.start)),
        tuple(i for i, line in enumerate(lines) if _ITEM_GOES_ON.match(text, line.start)),
    )
    for _ in range(_ROUNDS):
        chains, strays = _link_chains(kept)
        ends = _find_ends(kept, len(lines))
        refused = set(strays) | _find_contents(kept, chains, ends)
        for chain in chains:
            if not _is_heading_chain(text, lines, kept, chain, ends, word_lists):
                refused.update(chain.items)
        if not refused:
            break
        kept = [heading for i, heading in enumerate(kept) if i not in refused]
    return kept


def build_sections(essay_id: str, n_characters: int, headings: Sequence[Heading]) -> tuple[Section, ...]:
    """Root first, then one section for each heading in order. Law: sections nest; body and children tile each."""
    ends = [n_characters] * len(headings)
    open_: list[int] = []
    paths: list[tuple[str, ...]] = []
    for i, heading in enumerate(headings):
        while open_ and headings[open_[-1]].rank >= heading.rank:
            ends[open_.pop()] = heading.start
        above = paths[open_[-1]] if open_ else ()
        paths.append((*above, heading.name))
        open_.append(i)
    root = Section(essay_id, (), 0, 0, 0, n_characters)
    return (
        root,
        *(
            Section(essay_id, path, len(path), heading.start, min(heading.body_start, end), end)
            for heading, path, end in zip(headings, paths, ends, strict=True)
        ),
    )


def _link_chains(headings: Sequence[Heading]) -> tuple[list[_Chain], list[int]]:
    """Chains of labelled candidates in order of their first item, and those that fit in no chain."""
    chains: list[_Chain] = []
    strays: list[int] = []
    open_: list[int] = []
    running: dict[tuple[int, str], _Chain] = {}  # by parent and kind
    last_of_kind: dict[str, int] = {}
    for i, heading in enumerate(headings):
        while open_ and headings[open_[-1]].rank >= heading.rank:
            open_.pop()
        parent = open_[-1] if open_ else -1
        open_.append(i)
        if heading.is_marked:
            continue
        key = (parent, heading.kind)
        chain = running.get(key)
        step = heading.number - headings[chain.items[-1]].number if chain else 0
        goes_on = chain is not None and (0 <= step <= 2) and heading.number > 1
        if chain is not None and goes_on:
            chain.items.append(i)
        elif heading.number == 1 or chain is None or heading.number == last_of_kind.get(heading.kind, -1) + 1:
            running[key] = _Chain([i], parent)
            chains.append(running[key])
        else:
            strays.append(i)
            continue
        last_of_kind[heading.kind] = heading.number
    return chains, strays


def _find_ends(headings: Sequence[Heading], n_lines: int) -> list[int]:
    """For each candidate the first line after all that stands under it."""
    ends = [n_lines] * len(headings)
    open_: list[int] = []
    for i, heading in enumerate(headings):
        while open_ and headings[open_[-1]].rank >= heading.rank:
            ends[open_.pop()] = heading.line
        open_.append(i)
    return ends


def _has_body(heading: Heading, end: int) -> bool:
    return heading.runs_in or end > heading.line + 1


def _is_heading_chain(
    text: str,
    lines: Sequence[Span],
    headings: Sequence[Heading],
    chain: _Chain,
    ends: Sequence[int],
    word_lists: _WordLists,
) -> bool:
    """True if most items of the chain are names with a text under them, rather than the items of a list."""
    items = [(headings[i], ends[i]) for i in chain.items]
    first, kind = items[0][0], items[0][0].kind
    if kind in _TITLED_KINDS:
        return not all(item.is_sentence for item, _ in items)
    if kind in _SHORT_KINDS and (first.number != 1 or not text[: first.start].strip()):
        return False  # paragraphs counted from the first on, or a piece of such a text
    if len(items) == 1:
        fits = first.number == 1 or not first.runs_in
        return _is_likely(*items[0]) and kind not in _SMALL_KINDS and fits and len(first.name) <= 40
    top = headings[chain.parent].line if chain.parent >= 0 else 0
    if kind in _SMALL_KINDS and word_lists.surround(top, first.line, items[-1][1]):
        return False  # 一是 … (1) … (2) … 二是 …: the numbers belong to the items of a list in words
    # The last item has no say: what follows it may as well follow the list, and the end may be cut off.
    if sum(_is_likely(item, end) for item, end in items[:-1]) * 2 >= len(items) - 1:
        return True
    # Only headings, nothing under them: an outline, unless a sentence announces a list.
    is_outline = not any(item.is_sentence or _has_body(item, end) for item, end in items)
    is_announced = first.line > 0 and text[lines[first.line - 1].end - 1] in "：:"
    return is_outline and kind not in _SMALL_KINDS and not is_announced


def _is_likely(item: Heading, end: int) -> bool:
    if item.is_sentence or not _has_body(item, end):
        return False
    return not (item.kind in _SHORT_KINDS and item.runs_in and len(item.name) > _SHORT_NAME)


def _find_contents(headings: Sequence[Heading], chains: Sequence[_Chain], ends: Sequence[int]) -> set[int]:
    """The lines of tables of contents: nothing under them, and the next chain like them begins with the same words."""
    found: set[int] = set()
    later: dict[tuple[int, str], str] = {}  # by parent and kind: the first name of the next chain
    for chain in reversed(chains):
        first = headings[chain.items[0]]
        name = later.get((chain.parent, first.kind))
        is_bare = len(chain.items) > 1 and not any(_has_body(headings[i], ends[i]) for i in chain.items[:-1])
        if is_bare and name is not None and first.name.startswith(name):
            found.update(chain.items)
        later[(chain.parent, first.kind)] = first.name
    return found
