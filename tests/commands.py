"""The `rag` command as tests use it: on a library of their own, in this process."""

import json
from pathlib import Path
from typing import Any

import pytest
from examples import check_laws

from rag.cli import main


class Commands:
    def __init__(self, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.library = library
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = stopped.code
        return code, *self._capsys.readouterr()

    def ask(self, question: str) -> dict[str, Any]:
        """The answer to a question, which keeps the laws of answers."""
        code, out, err = self("ask", question, "--json")
        assert (code, err) == (0, "")
        answer = json.loads(out)
        check_laws(answer, {essay["id"]: essay["text"] for essay in self.export()})
        return answer

    def say(self, question: str) -> str:
        """All statements of the answer to a question as one text; empty for a refusal."""
        return "\n".join(statement["text"] for statement in self.ask(question)["statements"])

    def titles(self) -> list[str]:
        code, out, err = self("list", "--json")
        assert (code, err) == (0, "")
        return [json.loads(line)["title"] for line in out.splitlines()]

    def export(self) -> list[dict[str, Any]]:
        path = self.library.with_name("exported.jsonl")
        assert self("export", "--out", path) == (0, "", "")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
