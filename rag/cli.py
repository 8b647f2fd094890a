"""The `rag` command. It holds no logic of its own: it calls `Chatbot` and prints records.

Exit codes: 0 done, 1 failed, 2 the user can fix it. Errors go to stderr as `error: …` and `hint: …`.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from rag.errors import InputError, RagError
from rag.jsonlines import (
    AskedQuestion,
    answer_to_row,
    dump_row,
    essay_to_row,
    head_to_row,
    read_questions,
    unanswered_to_row,
)
from rag.progress import show_progress
from rag.records import Answer
from rag.settings import Settings, find_library

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

DONE, FAILED, FIXABLE = 0, 1, 2
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _print_error(message, f"{self.prog} --help")
        raise SystemExit(FIXABLE)


def build_parser() -> argparse.ArgumentParser:
    """The command line, as README describes it."""
    shared = _Parser(add_help=False)
    shared.add_argument("--library", metavar="DIR", help="the library's folder (else $RAG_LIBRARY, else one of yours)")
    shared.add_argument("--encoder", metavar="NAME_OR_PATH", help="a sentence-transformers model, not the embedded one")
    about = "文证: answers questions about Chinese essays and proves every sentence it says"
    parser = _Parser(prog="rag", description=about)
    parser.add_argument("--version", action="version", version=f"rag {version('rag')}")
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
    serve.add_argument("--port", type=_read_port, default=7860)
    return parser


def _read_port(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6 and 0 < int(text) < 1 << 16):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a port is a number from 1 to 65535")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may not know every character
    options = build_parser().parse_args(arguments)
    try:
        return _run(options)
    except RagError as error:
        _print_error(str(error), error.hint)
        return FIXABLE
    except KeyboardInterrupt:
        _print_error("interrupted; what was finished before is kept", "")
        return FAILED
    except BrokenPipeError:
        # The reader (head, less) has gone: point stdout elsewhere so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        _print_error(
            f"{error.strerror or error}{named}", "check that the path exists and that you may read or write it"
        )
        return FIXABLE


def _print_error(message: str, hint: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)


def _print_safely(text: str) -> None:
    """Print words of an essay; the control characters in them could drive a terminal."""
    print(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))


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


def _read_settings(options: argparse.Namespace) -> Settings:
    return Settings(find_library(options.library), options.encoder or "")


@contextmanager
def _open(options: argparse.Namespace, *, create: bool = False, search: bool = False) -> Iterator[Chatbot]:
    from rag.chatbot import Chatbot  # it takes a second to import: not for --help

    with (
        show_progress() as progress,
        Chatbot.open(_read_settings(options), create=create, search=search, progress=progress) as chatbot,
    ):
        yield chatbot


def _add(options: argparse.Namespace) -> int:
    with _open(options, create=True) as chatbot, show_progress() as progress:
        report = chatbot.add(options.paths, progress)
    print(f"{report.n_added} essays added, {report.n_unchanged} files unchanged, {len(report.failed)} files failed")
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    for failure in report.failed:
        _print_error(failure.message, failure.hint)
    if report.failed and not (report.n_added or report.n_unchanged):
        return FIXABLE
    return FAILED if report.failed else DONE


def _remove(options: argparse.Namespace) -> int:
    with _open(options) as chatbot:
        n_removed = chatbot.remove(essay_id=options.essay_id, source=options.source)
    print(f"{n_removed} essays removed")
    return DONE


def _list(options: argparse.Namespace) -> int:
    with _open(options) as chatbot:
        for head in chatbot.list_essays():
            if options.json:
                print(dump_row(head_to_row(head)))
            else:
                by = " ".join(part for part in (head.author, head.date) if part)
                _print_safely(f"{head.id}  {head.title}{'  ' + by if by else ''}  ({head.n_characters:,})")
    return DONE


def _ask(options: argparse.Namespace) -> int:
    if (options.batch is None) == (options.question is None) or (options.batch is None) != (options.out is None):
        raise InputError("ask takes a question, or --batch IN.jsonl with --out OUT.jsonl", hint="rag ask --help")
    with _open(options) as chatbot:
        if options.batch is None:
            answer = chatbot.ask(options.question)
            if options.json:
                print(dump_row(answer_to_row("", answer)))
            else:
                _print_safely(format_answer(answer))
            return DONE
        return _ask_batch(chatbot, options.batch, options.out)


def _ask_batch(chatbot: Chatbot, source: Path, target: Path) -> int:
    """Answer every question of a file; a line that holds none is reported and does not stop the rest."""
    read = list(read_questions(source))
    asked = [row for row in read if isinstance(row, AskedQuestion)]
    bad = [row for row in read if isinstance(row, InputError)]
    with target.open("w", encoding="utf-8") as out, show_progress() as progress:
        for done, row in enumerate(asked, start=1):
            try:
                answer = answer_to_row(row.id, chatbot.ask(row.question, row.history))
            except InputError as error:
                answer = unanswered_to_row(row, str(error))
            out.write(dump_row(answer) + "\n")
            progress("ask", done, len(asked))
    for line in bad:
        _print_error(str(line), line.hint)
    if bad and not asked:
        return FIXABLE
    return FAILED if bad else DONE


def _export(options: argparse.Namespace) -> int:
    with _open(options) as chatbot, _replace_file(options.out) as out:
        for essay in chatbot.iter_essays():
            out.write(dump_row(essay_to_row(essay)) + "\n")
    return DONE


@contextmanager
def _replace_file(path: Path) -> Iterator[TextIO]:
    """A file to write that takes the place of `path` once it is whole: an export cut off leaves the last one be."""
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe
        with path.open("w", encoding="utf-8") as out:
            yield out
        return
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with aside.open("w", encoding="utf-8") as out:
            yield out
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _reindex(options: argparse.Namespace) -> int:
    from rag.chatbot import Chatbot

    with show_progress() as progress:
        n_passages = Chatbot.reindex(_read_settings(options), progress)
    print(f"{n_passages} passages indexed")
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from rag.chatbot import Chatbot

    with show_progress() as progress:
        mended, remaining = Chatbot.examine(_read_settings(options), repair=options.repair, progress=progress)
    for problem in mended:
        print(f"mended: {problem}")
    for problem in remaining:
        print(f"problem: {problem}")
    if not remaining:
        print("the library is sound")
    return FAILED if remaining else DONE


def _serve(options: argparse.Namespace) -> int:
    from rag.web.chat import serve

    with _open(options, create=True, search=True) as chatbot:
        serve(chatbot, options.host, options.port)
    return DONE


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
