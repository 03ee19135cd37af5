"""Say in words why a language server did not answer, and what a person can do.

Nothing that a server wrote stands in the sentence itself, for it may be read aloud; what it said is
kept apart in ``detail``. Status codes: RFC 9110; error bodies: OpenAI's format.
"""

from __future__ import annotations

import errno
import json
import re
import socket
import time
from http import HTTPStatus as Status
from typing import TYPE_CHECKING, Any, Literal

from hub.errors import Unavailable
from hub.network import distance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.llm.provider import Usage

What = Literal[
    "key",
    "model",
    "credit",
    "pace",
    "broken",
    "away",
    "network",
    "foreign",
    "refused",
    "empty",
    "cut",
    "slow",
]
"""The kinds of fault. The breaker sorts by them: key, model and credit wait for a person, pace for
``retry_after``, refused is the question's own, network is this machine's; the others are the server's."""

_DETAIL = 200
_KEY_WORDS = re.compile(r"api[ _-]?key|unauthorized|authentication|bearer", re.IGNORECASE)
_CREDIT_WORDS = re.compile(r"insufficient_quota|credit|billing|spending limit", re.IGNORECASE)
_MODEL_WORDS = re.compile(r"\bmodel\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"model\b.*\b(not found|not exist|unknown|retired|deprecated|decommissioned|no longer)"
    r"|\b(unknown|no such|invalid) model",
    re.IGNORECASE,
)
_LONG_WORDS = re.compile(
    r"context[ _](length|window)|too many tokens|(prompt|input) is too long", re.IGNORECASE
)
_UNROUTED = {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN}
_NOWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
# RFC 5737 and 3849: nobody's; a datagram socket that "connects" there sends nothing.
_LONGEST_S = 3_600.0
_SPAN = re.compile(
    r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?)s)?(?:(\d{1,7})ms)?",
    re.ASCII,
)
_AGAIN = "Wait: I look again by myself."


class Fault(Unavailable):
    """A server did not answer: ``what`` kind of fault it is, and the server's own words as ``detail``.

    ``retry_after``: seconds for which it wants not to be asked. ``usage``: what was read and written
    before it failed, which is paid for; None when it was never begun.
    """

    usage: Usage | None = None

    def __init__(
        self, what: What, message: str, *, fix: str, detail: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, fix=fix)
        self.what, self.detail, self.retry_after = what, detail, retry_after


def of_status(  # noqa: C901, PLR0911  a table
    status: int, body: str, title: str, model: str
) -> Fault:
    """Return the fault that an answer with an HTTP ``status`` other than 200 means."""
    said = message_of(body)
    unfit = status in (Status.BAD_REQUEST, Status.UNPROCESSABLE_ENTITY)
    if 300 <= status < 400:  # noqa: PLR2004  RFC 9110, 15.4: redirection
        why = f"{title} sends me to another address."
        return Fault("foreign", why, fix="Check its address under Language.")
    broke = status in (Status.FORBIDDEN, Status.TOO_MANY_REQUESTS) and _CREDIT_WORDS.search(said)
    if status == Status.PAYMENT_REQUIRED or broke:
        return Fault("credit", f"{title} has no credit left.", fix="Add credit there, or switch it off.")
    # xAI answers a wrong key with 400 and a missing one with 401.
    if status in (Status.UNAUTHORIZED, Status.FORBIDDEN) or (unfit and _KEY_WORDS.search(said)):
        return Fault("key", f"{title} refused the key.", fix="Give it a new key under Language.")
    if status == Status.TOO_MANY_REQUESTS:
        return Fault("pace", f"{title} wants a pause.", fix="Wait a minute, then ask again.")
    if status == Status.NOT_FOUND and not _MODEL_WORDS.search(said):
        return Fault("foreign", f"No language server is at {title}'s address.", fix="Most end in /v1.")
    if status in (Status.NOT_FOUND, Status.GONE) or (unfit and _UNKNOWN.search(said)):
        why = f"{title} does not know the model {shorten(model, 60)}."
        return Fault("model", why, fix="Choose one of its models under Language.")
    if status == Status.REQUEST_TIMEOUT:
        return Fault("slow", f"{title} took too long to answer.", fix=_AGAIN)
    if status == Status.REQUEST_ENTITY_TOO_LARGE or (unfit and _LONG_WORDS.search(said)):
        return Fault("refused", f"That is too long for {title}.", fix="Ask for less, or begin a new talk.")
    if status >= Status.INTERNAL_SERVER_ERROR:
        return Fault("broken", f"{title} is out of order.", fix=_AGAIN)
    if status == Status.PROXY_AUTHENTICATION_REQUIRED or looks_like_page(body):
        return foreign(title, body or "<html")
    why = f"{title} did not take the question."
    return Fault("refused", why, fix="Choose another model under Language.")


def of_chunk(error: object, title: str, model: str, *, began: bool) -> Fault:
    """Return the fault that an answer tells of instead of going on; ``began``: there were words before."""
    about = error if isinstance(error, dict) else {}
    said = message_of({"error": error} if isinstance(error, str | dict) else {})
    code = about.get("code") or about.get("status")
    code = int(code) if isinstance(code, int | str) and str(code).isdecimal() and len(str(code)) == 3 else 0  # noqa: PLR2004
    if not began and code >= Status.BAD_REQUEST:  # a gateway that had said 200 before it asked
        fault = of_status(code, json.dumps({"error": said}), title, model)
    else:
        fault = Fault("broken", f"{title} failed in mid-answer.", fix="Ask again.")
    fault.detail = shorten(said)
    return fault


