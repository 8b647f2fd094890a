"""Progress bars on the terminal; nothing where stderr is not one.

The only module that imports tqdm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Progress = Callable[[str, int, int | None], None]
"""Called with the stage of the work, how much of it is done, and how much there is (None: not known)."""


def ignore_progress(stage: str, done: int, total: int | None) -> None:
    """A Progress for callers that show none."""


@contextmanager
def show_progress() -> Iterator[Progress]:
    """A Progress that draws one bar for each stage."""
    bars: dict[str, tqdm] = {}

    def report(stage: str, done: int, total: int | None) -> None:
        bar = bars.get(stage)
        if bar is None:
            for other in bars.values():
                other.close()
            bar = bars[stage] = tqdm(desc=stage, total=total, disable=None)
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield report
    finally:
        for bar in bars.values():
            bar.close()
