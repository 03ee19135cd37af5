"""Say in words how this machine is: disk, RAM, load, heat, uptime, address."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import os
import platform
import re
import socket
import time
from datetime import timedelta
from pathlib import Path
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


def _capacity(_question: Question, _match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    use = psutil.disk_usage(os.path.expanduser("~"))  # noqa: PTH111  psutil takes a string
    return f"The disk holds {size(use.total)}: {size(use.free)} are free."


_BYTES = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def _fits(_question: Question, match: re.Match[str]) -> str:
    """Say whether a file of a size fits on the disk."""
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    wanted = float(match["n"]) * _BYTES[match["unit"][0]]
    free = psutil.disk_usage(os.path.expanduser("~")).free  # noqa: PTH111  as above
    return f"{'Yes' if free > wanted else 'No'}, {size(free)} are free."


def _graphics(_question: Question, _match: re.Match[str]) -> str:
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


def _ram(_question: Question, match: re.Match[str]) -> str:
    import psutil  # noqa: PLC0415  20 ms that most starts do not need

    memory = psutil.virtual_memory()
    if re.search(r"\bus(?:ed|e|ing|age)\b", match[0]):
        return f"{size(memory.total - memory.available)} of {size(memory.total)} of RAM are in use."
    if size(memory.available) == size(memory.total):
        return f"Nearly all of the {size(memory.total)} of RAM are free."
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


def _processor(_question: Question, _match: re.Match[str]) -> str:
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
    r"(?:you|(?:the|this|my|our|your) (?:machine|computer|server|system|host|box|hub|pi|raspberry pi|pc|laptop"
    r"|thing|device|home server|nas)|here|it)"
)
_CPU = r"(?:the |my |your )?(?:cpu|processor|chip)"
_HAVE = (
    r"(?:(?:is|are) (?:still )?(?:left|free|available|used|in use|there)|do (?:i|we|you) have(?: left| free)?"
    r"|is left over|are you using|have (?:i|we|you) (?:got )?(?:left|free)?|left|free|remains"
    r"|is being used|am i using|are we using|have (?:i|we|you) (?:got )?|have (?:we|you|i) got|(?:is|are) installed|in use|used|in total"
    r"|have (?:i|we|you) used|do (?:i|we|you) still have(?: left)?|does (?:it|this) have|has (?:it|this) got|remaining|is remaining)"
)
INTENTS = (
    Intent(
        r"(?:what|which) (?:software )?version (?:are you|is this|do you run"
        r"|of (?:the )?hub (?:is this|am i (?:using|running|on)|are you|do i have|are we (?:on|running)|is running)|are you running|are you on|am i (?:using|running))|what is your version|version",
        lambda _q, _m: f"I am Hub, version {__version__}.",
    ),
    Intent(
        rf"how (?:full|empty) is (?:the |my |your )?{_DISK}(?: on {_BOX})?|what (?:percent|percentage|%|share|part|fraction) of (?:the |my |your )?{_DISK} is (?:full|used|in use|free|left|taken)|how is (?:the |my |your )?{_DISK} (?:looking|doing|holding up)(?: for space)?",
        _disk,
    ),
    Intent(
        rf"how many (?:gigabytes|gigs|gb) (?:are |do (?:i|we) have )(?:still )?(?:left|free)(?: on {_BOX})?|(?:how much|how many (?:gigabytes|gigs|gb|terabytes) of) (?:free )?(?:{_DISK}|space"
        rf"|room)(?: {_HAVE})?(?: (?:on|in) (?:the |my |your )?(?:{_DISK}|{_BOX}))?(?: {_HAVE})?",
        _disk,
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )?(?:free )?(?:{_DISK})(?: usage| use| status| left"
        rf"| free)?(?: (?:on|in|of) {_BOX})?|free space|what is the disk usage|check (?:the )?{_DISK}"
        rf"|how is the {_DISK}(?: doing)?|df",
        _disk,
    ),
    Intent(
        rf"(?:am i|are we|are you|is {_BOX}|do i|will (?:i|we|you|it)|are you) (?:running|getting|run|going to run|low"
        rf"|about to run|short)(?: soon)? ?(?:out of|low on|short of|short on|on|of) (?:{_DISK}|space|room)(?: on {_BOX})?(?: soon| anytime soon| left)?"
        rf"|(?:is|will) (?:the |my |your |our )?{_DISK} (?:be |going to be |soon be |about to be |going to )?(?:full|nearly full|almost full|getting full|filling up|running out|low|close to full|getting low|running low|fill up|run out|run full|ok|okay|all right|fine)(?: yet| soon| anytime soon| any time soon)?|(?:when|how soon) will (?:the |my |our )?{_DISK} (?:be full|fill up|run out)|is there a problem with (?:the |my )?{_DISK}|should i worry about (?:the |my )?{_DISK}|do i need (?:a bigger|more) {_DISK}",
        _running_out,
    ),
    Intent(
        rf"(?:do i|do we|do you|is there|have i|have you|have we)(?: got)? (?:still )?(?:have )?(?:enough|any"
        rf"|much|plenty of|lots of) (?:free )?(?:{_DISK}|space|room)(?: left| free)?(?: for (?:more|new|my|the|all my|another) [a-z]+)?(?: (?:on|in) (?:{_BOX}|(?:the |my )?{_DISK}))?",
        _enough,
    ),
    Intent(
        rf"how (?:big|large) is (?:the |my |your |our )?{_DISK}(?: (?:in|on|of) {_BOX})?|what (?:size|capacity) (?:is|has) (?:the |my |your )?{_DISK}(?: got)?|what is the (?:size|capacity) of (?:the |my |your )?{_DISK}|how much {_DISK} (?:is there|do (?:i|we) have) in total|how much (?:can|does) (?:the |my |this )?{_DISK} hold",
        _capacity,
    ),
    Intent(
        rf"(?:do (?:i|we|you)|have (?:i|we|you)|is there|will|would|can|does|could)(?: (?:got|have|still|enough|the|my|any|be|i|we|you|fit|put|save|store|download|copy|room|space|disk|drive|free|left|{_DISK}))* (?:for )?(?:an?|another|the|my|some)? ?(?P<n>\d{{1,6}}(?:\.\d{{1,3}})?) ?(?P<unit>kilobytes?|megabytes?|megs?|gigabytes?|gigs?|terabytes?|kb|mb|gb|tb)(?: (?:file|files|film|movie|video|game|download|backup|model|folder|of (?:data|photos|videos|music|films|files|space|stuff)|worth of [a-z]+))?(?: (?:fit|be free|free|left|more|on (?:the |my |this )?[a-z]+|here|on {_BOX}|go on (?:the |my )?{_DISK}))*",
        _fits,
    ),
    Intent(
        rf"(?:do|does|is there|has|have) (?:{_BOX} )?(?:have |got |use )?(?:an? |any )?(?:dedicated )?(?:graphics card|gpu|graphics processor|video card|graphics chip)(?: (?:in|on) {_BOX}| installed)?|(?:what|which) (?:graphics card|gpu|graphics|video card)(?: (?:do you have|does {_BOX} have|is (?:in|on) {_BOX}|is this|have (?:i|you|we) got|do (?:i|we) have|is installed))?|(?:are you|do you) (?:running on|using|run on|use) (?:an? |the )?gpu",
        _graphics,
        ("graphics", "gpu", "video card"),
    ),
    Intent(
        rf"how (?:are|is) {_BOX} (?:doing |off )?(?:for|on|with) (?:{_DISK}|space|room|(?P<ram>ram|memory))(?: space)?",
        lambda q, m: _ram(q, m) if m["ram"] else _disk(q, m),
    ),
    Intent(
        rf"(?:how much|what|how many gigs of) (?:of )?(?:the |my |your )?(?:free |system )?(?:ram|memory)(?: {_HAVE})?(?: (?:on|in"
        rf"|of) {_BOX})?(?: {_HAVE})?(?: have| does {_BOX} have| has {_BOX} got| is {_BOX} using)?",
        _ram,
    ),
    Intent(
        r"is there (?:room|space) for (?:more|some more|new|another) [a-z ]+|(?:have|do) (?:i|we) (?:got |have )?(?:room|space) for (?:more|another|new) [a-z ]+",
        _enough,
        ("room", "space"),
    ),
    Intent(
        r"(?:is|are) there (?:enough|plenty of|much|any|lots of) (?:free )?(?:ram|memory)(?: left| free)?|(?:do|have) (?:i|we|you) (?:have |got )?(?:enough|plenty of|much) (?:free )?(?:ram|memory)(?: left| free)?",
        lambda q, m: f"{'Yes.' if _low_ram(q, m).startswith('No.') else 'Hardly.'} {_ram(q, m)}",
        ("ram", "memory"),
    ),
    Intent(
        r"(?:what is )?(?:the |my |your )?(?:free )?(?:ram|memory)(?: usage| use| status| free"
        r"| left)|how full is (?:the |my |your )?(?:ram|memory)|is there enough (?:ram|memory)|ram|what is using (?:my |the )?nothing"
        r"|how is the (?:ram|memory)|how many (?:gigabytes|gigs) of (?:ram|memory) (?:do you have|are there|does it have|are free|do i have)|check (?:the )?(?:ram|memory)",
        _ram,
    ),
    Intent(
        rf"(?:am i|are we|are you|is {_BOX}) (?:running |getting )?(?:out of|low on|short on|short of) (?:ram|memory)|is (?:the |my )?(?:ram|memory) (?:full|nearly full|almost full|low|getting full|running out)",
        _low_ram,
    ),
    Intent(
        r"is (?:anything|something) (?:using|eating|hogging)(?: up)? (?:all |most of )?(?:the |my )?(?:cpu|processor|ram|memory)|(?:what|which|what process|which process|who)(?: process| program| app)? (?:is|uses|takes) (?:using |eating |hogging |taking )?(?:up )?(?:all |most of |so much |the most |most )*(?:of )?(?:the |my |your )?(?:cpu|processor|ram|memory)(?: the most| right now| up)?|why is (?:the |my )?(?:cpu|processor) so (?:busy|high)|what is (?:the |my )?(?:cpu|processor) (?:busy with|doing)|top process(?:es)?",
        _busiest,
        ("cpu", "processor", "ram", "memory", "process"),
    ),
    Intent(
        rf"how many (?:processes|programs|tasks) (?:are there|are (?:there )?(?:running)?|run|does {_BOX} run|do you run)(?: on {_BOX})?",
        _processes,
    ),
    Intent(
        r"(?:how much |what is the |is there (?:any )?|do (?:i|we|you) have (?:any )?)?swap(?: (?:space|memory|file))?(?: is (?:used|in use|free|left|being used|there)| are you using| in use| do (?:i|we|you) have)?(?: usage| space)?",
        _swap,
    ),
    Intent(
        r"(?:what|which) (?:language |ai |speech |local )*models? (?:do you (?:run|use|have)|are you (?:running|using|on)?|is this|are (?:installed|loaded|there|here|running)|runs here|do you run on|do you have (?:installed|here|on board|loaded)|have you (?:got|installed)(?: installed)?|are on this machine)(?: here| on this machine| locally)?|what (?:llm|language model|ai) (?:are you|is this|do you (?:run|use))|list (?:your|the) models|what models are there",
        _models,
        ("model", "llm", " ai"),
    ),
    Intent(
        r"(?:what|which) (?:linux )?(?:kernel|python)(?: version)?(?: (?:is it|are you running|do you run(?: on)?|is this|is running|is it|do you use))?|what version of (?:python|linux|the kernel) (?:are you running|is this|do you run)",
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
        rf"|do you use)|is {_CPU} being used(?: (?:a lot|much|heavily))?|(?:is {_BOX}|is {_CPU}|are you) (?:very |too |really )?(?:busy|overloaded|under load|idle|under strain|stressed|struggling|maxed out|working (?:too )?hard|slow|coping|bored)(?: at all| today)?|(?:is|are) {_BOX} (?:doing (?:a lot|much|anything)|under (?:a lot of |much |heavy )?(?:load|stress))|how hard is {_BOX} working|(?:what is |how much )(?:the )?(?:cpu|processor) (?:is|load|usage) (?:is )?(?:being )?(?:used|like|there)",
        _load,
    ),
    Intent(
        rf"since when (?:has|is|have) (?:you|(?:this|the|my) [a-z]+|it) (?:been )?(?:up|running|on)|(?:has|was|have) (?:{_BOX}|you) (?:been )?(?:restarted|rebooted|booted|started|turned off and on)(?: (?:recently|today|yesterday|lately|again|this week))?|did (?:you|the [a-z]+|this [a-z]+|my [a-z]+) (?:restart|reboot)(?: (?:recently|today|yesterday|last night|in the night|lately|overnight))?|how long (?:have you|has (?:{_BOX}|the hub)) been (?:up|running|on|alive|awake|online"
        rf"|up and running)|(?:what is )?(?:the |your |my )?(?:system |server )?uptime|when (?:did"
        rf"|was) {_BOX} (?:last )?(?:start|boot|started|booted|rebooted|restart|restarted"
        rf"|reboot)(?: up)?|when was the last (?:boot|reboot|restart)"
        rf"|how long since (?:the )?(?:last )?(?:boot|reboot|restart)",
        _uptime,
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )?(?:local |lan |network |internal |host )?(?:ip"
        rf"|ip address|ip addresses|network address)(?: of {_BOX}| here)?"
        rf"|(?:what is )?(?:your|the|my|our) (?:ip |network )?address (?:on|in) (?:the|our|my) (?:local |home )?(?:network|lan|wifi|house)|what ip (?:address )?(?:do (?:you|we|i) have|is this|is {_BOX})|which ip (?:do you have"
        rf"|address is this)|where can i reach you(?: on the network)?",
        _address,
    ),
    Intent(
        rf"how many (?:cpu |processor )?(?:cores|cpus|processors)(?: (?:does {_BOX} have|have (?:you|i|we) got"
        rf"|do you have|do i have|are there|has {_BOX}|are in {_BOX}))?",
        _cores,
    ),
    Intent(
        rf"(?:what|which) (?:cpu|processor|chip) (?:do you (?:have|run on|use)|is (?:this|in {_BOX}|that)|does {_BOX} (?:have|use|run on)|are you (?:running )?on|has {_BOX} got|have (?:i|we|you) got)|what (?:kind|sort|type|model) of (?:cpu|processor|chip) (?:is (?:this|it)|do you have|does {_BOX} have)|how fast is {_CPU}|what speed is {_CPU}|what is (?:the )?(?:clock speed|speed) of {_CPU}",
        _processor,
        ("cpu", "processor", "chip"),
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your )host ?name(?: of {_BOX})?|what is the name of (?:this|the|my) (?:machine|computer|server|box|host)|what is (?:this machine"
        rf"|this computer|the machine|the computer|the server|this server) called|host ?name",
        _name,
    ),
    Intent(
        rf"(?:what|which) version of (?:debian|ubuntu|linux|fedora|the (?:operating system|os)) (?:is this|are you (?:on|running)|do you run|is {_BOX} (?:on|running))|(?:what|which) (?:operating system|os|linux|system|distribution"
        rf"|distro)(?: (?:are you (?:running )?on|do you run(?: on)?|is this|is {_BOX} running"
        rf"|are you running|does {_BOX} run))?|what (?:machine|hardware"
        rf"|computer) (?:are you (?:running )?on|is this|do you run on)"
        rf"|what is the operating system|what are you running on",
        _system,
    ),
    Intent(
        r"(?:what is |how full is |how is |is )?(?:the |my |your )?battery(?: level| status| charge| charging| full| low| empty| ok| plugged in)?"
        r"|how much battery (?:is left|do i have|is there)(?: left)?",
        _battery,
    ),
    Intent(
        rf"how is (?:the |this |my )?(?:server|machine|system|computer|box|host|pi)(?: (?:doing"
        rf"|feeling|running))?|how is (?:{_BOX}) (?:doing|feeling|running)|(?:what is )?(?:the "
        rf"|your )?(?:system|host|machine|server) (?:status|health)|(?:how (?:are"
        rf"|is) )?{_BOX} status|(?:give me )?(?:a |the |your )?status(?: report| update)?|system check|(?:is|are) (?:everything|all|things) (?:ok|okay|fine|well|good|up|working|healthy"
        rf"|all right|alright|running|running fine|running well|in order|running ok|working fine)(?: with {_BOX})?|is (?:anything|something|everything|there anything|there something|there anything) (?:wrong|broken|not working|down|the matter|amiss)(?: with {_BOX})?|what is (?:the matter|wrong|up|the problem|not working) with {_BOX}|(?:are you|is {_BOX}) (?:feeling |doing |still )?(?:healthy|ok|okay|in good shape|in order|working properly|functioning|functioning properly|all right|alright|working|working ok)|do you (?:feel ok|have a problem|need (?:help|attention|anything))|any (?:problems|trouble|issues|errors)|all good|what is (?:wrong|not working|broken)|are there any (?:problems|issues|errors)|do you have any (?:problems|issues)|is (?:the machine|the server|this machine|the computer"
        rf"|my server) (?:ok|okay|fine|healthy|all right|alright)|how healthy is {_BOX}",
        _all,
    ),
)
