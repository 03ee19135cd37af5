"""What was forgotten is in no file of the whole data folder, all keys at hand, nor in what the hub logged."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

import pytest

from hub import Database, MemorySelection

from ..store.pages import plain  # noqa: TID252
from .conftest import memory_of, remembering, said

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Serving

WORD = "quokkazebra"
NOTE = f"# House\n\nThe {WORD} of the cellar is serviced in May.\n".encode()


async def ask(served: Serving, method: str, path: str, body: Any = None) -> Any:
    """Return the answer to the owner, who is signed in as in a browser."""
    token = await served.hub.sessions.start(served.owner, "test")
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"cookie": f"{served.cookie}={token}", "content-type": "application/json"}
    async with served.client("", **headers) as client, client.request(method, path, data=data) as answer:
        told = await answer.read()
        assert answer.status < 300, (path, told)
        return json.loads(told)


async def approved(served: Serving, tool: str, **arguments: Any) -> None:
    """Have a tool called as the owner, and say yes to it."""
    path = f"/api/tools/{tool}"
    waits = (await ask(served, "POST", path, {"arguments": arguments}))["waiting"]
    yes = await ask(served, "POST", f"/api/approvals/{waits['id']}/approve", {"digest": waits["digest"]})
    assert yes["outcome"] == "done", yes


async def filled(served: Serving) -> None:
    """Bring the word to every place that it can come to."""
    served.hub.search.start()
    served.model.script = (f"A {WORD} is a fine animal.",)
    await said(served, f"My {WORD} sleeps under the stairs.")
    await said(served, f"Remember that the {WORD} eats carrots.")
    await said(served, f"What do you know about the {WORD}?")
    await ask(served, "POST", "/p/memory/documents?name=house.md", NOTE)
    await ask(served, "POST", "/p/memory/import", json.dumps([{"text": f"The {WORD} is ten."}]).encode())
    await approved(served, "remember", fact=f"The {WORD} is called Otto.")
    waits = {"arguments": {"fact": f"The {WORD} waits for a yes."}}
    await ask(served, "POST", "/api/tools/remember", waits)
    await ask(served, "GET", f"/api/memory/search?q={WORD}")
    await ask(served, "GET", f"/api/talks/search?q={WORD}")


def keys(folder: Path) -> dict[str, bytes]:
    """Return the key of each database that is open, by the name of its file."""
    found = [one for one in gc.get_objects() if isinstance(one, Database)]
    return {one.path.name: one._key for one in found if folder in one.path.parents}


def where(folder: Path, opened: dict[str, bytes], word: str = WORD) -> list[str]:
    """Return the files that hold ``word``, as they are or opened with their keys."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        raw = path.read_bytes().lower()
        if path.name.endswith("-shm"):  # an index of pages by their numbers
            continue
        texts = [
            raw,
            *(plain(path, key).lower() for name, key in opened.items() if path.name.startswith(name) and raw),
        ]
        if any(word.encode() in text for text in texts):
            found.append(str(path.relative_to(folder)))
    return found


async def test_the_look_sees_what_is_there(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        await filled(served)
        opened = keys(tmp_path)
    assert {"core.db", "memory.db"} <= opened.keys()
    assert {"core.db", "memory.db"} <= {*where(tmp_path, opened)}
    assert where(tmp_path, {}) == []


@pytest.mark.parametrize("what", ["topic", "everything", "person", "hub"])
async def test_nowhere_in_the_data_folder(
    tmp_path: Path, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with remembering(tmp_path) as served:
        await filled(served)
        opened = keys(tmp_path)
        if what == "topic":
            await ask(served, "POST", "/api/memory/forget", {"topic": WORD, "talks": True})
        elif what == "everything":
            await ask(served, "POST", "/api/memory/forget", {"everything": True})
        elif what == "person":
            await ask(served, "DELETE", "/api/me/data")
        else:
            from hub.kept import forget_everything

            await forget_everything(served.hub)
        mine = MemorySelection(served.owner.id, topic=WORD)
        assert not await memory_of(served).browse(mine)
    async with remembering(tmp_path) as served:  # what could still be brought back is gone by now
        served.hub.search.start()
        await served.hub.conversations.resume()
        assert await served.hub.search.caught_up(30)
        opened |= keys(tmp_path)
    assert where(tmp_path, opened) == []
    told = capfd.readouterr()
    assert WORD not in told.out + told.err


@pytest.mark.parametrize("by", ["tool", "spoken", "page"])
async def test_what_tools_were_asked_goes_with_the_entry(tmp_path: Path, by: str) -> None:
    fact = f"The {WORD} is called Otto."
    async with remembering(tmp_path) as served:
        await approved(served, "remember", fact=fact)
        await approved(served, "remember", fact="The bins go out on Monday.")
        if by == "tool":
            await approved(served, "forget", words=[fact])
        elif by == "page":
            (entry,) = await memory_of(served).browse(MemorySelection(served.owner.id, topic=WORD))
            await ask(served, "DELETE", f"/api/memory/{entry.id}")
        else:
            talk, _ = await said(served, f"Forget about the {WORD}.")
            await said(served, "Yes.", talk)
        asked = (await ask(served, "GET", "/api/approvals"))["history"]
        assert WORD not in json.dumps(asked)
        assert "Monday" in json.dumps(asked)
