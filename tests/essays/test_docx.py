import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from rag.errors import InputError
from rag.essays.docx import read_docx


def test_styles_levels_tables_and_revisions(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("读书的方法", style="Title")
    document.add_heading("一、目的", level=1)
    document.add_paragraph("为了明理。")
    chinese = document.styles.add_style("标题 3", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("(1)细节", style=chinese)
    based = document.styles.add_style("我的样式", WD_STYLE_TYPE.PARAGRAPH)
    based.base_style = document.styles["Heading 2"]
    document.add_paragraph("（一）做法", style=based)
    outlined = document.add_paragraph("（二）体会")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "1")
    outlined._p.get_or_add_pPr().append(level)
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(
        (cell for row in table.rows for cell in row.cells), ["年份", "册数", "2024", "12"], strict=True
    ):
        cell.text = words
    inserted = document.add_paragraph("原有")
    insertion = OxmlElement("w:ins")
    run = inserted.add_run("新增")._r
    insertion.append(run)
    inserted._p.append(insertion)
    deletion = OxmlElement("w:del")
    deletion.append(inserted.add_run("删去")._r)
    inserted._p.append(deletion)
    path = tmp_path / "a.docx"
    document.save(str(path))

    read = read_docx(path)
    assert (
        read.text
        == "读书的方法\n一、目的\n为了明理。\n(1)细节\n（一）做法\n（二）体会\n年份 | 册数\n2024 | 12\n原有新增"
    )
    assert read.title == "读书的方法"
    assert [(read.text[mark.start : mark.end], mark.level) for mark in read.headings] == [
        ("一、目的", 1), ("(1)细节", 3), ("（一）做法", 2), ("（二）体会", 2),
    ]  # fmt: skip


def test_files_that_are_no_word_documents(tmp_path: Path) -> None:
    text = tmp_path / "text.docx"
    text.write_text("不是", encoding="utf-8")
    empty_zip = tmp_path / "zip.docx"
    with zipfile.ZipFile(empty_zip, "w") as archive:
        archive.writestr("a.txt", "x")
    broken = tmp_path / "broken.docx"
    document = docx.Document()
    document.save(str(broken))
    with zipfile.ZipFile(broken) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = b"<w:document"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    for path in (text, empty_zip, broken):
        with pytest.raises(InputError) as caught:
            read_docx(path)
        assert str(path) in str(caught.value)
        assert ".docx" in caught.value.hint
