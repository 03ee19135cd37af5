"""Find out which plugin took the process down, and keep it out when it did so twice.

What counts as evidence:

- A stack in ``crash.log`` that runs through a plugin's files names it, whenever that was.
- Else the markers: each plugin has one from before its import until it is up or has failed. A process
  that ended *itself* (a fault, an exit that the guardian was not told of, no memory left) with one marker
  names that plugin; with several, those are suspects and start one by one in the next life. A fault, or a
  loop that stood still, in code of the hub's own speaks against no plugin.
- SIGKILL, a loss of power or an unknown end come from outside and prove nothing: such a plugin is never
  kept out. From the third time in a row on its start is put off a little, so that the hub serves first.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from hub.plugin import origin
from hub.plugin.blackbox import BlackBox, Dump, this_thread
from hub.store.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from hub.guardian import Rebirth

log = structlog.get_logger(__name__)
T = TypeVar("T")

BOOK = "crashes.json"
MARK = ".starting"
ENOUGH = 2
"""So many deaths by one plugin's doing keep it out."""

WITHIN_S = 7 * 86_400.0
"""Deaths that lie further apart than that are not counted together."""

PATIENT = 2
PUT_OFF_S = (5.0, 10.0, 15.0)
"""After more than `PATIENT` ends from outside in a row, how long its start is put off; the last stays."""

OUTSIDE = frozenset({"", "killed by SIGKILL", "killed by SIGTERM", "killed by SIGINT", "killed by SIGHUP"})
"""How a process ends at another's hand; "" is a loss of power, or a guardian that went along."""


@dataclass(frozen=True, slots=True)
class Death:
    """A plugin took the process down: when (Unix seconds), how, and where if that is known."""

    plugin: str
    at: float
    how: str
    where: str = ""
    identity: str = ""
    """What the plugin was then, see `hub.plugin.origin.identity`."""

    def said(self) -> str:
        """Return it in a few words: ``os._exit(3) in hub_x/__init__.py, line 4``."""
        return f"{self.how} in {self.where}" if self.where else self.how


@dataclass(frozen=True, slots=True)
class Held:
    """Why a plugin is kept out, and what a person can do."""

    reason: str
    fix: str


@dataclass(slots=True)
class Book:
    """What is remembered over a death. ``suspects``: how the process ended while they were starting."""

    deaths: list[Death] = field(default_factory=list)
    suspects: dict[str, str] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    """How often in a row somebody else ended the process while only this plugin was starting."""

    def forget_start(self, name: str) -> bool:
        """Forget what speaks against the plugin's start; False when there was nothing."""
        known = name in self.suspects or name in self.ended
        self.suspects.pop(name, None)
        self.ended.pop(name, None)
        return known

    def forget(self, name: str) -> bool:
        """Forget all that speaks against the plugin; False when there was nothing."""
        deaths = [death for death in self.deaths if death.plugin != name]
        fewer = len(deaths) < len(self.deaths)
        self.deaths = deaths
        return self.forget_start(name) or fewer


