"""A published state of both indexes, and how the next one takes its place on disk.

    index/current                    the name of the published generation
    index/gen-000007/lexical/        tantivy
    index/gen-000007/vectors         FAISS
    index/gen-000007/manifest.json   what it was made of, and the hash of every file

A generation is written aside, flushed to disk and then published by replacing `current` in one step: a crash leaves the
old one in force. What can't be read, or is not what the manifest says, counts as missing, since all of it can be made
anew from the catalogue.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import LibraryError
from rag.search.lexical import LexicalIndex
from rag.search.vectors import VectorIndex

FORMAT = 2
_LOCK_SECONDS = 3_600  # as long as another program may need to build a big index
_RACES = 5  # times that another program may publish just while this one is reading


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself. `version` is the catalogue's when it was made; `files` are hashes by path."""

    format: int
    encoder: str
    dimension: int
    n_passages: int
    version: int
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of both indexes; never changed once published. The name is empty until then."""

    name: str
    manifest: Manifest
    lexical: LexicalIndex
    vectors: VectorIndex


def make_empty(encoder: str, dimension: int) -> Generation:
    """The generation before the first."""
    return Generation("", Manifest(FORMAT, encoder, dimension, 0, 0, {}), LexicalIndex(), VectorIndex(dimension))


def read_name(folder: Path) -> str:
    """The name of the published generation; "" if there is none."""
    try:
        name = (folder / "current").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return name if name.startswith("gen-") and name[4:].isdigit() else ""


def read_manifest(folder: Path, name: str) -> Manifest | None:
    """The manifest of a generation; None if it can't be read or is of another format."""
    try:
        manifest = Manifest(**json.loads((folder / name / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.format == FORMAT else None


def load_published(folder: Path) -> Generation | None:
    """The published generation, every file of it checked; None if there is none or it is damaged."""
    for _ in range(_RACES):
        name = read_name(folder)
        generation = _load(folder, name) if name else None
        # Another program that publishes removes the generation before, perhaps while it is being read here.
        if generation is not None or read_name(folder) == name:
            return generation
    return None


def _load(folder: Path, name: str) -> Generation | None:
    manifest = read_manifest(folder, name)
    if manifest is None:
        return None
    try:
        if _hash_files(folder / name) != manifest.files:
            return None
        lexical = LexicalIndex.open(folder / name / "lexical")
        vectors = VectorIndex.load(folder / name / "vectors")
    except (OSError, LibraryError):
        return None
    is_sound = len(lexical) == len(vectors) == manifest.n_passages and vectors.dimension == manifest.dimension
    return Generation(name, manifest, lexical, vectors) if is_sound else None


def begin(folder: Path, former: Generation) -> Path:
    """A folder for the next generation, with the word index of the former one in it.

    tantivy never changes a file once written, it replaces its lists of files: so these may be second names of the
    same files, which takes no time.
    """
    numbers = [int(path.name[4:]) for path in folder.glob("gen-*") if path.name[4:].isdigit()]
    fresh = folder / f"gen-{max(numbers, default=0) + 1:06d}"
    (fresh / "lexical").mkdir(parents=True)
    if former.name:
        for path in _list_files(folder / former.name / "lexical"):
            try:
                os.link(path, fresh / "lexical" / path.name)
            except OSError:  # a file system without second names
                shutil.copy2(path, fresh / "lexical" / path.name)
    return fresh


def publish(
    folder: Path, fresh: Path, lexical: LexicalIndex, vectors: VectorIndex, *, encoder: str, version: int
) -> Generation:
    """Make what was built in `fresh` the published generation, durably, and remove the others."""
    vectors.save(fresh / "vectors")
    manifest = Manifest(FORMAT, encoder, vectors.dimension, len(vectors), version, _hash_files(fresh))
    (fresh / "manifest.json").write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    mode = (fresh / "manifest.json").stat().st_mode
    for path in (*fresh.rglob("*"), fresh):
        if path.is_file():
            path.chmod(mode)  # tantivy keeps some of its files from other users, who may read the rest
        _flush_to_disk(path)
    aside = folder / "current.new"
    aside.write_text(fresh.name, encoding="ascii")
    _flush_to_disk(aside)
    aside.replace(folder / "current")
    _flush_to_disk(folder)
    for path in folder.glob("gen-*"):
        if path.name != fresh.name:
            shutil.rmtree(path, ignore_errors=True)
    return Generation(fresh.name, manifest, lexical, vectors)


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Let one program at a time build a generation; the others wait for it.

    The lock is SQLite's own on an empty database: it works on every system and goes when its holder dies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "lock", timeout=_LOCK_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


def _list_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def _hash_files(generation: Path) -> dict[str, str]:
    files = [path for path in _list_files(generation) if path.name != "manifest.json"]
    with ThreadPoolExecutor(2) as pool:
        hashes = pool.map(_hash_file, files)
        return {path.relative_to(generation).as_posix(): sha256 for path, sha256 in zip(files, hashes, strict=True)}


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
