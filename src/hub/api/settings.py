"""The JSON API of the settings: their schema and values, changes, and language servers with their keys."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr

from hub.auth.roles import allows
from hub.config import Invalid, ProviderSettings, Settings
from hub.llm.servers import setup
from hub.llm.servers.providers import in_order
from hub.schema import check, is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.auth.sessions import Person
    from hub.hub import Hub
    from hub.settings import Key

_TABLES = {"providers": 2, "plugins": 2, "approvals": 1, "budget": 1}


class NewKey(BaseModel):
    """A key of another service: taken, never given back."""

    key: SecretStr


class Wanted(BaseModel):
    """A model that is to be fetched, by its name there."""

    model: Annotated[str, Field(min_length=1, max_length=200, examples=["llama3.2:3b"])]


def owner(request: Request) -> Any:
    """Return the owner. Refuses strangers with 401 and everybody else with 403."""
    person = request.scope.get("state", {}).get("person")
    if person is None:
        raise HTTPException(401, "Open the link on the hub's console, or run `hub claim`.")
    if not allows(person, "change settings"):
        raise HTTPException(403, "Only the owner of this hub may change its settings.")
    return person


Owner = Annotated[Any, Depends(owner)]


def routes(hub: Hub) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api/settings")

    @router.get("")
    async def settings(_: Owner) -> dict[str, Any]:
        """Return the schema of all settings, their values, what overrides them and what waits."""
        return await _told(hub, await hub.configuration.read())

    @router.patch("", response_model=None)
    async def change(changes: dict[str, Any], by: Owner) -> dict[str, Any] | JSONResponse:
        """Change settings by a merge patch (RFC 7396): null goes back to the default."""
        try:
            known = await _change(hub, dict(_flat(changes)), by)
        except Invalid as error:
            told = {"error": str(error), "fix": error.fix, "fields": error.fields}
            return JSONResponse(told, status_code=422)
        return await _told(hub, known)

    @router.post("/providers/{name}/test")
    async def test(name: str, _: Owner) -> dict[str, Any]:
        """Ask a language server now and say what came of it."""
        await hub.configuration.read()
        return dataclasses.asdict(await hub.providers.test(name))

    @router.put("/providers/{name}/key")
    async def give_key(name: str, body: NewKey, _: Owner) -> dict[str, Any]:
        """Keep the key of a language server, and test it at once."""
        return dataclasses.asdict(await setup.give_key(hub, name, body.key.get_secret_value()))

    @router.delete("/providers/{name}/key")
    async def forget_key(name: str, _: Owner) -> dict[str, bool]:
        """Destroy the key of a language server."""
        await setup.forget_key(hub, name)
        return {"forgotten": True}

    _models(router, hub)
    return router


def _models(router: APIRouter, hub: Hub) -> None:
    """Add the routes of what a server holds and fetches."""

    @router.get("/providers/{name}/models")
    async def models(name: str, _: Owner) -> dict[str, Any]:
        """Return the models that a language server has, and how far it is with those that it fetches."""
        return {"models": await hub.providers.get(name).models(), "fetching": _fetching(hub, name)}

    @router.post("/providers/{name}/models", status_code=202)
    async def fetch(name: str, body: Wanted, _: Owner) -> dict[str, Any]:
        """Let an Ollama fetch a model: a job, which goes on after a restart."""
        await hub.pulls.begin(name, body.model)
        return {"fetching": _fetching(hub, name)}

    @router.delete("/providers/{name}/models/{model:path}")
    async def stop(name: str, model: str, _: Owner) -> dict[str, Any]:
        """Stop fetching a model."""
        for job in hub.pulls.running(name):
            if job.args["model"] == model:
                await hub.jobs.cancel(job.id)
        return {"fetching": _fetching(hub, name)}


def _fetching(hub: Hub, name: str) -> list[dict[str, Any]]:
    return [
        {"model": job.args["model"], "state": job.state, **dataclasses.asdict(job.progress)}
        for job in hub.pulls.running(name)
    ]


async def _change(hub: Hub, changes: dict[Key, Any], by: Person) -> Settings:
    """Write ``changes``; a key that was for another host is forgotten. Raises `Invalid`."""
    if wrong := {
        ".".join(path): why for path, value in changes.items() if (why := _refusal(hub, path, value))
    }:
        raise Invalid(wrong)
    before = (await hub.configuration.read()).providers
    known = await hub.configuration.change(changes, by)
    await setup.forget_moved(hub, before, known.providers)
    return known


def _refusal(hub: Hub, path: Key, value: Any) -> str:
    """Return why ``path`` may not be set to ``value`` here; "" leaves it to what all settings must be."""
    match path:
        case ("providers", _, "secret"):
            return "write it into hub.toml by hand: it says which key goes to this server"
        case ("plugins", name, key) if value is not None:
            plugin = hub.plugins.get(name)
            about = plugin.manifest.settings.get(key) if plugin else None
            if about is None:
                return "there is no such setting"
            if is_secret(about):
                return "it is a secret: give it on the page of settings"
            return check(about, value).rstrip(".")
    return ""


async def _told(hub: Hub, settings: Settings) -> dict[str, Any]:
    keys = {}
    for name, one in in_order(settings.providers):
        key = await hub.providers.key(name, one)
        keys[name] = {"set": key.there, "variable": key.variable, "since": key.since}
    return {
        "schema": Settings.model_json_schema(),
        "provider_schema": ProviderSettings.model_json_schema(),
        "plugin_schemas": {one.name: one.manifest.settings for one in hub.plugins if one.manifest.settings},
        "values": settings.model_dump(mode="json"),
        "overridden": {".".join(path): by for path, by in hub.configuration.overrides.items()},
        "waiting": hub.configuration.waiting(settings),
        "keys": keys,
    }


def _flat(changes: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and value of each setting in a patch."""
    for name, value in changes.items():
        if name not in Settings.model_fields:
            raise Invalid({name: "there is no such setting"})
        yield from _leaves((name,), value, _TABLES.get(name, 0))


def _leaves(path: tuple[str, ...], value: Any, deep: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    if deep and isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves((*path, name), inner, deep - 1)
    else:
        yield path, value
