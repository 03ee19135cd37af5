"""The hub's `Voices`: what people upload is judged and kept, and learning from it is a durable job."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
from typing import TYPE_CHECKING, Any

import structlog

from hub import CloningEngine, HubError, OwnVoice, Sound, TrainingState, Unavailable, events, sound
from hub_voice.own.sample import ENOUGH_S, judge
from hub_voice.own.store import FILE, MIGRATIONS, Store, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Hub, Running, Selector, VoiceSample

log = structlog.get_logger(__name__)

KIND = "voice.train"
MOST_EXPORT = 24 << 20
"""Bytes of samples that are handed out with the words; each can be downloaded by itself."""


class Keeper:
    """The voices of this hub; usable from the start, it waits for its file by itself."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._database = hub.database(FILE, MIGRATIONS)
        self._store = Store(self._database)
        hub.jobs.register(KIND, self._learn, tries=3)
        self._opening = hub.spawn(self._database.open(), name="voice.db")

    async def close(self) -> None:
        """Close the file."""
        await asyncio.wait({self._opening})
        await self._database.close()

    # -- the port --------------------------------------------------------------------------------------

    async def all(self, person: str) -> Sequence[OwnVoice]:
        """Return their voices, by name."""
        return [self._with_job(one) for one in await (await self._ready()).all(person)]

    async def get(self, person: str, voice: str) -> OwnVoice:
        """Return one."""
        return self._with_job(await (await self._ready()).get(person, voice))

    async def create(self, person: str, name: str, description: str = "") -> OwnVoice:
        """Begin a voice."""
        made = await (await self._ready()).create(person, name, description)
        self._hub.bus.publish(events.VoiceCreated(voice=made.id, person=person))
        return made

    async def change(
        self, person: str, voice: str, *, name: str | None = None, description: str | None = None
    ) -> OwnVoice:
        """Call it otherwise."""
        given = {"name": name, "description": description}
        fields = {key: value for key, value in given.items() if value is not None}
        return self._with_job(await (await self._ready()).change(person, voice, fields))

    async def delete(self, person: str, voice: str) -> None:
        """Destroy a voice with its samples and what was learnt of it."""
        old = await self.get(person, voice)
        if old.job:
            await self.cancel(person, old.job)
        await (await self._ready()).delete(person, voice)
        await self._unlearn([old.spoken] if old.spoken else [])

    async def samples(self, person: str, voice: str) -> Sequence[VoiceSample]:
        """Return its samples, the oldest first."""
        return await (await self._ready()).samples(person, voice)

    async def add_sample(
        self, person: str, voice: str, data: bytes, *, name: str = "", words: str = ""
    ) -> VoiceSample:
        """Keep a sound file, once it is found good enough to learn from."""
        await self.get(person, voice)  # before anything is decoded
        return await (await self._ready()).add(person, voice, await judge(data), name, words)

    async def sound(self, person: str, voice: str, sample: str) -> Sound:
        """Return a sample as it is kept."""
        return await (await self._ready()).sound(person, voice, sample)

    async def delete_sample(self, person: str, voice: str, sample: str) -> None:
        """Destroy a sample."""
        await (await self._ready()).delete_sample(person, voice, sample)

    async def train(self, person: str, voice: str) -> TrainingState:
        """Begin to train. Raises `Unavailable` without an engine, `HubError` without enough samples."""
        one = await self.get(person, voice)
        if one.job:
            return await self.training(person, one.job)
        engine = self._engine()
        if engine.info.name == "none":
            raise Unavailable(
                "I have no cloning engine.", fix="Install a plugin that brings one; your samples stay."
            )
        if not one.quality:
            raise HubError(
                f"I have {one.seconds:.0f} seconds of that voice.",
                fix=f"Add up to {ENOUGH_S['quick']:.0f} or more.",
            )
        job = await self._hub.jobs.add(
            KIND, f"Learn the voice {one.name}", args={"voice": voice, "person": person}
        )
        return TrainingState(job.id, voice, job.state)

    async def training(self, person: str, job: str) -> TrainingState:
        """Return how a training does, or did. Raises `Unknown`."""
        found = self._hub.jobs.get(job)
        if found is None:
            past = await self._hub.jobs.past(KIND, limit=200)
            found = next((one for one in past if one.id == job), None)
        if found is None or found.kind != KIND or found.args.get("person") != person:
            raise Unknown("There is no such training of yours.", fix="Begin one from the voice's page.")
        return _told(found)

    async def cancel(self, person: str, job: str) -> TrainingState:
        """Stop a training; one that has ended stays as it is."""
        now = await self.training(person, job)
        if now.state in {"waiting", "running"}:
            await self._hub.jobs.cancel(job)
            why = {"reason": "You cancelled it.", "fix": "Begin it again when you like."}
            self._hub.bus.publish(events.TrainingFailed(job=job, voice=now.voice, person=person, **why))
        return await self.training(person, job)

    # -- people's data ---------------------------------------------------------------------------------

    async def forget(self, selector: Selector) -> int:
        """Destroy what is selected, trainings and what was learnt included."""
        for job in self._hub.jobs.list(KIND):
            if selector.everything or (selector.person and job.args.get("person") == selector.person):
                await self._hub.jobs.cancel(job.id)
        count, learnt = await (await self._ready()).forget(selector)
        await self._unlearn(learnt)
        return count

    async def export(self, person: str) -> dict[str, Any] | None:
        """Return all voices of ``person`` with their samples as WAV in base64, as far as there is room."""
        left, told = MOST_EXPORT, []
        for voice in await self.all(person):
            samples = []
            for sample in await self.samples(person, voice.id):
                about = dataclasses.asdict(sample)
                size = int(sample.seconds * 48_000)
                if size <= left:
                    left -= size
                    file = sound.pack(await self.sound(person, voice.id, sample.id))
                    about["wav"] = base64.b64encode(file).decode()
                samples.append(about)
            told.append({**dataclasses.asdict(voice), "samples": samples})
        return {"voices": told} if told else None

    # -- learning --------------------------------------------------------------------------------------

    async def _learn(self, running: Running) -> None:
        voice, person = running.args["voice"], running.args["person"]
        about = {"job": running.id, "voice": voice, "person": person}
        self._hub.bus.publish(events.TrainingStarted(**about))

        async def progress(percent: float, note: str = "") -> None:
            percent = max(0.0, min(100.0, float(percent)))
            await running.progress(percent, 100.0, note[:200])
            self._hub.bus.publish(events.TrainingProgress(**about, percent=percent, note=note[:200]))

        try:
            samples = await (await self._ready()).sounds(voice)
            spoken = await self._engine().train(voice, samples, progress)
            await self._store.change(person, voice, {"spoken": spoken})
        except HubError as error:
            self._hub.bus.publish(events.TrainingFailed(**about, reason=str(error), fix=error.fix))
            raise
        except Exception as error:
            reason = f"The cloning engine failed: {type(error).__name__}."
            self._hub.bus.publish(events.TrainingFailed(**about, reason=reason, fix="See the log."))
            raise HubError(reason, fix="See the log, and tell the engine's author.") from error
        self._hub.bus.publish(events.TrainingComplete(**about, spoken=spoken))

    async def _unlearn(self, spoken: Sequence[str]) -> None:
        for name in spoken:
            try:
                await self._engine().forget(name)
            except Exception as error:
                log.warning("voice.not_unlearnt", voice=name, reason=str(error))
                raise HubError(
                    "What was learnt of a voice is still there.", fix="Start its engine again."
                ) from error

    def _engine(self) -> CloningEngine:
        return self._hub.port(CloningEngine)  # type: ignore[type-abstract]  # a Protocol is the key

    def _with_job(self, voice: OwnVoice) -> OwnVoice:
        jobs = self._hub.jobs.list(KIND)
        job = next((one.id for one in jobs if one.args.get("voice") == voice.id), "")
        return dataclasses.replace(voice, job=job)

    async def _ready(self) -> Store:
        """Return the store once its file is open. Raises what kept it from opening."""
        await asyncio.shield(self._opening)
        return self._store


def _told(job: Any) -> TrainingState:
    done, total = job.progress.done, job.progress.total
    percent = 100.0 if job.state == "done" else round(100 * done / total, 1) if total else 0.0
    return TrainingState(
        job.id, job.args.get("voice", ""), job.state, percent, job.progress.note, job.reason, job.fix
    )
