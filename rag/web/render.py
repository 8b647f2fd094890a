"""Turns, evidence and lists of conversations as HTML. Every word from outside goes through `escape` here.

The page inserts these strings as they are, so nothing that came from an essay, a question or a name may enter one
unescaped. A place in an essay travels in `data-` attributes: its essay, section path, start and end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby

from rag.essays.text import fold
from rag.library.conversations import Turn
from rag.records import Answer, Citation, Hit, NearestSection
from rag.web.essay_view import PATH_JOIN

Wording = Mapping[str, str]

_EXCERPT = 160


def render_attributes(**values: object) -> str:
    """Attributes for a tag, `data_essay` written `data-essay`; None leaves one out."""
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in values.items()
        if value is not None
    )


def _join_path(path: Iterable[str]) -> str:
    return PATH_JOIN.join(path)


def render_place(
    essay_id: str, title: str, path: Sequence[str], start: int | None = None, end: int | None = None
) -> str:
    """Attributes that say where a button leads: an essay, a section of it, and the characters to mark there."""
    return render_attributes(
        data_essay=essay_id,
        data_title=title,
        data_path=json.dumps(path, ensure_ascii=False),
        data_start=start,
        data_end=end,
    )


def _render_mark(citation: Citation, wording: Wording) -> str:
    path = "".join(PATH_JOIN + name for name in citation.section)
    label = wording["citation_of"].format(n=citation.number, title=citation.essay_title, path=path)
    if citation.support in ("partial", "unsupported"):
        label = f"{label} ({wording[citation.support]})"
    place = render_place(citation.essay_id, citation.essay_title, citation.section, citation.start, citation.end)
    given = render_attributes(
        class_=f"cite {citation.support}",
        data_n=citation.number,
        data_quote=citation.quote,
        aria_label=label,
        title=label,
    )
    return f'<button type="button"{given}{place}>{citation.number}</button>'


def _render_statements(answer: Answer, n_shown: int, wording: Wording) -> str:
    by_number = {citation.number: citation for citation in answer.citations}
    rows = []
    for statement in answer.statements[:n_shown]:
        marks = "".join(_render_mark(by_number[number], wording) for number in statement.citations)
        # The last word and its marks stay on one line.
        rows.append(f'<p class="statement">{escape(statement.text)}<span class="marks">\u2060{marks}</span></p>')
    return f'<div class="statements{" many" if len(answer.statements) > 3 else ""}">{"".join(rows)}</div>'


def _shown_citations(answer: Answer, n_shown: int) -> list[Citation]:
    used = {number for statement in answer.statements[:n_shown] for number in statement.citations}
    return [citation for citation in answer.citations if citation.number in used]


def _name_numbers(citations: Sequence[Citation]) -> str:
    numbers = [citation.number for citation in citations]
    is_run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"{numbers[0]}–{numbers[-1]}" if is_run else ", ".join(map(str, numbers))


def _render_sources(citations: Sequence[Citation], wording: Wording) -> str:
    """One line for each run of citations from one section."""
    rows = []
    for (essay_id, title, path), group in groupby(citations, lambda c: (c.essay_id, c.essay_title, c.section)):
        run = list(group)
        where = f'<span class="where">{escape(_join_path(path))}</span>' if path else ""
        rows.append(
            f'<li><button type="button" class="source" data-n="{run[0].number}"'
            f"{render_place(essay_id, title, path, run[0].start, run[0].end)}>"
            f'<span class="numbers">{_name_numbers(run)}</span>'
            f'<span class="from"><span class="title">{escape(title)}</span>{where}</span></button></li>'
        )
    return f'<ul class="sources" aria-label="{escape(wording["sources"])}">{"".join(rows)}</ul>'


def _render_refusal(answer: Answer, wording: Wording) -> str:
    refusal = answer.refusal
    if refusal is None:
        return ""
    rows = "".join(_render_nearest(place) for place in refusal.nearest)
    nearest = f'<p class="nearest">{escape(wording["nearest"])}</p><ul class="places">{rows}</ul>' if rows else ""
    return (
        f'<div class="refusal" role="note"><p class="verdict">{escape(wording["refusal"])}</p>'
        f'<p class="reason">{escape(refusal.reason)}</p>{nearest}</div>'
    )


def _render_nearest(place: NearestSection) -> str:
    where = f'<span class="where">{escape(_join_path(place.section))}</span>' if place.section else ""
    return (
        f'<li><button type="button" class="place"{render_place(place.essay_id, place.essay_title, place.section)}>'
        f'<span class="from"><span class="title">{escape(place.essay_title)}</span>{where}</span></button></li>'
    )


def _render_actions(turn: Turn, n_shown: int, wording: Wording) -> str:
    answer = turn.answer
    facts = []
    if answer.statements:
        cited = _shown_citations(answer, n_shown)
        facts.append(wording["n_sources"].format(n=len(cited)))
        facts.append(wording["n_essays"].format(n=len({citation.essay_id for citation in cited})))
    facts.append(wording["seconds"].format(seconds=f"{max(answer.seconds, 0.001):.3f}".rstrip("0")))
    why = ""
    if answer.passages:
        # Evidence is long: it is fetched when it is unfolded, unless the turn could not be kept (id 0).
        evidence = "" if turn.id else render_evidence(answer, wording)
        why = (
            f'<details class="why" data-turn="{turn.id}"><summary>{escape(wording["why"])}'
            f'<span class="count">{len(answer.passages)}</span></summary>'
            f'<div class="evidence">{evidence}</div></details>'
        )
    copied = escape(render_plain(answer, n_shown, wording))
    return (
        f'<div class="foot"><span class="facts">{escape(" · ".join(facts))}</span>'
        f'<span class="actions"><button type="button" class="copy" data-text="{copied}">'
        f"{escape(wording['copy'])}</button>"
        f'<button type="button" class="retry">{escape(wording["retry"])}</button></span></div>{why}'
    )


def render_turn(turn: Turn, wording: Wording, *, n_shown: int | None = None) -> str:
    """One question with its answer; while it is still being shown, `n_shown` statements of it and no actions."""
    answer = turn.answer
    is_done = n_shown is None
    limit = turn.n_shown if is_done else n_shown
    shown = len(answer.statements) if limit is None else limit
    parts = [f'<div class="question" dir="auto">{escape(answer.question)}</div>']
    body = []
    if answer.understood and answer.understood.strip() != answer.question.strip():
        body.append(f'<p class="understood">{escape(wording["understood"].format(question=answer.understood))}</p>')
    body.append(_render_refusal(answer, wording) if answer.refusal else _render_statements(answer, shown, wording))
    if is_done:
        if turn.n_shown is not None and turn.n_shown < len(answer.statements):
            body.append(f'<p class="stopped">{escape(wording["stopped"])}</p>')
        cited = _shown_citations(answer, shown)
        if cited:
            body.append(_render_sources(cited, wording))
        body.append(_render_actions(turn, shown, wording))
    parts.append(f'<div class="answer" role="group" aria-label="{escape(wording["answer"])}">{"".join(body)}</div>')
    return f'<article class="turn" data-turn="{turn.id}">{"".join(parts)}</article>'


def render_plain(answer: Answer, n_shown: int, wording: Wording) -> str:
    """The turn as plain text with a numbered list of sources, to be pasted elsewhere."""
    lines = [f"{wording['copy_question']}{answer.question}"]
    if answer.refusal is not None:
        return "\n".join([*lines, f"{wording['copy_answer']}{wording['refusal']}。{answer.refusal.reason}"])
    for index, statement in enumerate(answer.statements[:n_shown]):
        marks = "".join(f"[{number}]" for number in statement.citations)
        lines.append(f"{wording['copy_answer'] if index == 0 else ''}{statement.text}{marks}")
    lines += ["", wording["copy_sources"]]
    for citation in _shown_citations(answer, n_shown):
        where = _join_path((citation.essay_title, *citation.section))
        lines.append(f"[{citation.number}] {where}：“{' '.join(citation.quote.split())}”")
    return "\n".join(lines)


def _mark_words(text: str, words: Sequence[str]) -> str:
    """The text escaped, with every occurrence of the words in `<b>`, whatever their width, case or script."""
    # A word matched through a synonym is written 困难→问题: the passage has the second.
    found = {fold(word.rpartition("→")[2]) for word in words}
    known = sorted(found - {""}, key=len, reverse=True)
    if not known:
        return escape(text)
    html, at = [], 0
    for match in re.finditer("|".join(map(re.escape, known)), fold(text)):
        html += [escape(text[at : match.start()]), f"<b>{escape(text[match.start() : match.end()])}</b>"]
        at = match.end()
    return "".join([*html, escape(text[at:])])


def _render_hit(hit: Hit, wording: Wording) -> str:
    passage, why = hit.passage, hit.why
    reasons = []
    for name, rank in (("lexical", why.lexical_rank), ("vector", why.vector_rank)):
        if rank is not None:
            reasons.append(f'<span class="reason">{escape(wording[name].format(n=rank))}</span>')
    if why.matched:
        words = "".join(f"<b>{escape(word)}</b>" for word in why.matched[:12])
        reasons.append(f'<span class="reason words">{escape(wording["matched"])} {words}</span>')
    where = _join_path((hit.essay_title, *passage.section))
    excerpt = passage.text if len(passage.text) <= _EXCERPT else passage.text[:_EXCERPT] + "…"
    place = render_place(passage.essay_id, hit.essay_title, passage.section, passage.start, passage.end)
    return (
        f'<li><button type="button" class="passage"{place}><span class="where">{escape(where)}</span>'
        f'<span class="excerpt">{_mark_words(excerpt, why.matched)}</span></button>'
        f'<span class="reasons">{"".join(reasons)}</span></li>'
    )


def render_evidence(answer: Answer, wording: Wording) -> str:
    """The passages that were considered, best first, each with why it was found."""
    if not answer.passages:
        return f"<p>{escape(wording['no_evidence'])}</p>"
    rows = "".join(_render_hit(hit, wording) for hit in answer.passages)
    return f'<p class="note">{escape(wording["evidence_note"])}</p><ol>{rows}</ol>'
