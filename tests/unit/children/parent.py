"""A stand-in for the hub: supervises a child with grandchildren, prints their pids, and waits for its end."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from hub.supervise.child import Child, ChildSpec

if TYPE_CHECKING:
    from wyoming.event import Event


async def main() -> None:
    spawned: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()

    async def on_event(event: Event) -> None:
        if event.type == "spawned":
            spawned.set_result(event.data["pids"])

    child = Child(
        ChildSpec("obedient", "children.obedient", {}, 500), on_event=on_event, on_state=lambda _: None
    )
    await child.start()
    assert await child.ready(60)
    await child.send("spawn")
    print(json.dumps([child.pid, *await spawned]), flush=True)
    await asyncio.sleep(600)


if __name__ == "__main__":
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(main())
