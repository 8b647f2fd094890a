"""Which essays a question names: by title, author, place, ordinal (第二篇), or the file they came from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rag.answer.places import find_places
from rag.answer.question import read_count
from rag.essays.text import fold
from rag.records import EssayHead

_QUOTED_TITLE = re.compile(r"《([^《》]{2,60})》")
_ORDINAL = re.compile(r"第([一二三四五六七八九十]{1,2}|[0-9]{1,2})篇(?:文章|讲话|报告|发言)?")
# 敦煌那篇文章, 温泉县的文章: what stands before names where the essay comes from, not what is asked about it.
_DESCRIBED = re.compile(
    r"([一-鿿]{2,12}?)(?:那|这|的那|的这)一?篇(?:文章|讲话|报告|发言)?|(?<![一-鿿])([一-鿿]{2,8}?)的(?:文章|讲话)"
)
_THIS_ESSAY = re.compile(r"(?:这|本|该|那)一?(?:篇文章|篇|文)(?:里|中)?|文章(?:里|中)?")
_FRAME = re.compile(
    r"^(?:关于|试论|浅谈|浅析|论|谈)|(?:的?(?:几点)?(?:思考|体会|报告|调研与思考|研究|建议|意见|通知|讲话|总结))$"
)
# A place at the head of a title, after a year: 2024年青岚市政府工作报告. The short name is what people ask with.
_PLACE_IN_TITLE = re.compile(
    r"^(?:关于)?(?:[0-9]{4}年(?:度)?)?([一-鿿]{2,4}?)(省|自治区|市|县|区|州|旗|镇|乡|街道|村)(?=[^长委])"
)
_YEAR = re.compile(r"[0-9]{4}年?(?:度)?")
_SHORTEST_TITLE = 4
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Side:
    """One thing a question is about: the words that name it, and the essays they name."""

    name: str
    essays: frozenset[str]


def _split_title(title: str) -> tuple[str, str]:
    """The place at the head of a folded title, by its short name, and the title without place and year."""
    match = _PLACE_IN_TITLE.search(title)
    province = next(iter(find_places(title[:16])), None)
    if province is not None:
        place, rest = province.name, title[province.end :]
    elif match:
        place, rest = match[1], title[match.end() :]
    else:
        return "", title
    return place, _YEAR.sub("", rest)


@dataclass(slots=True)
class NameIndex:
    """Names of the essays of one state of the library. Build it anew when the library changes.

    `places` knows only families: essays of different places whose titles are otherwise alike (the work reports of
    several provinces). There a place in the question decides the essay; elsewhere it is a word like any other.
    """

    titles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    authors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ordinals: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def build(cls, heads: Iterable[EssayHead]) -> NameIndex:
        """Index the names of these essays."""
        index = cls()
        by_file: dict[str, list[str]] = defaultdict(list)
        families: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for head in heads:
            title = fold(head.title).strip()
            for name in {title, _FRAME.sub("", title)}:
                if _SHORTEST_TITLE <= len(name) <= _LONGEST_NAME:
                    index.titles[name].add(head.id)
            if len(head.author) >= 2:
                index.authors[fold(head.author)].add(head.id)
            place, skeleton = _split_title(title)
            families[skeleton if place else ""].append((place, head.id))
            by_file[head.source].append(head.id)
        families.pop("", None)
        index._add_places(families.values())
        index._add_ordinals(by_file.values())
        return index

    def _add_places(self, families: Iterable[list[tuple[str, str]]]) -> None:
        for members in families:
            if len({place for place, _ in members}) > 1:
                for place, essay_id in members:
                    self.places[place].add(essay_id)

    def _add_ordinals(self, files: Iterable[list[str]]) -> None:
        for essays in files:
            if len(essays) > 1:
                for number, essay_id in enumerate(essays, start=1):
                    self.ordinals[number].add(essay_id)

    def find_titles(self, text: str) -> set[str]:
        """Essays whose title, or its core, stands in the folded text; a title in 《》 may be cut short."""
        found: set[str] = set()
        for quoted in _QUOTED_TITLE.findall(text):
            found |= {e for title, ids in self.titles.items() if quoted in title or title in quoted for e in ids}
        if found:
            return found
        best = 0
        for start in range(len(text) - _SHORTEST_TITLE + 1):
            for end in range(min(len(text), start + _LONGEST_NAME), start + max(best, _SHORTEST_TITLE) - 1, -1):
                if text[start:end] in self.titles:
                    if end - start > best:
                        best, found = end - start, set()
                    found |= self.titles[text[start:end]]
                    break
        return found

    def find_authors(self, text: str) -> set[str]:
        """Essays whose author is named in the folded text."""
        found: set[str] = set()
        for start in range(len(text) - 1):
            for end in range(start + 2, min(len(text), start + 12) + 1):
                found |= self.authors.get(text[start:end], set())
        return found

    def find_ordinals(self, text: str) -> set[str]:
        """Essays that stand at the named place of their file (第二篇)."""
        return {essay for word in _ORDINAL.findall(text) for essay in self.ordinals.get(read_count(word), ())}

    def find_ordinal_sides(self, text: str) -> tuple[Side, ...]:
        """The essays named by ordinal in the folded text (第一篇和第四篇), in order, each once."""
        named = {match[0]: read_count(match[1]) for match in _ORDINAL.finditer(text)}
        return tuple(
            Side(name, frozenset(self.ordinals[number])) for name, number in named.items() if number in self.ordinals
        )

    def strip_names(self, text: str) -> str:
        """The folded text without the words that only name an essay: ordinals, titles in 《》, 那篇文章, places."""
        text = _ORDINAL.sub(" ", text)
        text = _QUOTED_TITLE.sub(" ", text)
        text = _DESCRIBED.sub(" ", text)
        for side in self.find_sides(text):
            text = re.sub(rf"{re.escape(side.name)}(?:省|市|县)?", " ", text)
        return _THIS_ESSAY.sub(" ", text)

    def find_sides(self, text: str) -> tuple[Side, ...]:
        """The places of essay families named in the folded text, in order of position, each once."""
        mentions = {mention.name: mention.start for mention in reversed(find_places(text))}
        mentions |= {name: text.index(name) for name in self.places if name in text}
        named = sorted((start, name) for name, start in mentions.items() if name in self.places)
        return tuple(Side(name, frozenset(self.places[name])) for _, name in named)

    def names_one(self, text: str) -> bool:
        """True if the folded text names an essay beyond doubt: by ordinal, or by its title in 《》."""
        quoted = _QUOTED_TITLE.search(text) is not None and bool(self.find_titles(text))
        return bool(quoted or self.find_ordinals(text))

    def find_essays(self, text: str) -> frozenset[str]:
        """The essays that the folded text names; empty if it names none. Several kinds of name must agree."""
        found: set[str] = set()
        for named in (self.find_ordinals(text), self.find_titles(text), self.find_authors(text)):
            if named:
                found = found & named if found & named else found or named
        sides = self.find_sides(text)
        if sides:
            placed = set().union(*(side.essays for side in sides))
            found = found & placed if found & placed else placed
        return frozenset(found)


def unknown_places(text: str, known: Sequence[Side]) -> tuple[str, ...]:
    """Places named in the folded text that are not among the known sides."""
    names = {side.name for side in known}
    return tuple(dict.fromkeys(m.name for m in find_places(text) if m.name not in names))


def find_description(text: str) -> str:
    """The words of a folded question that tell where an essay comes from (敦煌那篇文章 -> 敦煌); "" if none do."""
    match = _DESCRIBED.search(text)
    return (match[1] or match[2]).removeprefix("请问") if match else ""
