"""A tiny server under a guardian: answers each connection with its pid and its life's story, or obeys."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from hub import guardian
from hub.errors import HubError

if TYPE_CHECKING:
    import socket


def work(sockets: list[socket.socket], rebirth: guardian.Rebirth) -> int:
    first_words = sys.argv[2] if len(sys.argv) > 2 else ""
    if first_words == "refuse" or (first_words == "refuse-later" and rebirth.count == 1):
        raise HubError("The data folder is missing.", fix="Make one.")
    if first_words == "stubborn":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
    if first_words == "graceful":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        connection, _ = sockets[0].accept()
        with connection:
            order = connection.recv(100).decode().split()
            match order:
                case ["exit", code]:
                    return int(code)
                case ["leave", code]:
                    os._exit(int(code))
                case ["raise"]:
                    raise RuntimeError("a bug")
                case ["slow", seconds]:
                    time.sleep(float(seconds))
            connection.sendall(json.dumps({"pid": os.getpid()} | asdict(rebirth)).encode())


_moves = iter(sys.argv[3].split(",") if len(sys.argv) > 3 else ())


def address() -> tuple[str, int]:
    """Return where the settings say it should be now."""
    host, _, port = next(_moves, f"127.0.0.1:{sys.argv[1]}").rpartition(":")
    return host, int(port) or int(sys.argv[1])


if __name__ == "__main__":
    try:
        sys.exit(guardian.serve("127.0.0.1", int(sys.argv[1]), work, address))
    except HubError as error:
        sys.stderr.write(f"{error}\n{error.fix}\n")
        sys.exit(2)
