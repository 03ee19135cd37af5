"""What is said aloud for what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_voice.spoken import spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Bold**, *soft* and `code`.", "Bold, soft and code."),
        ("# Title\n- one\n- two", "Title one two"),
        ("```py\nx = 1\n```\nDone.", "The code is on screen. Done."),
        ("```py\nx = 1", "The code is on screen."),
        ("See https://www.example.com/a?b=c.", "See example dot com."),
        ("See [the page](https://example.com/x).", "See the page."),
        ("It's 18:42.", "It's 18 42."),
        ("At 9:05 or 7:00.", "At 9 oh 5 or 7 o'clock."),
        ("It is midnight, 00:00; 0:30.", "It is midnight, midnight; 0 30."),
        ("At 3:00 pm (15:00), or 7:05 am.", "At 3 pm, or 7 oh 5 am."),
        ("33 and 1/3, 3/4 cup, 24/7", "33 and a third, 3 quarters cup, 24 over 7"),
        ("12 a month, 2026-03-18", "12 a month, 2026 03 18"),
        ("You have 3.5 GB free, 42 % used.", "You have 3.5 gigabytes free, 42 percent used."),
        ("1 GB", "1 gigabyte"),
        ("21 °C, -3°C, 42°", "21 degrees Celsius, minus 3 degrees Celsius, 42 degrees"),
        ("5 km = 3.1 mi", "5 kilometres equals 3.1 miles"),
        ("12 × 7 = 84", "12 times 7 equals 84"),  # noqa: RUF001  as it is written
        ("1,234,567 bytes", "1234567 bytes"),
        ("2-3 days", "2 to 3 days"),
        ("and/or", "and or"),
        ("snake_case_name", "snake case name"),
        ("The 90s", "The 90s"),
        ("\U0001f642 hi", "hi"),
        ("...", ""),
        ("---", ""),
        ("I can't; it's 192.168.1.10.", "I can't; it's 192.168.1.10."),
    ],
)
def test_said(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    said = spoken(text)
    assert said == said.strip()
    assert not set("*`#|<>[]{}~^") & set(said)
