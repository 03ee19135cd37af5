"""The page where a network lets no WebSocket through: it goes on over plain HTTP, and says nothing of it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e

BLOCKED = """
window.tried = 0;
window.WebSocket = class {
  static CONNECTING = 0; static OPEN = 1; static CLOSED = 3;
  constructor() { this.readyState = 3; window.tried++; setTimeout(() => this.onclose?.({ code: 1006, reason: "" }), 20); }
  send() {} close() {}
};
"""


async def test_words_are_written_and_answered_without_a_socket(bare, browse) -> None:
    """S0-26."""
    first = await browse(bare)
    context = first.context
    await context.add_init_script(BLOCKED)
    page = await browse(bare, context=context)
    await page.until("window.tried >= 3 && document.body.dataset.state !== 'away'")
    await page.fill("#write", "What is 6 times 7?")
    await page.keyboard.press("Enter")
    await page.until("document.querySelector('#lines')?.textContent.includes('42')")
    assert page.complaints == []
