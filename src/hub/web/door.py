"""Let in who has an invite or a pairing code: the two pages that strangers may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.auth import cookie
from hub.auth.codes import WrongCode
from hub.auth.guesses import TooMany
from hub.auth.names import MAX_NAME
from hub.errors import HubError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.web.site import Handler, Site


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes; a GET shows and never uses up a code, for previews of links open them too."""
    door = Door(site)
    return [
        Route("/invite/{code}", door.explained(door.invite)),
        Route("/invite/{code}", door.explained(door.accept), methods=["POST"]),
        Route("/pair", door.explained(door.ask)),
        Route("/pair", door.explained(door.pair), methods=["POST"]),
    ]


class Door:
    """The pages in front of the hub."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    def explained(self, handler: Handler) -> Handler:
        """Show what went wrong, and its fix, as a page."""

        async def serve(request: Request) -> Response:
            try:
                return await handler(request)
            except HubError as error:
                return self._page(
                    request,
                    "lost.html",
                    status=getattr(error, "status", 400),
                    message=str(error),
                    fix=error.fix,
                )

        return serve

    async def invite(self, request: Request) -> Response:
        """Show who is invited as what, and ask for the name."""
        return await self._invited(request)

    async def accept(self, request: Request) -> Response:
        """Use up the invite and sign its bearer in."""
        name = (await self._site.form(request)).get("name", "")
        try:
            with self._hub.guesses.attempt(peer(request)):
                person = await self._hub.invites.redeem(request.path_params["code"], name)
        except (WrongCode, TooMany):
            raise
        except HubError as error:  # the name: the invite is still good
            return await self._invited(request, name=name, wrong=error)
        token = await self._hub.sessions.start(person, request.headers.get("user-agent", ""))
        return await self._enter(request, token)

    async def ask(self, request: Request) -> Response:
        """Ask for the code of a device."""
        return self._page(request, "pair.html", code=request.query_params.get("code", "")[:16], wrong=None)

    async def pair(self, request: Request) -> Response:
        """Use up the code and make this browser the device."""
        code = (await self._site.form(request)).get("code", "")[:64]
        try:
            with self._hub.guesses.attempt(peer(request)):
                _, token = await self._hub.devices.pair(code, request.headers.get("user-agent", ""))
        except HubError as error:
            status = getattr(error, "status", 409)
            return self._page(request, "pair.html", status=status, code=code[:16], wrong=error)
        return await self._enter(request, token, device=True)

    async def _invited(self, request: Request, name: str = "", wrong: HubError | None = None) -> Response:
        with self._hub.guesses.attempt(peer(request)):
            invite = await self._hub.invites.look(request.path_params["code"])
        return self._page(
            request, "invite.html", status=409 if wrong else 200, invite=invite,
            name=name[:MAX_NAME] or invite.name, longest=MAX_NAME, wrong=wrong,
        )  # fmt: skip

    async def _enter(self, request: Request, token: str, *, device: bool = False) -> Response:
        """Go home with a new session; the one this browser had before ends (OWASP, session fixation)."""
        if request.state.person:
            await self._hub.sessions.end(request.state.token)
        response = RedirectResponse("/", status_code=303)
        cookie.give(request, response, token, device=device)
        return response

    def _page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        page = self._site.renderer.page(template, person=request.state.person, **values)
        return self._site.answer(request, page, status)


def peer(request: Request) -> str:
    """Return the address that asks."""
    return request.client.host if request.client else ""
