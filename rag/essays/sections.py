"""From candidates to the section tree: which labelled lines are headings, and what stands under which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.essays.headings import Heading
from rag.records import Section, Span

_TITLED_KINDS = frozenset(("volume", "part", "annex", "chapter", "unit"))
_SMALL_KINDS = frozenset(("digit", "digit bracket", "enclosed"))
_ITEM_OPENS = re.compile(r"[一首][是要先]|第一[，,、：:]|其一")
_ITEM_GOES_ON = re.compile(r"[二三四五六七八九十][是要]|第[二三四五六七八九十][，,、：:]|其[次二三四]|再次|最后")
_ROUNDS = 8


@dataclass(slots=True)
class _Chain:
    """Candidates of one kind under one parent, numbered in a row; `n_inner[i]`: lines under item i."""

    items: list[int] = field(default_factory=list)
    parent: int = -1


def choose_headings(text: str, lines: Sequence[Span], candidates: Sequence[Heading]) -> list[Heading]:
    """The candidates that are headings, in order. A chain (1., 2., 3.) is accepted or refused as a whole.

    A refused item may have hidden the parent of others, hence the rounds; each is linear.
    """
    kept = list(candidates)
    for _ in range(_ROUNDS):
        chains, strays = _link_chains(kept)
        ends = _find_ends(kept, len(lines))
        refused = set(strays)
        for position, chain in enumerate(chains):
            if not _is_heading_chain(text, lines, kept, chain, ends) or _is_contents(kept, chains, position, ends):
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
    text: str, lines: Sequence[Span], headings: Sequence[Heading], chain: _Chain, ends: Sequence[int]
) -> bool:
    items = [headings[i] for i in chain.items]
    kind = items[0].kind
    if kind in _TITLED_KINDS:
        return not all(item.is_sentence for item in items)
    n_likely = sum(
        _has_body(item, ends[i]) and not item.is_sentence for i, item in zip(chain.items, items, strict=True)
    )
    if len(items) == 1:
        is_first = items[0].number == 1
        fits = is_first or not items[0].runs_in
        return n_likely == 1 and kind not in _SMALL_KINDS and fits and len(items[0].name) <= 40
    if kind in _SMALL_KINDS and _is_inside_points(
        text, lines, items, ends[chain.items[-1]], _parent_line(headings, chain)
    ):
        return False
    if n_likely * 2 >= len(items):
        return True
    # Only headings, nothing under them: an outline, unless a sentence announces a list.
    is_outline = not any(
        item.is_sentence or _has_body(item, ends[i]) for i, item in zip(chain.items, items, strict=True)
    )
    return is_outline and kind not in _SMALL_KINDS and not _is_announced(text, lines, items[0])


def _parent_line(headings: Sequence[Heading], chain: _Chain) -> int:
    return headings[chain.parent].line if chain.parent >= 0 else -1


def _is_announced(text: str, lines: Sequence[Span], first: Heading) -> bool:
    return first.line > 0 and text[lines[first.line - 1].end - 1] in "：:"


def _is_inside_points(text: str, lines: Sequence[Span], items: Sequence[Heading], end: int, parent: int) -> bool:
    """True if 一是 … (1) … (2) … 二是 …: the numbers belong to the items of a list in words."""
    first = items[0].line
    goes_on = any(_ITEM_GOES_ON.match(text, lines[i].start) for i in range(first + 1, end))
    return goes_on and any(_ITEM_OPENS.match(text, lines[i].start) for i in range(max(parent, 0), first))


def _is_contents(headings: Sequence[Heading], chains: Sequence[_Chain], position: int, ends: Sequence[int]) -> bool:
    """True for a table of contents: nothing under its lines, and the next chain of its kind begins with the same words."""
    chain = chains[position]
    first = headings[chain.items[0]]
    if any(_has_body(headings[i], ends[i]) for i in chain.items[:-1]) or len(chain.items) < 2:
        return False
    for later in chains[position + 1 :]:
        if headings[later.items[0]].kind == first.kind and later.parent == chain.parent:
            return first.name.startswith(headings[later.items[0]].name)
    return False
