"""Let words out only as far as their person allows: the station of privacy, and what it hides in each talk.

What is asked on this machine sees all. What leaves it never holds a secret; what leaves the house tells,
in tier ``redacted``, nobody's name, number or address either; and in tier ``local`` nothing leaves it.
"""

from __future__ import annotations

import asyncio
import functools
from collections import Counter, OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.llm.private.tiers import Tiers, tightest
from hub.llm.provider import Message
from hub.llm.stations import VERBATIM

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from hub.llm.private.redaction.finder import Finder
    from hub.llm.private.redaction.found import Found
    from hub.llm.private.redaction.placeholders import Restored, Vault
    from hub.llm.provider import Caps, Request, Tier, ToolCall, ToolSpec
    from hub.llm.stations import Restorer
    from hub.network import Distance

TALKS = 256
"""Talks whose placeholders are kept; the one that was quiet longest goes first, and begins anew."""

REMEMBERED = 4_000_000
"""Characters of texts that need not be looked through again."""

LONG, MOST_LONG = 4_000, 8
"""Characters of a text that is not looked through on the event loop, and how many such are remembered."""

LONGEST, MOST_FOUND = 2_000_000, 20_000
"""Characters of the longest text that may leave, and how much may be hidden in it: more takes seconds."""

NOTE = (
    "Words like [EMAIL_1] stand for something that is kept from you. Use them as they are, brackets and all."
)
"""Told to a model whenever something was hidden from it; fixed, and without a word of any person."""


