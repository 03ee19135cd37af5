"""A talk knows no wall clock: a person, a summer time or a server may set it, and no sound is early or late."""

from __future__ import annotations

import re

from .conftest import ROOT

SOURCE = ROOT / "plugins/voice/src/hub_voice"
WALL = re.compile(r"\b(?:time\.time|datetime\.(?:now|utcnow|today)|time_ns|CLOCK_REALTIME)\b")


def test_only_what_is_shown_with_a_time_of_day_reads_the_wall_clock() -> None:
    found = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if WALL.search(path.read_text())
    }
    assert found <= {"speech.py", "own/store.py"}, "a tile's time, and when a voice was made"
    assert "speech.py" in found
