"""Keep the hub running: bind its port, fork the hub, and fork it again when it dies.

Standard library only, so that nothing the hub does can break it. The guardian owns the listening
sockets: connections made while the hub is down wait in the backlog instead of being refused.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.supervise.leash import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[list[socket.socket], "Rebirth"], int]
    Address = Callable[[], tuple[str, int]]

AGAIN = 75
"""The exit status of a hub that asks to be started again (EX_TEMPFAIL of sysexits(3))."""

BACKLOG = 1024
"""Connections that may wait while the hub is away; the kernel may allow fewer."""

PAUSES_S = (0.1, 0.3, 1.0, 5.0)
STEADY_S = 5.0
"""How long to wait before each rebirth; a life longer than `STEADY_S` begins the row anew."""

OWN_WORD = b"."
"""What a hub writes that ends as it means to: whoever calls ``os._exit`` in it leaves without."""

HIGHEST_PORT = 65_535
_exit = os._exit  # as it is now: the hub takes note of whoever calls it later
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Rebirth:
    """Which life this is: ``count`` deaths so far, why the last one ended, and when (Unix seconds)."""

    count: int = 0
    reason: str = ""
    died_at: float | None = None


def serve(host: str, port: int, work: Work, address: Address | None = None) -> int:
    """Bind ``host:port`` and run ``work`` on the sockets in a child until it ends well; return its status.

    A child that dies of a signal, or with a status other than 0, is started again; only when the
    very first one ends by itself with such a status within `STEADY_S` is that final, because it has
    said why it cannot start and trying again would not help. One that is gone without a word, for a
    plugin called ``os._exit``, died, whatever its status. One that ends with `AGAIN` wished it: the
    next is started at once, on the host and port that ``address`` then returns. SIGTERM, SIGINT and
    SIGHUP are passed on; a second SIGINT kills. The child dies with its guardian. Call it from the
    main thread, before other threads exist. Raises `HubError` when the port cannot be had.
    """
    return _Guardian(bind(host, port), work, (host, port), address).run()


def bind(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets on every address of ``host``; port 0 chooses a free one for all.

    Raises `HubError` that says what is wrong with the address, or who has taken the port.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            chosen = sockets[0].getsockname()[1] if sockets else port
            sockets.append(_listen(family, (address[0], chosen, *address[2:])))
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise _explain(host, port, error) from error
    return sockets


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listen(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _explain(host: str, port: int, error: OSError) -> HubError:
    if error.errno == errno.EADDRINUSE:
        who, other = holder(port), port + 1 if port < HIGHEST_PORT else 8421
        return HubError(
            f"Port {port} is taken{f' by {who}' if who else ': another program listens there'}.",
            fix=f"Stop it, or choose another port: hub serve --port {other}",
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return HubError(
            f"This user may not listen on port {port}.", fix="Choose one above 1023: hub serve --port 8420"
        )
    return HubError(
        f"{host} is no address that I can listen on: {error.strerror}.",
        fix="Give an address of this machine: hub serve --host 127.0.0.1",
    )


def holder(port: int) -> str:
    """Name the process that listens on ``port``, with its id; "" when that cannot be known (proc(5))."""
    try:
        sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    except OSError:
        return ""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(fd) in sockets for fd in (folder / "fd").iterdir()):  # noqa: PTH115  not a path
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:
            continue  # it is gone, or another user's
    return ""


def _listening_inodes(port: int) -> list[str]:
    listening, inodes = "0A", []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.append(fields[9])
    return inodes


class _Guardian:
    """The waiting half: one child at a time."""

    def __init__(
        self, sockets: list[socket.socket], work: Work, at: tuple[str, int], address: Address | None
    ) -> None:
        self._sockets, self._work = sockets, work
        self._at, self._address = at, address
        self._child: int | None = None
        self._told: list[int] = []  # the signals that asked us to end
        self._hurry = threading.Event()

    def run(self) -> int:
        before = {number: signal.signal(number, self._pass_on) for number in SIGNALS}
        try:
            return self._keep()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._close()

    def _keep(self) -> int:
        rebirth, quick = Rebirth(), 0
        while True:
            born = time.monotonic()
            starved = _starved()
            status, meant = self._live(rebirth)
            steady = time.monotonic() - born > STEADY_S
            if self._told or (meant and status == 0):
                return self._last(status)
            if meant and status == AGAIN:
                rebirth, quick = Rebirth(), 0
                self._move()
                continue
            if meant and status > 0 and rebirth.count == 0 and not steady:
                return status
            quick = 1 if steady else quick + 1
            reason = _reason(status, meant=meant, starved=_starved() > starved)
            rebirth = Rebirth(rebirth.count + 1, reason, time.time())
            _say(f"The hub died ({reason}); I start it again.")
            if self._hurry.wait(PAUSES_S[min(quick, len(PAUSES_S)) - 1]):
                return 0

    def _move(self) -> None:
        """Listen where the settings say now; where that cannot be, stay where we are."""
        at = self._address() if self._address else self._at
        if at == self._at:
            return
        try:
            self._sockets, self._at = self._instead(at), at
        except HubError as error:
            _say(f"{error} I stay where I was.\n{error.fix}")

    def _instead(self, at: tuple[str, int]) -> list[socket.socket]:
        """Return sockets on ``at`` and close ours; raise `HubError`, with ours open, when that cannot be."""
        try:
            sockets = bind(*at)
        except HubError:
            port = self._sockets[0].getsockname()[1]
            if at[1] != port:
                raise
            self._close()  # it may be we who hold that port, on another address
            try:
                return bind(*at)
            except HubError:
                self._sockets = bind(self._at[0], port)
                raise
        self._close()
        return sockets

    def _close(self) -> None:
        for sock in self._sockets:
            sock.close()

    def _last(self, status: int) -> int:
        """Return the guardian's own status: to end of a signal that was passed on is to end well."""
        if {-status, status - 128} & set(self._told):
            return 0
        return status if status >= 0 else 128 - status

    def _live(self, rebirth: Rebirth) -> tuple[int, bool]:
        """Fork a child and wait for its end; return its status, and whether it ended as it meant to.

        The status is its exit code, or minus the signal that killed it.
        """
        guardian = os.getpid()
        heard, word = os.pipe()
        os.set_blocking(heard, False)  # a fork of the child's may hold the other end open for good
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # none may come before we know whom to pass it to
        self._child = os.fork()
        if self._child == 0:
            os.close(heard)
            self._be_the_hub(guardian, rebirth, word)
        os.close(word)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOWAIT)  # while unreaped, its id is its own
        child, self._child = self._child, None
        _, status = os.waitpid(child, 0)
        try:
            meant = os.read(heard, 1) == OWN_WORD
        except BlockingIOError:
            meant = False
        os.close(heard)
        return os.waitstatus_to_exitcode(status), meant

    def _be_the_hub(self, guardian: int, rebirth: Rebirth, word: int) -> None:
        """Never returns: nothing may unwind into the guardian's own frames."""
        status = 1
        try:
            die_with_parent(guardian)
            os.setpgid(0, 0)  # Ctrl-C reaches the guardian alone, which passes it on once
            for number in SIGNALS:
                signal.signal(
                    number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler
                )
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            status = self._work(self._sockets, rebirth)
        except HubError as error:
            _say(f"{error}\n{error.fix}")
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        except KeyboardInterrupt:
            status = 128 + signal.SIGINT
        except BaseException as error:  # noqa: BLE001  as the docstring says
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            try:
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os.write(word, OWN_WORD)
                _exit(status)

    def _pass_on(self, number: int, _: object) -> None:
        self._told.append(number)
        self._hurry.set()
        if self._child:
            again = number == signal.SIGINT and self._told.count(signal.SIGINT) > 1
            os.kill(self._child, signal.SIGKILL if again else number)


def _reason(status: int, *, meant: bool, starved: bool) -> str:
    """Say how a hub died; ``starved``: the kernel killed somebody for memory while it lived."""
    if status >= 0:
        return f"exit code {status}" if meant else f"left with exit code {status}"
    hungry = starved and -status == signal.SIGKILL
    return f"killed by {signal.Signals(-status).name}{', no memory left' if hungry else ''}"


def _starved() -> int:
    """Return how many processes the kernel has killed for memory since it booted (proc_vmstat(5))."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _say(text: str) -> None:
    """Tell whoever looks at the console; the log belongs to the hub."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
