"""Be the peer: Pipecat's own pipeline with the same weights, measured from the same end of speech.

Run by the Python of an environment that has it (`voice_peers.pipecat` makes one); prints one JSON line a
turn. The transport is memory: 20 ms frames in real time in, 40 ms chunks out, which take as long as a
loudspeaker would. Everything else is Pipecat's default: Silero, Smart Turn, sentences, whole-sentence Piper.

    voice_pipecat.py CLIPS.json WHISPER_FOLDER PIPER_FOLDER FIRST_TOKEN_SECONDS
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger

logger.remove()
logger.add(sys.stderr, level="WARNING")

from pipecat.audio.vad.silero import SileroVADAnalyzer  # noqa: E402  the log first
from pipecat.frames.frames import (  # noqa: E402
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.processors.aggregators.llm_context import LLMContext  # noqa: E402
from pipecat.processors.aggregators.llm_response_universal import (  # noqa: E402
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor  # noqa: E402
from pipecat.services.piper.tts import PiperTTSService  # noqa: E402
from pipecat.services.whisper.stt import WhisperSTTService  # noqa: E402
from pipecat.transports.base_input import BaseInputTransport  # noqa: E402
from pipecat.transports.base_output import BaseOutputTransport  # noqa: E402
from pipecat.transports.base_transport import TransportParams  # noqa: E402

RATE, FRAME, LOUD, ANSWER_S, TAIL_S = 16_000, 320, 328, 8.0, 0.15


class Canned(FrameProcessor):
    """The canned language model: the same sentences, word by word."""

    def __init__(self, answers: list[str], first: float) -> None:
        super().__init__()
        self.answers, self.first = answers, first
        self.calls: list[tuple[float, str]] = []

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        """Answer a context; hand on all else."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        said = [one for one in frame.context.get_messages() if one.get("role") == "user"]
        self.calls.append((time.monotonic(), str(said[-1].get("content", "")) if said else ""))
        await self.push_frame(LLMFullResponseStartFrame())
        if self.first:
            await asyncio.sleep(self.first)
        for word in self.answers[len(self.calls) % len(self.answers)].split():
            await self.push_frame(LLMTextFrame(word + " "))
        await self.push_frame(LLMFullResponseEndFrame())


