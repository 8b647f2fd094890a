"""Bytes to text, for the encodings Chinese essays come in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from charset_normalizer import from_bytes

from rag.essays.text import fold, is_han

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE_ENCODINGS = ["gb18030", "big5hkscs", "big5"]
_SAMPLE_BYTES = 200_000

# The most frequent characters of Chinese prose. Bytes read in a wrong encoding give rare characters, so the share of
# these tells the right one from a dozen characters on, where a statistical detector wants a page.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平"
    "形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党"
    "程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干"
    "做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单"
    "风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界"
    "。，、：；“”（）《》！？"
)
_LAST_COMMON_ROW = 0xD7  # GB 2312 holds its first level, ordered by sound, in rows up to this lead byte
# Characters no essay holds: controls other than tab, line feed, form feed and carriage return.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class UnreadableBytesError(Exception):
    """The bytes are not text in any encoding that is known here."""


def decode_text(raw: bytes) -> tuple[str, str]:
    """The text of `raw` and the name of its encoding; a byte order mark is dropped, nothing else is changed.

    Order: byte order mark, strict UTF-8, UTF-16 without a mark, then the Chinese encodings that
    charset-normalizer finds possible, of which the one with the most common characters wins.
    Raises UnreadableBytesError for binary data.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return _decode_checked(raw, name), name
    candidates: list[tuple[str, str]] = []
    if b"\x00" not in raw:
        try:
            text = _decode_checked(raw, "utf-8")
        except UnicodeDecodeError:
            pass
        else:
            # Two-byte sequences alone may be GB18030 as well: the bytes of 学习 are "ѧϰ" in UTF-8.
            if text.isascii() or any(mark > "\u07ff" for mark in text):
                return text, "utf-8"
            candidates.append(("utf-8", text))
    candidates += _decode_candidates(raw)
    best = max(((_rate(text), name, text) for name, text in candidates), default=(0.0, "", ""))
    if best[0] < 0.3:
        raise UnreadableBytesError
    return best[2], best[1]


def _decode_checked(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            raise
        raise UnreadableBytesError from None
    if _is_binary(text):
        raise UnreadableBytesError
    return text


def _decode_candidates(raw: bytes) -> Iterable[tuple[str, str]]:
    """(encoding, text) for each encoding in which the bytes are text without control characters."""
    names: list[str] = []
    if len(raw) % 2 == 0:
        names += ["utf-16-le", "utf-16-be"]
    if b"\x00" not in raw:
        found = from_bytes(raw[:_SAMPLE_BYTES], cp_isolation=_CHINESE_ENCODINGS, threshold=1.0)
        names += [match.encoding for match in found] or ["gb18030"]
        names += [name for name in _CHINESE_ENCODINGS if name not in names]
    for name in names:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text):
            yield name, text


def _is_binary(text: str) -> bool:
    return _CONTROL.search(text) is not None


def _rate(text: str) -> float:
    """How much a text looks like Chinese prose, at most 1.0; traditional characters count as simplified ones.

    The mean over characters that are not ASCII: 1 for a frequent one, 0.5 for one of the 3,755 that school teaches,
    0 for a rarer one, -1 for another script. 1.0 for a text in ASCII alone.
    """
    sample = [mark for mark in fold(text[:20_000]) if mark > "\x7f"]
    return sum(map(_rate_character, sample)) / len(sample) if sample else 1.0


def _rate_character(mark: str) -> float:
    if mark in _FREQUENT:
        return 1.0
    if is_han(mark):
        encoded = mark.encode("gb2312", errors="ignore")
        return 0.5 if encoded and encoded[0] <= _LAST_COMMON_ROW else 0.0
    return 0.0 if "\u2000" <= mark <= "\u303f" or "\uff00" <= mark <= "\uffef" or "\u00a0" <= mark <= "\u00ff" else -1.0
