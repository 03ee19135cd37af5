"""Hold what keeps voices, and what learns them, to the contracts of `hub.ports.voices`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.ports import EngineInfo, OwnVoice, Sound, VoiceSample
from hub.ports.voices import CloningEngine, Voices
from hub.testing.contracts import PATIENCE_S, Faults, made

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from hub.testing.contracts import Make

OWNER, OTHER = "contract-owner", "contract-other"


async def check_voices(make: Make, recording: bytes) -> None:
    """Fail with all that a `Voices` does against its contract; ``recording``: a file good enough to keep."""
    voices = await made(make)
    faults = Faults(type(voices).__name__)
    if not faults.add(isinstance(voices, Voices), "It lacks a method of the port."):
        faults.tell()
    await faults.box("A voice", _lives(faults, voices, recording), PATIENCE_S)
    await faults.box("Another's voice", _is_private(faults, voices, recording), PATIENCE_S)
    await faults.box("What is not right", _refuses(faults, voices), PATIENCE_S)
    faults.tell()


async def _lives(faults: Faults, voices: Voices, recording: bytes) -> None:
    one = await voices.create(OWNER, "Contract", "For a test.")
    faults.add(isinstance(one, OwnVoice) and one.person == OWNER, "create: it returns the voice.")
    faults.add(one in await voices.all(OWNER), "all: what was created is among them.")
    renamed = await voices.change(OWNER, one.id, name="Renamed")
    kept = (renamed.name, renamed.description) == ("Renamed", "For a test.")
    faults.add(kept, "change: what is not given stays.")
    sample = await voices.add_sample(OWNER, one.id, recording, name="a.wav", words="Hello.")
    faults.add(isinstance(sample, VoiceSample) and sample.seconds > 0, "add_sample: it returns the sample.")
    faults.add((await voices.get(OWNER, one.id)).samples == 1, "get: it counts the samples.")
    sound = await voices.sound(OWNER, one.id, sample.id)
    same = isinstance(sound, Sound) and abs(sound.seconds - sample.seconds) < 0.1
    faults.add(same, "sound: it returns the sample as it was.")
    await voices.delete_sample(OWNER, one.id, sample.id)
    faults.add(not await voices.samples(OWNER, one.id), "delete_sample: it is gone.")
    await voices.delete(OWNER, one.id)
    faults.add(not await voices.all(OWNER), "delete: it is gone.")


async def _is_private(faults: Faults, voices: Voices, recording: bytes) -> None:
    one = await voices.create(OWNER, "Private")
    sample = await voices.add_sample(OWNER, one.id, recording)
    faults.add(not await voices.all(OTHER), "all: nobody sees another's voices.")
    tries: dict[str, Awaitable[Any]] = {
        "get": voices.get(OTHER, one.id), "change": voices.change(OTHER, one.id, name="x"),
        "samples": voices.samples(OTHER, one.id), "sound": voices.sound(OTHER, one.id, sample.id),
        "delete_sample": voices.delete_sample(OTHER, one.id, sample.id),
        "add_sample": voices.add_sample(OTHER, one.id, recording), "train": voices.train(OTHER, one.id),
        "delete": voices.delete(OTHER, one.id),
    }  # fmt: skip
    for name, work in tries.items():
        await _must_refuse(faults, f"{name}: it is another's", work)
    faults.add((await voices.get(OWNER, one.id)).samples == 1, "Another's attempts change nothing.")
    await voices.delete(OWNER, one.id)


async def _refuses(faults: Faults, voices: Voices) -> None:
    one = await voices.create(OWNER, "Odd")
    await _must_refuse(faults, "create: an empty name", voices.create(OWNER, " "))
    await _must_refuse(faults, "create: a name that is taken", voices.create(OWNER, "Odd"))
    await _must_refuse(faults, "get: no such voice", voices.get(OWNER, "nothing"))
    await _must_refuse(faults, "add_sample: no sound", voices.add_sample(OWNER, one.id, b"nothing"))
    await _must_refuse(faults, "train: without samples", voices.train(OWNER, one.id))
    await _must_refuse(faults, "training: no such job", voices.training(OWNER, "nothing"))
    await voices.delete(OWNER, one.id)


async def check_cloning_engine(
    make: Make, samples: Sequence[Sound], *, learns: bool = True, patience_s: float = 600.0
) -> None:
    """Fail with all that a `CloningEngine` does against its contract. ``learns=False``: it cannot now."""
    engine = await made(make)
    faults = Faults(type(engine).__name__)
    if not faults.add(isinstance(engine, CloningEngine), "It lacks one of info, train and forget."):
        faults.tell()
    info = engine.info
    faults.add(isinstance(info, EngineInfo) and info.name and info.title, "info: it says what it is.")
    if not learns:
        await faults.box(
            "train", _must_refuse(faults, "train", engine.train("v", samples, _ignored)), patience_s
        )
    else:
        await faults.box("A training", _learns(faults, engine, samples), patience_s)
        await faults.box("A training cancelled", _stops(faults, engine, samples), patience_s)
    faults.tell()


async def _learns(faults: Faults, engine: CloningEngine, samples: Sequence[Sound]) -> None:
    told: list[float] = []

    async def progress(percent: float, note: str = "") -> None:
        told.append(percent)
        faults.add(isinstance(note, str), "train: what is done now is told in words.")

    spoken = await engine.train("contract", samples, progress)
    faults.add(isinstance(spoken, str) and spoken, "train: it returns the name that speaks.")
    faults.add(told == sorted(told) and all(0 <= one <= 100 for one in told), "train: percent only grow.")
    await engine.forget(spoken)
    await engine.forget(spoken)  # it may be asked twice
    await _must_refuse(faults, "train: without samples", engine.train("contract", (), progress))


async def _stops(faults: Faults, engine: CloningEngine, samples: Sequence[Sound]) -> None:
    task = asyncio.ensure_future(engine.train("contract-2", samples, _ignored))
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=10)
    faults.add(done, "train: being cancelled ends it.")


async def _ignored(_percent: float, _note: str = "") -> None:
    return


async def _must_refuse(faults: Faults, what: str, work: Awaitable[Any]) -> None:
    try:
        await work
    except HubError as error:
        faults.add(str(error) and error.fix, f"{what}: a refusal says why, and what to do.")
        return
    faults.add(False, f"{what}: it must be refused by a HubError.")
