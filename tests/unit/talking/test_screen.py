"""Words in the terminal: redrawn where there is a screen, plain lines elsewhere, and never steering it."""

from __future__ import annotations

import io

from hub.talking.screen import Screen, clean


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_plain_lines_and_only_what_is_final() -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.state("Listening")
    screen.caption("What")
    screen.asked("What time is it?")
    screen.answer("It is ")
    screen.answer("noon.")
    screen.answered("It is noon.")
    screen.note("The hub hung up.")
    screen.close()
    assert out.getvalue() == "You: What time is it?\nHub: It is noon.\nThe hub hung up.\n"


def test_a_terminal_sees_captions_replaced_and_the_answer_grow() -> None:
    out = Terminal()
    screen = Screen(out)
    screen.caption("What")
    screen.caption("What time")
    screen.asked("What time is it?")
    screen.answer("It is ")
    screen.answer("noon.")
    screen.answered("It is")
    shown = out.getvalue()
    assert shown.count("\r\x1b[K") == 3
    assert "It is noon." in shown
    assert shown.endswith("(stopped)\x1b[0m\n")


def test_words_of_others_cannot_steer_the_terminal() -> None:
    out = io.StringIO()
    Screen(out).asked("a\x1b[2Jb\x07c\u009bd\re")
    assert out.getvalue() == "You: a[2Jbcde\n"
    assert clean("line\nline") == "line\nline"


def test_a_long_caption_keeps_its_end_in_one_line() -> None:
    out = Terminal()
    Screen(out).caption("word " * 100 + "last")
    assert "last" in out.getvalue()
    assert len(out.getvalue()) < 110
