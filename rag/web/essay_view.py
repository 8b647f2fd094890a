"""An essay as HTML for reading: paragraphs, headings, and the characters that citations point at.

All slicing happens here, in code points: a browser counts UTF-16 units and would miss by one after every emoji.
Law: the text content of the body is `essay.text`, character for character, so that what is marked is what is cited.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rag.essays.text import split_sentences
from rag.records import Outline, Section

PATH_JOIN = " › "
_LAST_LEVEL = 4  # deeper headings look alike

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MARKDOWN_SIGN = re.compile(r"[ \t\u3000]*#{1,6}[ \t]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A run of an essay to be marked. `number` is the citation's number, 0 for one that is not a citation."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    section: int  # the section whose heading begins here, 0 if none
    is_heading: bool


@dataclass(frozen=True, slots=True)
class _Layer:
    start: int
    end: int
    kind: str  # "hidden", "debris", "label", "runin", or the number of a place


def _split_paragraphs(text: str, glued: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs that tile the text: lines with the blank lines after them, joined where `glued` names their newline."""
    begin = 0
    glued_set = set(glued)
    has_words = False
    for line in _LINE.finditer(text):
        is_blank = not line.group().strip()
        if has_words and not is_blank and line.start() - 1 not in glued_set:
            yield begin, line.start()
            begin = line.start()
        has_words = has_words or not is_blank
    if begin < len(text):
        yield begin, len(text)


def _soft_newlines(outline: Outline) -> list[int]:
    """Newlines that no paragraph ends at: inside a sentence that was wrapped, or inside a heading."""
    text = outline.essay.text
    runs = [(span.start, span.end) for span in split_sentences(text)]
    for section in outline.sections[1:]:
        heading = text[section.start : section.body_start].rstrip()
        runs.append((section.start, section.start + len(heading)))
    return sorted({at for start, end in runs for at in range(start, end) if text[at] == "\n"})


def _split_blocks(outline: Outline) -> list[_Block]:
    text = outline.essay.text
    headings = {section.start: index for index, section in enumerate(outline.sections) if index}
    blocks = []
    for start, end in _split_paragraphs(text, _soft_newlines(outline)):
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        index = next((headings[at] for at in range(start, min(first + 1, end)) if at in headings), 0)
        body_start = outline.sections[index].body_start if index else 0
        blocks.append(_Block(start, end, index, bool(index) and not text[body_start:end].strip()))
    return blocks


def _hidden_runs(text: str, block: _Block) -> Iterator[_Layer]:
    """White space that the page's own indents and paragraphs replace: kept in the text, not shown."""
    words = text[block.start : block.end]
    sign = _MARKDOWN_SIGN.match(words) if block.is_heading else None
    lead = sign.end() if sign else len(words) - len(words.lstrip())
    yield _Layer(block.start, block.start + lead, "hidden")
    for gap in re.finditer(r"[ \t\u3000]*\n\s*", words):
        yield _Layer(block.start + gap.start(), block.start + gap.end(), "hidden")


def _make_layers(outline: Outline, blocks: Sequence[_Block], places: Sequence[Place]) -> list[_Layer]:
    text = outline.essay.text
    layers = [layer for block in blocks for layer in _hidden_runs(text, block)]
    for block in blocks:
        section = outline.sections[block.section]
        if block.section and not block.is_heading:
            layers.append(_Layer(section.start, section.body_start, "runin"))
    layers += [_Layer(span.start, span.end, "debris") for span in outline.debris]
    for points in outline.lists:
        layers += [_Layer(point.start, point.start + len(point.label), "label") for point in points.points]
    for place in places:
        start, end = max(0, place.start), min(len(text), place.end)
        layers.append(_Layer(start, end, str(place.number)))
    return [layer for layer in layers if layer.start < layer.end]


def _paint(text: str, blocks: Sequence[_Block], layers: Sequence[_Layer]) -> list[str]:
    """The inner HTML of each block. One sweep over all edges: every run between two edges has one set of layers."""
    opening: dict[int, list[_Layer]] = {}
    edges = {0, len(text)}
    for layer in layers:
        opening.setdefault(layer.start, []).append(layer)
        edges |= {layer.start, layer.end}
    edges |= {block.start for block in blocks}
    starts = [block.start for block in blocks]
    parts: list[list[str]] = [[] for _ in blocks]
    active: list[_Layer] = []
    for start, end in pairwise(sorted(edges)):
        active = [layer for layer in active if layer.end > start] + opening.get(start, [])
        parts[bisect_right(starts, start) - 1].append(_paint_run(text[start:end], active))
    return ["".join(part) for part in parts]


def _paint_run(words: str, active: Sequence[_Layer]) -> str:
    kinds = [layer.kind for layer in active]
    html = escape(words)
    for kind, tag in (("hidden", "i"), ("debris", "span"), ("label", "b"), ("runin", "strong")):
        if kind in kinds:
            html = f'<{tag} class="{kind}">{html}</{tag}>'
    numbers = sorted(int(kind) for kind in kinds if kind.isdecimal())
    if numbers:
        html = f'<mark data-n="{" ".join(map(str, numbers))}">{html}</mark>'
    return html


def render_essay(outline: Outline, places: Sequence[Place] = ()) -> str:
    """The body of the essay, its `places` marked: `<mark data-n="1 3">` for characters of citations 1 and 3."""
    text = outline.essay.text
    blocks = _split_blocks(outline)
    if not blocks:
        return ""
    layers = _make_layers(outline, blocks, places)
    title_block = _find_title(text, outline.essay.title, blocks)
    html: list[str] = []
    for index, (block, inner) in enumerate(zip(blocks, _paint(text, blocks, layers), strict=True)):
        anchor = f' id="section-{block.section}"' if block.section else ""
        if index == title_block:
            html.append(f'<h3 class="essay-title"{anchor}>{inner}</h3>')
        elif block.is_heading:
            level = min(outline.sections[block.section].level, _LAST_LEVEL)
            tag = f"h{min(level + 3, 6)}"
            html.append(f'<{tag} class="heading level-{level}"{anchor}>{inner}</{tag}>')
        else:
            html.append(f"<p{anchor}>{inner}</p>")
    return "".join(html)


def _find_title(text: str, title: str, blocks: Sequence[_Block]) -> int:
    """Which of the first blocks is the essay's title; -1 if none is."""
    wanted = "".join(title.split())
    for index, block in enumerate(blocks[:4]):
        words = "".join(text[block.start : block.end].split())
        if wanted and not block.section and words.endswith(wanted) and len(words) <= len(wanted) + 8:
            return index
    return -1


def find_section(outline: Outline, start: int) -> Section:
    """The deepest section that holds the character at `start`."""
    begins = [section.start for section in outline.sections]
    for index in range(bisect_right(begins, start) - 1, 0, -1):
        if outline.sections[index].end > start:
            return outline.sections[index]
    return outline.sections[0]


def find_heading(outline: Outline, path: Sequence[str]) -> int:
    """The index of the section of this path, or of its nearest ancestor that is there; 0 is the whole essay."""
    paths = [section.path for section in outline.sections]
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in paths:
            return paths.index(tuple(path[:length]))
    return 0


def render_outline(outline: Outline) -> str:
    """The headings as a list of buttons, each naming the element it leads to; "" for an essay without headings."""
    rows = [
        f'<li><button type="button" class="jump level-{min(section.level, _LAST_LEVEL)}" data-anchor="section-{index}">'
        f"{escape(section.path[-1])}</button></li>"
        for index, section in enumerate(outline.sections)
        if index
    ]
    return f"<ol>{''.join(rows)}</ol>" if rows else ""
