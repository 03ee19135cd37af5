"""What is known of language models: prices, room, abilities, successors. Data, in one file.

`catalog.json` comes with the hub; what a server tells of its models goes before it, and the file of the
same name and form in the data folder goes before both.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.llm.provider import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Facts = dict[str, Any]

FILE = "catalog.json"
_MOST_FILE = 1 << 20
_MOST_LEARNED = 2_000
_NUMBERS = ("prompt", "cached", "completion", "context")
_PREFILLS = ("", "last", "flag")
_DATED = re.compile(r"-(?:20\d\d-\d\d-\d\d|20\d{6}|[01]\d[0-3]\d|latest)(?=-|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one model.

    ``price``: None where nothing is charged; ``sure``: it is known, and not assumed (dearly, so that no
    budget is overrun). ``context``: tokens, 0 when unknown. ``prefill``: how it goes on from an answer
    that another began: "last" when that is the last message, "flag" when it must be told besides, ""
    when it only can be asked to. ``efforts``: how hard it can be told to think, the least first.
    """

    price: Price | None = None
    sure: bool = True
    context: int = 0
    tools: bool = True
    prefill: str = ""
    efforts: tuple[str, ...] | None = None


class Catalog:
    """All that is known of models. ``trouble``: what is wrong with the file in the data folder, or ""."""

    def __init__(self) -> None:
        self._learned: dict[tuple[str, str], dict[str, Facts]] = {}  # by kind and host
        self._file: Facts = {}
        self.trouble = ""

    def about(self, kind: str, model: str, *, host: str = "", free: bool = False) -> Known:
        """Return what is known of ``model`` on a ``host`` of ``kind``; ``free``: nobody charges for it."""
        facts = self._facts(kind, model, host)
        sure = free or "prompt" in facts
        priced = facts if sure else {**_shipped()["unknown"], **self._file.get("unknown", {})}
        return Known(
            None if free else _price(priced),
            sure,
            int(facts.get("context", 0)),
            bool(facts.get("tools", True)),
            str(facts.get("prefill", "")),
            tuple(facts["efforts"]) if "efforts" in facts else None,
        )

    def names(self, kind: str) -> list[str]:
        """Return the models of ``kind`` that are known by name."""
        return sorted({*_models(_shipped(), kind), *_models(self._file, kind)})

    def successor(self, kind: str, model: str, offered: Iterable[str] = ()) -> str:
        """Return what to ask for in place of ``model``, which is gone; "" when nobody knows.

        ``offered``: what the server has. Of the retired, the longest beginning of the name counts.
        """
        retired = {**_kind(_shipped(), kind).get("retired", {}), **_kind(self._file, kind).get("retired", {})}
        known = sorted((old for old in retired if model.startswith(old)), key=len)
        offered = list(offered)
        if known and (not offered or retired[known[-1]] in offered):
            return str(retired[known[-1]])
        import difflib  # noqa: PLC0415  heavy, and rarely needed

        near = difflib.get_close_matches(model, [one for one in offered if one != model], 1, cutoff=0.6)
        return near[0] if near else ""

    def learn(self, kind: str, told: Iterable[Mapping[str, Any]], host: str = "") -> None:
        """Take what a server tells of its models: of OpenRouter's, xAI's, vLLM's and llama.cpp's forms."""
        known = self._learned.setdefault((kind, host), {})
        for one in told:
            facts, name = _told(one), one.get("id")
            if facts and isinstance(name, str) and (name in known or len(known) < _MOST_LEARNED):
                aliases = one.get("aliases")
                names = [name, *(aliases if isinstance(aliases, list) else [])][:20]
                for called in names:
                    if isinstance(called, str):
                        known[called] = known.get(called, {}) | facts

    def load(self, folder: Path) -> None:
        """Read the file in the data ``folder``, if there is one; a wrong one changes nothing."""
        path = folder / FILE
        try:
            text = path.read_text("utf-8") if path.stat().st_size <= _MOST_FILE else "[]"
            self._file, self.trouble = checked(json.loads(text)), ""
        except FileNotFoundError:
            self._file, self.trouble = {}, ""
        except (OSError, ValueError, RecursionError) as error:
            self.trouble = f"{path} is not JSON: {error}."
        except HubError as error:
            self.trouble = f"{path}: {error}"

    def _facts(self, kind: str, model: str, host: str) -> Facts:
        """Return the facts of ``model``, which may carry the date of its making."""
        facts: Facts = {}
        for source in (_shipped(), self._file):
            about = _kind(source, kind)
            facts |= {key: value for key, value in about.items() if key not in ("models", "retired")}
            facts |= _of(_models(source, kind), model)
            if source is not self._file:
                facts |= _of(self._learned.get((kind, host), {}), model)
        return facts


