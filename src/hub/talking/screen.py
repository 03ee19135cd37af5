"""Show a talk in the terminal: words as they come, faint until they are sure."""

from __future__ import annotations

import shutil
from typing import TextIO

_FAINT, _BOLD, _PLAIN, _WIPE = "\x1b[2m", "\x1b[1m", "\x1b[0m", "\r\x1b[K"


class Screen:
    """Writes lines; on a terminal the last of them is redrawn until it is final."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._live = out, out.isatty()
        self._answer = ""
        self._shown = ""

    def state(self, word: str) -> None:
        """Say what the hub does now, until there is something else to say."""
        if not self._answer:
            self._redraw(f"{_FAINT}{word}{_PLAIN}" if word else "")

    def caption(self, text: str) -> None:
        """Show what I understood so far."""
        self._redraw(f"{_FAINT}You  {self._fitting(text)}{_PLAIN}" if text else "")

    def asked(self, text: str) -> None:
        """Show what was said, for good."""
        self._line(f"You  {_BOLD}{clean(text)}{_PLAIN}" if self._live else f"You: {clean(text)}")

    def answer(self, text: str) -> None:
        """Show more of the answer."""
        if not self._live:
            return
        if not self._answer:
            self._redraw("")
            self._out.write("Hub  ")
        self._answer += text
        self._out.write(clean(text))
        self._out.flush()

    def answered(self, text: str) -> None:
        """Show the answer as it was heard, for good."""
        text = clean(text.strip())
        if not self._live:
            self._line(f"Hub: {text}")
        elif not self._answer:
            self._line(f"Hub  {text}")
        else:
            cut = text != clean(self._answer.strip())
            self._out.write(f"{_FAINT}  (stopped){_PLAIN}\n" if cut else "\n")
            self._out.flush()
        self._answer = ""

    def note(self, text: str) -> None:
        """Tell something beside the talk."""
        if self._answer and self._live:
            self._out.write("\n")
            self._answer = ""
        self._line(f"{_FAINT}{clean(text)}{_PLAIN}" if self._live else clean(text))

    def close(self) -> None:
        """Leave a clean line behind."""
        self._redraw("")

    def _line(self, text: str) -> None:
        self._redraw("")
        self._out.write(text + "\n")
        self._out.flush()

    def _redraw(self, text: str) -> None:
        if not self._live or text == self._shown or self._answer:
            return
        self._out.write(_WIPE + text)
        self._out.flush()
        self._shown = text

    def _fitting(self, text: str) -> str:
        """Return the end of ``text`` that fits into one line, which can be redrawn."""
        room = max(16, shutil.get_terminal_size().columns - 8)
        text = clean(text).replace("\n", " ")
        return text if len(text) <= room else "…" + text[1 - room :]


def clean(text: str) -> str:
    """Return ``text`` without what would steer the terminal (ECMA-48): words are from elsewhere."""
    return "".join(sign for sign in text if sign == "\n" or sign.isprintable())
