"""Say in words why a language server did not answer, and what a person can do.

Nothing that a server wrote stands in the sentence itself, for it may be read aloud; what it said is
kept apart in ``detail``. Status codes: RFC 9110; error bodies: OpenAI's format.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus as Status
from typing import Any, Literal

from hub.errors import Unavailable

What = Literal[
    "key", "model", "credit", "pace", "broken", "away", "foreign", "refused", "empty", "cut", "slow"
]
"""The kinds of fault. Later depth sorts by them: key, model and credit wait for a person, pace for
``retry_after``, refused is the question's own; the others are the server's or the network's."""

_DETAIL = 200
_KEY_WORDS = re.compile(r"api[ _-]?key|unauthorized|authentication|bearer", re.IGNORECASE)
_CREDIT_WORDS = re.compile(r"insufficient_quota|credit|billing|spending limit", re.IGNORECASE)
_MODEL_WORDS = re.compile(r"\bmodel\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"model\b.*\b(not found|not exist|unknown)|\b(unknown|no such|invalid) model", re.IGNORECASE
)
_AGAIN = "Wait: I ask it again at the next question."


class Fault(Unavailable):
    """A server did not answer: ``what`` kind of fault it is, and the server's own words as ``detail``.

    ``retry_after``: seconds for which it wants not to be asked.
    """

    def __init__(
        self, what: What, message: str, *, fix: str, detail: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, fix=fix)
        self.what, self.detail, self.retry_after = what, detail, retry_after


def of_status(  # noqa: PLR0911  a table
    status: int, body: str, title: str, model: str
) -> Fault:
    """Return the fault that an answer with an HTTP ``status`` other than 200 means."""
    said = message_of(body)
    unfit = status in (Status.BAD_REQUEST, Status.UNPROCESSABLE_ENTITY)
    if 300 <= status < 400:  # noqa: PLR2004  RFC 9110, 15.4: redirection
        return Fault("foreign", f"{title} sends me to another address.", fix="Check its address in Settings.")
    # xAI answers a wrong key with 400 and a missing one with 401.
    if status in (Status.UNAUTHORIZED, Status.FORBIDDEN) or (unfit and _KEY_WORDS.search(said)):
        return Fault("key", f"{title} refused the key.", fix="Give it a new key in Settings.")
    if status == Status.PAYMENT_REQUIRED or (
        status == Status.TOO_MANY_REQUESTS and _CREDIT_WORDS.search(said)
    ):
        return Fault("credit", f"{title} has no credit left.", fix="Add credit there, or switch it off.")
    if status == Status.TOO_MANY_REQUESTS:
        return Fault("pace", f"{title} wants a pause.", fix="Wait a minute, then ask again.")
    if status == Status.NOT_FOUND and not _MODEL_WORDS.search(said):
        return Fault("foreign", f"No language server is at {title}'s address.", fix="Most end in /v1.")
    if status == Status.NOT_FOUND or (unfit and _UNKNOWN.search(said)):
        why = f"{title} does not know the model {model}."
        return Fault("model", why, fix="Choose one of its models in Settings.")
    if status >= Status.INTERNAL_SERVER_ERROR:
        return Fault("broken", f"{title} is out of order.", fix=_AGAIN)
    if status == Status.PROXY_AUTHENTICATION_REQUIRED or looks_like_page(body):
        return foreign(title, body or "<html")
    return Fault("refused", f"{title} did not take the question.", fix="Choose another model in Settings.")


def of_exception(error: Exception, title: str, host: str) -> Fault | None:
    """Return the fault that an exception of the connection means; None when it is of another kind."""
    import httpx  # noqa: PLC0415  loaded with the first question

    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Fault(
                "foreign",
                f"{title} shows a certificate that I cannot trust.",
                fix="Check its address, and this machine's clock.",
                detail=host,
            )
        return away(title, host)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Fault("slow", f"{title} took too long to answer.", fix=_AGAIN)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Fault("foreign", f"{title} has no valid address.", fix="Correct it in Settings.", detail=host)
    if isinstance(error, httpx.HTTPError):
        return Fault("cut", f"{title} hung up.", fix="Ask again.", detail=type(error).__name__)
    return None


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


def shorten(text: str) -> str:
    """Return ``text`` as one short line."""
    text = " ".join(text.split())
    return text if len(text) <= _DETAIL else text[: _DETAIL - 1] + "…"


def seconds(retry_after: str) -> float | None:
    """Read ``Retry-After`` in its form of seconds (RFC 9110, 10.2.3)."""
    return min(float(retry_after), 3_600.0) if re.fullmatch(r"\s*[0-9]{1,9}\s*", retry_after) else None
