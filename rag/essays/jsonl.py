"""Rows of .jsonl and .jsonl.gz files, one at a time: such a file may be larger than memory."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag.errors import InputError
from rag.records import SourceText

_NEWLINE = re.compile(r"\r\n?")
# No essay has a line of this length; reading on would fill the memory.
_LONGEST_LINE_BYTES = 64_000_000
_ROW_HINT = 'Each line must be a JSON object with "id", "title" and "text", and may have "author" and "date".'


def read_rows(path: Path) -> Iterator[SourceText]:
    """The rows in order without those of blank text; `source` is the absolute path, "#" and the row's id.

    A row that stands there twice comes twice. Raises InputError that names the line, after the rows before it; two
    rows of one id that differ are such an error.
    """
    seen: dict[str, int] = {}
    source = str(path.absolute())
    for number, line in enumerate(_read_lines(path), 1):
        if not line.strip():
            continue
        row = _parse(path, number, line)
        mark = hash(tuple(row.values()))
        if seen.setdefault(row["id"], mark) != mark:
            raise InputError(
                f"{path}, line {number}: the id {row['id']!r} was used before", hint="Give each row its own id."
            )
        text = _NEWLINE.sub("\n", row["text"])
        if text.strip():
            yield SourceText(
                f"{source}#{row['id']}",
                text,
                title=row["title"].strip(),
                author=row["author"].strip(),
                date=row["date"].strip(),
            )


def _read_lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST_LINE_BYTES):
                number += 1
                if len(line) >= _LONGEST_LINE_BYTES:
                    raise InputError(f"{path}, line {number}: too long", hint="Put each essay on a line of its own.")
                yield line
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise InputError(
            f"{path}: the gzip data is damaged or cut off", hint="Compress or copy the file again."
        ) from exc


def _parse(path: Path, number: int, line: bytes) -> dict[str, str]:
    """The fields of a row as strings, absent ones empty."""
    where = f"{path}, line {number}"
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise InputError(f"{where}: not UTF-8", hint="Save the file as UTF-8.") from exc
    except (json.JSONDecodeError, RecursionError) as exc:
        raise InputError(f"{where}: not JSON", hint=_ROW_HINT) from exc
    if not isinstance(row, dict):
        raise InputError(f"{where}: not a JSON object", hint=_ROW_HINT)
    fields = {name: row.get(name) for name in ("id", "title", "text", "author", "date")}
    if isinstance(fields["id"], int) and not isinstance(fields["id"], bool):
        fields["id"] = str(fields["id"])
    texts = {name: value if isinstance(value, str) else "" for name, value in fields.items()}
    if not isinstance(fields["text"], str) or not texts["id"].strip():
        missing = "text" if texts["id"].strip() else "id"
        raise InputError(f'{where}: "{missing}" is missing or not a string', hint=_ROW_HINT)
    for name, value in texts.items():
        if "\x00" in value or any("\ud800" <= mark <= "\udfff" for mark in value):
            raise InputError(f'{where}: "{name}" holds characters that are no text', hint="Remove them from the file.")
    return texts