class Microphone(BaseInputTransport):
    """Frames of 20 ms in real time: what is said, else the floor's noise."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.says: list[np.ndarray] = []
        self.t0 = 0.0
        self.sent = 0
        self._running: asyncio.Task | None = None

    async def start(self, frame: Any) -> None:
        """Begin."""
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._running = asyncio.create_task(self._run())

    def say(self, pcm: np.ndarray) -> float:
        """Speak from the next frame on; return when it will truly have ended."""
        self.says.append(pcm)
        return self.t0 + self.sent * FRAME / RATE + len(pcm) / RATE

    async def _run(self) -> None:
        room = (np.random.default_rng(1).normal(0, 10 ** (-66 / 20), RATE * 4) * 32767).astype("<i2")
        self.t0 = time.monotonic()
        rest = np.zeros(0, "<i2")
        while True:
            if not len(rest) and self.says:
                rest = self.says.pop(0)
            frame, rest = rest[:FRAME], rest[FRAME:]
            if len(frame) < FRAME:
                at = self.sent * FRAME % (len(room) - FRAME)
                frame = np.concatenate([frame, room[at : at + FRAME - len(frame)]])
            self.sent += 1
            await asyncio.sleep(max(0.0, self.t0 + self.sent * FRAME / RATE - time.monotonic()))
            sound = InputAudioRawFrame(audio=frame.astype("<i2").tobytes(), sample_rate=RATE, num_channels=1)
            await self.push_audio_frame(sound)


class Loudspeaker(BaseOutputTransport):
    """Takes as long as the sound is; notes when the first audible sample came."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.loud: float | None = None
        self._free_at = 0.0

    async def start(self, frame: Any) -> None:
        """Begin."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: Any) -> bool:
        """Play a chunk."""
        now = time.monotonic()
        start = max(now, self._free_at)
        samples = np.frombuffer(frame.audio, "<i2")
        if self.loud is None and len(loud := np.flatnonzero(np.abs(samples.astype(int)) > LOUD)):
            self.loud = start + loud[0] / frame.sample_rate
        self._free_at = start + len(samples) / frame.sample_rate
        await asyncio.sleep(max(0.0, self._free_at - 0.04 - now))  # a device holds a chunk of 40 ms
        return True


async def talk(plan: dict[str, Any], whisper: str, piper: str, first: float) -> None:
    """Say all clips and print what came of each."""
    params = TransportParams(
        audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE,
        audio_out_sample_rate=22_050, audio_out_auto_silence=False,
    )  # fmt: skip
    ears, mouth = Microphone(params), Loudspeaker(params)
    canned = Canned(plan["answers"], first)
    pair = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    stt = WhisperSTTService(
        device="cpu", compute_type="int8", settings=WhisperSTTService.Settings(model=whisper)
    )
    tts = PiperTTSService(
        download_dir=Path(piper), settings=PiperTTSService.Settings(voice="en_US-joe-medium")
    )
    line = Pipeline([ears, stt, pair.user(), canned, tts, mouth, pair.assistant()])
    work, send = _runner(line)
    running = asyncio.create_task(work)
    while not ears.t0:
        await asyncio.sleep(0.1)
        if running.done():
            await running
            return
    await asyncio.sleep(1.0)
    for clip in plan["clips"]:
        print(json.dumps(await turn(clip, ears, mouth, canned, send)), flush=True)
    running.cancel()


def _runner(line: Pipeline) -> tuple[Any, Any]:
    """Return what runs the pipeline, and what queues a frame: the names changed with 1.x."""
    try:
        from pipecat.pipeline.worker import PipelineParams, PipelineWorker
        from pipecat.workers.runner import WorkerRunner

        one = PipelineWorker(line, params=PipelineParams(), idle_timeout_secs=None)

        async def run() -> None:
            runner = WorkerRunner(handle_sigint=False)
            await runner.add_workers(one)
            await runner.run()

        return run(), one.queue_frame
    except ImportError:
        from pipecat.pipeline.runner import PipelineRunner
        from pipecat.pipeline.task import PipelineParams, PipelineTask

        task = PipelineTask(line, params=PipelineParams(), idle_timeout_secs=None)
        return PipelineRunner(handle_sigint=False).run(task), task.queue_frame


async def turn(clip: dict[str, Any], ears: Any, mouth: Any, canned: Any, send: Any) -> dict[str, Any]:
    """Say one clip and wait for the first audible sample after its end."""
    with wave.open(clip["wav"]) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")[: int((clip["end"] + TAIL_S) * RATE)]
    mouth.loud = None
    began = time.monotonic()
    end = ears.say(pcm) - TAIL_S
    until = end + ANSWER_S
    early = False
    while time.monotonic() < until:
        if mouth.loud is not None and mouth.loud <= end:
            early, mouth.loud = True, None
            await asyncio.sleep(max(0.05, end - time.monotonic()))
        if mouth.loud is not None:
            break
        await asyncio.sleep(0.01)
    heard = (mouth.loud - end) * 1e3 if mouth.loud is not None else None
    await asyncio.sleep(0.5)
    await send(InterruptionFrame())
    await asyncio.sleep(0.7)
    calls = [said for at, said in canned.calls if at >= began]
    taken = sum(at < end for at, _ in canned.calls if at >= began)
    return {
        "clip": clip["id"], "kind": clip["kind"], "text": clip["text"], "heard": heard,
        "heard_early": early, "early": taken, "calls": len(calls), "asked": calls[-1] if calls else "",
    }  # fmt: skip


if __name__ == "__main__":
    logging.disable(logging.INFO)
    asyncio.run(talk(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2], sys.argv[3], float(sys.argv[4])))
