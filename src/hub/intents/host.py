"""Say in words how this machine is: disk, RAM, load, heat, uptime, address."""

from __future__ import annotations

import os
import platform
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from hub import __version__
from hub.intents.hours import words
from hub.intents.intent import Intent, Question

if TYPE_CHECKING:
    import re

_TIGHT, _FULL = 85.0, 95.0


def size(count: float) -> str:
    """Write bytes as one says them: 238 gigabytes, 1.8 terabytes."""
    for factor, name in ((10**12, "terabytes"), (10**9, "gigabytes"), (10**6, "megabytes")):
        if count >= factor:
            value = count / factor
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"  # noqa: PLR2004
    return f"{count / 1000:.0f} kilobytes"


def _disk(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    use = psutil.disk_usage(os.path.expanduser("~"))  # noqa: PTH111  psutil takes a string
    return f"The disk is {use.percent:.0f} percent full: {size(use.free)} are free."


def _running_out(question: Question, match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    percent = psutil.disk_usage(os.path.expanduser("~")).percent  # noqa: PTH111  as above
    verdict = "No." if percent < _TIGHT else "It is getting tight." if percent < _FULL else "Yes."
    return f"{verdict} {_disk(question, match)}"


def _ram(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    memory = psutil.virtual_memory()
    return f"{size(memory.available)} of {size(memory.total)} of RAM are free."


def _heat(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    sensors = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    for name in ("coretemp", "k10temp", "cpu_thermal", "zenpower", "soc_thermal", "acpitz"):
        if readings := [r.current for r in sensors.get(name, []) if r.current]:
            return f"The processor is at {max(readings):.0f} degrees Celsius."
    return "This machine does not tell me its temperature: it has no sensor that I can read."


def _load(_question: Question, _match: re.Match[str]) -> str:
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


def _uptime(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    up = timedelta(seconds=time.time() - psutil.boot_time())
    me = timedelta(seconds=time.time() - psutil.Process().create_time())
    return f"This machine has been up for {words(up)}, and I have been running for {words(me)}."


def _address(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

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


def _cores(_question: Question, _match: re.Match[str]) -> str:
    cores = os.cpu_count() or 1
    return f"This machine has {cores} processor core{'' if cores == 1 else 's'}."


def _name(_question: Question, _match: re.Match[str]) -> str:
    return f"This machine is called {socket.gethostname()}."


def _system(_question: Question, _match: re.Match[str]) -> str:
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        system = platform.system()
    return f"This machine runs {system} on {platform.machine()}."


def _battery(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None:
        return "This machine has no battery that I can read."
    return (
        f"The battery is at {battery.percent:.0f} percent, "
        f"{'charging' if battery.power_plugged else 'not charging'}."
    )


def _all(question: Question, match: re.Match[str]) -> str:
    return f"{_load(question, match)} {_disk(question, match)} {_ram(question, match)}"


_DISK = r"(?:hard |ssd )?(?:disk|drive|disc|hard drive|hard disk|storage|ssd)(?: space| storage)?"
_BOX = (
    r"(?:you|the (?:machine|computer|server|system|host|box|hub|pi|raspberry pi|pc|laptop)"
    r"|this (?:machine|computer|server|system|box|pc|laptop)|my (?:machine|computer|server"
    r"|system|pc|laptop)|it)"
)
_CPU = r"(?:the |my |your )?(?:cpu|processor|chip)"
_HAVE = (
    r"(?:is (?:left|free|available|used|in use|there)|do (?:i|we|you) have(?: left| free)?"
    r"|is left over|are you using|have (?:i|we|you) (?:got )?(?:left|free)?|left|free|remains"
    r"|is being used|am i using|are we using)"
)
INTENTS = (
    Intent(
        r"(?:what|which) (?:software )?version (?:are you|is this|do you run"
        r"|of (?:the )?hub is this|are you running)|what is your version|version",
        lambda _q, _m: f"I am Hub, version {__version__}.",
    ),
    Intent(rf"how (?:full|empty) is (?:the |my |your )?{_DISK}(?: on {_BOX})?", _disk),
    Intent(
        rf"(?:how much|how many gigabytes of) (?:free )?(?:{_DISK}|space"
        rf"|room)(?: {_HAVE})?(?: (?:on|in) (?:the |my |your )?(?:{_DISK}|{_BOX}))?(?: {_HAVE})?",
        _disk,
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )?(?:free )?(?:{_DISK})(?: usage| use| status| left"
        rf"| free)?|free space|what is the disk usage|check (?:the )?{_DISK}"
        rf"|how is the {_DISK}(?: doing)?|df",
        _disk,
    ),
    Intent(
        rf"(?:am i|are we|are you|is {_BOX}|do i) (?:running|getting|run|going to run"
        rf"|about to run) (?:out of|low on|short of|short on) (?:{_DISK}|space|room)(?: on {_BOX})?"
        rf"|is (?:the |my |your )?{_DISK} (?:full|nearly full|almost full|getting full|filling up)",
        _running_out,
    ),
    Intent(
        rf"(?:do i|do we|do you|is there) (?:still )?(?:have )?(?:enough|any"
        rf"|much) (?:free )?(?:{_DISK}|space|room)(?: left| free)?",
        _disk,
    ),
    Intent(
        rf"how much (?:free |system )?(?:ram|memory)(?: {_HAVE})?(?: (?:on|in"
        rf"|of) {_BOX})?(?: {_HAVE})?(?: have)?",
        _ram,
    ),
    Intent(
        r"(?:what is )?(?:the |my |your )?(?:free )?(?:ram|memory)(?: usage| use| status| free"
        r"| left)|how full is (?:the |my |your )?(?:ram|memory)|(?:am i|are we|are you) (?:running"
        r"|getting) (?:out of|low on) (?:ram|memory)|is there enough (?:ram|memory)|ram"
        r"|how is the (?:ram|memory)",
        _ram,
    ),
    Intent(
        rf"how (?:hot|warm|cold|cool) (?:is|are) (?:{_CPU}|you|the (?:machine|computer|server|box"
        rf"|pi|hub|system)|this (?:machine|computer|server|box)|my (?:machine|computer|server|pc"
        rf"|laptop))(?: running| right now)?",
        _heat,
    ),
    Intent(
        rf"(?:what is )?(?:{_CPU}|the (?:machine|computer|server|system)|the system's?|your"
        rf"|this machine's)(?:'s)? temp(?:erature)?|(?:what is )?the temp(?:erature)? of (?:{_CPU}"
        rf"|{_BOX})|(?:is {_BOX}|is {_CPU}|are you) (?:too hot|overheating|hot|getting hot"
        rf"|running hot)|what temperature is (?:{_CPU}|{_BOX}) at",
        _heat,
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )?(?:system |server |cpu |current |processor )?(?:load"
        rf"|load average|usage)(?: on {_BOX}| of {_BOX})?|how (?:busy|loaded) (?:is|are) (?:{_BOX}"
        rf"|{_CPU})|(?:what is )?{_CPU} (?:usage|load|use|utilization)"
        rf"|how much (?:of )?(?:the )?cpu (?:is (?:used|in use|being used)|are you using"
        rf"|do you use)|(?:is {_BOX}|is {_CPU}|are you) (?:busy|overloaded|under load|idle)",
        _load,
    ),
    Intent(
        rf"how long (?:have you|has (?:{_BOX}|the hub)) been (?:up|running|on|alive|awake|online"
        rf"|up and running)|(?:what is )?(?:the |your |my )?(?:system |server )?uptime|when (?:did"
        rf"|was) {_BOX} (?:last )?(?:start|boot|started|booted|rebooted|restart|restarted"
        rf"|reboot)(?: up)?|when was the last (?:boot|reboot|restart)"
        rf"|how long since (?:the )?(?:last )?(?:boot|reboot|restart)",
        _uptime,
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )?(?:local |lan |network |internal |host )?(?:ip"
        rf"|ip address|ip addresses|network address)(?: of {_BOX}| here)?"
        rf"|what ip (?:address )?(?:do (?:you|we|i) have|is this|is {_BOX})|which ip (?:do you have"
        rf"|address is this)|where can i reach you(?: on the network)?",
        _address,
    ),
    Intent(
        rf"how many (?:cpu |processor )?(?:cores|cpus|processors)(?: (?:does {_BOX} have"
        rf"|do you have|do i have|are there|has {_BOX}|are in {_BOX}))?",
        _cores,
    ),
    Intent(
        rf"what is (?:the |my |your )?host ?name(?: of {_BOX})?|what is (?:this machine"
        rf"|this computer|the machine|the computer|the server|this server) called|host ?name",
        _name,
    ),
    Intent(
        rf"(?:what|which) (?:operating system|os|linux|system|distribution"
        rf"|distro)(?: (?:are you (?:running )?on|do you run(?: on)?|is this|is {_BOX} running"
        rf"|are you running|does {_BOX} run))?|what (?:machine|hardware"
        rf"|computer) (?:are you (?:running )?on|is this|do you run on)"
        rf"|what is the operating system|what are you running on",
        _system,
    ),
    Intent(
        r"(?:what is |how full is |how is )?(?:the |my |your )?battery(?: level| status| charge)?"
        r"|how much battery (?:is left|do i have|is there)(?: left)?",
        _battery,
    ),
    Intent(
        rf"how is (?:the |this |my )?(?:server|machine|system|computer|box|host|pi)(?: (?:doing"
        rf"|feeling|running))?|how is (?:{_BOX}) (?:doing|feeling|running)|(?:what is )?(?:the "
        rf"|your )?(?:system|host|machine|server) (?:status|health)|(?:how (?:are"
        rf"|is) )?{_BOX} status|status(?: report)?|system check|is everything (?:ok|okay|fine"
        rf"|all right|alright|running)|is (?:the machine|the server|this machine|the computer"
        rf"|my server) (?:ok|okay|fine|healthy|all right|alright)|how healthy is {_BOX}",
        _all,
    ),
)
