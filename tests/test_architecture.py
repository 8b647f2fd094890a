"""The house keeps its order: one third-party package, one module; modules short and well named; versions pinned."""

import ast
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOM = ROOT / "rag"
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


def test_modules_are_named_for_what_they_do() -> None:
    vague = {"utils", "util", "helpers", "helper", "base", "manager", "misc", "common"}
    assert [path.name for path in ROOM.rglob("*.py") if path.stem in vague] == []


def test_errors_are_caught_by_name() -> None:
    """`except Exception` hides what nobody thought of."""
    broad = {"Exception", "BaseException"}
    found = [
        path.name
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or any(isinstance(n, ast.Name) and n.id in broad for n in ast.walk(node.type)))
    ]
    assert found == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_name(line) for line in lines if re.fullmatch(r"[\w.-]+==[\w.]+", line)}
    assert len(pinned) == len(lines)
    assert {_name(requirement) for requirement in wanted} - pinned == set()
    assert "torch==2.13.0" in wanted
    assert "torch==2.13.0" in lines


def _name(requirement: str) -> str:
    return re.split(r"[=<>~!; \[]", requirement)[0].lower().replace("_", "-")


def test_what_is_installed_brings_its_files() -> None:
    """The page, the weights and the word lists are data: a package without them would fail at run time alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["rag"]
    carried = {path for pattern in patterns for path in ROOM.glob(pattern) if path.is_file()}
    data = {path for path in ROOM.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert data - carried == set()
