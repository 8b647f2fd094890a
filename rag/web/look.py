"""The look of all pages, and how they are served: assets, theme, and headers that keep the browser at home."""

from __future__ import annotations

import sys
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import InputError

_ASSETS = Path(__file__).parent / "assets"

# Fonts that the reader's system has. Nothing is fetched, not even from the own server.
_FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif")

# Gradio starts with inline scripts and compiles its templates, so both are allowed; handlers in attributes, the way
# injected markup runs, are not, and nothing may be fetched from or sent to another host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class SecurityHeaders:
    """Adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def read_asset(name: str) -> str:
    """The text of a file in `assets`."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def read_script(*names: str) -> str:
    """Several scripts as one, in one scope."""
    return "\n".join(read_asset(name) for name in names)


def launch_page(page: gr.Blocks, host: str, port: int) -> None:
    """Serve a page until it is interrupted. Raises InputError if the port can't be had."""
    theme = gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "Consolas", "monospace"))
    try:
        page.launch(
            server_name=host,
            server_port=port,
            share=False,
            inbrowser=False,
            quiet=True,
            prevent_thread_lock=True,
            theme=theme,
            # As `css` Gradio would rewrite every selector, `:root` and media queries among them.
            head=f"<style>{read_asset('look.css')}</style>",
            footer_links=[],
            favicon_path=_ASSETS / "favicon.png",
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            max_file_size=1,  # no page takes uploads
            app_kwargs={
                "middleware": [Middleware(SecurityHeaders)],
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
            },
        )
    except OSError as error:
        raise InputError(f"port {port} of {host} can't be used", hint="choose another: --port PORT") from error
    sys.stdout.write(f"文证: http://{host}:{port}\n")
    sys.stdout.flush()
    page.block_thread()
