"""A whole talk in a real browser with the real models: the microphone is the test's, the rest is the product."""

from __future__ import annotations

import asyncio
import base64
import functools
import io
import json
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio
from tests.e2e.conftest import MODELS, until, with_models

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = [pytest.mark.e2e, pytest.mark.models]
spoken = pytest.mark.realtime

STATE = "document.body.dataset.state"
MICROPHONE = (Path(__file__).parent / "microphone.js").read_text(encoding="utf-8")
LONG = "What can you do?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    env = {"HUB_PLUGINS__VOICE": json.dumps({"wake_word": "hey_jarvis"})}
    async with RunningHub(with_models(tmp_path_factory.mktemp("voice")), env=env) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Any) -> AsyncIterator[Any]:
    browser = await chromium(AUTOPLAY)
    yield browser
    await browser.close()


@pytest.fixture(scope="module")
def said() -> Callable[..., str]:
    """Return sentences as wave files in base64, by a voice that the ears understand well and that never varies."""
    from piper import PiperVoice
    from piper.config import SynthesisConfig

    alike = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    voice = PiperVoice.load(str(MODELS / "en_US-joe-medium.onnx"))

    @functools.cache
    def speak(*parts: str, pause: float = 0.0) -> str:
        rate = voice.config.sample_rate
        gap = np.random.default_rng(1).integers(-3, 4, int(rate * pause)).astype("<i2").tobytes()
        sound = gap.join(
            b"".join(piece.audio_int16_bytes for piece in voice.synthesize(part, alike)) for part in parts
        )
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(sound)
        return base64.b64encode(out.getvalue()).decode()

    return speak


@pytest_asyncio.fixture(loop_scope="module")
async def enter(hub: RunningHub, browser: Any) -> AsyncIterator[Any]:
    """Open home in a new talk and a new browser profile; ``page.heard`` is what the hub sent."""
    contexts = []

    async def enter(*, between: bool = False, **options: Any) -> Any:
        """``between``: the test stands in the line and may say things as the hub (see `as_hub`)."""
        context = await browser.new_context(**options)
        contexts.append(context)
        await context.add_cookies(
            [{"name": c.key, "value": c.value, "url": hub.url} for c in hub.client.cookie_jar]
        )
        await context.add_init_script(MICROPHONE)
        page = await context.new_page()
        page.set_default_timeout(60_000)
        page.heard, page.told, page.complaints = [], [], []
        page.until = functools.partial(until, page)
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if between:
            await page.route_web_socket("**/ws/session/*", functools.partial(_stand_between, page))
        else:
            page.on("websocket", functools.partial(_watch, page))
        async with hub.client.post(f"{hub.url}/talks", allow_redirects=False) as response:
            await page.goto(hub.url + response.headers["location"])
        await page.until(f"{STATE} === 'ready'")
        return page

    yield enter
    for context in contexts:
        await context.close()


def _watch(page: Any, socket: Any) -> None:
    def keep(kept: list[Any], frame: str | bytes) -> None:
        kept.append(json.loads(frame) if isinstance(frame, str) else {"type": "sound", "bytes": len(frame)})

    socket.on("framereceived", functools.partial(keep, page.heard))
    socket.on("framesent", functools.partial(keep, page.told))


def _stand_between(page: Any, line: Any) -> None:
    """Pass on what page and hub say; ``page.line`` says more as the hub."""
    hub, page.line = line.connect_to_server(), line

    def up(message: str | bytes) -> None:
        if isinstance(message, str):
            page.told.append(json.loads(message))
        hub.send(message)

    line.on_message(up)
    hub.on_message(line.send)


def as_hub(page: Any, **message: Any) -> None:
    """Tell the page ``message`` as the hub would."""
    page.line.send(json.dumps(message))


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


async def say(page: Any, sound: str, level: float = 0.5) -> None:
    await page.evaluate("([sound, level]) => testMic.say(sound, level)", [sound, level])


