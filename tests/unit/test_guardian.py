"""The guardian with real processes: nothing refused, nothing orphaned, and a clear word on a taken port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from hub import guardian
from hub.errors import HubError
from hub.guardian import AGAIN, bind, holder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNIT = Path(__file__).parent
SRC = UNIT.parents[1] / "src"
PATHS = {"PYTHONPATH": f"{SRC}{os.pathsep}{UNIT}"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Guarded:
    """A guardian and its server, as processes."""

    def __init__(self, *words: str) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        argv = [sys.executable, "-m", "children.guarded", str(self.port), *words]
        self.process = subprocess.Popen(argv, env=os.environ | PATHS, stderr=subprocess.PIPE, text=True)

    def ask(self, order: str = "hello", timeout: float = 20) -> dict[str, Any]:
        """Send an order on a connection of its own; {} when the server died of it."""
        with socket.create_connection((self.host, self.port), timeout) as connection:
            connection.sendall(order.encode())
            with suppress(ConnectionError):
                answer = b"".join(iter(lambda: connection.recv(1000), b""))
                return dict(json.loads(answer)) if answer else {}
        return {}

    def up(self) -> dict[str, Any]:
        def asked() -> dict[str, Any]:
            with suppress(ConnectionError):
                return self.ask()
            return {}

        return until(asked)

    def ended(self) -> tuple[int, str]:
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


def until(check: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while not (result := check()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return result


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def start() -> Iterator[Callable[..., Guarded]]:
    started: list[Guarded] = []

    def begin(*words: str) -> Guarded:
        started.append(Guarded(*words))
        return started[-1]

    yield begin
    for guarded in started:
        guarded.process.kill()
        guarded.process.communicate()


def test_killed_it_serves_again_and_nobody_was_refused(start: Callable[..., Guarded]) -> None:
    guarded = start()
    before = guarded.up()
    refused: list[OSError] = []
    answers: list[dict[str, Any]] = []
    enough = threading.Event()

    def call() -> None:
        while not enough.is_set():
            try:
                answers.append(guarded.ask())
            except ConnectionRefusedError as error:
                refused.append(error)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for _ in range(3):
        pid = guarded.ask()["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: guarded.ask().get("pid", pid) != pid)
    enough.set()
    for caller in callers:
        caller.join()
    after = guarded.ask()
    assert refused == []
    assert before | {"pid": 0} == {"pid": 0, "count": 0, "reason": "", "died_at": None}
    assert after["count"] == 3
    assert after["reason"] == "killed by SIGKILL"
    assert abs(after["died_at"] - time.time()) < 60
    assert len({answer["pid"] for answer in answers if answer}) >= 3


def test_kill_9_of_the_guardian_takes_the_hub_along(start: Callable[..., Guarded]) -> None:
    guarded = start("stubborn")
    pid = guarded.up()["pid"]
    guarded.process.kill()
    until(lambda: gone(pid))
    with pytest.raises(ConnectionRefusedError):
        guarded.ask()


def slay(pid: int) -> None:
    """Kill ``pid`` and return when it is gone: a dying process may still accept a connection."""
    os.kill(pid, signal.SIGKILL)
    for _ in range(1_000):
        if gone(pid):
            return
        time.sleep(0.005)


def test_a_bug_in_the_hub_is_told_and_it_comes_back(start: Callable[..., Guarded]) -> None:
    guarded = start()
    guarded.up()
    slay(guarded.ask()["pid"])  # only the first life may end for good
    assert guarded.ask("raise") == {}
    assert guarded.ask()["reason"] == "exit code 1"
    guarded.process.terminate()
    status, said = guarded.ended()
    assert status == 0
    assert "RuntimeError: a bug" in said
    assert "killed by SIGKILL" in said


def test_a_hub_that_cannot_start_is_not_tried_again(start: Callable[..., Guarded]) -> None:
    assert start("refuse").ended() == (1, "The data folder is missing.\nMake one.\n")


def test_one_that_could_start_before_is_tried_again(start: Callable[..., Guarded]) -> None:
    guarded = start("refuse-later")
    slay(guarded.up()["pid"])
    assert guarded.ask()["count"] == 2


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_of_the_first_life_is_passed_on(start: Callable[..., Guarded], code: int) -> None:
    guarded = start()
    guarded.up()
    guarded.ask(f"exit {code}")
    assert guarded.ended()[0] == code


@pytest.mark.parametrize("words", [(), ("graceful",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_both_end_well(
    start: Callable[..., Guarded], words: tuple[str, ...], number: signal.Signals
) -> None:
    guarded = start(*words)
    pid = guarded.up()["pid"]
    guarded.process.send_signal(number)
    status, said = guarded.ended()
    assert (status, said) == (0, "")
    assert gone(pid)


def test_told_at_the_very_start_it_ends(start: Callable[..., Guarded]) -> None:
    for delay in (0.02, 0.05, 0.08, 0.1, 0.15):
        guarded = start("graceful")
        time.sleep(delay)
        guarded.process.terminate()
        assert guarded.ended()[0] in {0, -signal.SIGTERM}


def test_a_second_ctrl_c_kills(start: Callable[..., Guarded]) -> None:
    guarded = start("stubborn")
    pid = guarded.up()["pid"]
    guarded.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert guarded.ask()["pid"] == pid
    guarded.process.send_signal(signal.SIGINT)
    assert guarded.ended()[0] == 128 + signal.SIGKILL
    assert gone(pid)


def test_ctrl_c_at_the_terminal_reaches_the_hub_once(start: Callable[..., Guarded]) -> None:
    guarded = start()
    pid = guarded.up()["pid"]
    assert os.getpgid(pid) == pid
    assert os.getpgid(guarded.process.pid) != pid


def test_told_to_end_while_it_waits_to_start_again_it_ends(start: Callable[..., Guarded]) -> None:
    guarded = start()
    guarded.up()
    for _ in range(3):  # the pauses grow to a second and more
        os.kill(guarded.ask()["pid"], signal.SIGKILL)
        until(lambda: not psutil.Process(guarded.process.pid).children())
    guarded.process.terminate()
    assert guarded.ended()[0] == 0


def test_a_taken_port_names_who_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(HubError) as error:
            bind("127.0.0.1", port)
        assert f"process {os.getpid()}" in str(error.value)
        assert f"--port {port + 1}" in error.value.fix
        assert str(os.getpid()) in holder(port)
    assert holder(port) == ""


def test_a_second_guardian_on_the_port_is_refused(start: Callable[..., Guarded]) -> None:
    guarded = start()
    guarded.up()
    argv = [sys.executable, "-m", "children.guarded", str(guarded.port)]
    second = subprocess.run(argv, env=os.environ | PATHS, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"Port {guarded.port} is taken" in second.stderr
    assert guarded.ask()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "not an address"])
def test_a_wrong_address_is_told(host: str) -> None:
    with pytest.raises(HubError, match="no address") as error:
        bind(host, 0)
    assert "--host" in error.value.fix


def test_a_name_with_two_addresses_gets_the_same_port_on_both() -> None:
    sockets = bind("localhost", 0)
    assert len({sock.getsockname()[1] for sock in sockets}) == 1
    for sock in sockets:
        sock.close()


def test_its_import_is_cheap() -> None:
    show = "import sys, hub.guardian; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", show], env=os.environ | PATHS, capture_output=True, text=True, check=True
    )
    heavy = {"asyncio", "structlog", "pydantic", "psutil", "sqlcipher3", "uvicorn", "wyoming", "numpy"}
    assert not heavy & set(done.stdout.split())


def test_supervision_imports_nothing_heavy() -> None:
    show = "import sys, hub.supervise.child; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", show], env=os.environ | PATHS, capture_output=True, text=True, check=True
    )
    assert not {"numpy", "pydantic", "sqlcipher3", "uvicorn", "onnxruntime"} & set(done.stdout.split())


def test_one_that_asks_to_be_started_again_is_at_once_and_no_death_is_told(
    start: Callable[..., Guarded],
) -> None:
    guarded = start()
    first = guarded.up()
    for _ in range(3):
        guarded.ask(f"exit {AGAIN}")
        again = guarded.up()
        assert again["pid"] != first["pid"]
        assert (again["count"], again["died_at"]) == (0, None)
        first = again
    guarded.process.terminate()
    assert "died" not in guarded.ended()[1]


def test_it_moves_to_where_the_settings_say_or_stays_where_it_was(start: Callable[..., Guarded]) -> None:
    there, taken = free_port(), socket.create_server(("127.0.0.1", 0))
    moves = f"127.0.0.1:{taken.getsockname()[1]},127.0.0.2:0,127.0.0.1:{there}"  # 0: its own port
    guarded = start("move", moves)
    guarded.up()
    guarded.ask(f"exit {AGAIN}")
    assert guarded.up()["count"] == 0  # that port is taken: it stayed
    guarded.ask(f"exit {AGAIN}")
    guarded.host = "127.0.0.2"  # its own port, on another address
    guarded.up()
    guarded.ask(f"exit {AGAIN}")
    guarded.host, guarded.port = "127.0.0.1", there
    guarded.up()
    taken.close()
    guarded.process.terminate()
    assert guarded.ended()[1].count("I stay where I was.") == 1


@pytest.mark.parametrize("code", [0, 3, AGAIN])
def test_one_that_left_without_a_word_died_whatever_its_exit_code(
    start: Callable[..., Guarded], code: int
) -> None:
    guarded = start()
    guarded.up()
    assert guarded.ask(f"leave {code}") == {}
    again = guarded.up()
    assert (again["count"], again["reason"]) == (1, f"left with exit code {code}")


def test_being_killed_for_memory_is_told_from_being_killed() -> None:
    assert guardian._reason(-signal.SIGKILL, meant=False, starved=True) == "killed by SIGKILL, no memory left"
    assert guardian._reason(-signal.SIGKILL, meant=False, starved=False) == "killed by SIGKILL"
    assert guardian._reason(-signal.SIGSEGV, meant=False, starved=True) == "killed by SIGSEGV"
    assert guardian._reason(3, meant=True, starved=True) == "exit code 3"
