"""Tables of essays and their structure.

Rows of `passages` are numbered once and for all: the number of a passage is its name in both indexes, and is never
given to another.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from rag.library.database import METADATA

FILES = Table(
    "files",
    METADATA,
    Column("path", String, primary_key=True),
    Column("sha256", String, nullable=False),
)
ESSAYS = Table(
    "essays",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("file", String, ForeignKey("files.path", ondelete="CASCADE"), nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("source_start", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("author", String, nullable=False),
    Column("date", String, nullable=False),
    Column("sha256", String, nullable=False, index=True),
    Column("n_characters", Integer, nullable=False),
    Column("n_sections", Integer, nullable=False),
    sqlite_autoincrement=True,
)
# Apart from `essays`, so that listing a library does not read its texts.
TEXTS = Table(
    "texts",
    METADATA,
    Column("essay", Integer, ForeignKey("essays.number", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("structure", JSON, nullable=False),
)
PASSAGES = Table(
    "passages",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("essay", Integer, ForeignKey("essays.number", ondelete="CASCADE"), nullable=False),
    Column("section", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Index("passages_by_essay", "essay"),
    sqlite_autoincrement=True,
)
