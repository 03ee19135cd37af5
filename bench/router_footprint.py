"""What the router alone takes: the packages that it loads, on disk, and the memory of a process that routes.

Run with an address it is that process: it asks one question there and prints what it has loaded.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import Any

ROUNDS = 3


async def footprint() -> list[dict[str, Any]]:
    """Measure processes that have answered a question; the hub's own files are not counted as packages."""
    from rows import row
    from upstreams import upstream

    async with upstream("P") as up:
        found = [await _child(up.url) for _ in range(ROUNDS)]
    note = ", ".join(found[0]["packages"])
    return [
        row("router.footprint", "MB", [each["disk"] for each in found], 30, by="max", note=note),
        row("router.memory", "MB", [each["memory"] for each in found], 90, by="max", note="Resident."),
    ]


async def _child(url: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    told: dict[str, Any] = json.loads((await process.stdout.read()).splitlines()[-1])
    await process.wait()
    return told


def _packages() -> list[Distribution]:
    """Return the packages of which something is loaded, of those that come with the hub."""
    owners = packages_distributions()
    roots = {name.partition(".")[0] for name in sys.modules}
    names = {owner for root in roots for owner in owners.get(root, ()) if root != "hub"}
    lock = Path(__file__).parents[1] / "requirements.lock"
    ours = {line.partition("==")[0].lower() for line in lock.read_text("utf-8").splitlines() if "==" in line}
    return [distribution(name) for name in sorted(names) if name.lower().replace("_", "-") in ours]


def _size(package: Distribution) -> int:
    """Return the bytes of its files, without what Python compiled."""
    paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file())


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def _route(url: str) -> None:
    from hub.events import Bus
    from hub.llm.breakers.breakers import Breakers
    from hub.llm.canned import Canned
    from hub.llm.provider import Answer, Caps, Message, Request
    from hub.llm.router import Router
    from hub.llm.servers.openai import OpenAI, Server
    from hub.llm.stations import Stations

    class Question:
        def for_provider(self, caps: Caps) -> Request:
            del caps
            return Request((Message("user", "Please answer question #1."),))

        def prefix(self, caps: Caps) -> tuple[Message, ...]:
            del caps
            return ()

    async def keyless() -> None:
        return None

    one = OpenAI("one", Server("One", url, "big-1"), keyless)
    router = Router([one], Canned(), Bus(), Stations(breakers=Breakers()))
    by = Answer()
    async for _ in router.answer(Question(), by):
        pass
    assert by.provider.startswith("one"), by
    loaded = _packages()
    disk = sum(map(_size, loaded)) / 1e6
    await one.retire()
    told = {"disk": disk, "memory": _resident(), "packages": [each.name for each in loaded]}
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(_route(sys.argv[1]))
