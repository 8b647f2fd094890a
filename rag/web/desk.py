"""What the script of the chat page may ask for: requests in, escaped HTML and plain values out.

Nothing here knows Gradio, so that everything the page shows can be tested without a browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from rag.chatbot import Chatbot
from rag.errors import InputError, LibraryError, RagError
from rag.library.conversations import Turn
from rag.records import Answer
from rag.settings import QUESTION_LIMIT
from rag.web.essay_view import find_heading, find_section, render_essay, render_outline
from rag.web.lists import render_conversations, render_empty_library, render_library, render_welcome
from rag.web.render import render_evidence, render_turn
from rag.web.request import Request
from rag.web.wording import find_wording

SUGGESTIONS = 6
ESSAYS_LISTED = 100

# Statements appear one after the other, fast enough that nobody waits for the last of a long list.
_STATEMENT_SECONDS = 0.15
_LIST_SECONDS = 1.2

Reply = dict[str, Any]


class ChatDesk:
    """What the page's script may ask for. Each method takes a request and returns what is to be shown, as JSON."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot
        self._conversations = chatbot.conversations

    def start(self, request: Request) -> Reply:
        """What an opened page shows: the conversations, the library, and the conversation it was left at."""
        heads = self._chatbot.list_essays()
        wording = request.wording
        if heads:
            welcome = render_welcome(self._chatbot.suggest_questions(SUGGESTIONS), wording)
        else:
            welcome = render_empty_library(wording)
        return {
            "welcome": welcome,
            "library": render_library(heads, ESSAYS_LISTED, wording) if heads else "",
            **self._list(request),
            **self._transcript(request),
        }

    def ping(self, request: Request) -> Reply:
        """Nothing but a sign of life."""
        return {"language": request.wording["language"]}

    def open_conversation(self, request: Request) -> Reply:
        """All turns of a conversation."""
        return self._transcript(request)

    def list_conversations(self, request: Request) -> Reply:
        """The owner's conversations, the last used first."""
        return self._list(request)

    def rename_conversation(self, request: Request) -> Reply:
        """Give a conversation another name."""
        self._conversations.rename_conversation(
            request.owner, request.read_text("conversation"), request.read_text("name")
        )
        return self._list(request)

    def delete_conversation(self, request: Request) -> Reply:
        """Delete a conversation."""
        self._conversations.delete_conversation(request.owner, request.read_text("conversation"))
        return self._list(request)

    def open_essay(self, request: Request) -> Reply:
        """An essay with its places marked; where to look, and what is written above it."""
        outline = self._chatbot.read_outline(request.read_text("essay"))
        places = request.read_places()
        heading = find_heading(outline, request.read_path())
        essay = outline.essay
        facts = (essay.author, essay.date, request.wording["characters"].format(n=f"{len(essay.text):,}"))
        return {
            "title": essay.title,
            "facts": " · ".join(fact for fact in facts if fact),
            "body": render_essay(outline, places),
            "outline": render_outline(outline),
            "anchor": f"section-{heading}" if heading else "",
            "paths": {str(place.number): list(find_section(outline, place.start).path) for place in places},
        }

    def show_evidence(self, request: Request) -> Reply:
        """The passages a turn's answer was chosen from."""
        turn = self._conversations.read_turn(request.owner, request.read_number("turn"))
        return {"html": render_evidence(turn.answer, request.wording)}

    def stop_turn(self, request: Request) -> Reply:
        """Keep only the statements that were shown before the reader stopped."""
        turn = self._conversations.stop_turn(request.owner, request.read_number("turn"), request.read_number("n_shown"))
        return {"html": render_turn(turn, request.wording)}

    async def ask(self, request: Request) -> AsyncIterator[Reply]:
        """The turn as it grows, statement by statement; the last reply is marked done."""
        turn, conversation, note = await asyncio.to_thread(self._answer, request)
        reply = {"conversation": conversation, "turn": turn.id, "note": note, "done": False}
        total = len(turn.answer.statements)
        pause = min(_STATEMENT_SECONDS, _LIST_SECONDS / max(1, total))
        for n_shown in range(1, total + 1):
            html = render_turn(turn, request.wording, n_shown=n_shown)
            yield {**reply, "html": html, "n_shown": n_shown}
            await asyncio.sleep(pause)
        listed = await asyncio.to_thread(self._list, request)
        yield {**reply, **listed, "html": render_turn(turn, request.wording), "n_shown": total, "done": True}

    def _answer(self, request: Request) -> tuple[Turn, str, str]:
        """The turn, its conversation, and what went wrong in keeping it ("" if nothing)."""
        question, conversation = request.read_text("question"), request.read_text("conversation", "")
        retried = request.read_number("retry") if "retry" in request.fields else None
        history: list[str] = []
        if conversation:
            history = self._conversations.list_questions(request.owner, conversation, before=retried)
        answer = self._chatbot.ask(question, history)
        try:
            return *self._keep(request.owner, conversation, retried, answer), ""
        except LibraryError as error:
            return Turn(0, answer), conversation, str(error)

    def _keep(self, owner: str, conversation: str, retried: int | None, answer: Answer) -> tuple[Turn, str]:
        if retried is not None:
            return self._conversations.replace_turn(owner, retried, answer), conversation
        if not conversation:
            conversation = self._conversations.create_conversation(owner, answer.question).id
        return self._conversations.add_turn(owner, conversation, answer), conversation

    def _list(self, request: Request) -> Reply:
        return {
            "conversations": render_conversations(
                self._conversations.list_conversations(request.owner), request.wording
            )
        }

    def _transcript(self, request: Request) -> Reply:
        """The turns of the conversation asked for; none, and no conversation, if it is not there."""
        conversation = request.read_text("conversation", "")
        try:
            turns = self._conversations.list_turns(request.owner, conversation) if conversation else []
        except InputError:
            conversation, turns = "", []
        html = "".join(render_turn(turn, request.wording) for turn in turns)
        return {"conversation": conversation, "transcript": html}


def explain_error(error: RagError, payload: object) -> Reply:
    """An error in the words of whoever sent the payload: what happened, and what to do."""
    fields = payload if isinstance(payload, dict) else {}
    language, question = fields.get("language"), fields.get("question")
    wording = find_wording(language if isinstance(language, str) else "")
    if isinstance(question, str) and not question.strip():
        return {"error": wording["blank"], "hint": ""}
    if isinstance(question, str) and len(question.strip()) > QUESTION_LIMIT:
        return {"error": wording["too_long"].format(limit=f"{QUESTION_LIMIT:,}"), "hint": wording["shorten"]}
    return {"error": str(error), "hint": error.hint}
