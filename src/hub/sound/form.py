"""Read a form with a file in it (RFC 7578): the fields by name, and the one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from hub.errors import HubError

MOST_PARTS = 32
MOST_FIELD = 64 * 1024


@dataclass(slots=True)
class Upload:
    """What came: ``fields`` by name (of a repeated one the last; ``listed`` has all), and the ``file``."""

    fields: dict[str, str] = field(default_factory=dict)
    listed: list[tuple[str, str]] = field(default_factory=list)
    file: bytes = b""
    filename: str = ""
    found: bool = False


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary of a form's ``Content-Type``, None when it is no such form."""
    from python_multipart.multipart import parse_options_header  # noqa: PLC0415  only where files come

    kind, options = parse_options_header(content_type)
    return options.get(b"boundary") if kind == b"multipart/form-data" else None


def upload(content_type: str, body: bytes) -> Upload:
    """Return what is in ``body``: a form, or else the file itself. Raises `HubError`."""
    boundary = boundary_of(content_type)
    if boundary is None:
        return Upload(file=body, found=bool(body))
    reader = _Reader()
    reader.read(boundary, body)
    return reader.made


class _Reader:
    """Gathers the parts of one form."""

    def __init__(self) -> None:
        self.made = Upload()
        self._head: dict[str, bytes] = {}
        self._name = self._value = b""
        self._data = bytearray()
        self._parts = 0

    def read(self, boundary: bytes, body: bytes) -> None:
        from python_multipart.exceptions import MultipartParseError  # noqa: PLC0415  as above
        from python_multipart.multipart import MultipartParser  # noqa: PLC0415  as above

        calls: Any = {
            "on_part_begin": self._begin, "on_part_data": self._part, "on_part_end": self._end,
            "on_header_field": self._field, "on_header_value": self._text, "on_header_end": self._header,
        }  # fmt: skip
        try:
            parser = MultipartParser(boundary, calls)
            parser.write(body)
            parser.finalize()
        except (MultipartParseError, ValueError) as error:
            raise _unreadable() from error
        if self._head:  # a part that never ended
            raise _unreadable()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _unreadable("It has too many parts.")
        self._head, self._data = {"": b""}, bytearray()

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        self._head[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def _part(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        from python_multipart.multipart import parse_options_header  # noqa: PLC0415  as above

        _, options = parse_options_header(self._head.get("content-disposition", b""))
        name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options:
            if self.made.found:
                raise _unreadable("It has two files.")
            self.made.found, self.made.file = True, bytes(self._data)
            # Clients write what is no plain ASCII as percent codes (RFC 7578, section 4.2).
            self.made.filename = unquote(options[b"filename"].decode(errors="replace"))[:200]
        elif len(self._data) > MOST_FIELD:
            raise _unreadable("A field of it is too long.")
        else:
            text = self._data.decode(errors="replace").strip()
            self.made.fields[name] = text
            self.made.listed.append((name, text))
        self._head = {}


def _unreadable(why: str = "") -> HubError:
    return HubError(
        f"I cannot read that form. {why}".strip(),
        fix="Send it as multipart/form-data, the sound as its file.",
    )
