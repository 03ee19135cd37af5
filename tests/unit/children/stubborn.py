"""A child that ignores SIGTERM."""

from __future__ import annotations

import asyncio
import signal

from hub.link import Link, run_child


async def main(link: Link) -> None:
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await link.send("hub.ready")
    await asyncio.sleep(600)


if __name__ == "__main__":
    run_child(main)
