"""The chat page: chat on the left, the essay on the right.

The page's own scripts draw the frame and handle keys and clicks. Quick requests are server functions of one `gr.HTML`
component; a question is an event of it, so that its answer can stream and be stopped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.web.desk import ChatDesk, Reply, explain_error
from rag.web.look import launch_page, read_asset, read_script
from rag.web.request import Request
from rag.web.wording import CHINESE, TABLES

# Answers are worked out in milliseconds but shown over a second: many can be on their way at once on two cores.
_ANSWERS_AT_ONCE = 16

_SCRIPTS = ("frame.js", "essay.js", "chat.js", "conversations.js")


def _make_server_function(handle: Callable[[Request], Reply]) -> Callable[[Any], Reply]:
    """The form in which the page's script can call it, by the same name; errors become values."""

    def serve_request(payload: Any) -> Reply:  # noqa: ANN401  whatever the browser sends
        try:
            return handle(Request.read(payload))
        except RagError as error:
            return explain_error(error, payload)

    serve_request.__name__ = handle.__name__
    return serve_request


def build_page(chatbot: Chatbot) -> gr.Blocks:
    """The page of one library. Nothing is sent anywhere: no analytics, no fonts or scripts from elsewhere."""
    desk = ChatDesk(chatbot)

    async def ask(event: gr.EventData) -> AsyncIterator[Reply]:
        payload = event._data
        serial = payload.get("serial") if isinstance(payload, dict) else None
        try:
            async for reply in desk.ask(Request.read(payload)):
                yield {"serial": serial, **reply}
        except RagError as error:
            yield {"serial": serial, **explain_error(error, payload)}

    quick = (
        desk.start,
        desk.ping,
        desk.list_conversations,
        desk.open_conversation,
        desk.rename_conversation,
        desk.delete_conversation,
        desk.open_essay,
        desk.show_evidence,
        desk.stop_turn,
    )
    page = gr.Blocks(title=CHINESE["product"], analytics_enabled=False, fill_width=True)
    with page:
        frame = gr.HTML(
            html_template=read_asset("chat.html"),
            js_on_load=read_script(*_SCRIPTS),
            server_functions=[_make_server_function(handle) for handle in quick],
            apply_default_css=False,
            wording={language: dict(table) for language, table in TABLES.items()},
        )
        replies = gr.HTML(
            html_template="",
            js_on_load='watch("value", () => window.wenzheng.receive(props.value));',
            apply_default_css=False,
            elem_classes="replies",
        )
        asking = frame.submit(
            ask,
            None,
            replies,
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=_ANSWERS_AT_ONCE,
            api_visibility="private",
        )
        asking.failure(None, js="() => window.wenzheng.fail()", api_visibility="private")
        frame.stop(None, cancels=[asking], api_visibility="private")
    return page


def serve(chatbot: Chatbot, host: str, port: int) -> None:
    """Serve the page until it is interrupted. Raises InputError if the port is taken."""
    launch_page(build_page(chatbot), host, port)
