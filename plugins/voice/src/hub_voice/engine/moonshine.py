"""Write down what was said: Moonshine (arXiv 2410.15608), decoded greedily by our own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hub_voice.engine.hearing import Words
from hub_voice.engine.runtime import SHRINK, open_model
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

Tensor = np.ndarray[Any, Any]


class Decoder(Protocol):
    """Writes tokens by what the encoder heard."""

    def begin(self, hidden: Tensor, samples: int) -> Callable[[int], Tensor]:
        """Return what takes the token before and gives the logits of the next."""
        ...


class Merged:
    """The decoder as it is published: one graph with a fork for the first token."""

    def __init__(self, path: Path) -> None:
        self._model = open_model(path)
        self._caches, self._empty = _caches(self._model)
        self._masked = "encoder_attention_mask" in {entry.name for entry in self._model.get_inputs()}

    def begin(self, hidden: Tensor, samples: int) -> Callable[[int], Tensor]:
        """Compute the encoder's keys and values at the first token, and keep them."""
        inputs: dict[str, Any] = {"encoder_hidden_states": hidden}
        inputs |= dict.fromkeys(self._caches, self._empty)
        if self._masked:
            # one a sample, not one a frame: the graph thins it out itself
            inputs["encoder_attention_mask"] = np.ones((1, samples), np.int64)
        first = True

        def step(token: int) -> Tensor:
            nonlocal first
            inputs["input_ids"] = np.array([[token]], np.int64)
            inputs["use_cache_branch"] = np.array([not first])
            logits, *present = self._model.run(None, inputs)
            # with a cache the graph returns no encoder keys: keep those of the first step
            for name, kept in zip(self._caches, present, strict=True):
                if first or ".decoder." in name:
                    inputs[name] = kept
            first = False
            return np.asarray(logits[0, -1])

        return step


class Split:
    """The decoder as `requantise` makes it: the encoder's keys and values by themselves, then the tokens."""

    def __init__(self, cross: Path, step: Path) -> None:
        self._cross, self._step = open_model(cross), open_model(step)
        caches, self._empty = _caches(self._step)
        self._past = [name for name in caches if ".decoder." in name]
        made = [entry.name for entry in self._cross.get_outputs()]
        self._kept = [name.replace("present.", "past_key_values.") for name in made]

    def begin(self, hidden: Tensor, samples: int) -> Callable[[int], Tensor]:  # noqa: ARG002  as `Decoder`
        """Take the first token like any other, with nothing before it."""
        empty = np.zeros((1, *self._empty.shape[1:2], 0, self._empty.shape[3]), np.float32)
        inputs: dict[str, Any] = dict.fromkeys(self._past, empty)
        inputs |= zip(self._kept, self._cross.run(None, {"encoder_hidden_states": hidden}), strict=True)

        def step(token: int) -> Tensor:
            inputs["input_ids"] = np.array([[token]], np.int64)
            logits, *present = self._step.run(None, inputs)
            inputs.update(zip(self._past, present, strict=True))
            return np.asarray(logits[0, -1])

        return step


def _caches(model: Any) -> tuple[list[str], Tensor]:
    """Return the names of the keys and values of tokens before, and what stands for none."""
    entries = [entry for entry in model.get_inputs() if entry.name.startswith("past_")]
    heads, size = entries[0].shape[1], entries[0].shape[3]
    return [entry.name for entry in entries], np.zeros((0, heads, 1, size), np.float32)


class Moonshine:
    """The recogniser. Not thread-safe; 60-200 ms for 5 s of speech on one core."""

    languages: tuple[str, ...] = ("en",)

    def __init__(self, name: str, encoder: Path, decoder: Decoder, tokens: Path) -> None:
        self.name = name
        self._encoder, self._decoder = open_model(encoder), decoder
        self._tokens = read_tokens(tokens.read_bytes())
        self._masked = {"attention_mask"} & {entry.name for entry in self._encoder.get_inputs()}

    def write(self, samples: Samples, wanted: Callable[[], bool] = lambda: True, language: str = "") -> Words:
        """Return the words in ``samples`` as `hearing.Recogniser` wants them; it knows English only."""
        return Words(self.transcribe(samples, wanted), language or "en")

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
        if self._masked:
            inputs["attention_mask"] = np.ones(audio.shape, np.int64)
        options = SHRINK if len(samples) > LONG else None
        hidden = self._encoder.run(None, inputs, options)[0]
        return self._text(self._decode(hidden, len(samples), wanted))

    def _decode(self, hidden: Tensor, samples: int, wanted: Callable[[], bool]) -> list[int]:
        """Return the most likely tokens, one by one."""
        most = int(samples / RATE * TOKENS_PER_S) + 6
        step = self._decoder.begin(hidden, samples)
        written: list[int] = []
        token = BEGIN
        while len(written) < most and wanted():
            token = int(step(token).argmax())
            if token == END:
                break
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
