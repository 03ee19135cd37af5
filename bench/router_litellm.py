"""Ask questions through LiteLLM's Router: run by the Python of an environment that has it; prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def main(primary: str, fallback: str, count: int, rate: float, prompt: str) -> None:
    """Ask at a pace, and print what came of each question."""
    import litellm

    litellm.suppress_debug_info = True
    deployments = [
        {
            "model_name": name,
            "litellm_params": {
                "model": "openai/big-1",
                "api_base": url,
                "api_key": "x",
                "stream_timeout": 1.0,
            },
        }
        for name, url in (("primary", primary), ("fallback", fallback))
    ]
    router = litellm.Router(
        model_list=deployments, fallbacks=[{"primary": ["fallback"]}], num_retries=1, timeout=20,
        stream_timeout=1.0,
    )  # fmt: skip

    async def ask(number: int) -> dict[str, object]:
        began, first, text, wrong = time.perf_counter(), None, "", ""
        try:
            messages = [{"role": "user", "content": prompt.format(number)}]
            async for chunk in await router.acompletion(model="primary", messages=messages, stream=True):
                if said := chunk.choices[0].delta.content if chunk.choices else "":
                    first = first or time.perf_counter() - began
                    text += said
        except Exception as error:  # noqa: BLE001  whatever it raises is a lost answer
            wrong = type(error).__name__
        return {
            "number": number, "text": text, "error": wrong, "first": first,
            "total": time.perf_counter() - began,
        }  # fmt: skip

    loop = asyncio.get_running_loop()
    began, running = loop.time(), []
    for place in range(count):
        await asyncio.sleep(began + place / rate - loop.time())
        running.append(asyncio.ensure_future(ask(place)))
    print(json.dumps([await one for one in running]))


if __name__ == "__main__":
    _, primary_, fallback_, count_, rate_, prompt_ = sys.argv
    asyncio.run(main(primary_, fallback_, int(count_), float(rate_), prompt_))
