"""Every error a caller may meet.

RagError                 the base: what happened (`str(error)`) and what to do about it (`error.hint`)
├── InputError           an essay file or a question that can't be used as it is
├── LibraryError         the library is missing, busy, damaged or of another make
├── ModelError           an encoder is missing, damaged, or does not fit the library's vectors
└── WriterError          a writer of answers failed

Errors of third-party packages become one of these in the one module that owns the package, raised `from` the
original. "Nothing found" is not an error but a value: see `rag.records.Refusal`.
"""

from __future__ import annotations


class RagError(Exception):
    """Something the user should read. `hint` says what to do next, or is empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(RagError):
    """An essay file or a question can't be used as it is."""


class LibraryError(RagError):
    """The library is missing, busy, damaged or of another make."""


class ModelError(RagError):
    """An encoder is missing, damaged, or does not fit the library's vectors."""


class WriterError(RagError):
    """A writer of answers failed."""
