"""Whoever writes to the log, it comes out as one JSON object a line, in the one shape, without secrets."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.supervise.complaints import Complaints

SECRET = "xai-" + "k3Yk3Yk3Y" * 4
PROGRAM = """
import asyncio, logging, sys, threading, warnings
import structlog
from hub.telemetry import logs, trace
logs.configure(tty={tty})
SECRET = {secret!r}
log = structlog.get_logger("hub.test")
log.info("plain", number=1)
with trace.entered(trace.Trace("ab" * 16, "cd" * 8)):
    log.info("traced", token=SECRET)
log.info("two\\nlines", text="what was said", value="a\\u2028b\\x1b[31m", half="\\ud800", big=10**40)
log.debug("unseen")
logging.getLogger("some.library").warning("it said %s", SECRET)
logging.getLogger("some.library").info("unseen")
logging.getLogger("some.library").error("wrong %d", SECRET)
warnings.warn(f"careful with {{SECRET}}")
def fail():
    local = SECRET
    raise ValueError(f"cannot use {{SECRET}}\\n{{{{'level': 'info'}}}}")
try:
    fail()
except ValueError:
    log.exception("failed", headers=[("authorization", SECRET)])
thread = threading.Thread(target=fail); thread.start(); thread.join()
async def main():
    asyncio.get_running_loop().call_soon(fail)
    task = asyncio.create_task(asyncio.sleep(0)); await task
    await asyncio.sleep(0.01)
asyncio.run(main())
class Late:
    def __del__(self): fail()
Late()
log.info("x" * 100_000, more=["y" * 5000] * 49)
fail()
"""


def run(tty: bool) -> tuple[list[str], int]:
    program = PROGRAM.format(secret=SECRET, tty=tty)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HUB_LOG": "info", "PYTHONUTF8": "1"},
    )
    assert done.stdout == ""
    return done.stderr.split("\n")[:-1], done.returncode


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return run(tty=False)[0]


@pytest.fixture(scope="module")
def told(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_every_line_has_the_one_shape(told: list[dict[str, Any]]) -> None:
    for line in told:
        assert list(line) == ["timestamp", "level", "module", "event", "context"] or line["event"].startswith(
            "a log line"
        ), line
    assert told[0]["module"] == "hub.test"
    assert told[0]["context"] == {"number": 1}
    assert not any(line["event"] == "unseen" for line in told)


def test_all_who_write_are_heard(told: list[dict[str, Any]]) -> None:
    modules = [line["module"] for line in told]
    assert {"hub.test", "some.library", "py.warnings", "asyncio", "hub"} <= set(modules)
    uncaught = [line for line in told if line["event"] == "uncaught exception"]
    assert len(uncaught) == 3  # a thread, a destructor, and the end
    assert all("ValueError" in line["context"]["exception"] for line in uncaught)


def test_no_secret_and_no_words_come_out(lines: list[str]) -> None:
    assert "k3Yk3Y" not in "\n".join(lines)
    assert "what was said" not in "\n".join(lines)


def test_a_trace_is_on_the_lines_it_belongs_to(told: list[dict[str, Any]]) -> None:
    traced = next(line for line in told if line["event"] == "traced")
    assert traced["context"] == {"token": "[redacted]", "trace": "ab" * 16, "span": "cd" * 8}
    assert "trace" not in told[0]["context"]


def test_no_line_can_be_forged_and_none_is_endless(lines: list[str], told: list[dict[str, Any]]) -> None:
    assert any(line["event"] == "two\\nlines" for line in told)
    assert not any(sign in "\n".join(lines) for sign in ("\x1b", "\u2028", "\r"))
    assert max(map(len, lines)) < 40_000


def test_at_a_terminal_it_is_as_safe() -> None:
    shown, status = run(tty=True)
    text = "\n".join(shown)
    assert status == 1
    assert "k3Yk3Y" not in text
    assert "\x1b[31m" not in text
    assert "two\\nlines" in text
    assert not any(line.startswith("{'level'") for line in shown)  # of the exception: it is set in


async def test_a_childs_lines_are_logged_as_its_own() -> None:
    complaints, reader = Complaints("speech"), asyncio.StreamReader()
    line = {"timestamp": "t", "level": "error", "module": "hub_voice.engine.engines", "event": "engine.failed",
            "context": {"engine": "ears", "trace": "ab" * 16, "exception": "Traceback\n  ValueError: no model", "child": "liar"}}  # fmt: skip
    with capture_logs() as told:
        reader.feed_data(json.dumps(line).encode() + b"\nplain words\n" + b'{"timestamp": 1}\n{"timestamp"\n')
        reader.feed_eof()
        complaints.read(reader)
        assert await complaints.last() == '{"timestamp"'
    assert told[0]["event"] == "engine.failed"
    assert told[0]["log_level"] == "error"
    assert (told[0]["child"], told[0]["module"], told[0]["trace"]) == (
        "speech",
        "hub_voice.engine.engines",
        "ab" * 16,
    )
    assert complaints.lines[0] == "ValueError: no model"
    assert [line["event"] for line in told[1:]] == ["child.stderr"] * 3
