"""Check how the hub is reached: port, address, names, this machine's loopback, and the microphone."""

from __future__ import annotations

import ipaddress
import json
import socket
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT_S = 1.0
_PRIVILEGED = 1024


@check("Network")
def port(case: Case) -> Iterator[Finding]:
    """Check that the port is free, or a hub's own."""
    number = case.port
    if number == 0:
        yield Finding("Port", "well", "I take any free port.")
    elif _is_free(case.host, number):
        if case.running:
            yield Finding("Port", "well", f"{number} is free; the hub that runs uses another.")
        else:
            yield Finding("Port", "well", f"{number} is free.")
    elif _answers_as_hub(number):
        yield Finding("Port", "well", f"A hub answers on {number}.")
    else:
        yield _taken(number)


def _taken(number: int) -> Finding:
    from hub.guardian import holder  # noqa: PLC0415  may be what is broken

    if number < _PRIVILEGED and not holder(number):
        return Finding(
            "Port", "stop", f"I may not listen on {number}.", "Take one above 1023.", "hub serve --port 8420"
        )
    who = holder(number) or "another program"
    other = f"hub serve --port {number % 65535 + 1}"
    return Finding(
        "Port", "stop", f"{number} is taken by {who}.", "Stop that program, or take another port.", other
    )


def _is_free(host: str, number: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
    except OSError:
        return False
    return True


def _answers_as_hub(number: int) -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{number}/health", headers={"accept": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_WAIT_S) as reply:
            return "plugins" in json.loads(reply.read(100_000))
    except (OSError, ValueError):
        return False


@check("Network")
def address(case: Case) -> Iterator[Finding]:
    """Check that the address exists, and say who can reach it."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(case.host, None, type=socket.SOCK_STREAM)}
    except OSError:
        yield Finding(
            "Address", "stop", f"There is no host {case.host}.", "Correct host in hub.toml.",
            "hub serve --host 127.0.0.1",
        )  # fmt: skip
        return
    if all(ipaddress.ip_address(str(item).partition("%")[0]).is_loopback for item in found):
        yield Finding("Address", "well", "Only this machine can reach me.")
        return
    names = tuple(case.settings.names) if case.settings else ()
    if not names:
        yield Finding(
            "Address", "care", "Others can reach me, but by no name: I answer 403 to all but my address.",
            'Add their name for me to hub.toml: names = ["hub.lan"].',
        )  # fmt: skip
    else:
        yield Finding("Address", "well", f"Others reach me as {', '.join(names)}.")


@check("Network")
def microphone(case: Case) -> Iterator[Finding]:
    """Say who can speak to the hub: browsers give their microphone to https and to loopback only."""
    from hub.auth.guard import is_loopback  # noqa: PLC0415  may be what is broken

    cards = _sound_cards()
    own = f" This machine has {cards}, which I do not use." if cards else ""
    if is_loopback(case.host):
        yield Finding("Microphone", "well", f"I hear through the browser on this machine.{own}")
    else:
        yield Finding(
            "Microphone", "care", f"Over http browsers elsewhere give me no microphone.{own}",
            "Put a proxy with https before me, or open the page on this machine.",
        )  # fmt: skip


def _sound_cards() -> str:
    """Name the sound cards that ALSA knows (/proc/asound/cards); "" when there are none."""
    try:
        lines = Path("/proc/asound/cards").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    count = sum(1 for line in lines if "]:" in line)
    return f"{count} sound card{'s' if count > 1 else ''}" if count else ""


@check("Network")
def loopback(_: Case) -> Iterator[Finding]:
    """Check that this machine can speak to itself, and that ``localhost`` means itself."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()[:2], _WAIT_S).close()
    except OSError as error:
        what = f"This machine cannot speak to itself: {error.strerror or error}."
        yield Finding("Loopback", "stop", what, "Bring it up.", "sudo ip link set lo up")
        return
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo("localhost", None)}
    except OSError:
        found = set()
    if not found or not all(ipaddress.ip_address(item).is_loopback for item in found):
        yield Finding(
            "Loopback", "care", "The name localhost does not mean this machine.",
            "Add to /etc/hosts: 127.0.0.1 localhost",
        )  # fmt: skip
    else:
        yield Finding("Loopback", "well", "This machine can speak to itself.")