def checked(told: Any) -> Facts:
    """Return ``told`` when it has the form of the catalog. Raises `HubError` with what is wrong."""
    fix = "Correct it, or remove it: mine holds then."
    kinds = told.get("kinds", {}) if isinstance(told, dict) else None
    if not isinstance(kinds, dict):
        raise HubError('It must be an object with "kinds".', fix=fix)
    places = {"unknown": told.get("unknown", {})}
    for kind, about in kinds.items():
        if not isinstance(about, dict) or not isinstance(about.get("models", {}), dict):
            raise HubError(f'"{kind}" must be an object, and its "models" too.', fix=fix)
        if not isinstance(about.get("retired", {}), dict):
            raise HubError(f'"retired" of "{kind}" must be an object.', fix=fix)
        places |= {kind: about} | {f"{kind}/{name}": one for name, one in about.get("models", {}).items()}
    for place, facts in places.items():
        if why := _wrong(facts):
            raise HubError(f"{place}: {why}", fix=fix)
    return dict(told)


def _wrong(facts: Any) -> str:
    if not isinstance(facts, dict):
        return "it must be an object."
    for name in _NUMBERS:
        if name in facts and _number(facts[name]) is None:
            return f'"{name}" must be a number, not below 0.'
    efforts = facts.get("efforts", [])
    if not isinstance(efforts, list) or not all(isinstance(one, str) for one in efforts):
        return '"efforts" must be a list of words.'
    if facts.get("prefill", "") not in _PREFILLS:
        return '"prefill" must be "", "last" or "flag".'
    return ""


@cache
def _shipped() -> Facts:
    """Return the file that comes with the hub."""
    return checked(json.loads((Path(__file__).parent / FILE).read_text("utf-8")))


def _kind(source: Facts, kind: str) -> Facts:
    found: Facts = source.get("kinds", {}).get(kind, {})
    return found


def _models(source: Facts, kind: str) -> dict[str, Facts]:
    found: dict[str, Facts] = _kind(source, kind).get("models", {})
    return found


def _of(models: dict[str, Facts], model: str) -> Facts:
    """Return what is known by this name, or by the one that it dates: ``gpt-5-2025-08-07``."""
    if model in models:
        return models[model]
    return models.get(_DATED.sub("", model), {})


def _price(facts: Facts) -> Price:
    prompt = float(facts.get("prompt", 0.0))
    return Price(prompt, float(facts.get("cached", prompt)), float(facts.get("completion", 0.0)))


def _told(one: Mapping[str, Any]) -> Facts:
    """Return what a server tells of one model, as far as it can be believed."""
    facts: Facts = {}
    pricing = one.get("pricing")
    if isinstance(pricing, dict):  # OpenRouter, RedPill: dollars a token
        facts |= _money(pricing, ("prompt", "input_cache_read", "completion"), 1e6)
    elif "prompt_text_token_price" in one:  # xAI: cents for a hundred million tokens
        names = ("prompt_text_token_price", "cached_prompt_text_token_price", "completion_text_token_price")
        facts |= _money(one, names, 1e-4)
    meta = one.get("meta")
    contexts = (
        one.get("context_length"), one.get("max_model_len"),
        meta.get("n_ctx") if isinstance(meta, dict) else None,
    )  # fmt: skip
    if context := next((number for said in contexts if (number := _number(said))), 0):
        facts["context"] = int(context)
    if isinstance(abilities := one.get("supported_parameters"), list):
        facts["tools"] = "tools" in abilities
        facts |= {} if "reasoning_effort" in abilities or "reasoning" in abilities else {"efforts": []}
    return facts


def _money(told: Mapping[str, Any], names: tuple[str, str, str], factor: float) -> Facts:
    prompt, cached, completion = (_number(told.get(name)) for name in names)
    if prompt is None or completion is None:
        return {}
    cached = prompt if cached is None else cached
    return {"prompt": prompt * factor, "cached": cached * factor, "completion": completion * factor}


def _number(told: Any) -> float | None:
    """Return a number that is none below zero, and finite; some servers write it as a string."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        number = float(told)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e9 and math.isfinite(number) else None  # noqa: PLR2004
