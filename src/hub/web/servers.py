"""List who answers, in the order of asking, and take what the owner does with the language servers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub.errors import HubError
from hub.llm.figures.overview import standings
from hub.llm.servers import setup
from hub.llm.servers.presets import PRESETS
from hub.llm.servers.providers import in_order
from hub.network import distance
from hub.store.secrets import checked
from hub.web.lanes import word_of

if TYPE_CHECKING:
    from hub.config import ProviderSettings, Settings
    from hub.hub import Hub
    from hub.jobs import Job
    from hub.llm.figures.overview import Standing
    from hub.llm.servers.providers import Key, Trial

PLACES = {
    "machine": "On this machine; your words stay here.",
    "house": "In your house; your words stay in it.",
    "world": "Your words go to {host}.",
}
_FIELDS = ("title", "base_url", "model", "embeds")


@dataclass(frozen=True, slots=True)
class Row:
    """One who answers, as the page shows it. ``mine``: set up here, so that it can be changed."""

    name: str
    title: str
    about: str
    word: str
    tone: str
    reason: str = ""
    fix: str = ""
    mine: ProviderSettings | None = None
    key: Key | None = None
    since: str = ""
    trial: Trial | None = None
    fixed: str = ""
    first: bool = False
    last: bool = False
    costs: str = ""
    newer: str = ""
    """The model to ask for in place of one that is gone."""
    fetches: bool = False
    """It can be told to fetch models; ``fetched``: how far those are that it does."""
    fetched: tuple[str, ...] = ()


async def rows(hub: Hub, settings: Settings) -> list[Row]:
    """Return all who answer: those set up here in order, then those of plugins and of the hub itself."""
    status = {one["name"]: one for one in await hub.router.status()}
    stands = {one.name: one for one in standings(hub, status.values())}
    listed = in_order(settings.providers)
    mine = [
        await _mine(hub, name, one, stands.get(name), (number == 0, number == len(listed) - 1))
        for number, (name, one) in enumerate(listed)
    ]
    rest = [one for one in status.values() if one["name"] not in settings.providers]
    given = [_given(stands[one["name"]]) for one in rest if one["name"] in stands]
    canned = Row("canned", "A fixed line", "When nobody else can: it says why.", "ready", "well")
    return [*mine, *given, canned]


async def _mine(
    hub: Hub, name: str, one: ProviderSettings, stands: Standing | None, ends: tuple[bool, bool]
) -> Row:
    host = urlsplit(one.address).hostname or ""
    key = await hub.providers.key(name, one)
    place = PLACES[distance(host)].format(host=host)
    since = time.strftime("%d %B %Y", time.localtime(key.since)).lstrip("0") if key.since else ""
    word, tone = word_of(stands) if stands else ("off", "")
    return Row(
        name,
        one.called,
        f"{one.asked_for or 'No model chosen'}. {place}",
        word,
        tone,
        stands.why if stands else "",
        stands.fix if stands else "",
        mine=one,
        key=key,
        since=since,
        trial=hub.providers.trials.get(name),
        fixed=hub.configuration.overridden(("providers", name)),
        first=ends[0],
        last=ends[1],
        costs=_costs(hub, name),
        newer=_newer(hub, name),
        fetches=one.kind == "ollama",
        fetched=tuple(_far(job) for job in hub.pulls.running(name)),
    )


def _newer(hub: Hub, name: str) -> str:
    try:
        return hub.providers.get(name).newer
    except HubError:  # as below
        return ""


def _costs(hub: Hub, name: str) -> str:
    """Say what its model costs, and whether anybody knows."""
    try:
        known = hub.providers.get(name).known
    except HubError:  # written by hand, and not read yet
        return ""
    if known.price is None:
        return ""
    figures = f"${known.price.prompt:.2f} read, ${known.price.completion:.2f} written, a million tokens"
    return f"{figures}." if known.sure else f"Its price is not known; I count {figures}."


def _far(job: Job) -> str:
    """Say how far a model is fetched."""
    done, total = job.progress.done, job.progress.total
    share = f"{done / total:.0%} of {total / 1e9:.1f} GB" if total else "just begun"
    return f"Fetching {job.args['model']}: {share}."


def _given(one: Standing) -> Row:
    about = "On this machine, always after the others." if one.name == "embedded" else "Brought by a plugin."
    return Row(one.name, one.title, about, *word_of(one), one.why, one.fix)


async def act(  # noqa: C901  a table
    hub: Hub, verb: str, name: str, form: dict[str, str]
) -> str:
    """Do what a form asks with a server, and return the sentence that says what was done.

    Raises `HubError`; `config.Invalid` with what is wrong by field.
    """
    told = {field: form[field] for field in _FIELDS if field in form}
    match verb:
        case "add":
            done = await _add(hub, name, told, form.get("key", ""))
        case "save":
            forgot = await setup.change(hub, name, told)
            done = "Saved. Its key was for another host: I forgot it." if forgot else "Saved."
        case "on" | "off":
            await setup.switch(hub, name, on=verb == "on")
            done = f"{await _title(hub, name)} is {'asked from now on' if verb == 'on' else 'off'}."
        case "up" | "down":
            await setup.move(hub, name, -1 if verb == "up" else 1)
            done = "The order is changed."
        case "key":
            done = said(await setup.give_key(hub, name, form.get("key", "")))
        case "newer":
            if model := hub.providers.get(name).newer:
                await setup.change(hub, name, {"model": model})
            done = said(await hub.providers.test(name))
        case "pull":
            job = await hub.pulls.begin(name, form.get("fetch", ""))
            done = f"I let it fetch {job.args['model']}. That takes a while."
        case "forget":
            await setup.forget_key(hub, name)
            done = "The key is forgotten."
        case "remove":
            title = await _title(hub, name)
            await setup.remove(hub, name)
            done = f"{title} is removed, and its key forgotten."
        case _:
            await setup.find(hub, name)
            done = said(await hub.providers.test(name))
    return done


def said(trial: Trial) -> str:
    """Return what a test found, in words and milliseconds."""
    return f"{trial.words} {trial.fix}".strip() if not trial.ok else f"{trial.words} {trial.ms:,.0f} ms."


async def _add(hub: Hub, kind: str, told: dict[str, str], key: str) -> str:
    if key:
        checked(key)  # before anything is written
    preset = next((one for one in PRESETS.values() if one.kind == kind), PRESETS["openai"])
    name = await setup.add(hub, preset.kind, told)
    if key:
        return f"{await _title(hub, name)} is added, still off. {said(await setup.give_key(hub, name, key))}"
    return f"{await _title(hub, name)} is added, still off. Test it, then switch it on."


async def _title(hub: Hub, name: str) -> str:
    return (await setup.find(hub, name)).called
