"""The house keeps its order: one third-party package, one module; no module too long to read."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent / "rag"
OWNERS = {
    "docx": "rag/essays/docx.py",
    "charset_normalizer": "rag/essays/encodings.py",
    "opencc": "rag/essays/text.py",
    "jieba": "rag/search/words.py",
    "rjieba": "rag/search/words.py",
    "tantivy": "rag/search/lexical.py",
    "faiss": "rag/search/vectors.py",
    "sentence_transformers": "rag/search/encoder.py",
    "tqdm": "rag/progress.py",
    "platformdirs": "rag/settings.py",
}


def _imports() -> dict[str, set[str]]:
    found = defaultdict(set)
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found[name.split(".")[0]].add(path.relative_to(ROOM.parent).as_posix())
    return found


@pytest.mark.parametrize(("package", "owner"), OWNERS.items())
def test_one_package_is_imported_by_one_module(package: str, owner: str) -> None:
    assert _imports()[package] == {owner}


def test_modules_stay_readable() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOM.rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}
