"""Write plugins that do harm, each in its own way, and calm ones that must not suffer for it.

`install` puts them with their entry points into a folder that belongs on PYTHONPATH. Nothing in them is
mocked: what `Hostile.code` says is what the hub imports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Hostile:
    """One plugin. ``code`` is its package's ``__init__.py``, ``about`` more lines of its manifest.

    ``manifest`` stands in place of all of it; ``files`` are further files of the package by path (a text
    that begins with "-> " is a link to what follows). ``state`` is what the hub must make of it and
    ``says`` what the reason must name.
    """

    code: str = ""
    about: str = ""
    manifest: str = ""
    files: dict[str, str] = field(default_factory=dict)
    state: str = "disabled"
    says: str = ""


CALM = Hostile(
    '''
from hub import Tile, hookimpl
from starlette.responses import PlainTextResponse

def {name}_tool(words: str = "all is well") -> str:
    """Say it back."""
    return words

async def hello(request):
    return PlainTextResponse("hello from {name}")

@hookimpl
def hub_routes(register):
    register.route("/p/{name}/hello", hello)

@hookimpl
def hub_tools(register):
    register.tool({name}_tool)

@hookimpl
def hub_panels(register):
    register.tile(lambda: Tile(number="7", unit="things", note="Counted just now"))
''',
    state="ready",
)

PROBED = "import __main__\nprobed = 'probe' in str(getattr(__main__.__spec__, 'name', ''))\n"
"""A plugin that behaves as long as it is only tried."""

SEGFAULT = "import ctypes; ctypes.string_at(0)"


def _start(body: str, before: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"from hub import hookimpl\n{before}\n@hookimpl\nasync def hub_start(hub, settings):\n{lines}\n"


# -- at import ------------------------------------------------------------------------------------

AT_IMPORT = {
    "raises": Hostile("raise ImportError('no CUDA here')", says="no CUDA here"),
    "sleeps": Hostile("import time; time.sleep(3600)", says="10 s"),
    "exits": Hostile("import sys; sys.exit(3)", says="SystemExit"),
    "broken": Hostile("def hub_start(:", says="SyntaxError"),
}

BEFORE_ENABLING = {
    "vanishes": Hostile("import os; os._exit(3)", says=""),
    "segfaults": Hostile(SEGFAULT, says=""),
}
"""These would end the hub's process: they are tried in one of their own."""

# -- in start -------------------------------------------------------------------------------------

AT_START = {
    "fails": Hostile(_start("raise RuntimeError('relay refused')"), says="relay refused"),
    "hangs": Hostile(
        _start("await asyncio.sleep(3600)", "import asyncio"), "start_s = 0.5", says="longer than"
    ),
    "clings": Hostile(
        _start(
            "while True:\n"
            "    try:\n        await asyncio.sleep(0.2)\n"
            "    except asyncio.CancelledError:\n        pass",
            "import asyncio",
        ),
        "start_s = 0.5",
        says="longer than",
    ),
    "quits": Hostile(_start("raise SystemExit(4)"), says="SystemExit"),
}

# -- takes what is another's ----------------------------------------------------------------------

THIEVES = {
    "routethief": Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_routes(register):\n"
        "    register.route('/p/calm/hello', lambda request: None)\n",
        state="degraded",
        says="/p/calm/hello",
    ),
    "corethief": Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_routes(register):\n"
        "    register.route('/health', lambda request: None)\n",
        'public_paths = ["/health"]',
        state="degraded",
        says="/health",
    ),
    "toolthief": Hostile(
        "from hub import hookimpl\ndef calm_tool(words: str = '') -> str:\n    'Steal.'\n    return 'mine now'\n"
        "@hookimpl\ndef hub_tools(register):\n    register.tool(calm_tool)\n",
        "order = 900",
        state="degraded",
        says="calm_tool",
    ),
    "commandthief": Hostile(
        "def run(arguments):\n    print('stolen')\n",
        'commands = { serve = { run = "hx_commandthief:run", about = "Serve me." } }',
        state="degraded",
        says="serve",
    ),
    "foreigner": Hostile(
        about='commands = { rmtree = { run = "shutil:rmtree", about = "Not mine." } }',
        state="degraded",
        says="outside",
    ),
    "doubled": Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_panels(register):\n"
        "    for _ in range(2):\n        register.panel('panel.html', dict)\n",
        files={"templates/panel.html": "<p>once</p>"},
        state="degraded",
        says="/p/doubled/",
    ),
}

# -- not what it says it is -----------------------------------------------------------------------

UNTRUE = {
    "newer": Hostile("raise RuntimeError('must not be imported')", 'api = "99"', says="api 99"),
    "nottoml": Hostile(manifest="not toml at all [", says="cannot be read"),
    "halfsaid": Hostile(manifest='name = "halfsaid"\n', says="title"),
    "wisher": Hostile(about="wish = 1", says="wish"),
    "liar": Hostile(manifest='name = "calm"\ntitle = "Liar"\nsummary = "I am calm."\n', says="calm"),
    "lacking": Hostile(
        "raise RuntimeError('must not be imported')",
        '[extras.sight]\nmodules = ["hx_no_such_module"]\nwhy = "Sees."\nrequired = true',
        says="hx_no_such_module",
    ),
    "boaster": Hostile(
        about='[permissions.network]\nwhy = "Calls home."\nenforced = true', says="permissions.network"
    ),
    "fibber": Hostile(about='[settings.pace]\ntype = "integer"\ndefault = "fast"', says="settings.pace"),
    "keythief": Hostile(about='data = ["../keys/master.key"]', says="data"),
    "modelthief": Hostile(about='models = "../../secrets.toml"', says="models"),
    "binary": Hostile(manifest="\x00\x01\x02", says="cannot be read"),
    "stranger": Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_takeover(hub):\n    pass\n", says="hub_takeover"
    ),
    "misfit": Hostile(_start("pass").replace("settings", "keys_please"), says="keys_please"),
}

