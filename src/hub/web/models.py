"""Serve the models: what each is for, how it comes, whose it is; the owner fetches, removes and chooses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hub.auth.roles import allows
from hub.errors import HubError
from hub.llm.onboard import local
from hub.llm.onboard.embedded import MODEL
from hub.models.shown import PURPOSES, describe, loss

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.models import ModelFile
    from hub.web.site import Site

OWNER_ACTS = "change settings"


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = ModelPages(site)
    site.part("models", partial(pages.part, owner=True), needs="owner")
    site.part("models-seen", partial(pages.part, owner=False), needs="member")
    acts = {"pull": pages.pull, "cancel": pages.cancel, "remove": pages.remove, "use": pages.use}
    return [
        site.page("/models", pages.show, needs="member"),
        site.page("/models/verify", pages.verify, methods=("POST",), needs=OWNER_ACTS),
        site.page("/models/look", pages.look, methods=("POST",), needs=OWNER_ACTS),
        *(
            site.page(f"/models/{{id}}/{name}", act, methods=("POST",), needs=OWNER_ACTS)
            for name, act in {**acts, "verify": pages.verify}.items()
        ),
    ]


class ModelPages:
    """The page about models, and what its buttons do."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._models = site, site.hub, site.hub.models

    async def show(self, request: Request) -> Response:
        """Show every model; whether the hubs of the others answer is found out meanwhile."""
        self._models.look_around()
        await self._models.measure()
        self._site.parts.renew()
        name = "models" if allows(request.state.person, OWNER_ACTS) else "models-seen"
        return self._site.show(request, "models.html", title="Models", parts=(name,), name=name)

    def part(self, *, owner: bool) -> str:
        """Return what changes: the models with their bars, and the disk."""
        cards, thinking = describe(self._models), self._hub.embedded.model
        return self._site.renderer.page(
            "parts/models.html", owner=owner, id="models" if owner else "models-seen",
            groups=[
                (title, [card for card in cards if card.purpose == purpose])
                for purpose, title in PURPOSES.items()
            ],
            thinking={file.model for file in self._models.files if file.name == thinking},
            loss={file.model: self._loss(file) for file in self._models.files},
            ram={file.model: local.ram(file) for file in self._models.files},
            disk=self._models.disk, checks=self._models.checks, size=size,
            whole=sum(card.size for card in cards if card.state == "ready"),
        )  # fmt: skip

    def _loss(self, file: ModelFile) -> str:
        if file.name != self._hub.embedded.model:
            return loss(file)
        own = self._models.state(MODEL).state == "ready" and file.name != MODEL
        return "I go back to my first, small one." if own else "Then I only know what I can compute."

    async def pull(self, request: Request) -> Response:
        """Have a model fetched."""
        return await self._did(request, self._models.want, "I am getting it.")

    async def cancel(self, request: Request) -> Response:
        """Stop a download."""
        return await self._did(request, self._models.cancel, "Stopped. What has come is kept.")

    async def remove(self, request: Request) -> Response:
        """Delete a model."""
        return await self._did(request, partial(local.remove, self._hub), "Removed.")

    async def use(self, request: Request) -> Response:
        """Think with a model."""
        return await self._did(request, partial(local.use, self._hub), "I think with it from now on.")

    async def verify(self, request: Request) -> Response:
        """Have every byte read, of one model or of all, while the page is shown."""
        if self._models.checks:
            raise HubError("I am checking already.", fix="Wait until that is done.")
        names = [request.path_params["id"]] if "id" in request.path_params else []
        self._models.named(*names)
        self._hub.spawn(self._models.verify(*names), name="check of the models")
        return self._site.back(request, "/models", said="I am checking every byte.")

    async def look(self, request: Request) -> Response:
        """Look anew whether the hubs answer."""
        self._models.look_around(anew=True)
        return self._site.back(request, "/models", said="I am looking.")

    async def _did(self, request: Request, act: Callable[[str], Awaitable[None]], said: str) -> Response:
        await act(request.path_params["id"])
        return self._site.back(request, "/models", said=said)


def size(count: float) -> str:
    """Return bytes in the unit that people use for files."""
    if count >= 1e9:  # noqa: PLR2004  bytes in a GB
        return f"{count / 1e9:.1f}\N{NO-BREAK SPACE}GB"
    return f"{count / 1e6:.{0 if count >= 1e7 or not count else 1}f}\N{NO-BREAK SPACE}MB"  # noqa: PLR2004  10 MB
