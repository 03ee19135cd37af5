"""Keep the hub running: bind its port, fork the hub, and fork it again when it dies.

Standard library only, so that nothing the hub does can break it. The guardian owns the listening
sockets: connections made while the hub is down wait in the backlog instead of being refused.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from hub.errors import HubError

BACKLOG = 256
PAUSES_S = (0.05, 0.2, 1.0, 5.0)
STEADY_S = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Rebirth:
    """Which life this is: ``count`` deaths so far, why the last one ended, and when (Unix seconds)."""

    count: int = 0
    reason: str = ""
    died_at: float | None = None


Work = Callable[[list[socket.socket], Rebirth], int]


def serve(host: str, port: int, work: Work) -> int:
    """Bind ``host:port`` and run ``work`` on the sockets in a child until it ends well; return its status.

    A child that dies of a signal, or with a status other than 0 after it has run for a while, is
    started again. SIGTERM and SIGINT are passed on; a second SIGINT kills. Raises `HubError` when the
    port cannot be had.
    """
    sockets = bind(host, port)
    return _Guardian(sockets, work).run()


def bind(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets on every address of ``host``. Raises `HubError` with the fix."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    except OSError as error:
        raise HubError(f"{host} is no address of this machine: {error.strerror}.", fix="Mend `host`.") from error
    sockets: list[socket.socket] = []
    for family, address in addresses:
        chosen = sockets[0].getsockname()[1] if sockets and port == 0 else port
        sockets.append(_listen(family, (address[0], chosen, *address[2:]), host, port))
    return sockets


def _listen(family: int, address: tuple[object, ...], host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise HubError(
                f"Port {port} is taken: another program, perhaps another hub, listens there.",
                fix=f"Stop it, or choose another port: hub serve --port {port + 1 if port < 65_535 else 8421}",
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise HubError(f"This user may not listen on port {port}.", fix="Choose a port above 1023.") from error
        raise HubError(f"{host}:{port} cannot be used: {error.strerror}.", fix="Mend `host` or `port`.") from error
    return sock


class _Guardian:
    def __init__(self, sockets: list[socket.socket], work: Work) -> None:
        self._sockets, self._work = sockets, work
        self._child = 0
        self._ending = 0

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._pass_on)
        rebirth, quick = Rebirth(), 0
        while True:
            born = time.monotonic()
            self._child = self._fork(rebirth)
            if self._ending:  # the signal came before there was anyone to pass it to
                os.kill(self._child, signal.SIGTERM)
            status = self._wait()
            lived = time.monotonic() - born
            if self._ending or status == 0:
                return max(0, status)
            if status > 0 and rebirth.count == 0 and lived < STEADY_S:
                return status  # it could not start: it has said why, and trying again would not help
            quick = 0 if lived > STEADY_S else quick + 1
            reason = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
            rebirth = Rebirth(rebirth.count + 1, reason, time.time())
            print(f"hub died ({reason}); starting it again", file=sys.stderr, flush=True)  # noqa: T201  no logger here
            time.sleep(PAUSES_S[min(quick, len(PAUSES_S) - 1)])

    def _fork(self, rebirth: Rebirth) -> int:
        guardian = os.getpid()
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            die_with(guardian)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            status = self._work(self._sockets, rebirth)
        except HubError as error:
            print(f"{error}\n{error.fix}", file=sys.stderr)  # noqa: T201
        except BaseException as error:  # noqa: BLE001  nothing may unwind into the guardian's own frames
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _wait(self) -> int:
        """Return the child's exit status, or minus the signal it died of."""
        while True:
            try:
                _, status = os.waitpid(self._child, 0)
            except InterruptedError:
                continue
            return os.waitstatus_to_exitcode(status)

    def _pass_on(self, number: int, _: object) -> None:
        self._ending += 1
        if self._child:
            # A terminal's Ctrl-C reaches the whole group: the hub has it already.
            deadly = self._ending > 1 and number == signal.SIGINT
            try:
                os.kill(self._child, signal.SIGKILL if deadly else signal.SIGTERM)
            except ProcessLookupError:
                pass


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when ``parent`` dies (Linux prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