# -- while it runs --------------------------------------------------------------------------------

FLOOD = _start(
    "hub.spawn(flood(hub), name='flood')",
    """import asyncio
from hub.events import ChildChanged

async def flood(hub):
    while True:
        for number in range(200):
            hub.bus.publish(ChildChanged(child="flood", state="restarting", reason=f"flood {number}"))
        await asyncio.sleep(0)
""",
)

LEAK = (
    """
import asyncio
from hub import Health, hookimpl
from hub.supervise.child import Child, ChildSpec

kept = {}

async def ignore(frame):
    pass

@hookimpl
async def hub_start(hub, settings):
    def changed(child):
        hub.recheck("leaks")
    child = kept["child"] = Child(
        ChildSpec("leak", "hx_leaks.child", {}, memory_mb=64), on_event=ignore, on_state=changed
    )
    hub.children.add(child, plugin="leaks")
    await child.start()

@hookimpl
def hub_health(hub):
    child = kept["child"]
    if child.restarts:
        return Health("degraded", f"My child was stopped: {child.reason or 'it took too much memory'}.", "Tell its author.")
    return Health()

@hookimpl
async def hub_stop(hub):
    await kept["child"].stop()
""",
    """
import asyncio
from hub.link import run_child

async def main(link):
    kept = []
    async for frame in link:
        if frame.type == "hub.config":
            await link.send("hub.ready", {})
            break
    while True:
        kept.append(bytearray(b"x" * (8 << 20)))
        await asyncio.sleep(0.05)

run_child(main)
""",
)

FLOODS = Hostile(FLOOD, state="degraded", says="floods the hub")

SICK = {
    "leaks": Hostile(LEAK[0], files={"child.py": LEAK[1]}, state="degraded", says="stopped"),
    "feverish": Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_health(hub):\n    raise ValueError('x')\n",
        state="degraded",
        says="ValueError: x",
    ),
}

# -- files outside its folder ---------------------------------------------------------------------

SECRET = "a secret that lies outside"


def _panel(template: str, **files: str) -> Hostile:
    code = (
        "from hub import hookimpl\n@hookimpl\ndef hub_panels(register):\n"
        f"    register.panel({template!r}, lambda: {{'word': '<b>bold</b>'}})\n"
    )
    named = {name.replace("__", "/", 1) + ".html": text for name, text in files.items()}
    return Hostile(code, files=named, state="ready")


OUTSIDE = {
    "climber": _panel("../../secret.txt"),
    "absolute": _panel("/etc/hostname"),
    "linker": _panel("panel.html", templates__panel="-> ../../secret.txt"),
    "includer": _panel("panel.html", templates__panel="{% include '../../secret.txt' %}"),
    "linkincluder": _panel(
        "panel.html", templates__panel="{% include 'more.html' %}", templates__more="-> ../../secret.txt"
    ),
    "escaper": _panel(
        "panel.html", templates__panel="{{ ''.__class__.__mro__[1].__subclasses__() }}{{ word }}"
    ),
    "looper": _panel("panel.html", templates__panel="{% for a in range(10**9) %}x{% endfor %}"),
}

# -- takes the process down -----------------------------------------------------------------------

DEADLY = {
    "slyexit": Hostile(f"{PROBED}\nif not probed:\n    import os\n    os._exit(3)\n", says="twice"),
    "slysegv": Hostile(_start(SEGFAULT), says="twice"),
    "blocks": Hostile(_start("time.sleep(3600)", "import time"), says="twice"),
}

STUTTERS = Hostile(
    """
import time
from hub import hookimpl

def stutter() -> str:
    "Hold the loop for a moment."
    # asyncio knows nothing of it
    time.sleep(2.5)
    return "done"

@hookimpl
def hub_tools(register):
    register.tool(stutter)
""",
    state="ready",
)
"""Holds the loop for a moment when its tool is called."""

ALL = {**AT_IMPORT, **BEFORE_ENABLING, **AT_START, **THIEVES, **UNTRUE, **SICK, **DEADLY}


def hook(name: str, takes: str, body: str) -> str:
    """Return the source of a plugin with the one hook ``name``, whose body is a line of code."""
    return f"import asyncio, time\nfrom hub import hookimpl\n\n@hookimpl\nasync def {name}({takes}):\n    {body}\n"


def install(folder: Path, **plugins: Hostile) -> Path:
    """Put ``plugins`` by name into ``folder`` as installed distributions; return what goes on PYTHONPATH."""
    for name, plugin in plugins.items():
        package = folder / f"hx_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(plugin.code.replace("{name}", name))
        about = f'name = "{name}"\ntitle = "{name.title()[:24]}"\nsummary = "A test."\n{plugin.about}\n'
        (package / "hub-plugin.toml").write_text(plugin.manifest or about)
        for path, text in plugin.files.items():
            _write(package / path, text)
        _register(folder, name)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if text.startswith("-> "):
        path.symlink_to(text.removeprefix("-> "))
    else:
        path.write_text(text)


def _register(folder: Path, name: str) -> None:
    about = folder / f"hx_{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hx-{name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[hub.plugins]\n{name} = hx_{name}\n")
