"""Serve the check-up: what the hub needs, how each thing stands, and how to mend it."""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING

from hub.doctor import findings, worst
from hub.events import CheckupDone
from hub.web.ago import ago

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.doctor import Finding
    from hub.web.site import Site

PATH = "/settings/doctor"
FRESH_S = 60.0


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = DoctorPages(site)
    site.part("doctor", pages.part, needs="owner")
    return [
        site.page(PATH, pages.show, needs="owner"),
        site.page(PATH, pages.again, methods=("POST",), needs="owner"),
    ]


class DoctorPages:
    """The check-up and its results. It runs on threads and tells when it is done."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._found: list[Finding] = []
        self._at = 0.0
        self._busy = False

    async def show(self, request: Request) -> Response:
        """Show the results; look anew when there are none, or old ones."""
        if time.time() - self._at > FRESH_S:
            self._begin(deep=False)
        return self._site.show(request, "doctor.html", title="Check-up", parts=("doctor",))

    def part(self) -> str:
        """Return the results, what is not well first."""
        faults = sorted((item for item in self._found if item.state != "well"), key=lambda item: item.state)
        well = groupby((item for item in self._found if item.state == "well"), lambda item: item.group)
        counts = {
            state: sum(item.state == state for item in self._found) for state in ("stop", "care", "well")
        }
        return self._site.renderer.page(
            "parts/doctor.html", busy=self._busy, at=self._at and ago(self._at), counts=counts,
            worst=worst(self._found), total=len(self._found),
            groups=[("Not well", faults[::-1]), *((name, list(items)) for name, items in well)],
        )  # fmt: skip

    async def again(self, request: Request) -> Response:
        """Look anew, at every byte when that is asked for."""
        form = await self._site.form(request)
        self._begin(deep=form.get("deep") == "on")
        return self._site.back(request, PATH)

    def _begin(self, *, deep: bool) -> None:
        if not self._busy:
            self._busy = True
            self._hub.spawn(self._look(deep=deep), name="check-up")
            self._site.parts.renew()

    async def _look(self, *, deep: bool) -> None:
        try:
            self._found, self._at = await findings(self._hub, deep=deep), time.time()
        finally:
            self._busy = False
            stop = sum(item.state == "stop" for item in self._found)
            self._hub.bus.publish(CheckupDone(worst=worst(self._found), stop=stop))
