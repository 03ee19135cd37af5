"""Run llama.cpp in this process: one prompt at a time, streamed, stopped between any two batches.

xllamacpp starts llama.cpp's own HTTP server beside the calls we make. It gets a socket in a folder
that only this user can enter, removed at once, and a key that nobody knows: nothing can reach it.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Threads that wait must sleep and not spin: on a busy machine spinning made two of them 10-30 times
# slower than one. The OpenMP runtime reads this when it is loaded, with the import below.
os.environ["OMP_WAIT_POLICY"] = "passive"

import xllamacpp

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT = 2048
"""Tokens of prompt and answer together."""

BATCH = 32
"""Tokens of a prompt that are read between two looks at whether to stop."""

_OTHER_TALKS_MIB = 48  # evaluated prompts of other talks, kept to come back to
# The likeliest word each time: of five settings tried on eleven questions, the one with fewest errors.
# A penalty on repetition counts the question's own words, and made "Paris" and "eight" go wrong; DRY
# ("don't repeat yourself") looks only at runs of words, and breaks the loops that a greedy choice falls into.
_SAMPLING = {
    "temperature": 0.0,
    "repeat_penalty": 1.0,
    "dry_multiplier": 0.8,
    "dry_allowed_length": 4,
}


class TooLong(ValueError):  # noqa: N818  a fact about the prompt
    """The prompt does not fit the context."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an evaluation cost: tokens read (``cached`` of them for free) and written; speeds in tokens/s."""

    reason: str
    prompt: int
    completion: int
    cached: int
    prompt_speed: float = 0.0
    answer_speed: float = 0.0


class Engine:
    """A loaded model. ``reading`` and ``writing``: threads for prompts and for answers."""

    def __init__(self, model: Path, *, reading: int = 1, writing: int = 1) -> None:
        self.reading, self.writing = reading, writing
        with tempfile.TemporaryDirectory(prefix="hub-language-") as folder:
            self._server = xllamacpp.xllamacpp.Server(_params(model, reading, writing, Path(folder)))

    def run(
        self, prompt: str, max_tokens: int, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> Result | None:
        """Evaluate ``prompt``, hand its continuation piece by piece to ``on_text``; None when ``stopped``.

        Blocks; releases the interpreter while it computes. Raises `TooLong`, or `RuntimeError` with
        the engine's words.
        """
        last: dict[str, Any] = {}

        def take(chunk: str) -> bool:
            nonlocal last
            last = json.loads(chunk)
            if not stopped() and (text := _text(last)):
                on_text(text)
            return stopped()

        ask = {"prompt": prompt, "max_tokens": max_tokens, "stream": True, "return_progress": True}
        refused = self._server.handle_completions(json.dumps(ask | {"cache_prompt": True} | _SAMPLING), take)
        if stopped():
            return None
        return _result(json.loads(refused) if isinstance(refused, str) else refused or last)


def _params(model: Path, reading: int, writing: int, folder: Path) -> Any:
    params = xllamacpp.xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = writing, reading
    params.cache_ram_mib = _OTHER_TALKS_MIB
    params.hostnames, params.api_keys = [str(folder / "engine.sock")], [secrets.token_hex()]
    params.warmup = params.fit_params = params.use_jinja = params.endpoint_slots = params.ui = False
    params.n_threads_http = 1
    params.verbosity = -1
    return params


def _text(chunk: dict[str, Any]) -> str:
    choices = chunk.get("choices") or [{}]
    return str(choices[0].get("text") or "")


def _result(last: dict[str, Any]) -> Result:
    if error := last.get("error"):
        words = str(error.get("message", error)) if isinstance(error, dict) else str(error)
        if "context" in words:
            raise TooLong(words)
        raise RuntimeError(words)
    usage, timings = last.get("usage") or {}, last.get("timings") or {}
    choices = last.get("choices") or [{}]
    return Result(
        reason="length" if choices[0].get("finish_reason") == "length" else "stop",
        prompt=usage.get("prompt_tokens", 0),
        completion=usage.get("completion_tokens", 0),
        cached=timings.get("cache_n", 0),
        prompt_speed=timings.get("prompt_per_second") or 0.0,
        answer_speed=timings.get("predicted_per_second") or 0.0,
    )
