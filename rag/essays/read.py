"""Files become source texts: .txt, .md, .docx, .jsonl, .jsonl.gz. What can't be read is refused in plain words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import InputError
from rag.essays.docx import read_docx
from rag.essays.encodings import UnreadableBytesError, decode_text
from rag.essays.jsonl import read_rows
from rag.essays.markdown import find_headings, read_front_matter
from rag.records import SourceText

READABLE_SUFFIXES = (".txt", ".md", ".docx", ".jsonl", ".jsonl.gz")

# A book of a million characters has 3 MB. One text far beyond that is a dump of something else.
_FILE_LIMIT_BYTES = 50_000_000
_NEWLINE = re.compile(r"\r\n?")


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Files named directly, whatever they are called, and readable files in folders, at any depth, in sorted order.

    Hidden files and folders are left out, and so is what stands there twice; links to folders are not followed.
    Raises InputError for a path that does not exist.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files |= dict.fromkeys(_walk(path))
        elif path.exists():
            files[path] = None
        else:
            raise InputError(f"{path}: no such file or folder", hint="Check the path, or quote it if it has spaces.")
    return list(files)


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []

    def refuse(exc: OSError) -> None:
        raise InputError(f"{exc.filename}: this folder can't be opened", hint="Check its permissions.") from exc

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # Word leaves lock files (~$name.docx) beside a document that is open.
        found += [Path(parent, name) for name in names if find_suffix(Path(name)) and not name.startswith((".", "~$"))]
    return sorted(found)


def find_suffix(path: Path) -> str:
    """The readable suffix of a path in lower case, or "" if there is none."""
    name = path.name.lower()
    return next((suffix for suffix in READABLE_SUFFIXES if name.endswith(suffix)), "")


def read_file(path: Path) -> Iterator[SourceText]:
    """One source text for a file, or one for each row of a .jsonl file, as they are read.

    Raises InputError, with a hint, for a file that is missing, empty, binary, damaged, protected, too large, or of
    an unknown kind; for a .jsonl file that may happen after some rows.
    """
    suffix = find_suffix(path)
    if not suffix:
        raise InputError(
            f"{path}: this kind of file can't be read", hint=f"Readable are {', '.join(READABLE_SUFFIXES)}."
        )
    try:
        n_bytes = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path}: not a file", hint="Name a file, or a folder to add all files in it.")
        if n_bytes == 0:
            raise InputError(f"{path}: the file is empty", hint="Remove it, or save the essay again.")
        if suffix.startswith(".jsonl"):
            yield from read_rows(path)
            return
        if n_bytes > _FILE_LIMIT_BYTES:
            raise InputError(
                f"{path}: too large ({n_bytes:,} bytes)", hint="Split it, or put its essays into a .jsonl file."
            )
        yield _read_docx(path) if suffix == ".docx" else _read_plain(path, suffix)
    except FileNotFoundError as exc:
        raise InputError(f"{path}: no such file", hint="Check the path.") from exc
    except PermissionError as exc:
        raise InputError(f"{path}: you may not read this file", hint="Check its permissions.") from exc
    except OSError as exc:
        raise InputError(
            f"{path}: can't be read ({exc.strerror or exc})", hint="Check the disk, or copy the file."
        ) from exc


def _read_plain(path: Path, suffix: str) -> SourceText:
    try:
        decoded, _ = decode_text(path.read_bytes())
    except UnreadableBytesError as exc:
        raise InputError(f"{path}: not a text file", hint="Save it as plain text in UTF-8.") from exc
    text = _check_text(path, _NEWLINE.sub("\n", decoded))
    source = str(path.absolute())
    if suffix != ".md":
        return SourceText(source, text)
    said = read_front_matter(text)
    return SourceText(
        source, text, find_headings(text), said.get("title", ""), said.get("author", ""), said.get("date", "")
    )


def _read_docx(path: Path) -> SourceText:
    read = read_docx(path)
    return SourceText(str(path.absolute()), _check_text(path, read.text), read.headings, read.title)


def _check_text(path: Path, text: str) -> str:
    if not text.strip():
        raise InputError(f"{path}: there is no text in it", hint="Remove it, or save the essay again.")
    return text
