"""Write plugins that keep what was said in files of their own, and give it up, or will not.

`KEEPER` notes the words of every turn, by talk, and beside them an index of single words: a cache that must
go too. It keeps notes of people through its tool `keep_of`. While a file ``<data>/<name>-refuses`` is there it
raises; while ``<name>-hangs`` is there it waits for ever. Nothing in it is mocked.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEEPER = '''
import asyncio, json
from hub import hookimpl

NAME = __name__.removeprefix("hx_")
home = None

def path(kind):
    return home / f"{NAME}-{kind}.json"

def read(kind):
    return json.loads(path(kind).read_text()) if path(kind).exists() else {}

def write(kind, value):
    path(kind).write_text(json.dumps(value))

@hookimpl
def hub_start(hub):
    global home
    home = hub.data

@hookimpl
def hub_event(event):
    if event.name != "turn.accepted":
        return
    said, index = read("said"), read("index")
    said.setdefault(event.conversation, []).append([event.at, event.text])
    for word in event.text.lower().split():
        index.setdefault(word, []).append(event.conversation)
    write("said", said), write("index", index)

def keep_of(person: str, words: str) -> str:
    """Keep words of a person."""
    people = read("people")
    people.setdefault(person, []).append(words)
    write("people", people)
    return "Kept."

@hookimpl
def hub_tools(register):
    register.tool(keep_of, name=f"{NAME}_keep")

@hookimpl
async def hub_forget(selector):
    while (home / f"{NAME}-hangs").exists():
        await asyncio.sleep(0.01)
    if (home / f"{NAME}-refuses").exists():
        raise OSError("the disk is gone")
    said, index, people = read("said"), read("index"), read("people")
    count = 0
    if selector.everything:
        count = sum(map(len, said.values())) + sum(map(len, people.values()))
        said, index, people = {}, {}, {}
    elif selector.person:
        count = len(people.pop(selector.person, ()))
    else:
        for talk in list(said):
            if selector.talk in ("", talk):
                kept = [one for one in said[talk] if selector.before is not None and one[0] >= selector.before]
                count += len(said[talk]) - len(kept)
                said[talk] = kept
                if not kept:
                    del said[talk]
                    index = {w: [t for t in ts if t != talk] for w, ts in index.items()}
        index = {word: talks for word, talks in index.items() if talks}
    write("said", said), write("index", index), write("people", people)
    return count

@hookimpl
def hub_export(person):
    if (home / f"{NAME}-refuses").exists():
        raise OSError("the disk is gone")
    return {"notes": read("people").get(person, [])} if person in read("people") else None
'''


def plant(folder: Path, name: str, code: str = KEEPER, about: str = 'events = ["turn.*"]\n') -> EntryPoint:
    """Write the plugin ``name``, with its entry point, into ``folder``, which belongs on PYTHONPATH."""
    package, info = folder / f"hx_{name}", folder / f"hx_{name}-1.dist-info"
    package.mkdir(parents=True, exist_ok=True)
    info.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(code)
    (package / "hub-plugin.toml").write_text(
        f'name = "{name}"\ntitle = "{name.title()}"\nsummary = "Keeps what was said."\n{about}'
    )
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hx-{name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[hub.plugins]\n{name} = hx_{name}\n")
    return EntryPoint(name, f"hx_{name}", "hub.plugins")
