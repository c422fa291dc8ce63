"""A large JSON object read by its lists' items, so that the whole is never in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

READ_CHARS = 1 << 18
MOST_CHARS = 16 << 20  # of one item, or of one value that is no list

_decoder = json.JSONDecoder()
_BLANK = " \t\r\n"


class BadJson(ValueError):
    """It is no JSON object, or breaks off; says where."""


class ObjectReader:
    """Walks through one JSON object from a text file."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file
        self.text, self.place, self.passed = "", 0, 0

    def read_items(self) -> Iterator[tuple[str, Any]]:
        """(key, item) of every item of a list, and (key, value) of what is no list. Raises BadJson."""
        self._take("{")
        if self._peek() == "}":
            return
        while True:
            key = self._value()
            if not isinstance(key, str):
                raise self._complain("a name in quotes")
            self._take(":")
            if self._peek() == "[":
                yield from ((key, item) for item in self._items())
            else:
                yield key, self._value()
            if self._take(",}") == "}":
                return

    def _items(self) -> Iterator[Any]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            yield self._value()
            if self._take(",]") == "]":
                return

    def _value(self) -> Any:
        """The next value; more of the file is read until it is whole."""
        self._peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self.text, self.place)
            except json.JSONDecodeError as error:
                if len(self.text) - self.place > MOST_CHARS or not self._more():
                    raise self._complain("a value") from error
                continue
            except RecursionError as error:
                raise self._complain("fewer brackets within brackets") from error
            if end == len(self.text) and self._more():  # a number may go on
                continue
            self.place = end
            return value

    def _peek(self) -> str:
        """The next character that is no blank; '' at the end."""
        while True:
            while self.place < len(self.text) and self.text[self.place] in _BLANK:
                self.place += 1
            if self.place < len(self.text):
                return self.text[self.place]
            if not self._more():
                return ""

    def _take(self, wanted: str) -> str:
        found = self._peek()
        if not found or found not in wanted:
            raise self._complain(" or ".join(wanted))
        self.place += 1
        return found

    def _more(self) -> bool:
        added = self.file.read(READ_CHARS)
        self.passed += self.place
        self.text, self.place = self.text[self.place :] + added, 0
        return bool(added)

    def _complain(self, wanted: str) -> BadJson:
        return BadJson(f"character {self.passed + self.place + 1}: expected {wanted}")
