"""Fixtures for every test.

RAG_SHARED names a folder of real essays and question sets; tests that need it are skipped without.
"""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    named = os.environ.get("RAG_SHARED")
    if not named or not Path(named).is_dir():
        pytest.skip("RAG_SHARED names no folder")
    return Path(named)
