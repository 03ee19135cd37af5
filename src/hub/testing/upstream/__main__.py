"""Run the server as a process until it is ended: prints its address, and takes plans at ``POST /plan``."""

from __future__ import annotations

import argparse
import asyncio
import signal

from hub.testing.upstream.server import Upstream
from hub.testing.upstream.troubles import named


async def _serve(given: argparse.Namespace) -> None:
    over = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, over.set)
    schedule = named(given.trouble, given.seed, given.after, given.seconds)
    async with Upstream(
        schedule, letter=given.letter, sentences=given.sentences, gap_s=given.gap, first_s=given.first,
        key=given.key, port=given.port, burst=given.burst,
    ) as up:  # fmt: skip
        print(up.url, flush=True)  # noqa: T201  for whoever started it
        await over.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m hub.testing.upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--trouble", default="never", help="a schedule or a kind of trouble")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--after", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--letter", default="P")
    parser.add_argument("--sentences", type=int, default=5)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--first", type=float, default=0.0)
    parser.add_argument("--key", default="")
    parser.add_argument("--burst", action="store_true", help="send each answer in one piece")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
