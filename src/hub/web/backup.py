"""Serve backups: make one, download it, have them made regularly, and how one is brought back."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse

from hub.backup import keeper
from hub.backup.note import last
from hub.errors import HubError
from hub.web.ago import ago
from hub.web.models import size
from hub.web.site import HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.web.site import Site

PATH = "/settings/backup"
_DAYS = {1: "every day", 2: "every other day", 7: "every week", 30: "every 30 days"}


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = BackupPages(site)
    site.part("backup", pages.part, needs="owner")
    acts = {"": pages.begin, "/cancel": pages.cancel, "/regular": pages.regular, "/delete": pages.delete}
    return [
        site.page(PATH, pages.show, needs="owner"),
        *(site.page(f"{PATH}{path}", act, methods=("POST",), needs="owner") for path, act in acts.items()),
        site.page(f"{PATH}/files/{{name}}", pages.download, needs="owner"),
    ]


class BackupPages:
    """The page about backups, and what its buttons do."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._backups = site, site.hub, site.hub.backups
        self._made: list[keeper.Made] = []
        self._failed: HubError | None = None
        self._busy = False

    async def show(self, request: Request, wrong: HubError | None = None, field: str = "") -> Response:
        """Show how backups stand."""
        await self._look()
        self._site.parts.renew()
        settings = await self._hub.configuration.read()
        has_passphrase = keeper.SECRET in await self._hub.secrets.known()
        return self._site.show(
            request, "backup.html", title="Backup", parts=("backup",), wrong=wrong, field=field,
            folder=settings.backup_folder, days=_DAYS, every=settings.backup_every_days,
            has_passphrase=has_passphrase, shortest=keeper.SHORTEST, file=_example(self._made),
        )  # fmt: skip

    def part(self) -> str:
        """Return what changes: the last backup, the one being made, those to download."""
        job = self._backups.current()
        if self._busy and job is None:
            self._hub.spawn(self._look(), name="backups")
        self._busy = job is not None
        noted = last(self._hub)
        return self._site.renderer.page(
            "parts/backup.html", job=job, made=self._made, failed=self._failed, size=size, ago=ago,
            last=noted and _when(noted[0]), verified=bool(noted and noted[1]),
        )  # fmt: skip

    async def begin(self, request: Request) -> Response:
        """Begin a backup with the passphrase typed twice."""
        form = await self._site.form(request)
        try:
            await self._backups.begin(_same(form))
        except HubError as error:
            return await self.show(request, error, "once")
        self._failed = None
        return self._site.back(request, PATH, said="I am backing up.")

    async def cancel(self, request: Request) -> Response:
        """Stop the backup that is being made."""
        if job := self._backups.current():
            with suppress(HubError):  # done in that very moment
                await self._hub.jobs.cancel(job.id)
        return self._site.back(request, PATH, said="Stopped. Nothing of it is left.")

    async def regular(self, request: Request) -> Response:
        """Have backups made regularly, or no longer."""
        form = await self._site.form(request)
        try:
            await self._set_regular(form)
        except HubError as error:
            return await self.show(request, error, "regular")
        said = "I back up by myself from now on." if form.get("folder") else "I no longer back up by myself."
        return self._site.back(request, PATH, said=said)

    async def download(self, request: Request) -> Response:
        """Hand a backup out; it is sealed."""
        made = await self._backups.find(request.path_params["name"])
        headers = {name: HEADERS[name] for name in ("cache-control", "x-content-type-options")}
        return FileResponse(
            made.path, media_type="application/octet-stream", filename=made.path.name, headers=headers
        )

    async def delete(self, request: Request) -> Response:
        """Delete a backup made for the page."""
        await self._backups.delete((await self._site.form(request)).get("name", ""))
        return self._site.back(request, PATH, said="Deleted.")

    async def _set_regular(self, form: dict[str, str]) -> None:
        folder = form.get("folder", "")
        known = keeper.SECRET in await self._hub.secrets.known()
        if form.get("passphrase"):
            secret = keeper.check(_same(form))
        elif folder and not known:
            raise HubError("I need a passphrase for them.", fix="Type one twice.")
        else:
            secret = b""
        if folder and not await asyncio.to_thread(_is_folder, folder):
            raise HubError(f"There is no folder {folder}.", fix="Give the whole path of one.")
        days = int(form["days"]) if form.get("days", "") in map(str, _DAYS) else 1
        changes: dict[tuple[str, ...], Any] = {
            ("backup_folder",): folder or None,
            ("backup_every_days",): days if folder else None,
        }
        settings = await self._hub.configuration.change(changes)
        if secret:
            await self._hub.secrets.set(keeper.SECRET, secret.hex())
        await self._backups.plan(settings)

    async def _look(self) -> None:
        """Read which backups lie there, and how the last job ended."""
        self._made = await self._backups.made()
        ended = await self._hub.jobs.past(keeper.ONCE, keeper.REGULAR, limit=1)
        late = [job for job in self._hub.jobs.list(keeper.REGULAR) if job.reason]
        failed = next((job for job in [*late, *ended] if job.reason), None)
        self._failed = HubError(failed.reason, fix=failed.fix) if failed else None
        self._site.parts.renew()


def _is_folder(path: str) -> bool:
    return Path(path).is_absolute() and Path(path).is_dir()


def _same(form: dict[str, str]) -> str:
    passphrase = form.get("passphrase", "")
    if passphrase != form.get("again", ""):
        raise HubError("The two are not the same.", fix="Type the passphrase twice.")
    return passphrase


def _example(made: list[keeper.Made]) -> str:
    return made[0].path.name if made else "hub-2026-11-21-030000.backup"


def _when(at: float) -> str:
    """Return a time as it is told: 03:00 today, 21 November 03:00 otherwise."""
    then, now = time.localtime(at), time.localtime()
    same = then[:3] == now[:3]
    return time.strftime("%H:%M" if same else "%d %B, %H:%M", then).lstrip("0" if not same else "")
