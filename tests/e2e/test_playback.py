"""The audio thread that plays: when it starts, how it ducks and stops, and what it tells; in a real browser, without a clock."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.e2e

RATE = 48_000
# Renders `seconds` of the playback worklet; `steps` are [when, message] and a number as sound means so many ms of a
# constant 0.5. Returns every 48th sample (one a millisecond) and what the worklet said, with its time.
RENDER = """async ([steps, seconds]) => {
  const context = new OfflineAudioContext(1, 48000 * seconds, 48000);
  await context.audioWorklet.addModule(document.body.dataset.static + "/playback.js");
  const node = new AudioWorkletNode(context, "playback", {numberOfInputs: 0, outputChannelCount: [1]});
  const told = [];
  node.port.onmessage = ({data}) => told.push(data);
  node.connect(context.destination);
  const send = ({sound, ...message}) => {
    if (sound) message.pcm = new Int16Array(sound * 48).fill(16384).buffer;
    node.port.postMessage({rate: 48000, ...message});
  };
  const settled = () => new Promise((done) => setTimeout(done, 60));
  for (const at of new Set(steps.map(([when]) => when))) {
    if (at === 0) { steps.filter(([when]) => when === 0).forEach(([_, message]) => send(message)); await settled(); }
    else context.suspend(at).then(async () => {
      steps.filter(([when]) => when === at).forEach(([_, message]) => send(message));
      await settled();
      context.resume();
    });
  }
  const out = (await context.startRendering()).getChannelData(0);
  await settled();
  return [Array.from({length: Math.floor(out.length / 48)}, (_, ms) => out[ms * 48]), told.filter((one) => "epoch" in one)];
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def render(bare: Any, browse: Any) -> Any:
    page = await browse(bare)

    async def render(
        *steps: tuple[float, dict[str, Any]], seconds: float = 1.0
    ) -> tuple[list[float], list[Any]]:
        wave, told = await page.evaluate(RENDER, [steps, seconds])
        return wave, told

    return render


def sound(ms: int, epoch: int = 1) -> dict[str, Any]:
    return {"epoch": epoch, "sound": ms}


async def test_the_voice_of_the_hub(render: Any) -> None:
    """One hub and one browser for all of it: each of these is a render of a second."""
    await _starts_once_enough_has_come(render)
    await _ducks_within_twenty_milliseconds(render)
    await _stops_at_once_and_without_a_click(render)
    await _counts_gaps_and_waits_longer_after_them(render)


async def _starts_once_enough_has_come(render: Any) -> None:
    wave, _ = await render((0, sound(40)), (0.1, sound(40)))
    assert max(wave[:99]) == 0
    assert min(wave[110:170]) > 0.4
    wave, told = await render((0, sound(500)))
    assert wave[10] > 0.4
    assert told[-1] == {"epoch": 1, "samples": 24_000, "empty": True, "dry": 0}
    assert [one["samples"] for one in told] == sorted(one["samples"] for one in told)
    assert len(told) >= 4  # each 100 ms


async def _ducks_within_twenty_milliseconds(render: Any) -> None:
    wave, _ = await render((0, sound(900)), (0.2, {"duck": True}), (0.5, {"duck": False}))
    assert wave[195] == pytest.approx(0.5, abs=0.01)
    assert wave[222] == pytest.approx(0.5 * 0.251, abs=0.005)
    assert wave[490] == pytest.approx(0.5 * 0.251, abs=0.005)
    assert wave[650] == pytest.approx(0.5, abs=0.01)
    assert max(abs(a - b) for a, b in pairwise(wave[100:800])) < 0.05


async def _stops_at_once_and_without_a_click(render: Any) -> None:
    wave, _ = await render((0, sound(900)), (0.3, {"flush": 2}), (0.4, sound(100)), (0.6, sound(100, 2)))
    assert wave[295] > 0.4
    assert max(wave[306:599]) == 0  # what is older than the flush is never heard
    assert wave[650] == pytest.approx(0.5, abs=0.01)
    wave, _ = await render((0, sound(300)), (0.1, {"duck": True}), (0.2, {"flush": 2}), (0.3, sound(200, 2)))
    assert wave[400] == pytest.approx(0.5, abs=0.01)  # another answer is not lowered


async def _counts_gaps_and_waits_longer_after_them(render: Any) -> None:
    wave, told = await render((0, sound(100)), (0.2, sound(80)), (0.95, sound(300)), seconds=1.4)
    assert sum(one["dry"] for one in told) == 1  # the second came late; the third is a new beginning
    quiet = next(ms for ms in range(200, 400) if wave[ms] > 0.4)
    assert quiet > 205  # 80 ms are less than it waits for now
