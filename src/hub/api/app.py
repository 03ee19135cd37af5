"""The JSON API: status, talks, models, plugins and tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from hub.api import (
    approvals,
    kept,
    keys,
    language,
    memory,
    models,
    people,
    personas,
    plugins,
    schema,
    settings,
    spending,
    status,
    talks,
    timers,
    voice,
)
from hub.api.bounds import bound
from hub.api.openai.document import describe
from hub.api.people import needs
from hub.conversation.tools import Waiting
from hub.errors import HubError
from hub.telemetry import happenings

if TYPE_CHECKING:
    from hub.hub import Hub


class Call(BaseModel):
    """The arguments of a tool."""

    arguments: dict[str, Any] = Field(default_factory=dict)


def signed_in(request: Request) -> Any:
    """Return who is asking. Refuses strangers with 401."""
    person = request.scope.get("state", {}).get("person")
    if person is None:
        raise HTTPException(401, "Open the link on the hub's console, or run `hub claim`.")
    return person


Signed = Annotated[Any, Depends(signed_in)]


def build(hub: Hub) -> FastAPI:
    """Return the API of ``hub``."""
    # The interactive docs of FastAPI load scripts from elsewhere; the schema itself is at /openapi.json.
    app = FastAPI(title="Hub", version=hub.version, docs_url=None, redoc_url=None)
    bound(app)
    describe(app)

    @app.exception_handler(HubError)
    async def explain(_: Request, error: HubError) -> JSONResponse:
        return JSONResponse(
            {"error": str(error), "fix": error.fix}, status_code=getattr(error, "status", 409)
        )

    app.include_router(people.router(hub))
    app.include_router(keys.router(hub))
    app.include_router(timers.router(hub))
    app.include_router(voice.router(hub))
    app.include_router(talks.router(hub))
    app.include_router(kept.router(hub))
    app.include_router(memory.router(hub))
    app.include_router(personas.router(hub))
    app.include_router(models.router(hub))
    app.include_router(language.router(hub))
    app.include_router(plugins.router(hub))
    app.include_router(approvals.router(hub))
    app.include_router(spending.router(hub))
    app.include_router(schema.router())
    app.include_router(status.router(hub))

    @app.get("/api/tools", dependencies=[needs("call tools")])
    async def tools(_: Signed) -> list[dict[str, Any]]:
        """List the tools with the JSON Schema of their arguments."""
        return [
            {"name": t.name, "owner": t.owner, "about": t.about, "risk": t.risk, "schema": t.schema}
            for t in hub.tools
        ]

    @app.post("/api/tools/{name}", dependencies=[needs("call tools")])
    async def call(name: str, body: Call, person: Signed) -> Any:
        """Run a tool that only reads; what does more waits for a person: then 202, with what waits."""
        try:
            return {"result": await hub.tools.call(name, body.arguments, person=person.id)}
        except Waiting as wait:
            one = wait.approval
            waits = {"id": one.id, "digest": one.digest, "expires": one.expires, "shown": one.shown}
            told = {"waiting": waits, "at": "/approvals", "error": str(wait), "fix": wait.fix}
            return JSONResponse(told, status_code=wait.status)

    @app.get("/api/events", dependencies=[needs("read every event")])
    async def events(  # noqa: PLR0917  each is a field of the query
        _: Signed, count: int = 50, kind: str = "", since: int = 0, trace: str = "", text: str = "",
        faults: bool = False,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Return the latest events, newest last, without what was said.

        ``since``: only those of a higher serial; ``trace``: only those of that trace id; ``kind`` as on
        the page.
        """
        wanted = happenings.Filter(kind, text, trace, faults, since)
        found = happenings.select(hub.bus.history(), wanted, max(0, min(count, 500)))
        return [happenings.details(event) for event in reversed(found)]

    app.include_router(settings.routes(hub))
    return app
