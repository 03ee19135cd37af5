"""Lead the same questions through LiteLLM's router and Portkey's gateway, each in an environment of its own.

``HUB_BENCH_ROUTERS`` names a folder that holds them (``litellm``: a virtual environment, ``portkey``: a
folder with node_modules); without it they are installed into a temporary one, which goes afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from upstreams import PROMPT, Told, paced

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = Path(__file__).parent
LITELLM, PORTKEY = "litellm[proxy]==1.106.2", "@portkey-ai/gateway@1.15.2"
PATIENCE_S = 60.0
_OFFLINE = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",  # on the loopback, for a minute
}  # fmt: skip
_RETRIED = [408, 409, 425, 429, 500, 502, 503, 504]


@cache
def home() -> Path:
    """Return the folder of the peers; see above."""
    return Path(os.environ.get("HUB_BENCH_ROUTERS") or tempfile.mkdtemp(prefix="hub-routers-"))


def leave() -> None:
    """Remove what was installed for this run."""
    if home.cache_info().currsize and "HUB_BENCH_ROUTERS" not in os.environ:
        shutil.rmtree(home(), ignore_errors=True)


def _installed(name: str, *commands: list[str]) -> Path | None:
    folder = home() / name
    try:
        for command in [] if folder.exists() else commands:
            subprocess.run(command, check=True, capture_output=True, cwd=home(), timeout=900)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{name} cannot be installed: {error}")
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return folder


async def _litellm() -> Path | None:
    return await asyncio.to_thread(
        _installed, "litellm", [sys.executable, "-m", "venv", "litellm"],
        ["litellm/bin/python", "-m", "pip", "install", "-q", LITELLM],
    )  # fmt: skip


async def _portkey() -> Path | None:
    return await asyncio.to_thread(
        _installed, "portkey", ["mkdir", "portkey"],
        ["npm", "install", "--prefix", "portkey", "--no-audit", "--no-fund", PORTKEY],
    )  # fmt: skip


async def litellm(primary: str, fallback: str, count: int, rate: float) -> list[Told]:
    """Ask through LiteLLM's Router (one retry, a fallback, 1 s to the first chunk), in its own process."""
    folder = await _litellm()
    if folder is None:
        return []
    process = await asyncio.create_subprocess_exec(
        str(folder / "bin" / "python"), str(HERE / "router_litellm.py"), primary, fallback, str(count),
        str(rate), PROMPT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, wrong = await process.communicate()
    if process.returncode:
        print(f"LiteLLM failed: {wrong.decode()[-500:]}")
        return []
    return [Told(**each) for each in json.loads(out.decode().splitlines()[-1])]


async def portkey(primary: str, fallback: str, count: int, rate: float) -> list[Told]:
    """Ask through Portkey's gateway (fallback, 1 s to the answer), over HTTP."""
    folder = await _portkey()
    if folder is None:
        return []
    async with _gateway(folder) as url:
        if not url:
            return []
        targets = [
            {"provider": "openai", "api_key": "x", "custom_host": host, "request_timeout": wait}
            for host, wait in ((primary, 1_000), (fallback, 30_000))
        ]
        config = {"strategy": {"mode": "fallback", "on_status_codes": _RETRIED}, "targets": targets}
        headers = {"x-portkey-config": json.dumps(config)}
        async with aiohttp.ClientSession(headers=headers) as client:
            return await paced(lambda number: _ask(client, url, number), 0, count, rate)


@contextlib.asynccontextmanager
async def gateways(upstream: str) -> AsyncIterator[dict[str, tuple[str, dict[str, str]]]]:
    """Yield for each peer that runs as a server its address and the headers that lead to ``upstream``."""
    async with contextlib.AsyncExitStack() as stack:
        found: dict[str, tuple[str, dict[str, str]]] = {}
        if (folder := await _portkey()) and (url := await stack.enter_async_context(_gateway(folder))):
            config = {"provider": "openai", "api_key": "x", "custom_host": upstream}
            found["Portkey"] = (url, {"x-portkey-config": json.dumps(config)})
        if (folder := await _litellm()) and (
            url := await stack.enter_async_context(_proxy(folder, upstream))
        ):
            found["LiteLLM"] = (url, {})
        yield found


@contextlib.asynccontextmanager
async def _proxy(folder: Path, upstream: str) -> AsyncIterator[str]:
    """Yield the address of LiteLLM's proxy with one worker, "" when it does not start."""
    port = _free_port()
    model = {"model": "openai/big-1", "api_base": upstream, "api_key": "x"}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump({"model_list": [{"model_name": "big-1", "litellm_params": model}]}, file)
        file.flush()
        process = await asyncio.create_subprocess_exec(
            str(folder / "bin" / "litellm"), "--config", file.name, "--num_workers", "1",
            "--host", "127.0.0.1", "--port", str(port),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | _OFFLINE,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}" if await _there(port, process) else ""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.asynccontextmanager
async def _gateway(folder: Path) -> AsyncIterator[str]:
    """Yield its address, "" when it does not start."""
    port = _free_port()
    start = folder / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    process = await asyncio.create_subprocess_exec(
        "node", "--import", str(HERE / "router_portkey.mjs"), str(start), "--headless", f"--port={port}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"},
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}" if await _there(port, process) else ""
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _there(port: int, process: asyncio.subprocess.Process) -> bool:
    until = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < until and process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        await asyncio.sleep(0.1)
    print("a peer does not start")
    return False


async def _ask(client: aiohttp.ClientSession, url: str, number: int) -> Told:
    """Ask one question as any client of OpenAI's protocol does."""
    told, began = Told(number), time.perf_counter()
    body = {
        "model": "big-1", "stream": True, "messages": [{"role": "user", "content": PROMPT.format(number)}],
    }  # fmt: skip
    try:
        async with (
            asyncio.timeout(PATIENCE_S),
            client.post(f"{url}/v1/chat/completions", json=body) as response,
        ):
            if response.status != 200:
                told.error = f"HTTP {response.status}"
            async for line in response.content:
                if (text := _text(line)) is not None:
                    told.first = told.first or time.perf_counter() - began
                    told.text += text
    except (aiohttp.ClientError, TimeoutError) as error:
        told.error = type(error).__name__
    told.total = time.perf_counter() - began
    return told


def _text(line: bytes) -> str | None:
    data = line.removeprefix(b"data:").strip()
    if not line.startswith(b"data:") or data == b"[DONE]":
        return None
    try:
        told: Any = json.loads(data)
        return told["choices"][0]["delta"].get("content") or None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
