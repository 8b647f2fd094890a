"""What flows between the rooms: frozen records, each with its law.

file -> Essay -> Passage -> Hit -> Draft -> Answer -> page or file

Offsets are half-open and count code points of `Essay.text`; sequences are tuples. A record never holds a
vector, a path into the index, or anything that a rebuild could change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open run of characters `[start, end)` of one text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HeadingMark:
    """A heading that the file format itself declares (a Word heading style, a Markdown `#`).

    `start` and `end` bound the heading line in the source text; `level` counts from 1.
    """

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class SourceText:
    r"""The readable text of one file, or of one line of a .jsonl file, before essays are told apart.

    `source` names where it came from and is stable across runs: the absolute path, with `#ID` appended for a
    row of a .jsonl file. `title`, `author` and `date` are what the format itself says, else "".
    Law: newlines are `\n`; nothing else differs from what the file says.
    """

    source: str
    text: str
    headings: tuple[HeadingMark, ...] = ()
    title: str = ""
    author: str = ""
    date: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Essay:
    """One essay. Law: `id` depends on content and source only; `text` is final.

    `text` is the part of the source text that begins at `source_start`. `date` is ISO 8601, as far as known
    ("2008-03-29", "2008-03", "2008") or "". `sha256` is of the text in UTF-8.
    """

    id: str
    title: str
    author: str
    date: str
    text: str
    source: str
    source_start: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EssayHead:
    """An essay without its text, for listings. `n_sections` leaves the root out."""

    id: str
    title: str
    author: str
    date: str
    source: str
    n_characters: int
    n_sections: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all that stands under it, subsections included.

    `path` holds the headings from the outermost to this one; the root section of an essay has the empty path,
    level 0, and covers the whole text. The heading is `[start, body_start)`, trailing white space left out of
    the name in `path`; the rest is the body.
    Law: sections nest by containment; the own body and the children of a section tile it.
    """

    essay_id: str
    path: tuple[str, ...]
    level: int
    start: int
    body_start: int
    end: int


@dataclass(frozen=True, slots=True)
class Point:
    """One item of an enumeration: `label` as written (一是, 第二, (3)), `number` counting from 1.

    The span begins with the label and ends before the next item.
    """

    essay_id: str
    section: tuple[str, ...]
    label: str
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PointList:
    """An enumeration: its points in order, and the words that announce it.

    `[head_start, head_end)` is the sentence or clause that leads into the list ("以下四方面的关系："); empty
    (`head_start == head_end`) where none stands before it.
    Law: points are in order, never overlap, and each begins where the one before ends or later.
    """

    essay_id: str
    section: tuple[str, ...]
    head_start: int
    head_end: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An essay with its structure: sections (root first) and lists in order of start.

    `debris` holds the spans of site links and page numbers, which stay in the text but are never evidence.
    """

    essay: Essay
    sections: tuple[Section, ...]
    lists: tuple[PointList, ...]
    debris: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval. Law: `essay.text[start:end] == text`; whole sentences; one section."""

    essay_id: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found. Ranks count from 1; None where that search did not find it."""

    lexical_rank: int | None
    vector_rank: int | None
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Higher score is better; ties stand in order of (essay_id, start)."""

    passage: Passage
    essay_title: str
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of an essay that a writer claims to have read. Not trusted until `rag.answer.cite` has found it."""

    essay_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """One thing a writer says, with the quotes it says it from."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer returns: statements, or the reason why there are none. Not yet trusted."""

    statements: tuple[DraftStatement, ...] = ()
    refusal_reason: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Law: `essay.text[start:end] == quote`, and quote is not empty. `number` counts from 1 within an answer.

    `support` is the verdict of the support check: "supported", "partial" or "unsupported".
    """

    number: int
    essay_id: str
    essay_title: str
    section: tuple[str, ...]
    start: int
    end: int
    quote: str
    support: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Law: at least one citation number, and each is the number of a citation of the same answer."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NearestSection:
    """Where a refusal suggests to look; not evidence."""

    essay_id: str
    essay_title: str
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer was found, and why; `nearest` is best first."""

    reason: str
    nearest: tuple[NearestSection, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Law: exactly one of statements / refusal; a refusal cites nothing.

    `passages` is the evidence considered, best first, at most 20. `seconds` runs from question to answer.
    `understood` is the question as it was answered: the same as `question` unless the chat's history changed it.
    """

    question: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    refusal: Refusal | None
    seconds: float
    understood: str = ""
