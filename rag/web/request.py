"""What a page's script sends, checked: the browser may send anything, and so may anyone else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import InputError
from rag.web.essay_view import Place
from rag.web.wording import find_wording

_OWNER_LENGTH = 32
_MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Request:
    """The fields of one request. Every reader raises InputError for a field that is not what it must be."""

    fields: Mapping[str, Any]

    @classmethod
    def read(cls, payload: object) -> Request:
        """The request in a payload, which must be a JSON object."""
        if not isinstance(payload, Mapping):
            raise _refuse("request")
        return cls(payload)

    @property
    def wording(self) -> Mapping[str, str]:
        """The words of the reader's language."""
        return find_wording(self.read_text("language", ""))

    @property
    def owner(self) -> str:
        """The owner key. A short one could be guessed and is not taken."""
        owner = self.read_text("owner")
        if len(owner) < _OWNER_LENGTH:
            raise _refuse("owner")
        return owner

    def read_text(self, name: str, default: str | None = None) -> str:
        """A text field. Half of a surrogate pair, which no encoding can store, becomes a question mark."""
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise _refuse(name)
        return value.encode("utf-8", "replace").decode("utf-8")

    def read_path(self) -> tuple[str, ...]:
        """The section path to go to; empty for none."""
        path = self.fields.get("path", [])
        if not isinstance(path, list) or not all(isinstance(name, str) for name in path):
            raise _refuse("path")
        return tuple(path)

    def read_number(self, name: str) -> int:
        """A whole number, not negative, that fits a database column."""
        value = self.fields.get(name)
        if not isinstance(value, int) or not _is_count(value):
            raise _refuse(name)
        return value

    def read_places(self) -> list[Place]:
        """The places of an essay to be marked: rows of number, start, end."""
        rows = self.fields.get("places", [])
        if not isinstance(rows, list) or len(rows) > _MOST_PLACES:
            raise _refuse("places")
        for row in rows:
            if not isinstance(row, list) or len(row) != 3 or not all(_is_count(value) for value in row):
                raise _refuse("places")
        return [Place(*row) for row in rows]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _refuse(name: str) -> InputError:
    return InputError(f"the page sent no usable {name!r}", hint="reload the page")