async def turns(page: Any) -> tuple[list[str], list[str]]:
    """Return what the person said and what the hub answered."""
    you = await page.locator(".turn.you:not(.draft) .text").all_inner_texts()
    return you, await page.locator(".turn.hub:not(#hello) .answer").all_inner_texts()


async def answered(page: Any, times: int = 1) -> None:
    """Wait until that many answers have ended."""
    await page.until(
        f"document.querySelectorAll('.turn.hub:not(#hello):not([data-state=answering])').length >= {times}"
    )


@spoken
async def test_a_turn_is_heard_answered_and_its_time_told(enter: Any, said: Any) -> None:
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    asked = (await page.evaluate("testMic.asked"))[0]
    assert asked["echoCancellation"]
    assert asked["noiseSuppression"]
    assert asked["autoGainControl"]
    await say(page, said("What is twelve times seven?"))
    await page.until(f"{STATE} === 'speaking'")
    await answered(page)
    you, hub = await turns(page)
    assert len(you) == 1
    assert "84" in hub[0]
    await page.wait_for_selector(".took summary:has-text('First sound after')")
    await page.click(".took summary")
    assert await page.locator(".took dd").count() >= 4
    played = [message for message in page.told if message["type"] == "played"]
    assert played
    assert all(isinstance(message["dry"], int) for message in played)
    assert page.complaints == []


@spoken
async def test_a_pause_in_mid_sentence_is_one_turn(enter: Any, said: Any) -> None:
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    # the voice brings silence of its own: some 0.4 s in all
    await say(page, said("How many minutes are", "in two hours?", pause=0.05))
    await page.until("document.querySelector('.turn.hub:not(#hello)')?.textContent.includes('120')")
    you, hub = await turns(page)
    assert (len(you), len(hub)) == (1, 1)


@spoken
async def test_speaking_over_the_answer_lowers_it_and_then_stops_it(enter: Any, said: Any) -> None:
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await say(page, said(LONG))
    await page.until(f"{STATE} === 'speaking'")
    whole = await page.inner_text(".turn.hub .answer")
    await page.wait_for_timeout(1500)
    page.heard.clear()
    await say(page, said("Stop. What time is it?"))
    await answered(page, 2)
    you, hub = await turns(page)
    assert len(you) == 2
    assert len(hub[0]) < len(whole)
    assert whole.startswith(hub[0])
    seen = kinds(page.heard)
    assert "flush" in seen
    assert "duck" in seen[: seen.index("flush")]


