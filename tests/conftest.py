"""Fixtures for every test.

RAG_SHARED names a folder of real essays and question sets; tests that need it are skipped without.
"""

import os
from pathlib import Path

import pytest
from commands import Commands


@pytest.fixture(scope="session")
def shared() -> Path:
    named = os.environ.get("RAG_SHARED")
    if not named or not Path(named).is_dir():
        pytest.skip("RAG_SHARED names no folder")
    return Path(named)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the library that `rag` uses in this test; nothing is there yet."""
    monkeypatch.setenv("RAG_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def rag(library: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(library, capsys)
