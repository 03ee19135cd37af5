"""Read this machine and say it in words: disk, RAM, load, heat, uptime, address."""

from __future__ import annotations

import os
import platform
import re
import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from hub import __version__
from hub.intents.hours import words

if TYPE_CHECKING:
    from hub.intents.intent import Question

_TIGHT, _FULL = 85.0, 95.0  # percent
_WARM, _HOT = 70, 80  # degrees Celsius
_SAMPLE_S = 0.2


def size(count: float) -> str:
    """Write bytes as one says them: 238 gigabytes, 1.8 terabytes."""
    for factor, name in ((10**12, "terabytes"), (10**9, "gigabytes"), (10**6, "megabytes")):
        if count >= factor:
            value = count / factor
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"  # noqa: PLR2004
    return f"{count / 1000:.0f} kilobytes"


def disk(_question: Question, _match: re.Match[str]) -> str:
    """Say how full the disk is, and how much is free."""
    use = psutil.disk_usage(os.path.expanduser("~"))  # noqa: PTH111  psutil takes a string
    return f"The disk is {use.percent:.0f} percent full: {size(use.free)} are free."


def capacity(_question: Question, _match: re.Match[str]) -> str:
    """Say how large the disk is."""
    use = psutil.disk_usage(os.path.expanduser("~"))  # noqa: PTH111  psutil takes a string
    return f"The disk holds {size(use.total)}: {size(use.free)} are free."


_BYTES = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def fits(_question: Question, match: re.Match[str]) -> str:
    """Say whether a file of a size fits on the disk."""
    wanted = float(match["n"]) * _BYTES[match["unit"][0]]
    free = psutil.disk_usage(os.path.expanduser("~")).free  # noqa: PTH111  as above
    return f"{'Yes' if free > wanted else 'No'}, {size(free)} are free."


def graphics(_question: Question, _match: re.Match[str]) -> str:
    """Say whether there is something to compute on besides the processor, as far as Linux shows it."""
    nvidia = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    for found in nvidia:
        if model := re.search(r"Model:\s*(.+)", found.read_text(encoding="utf-8", errors="replace")):
            return f"This machine has a graphics card: {model[1].strip()}."
    if nvidia or any(Path("/dev/dri").glob("renderD*")):
        return "This machine has a graphics processor."
    return "I see no graphics card in this machine."


def _judged(percent: float) -> str:
    return "No." if percent < _TIGHT else "It is getting tight." if percent < _FULL else "Yes."


def enough(question: Question, match: re.Match[str]) -> str:
    """Say whether a part has room to spare, and how much."""
    percent = psutil.disk_usage(os.path.expanduser("~")).percent  # noqa: PTH111  psutil takes a string
    verdict = (
        "Yes." if percent < _TIGHT else "Yes, but it is getting tight." if percent < _FULL else "Hardly."
    )
    return f"{verdict} {disk(question, match)}"


def running_out(question: Question, match: re.Match[str]) -> str:
    """Say whether the disk is running out."""
    percent = psutil.disk_usage(os.path.expanduser("~")).percent  # noqa: PTH111  as above
    return f"{_judged(percent)} {disk(question, match)}"


def low_ram(question: Question, match: re.Match[str]) -> str:
    """Say whether RAM is running out."""
    return f"{_judged(psutil.virtual_memory().percent)} {ram(question, match)}"


def ram(_question: Question, match: re.Match[str]) -> str:
    """Say how much RAM is in use, or free."""
    memory = psutil.virtual_memory()
    if re.search(r"\bus(?:ed|e|ing|age)\b", match[0]):
        return f"{size(memory.total - memory.available)} of {size(memory.total)} of RAM are in use."
    if size(memory.available) == size(memory.total):
        return f"Nearly all of the {size(memory.total)} of RAM are free."
    return f"{size(memory.available)} of {size(memory.total)} of RAM are free."


def heat(_question: Question, _match: re.Match[str]) -> str:
    """Say how hot the machine is, where it has a sensor."""
    sensors = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    for name in ("coretemp", "k10temp", "cpu_thermal", "zenpower", "soc_thermal", "acpitz"):
        if readings := [r.current for r in sensors.get(name, []) if r.current]:
            return f"The processor is at {max(readings):.0f} degrees Celsius."
    return "This machine does not tell me its temperature: it has no sensor that I can read."


def hot(question: Question, match: re.Match[str]) -> str:
    """Judge the heat: processors slow themselves down from some 80 degrees on."""
    told = heat(question, match)
    if not told.startswith("The processor is at"):
        return told
    degrees = int(told.split(" at ")[1].split()[0])
    return f"{'No.' if degrees < _WARM else 'It is warm.' if degrees < _HOT else 'Yes.'} {told}"


