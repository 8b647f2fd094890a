"""Start the chat page: `python app.py`. A library that is not there yet begins with the sample essays.

RAG_LIBRARY names the library's folder, HOST and PORT the address (default: 127.0.0.1 and 7860).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.cli import main
from rag.library.database import DATABASE_NAME
from rag.settings import find_library

SAMPLES = Path(__file__).parent / "data" / "essays"


def start(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until it is interrupted; returns the exit code of the `rag` command that did it."""
    parser = argparse.ArgumentParser(description="Start the chat page.")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", default=os.environ.get("PORT", "7860"))
    options = parser.parse_args(arguments)
    if SAMPLES.is_dir() and not (find_library() / DATABASE_NAME).exists():
        code = main(["add", str(SAMPLES)])
        if code:
            return code
    return main(["serve", "--host", options.host, "--port", options.port])


if __name__ == "__main__":
    sys.exit(start())
