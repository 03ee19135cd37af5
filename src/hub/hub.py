"""The one object that everything hangs from."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from hub import __version__, ports
from hub.approvals import calling, demo
from hub.approvals.gate import Gate, aftermath
from hub.approvals.judge import Judge
from hub.approvals.retention import LogRetention
from hub.auth.claim import Claims
from hub.auth.devices import Devices
from hub.auth.guesses import Guesses
from hub.auth.invites import Invites
from hub.auth.keys import Keys
from hub.auth.people import People
from hub.auth.sessions import Sessions
from hub.backup.keeper import Backups
from hub.conversation import ahead
from hub.conversation.asked import Asked
from hub.conversation.conversations import Conversations
from hub.conversation.mediation.mediator import Mediator
from hub.conversation.named import Named
from hub.conversation.personas import Personas
from hub.conversation.prompt import BASIC, FULL
from hub.conversation.recollection import Recollection
from hub.conversation.retention import Retention
from hub.conversation.spoken_turns import SpokenTurns
from hub.conversation.tools import CORE as CORE_TOOLS
from hub.conversation.tools import Tools
from hub.events import Bus
from hub.intents import Exact
from hub.intents.intent import Facts
from hub.jobs import Jobs
from hub.llm.breakers.breaker import RULES
from hub.llm.breakers.breakers import Breakers
from hub.llm.breakers.probing import distances, prober, titles
from hub.llm.breakers.recalled import Recalled
from hub.llm.canned import Canned
from hub.llm.figures.statistics import Statistics
from hub.llm.money.budget import Budget
from hub.llm.onboard import local
from hub.llm.onboard.bigger import Bigger
from hub.llm.onboard.embedded import Embedded
from hub.llm.private import known
from hub.llm.private.privacy import Privacy
from hub.llm.private.tiers import Tiers
from hub.llm.router import Router
from hub.llm.routing.replies import Replies
from hub.llm.servers.providers import Providers
from hub.llm.servers.pulling import Pulls
from hub.models import Models
from hub.plugin import changes, guarded
from hub.plugin.acting import current
from hub.plugin.dispatch import failure
from hub.plugin.flood import Flood
from hub.plugin.lifecycle import Plugins
from hub.plugin.reach import Reach
from hub.plugin.remembered import Remembered
from hub.plugin.words import Words
from hub.settings import Configuration
from hub.store.connection import CACHE_KIB
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.search import Search
from hub.store.secrets import Secrets
from hub.store.transcripts import Transcripts
from hub.supervise.children import Children
from hub.timers import Timers
from hub.timers.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from starlette.routing import BaseRoute

    from hub.approvals.approval import Approval, Outcome
    from hub.config import Settings
    from hub.llm.breakers.breaker import Rule
    from hub.models import ModelFile
    from hub.plugin.hookspecs import Call
    from hub.telemetry.lag import Lag

log = structlog.get_logger(__name__)
Port = TypeVar("Port")
WITHDRAW_S = 2.0
"""Seconds that the tasks and child processes of a stopped plugin have to end."""


def _own_file(
    folder: Path, key: bytes, name: str, migrations: Sequence[str], cache_kib: int = CACHE_KIB
) -> Database:
    return Database(folder / name, key, migrations, cache_kib=cache_kib)


class Hub:
    """What plugins and pages are given: settings, events, parts by port, talks, models and plugins."""

    version = __version__

    def __init__(self, settings: Settings, models: Sequence[ModelFile]) -> None:
        self.settings, self.started, self._ahead = settings, time.time(), False
        self.bus, self.statistics, self.spoken = Bus(), Statistics(), SpokenTurns()
        self.children = Children()
        self.lag: Lag | None = None  # how late the loop is, once it is measured
        self.routes: list[BaseRoute] = []
        self.reserved: list[BaseRoute] = []  # the core's own, which no plugin may serve
        self.tools = Tools(self.bus)
        self.models = Models(self.data / "models", models, self.bus, also=(settings.language_model,))
        master = master_key(self.data)
        self._database = partial(_own_file, self.data, master)
        self.core = Database(self.data / "core.db", master, CORE)
        self.transcripts = Transcripts(self.core, self.data / "transcripts", master)
        self.sessions = Sessions(self.core, self.bus)
        self.keys = Keys(self.core, self.sessions, self.bus)
        self.claims = Claims(self.core)
        self.people = People(self.core, self.sessions, self.bus, self._forget_talks)
        self.invites = Invites(self.core, self.bus)
        self.devices = Devices(self.core, self.sessions, self.bus, self._forget_talks)
        self.guesses = Guesses()
        self.embedded = Embedded(self.models, self.bus, self.children, model=settings.language_model)
        self.jobs = Jobs(self.core, self.bus)
        self.timers = Timers(self.jobs, self.core, self.bus)
        self.router = Router(
            [
                Spoken(self.timers), Asked(self.tools, self._whose), Exact(self._facts),
                Named(self.tools, self._whose), Bigger(), self.embedded,
            ],
            Canned(),
            self.bus,
        )  # fmt: skip
        self.budget = self._budget()
        self.tiers, self.privacy, self.replies = self._private()
        self.breakers, self.recalled = self._breakers(RULES[settings.breaker])
        self.secrets = self._secrets()
        self.backups = Backups(self.jobs, self.secrets, self.data)
        self.providers = Providers(self.router, self.secrets, self.data)
        self.providers.on_answered = self.breakers.forget
        self.providers.apply(settings.providers)
        self.pulls = Pulls(self.jobs, self.providers)
        self.configuration = Configuration(settings, self._apply)
        self.restart: Callable[[], None] | None = None
        self.search = Search(self.core, self.transcripts, self.data / "search.db", master)
        self.conversations = Conversations(
            self.core, self.transcripts, self.router, self.bus, settings.system_prompt, self.search,
            Mediator(self.router, self.tools), Recollection(self._memory, self.people.has),
        )  # fmt: skip
        self.personas = Personas(self.core, self.bus, self.conversations)
        self.retention = Retention(self.jobs, self.conversations, lambda: self.settings.forget_after_days)
        self.plugins = Plugins(self)
        self.bus.gate = Flood(self.plugins.complain).passes
        self.remembered = Remembered(self.core)
        self.plugins.on_imported = self.remembered.note
        self.reach = Reach(self.core, self.jobs, self.bus, self.plugins, self.remembered, self.data)
        self.router.guard = Words(self.plugins, self.remembered, lambda: self.settings.disabled)
        self.conversations.on_owed = self.reach.poke
        self.gate = self.tools.gate = self._gate(settings)
        self.sessions.signs_in = self._signs_in
        self.tools.later(lambda tools: demo.offer(tools, self.core))
        # Adapters by who provided them, the latest last.
        self._ports: dict[type, dict[str, Any]] = {ports.Embedder: {"": self.providers}}
        self._tasks: dict[asyncio.Task[Any], str] = {}  # with the plugin that began it; "" is the core

    def _budget(self) -> Budget:
        budget = Budget(self.core, self.bus, lambda: self.settings.budget)
        self.router.stations.budget = budget
        return budget

    def _secrets(self) -> Secrets:
        secrets = Secrets(self.core)
        secrets.on_changed = partial(known.refresh, self)
        return secrets

    def _breakers(self, rule: Rule) -> tuple[Breakers, Recalled]:
        router = self.router
        breakers = Breakers(
            self.bus, rule=rule, probe=prober(router), distance=distances(router), title=titles(router)
        )
        router.stations.breakers = breakers
        return breakers, Recalled(breakers, self.core)

    def _private(self) -> tuple[Tiers, Privacy, Replies]:
        tiers = Tiers(self.core, lambda: self.settings.privacy)
        privacy = Privacy(tiers, self._may_know)
        replies = Replies(privacy.find)
        self.router.stations.privacy, self.router.stations.cache = privacy, replies
        return tiers, privacy, replies

    def _may_know(self, name: str) -> bool:
        """Say whether a tool may be told in its arguments what was hidden from a model.

        The hub's own may, and those of an app, whose words they were; a plugin's when the owner says so.
        """
        tool = self.tools.get(name)
        return tool is None or tool.owner == CORE_TOOLS or name in self.settings.privacy_tools

    def _gate(self, settings: Settings) -> Gate:
        judge = Judge(
            lambda: self.plugins.hooks, self.plugins.get, settings.approvals.required, lambda: {"hub": self}
        )
        gate = Gate(
            self.core, self.bus, self.tools, judge, version=self._version_of,
            known=self.sessions.role,
            expire_s=settings.approvals.expire_s,
        )  # fmt: skip
        gate.tell = self._tell_answer
        return gate

    async def _tell_answer(self, approval: Approval, outcome: Outcome) -> None:
        """Tell the talk that asked what became of it."""
        await self.conversations.tell(approval.talk, approval.person, aftermath(approval, outcome))

    def _signs_in(self, plugin: str) -> bool:
        found = self.plugins.get(plugin)
        return found is not None and bool(found.logins)

    async def _whose(self, talk: str) -> str | None:
        return await self.conversations.whose(talk)

    def _version_of(self, owner: str) -> str:
        """Return the version of a tool's owner; a yes to one version is no yes to the next."""
        plugin = self.plugins.get(owner)
        return self.version if plugin is None else plugin.version

    @property
    def data(self) -> Path:
        """The folder that holds all the hub knows."""
        return self.settings.data

    def database(
        self, name: str, migrations: Sequence[str], *, cache_kib: int = CACHE_KIB
    ) -> Database:  # fmt: skip
        """Return a plugin's own encrypted file in the data folder, to be opened and closed by it.

        ``migrations``: SQL scripts, numbered by position. Name it in the manifest's ``data`` for backups.
        ``cache_kib``: what each of two readers may keep of it in RAM, for files that are read at random.
        """
        return self._database(name, migrations, cache_kib)

    def provide(self, port: type[Port], adapter: Port) -> None:
        """Make ``adapter`` the live part behind ``port``; the latest wins, until its plugin stops."""
        given, owner = self._ports.setdefault(port, {}), current.get()
        given.pop(owner, None)
        given[owner] = adapter

    def port(self, port: type[Port]) -> Port:
        """Return the live adapter of ``port``, or its Null, which says why there is none."""
        given = self._ports.get(port)
        return cast("Port", next(reversed(given.values())) if given else ports.NULLS[port]())

    def provided_by(self, port: type[Port]) -> str:
        """Return the name of the plugin whose adapter is live behind ``port``, "" for none."""
        given = self._ports.get(port)
        return next(reversed(given)) if given else ""

    async def withdraw(self, plugin: str) -> None:
        """Take back what ``plugin`` provided, and end its tasks and child processes."""
        for given in self._ports.values():
            given.pop(plugin, None)
        tasks = self._tasks_of(plugin)
        for task in tasks:
            task.cancel()
        ends = [asyncio.ensure_future(child.stop()) for child in self.children.drop(plugin)]
        if tasks or ends:  # who swallows its cancellation is left behind
            await asyncio.wait((*tasks, *ends), timeout=WITHDRAW_S)
        await self.jobs.drop(plugin)

    def instructions(self) -> tuple[str, ...]:
        """Return what language models are told before every talk: no word of a person's."""
        own = self.settings.system_prompt or FULL
        return (own, BASIC, *(persona.prompt for persona in self.personas.all()))

    def _memory(self) -> ports.Memory:
        return self.port(ports.Memory)  # type: ignore[type-abstract]  # a Protocol is the key

    def _facts(self) -> Facts:
        """Return what the hub can say of itself: its models, and the parts that are not well."""
        held = [file for file in self.models.files if self.models.state(file.name).state == "ready"]
        ill = [p for p in self.plugins if p.state == "degraded" or (p.state == "disabled" and p.fix)]
        models = tuple(file.title or file.name for file in held)
        remembers = not isinstance(self._memory(), ports.NullMemory)
        return Facts(models, tuple(f"{p.title}: {p.reason}" for p in ill), remembers=remembers)

    def recheck(self, plugin: str) -> None:
        """Ask a plugin for its health at once."""
        self.plugins.recheck(plugin)

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run ``work`` in the background until the hub stops; a crash is logged, never silent."""
        owner = current.get()
        task = asyncio.create_task(guarded.task(work) if owner else work, name=name)
        self._tasks[task] = owner
        task.add_done_callback(self._ended)
        return task

    def calling(self) -> Call | None:
        """Return the call whose tool runs now, so that it knows for whom; None elsewhere."""
        return calling.current.get()

    def ahead(self) -> None:
        """Load what the first answer needs, once, now that somebody is there who may ask."""
        if not self._ahead:
            self._ahead = True
            self.spawn(ahead.load(), name="first answer")

    async def _forget_talks(self, person: str) -> None:
        await self.conversations.leave(person)
        await self.budget.forget(person)
        self.reach.poke()

    async def open(self) -> None:
        """Open the stores: all that the first page needs, and nothing more."""
        await self.core.open()
        await self.transcripts.open()
        await self.sessions.open()
        await self.keys.open()
        await self.jobs.open()
        await self.remembered.open()
        await self.gate.open()
        await self.tiers.open()
        await self.personas.open()
        await known.refresh(self)
        await self.budget.open()
        await self.recalled.open()
        self.plugins.discover()

    async def start(self) -> None:
        """Start the language model and the plugins, and fetch missing models, all at once."""
        self.jobs.start()
        self.spawn(self.embedded.start(), name="embedded")
        self.spawn(self.conversations.resume(), name="talks")
        self.search.start()
        self.spawn(self.gate.keep(), name="approvals")
        self.spawn(known.follow(self), name="privacy")
        self.spawn(self.retention.plan(), name="retention")
        calls = LogRetention(self.jobs, self.core, lambda: self.settings.tool_logs_days)
        self.spawn(calls.plan(), name="retention of calls")
        self.spawn(self.reach.follow(), name="reach")
        self.spawn(self.reach.plan(), name="forget in plugins")
        self.spawn(self.backups.plan(self.settings), name="backups")
        self.spawn(self.models.keep(), name="models")
        self.spawn(self.statistics.follow(self.bus), name="statistics")
        self.spawn(self.spoken.follow(self.bus), name="spoken turns")
        self.spawn(self.recalled.follow(), name="breakers")
        await self.plugins.start()
        self.spawn(changes.follow(self), name="changes of plugins")
        self.spawn(known.warm(self), name="detectors")

    async def stop(self) -> None:
        """Stop everything, newest first; safe after a start that failed half-way."""
        await self.gate.close()
        await self.conversations.close()
        await self.router.close()
        await self.plugins.stop()
        await self.jobs.stop()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        await self.breakers.close()
        await self.recalled.write()
        await self.embedded.stop()
        await self.providers.close()
        await self.budget.close()
        await self.search.close()
        await self.transcripts.close()
        await self.core.close()

    def _apply(self, settings: Settings) -> None:
        """Let new settings take effect, as far as that needs no restart."""
        before, self.settings = self.settings, settings
        self.replies.forget()
        self.conversations.instruct(settings.system_prompt)
        if settings.language_model != self.embedded.model:
            self.spawn(local.follow(self, settings.language_model), name="language model")
        self.providers.apply(settings.providers)
        self.breakers.follow(RULES[settings.breaker])
        for name in before.providers.keys() | settings.providers.keys():
            if before.providers.get(name) != settings.providers.get(name):
                self.breakers.forget(name)
        self.spawn(self.providers.settle(), name="providers")
        self.spawn(known.warm(self), name="detectors")
        self.plugins.follow()

    def _tasks_of(self, plugin: str) -> set[asyncio.Task[Any]]:
        """Return what ``plugin`` spawned, and what else runs a coroutine from its files."""
        owners = self.plugins.entrance.owners()
        tasks = {task for task, owner in self._tasks.items() if owner == plugin}
        for task in asyncio.all_tasks():
            code = getattr(task.get_coro(), "cr_code", None)
            if code is not None and owners.owner(code.co_filename) == plugin:
                tasks.add(task)
        return tasks - {asyncio.current_task()}

    def _ended(self, task: asyncio.Task[Any]) -> None:
        owner = self._tasks.pop(task, "")
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed", work=task.get_name(), exc_info=error)
            if owner:
                self.plugins.complain(owner, task.get_name(), failure(error))