def busiest(_question: Question, match: re.Match[str]) -> str:
    """Name what uses most of the processor or of RAM now."""
    ram = re.search("ram|memory", match[0])
    found = {p.pid: p for p in psutil.process_iter(["name"])}
    if ram:
        sizes = sorted(((_resident(p), p.info["name"]) for p in found.values()), reverse=True)
        used, name = sizes[0]
        return f"{name} uses most RAM: {size(used)}."
    before = {pid: _ticks(p) for pid, p in found.items()}
    began = time.monotonic()
    time.sleep(_SAMPLE_S)
    spent = sorted(((_ticks(p) - before[pid], p.info["name"]) for pid, p in found.items()), reverse=True)
    share = 100 * spent[0][0] / (time.monotonic() - began)
    if share < 1:
        return "Nothing uses the processor much just now."
    return f"{spent[0][1]} uses most of the processor: {share:.0f} percent of one core."


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _ticks(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
        return float(times.user + times.system)
    except psutil.Error:
        return 0.0


def processes(_question: Question, _match: re.Match[str]) -> str:
    """Say how many processes run."""
    return f"{len(psutil.pids())} processes run on this machine."


def swap(_question: Question, _match: re.Match[str]) -> str:
    """Say how much of the swap is in use."""
    swap = psutil.swap_memory()
    return (
        f"{size(swap.used)} of {size(swap.total)} of swap are in use."
        if swap.total
        else "This machine has no swap."
    )


def models(question: Question, _match: re.Match[str]) -> str:
    """Name the models that are here."""
    if question.facts is None:
        return "I cannot look at my models from here."
    if not question.facts.models:
        return "I have no models yet; they are on their way."
    return f"I hold these models: {', '.join(question.facts.models)}."


def kernel(_question: Question, match: re.Match[str]) -> str:
    """Say which Python or kernel this is."""
    if "python" in match[0]:
        return f"I run on Python {platform.python_version()}."
    return f"The kernel is {platform.system()} {platform.release()}."


def which_hub(_question: Question, _match: re.Match[str]) -> str:
    """Say which hub answers, and where."""
    return f"I am Hub, version {__version__}, on the machine called {socket.gethostname()}."


def load(_question: Question, _match: re.Match[str]) -> str:
    """Say how busy the processor is."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    busy = (
        "idle"
        if load < 0.1 * cores
        else "lightly loaded"
        if load < 0.6 * cores
        else "busy"
        if load < 1.2 * cores
        else "overloaded"
    )
    return (
        f"The machine is {busy}: over the last minute the load was {load:.1f} on {cores} "
        f"core{'' if cores == 1 else 's'}."
    )


def uptime(_question: Question, _match: re.Match[str]) -> str:
    """Say since when the machine runs."""
    up = timedelta(seconds=time.time() - psutil.boot_time())
    me = timedelta(seconds=time.time() - psutil.Process().create_time())
    return f"This machine has been up for {words(up)}, and I have been running for {words(me)}."


def address(_question: Question, _match: re.Match[str]) -> str:
    """Say under which addresses of the house it is reached."""
    found = [
        a.address
        for name, addresses in psutil.net_if_addrs().items()
        if not name.startswith(("lo", "docker", "br-", "veth"))
        for a in addresses
        if a.family == socket.AF_INET
    ]
    if not found:
        return "This machine has no network address now, only itself."
    if len(found) == 1:
        return f"This machine's address on the local network is {found[0]}."
    return f"This machine's addresses are {' and '.join(found[:3])}."


def cores(_question: Question, _match: re.Match[str]) -> str:
    """Say how many cores there are."""
    cores = os.cpu_count() or 1
    return f"This machine has {cores} processor core{'' if cores == 1 else 's'}."


def processor(_question: Question, _match: re.Match[str]) -> str:
    """Name the processor, as Linux knows it; on other systems its kind."""
    try:
        told = re.search(
            r"^(?:model name|Model)\s*:\s*(.+)$",
            Path("/proc/cpuinfo").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    except OSError:
        told = None
    cores = os.cpu_count() or 1
    name = (
        re.sub(r"\((?:R|TM|r|tm)\)|@", " ", told[1]) if told else platform.processor() or platform.machine()
    )
    return f"The processor is {' '.join(name.split())}, with {cores} core{'' if cores == 1 else 's'}."


def host_name(_question: Question, _match: re.Match[str]) -> str:
    """Say what the machine is called."""
    return f"This machine is called {socket.gethostname()}."


def system(_question: Question, _match: re.Match[str]) -> str:
    """Say which operating system this is."""
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        system = platform.system()
    return f"This machine runs {system} on {platform.machine()}."


def battery(_question: Question, _match: re.Match[str]) -> str:
    """Say how full the battery is, where there is one."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None:
        return "This machine has no battery that I can read."
    return (
        f"The battery is at {battery.percent:.0f} percent, "
        f"{'charging' if battery.power_plugged else 'not charging'}."
    )


def overall(question: Question, match: re.Match[str]) -> str:
    """Judge first: all well, or what is not; then the figures."""
    wrong = [f"{trouble.rstrip('.')}." for trouble in (question.facts.troubles if question.facts else ())]
    if psutil.disk_usage(os.path.expanduser("~")).percent >= _TIGHT:  # noqa: PTH111  as above
        wrong.append("The disk is getting full.")
    if psutil.virtual_memory().percent >= _TIGHT:
        wrong.append("RAM is getting tight.")
    if os.getloadavg()[0] >= 1.2 * (os.cpu_count() or 1):
        wrong.append("The processor has more to do than it can.")
    verdict = "All is well." if not wrong else f"Not all is well: {' '.join(wrong)}"
    return f"{verdict} {load(question, match)} {disk(question, match)} {ram(question, match)}"
