"""Voices of one's own: the ports of what keeps them and of what makes them speak.

A voice is a name with samples of somebody speaking; once a cloning engine was trained with them, it can be
chosen wherever a voice is asked for. Samples are as private as a diary: they belong to one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hub.errors import Unavailable
from hub.ports.engines import EngineInfo

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.ports.engines import Sound

Quality = Literal["", "quick", "standard", "professional"]
"""What its samples suffice for: 10 s, 1 minute, 10 minutes; "" for less (seed 004)."""

Training = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """A voice of ``person``. ``seconds`` and ``samples``: how much of it there is.

    ``spoken``: the name by which `TextToSpeech` knows it, "" until it was trained; ``job``: the training
    that waits or runs, if any. Times are Unix seconds.
    """

    id: str
    person: str
    name: str
    description: str
    created: float
    updated: float
    samples: int = 0
    seconds: float = 0.0
    quality: Quality = ""
    spoken: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class VoiceSample:
    """Somebody speaking for ``seconds``; ``rate``: Hz as it was recorded; ``words``: what is said."""

    id: str
    voice: str
    name: str
    seconds: float
    rate: int
    uploaded: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class TrainingState:
    """How a training does: ``percent`` of 100, ``note`` what it does now, ``reason`` and ``fix`` why not."""

    job: str
    voice: str
    state: Training
    percent: float = 0.0
    note: str = ""
    reason: str = ""
    fix: str = ""


@runtime_checkable
class Voices(Protocol):
    """Keeps the voices of people. ``person`` is always whose they are: nobody sees another's.

    All raise `HubError` for what is not there or not right, and `Unavailable` when nothing keeps voices.
    """

    async def all(self, person: str) -> Sequence[OwnVoice]:
        """Return their voices, by name."""
        ...

    async def get(self, person: str, voice: str) -> OwnVoice:
        """Return one."""
        ...

    async def create(self, person: str, name: str, description: str = "") -> OwnVoice:
        """Begin a voice."""
        ...

    async def change(
        self, person: str, voice: str, *, name: str | None = None, description: str | None = None
    ) -> OwnVoice:
        """Call it otherwise."""
        ...

    async def delete(self, person: str, voice: str) -> None:
        """Destroy a voice with its samples; a training of it is cancelled."""
        ...

    async def samples(self, person: str, voice: str) -> Sequence[VoiceSample]:
        """Return its samples, the oldest first."""
        ...

    async def add_sample(
        self, person: str, voice: str, data: bytes, *, name: str = "", words: str = ""
    ) -> VoiceSample:
        """Keep a sound file, once it is found good enough to learn from."""
        ...

    async def sound(self, person: str, voice: str, sample: str) -> Sound:
        """Return a sample as it is kept."""
        ...

    async def delete_sample(self, person: str, voice: str, sample: str) -> None:
        """Destroy a sample."""
        ...

    async def train(self, person: str, voice: str) -> TrainingState:
        """Begin to train; durable. Raises `Unavailable` where there is no cloning engine."""
        ...

    async def training(self, person: str, job: str) -> TrainingState:
        """Return how a training does, or did."""
        ...

    async def cancel(self, person: str, job: str) -> TrainingState:
        """Stop a training."""
        ...


@runtime_checkable
class CloningEngine(Protocol):
    """Learns a voice from samples. A plugin that has one provides it as this port.

    Its voices are then among those of its `TextToSpeech`.
    """

    @property
    def info(self) -> EngineInfo:
        """Say what it is."""
        ...

    async def train(
        self, voice: str, samples: Sequence[Sound], progress: Callable[[float, str], Awaitable[None]]
    ) -> str:
        """Learn ``voice`` (its id) and return the name that `TextToSpeech.speak` takes for it.

        ``progress`` takes percent and what is done now. It is cancelled by asyncio's means, may be begun anew
        after a restart, and raises `HubError` for samples that it cannot learn from.
        """
        ...

    async def forget(self, spoken: str) -> None:
        """Destroy what was learnt of a voice, by the name that `train` returned."""
        ...


class NullVoices:
    """Keeps nothing, and says so to whoever asks."""

    def __init__(
        self, reason: str = "No voice plugin is running.", fix: str = "Enable the voice plugin."
    ) -> None:
        self.reason, self.fix = reason, fix

    async def all(self, person: str) -> Sequence[OwnVoice]:  # noqa: ARG002  the port's
        """Return none."""
        return ()

    async def get(self, person: str, voice: str) -> OwnVoice:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def create(self, person: str, name: str, description: str = "") -> OwnVoice:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def change(
        self,
        person: str,  # noqa: ARG002  the port's
        voice: str,  # noqa: ARG002  the port's
        *,
        name: str | None = None,  # noqa: ARG002  the port's
        description: str | None = None,  # noqa: ARG002  the port's
    ) -> OwnVoice:
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def delete(self, person: str, voice: str) -> None:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def samples(self, person: str, voice: str) -> Sequence[VoiceSample]:  # noqa: ARG002  the port's
        """Return none."""
        return ()

    async def add_sample(
        self,
        person: str,  # noqa: ARG002  the port's
        voice: str,  # noqa: ARG002  the port's
        data: bytes,  # noqa: ARG002  the port's
        *,
        name: str = "",  # noqa: ARG002  the port's
        words: str = "",  # noqa: ARG002  the port's
    ) -> VoiceSample:
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def sound(self, person: str, voice: str, sample: str) -> Sound:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def delete_sample(self, person: str, voice: str, sample: str) -> None:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def train(self, person: str, voice: str) -> TrainingState:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def training(self, person: str, job: str) -> TrainingState:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    async def cancel(self, person: str, job: str) -> TrainingState:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._refusal()

    def _refusal(self) -> Unavailable:
        return Unavailable(self.reason, fix=self.fix)


class NullCloningEngine:
    """Learns nothing, and says what would."""

    info = EngineInfo("none", "Nothing", ())
    reason, fix = "I have no cloning engine.", "Install a plugin that brings one; your samples stay."

    async def train(
        self,
        voice: str,  # noqa: ARG002  the port's
        samples: Sequence[Sound],  # noqa: ARG002  the port's
        progress: Callable[[float, str], Awaitable[None]],  # noqa: ARG002  the port's
    ) -> str:
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)

    async def forget(self, spoken: str) -> None:  # noqa: ARG002  the port's
        """Nothing was learnt."""
        return
