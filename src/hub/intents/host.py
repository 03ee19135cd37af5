"""Say in words how this machine is: disk, RAM, load, heat, uptime, address."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import os
import platform
import re
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from hub import __version__
from hub.intents.hours import words
from hub.intents.intent import Intent, Question

if TYPE_CHECKING:
    import psutil

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


def _disk(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    use = psutil.disk_usage(os.path.expanduser("~"))  # noqa: PTH111  psutil takes a string
    return f"The disk is {use.percent:.0f} percent full: {size(use.free)} are free."


def _judged(percent: float) -> str:
    return "No." if percent < _TIGHT else "It is getting tight." if percent < _FULL else "Yes."


def _enough(question: Question, match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    percent = psutil.disk_usage(os.path.expanduser("~")).percent  # noqa: PTH111  psutil takes a string
    verdict = (
        "Yes." if percent < _TIGHT else "Yes, but it is getting tight." if percent < _FULL else "Hardly."
    )
    return f"{verdict} {_disk(question, match)}"


def _running_out(question: Question, match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    percent = psutil.disk_usage(os.path.expanduser("~")).percent  # noqa: PTH111  as above
    return f"{_judged(percent)} {_disk(question, match)}"


def _low_ram(question: Question, match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    return f"{_judged(psutil.virtual_memory().percent)} {_ram(question, match)}"


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


def _hot(question: Question, match: re.Match[str]) -> str:
    """Judge the heat: processors slow themselves down from some 80 degrees on."""
    told = _heat(question, match)
    if not told.startswith("The processor is at"):
        return told
    degrees = int(told.split(" at ")[1].split()[0])
    return f"{'No.' if degrees < _WARM else 'It is warm.' if degrees < _HOT else 'Yes.'} {told}"


def _busiest(_question: Question, match: re.Match[str]) -> str:
    """Name what uses most of the processor or of RAM now."""
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

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
    import psutil  # noqa: PLC0415  as above

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _ticks(process: psutil.Process) -> float:
    import psutil  # noqa: PLC0415  as above

    try:
        times = process.cpu_times()
        return float(times.user + times.system)
    except psutil.Error:
        return 0.0


def _processes(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    return f"{len(psutil.pids())} processes run on this machine."


def _swap(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    swap = psutil.swap_memory()
    return (
        f"{size(swap.used)} of {size(swap.total)} of swap are in use."
        if swap.total
        else "This machine has no swap."
    )


def _models(question: Question, _match: re.Match[str]) -> str:
    if question.facts is None:
        return "I cannot look at my models from here."
    if not question.facts.models:
        return "I have no models yet; they are on their way."
    return f"I hold these models: {', '.join(question.facts.models)}."


def _kernel(_question: Question, match: re.Match[str]) -> str:
    if "python" in match[0]:
        return f"I run on Python {platform.python_version()}."
    return f"The kernel is {platform.system()} {platform.release()}."


def _which_hub(_question: Question, _match: re.Match[str]) -> str:
    return f"I am Hub, version {__version__}, on the machine called {socket.gethostname()}."


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
    """Judge first: all well, or what is not; then the figures."""
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    wrong = [f"{trouble.rstrip('.')}." for trouble in (question.facts.troubles if question.facts else ())]
    if psutil.disk_usage(os.path.expanduser("~")).percent >= _TIGHT:  # noqa: PTH111  as above
        wrong.append("The disk is getting full.")
    if psutil.virtual_memory().percent >= _TIGHT:
        wrong.append("RAM is getting tight.")
    if os.getloadavg()[0] >= 1.2 * (os.cpu_count() or 1):
        wrong.append("The processor has more to do than it can.")
    verdict = "All is well." if not wrong else f"Not all is well: {' '.join(wrong)}"
    return f"{verdict} {_load(question, match)} {_disk(question, match)} {_ram(question, match)}"


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
        rf"(?:am i|are we|are you|is {_BOX}|do i|will (?:i|we|you|it)|are you) (?:running|getting|run|going to run|low"
        rf"|about to run|short)(?: soon)? ?(?:out of|low on|short of|short on|on|of) (?:{_DISK}|space|room)(?: on {_BOX})?(?: soon| anytime soon| left)?"
        rf"|is (?:the |my |your )?{_DISK} (?:full|nearly full|almost full|getting full|filling up|running out|low|close to full|getting low|running low)(?: yet)?|is there a problem with (?:the |my )?{_DISK}|should i worry about (?:the |my )?{_DISK}|do i need (?:a bigger|more) {_DISK}",
        _running_out,
    ),
    Intent(
        rf"(?:do i|do we|do you|is there|have i|have you|have we)(?: got)? (?:still )?(?:have )?(?:enough|any"
        rf"|much|plenty of) (?:free )?(?:{_DISK}|space|room)(?: left| free)?(?: (?:on|in) (?:{_BOX}|(?:the |my )?{_DISK}))?",
        _enough,
    ),
    Intent(
        rf"how much (?:free |system )?(?:ram|memory)(?: {_HAVE})?(?: (?:on|in"
        rf"|of) {_BOX})?(?: {_HAVE})?(?: have)?",
        _ram,
    ),
    Intent(
        r"(?:what is )?(?:the |my |your )?(?:free )?(?:ram|memory)(?: usage| use| status| free"
        r"| left)|how full is (?:the |my |your )?(?:ram|memory)|is there enough (?:ram|memory)|ram|what is using (?:my |the )?nothing"
        r"|how is the (?:ram|memory)|how many (?:gigabytes|gigs) of (?:ram|memory) (?:do you have|are there|does it have|are free|do i have)|check (?:the )?(?:ram|memory)",
        _ram,
    ),
    Intent(
        r"(?:am i|are we|are you|is it|is the (?:machine|computer|server|system)) (?:running |getting )?(?:out of|low on|short on|short of) (?:ram|memory)|is (?:the |my )?(?:ram|memory) (?:full|nearly full|almost full|low|getting full|running out)",
        _low_ram,
    ),
    Intent(
        r"(?:what|which|what process|which process|who)(?: process| program| app)? (?:is|uses|takes) (?:using |eating |hogging |taking )?(?:up )?(?:all |most of |so much |the most |most )*(?:of )?(?:the |my |your )?(?:cpu|processor|ram|memory)(?: the most| right now| up)?|why is (?:the |my )?(?:cpu|processor) so (?:busy|high)|what is (?:the |my )?(?:cpu|processor) (?:busy with|doing)|top process(?:es)?",
        _busiest,
        ("cpu", "processor", "ram", "memory", "process"),
    ),
    Intent(
        rf"how many (?:processes|programs|tasks) (?:are (?:there )?(?:running)?|run|does {_BOX} run|do you run)(?: on {_BOX})?",
        _processes,
    ),
    Intent(
        r"(?:how much |what is the |is there )?swap(?: is (?:used|in use|free|left))?(?: usage| space)?",
        _swap,
    ),
    Intent(
        r"(?:what|which) (?:language |ai |speech |local )*models? (?:do you (?:run|use|have)|are you (?:running|using|on)?|is this|are (?:installed|loaded|there|here|running)|runs here|do you run on)(?: here| on this machine| locally)?|what (?:llm|language model|ai) (?:are you|is this|do you (?:run|use))|list (?:your|the) models|what models are there",
        _models,
        ("model", "llm", " ai"),
    ),
    Intent(
        r"(?:what|which) (?:linux )?(?:kernel|python)(?: version)?(?: (?:are you running|do you run(?: on)?|is this|is running|is it|do you use))?|what version of (?:python|linux|the kernel) (?:are you running|is this|do you run)",
        _kernel,
    ),
    Intent(
        r"(?:which|what) hub (?:is this|are you|am i (?:talking to|on))|where (?:are you running|do you run|do you live)",
        _which_hub,
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
        rf"|{_BOX})|what temperature is (?:{_CPU}|{_BOX})(?: at)?|what is (?:the )?temperature inside {_BOX}",
        _heat,
    ),
    Intent(
        rf"(?:is {_BOX}|is {_CPU}|are you) (?:too hot|too warm|overheating|hot|warm|getting hot|getting too hot|running hot|ok temperature wise|over heating)",
        _hot,
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
        rf"|is) )?{_BOX} status|status(?: report)?|system check|(?:is|are) (?:everything|all|things) (?:ok|okay|fine|well|good|up|working|healthy"
        rf"|all right|alright|running|running fine|running well|in order|running ok|working fine)(?: with {_BOX})?|is (?:anything|something) (?:wrong|broken|not working|down)|any (?:problems|trouble|issues|errors)|all good|what is (?:wrong|not working|broken)|are there any (?:problems|issues|errors)|do you have any (?:problems|issues)|is (?:the machine|the server|this machine|the computer"
        rf"|my server) (?:ok|okay|fine|healthy|all right|alright)|how healthy is {_BOX}",
        _all,
    ),
)
