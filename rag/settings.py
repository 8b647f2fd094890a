"""Every default in one place, each with the reason or the measurement that set it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

# Passages: long enough to hold a point with its reasons, short enough that one citation can be read at a glance.
PASSAGE_TARGET = 250
PASSAGE_LIMIT = 400

# A question longer than this is a pasted text, not a question.
QUESTION_LIMIT = 1_000

# Passages that one answer may consider, and that `ask --json` shows.
EVIDENCE_LIMIT = 20

EMBEDDED_ENCODER = "embedded"  # the static model that ships in rag/models


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose. `encoder` is EMBEDDED_ENCODER or the name or folder of a sentence-transformers model."""

    library: Path
    encoder: str = EMBEDDED_ENCODER


def find_library(chosen: str | None = None) -> Path:
    """The library folder: as chosen, else $RAG_LIBRARY, else a folder in the user's data directory."""
    named = chosen or os.environ.get("RAG_LIBRARY")
    return Path(named).expanduser() if named else user_data_path("wenzheng", appauthor=False) / "library"


def make_cache_folder() -> Path:
    """A folder of the user's own for caches that can be made anew; made if missing, readable by the user alone."""
    folder = user_cache_path("wenzheng", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="wenzheng-"))
    return folder