@spoken
@pytest.mark.parametrize("sign", ["[[mh\u02c8m]]", "Yeah, okay."])
async def test_a_mhm_does_not_stop_the_answer(enter: Any, said: Any, sign: str) -> None:
    """The first is hummed: written plainly, the voice would spell it, which is no hum."""
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await say(page, said(LONG))
    await page.until(f"{STATE} === 'speaking'")
    whole = await page.inner_text(".turn.hub .answer")
    await page.wait_for_timeout(1500)
    page.heard.clear()
    await say(page, said(sign), 0.3)
    await answered(page)
    _, hub = await turns(page)
    assert hub == [whole]
    ducks = [message["on"] for message in page.heard if message["type"] == "duck"]
    assert ducks == [True, False] * (len(ducks) // 2), "as loud as before in the end"
    assert "flush" not in kinds(page.heard)


@spoken
@pytest.mark.parametrize("echo", [0.12, 0.4])
async def test_the_hub_does_not_answer_its_own_voice(enter: Any, said: Any, echo: float) -> None:
    """0.12 is what echo cancellation leaves of a loud speaker, and more; 0.4 is a speaker with none."""
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.evaluate("level => testMic.hear(level)", echo)
    await say(page, said(LONG))
    await page.until(f"{STATE} === 'speaking'")
    whole = await page.inner_text(".turn.hub .answer")
    await answered(page)
    await page.wait_for_timeout(3000)
    you, hub = await turns(page)
    assert len(you) == 1
    assert hub == [whole]


@spoken
async def test_holding_talks_only_while_held(enter: Any, said: Any) -> None:
    page = await enter()
    await page.keyboard.press("m")
    await page.check("input[name=turns][value=push]")
    await page.click("#how .plain")
    assert await page.inner_text(".how-open .how-name") == "Hold to talk"
    await page.keyboard.down("Space")
    await page.until("document.getElementById('hint').innerText.includes('Let go')")
    await say(page, said("What is nine plus ten?"))
    await page.keyboard.up("Space")
    await answered(page)
    await page.until(f"{STATE} === 'ready'")
    await page.click("#press")  # a tap begins as well, and the next one ends
    await page.until("document.getElementById('hint').innerText.includes('Tap again')")
    await say(page, said("What is two plus two?"))
    await page.click("#press")
    await answered(page, 2)
    await page.until(f"{STATE} === 'ready'")
    _, hub = await turns(page)
    assert "19" in hub[0]
    assert "4" in hub[1]
    assert [message["mode"] for message in page.told if message["type"] == "start_recording"] == [
        "push",
        "push",
    ]


@spoken
async def test_advice_is_taken_with_one_press_and_remembered(enter: Any, said: Any) -> None:
    page = await enter(between=True)
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    as_hub(page, type="advice", text="I hear myself.", suggests="half_duplex")
    await page.click("#notice button:has-text('Take turns')")
    await page.until("document.querySelector('.how-open').innerText.includes('Taking turns')")
    await said_to_hub(page, {"type": "use", "half_duplex": True})
    await say(page, said("What time is it?"))
    await page.until(f"{STATE} === 'speaking'")
    assert "listen again" in await page.inner_text("#hint")
    await answered(page)
    await page.reload()
    await page.until(f"{STATE} === 'ready'")
    assert await page.inner_text(".how-open .how-name") == "Taking turns"


async def said_to_hub(page: Any, message: dict[str, Any]) -> None:
    end = time.monotonic() + 60
    while message not in page.told:
        assert time.monotonic() < end, page.told
        await asyncio.sleep(0.05)


async def test_captions_appear_faint_and_can_be_turned_off(enter: Any) -> None:
    page = await enter(between=True)
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    as_hub(page, type="state", state="recording")  # the page listens before the hub's word is there
    as_hub(page, type="caption", text="What is")
    await page.wait_for_selector("#draft.partial")
    as_hub(page, type="transcription", text="What is it?", is_final=False)
    await page.wait_for_selector("#draft:not(.partial)")
    assert "What is it?" in await page.inner_text("#draft")
    await page.keyboard.press("m")
    await page.uncheck("input[name=captions]")
    await page.click("#how .plain")
    assert await page.locator("#draft").count() == 0
    as_hub(page, type="caption", text="nobody sees")
    as_hub(page, type="note", text="after it")
    await page.wait_for_selector("#notice h3:has-text('after it')")
    assert await page.locator("#draft").count() == 0


@spoken
async def test_a_microphone_that_goes_away_is_replaced_or_told_of(enter: Any, said: Any) -> None:
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.evaluate("testMic.pull()")
    await page.wait_for_selector("#notice h3:has-text('another microphone')")
    assert await page.evaluate(STATE) == "listening"
    await say(page, said("What is nine plus ten?"))
    await answered(page)
    await page.until(f"{STATE} === 'listening'")
    await page.evaluate("testMic.refuse = 'NotFoundError'; testMic.pull()")
    await page.wait_for_selector("#notice h3:has-text('The microphone went away')")
    await page.until(f"{STATE} === 'ready'")
    await page.evaluate("testMic.refuse = ''")
    await page.click("#notice button:has-text('Try again')")
    await page.until(f"{STATE} === 'listening'")


@pytest.mark.parametrize(
    ("name", "title"),
    [("NotAllowedError", "The microphone is blocked"), ("NotReadableError", "The microphone is taken")],
)
async def test_a_microphone_taken_back_in_mid_talk_is_explained(enter: Any, name: str, title: str) -> None:
    page = await enter()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.evaluate("name => { testMic.refuse = name; testMic.pull() }", name)
    await page.wait_for_selector(f"#notice h3:has-text('{title}')")
    await page.until(f"{STATE} === 'ready'")


@spoken
async def test_a_phone_has_it_all_under_the_thumb(enter: Any, said: Any, axe: str) -> None:
    page = await enter(**PHONE, color_scheme="dark", reduced_motion="reduce", bypass_csp=True)
    await page.tap("#press")
    await page.until(f"{STATE} === 'listening'")
    await say(page, said("What time is it?"))
    await answered(page)
    await page.tap("#press")
    await page.until(f"{STATE} === 'ready'")
    await page.tap(".how-small")
    await page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    box = await page.locator("#how").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] <= 844
    small = await page.evaluate(
        """[...document.querySelectorAll('#how :is(label.way, select, button)')]
        .filter(e => e.checkVisibility())
        .map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect().height]).filter(([_, high]) => high < 44)"""
    )
    assert small == []


