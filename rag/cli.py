"""The `rag` command. It holds no logic of its own: it calls `Chatbot` and prints records.

Exit codes: 0 done, 1 failed, 2 the user can fix it. Errors go to stderr as `error: …` and `hint: …`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rag.errors import InputError, RagError
from rag.records import Answer
from rag.settings import Settings, find_library

if TYPE_CHECKING:
    from rag.chatbot import AddReport, Chatbot

DONE, FAILED, FIXABLE = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"error: {message}\nhint: {self.prog} --help", file=sys.stderr)
        raise SystemExit(FIXABLE)


def build_parser() -> argparse.ArgumentParser:
    """The command line, as DESIGN and README describe it."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--library", metavar="DIR", help="the library's folder (default: $RAG_LIBRARY, else your data folder)")
    shared.add_argument("--encoder", metavar="NAME_OR_PATH", help="a sentence-transformers model instead of the embedded one")
    parser = _Parser(prog="rag", description="文证: answers questions about Chinese essays and proves every sentence it says")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared])

    add = command("add", "add essays: files, folders, .jsonl(.gz)")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    remove = command("remove", "remove one essay, or all that came from a file or folder")
    which = remove.add_mutually_exclusive_group(required=True)
    which.add_argument("essay_id", nargs="?", metavar="ESSAY_ID")
    which.add_argument("--source", metavar="PATH")
    listing = command("list", "list the essays of the library")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    ask = command("ask", "ask a question, or a file of them")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--json", action="store_true", help="the answer as one line of JSON")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl", help="questions: id, question, history")
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl", help="where the answers of --batch go")
    export = command("export", "write every essay as .jsonl")
    export.add_argument("--out", type=Path, required=True, metavar="OUT.jsonl")
    command("reindex", "build the search index anew, with --encoder to change the model")
    doctor = command("doctor", "check the library")
    doctor.add_argument("--repair", action="store_true", help="mend what can be mended")
    serve = command("serve", "serve the pages")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        return _run(options)
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return FIXABLE
    except KeyboardInterrupt:
        print("error: interrupted; what was finished before is kept", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader (head, less) has gone: point stdout elsewhere so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        print("hint: check that the path exists and that you may read and write it", file=sys.stderr)
        return FIXABLE


def _open(options: argparse.Namespace, *, create: bool = False) -> Chatbot:
    from rag.chatbot import Chatbot  # the encoder takes seconds to import: not for --help

    return Chatbot.open(Settings(find_library(options.library), options.encoder or ""), create=create)


def _run(options: argparse.Namespace) -> int:
    commands = {
        "add": _add,
        "remove": _remove,
        "list": _list,
        "ask": _ask,
        "export": _export,
        "reindex": _reindex,
        "doctor": _doctor,
        "serve": _serve,
    }
    return commands[options.command](options)


def _add(options: argparse.Namespace) -> int:
    from rag.progress import show_progress

    with _open(options, create=True) as chatbot, show_progress() as progress:
        report = chatbot.add(options.paths, progress)
    _print_report(report)
    if report.failed and not (report.n_added or report.n_unchanged):
        return FIXABLE
    return FAILED if report.failed else DONE


def _print_report(report: AddReport) -> None:
    print(f"{report.n_added} essays added, {report.n_unchanged} files unchanged, {len(report.failed)} files failed")
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    for failure in report.failed:
        print(f"error: {failure.path}: {failure.message}", file=sys.stderr)
        if failure.hint:
            print(f"hint: {failure.hint}", file=sys.stderr)


def _remove(options: argparse.Namespace) -> int:
    with _open(options) as chatbot:
        n_removed = chatbot.remove(essay_id=options.essay_id, source=options.source)
    print(f"{n_removed} essays removed")
    return DONE


def _list(options: argparse.Namespace) -> int:
    with _open(options) as chatbot:
        for head in chatbot.list_essays():
            if options.json:
                row = {"id": head.id, "title": head.title, "author": head.author, "date": head.date}
                print(_dump(row | {"source": head.source, "characters": head.n_characters}))
            else:
                by = " ".join(part for part in (head.author, head.date) if part)
                print(f"{head.id}  {head.title}{'  ' + by if by else ''}  ({head.n_characters:,})")
    return DONE


def _ask(options: argparse.Namespace) -> int:
    if (options.batch is None) == (options.question is None) or (options.batch is None) != (options.out is None):
        raise InputError("ask takes a question, or --batch IN.jsonl with --out OUT.jsonl", hint="rag ask --help")
    with _open(options) as chatbot:
        if options.batch is None:
            answer = chatbot.ask(options.question)
            print(_dump(answer_to_json("", answer)) if options.json else format_answer(answer))
            return DONE
        return _ask_batch(chatbot, options.batch, options.out)


def _ask_batch(chatbot: Chatbot, source: Path, target: Path) -> int:
    from rag.progress import show_progress

    rows = list(_read_questions(source))
    with target.open("w", encoding="utf-8") as out, show_progress() as progress:
        for done, row in enumerate(rows, start=1):
            try:
                answer = answer_to_json(row["id"], chatbot.ask(row["question"], row["history"]))
            except InputError as error:
                answer = _refused_row(row, str(error))
            out.write(_dump(answer) + "\n")
            progress("ask", done, len(rows))
    return DONE


def _read_questions(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                history = row.get("history") or []
                if not isinstance(row["question"], str) or not all(isinstance(q, str) for q in history):
                    raise TypeError
                yield {"id": str(row.get("id", number)), "question": row["question"], "history": history}
            except (ValueError, KeyError, TypeError, AttributeError) as exc:
                raise InputError(
                    f"{path}, line {number}: not a question", hint='each line is {"id": "…", "question": "…"}'
                ) from exc


def _refused_row(row: dict[str, Any], reason: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"statements": [], "citations": [], "passages": []}
    return {"id": row["id"], "question": row["question"], **empty, "refusal": {"reason": reason, "nearest": []}, "seconds": 0.0}


def _export(options: argparse.Namespace) -> int:
    with _open(options) as chatbot, options.out.open("w", encoding="utf-8") as out:
        for essay in chatbot.iter_essays():
            fields = ("id", "title", "author", "date", "source", "text")
            out.write(_dump({name: getattr(essay, name) for name in fields}) + "\n")
    return DONE


def _reindex(options: argparse.Namespace) -> int:
    from rag.chatbot import Chatbot
    from rag.progress import show_progress

    with show_progress() as progress:
        settings = Settings(find_library(options.library), options.encoder or "")
        n_passages = Chatbot.reindex(settings, progress)
    print(f"{n_passages} passages indexed")
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from rag.chatbot import Chatbot

    settings = Settings(find_library(options.library), options.encoder or "")
    problems = Chatbot.examine(settings, repair=options.repair)
    for problem in problems:
        print(problem)
    print("the library is sound" if not problems else f"{len(problems)} problems" + (" mended" if options.repair else ""))
    return DONE if not problems or options.repair else FAILED


def _serve(options: argparse.Namespace) -> int:
    from rag.web.chat import serve

    with _open(options, create=True) as chatbot:
        serve(chatbot, options.host, options.port)
    return DONE


def _dump(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def answer_to_json(question_id: str, answer: Answer) -> dict[str, Any]:
    """The answer in the form that `ask --json` and `ask --batch` promise."""
    refusal = answer.refusal
    return {
        "id": question_id,
        "question": answer.question,
        "statements": [{"text": s.text, "citations": list(s.citations)} for s in answer.statements],
        "citations": [
            {
                "number": c.number,
                "essay_id": c.essay_id,
                "essay_title": c.essay_title,
                "section": list(c.section),
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
                "support": c.support,
            }
            for c in answer.citations
        ],
        "passages": [
            {
                "essay_id": hit.passage.essay_id,
                "essay_title": hit.essay_title,
                "section": list(hit.passage.section),
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
                "score": round(hit.score, 4),
            }
            for hit in answer.passages
        ],
        "refusal": None
        if refusal is None
        else {
            "reason": refusal.reason,
            "nearest": [
                {"essay_id": n.essay_id, "essay_title": n.essay_title, "section": list(n.section)}
                for n in refusal.nearest
            ],
        },
        "seconds": round(answer.seconds, 4),
    }


def format_answer(answer: Answer) -> str:
    """The answer as lines for a terminal: statements with their marks, then the citations."""
    if answer.refusal is not None:
        lines = [f"未找到依据：{answer.refusal.reason}"]
        lines += [f"  可以看看：{' › '.join((n.essay_title, *n.section))}" for n in answer.refusal.nearest]
        return "\n".join(lines)
    lines = [s.text + "".join(f"[{number}]" for number in s.citations) for s in answer.statements]
    lines.append("")
    lines += [f"[{c.number}] {' › '.join((c.essay_title, *c.section))}（{c.start}-{c.end}）" for c in answer.citations]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
