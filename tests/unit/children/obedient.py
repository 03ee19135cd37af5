"""A child that does what its frames say: echo, spawn, leak, flood, hang, exit, close, garbage."""

# One long match is the plainest list of what a child can do wrong; it blocks and prints on purpose.

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

from hub.link import Link, run_child

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
held: list[bytes] = []


async def main(link: Link) -> None:
    config = {}
    async for event in link:
        match event.type:
            case "hub.config":
                config = event.data
                if config.get("never_ready"):
                    await asyncio.sleep(600)
                await link.send("hub.ready", {"echo": config, "env": dict(os.environ)})
            case "hub.drain":
                if config.get("drains"):
                    return
                await link.send("drain-asked")
            case "echo":
                await link.send("echo", event.data, event.payload)
            case "spawn":
                plain = subprocess.Popen(SLEEP)
                daemon = subprocess.Popen(SLEEP, start_new_session=True)
                await link.send("spawned", {"pids": [plain.pid, daemon.pid]})
            case "leak":
                held.append(os.urandom(1) * (event.data["mib"] * 2**20))
                await link.send("leaked")
            case "flood":
                for number in range(event.data["frames"]):
                    await link.send("flood", {"number": number})
            case "stderr":
                for number in range(event.data["lines"]):
                    print("noise", number, file=sys.stderr)
                print("x" * 300_000, file=sys.stderr, flush=True)
                await link.send("said")
            case "hang":
                time.sleep(600)
            case "stop-reading":
                await asyncio.sleep(600)
            case "exit":
                print("my last words", file=sys.stderr, flush=True)
                os._exit(event.data["code"])
            case "garbage":
                link._writer.write(b"\x00\xffnot a frame at all\n")
                await asyncio.sleep(600)
            case "huge":
                link._writer.write(b'{"type": "huge", "payload_length": 99999999999}\n')
                await asyncio.sleep(600)


if __name__ == "__main__":
    run_child(main)
