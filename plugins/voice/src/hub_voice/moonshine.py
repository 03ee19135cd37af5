"""Write down what was said: Moonshine tiny-en (arXiv 2410.15608), decoded greedily by our own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hub_voice.runtime import SHRINK, open_model
from hub_voice.settings import RATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub_voice.pcm import Samples

BEGIN, END = 1, 2
SPECIAL = 3
"""Tokens below this are marks, not text."""

TOKENS_PER_S = 6.5
"""English is slower than this; a decoder that writes more has lost its way."""

SHORTEST = RATE // 2
"""Samples below which sound is padded with silence."""

LONG = 8 * RATE
"""Samples above which the memory of a run is given back."""


class Moonshine:
    """The recogniser. Not thread-safe; 60-200 ms for 5 s of speech on one core."""

    def __init__(self, encoder: Path, decoder: Path, tokens: Path) -> None:
        self._encoder = open_model(encoder)
        self._decoder = open_model(decoder)
        self._tokens = read_tokens(tokens.read_bytes())
        caches = [entry for entry in self._decoder.get_inputs() if entry.name.startswith("past_")]
        self._caches = [entry.name for entry in caches]
        self._empty = np.zeros((0, caches[0].shape[1], 1, caches[0].shape[3]), np.float32)
        wanted = {entry.name for entry in (*self._encoder.get_inputs(), *self._decoder.get_inputs())}
        self._masked = {"attention_mask", "encoder_attention_mask"} & wanted

    def transcribe(self, samples: Samples, wanted: Callable[[], bool] = lambda: True) -> str:
        """Return the words in ``samples`` (16 kHz); empty or a phantom when there are none.

        ``wanted`` is asked at every step; once it says no, the rest is not worth the time.
        """
        if not wanted():
            return ""
        if len(samples) < SHORTEST:
            samples = np.pad(samples, (0, SHORTEST - len(samples)))
        audio = samples[None].astype(np.float32)
        inputs = {"input_values": audio}
        if "attention_mask" in self._masked:
            inputs["attention_mask"] = np.ones(audio.shape, np.int64)
        options = SHRINK if len(samples) > LONG else None
        hidden = self._encoder.run(None, inputs, options)[0]
        return self._text(self._decode(hidden, len(samples), wanted))

    def _decode(self, hidden: np.ndarray[Any, Any], samples: int, wanted: Callable[[], bool]) -> list[int]:
        """Return the most likely tokens, one by one; the encoder's keys and values are computed once."""
        most = int(samples / RATE * TOKENS_PER_S) + 6
        past = dict.fromkeys(self._caches, self._empty)
        inputs: dict[str, Any] = {"encoder_hidden_states": hidden}
        if "encoder_attention_mask" in self._masked:
            # one a sample, not one a frame: the graph thins it out itself
            inputs["encoder_attention_mask"] = np.ones((1, samples), np.int64)
        written: list[int] = []
        token = BEGIN
        while len(written) < most and wanted():
            inputs["input_ids"] = np.array([[token]], np.int64)
            inputs["use_cache_branch"] = np.array([bool(written)])
            logits, *present = self._decoder.run(None, inputs | past)
            token = int(logits[0, -1].argmax())
            if token == END:
                break
            # with a cache the graph returns no encoder keys: keep those of the first step
            first = not written
            past.update(
                (name, kept)
                for name, kept in zip(self._caches, present, strict=True)
                if first or ".decoder." in name
            )
            written.append(token)
            if loop := repeated(written):
                return written[:-loop]
        return written

    def _text(self, tokens: list[int]) -> str:
        joined = b"".join(self._tokens[token] for token in tokens if token >= SPECIAL)
        return joined.decode("utf-8", "replace").replace("\u2581", " ").strip()


def repeated(tokens: list[int]) -> int:
    """Return how many tokens at the end are a phrase said over again, 0 when it is no loop.

    A loop is one token five times, or a longer phrase three times; people do not speak so.
    """
    for size in range(1, len(tokens) // 3 + 1):
        times = 5 if size == 1 else 3
        if len(tokens) >= size * times and tokens[-size * times :] == tokens[-size:] * times:
            return size * (times - 1)
    return 0


def read_tokens(packed: bytes) -> list[bytes]:
    """Unpack Moonshine's vocabulary: entries with a length in front, in two bytes when over 127."""
    tokens, at = [], 0
    while at < len(packed):
        length, at = packed[at], at + 1
        if length > 127:  # noqa: PLR2004  the top bit marks a second byte
            length, at = length - 128 + 128 * packed[at], at + 1
        tokens.append(packed[at : at + length])
        at += length
    return tokens
