"""Server-sent events, from bytes as they arrive."""

from __future__ import annotations

from ..errors import InvalidReplyError

DONE = b"[DONE]"
"""The data of the last event."""

MAX_FRAME = 16 * 1024 * 1024
"""Most bytes of one event."""


class EventSplitter:
    """Splits a stream of bytes into events.

    Takes everything the standard allows and what servers really send (quirk Q51): CRLF, LF or CR, comments, `data:`
    with and without a space, several data lines, events and characters cut anywhere, no newline at the end, and a
    bare `[DONE]`. A line is decoded when it is whole, so that no character is ever cut.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._size = 0
        self._data: list[bytes] = []
        self._event = ""
        self._started = False

    def feed(self, chunk: bytes) -> list[tuple[str, str]]:
        """The events that are complete now: name, mostly empty, and data.

        Raises:
            InvalidReplyError: An event is longer than `MAX_FRAME`.
        """
        if b"\n" not in chunk and b"\r" not in chunk:
            return self._keep(chunk)
        if self._rest:
            chunk = b"".join([*self._rest, chunk])
            self._rest = []
        if not self._started:
            self._started = True
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        if b"\r" in chunk:
            cut = chunk[-1:] == b"\r"  # the next chunk may begin with its \n
            chunk = chunk.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n") + (b"\r" if cut else b"")
        *lines, rest = chunk.split(b"\n")
        self._size = 0
        if rest:
            self._keep(rest)
        return self._events(lines)

    def close(self) -> list[tuple[str, str]]:
        """The last event, where the stream did not end with an empty line."""
        return self.feed(b"\n\n")

    def _keep(self, piece: bytes) -> list[tuple[str, str]]:
        self._rest.append(piece)
        self._size += len(piece)
        self._check(self._size)
        return []

    def _events(self, lines: list[bytes]) -> list[tuple[str, str]]:
        events: list[tuple[str, str]] = []
        data = self._data
        for line in lines:
            if line[:5] == b"data:":
                piece = line[6:] if line[5:6] == b" " else line[5:]
                if piece == DONE:
                    self._end(events)
                data.append(piece)
            elif not line:
                self._end(events)
                self._event = ""
            elif line[:6] == b"event:":
                self._event = line[6:].strip().decode("utf-8", "replace")
            else:
                self._odd(line, events)
        if data:
            self._check(sum(map(len, data)))
        return events

    def _odd(self, line: bytes, events: list[tuple[str, str]]) -> None:
        """A line that is none of the standard, but that servers send."""
        line = line.strip()
        if line[:6] == b"error:":
            self._end(events)
            self._event = "error"
            self._data.append(line[6:].strip())
        elif line == DONE or (line[:1] == b"{" and line[-1:] == b"}"):
            self._end(events)
            self._data.append(line)

    def _end(self, events: list[tuple[str, str]]) -> None:
        data = self._data
        if data:
            text = data[0] if len(data) == 1 else b"\n".join(data)
            events.append((self._event, text.decode("utf-8", "replace")))
            data.clear()

    def _check(self, size: int) -> None:
        if size > MAX_FRAME:
            raise InvalidReplyError(f"An event of the stream is longer than {MAX_FRAME:,} bytes.")
