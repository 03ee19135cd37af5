"""Measure llm and datasette: run by the Python of an environment that has them; prints JSON.

Both hand their hooks to pluggy. Each one's own plugin manager is asked the way it asks itself: llm calls
the hook, datasette calls it and awaits what comes back, one after the other.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

PLUGINS = 8
CALLS = 2_000
ROUNDS = 60


def sync() -> list[float]:
    """Return microseconds of overhead per plugin and call, a sample a round."""
    from llm.hookspecs import hookimpl
    from llm.plugins import pm

    for number in range(PLUGINS):
        each = type(f"P{number}", (), {})()
        each.register_template_loaders = hookimpl(_fresh())
        pm.register(each, f"bench{number}")
    hook, bare = pm.hook.register_template_loaders, [_fresh() for _ in range(PLUGINS)]
    samples = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            hook(register=None)
        asked = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(CALLS):
            for run in bare:
                run(register=None)
        samples.append((asked - (time.perf_counter() - began)) / CALLS / PLUGINS * 1e6)
    return samples


def _fresh() -> object:
    def one(register: object) -> object:
        return register

    return one


async def later() -> list[float]:
    """The same for hooks whose value is awaited, as datasette does."""
    from datasette import hookimpl
    from datasette.plugins import pm
    from datasette.utils import await_me_maybe

    for number in range(PLUGINS):
        each = type(f"P{number}", (), {})()
        each.extra_body_script = hookimpl(_awaited())
        pm.register(each, f"bench{number}")
    given = dict.fromkeys(("template", "database", "table", "columns", "view_name", "request", "datasette"))
    bare = [_plain() for _ in range(PLUGINS)]
    samples = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            for value in pm.hook.extra_body_script(**given):
                await await_me_maybe(value)
        asked = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(CALLS):
            for run in bare:
                await run()
        samples.append((asked - (time.perf_counter() - began)) / CALLS / PLUGINS * 1e6)
    return samples


def _awaited() -> object:
    def extra_body_script(template: object) -> object:
        async def inner() -> object:
            return template

        return inner()

    return extra_body_script


def _plain() -> object:
    async def inner() -> str:
        return "x"

    return inner


if __name__ == "__main__":
    print(json.dumps(sync() if sys.argv[1] == "sync" else asyncio.run(later())))
