"""Large JSON documents an element at a time, with the line where each begins."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NoReturn, TextIO

from wares.catalogue.feed import MAX_LINE
from wares.errors import CatalogueError

_CHUNK = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode


def elements(stream: TextIO, keys: Collection[str]) -> Iterator[tuple[int, Any]]:
    """Lines and elements of the array that the document is, or that it holds under the first of ``keys`` it has.

    A document that is neither gives itself as its only element. Raises :class:`CatalogueError` where the text is no
    JSON, or where an element has more than ``MAX_LINE`` characters.
    """
    yield from _Cursor(stream).elements(keys)


class _Cursor:
    """A place in the text. The buffer holds from there to a little further; what is passed is let go."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def elements(self, keys: Collection[str]) -> Iterator[tuple[int, Any]]:
        if self._peek() == "[":
            yield from self._array()
        elif self._peek() == "{":
            yield from self._object(keys)
        else:
            self._fail("this is no JSON array or object")
        if self._peek():
            self._fail("the JSON goes on after its end")

    def _object(self, keys: Collection[str]) -> Iterator[tuple[int, Any]]:
        line, rest, found = self.line, {}, False
        self._expect("{")
        while self._peek() != "}":
            key = self._value()
            self._expect(":")
            if key in keys and not found and self._peek() == "[":
                found = True
                yield from self._array()
            elif isinstance(key, str):
                value = self._value()
                if not found:
                    rest[key] = value
            else:
                self._fail("a name in a JSON object is no text")
            if self._peek() != "}":
                self._expect(",")
        self._expect("}")
        if not found:
            yield line, rest

    def _array(self) -> Iterator[tuple[int, Any]]:
        self._expect("[")
        while self._peek() != "]":
            line = self.line
            yield line, self._value()
            if self._peek() != "]":
                self._expect(",")
        self._expect("]")

    def _peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._pass(match.end() if match else self._at)
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            self._fail(f"a {character!r} is missing")
        self._pass(self._at + 1)

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = _decode(self._buffer, self._at)
            except RecursionError:
                self._fail("the JSON is nested too deep")
            except json.JSONDecodeError as error:
                further = self._buffer.count("\n", self._at, error.pos)
                if not self._more():
                    self._fail(f"this is no JSON: {error.msg}", further)
                if len(self._buffer) - self._at > MAX_LINE:
                    self._fail(f"a JSON value is broken, or has over {MAX_LINE // 1_000_000} million characters")
                continue
            # A number at the end of the buffer may go on in the next piece: "1" as "1e+5".
            if end + len("e+") >= len(self._buffer) and not self._ended:
                self._more()
                continue
            self._pass(end)
            return value

    def _more(self) -> bool:
        """Read on; what is passed is dropped, and pieces double so that a large value is not decoded too often."""
        if not self._ended:
            piece = self._stream.read(max(_CHUNK, len(self._buffer) - self._at))
            self._ended = not piece
            self._buffer = self._buffer[self._at :] + piece
            self._at = 0
        return not self._ended

    def _pass(self, place: int) -> None:
        self.line += self._buffer.count("\n", self._at, place)
        self._at = place

    def _fail(self, reason: str, further: int = 0) -> NoReturn:
        raise CatalogueError(reason, line=self.line + further)