class Crashes:
    """The markers and the book in ``folder``; one for each hub."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._book = Book()
        self._box: BlackBox | None = None
        self._ended = ""
        self._entries: Mapping[str, EntryPoint] = {}
        self._turn = asyncio.Lock()  # of the suspects
        self._lock = threading.Lock()  # of the book
        self._threads: ThreadPoolExecutor | None = None
        self._unsynced = False

    def watch(self, rebirth: Rebirth) -> BlackBox:
        """Say that this process is the hub's own and how the one before ended; before `open`."""
        self._ended = rebirth.reason
        self._box = BlackBox(self._folder)
        return self._box

    async def open(self, entries: Mapping[str, EntryPoint]) -> list[Death]:
        """Find out what the last life died of; return whom it was, if it was a plugin of ``entries``.

        A folder that cannot be read or written costs the memory of crashes and nothing else.
        """
        self._entries = entries
        thread = this_thread()
        try:
            return await self._away(lambda: self._open(thread))
        except OSError as error:
            log.warning("crashes cannot be remembered", reason=str(error))
            return []

    @asynccontextmanager
    async def starting(self, name: str) -> AsyncIterator[None]:
        """Mark the plugin while it is imported and started inside; a suspect waits until it is alone."""
        if name not in self._book.suspects:
            async with self._marked(name):
                yield
            return
        async with self._turn, self._marked(name):
            yield

    @asynccontextmanager
    async def _marked(self, name: str) -> AsyncIterator[None]:
        await self._quietly(lambda: self._mark(name))
        try:
            yield
        finally:
            await asyncio.shield(self._quietly(lambda: self._clear(name)))

    def times(self, name: str) -> int:
        """Return how often the plugin took the process down lately."""
        return sum(death.plugin == name for death in self._book.deaths)

    def held(self, name: str) -> Held | None:
        """Return why the plugin is kept out; None when it may start."""
        times = self.times(name)
        if times < ENOUGH:
            return None
        last = next(death for death in reversed(self._book.deaths) if death.plugin == name)
        return Held(
            f"It took me down {'twice' if times == ENOUGH else f'{times} times'}: {last.said()}.",
            "Update it, or enable it again on the plugins page.",
        )

    def put_off(self, name: str) -> float:
        """Return for how many seconds its start is to wait, because I was ended again and again in it."""
        over = self._book.ended.get(name, 0) - PATIENT
        return PUT_OFF_S[min(over, len(PUT_OFF_S)) - 1] if over > 0 else 0.0

    async def pardon(self, name: str) -> None:
        """Forget all that speaks against the plugin, so that it may start again."""
        await self._quietly(lambda: self._pardon(name))

    async def close(self) -> None:
        """Say that this process ends well: nobody is to blame."""
        await self._quietly(self._sweep)
        if self._box:
            self._box.close()
        if self._threads:
            self._threads.shutdown(wait=False)
            self._threads = None

    def _open(self, thread: int) -> list[Death]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._book = read(self._folder)
        marks = self._sweep()
        dump = BlackBox(self._folder).read()
        found: list[Death] = []
        if marks or dump:
            found = self._judge(marks, dump)
        self._outdate()
        if found or marks:
            write(self._folder, self._book)
        if self._box:
            self._box.open(thread)
        return found

    def _judge(self, marks: set[str], dump: Dump | None) -> list[Death]:
        """Enter into the book what follows from the evidence, and return who is guilty."""
        how = dump.how if dump else self._ended
        if dump:
            if blame := origin.Owners.of(self._entries).blame(dump.frames):
                return self._convict(blame[0], how, f"{blame[1]}, line {blame[2]}")
            if dump.cores_own:
                return []
        before = self._book.suspects
        alone = marks & set(before) or marks
        alone = {name for name in alone if self.times(name)} or alone  # who did it before is the likeliest
        # An exit code without more is a hub that failed and said so: no plugin's doing.
        outside = dump is None and (self._ended in OUTSIDE or self._ended.startswith("exit code"))
        if len(alone) > 1:
            self._book.suspects = {
                name: before.get(name, "") if outside else how for name in sorted(before.keys() | alone)
            }
            return []
        for name in alone:
            if not outside:
                return self._convict(name, how, "")
            self._book.ended[name] = self._book.ended.get(name, 0) + 1
        return []

    def _convict(self, name: str, how: str, where: str) -> list[Death]:
        entry = self._entries.get(name)
        now = origin.identity(entry) if entry else ""
        if before := self._book.suspects.get(name):
            self._book.deaths.append(Death(name, time.time(), before, identity=now))
        death = Death(name, time.time(), how, where, now)
        self._book.deaths.append(death)
        self._book.suspects = {}
        return [death]

    def _outdate(self) -> None:
        """Forget what is long past, and what another version of a plugin did."""
        now, kept = time.time(), []
        for death in self._book.deaths:
            entry = self._entries.get(death.plugin)
            same = entry is None or origin.identity(entry) == death.identity
            if same and now - death.at < WITHIN_S:
                kept.append(death)
        self._book.deaths = kept

    def _mark(self, name: str) -> None:
        (self._folder / f"{name}{MARK}").touch()
        if not self._unsynced:
            self._unsynced = True
            assert self._threads is not None  # noqa: S101  we run on one of them
            self._threads.submit(self._sync)

    def _sync(self) -> None:
        """Make the markers survive a loss of power: once for all that are made at about the same time."""
        self._unsynced = False
        with suppress(OSError):
            sync_folder(self._folder)

    def _clear(self, name: str) -> None:
        (self._folder / f"{name}{MARK}").unlink(missing_ok=True)
        with self._lock:
            if self._book.forget_start(name):
                write(self._folder, self._book)

    def _pardon(self, name: str) -> None:
        with self._lock:
            pardon(self._folder, name)
            self._book = read(self._folder)
            self._outdate()

    def _sweep(self) -> set[str]:
        """Remove all markers and return whose they were."""
        found = set()
        for path in self._folder.glob(f"*{MARK}"):
            found.add(path.name.removesuffix(MARK))
            path.unlink(missing_ok=True)
        return found

    async def _quietly(self, work: Callable[[], Any]) -> None:
        """Do ``work`` away from the loop; a disk that refuses must stop no plugin."""
        try:
            await self._away(work)
        except OSError as error:
            log.warning("crashes cannot be remembered", reason=str(error))

    async def _away(self, work: Callable[[], T]) -> T:
        # Threads of our own: those of asyncio are for all, and a plugin may hold them all up.
        if self._threads is None:
            self._threads = ThreadPoolExecutor(2, thread_name_prefix="crash")
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def read(folder: Path) -> Book:
    """Return the book of ``folder``; an empty one when there is none, or none that can be read."""
    try:
        told = json.loads((folder / BOOK).read_text(encoding="utf-8"))
        return Book(
            deaths=[Death(**death) for death in told["deaths"]],
            suspects={str(name): str(how) for name, how in told["suspects"].items()},
            ended={str(name): int(times) for name, times in told["ended"].items()},
        )
    except FileNotFoundError:
        return Book()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("the book of crashes cannot be read", reason=str(error))
        return Book()


def write(folder: Path, book: Book) -> None:
    """Keep ``book``; a crash leaves the one before or this one. Blocks."""
    path, draft = folder / BOOK, folder / f".{BOOK}.{os.getpid()}.{threading.get_ident()}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(book), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(folder)


def pardon(folder: Path, name: str) -> bool:
    """Strike the plugin out of the book of ``folder``; False when it was not in it. Blocks."""
    book = read(folder)
    known = book.forget(name)
    if known:
        write(folder, book)
    return known