class Privacy:
    """The `hub.llm.stations.Privacy` of the hub.

    ``lets``: whether a tool of that name may be told in its arguments what was hidden from the model;
    keys and passwords never are.
    """

    def __init__(self, tiers: Tiers, lets: Callable[[str], bool] = lambda _: False) -> None:
        self.tiers, self._lets = tiers, lets
        self._vaults: OrderedDict[tuple[str, str], Vault] = OrderedDict()
        self._seen: OrderedDict[str, tuple[Found, ...]] = OrderedDict()
        self._seen_size = 0
        self._long: OrderedDict[str, tuple[Found, ...]] = OrderedDict()
        self._specs: OrderedDict[bytes, ToolSpec | None] = OrderedDict()
        self._known: dict[str, Collection[str]] = {}
        self.hidden: Counter[str] = Counter()
        """How often something of each kind was hidden, since the start."""

    def tier(self, person: str) -> Tier:
        """Return the tier of a person; "" is nobody in particular."""
        return self.tiers.of(person)

    def apply(self, request: Request, caps: Caps) -> tuple[Request, Restorer]:
        """Return the request as a provider with ``caps`` may see it; the same when there is nothing to hide.

        Raises `HubError` for a request that must not go there at all.
        """
        away = distance_of(caps)
        if away == "machine":
            return request, VERBATIM
        tier = tightest(request.tier, self.tier(request.person))
        if away == "world" and tier == "local":
            raise HubError("That stays in this house.", fix="Let words go further on the settings page.")
        hiding = _Hiding(self, self._vault(request), everything=away == "world" and tier == "redacted")
        hidden = hiding.request(request)
        if hidden is request:
            return request, VERBATIM
        return hidden, _Answer(hiding.vault, self._lets)

    async def read(self, request: Request, caps: Caps) -> None:
        """Look through long texts ahead of `apply`, off the event loop.

        Raises `HubError` when a text is too long, or tells too much, to be looked through in time.
        """
        if distance_of(caps) == "machine":
            return
        for text in (*(one.text for one in request.messages), request.prefix):
            if len(text) > LONG and text not in self._long:
                found = await asyncio.to_thread(self._finder.find, text) if len(text) <= LONGEST else None
                if found is None or len(found) > MOST_FOUND:
                    raise HubError("That is too long to look through first.", fix="Ask about a part of it.")
                self._long[text] = found
                while len(self._long) > MOST_LONG:
                    self._long.popitem(last=False)

    def find(self, text: str) -> tuple[Found, ...]:
        """Return all that is private in ``text``, whatever the tier."""
        known = self._seen.get(text) if len(text) <= LONG else self._long.get(text)
        if known is None:
            known = self._finder.find(text)
            self._remember(text, known)
        return known

    def know(self, *, secrets: Collection[str], names: Collection[str], hosts: Collection[str]) -> None:
        """Hide these too: the keys that the hub keeps, its people's names, the names it is reached by."""
        self._known = {"secrets": secrets, "names": names, "hosts": hosts}
        if "_finder" in self.__dict__:
            self._finder.know(**self._known)
        self._unlearn()
        self._specs.clear()

    def warm(self) -> None:
        """Make ready what the first question would wait for; may run in a thread."""
        self._finder.find(
            "My password is x1, key sk-0123456789, a@b.example, 10.0.0.9, call me at 555 0199 12, at"
        )

    def forget(self, talk: str | None = None) -> None:
        """Forget what was hidden: in one talk, or in all; and all texts that were looked through."""
        for key in [key for key in self._vaults if talk is None or key[1] == talk]:
            del self._vaults[key]
        self._unlearn()

    def _unlearn(self) -> None:
        self._seen.clear()
        self._long.clear()
        self._seen_size = 0

    def spec(self, spec: ToolSpec) -> ToolSpec:
        """Return what is told of a tool, without secrets that its author wrote there."""
        import orjson  # noqa: PLC0415  at need

        try:
            key = orjson.dumps((spec.about, spec.schema))
        except TypeError:  # no JSON: who asks with it says so
            return self._cut(spec)
        if key not in self._specs:
            made = self._cut(spec)
            self._specs[key] = None if made is spec else made
            if len(self._specs) > TALKS or len(key) > LONG:
                self._specs.popitem(last=len(key) > LONG)
                return made
        cut = self._specs[key]
        return spec if cut is None else replace(spec, about=cut.about, schema=cut.schema)

    def _cut(self, spec: ToolSpec) -> ToolSpec:
        from hub.llm.private.redaction.found import SECRETS  # noqa: PLC0415  see `_finder`

        def cut(text: str) -> str:
            for start, end, kind in reversed(self._finder.find(text)):
                if kind in SECRETS:
                    text = f"{text[:start]}[{kind.upper()}]{text[end:]}"
            return text

        about, schema = cut(spec.about), _walked(spec.schema, cut)
        same = about == spec.about and schema == spec.schema
        return spec if same else replace(spec, about=about, schema=schema)

    @functools.cached_property
    def _finder(self) -> Finder:
        from hub.llm.private.redaction.finder import Finder  # noqa: PLC0415  its patterns take a tenth of a second

        finder = Finder()
        finder.know(**self._known)
        return finder

    def _vault(self, request: Request) -> Vault:
        """Return what the request's talk hides; a request without a talk begins anew."""
        from hub.llm.private.redaction.placeholders import Vault  # noqa: PLC0415  see `_finder`

        if not request.conversation:
            return Vault()
        key = (request.person, request.conversation)
        vault = self._vaults.get(key)
        if vault is None:
            vault = self._vaults[key] = Vault()
            if len(self._vaults) > TALKS:
                self._vaults.popitem(last=False)
        else:
            self._vaults.move_to_end(key)
        return vault

    def _remember(self, text: str, found: tuple[Found, ...]) -> None:
        if len(text) > LONG:
            self._long[text] = found
            return
        if text not in self._seen:
            self._seen_size += len(text) + 100
        self._seen[text] = found
        while self._seen_size > REMEMBERED and len(self._seen) > 1:
            old, _ = self._seen.popitem(last=False)
            self._seen_size -= len(old) + 100


