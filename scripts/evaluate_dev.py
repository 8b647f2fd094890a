"""Measure every development set from outside and write one table.

    evaluate_dev.py SHARED_DIR [--out docs/results/dev.md] [--sets NAME...] [--rag COMMAND]

SHARED_DIR holds checks/measure.py, data/dev and essays. Each set is measured by measure.py in a process of its own,
through the `rag` command alone, in an empty library. The project's own question sets are measured on their essays.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
FIGURES = ("n", "fact", "first", "top5", "gold", "source", "exact", "cited", "refused", "wrongly", "ms")


def list_sets(shared: Path) -> dict[str, list[str]]:
    """The arguments of measure.py for each set, by name."""
    dev, own = shared / "data" / "dev", PROJECT / "tests" / "questions"
    party = str(next((shared / "essays").glob("*.txt")))
    sets = {
        "gov": [
            "--essays",
            str(shared / "essays" / "gov_reports"),
            "--questions",
            str(dev / "gov" / "questions.jsonl"),
        ],
        "party_building": ["--essays", party, "--questions", str(own / "party_building.jsonl")],
        "party_building_fresh": ["--essays", party, "--questions", str(own / "party_building_fresh.jsonl")],
        "samples": ["--essays", str(PROJECT / "data" / "essays"), "--questions", str(own / "samples.jsonl")],
    }
    for name in ("cmrc_trial", "drcd_dev", "webqa", "rgb"):
        sets[name] = ["--essays", str(dev / name / "essays.jsonl"), "--questions", str(dev / name / "questions.jsonl")]
    for name in ("cmrc_trial", "webqa", "rgb"):
        sets[f"{name} --half"] = [*sets[name], "--half"]
    return sets


def measure(shared: Path, arguments: list[str], rag: str) -> dict[str, dict[str, float]]:
    """The figures of one set, by kind of question."""
    command = [sys.executable, str(shared / "checks" / "measure.py"), *arguments, "--json", "--rag", rag]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def format_row(name: str, figures: dict[str, float]) -> str:
    """One line of a Markdown table."""
    cells = [f"{figures[f]:g}" if f in figures else "" for f in FIGURES]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Measure the sets, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "results" / "dev.md")
    parser.add_argument("--sets", nargs="+", help="some of the sets only")
    parser.add_argument("--rag", default=str(PROJECT / ".venv" / "bin" / "rag"))
    options = parser.parse_args()
    sets = list_sets(options.shared.resolve())
    header = f"| set | {' | '.join(FIGURES)} |\n|---|{'---|' * len(FIGURES)}"
    whole, kinds = [header], []
    for name in options.sets or sets:
        figures = measure(options.shared.resolve(), sets[name], options.rag)
        whole.append(format_row(name, figures["all"]))
        print(whole[-1], flush=True)
        if len(figures) > 1:
            rows = [format_row(kind, row) for kind, row in sorted(figures.items()) if kind != "all"]
            kinds.append(f"\n## {name}, by kind of question\n\n{header}\n" + "\n".join(rows))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    text = "\n".join(
        ["# Development sets", "", f"`scripts/evaluate_dev.py SHARED_DIR` on {machine}.", "", *whole, *kinds]
    )
    options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
