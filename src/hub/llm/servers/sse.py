"""Cut a stream of bytes into lines and server-sent events, however it was split on its way.

WHATWG HTML, 9.2.6: lines end with LF, CR or CRLF, and a blank line ends an event. Bytes stay bytes, so a
character that was split over two blocks is whole again before anything looks at it.
"""

from __future__ import annotations

_BOM = b"\xef\xbb\xbf"


class Overflow(Exception):  # noqa: N818  says what happened, like OverflowError
    """A line, or the whole stream, is longer than it may be."""


class Lines:
    """Blocks in, whole lines out, without their ends. ``most_line`` and ``most``: bytes."""

    def __init__(self, most_line: int, most: int) -> None:
        self._most_line, self._most = most_line, most
        self._parts: list[bytes] = []
        self._held = self._whole = 0
        self._skip_lf = False

    @property
    def clear(self) -> bool:
        """Whether the stream stands at the beginning of a line."""
        return not self._parts and not self._skip_lf

    def count(self, block: bytes) -> None:
        """Count ``block`` as read. Raises `Overflow`."""
        self._whole += len(block)
        if self._whole > self._most:
            raise Overflow

    def feed(self, block: bytes) -> list[bytes]:
        """Return the lines that end in ``block``. Raises `Overflow`."""
        self.count(block)
        if self._skip_lf and block:  # the LF of a CRLF that was split
            self._skip_lf = False
            block = block.removeprefix(b"\n")
        if not block:
            return []
        if b"\n" not in block and b"\r" not in block:
            self._hold(block)
            return []
        lines = block.splitlines()
        rest = b"" if block[-1] in b"\r\n" else lines.pop()
        self._skip_lf = block[-1:] == b"\r"
        if self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts, self._held = [], 0
        if max(map(len, lines)) > self._most_line:
            raise Overflow
        if rest:
            self._hold(rest)
        return lines

    def rest(self) -> list[bytes]:
        """Return the line that the end of the stream cut off, if there is one."""
        last, self._parts = b"".join(self._parts), []
        return [last] if last else []

    def _hold(self, part: bytes) -> None:
        self._parts.append(part)
        self._held += len(part)
        if self._held > self._most_line:
            raise Overflow


class Events:
    """Blocks in, events out: the name of each (often empty) and its data."""

    def __init__(self, most_line: int, most: int) -> None:
        self._lines = Lines(most_line, most)
        self._data: list[bytes] = []
        self._name = b""
        self._began = False

    def feed(self, block: bytes) -> list[tuple[bytes, bytes]]:
        """Return the events that end in ``block``. Raises `Overflow`."""
        # Nearly always it is one event in one block.
        if block.startswith(b"data: ") and block.find(b"\n") == len(block) - 2 and self._clear(block):
            self._lines.count(block)
            self._began = True
            return [(b"", block[6:-2])]
        return self._take(self._lines.feed(block))

    def _clear(self, block: bytes) -> bool:
        """Say whether ``block`` is a whole event, and nothing of another one."""
        return (
            block.endswith(b"\n\n")
            and b"\r" not in block
            and not self._data
            and not self._name
            and self._lines.clear
        )

    def finish(self) -> list[tuple[bytes, bytes]]:
        """Return the event that the end of the stream cut off: some servers forget its blank line."""
        return self._take([*self._lines.rest(), b""])

    def _take(self, lines: list[bytes]) -> list[tuple[bytes, bytes]]:
        events = []
        for line in lines:
            if not self._began:
                self._began = True
                line = line.removeprefix(_BOM)  # noqa: PLW2901
            if not line:
                if self._data:
                    events.append((self._name, b"\n".join(self._data)))
                    self._data = []
                self._name = b""
            elif line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif line.startswith(b"event:"):
                self._name = line[6:].strip()
        return events