class _Hiding:
    """Hides what one request tells."""

    def __init__(self, privacy: Privacy, vault: Vault, *, everything: bool) -> None:
        from hub.llm.private.redaction.found import ALL, ALWAYS, merged  # noqa: PLC0415  see `Privacy._finder`

        self._privacy, self.vault, self._merged = privacy, vault, merged
        self._kinds = ALL if everything else ALWAYS

    def request(self, request: Request) -> Request:
        """Return the request with placeholders; itself when it tells nothing."""
        texts = [one.text for one in request.messages]
        texts += [call.arguments for one in request.messages for call in one.calls]
        told = [(text, found) for text in (*texts, request.prefix) if (found := self._found(text))]
        calls = len(texts) > len(request.messages)
        if not (told or calls or request.tools or len(self.vault)):
            return request
        for text, found in told:
            self.vault.learn(text, [one for one in found if one.kind != "text"])
        messages = tuple(self._message(one) for one in request.messages)
        prefix = self.text(request.prefix) if request.prefix else ""
        tools = tuple(self._privacy.spec(one) for one in request.tools)
        changed = any(new is not old for new, old in zip(messages, request.messages, strict=True))
        if changed or prefix != request.prefix:
            return replace(request, messages=_noted(messages), prefix=prefix, tools=tools)
        if any(new is not old for new, old in zip(tools, request.tools, strict=True)):
            return replace(request, tools=tools)
        return request

    def text(self, text: str) -> str:
        """Return ``text`` with placeholders for what is found in it, and for what the talk hides already."""
        key = (text, self._kinds)
        if (told := self.vault.told.get(key)) is not None:
            return told
        found = self._found(text)
        if len(self.vault):
            found = self._merged((*found, *self.vault.known(text, self._kinds)))
        self._privacy.hidden.update(one.kind for one in found)
        told = self.vault.hide(text, found) if found else text
        if len(text) <= LONG and len(self.vault.told) < TALKS:
            self.vault.told[key] = told
        return told

    def _found(self, text: str) -> tuple[Found, ...]:
        found = self._privacy.find(text) if text else ()
        return tuple(one for one in found if one.kind in self._kinds) if found else ()

    def _message(self, message: Message) -> Message:
        text = self.text(message.text)
        if not message.calls:
            return message if text == message.text else Message(message.role, text, (), message.call)
        calls = tuple(self._call(one) for one in message.calls)
        if text == message.text and all(new is old for new, old in zip(calls, message.calls, strict=True)):
            return message
        return Message(message.role, text, calls, message.call)

    def _call(self, call: ToolCall) -> ToolCall:
        """Return a call of before with placeholders in the values of its arguments, which stay JSON."""
        import orjson  # noqa: PLC0415  at need

        try:
            told = orjson.loads(call.arguments)
        except ValueError:
            arguments = self._own(call.arguments)
        else:
            walked = _walked(told, self._own)
            arguments = call.arguments if walked == told else orjson.dumps(walked).decode()
        return call if arguments == call.arguments else replace(call, arguments=arguments)

    def _own(self, text: str) -> str:
        """Hide in what the model wrote itself: a placeholder that it was given stays what it is."""
        return self.text(self.vault.show(text))


class _Answer:
    """The `Restorer` of an answer to a question from which something was hidden."""

    __slots__ = ("_lets", "_restored")

    def __init__(self, vault: Vault, lets: Callable[[str], bool]) -> None:
        from hub.llm.private.redaction.placeholders import Restored  # noqa: PLC0415  see `Privacy._finder`

        self._restored: Restored = Restored(vault)
        self._lets = lets

    def feed(self, text: str) -> str:
        """Return what can be shown; what may be the beginning of a placeholder is held back."""
        return self._restored.feed(text)

    def finish(self) -> str:
        """Return what was held back."""
        return self._restored.finish()

    def call(self, call: ToolCall) -> ToolCall:
        """Return a call of a tool; only one that may know is told what was hidden."""
        if "[" not in call.arguments or not self._lets(call.name):
            return call
        return replace(call, arguments=self._restored.arguments(call.arguments))


def distance_of(caps: Caps) -> Distance:
    """Return how far words to a provider go; when what it says of itself differs, the further counts."""
    return "world" if not caps.local else caps.distance


def _noted(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Tell the model what placeholders are, after the fixed part that the server may keep evaluated."""
    if messages and messages[0].role == "system":
        return (replace(messages[0], text=f"{messages[0].text} {NOTE}"), *messages[1:])
    return (Message("system", NOTE), *messages)


def _walked(value: Any, cut: Callable[[str], str]) -> Any:
    """Return ``value``, plain data, with every text and long number in it as ``cut`` leaves it."""
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, dict):
        return {key: _pair(key, one, cut) for key, one in value.items()}
    if isinstance(value, list):
        return [_walked(one, cut) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        told = cut(str(value))
        return value if told == str(value) else told
    return value


def _pair(key: str, value: Any, cut: Callable[[str], str]) -> Any:
    """Walk what a name stands before; a name such as ``password`` says what it is."""
    lead = f"{key}: "
    if isinstance(value, str | int) and not isinstance(value, bool):
        told = cut(f"{lead}{value}")
        if told != f"{lead}{value}" and told.startswith(lead):
            return told.removeprefix(lead)
    return _walked(value, cut)