def of_exception(error: Exception, title: str, host: str) -> Fault | None:  # noqa: PLR0911  a table
    """Return the fault that an exception of the connection means; None when it is of another kind."""
    import aiohttp  # noqa: PLC0415  loaded with the first question

    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Fault(
            "foreign",
            f"{title} shows a certificate that I cannot trust.",
            fix="Check its address, and this machine's clock.",
            detail=host,
        )
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Fault("away", "The proxy does not let me out.", fix="Check HTTPS_PROXY.", detail=host)
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return offline(title, host) if _no_network(error.os_error, host) else away(title, host)
    if isinstance(error, aiohttp.ClientSSLError):
        return Fault("foreign", f"{title} speaks no TLS that I know.", fix="Check its address.", detail=host)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return away(title, host)
    if isinstance(error, TimeoutError):
        return Fault("slow", f"{title} took too long to answer.", fix=_AGAIN)
    if isinstance(error, aiohttp.InvalidURL):
        return Fault(
            "foreign", f"{title} has no valid address.", fix="Correct it under Language.", detail=host
        )
    if isinstance(error, aiohttp.ClientResponseError):
        return foreign(title)
    if isinstance(error, aiohttp.ClientError | OSError):
        return Fault("cut", f"{title} hung up.", fix="Ask again.", detail=type(error).__name__)
    return None


def _no_network(error: OSError, host: str) -> bool:
    """Say whether it is this machine that reaches nothing, and not ``host`` that is away."""
    if distance(host) != "world":
        return False
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return True  # no name server answers
    if isinstance(error, ConnectionRefusedError | ConnectionResetError):
        return False  # something answered
    return error.errno in _UNROUTED or not any(_routed(*one) for one in _NOWHERE)


def _routed(family: socket.AddressFamily, address: str) -> bool:
    """Say whether there is a way out of this machine: the kernel is asked, nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True


def offline(title: str, host: str) -> Fault:
    """Return the fault of a machine that reaches nobody in the world."""
    return Fault(
        "network", f"I have no network to reach {title}.", fix="Check this machine's network.", detail=host
    )


def away(title: str, host: str) -> Fault:
    """Return the fault of a server that nothing reaches."""
    fix = "Start it: ollama serve." if title == "Ollama" else "Check that it runs, and the network."
    return Fault("away", f"{title} cannot be reached.", fix=fix, detail=host)


def foreign(title: str, body: str = "") -> Fault:
    """Return the fault of an answer that no language server gives."""
    place = f"Something answers in {title}'s place."
    if not looks_like_page(body):
        place = f"{title} speaks another protocol."
    return Fault("foreign", place, fix="Sign in to your network, or check its address.")


def message_of(body: str | dict[str, Any]) -> str:
    """Return the words of an error body: OpenAI's ``{"error": {"message"}}`` and its many cousins."""
    try:
        told: Any = json.loads(body) if isinstance(body, str) else body
    except (ValueError, RecursionError):
        return "" if isinstance(body, dict) or looks_like_page(body) else body.strip()
    for _ in range(3):
        if not isinstance(told, dict):
            break
        code = f" {told['code']}" if isinstance(told.get("code"), str) else ""
        inner = next((told[name] for name in ("error", "message", "detail") if told.get(name)), None)
        if isinstance(inner, str):
            return inner + code
        told = inner
    return told if isinstance(told, str) else ""


def looks_like_page(body: str) -> bool:
    """Say whether ``body`` is a web page."""
    return bool(re.match(r"\s*<(?:!doctype|html|\?xml)", body, re.IGNORECASE))


def shorten(text: str, most: int = _DETAIL) -> str:
    """Return ``text`` as one short line."""
    text = " ".join(text[: 4 * most].split())
    return text if len(text) <= most else text[: most - 1] + "…"


def pause(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a server wants not to be asked, as far as it says; an hour at most.

    ``Retry-After`` (RFC 9110, 10.2.3), and where that is missing the vendors' own: ``retry-after-ms``, and
    ``x-ratelimit-reset-requests`` in OpenAI's form, ``6m0s``.
    """
    said = headers.get("retry-after-ms", "")
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,6})?", said, re.ASCII):
        return min(float(said) / 1e3, _LONGEST_S)
    if (told := seconds(headers.get("retry-after", ""))) is not None:
        return told
    units = _SPAN.fullmatch(headers.get("x-ratelimit-reset-requests", ""))
    if units is None or not any(units.groups()):
        return None
    days, hours, minutes, whole, thousandths = (float(one or 0) for one in units.groups())
    return min(days * 86_400 + hours * 3_600 + minutes * 60 + whole + thousandths / 1e3, _LONGEST_S)


def seconds(retry_after: str, now: float | None = None) -> float | None:
    """Read ``Retry-After`` (RFC 9110, 10.2.3): seconds, or the date when they are over."""
    if re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]{0,6})?\s*", retry_after, re.ASCII):
        return min(float(retry_after), _LONGEST_S)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  heavy, and rarely needed

    try:
        then = parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, then - (time.time() if now is None else now)), _LONGEST_S)
