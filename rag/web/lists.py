"""Lists around the chat as HTML: conversations, example questions, the essays of the library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.library.conversations import Conversation
from rag.records import EssayHead
from rag.web.render import Wording, render_attributes, render_place


def render_conversations(conversations: Sequence[Conversation], wording: Wording) -> str:
    """The list of conversations, each with a button to open, rename and delete it."""
    if not conversations:
        return f'<p class="none">{escape(wording["no_conversations"])}</p>'
    return f"<ul>{''.join(_render_conversation(each, wording) for each in conversations)}</ul>"


def _render_conversation(conversation: Conversation, wording: Wording) -> str:
    name = escape(conversation.name)
    tools = "".join(
        f'<button type="button" class="{tool} icon"'
        f"{render_attributes(aria_label=f'{wording[tool]}: {conversation.name}', title=wording[tool])}></button>"
        for tool in ("rename", "delete")
    )
    return (
        f'<li data-conversation="{escape(conversation.id)}" data-name="{name}">'
        f'<button type="button" class="open" title="{name}">{name}</button>{tools}</li>'
    )


def render_welcome(suggestions: Sequence[str], wording: Wording) -> str:
    """An empty chat: what this is, and questions to begin with."""
    rows = "".join(
        f'<li><button type="button" class="example">{escape(question)}</button></li>' for question in suggestions
    )
    examples = (
        f'<p class="examples-title">{escape(wording["examples"])}</p><ul class="examples">{rows}</ul>' if rows else ""
    )
    return f'<h2>{escape(wording["hello"])}</h2><p class="lead">{escape(wording["hello_text"])}</p>{examples}'


def render_empty_library(wording: Wording) -> str:
    """The first run: there is nothing to ask about yet, and how to change that."""
    return (
        f'<h2>{escape(wording["empty_library"])}</h2><p class="lead">{escape(wording["empty_library_text"])}</p>'
        f'<pre class="command"><code>{escape(wording["empty_command"])}</code></pre>'
    )


def render_library(heads: Sequence[EssayHead], limit: int, wording: Wording) -> str:
    """The first `limit` essays, each with a button that opens it, and how many there are."""
    rows = "".join(_render_head(head, wording) for head in heads[:limit])
    rest = len(heads) - limit
    more = f'<p class="more">{escape(wording["more_essays"].format(n=f"{rest:,}"))}</p>' if rest > 0 else ""
    count = escape(wording["n_in_library"].format(n=f"{len(heads):,}"))
    return f'<p class="hint">{escape(wording["pane_hint"])}</p><p class="count">{count}</p><ul>{rows}</ul>{more}'


def _render_head(head: EssayHead, wording: Wording) -> str:
    facts = [head.author, head.date, wording["characters"].format(n=f"{head.n_characters:,}")]
    return (
        f'<li><button type="button" class="place"{render_place(head.id, head.title, ())}>'
        f'<span class="title">{escape(head.title)}</span>'
        f'<span class="where">{escape(" · ".join(fact for fact in facts if fact))}</span></button></li>'
    )