async def test_the_sheet_offers_who_i_can_be_and_is_for_everybody(hub: Any, enter: Any, axe: str) -> None:
    headers = {"origin": hub.url}
    async with hub.client.post(f"{hub.url}/personas", json={"name": "Skipper"}, headers=headers) as made:
        assert made.status == 201
    page = await enter(bypass_csp=True, viewport={"width": 1280, "height": 800})
    await page.keyboard.press("m")
    await page.wait_for_selector("#persona-row:not([hidden])")
    await page.select_option("#how-persona", label="Skipper")
    told = [message for message in page.told if message["type"] == "set_persona"]
    assert len(told) == 1
    await page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    await page.click("#try-mic")
    await page.until("document.querySelector('#how-said').innerText === 'Say something.'")
    await page.until("testMic.tracks.length === 1")
    await page.keyboard.press("Escape")
    await page.until("testMic.tracks[0].readyState === 'ended'")  # nobody listens when the sheet is closed
    assert await page.evaluate(STATE) == "ready"
    await page.reload()
    await page.keyboard.press("m")
    await page.wait_for_selector("#persona-row:not([hidden])")
    assert await page.input_value("#how-persona") == await page.get_attribute("#how", "data-persona") != ""
    assert "error" not in kinds(page.heard)


@spoken
async def test_a_word_begins_a_talk_where_its_person_wants_that(enter: Any, said: Any) -> None:
    page = await enter()
    await page.keyboard.press("m")
    await page.check("input[name=wake]")
    await page.click("#how .plain")
    await page.until("document.getElementById('word').innerText === 'Say Hey Jarvis'")
    assert await page.evaluate(STATE) == "ready"
    await say(page, said("What time is it?"))  # not the word: nobody listens
    assert await page.evaluate(STATE) == "ready"
    await say(page, said("Hey Jarvis!"))
    await page.until(f"{STATE} === 'listening'")
    await say(page, said("What is nine plus ten?"))
    await answered(page)
    you, hub = await turns(page)
    assert "19" in hub[-1]
    assert not any("time" in words for words in you)
    await page.keyboard.press("Escape")
    await page.until("document.getElementById('word').innerText === 'Say Hey Jarvis'")
    await page.keyboard.press("m")
    await page.uncheck("input[name=wake]")
    await page.until("testMic.tracks.at(-1).readyState === 'ended'")
    await page.until("document.getElementById('word').innerText === 'Ready'")


@spoken
async def test_a_long_silence_does_not_make_it_deaf(enter: Any, said: Any) -> None:
    page = await enter()
    await page.clock.install()
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await say(page, said("What is nine plus ten?"))
    await answered(page)
    await page.until(f"{STATE} === 'listening'")
    await page.clock.fast_forward(90_000)
    await page.wait_for_timeout(300)
    await say(page, said("What is two plus two?"))
    await answered(page, 2)
