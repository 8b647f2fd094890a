"""A real server of a library made for the test, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from page_essays import ESSAYS
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# A machine that is busy with other things is slow, not wrong.
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def run_rag(*arguments: str) -> str:
    """What a `rag` command prints."""
    return subprocess.run([sys.executable, "-m", "rag", *arguments], capture_output=True, text=True, check=True).stdout


@dataclass
class Server:
    library: Path
    essays: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def remove(self, name: str) -> None:
        """Remove the essays of this file from the library while it is being served."""
        run_rag("remove", "--source", str(self.essays / name), "--library", str(self.library))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [sys.executable, "-m", "rag", "serve", "--library", str(self.library), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.url, timeout=5):  # noqa: S310  our own address
                    return
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, "the server ended at its start"
                time.sleep(0.2)
        raise AssertionError("the server did not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(library: Path, essays: Path) -> Iterator[Server]:
    server = Server(library, essays, _find_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("no chromium is installed")
    return path


@pytest.fixture(scope="session")
def library_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("essays")
    for name, text in ESSAYS.items():
        (folder / name).write_text(text, encoding="utf-8")
    library = tmp_path_factory.mktemp("library")
    run_rag("add", str(folder), "--library", str(library))
    yield from _serve(library, folder)


@pytest.fixture
def server(library_server: Server) -> Server:
    """The server of the sample essays, running even if the test before left it stopped."""
    if library_server.process is None:
        library_server.start()
    return library_server


@pytest.fixture
def empty_server(chromium: str, tmp_path: Path) -> Iterator[Server]:
    yield from _serve(tmp_path / "library", tmp_path)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visits:
    """Opens pages, each as another reader unless a context is given, and watches what they do."""

    browser: Browser
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, server: Server, *, width: int = 1440, height: int = 900, language: str = "zh-CN", **options: object
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        return self.open_in(context, server)

    def open_in(self, context: BrowserContext, server: Server) -> Page:
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(server.url)
        page.wait_for_selector(".frame.ready")
        return page


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    visits = Visits(browser)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.errors == []
    assert visits.dialogs == []


@pytest.fixture
def ask() -> Callable[[Page, str], None]:
    """Type a question, send it with Enter, wait until its answer is whole."""

    def ask_question(page: Page, question: str) -> None:
        n_turns = page.locator(".turn").count()
        page.fill("#question", question)
        page.press("#question", "Enter")
        page.wait_for_selector(f".turn:nth-child({n_turns + 1}) .foot")

    return ask_question
