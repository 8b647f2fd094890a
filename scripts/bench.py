"""Time the two things a user waits for: adding essays, and an answer.

    bench.py --essays PATH... --questions FILE.jsonl [--library DIR] [--json]

Prints seconds to add, peak memory, passages, and the median and 95th percentile of a question in this warm process.
With --library the essays are added to that folder (skipped if they are there already), else to one made for the run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rag.chatbot import Chatbot
from rag.errors import InputError
from rag.progress import show_progress
from rag.settings import Settings

WARM_UP = 5  # questions asked before the clock runs
ENOUGH = 500  # questions timed


def time_questions(chatbot: Chatbot, rows: Sequence[dict[str, object]]) -> list[float]:
    """Milliseconds of each question, the first few left out."""
    times = []
    for row in rows[: WARM_UP + ENOUGH]:
        started = time.perf_counter()
        try:
            chatbot.ask(str(row["question"]), [str(q) for q in row.get("history") or []])  # type: ignore[attr-defined]
        except InputError:
            continue  # blank questions stand in some sets
        times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP:]


def main() -> None:
    """Run and print one line of figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--essays", nargs="+", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as scratch, show_progress() as progress:
        started = time.perf_counter()
        with Chatbot.open(Settings(options.library or Path(scratch) / "library", "")) as chatbot:
            report = chatbot.add(options.essays, progress)
            add_seconds = time.perf_counter() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux counts in KiB
            times = time_questions(chatbot, rows)
            n_essays = len(chatbot.list_essays())
    figures = {
        "essays": n_essays,
        "added": report.n_added,
        "add_seconds": round(add_seconds, 1),
        "peak_gib": round(peak, 2),
        "questions": len(times),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{name:12} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
