"""Word files (.docx) as text with the headings that their styles declare. The only module that imports python-docx."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.styles.style import BaseStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from rag.errors import InputError
from rag.records import HeadingMark

# Unpacked, a .docx of this size holds some fifty million characters; beyond it is a bomb, not an essay.
_UNPACKED_LIMIT_BYTES = 500_000_000
_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLE_STYLES = frozenset(("title", "标题"))
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)\s*\d", re.IGNORECASE)
_NEWLINE = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class DocxText:
    """The text of a Word file: one line for each paragraph and table row."""

    text: str
    headings: tuple[HeadingMark, ...]
    title: str


def read_docx(path: Path) -> DocxText:
    """Paragraphs as lines, rows of tables as lines with " | " between cells, heading styles as marks.

    Numbers that Word counts by itself are not in the file's text, so they are not in this one. Raises InputError
    for a file that is no .docx, is protected by a password, or would unpack to an unreasonable size.
    """
    document = _open(path)
    lines: list[str] = []
    headings: list[HeadingMark] = []
    title = ""
    position = 0
    for block in _walk(document):
        if isinstance(block, Table):
            words = _read_table(block)
        else:
            words = _read_paragraph(block)
            level = _find_level(block)
            start = position + len(words) - len(words.lstrip())
            first_line = words.strip().split("\n", 1)[0].rstrip()
            if level and first_line:
                headings.append(HeadingMark(start, start + len(first_line), level))
            elif not title and _is_title(block):
                title = " ".join(words.split())
        lines.append(words)
        position += len(words) + 1
    return DocxText("\n".join(lines), tuple(headings), title)


def _open(path: Path) -> Document:
    hint = "Open it in Word or WPS and save it as .docx again, or save it as plain text (.txt)."
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED_LIMIT_BYTES:
                raise InputError(f"{path}: too large once unpacked", hint="Split it into several files.")
        return docx.Document(str(path))
    except zipfile.BadZipFile as exc:
        raise InputError(f"{path}: not a Word file (.docx), or damaged", hint=hint) from exc
    except (KeyError, ValueError, SyntaxError, AttributeError, RuntimeError, NotImplementedError, zlib.error) as exc:
        # python-docx raises these for a zip archive that holds no document, lxml a SyntaxError for broken XML.
        raise InputError(f"{path}: no Word document in it, or damaged", hint=hint) from exc


def _walk(document: Document) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in order, those inside content controls too; a table of contents is left out."""
    body = document.element.body
    for element in body.iter(qn("w:p"), qn("w:tbl")):
        parents = {ancestor.tag for ancestor in element.iterancestors()}
        if qn("w:tbl") in parents or qn("w:txbxContent") in parents:
            continue
        if element.tag == qn("w:tbl"):
            yield Table(element, document)
            continue
        paragraph = Paragraph(element, document)
        if not _CONTENTS_STYLE.match(_style_name(paragraph.style)):
            yield paragraph


def _read_paragraph(paragraph: Paragraph) -> str:
    """All runs of a paragraph, inserted ones and those in links and controls too; deleted ones hold no w:t."""
    inside = (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"))
    parts: list[str] = []
    for run in paragraph._p.iter(qn("w:r")):
        if not any(ancestor.tag in inside for ancestor in run.iterancestors()):
            parts.append(run.text)
    return _NEWLINE.sub("\n", "".join(parts))


def _read_table(table: Table) -> str:
    """Rows as lines; a cell merged over several columns or rows stands once in each row."""
    lines: list[str] = []
    for row in table.rows:
        cells: list[str] = []
        last = None
        for cell in row.cells:
            if cell._tc is not last:
                cells.append(" ".join(" ".join(_read_paragraph(p) for p in cell.paragraphs).split()))
            last = cell._tc
        if any(cells):
            lines.append(" | ".join(cells))
    return "\n".join(lines)


def _style_name(style: BaseStyle | None) -> str:
    return (style.name or "") if style is not None else ""


def _find_level(paragraph: Paragraph) -> int:
    """The heading level, 1 to 9, that the paragraph or its style (or what that is based on) declares; 0 for none."""
    own = _outline_level(paragraph._p.pPr)
    if own:
        return own
    style = paragraph.style
    for _ in range(10):
        if style is None:
            break
        match = _HEADING_STYLE.fullmatch(_style_name(style).strip())
        if match:
            return int(match.group(1))
        level = _outline_level(style.element.find(qn("w:pPr")))
        if level:
            return level
        style = style.base_style
    return 0


def _outline_level(properties: object) -> int:
    """w:outlineLvl counts from 0; 9 means body text."""
    find = getattr(properties, "find", None)
    element = find(qn("w:outlineLvl")) if find else None
    value = element.get(qn("w:val")) if element is not None else None
    return int(value) + 1 if value and value.isdecimal() and int(value) < 9 else 0


def _is_title(paragraph: Paragraph) -> bool:
    return _style_name(paragraph.style).strip().lower() in _TITLE_STYLES and bool(paragraph.text.strip())
