"""The models page in a browser: clean, and a model removed by keyboard stays removed."""

from __future__ import annotations

import pytest

from hub.testing import RunningHub

pytestmark = [pytest.mark.e2e, pytest.mark.models]


async def test_a_model_is_removed_by_keyboard_after_a_question(data, browse, axe) -> None:
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        page = await browse(hub, path="/models")
        row = page.locator("#model-piper-joe")
        await row.get_by_text("here", exact=True).wait_for()
        await row.locator("summary").focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("Without it I have no voice").wait_for()
        await page.evaluate(axe)
        result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [fault["id"] for fault in result["violations"]] == []
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await row.get_by_text("removed", exact=True).wait_for()
        await page.reload()
        await row.get_by_text("removed", exact=True).wait_for()
        assert not (data / "models" / "en_US-joe-medium.onnx").exists()
        assert page.complaints == []
